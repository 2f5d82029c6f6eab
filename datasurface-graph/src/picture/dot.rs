//! DOT, the language of Graphviz.

use super::{
    graph_picture::Picture,
    writer::{Arrow, ArrowKind, BoxShape, PictureWriter, Shape},
};
use std::fmt;

/// Shows a picture in DOT, as one directed graph in which each platform has a frame if there are several. Shapes tell the
/// kinds apart, as in a [Mermaid](super::Mermaid) chart; arrows of data that is handed over are dashed.
#[derive(Clone, Copy, Debug)]
pub struct Dot<'p, 'g>(pub &'p Picture<'g>);

impl fmt::Display for Dot<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "digraph {{")?;
        writeln!(f, "    rankdir=LR;")?;
        writeln!(f, "    fontname=\"sans-serif\";")?;
        writeln!(f, "    node [fontname=\"sans-serif\", fontsize=11, style=filled, fillcolor=\"#ffffff\"];")?;
        self.0.draw(&mut Statements(f))?;
        writeln!(f, "}}")
    }
}

struct Statements<'a, 'f>(&'a mut fmt::Formatter<'f>);

impl PictureWriter for Statements<'_, '_> {
    fn open_frame(&mut self, number: usize, platform: &str) -> fmt::Result {
        // Graphviz draws a frame around a subgraph whose name begins so.
        writeln!(self.0, "    subgraph cluster{number} {{")?;
        writeln!(self.0, "    label=\"{}\";", escaped(platform))
    }

    fn close_frame(&mut self) -> fmt::Result {
        writeln!(self.0, "    }}")
    }

    fn draw_box(&mut self, drawn: &BoxShape<'_>) -> fmt::Result {
        let BoxShape { number, kind, label, status, .. } = drawn;
        let shape = match kind.shape() {
            Shape::Cylinder if kind.is_dashed() => "shape=cylinder, style=\"filled,dashed\"",
            Shape::Cylinder => "shape=cylinder",
            Shape::Rectangle => "shape=box",
            Shape::Hexagon => "shape=hexagon",
            Shape::Rounded => "shape=box, style=\"filled,rounded\"",
        };
        write!(self.0, "    n{number} [{shape}, label=\"{}\"", escaped(label))?;
        if let Some((fill, border)) = status.colours() {
            write!(self.0, ", fillcolor=\"{fill}\", color=\"{border}\"")?;
        }
        writeln!(self.0, "];")
    }

    fn draw_arrow(&mut self, Arrow { from, to, course, status }: Arrow) -> fmt::Result {
        write!(self.0, "    n{from} -> n{to}")?;
        match (course, status.colours()) {
            (ArrowKind::Inside, None) => {}
            (ArrowKind::Across, None) => write!(self.0, " [style=dashed]")?,
            (ArrowKind::Inside, Some((_, colour))) => write!(self.0, " [color=\"{colour}\", penwidth=2]")?,
            (ArrowKind::Across, Some((_, colour))) => {
                write!(self.0, " [style=dashed, color=\"{colour}\", penwidth=2]")?;
            }
        }
        writeln!(self.0, ";")
    }
}

/// In a quoted string, only quotes and backslashes mean something to DOT; but labels are shown with entities replaced.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
