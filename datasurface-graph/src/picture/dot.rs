//! DOT, the language of Graphviz.

use super::{
    Picture,
    sketch::{Drawn, Pen, Shape},
};
use std::fmt;

/// Shows pictures in DOT, as one directed graph in which each has a frame if there are several. Shapes tell the kinds
/// apart, as in a [Mermaid](super::Mermaid) chart.
#[derive(Clone, Copy, Debug)]
pub struct Dot<'p, 'g>(pub &'p [Picture<'g>]);

impl fmt::Display for Dot<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "digraph {{")?;
        writeln!(f, "    rankdir=LR;")?;
        writeln!(f, "    fontname=\"sans-serif\";")?;
        writeln!(f, "    node [fontname=\"sans-serif\", fontsize=11, style=filled, fillcolor=\"#ffffff\"];")?;
        for (number, picture) in self.0.iter().enumerate() {
            // Graphviz draws a frame around a subgraph whose name begins so.
            if self.0.len() > 1 {
                writeln!(f, "    subgraph cluster{number} {{")?;
                writeln!(f, "    label=\"{}\";", escaped(picture.title()))?;
            }
            picture.draw(&mut Statements { f, picture: number })?;
            if self.0.len() > 1 {
                writeln!(f, "    }}")?;
            }
        }
        writeln!(f, "}}")
    }
}

struct Statements<'a, 'f> {
    f: &'a mut fmt::Formatter<'f>,
    /// Names of nodes are unique in the whole graph.
    picture: usize,
}

impl Pen for Statements<'_, '_> {
    fn draw_box(&mut self, drawn: &Drawn<'_>) -> fmt::Result {
        let Drawn { number, kind, label, paint } = drawn;
        let shape = match kind.shape() {
            Shape::Cylinder => "shape=cylinder",
            Shape::Rectangle => "shape=box",
            Shape::Hexagon => "shape=hexagon",
            Shape::Rounded => "shape=box, style=\"filled,rounded\"",
        };
        write!(self.f, "    p{}n{number} [{shape}, label=\"{}\"", self.picture, escaped(label))?;
        if let Some((fill, border)) = paint.colours() {
            write!(self.f, ", fillcolor=\"{fill}\", color=\"{border}\"")?;
        }
        writeln!(self.f, "];")
    }

    fn draw_arrow(&mut self, from: usize, to: usize) -> fmt::Result {
        let picture = self.picture;
        writeln!(self.f, "    p{picture}n{from} -> p{picture}n{to};")
    }
}

/// In a quoted string, only quotes and backslashes mean something to DOT; but labels are shown with entities replaced.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
