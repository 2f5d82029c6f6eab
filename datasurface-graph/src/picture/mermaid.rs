//! Mermaid flow charts.

use super::{
    Picture,
    sketch::{Drawn, Pen, Shape},
};
use std::fmt;

/// Shows a picture as a Mermaid flow chart.
///
/// Shapes tell the kinds apart: captures are cylinders, exports rectangles, triggers hexagons, transforms have rounded
/// ends.
///
/// Mermaid's own setting `maxEdges`, 500 unless it is set, limits what it draws: of larger graphs, show a
/// [level](Picture::level) or a [neighbourhood](Picture::around).
#[derive(Clone, Copy, Debug)]
pub struct Mermaid<'p, 'g>(pub &'p Picture<'g>);

impl fmt::Display for Mermaid<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "flowchart LR")?;
        self.0.draw(&mut Chart(f))
    }
}

struct Chart<'a, 'f>(&'a mut fmt::Formatter<'f>);

impl Pen for Chart<'_, '_> {
    fn draw_box(&mut self, drawn: &Drawn<'_>) -> fmt::Result {
        let Drawn { number, kind, label, paint } = drawn;
        let (open, close) = match kind.shape() {
            Shape::Cylinder => ("[(\"", "\")]"),
            Shape::Rectangle => ("[\"", "\"]"),
            Shape::Hexagon => ("{{\"", "\"}}"),
            Shape::Rounded => ("([\"", "\"])"),
        };
        writeln!(self.0, "    n{number}{open}{}{close}", escaped(label))?;
        match paint.colours() {
            Some((fill, border)) => {
                writeln!(self.0, "    style n{number} fill:{fill},stroke:{border},color:#000000")
            }
            None => Ok(()),
        }
    }

    fn draw_arrow(&mut self, from: usize, to: usize) -> fmt::Result {
        writeln!(self.0, "    n{from} --> n{to}")
    }
}

/// Names of containers may hold any printable character: those that mean something to Mermaid are written as entities.
fn escaped(text: &str) -> String {
    let mut label = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => label.push_str("<br>"),
            '"' | '<' | '>' | '&' | ';' | '`' | '$' | '\\' => {
                label.push_str(&format!("#{};", u32::from(character)));
            }
            _ => label.push(character),
        }
    }
    label
}
