//! GraphML, which tools for the analysis of graphs read.

use super::{
    Picture,
    sketch::{Drawn, Kind, Pen},
};
use std::fmt;

/// Shows pictures in GraphML, each as a graph of its own, whose `label` is the platform. Each node has a `kind`, a
/// `label`, and a `change` where something changed since an earlier graph.
#[derive(Clone, Copy, Debug)]
pub struct GraphMl<'p, 'g>(pub &'p [Picture<'g>]);

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key id="platform" for="graph" attr.name="label" attr.type="string"/>
  <key id="kind" for="node" attr.name="kind" attr.type="string"/>
  <key id="label" for="node" attr.name="label" attr.type="string"/>
  <key id="change" for="node" attr.name="change" attr.type="string"/>
"#;

impl fmt::Display for GraphMl<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HEAD)?;
        for (number, picture) in self.0.iter().enumerate() {
            writeln!(f, "  <graph id=\"g{number}\" edgedefault=\"directed\">")?;
            writeln!(f, "    <data key=\"platform\">{}</data>", escaped(picture.title()))?;
            picture.draw(&mut Elements { f, graph: number })?;
            f.write_str("  </graph>\n")?;
        }
        f.write_str("</graphml>\n")
    }
}

struct Elements<'a, 'f> {
    f: &'a mut fmt::Formatter<'f>,
    /// Names of nodes are unique in the whole document.
    graph: usize,
}

impl Pen for Elements<'_, '_> {
    fn draw_box(&mut self, drawn: &Drawn<'_>) -> fmt::Result {
        let Drawn { number, kind, label, paint } = drawn;
        let kind = match kind {
            Kind::Capture => "capture",
            Kind::Export => "export",
            Kind::Trigger => "trigger",
            Kind::Transform => "transform",
            Kind::Team => "team",
        };
        write!(self.f, "    <node id=\"g{}n{number}\"><data key=\"kind\">{kind}</data>", self.graph)?;
        write!(self.f, "<data key=\"label\">{}</data>", escaped(label))?;
        if let Some(word) = paint.word() {
            write!(self.f, "<data key=\"change\">{word}</data>")?;
        }
        writeln!(self.f, "</node>")
    }

    fn draw_arrow(&mut self, from: usize, to: usize) -> fmt::Result {
        let graph = self.graph;
        writeln!(self.f, "    <edge source=\"g{graph}n{from}\" target=\"g{graph}n{to}\"/>")
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\n', " ")
}
