//! DOT, the language of Graphviz.

use super::{
    Picture,
    sketch::{Drawn, Pen, Shape},
};
use std::fmt;

/// Shows a picture in DOT. Shapes tell the kinds apart, as in a [Mermaid](super::Mermaid) chart.
#[derive(Clone, Copy, Debug)]
pub struct Dot<'p, 'g>(pub &'p Picture<'g>);

impl fmt::Display for Dot<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "digraph {{")?;
        writeln!(f, "    rankdir=LR;")?;
        writeln!(f, "    node [fontname=\"sans-serif\", fontsize=11, style=filled, fillcolor=\"#ffffff\"];")?;
        self.0.draw(&mut Digraph(f))?;
        writeln!(f, "}}")
    }
}

struct Digraph<'a, 'f>(&'a mut fmt::Formatter<'f>);

impl Pen for Digraph<'_, '_> {
    fn draw_box(&mut self, drawn: &Drawn<'_>) -> fmt::Result {
        let Drawn { number, shape, label, paint } = drawn;
        let shape = match shape {
            Shape::Cylinder => "shape=cylinder",
            Shape::Rectangle => "shape=box",
            Shape::Hexagon => "shape=hexagon",
            Shape::Rounded => "shape=box, style=\"filled,rounded\"",
        };
        write!(self.0, "    n{number} [{shape}, label=\"{}\"", escaped(label))?;
        if let Some((fill, border)) = paint.colours() {
            write!(self.0, ", fillcolor=\"{fill}\", color=\"{border}\"")?;
        }
        writeln!(self.0, "];")
    }

    fn draw_arrow(&mut self, from: usize, to: usize) -> fmt::Result {
        writeln!(self.0, "    n{from} -> n{to};")
    }
}

/// In a quoted string, only quotes and backslashes mean something.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
