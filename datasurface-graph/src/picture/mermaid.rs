//! Mermaid flow charts.

use super::{
    graph_picture::Picture,
    writer::{Arrow, ArrowKind, BoxShape, PictureWriter, Shape},
};
use std::fmt;

/// Shows a picture as a Mermaid flow chart, in which each platform has a frame if there are several.
///
/// Shapes tell the kinds apart: captures are cylinders, exports rectangles, triggers hexagons, transforms have rounded
/// ends. Arrows of data that is handed over are dotted.
///
/// Mermaid's own setting `maxEdges`, 500 unless it is set, limits what it draws: of larger graphs, show a
/// [level](Picture::with_level) or a [neighbourhood](Picture::around).
#[derive(Clone, Copy, Debug)]
pub struct Mermaid<'p, 'g>(pub &'p Picture<'g>);

impl fmt::Display for Mermaid<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "flowchart LR")?;
        self.0.draw(&mut Chart { f, arrows: 0 })
    }
}

struct Chart<'a, 'f> {
    f: &'a mut fmt::Formatter<'f>,
    /// How many arrows there are so far: they have no names, and are styled by number.
    arrows: usize,
}

impl PictureWriter for Chart<'_, '_> {
    fn open_frame(&mut self, number: usize, platform: &str) -> fmt::Result {
        writeln!(self.f, "    subgraph p{number} [\"{}\"]", escaped(platform))
    }

    fn close_frame(&mut self) -> fmt::Result {
        writeln!(self.f, "    end")
    }

    fn draw_box(&mut self, drawn: &BoxShape<'_>) -> fmt::Result {
        let BoxShape { number, kind, label, status, .. } = drawn;
        let (open, close) = match kind.shape() {
            Shape::Cylinder => ("[(\"", "\")]"),
            Shape::Rectangle => ("[\"", "\"]"),
            Shape::Hexagon => ("{{\"", "\"}}"),
            Shape::Rounded => ("([\"", "\"])"),
        };
        writeln!(self.f, "    n{number}{open}{}{close}", escaped(label))?;
        let dashes = if kind.is_dashed() { ",stroke-dasharray:4" } else { "" };
        match status.colours() {
            Some((fill, border)) => {
                writeln!(self.f, "    style n{number} fill:{fill},stroke:{border},color:#000000{dashes}")
            }
            None if kind.is_dashed() => writeln!(self.f, "    style n{number} stroke-dasharray:4"),
            None => Ok(()),
        }
    }

    fn draw_arrow(&mut self, Arrow { from, to, course, status }: Arrow) -> fmt::Result {
        let line = match course {
            ArrowKind::Inside => "-->",
            ArrowKind::Across => "-.->",
        };
        writeln!(self.f, "    n{from} {line} n{to}")?;
        if let Some((_, colour)) = status.colours() {
            writeln!(self.f, "    linkStyle {} stroke:{colour},stroke-width:3px", self.arrows)?;
        }
        self.arrows += 1;
        Ok(())
    }
}

/// Names of containers may hold any printable character. Mermaid looks for its own words, for directives and for Markdown
/// inside of labels, too, and in which order is its own matter. So whatever is neither a letter nor a digit is written as
/// an entity, unless it is common in names and stands between two of these, where it means nothing to anybody.
fn escaped(text: &str) -> String {
    let mut label = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    let mut was_plain = false;
    while let Some(character) = characters.next() {
        let is_plain = character.is_alphanumeric();
        let is_between = was_plain && characters.peek().is_some_and(|next| next.is_alphanumeric());
        match character {
            '\n' => label.push_str("<br>"),
            ' ' | '_' | '-' | '/' if is_between => label.push(character),
            _ if is_plain => label.push(character),
            // Two of these begin a formula, in whatever way they are written: what is not seen keeps them apart.
            '$' => label.push_str("#36;#8288;"),
            _ => label.push_str(&format!("#{};", u32::from(character))),
        }
        was_plain = is_plain;
    }
    label
}
