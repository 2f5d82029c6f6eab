//! GraphML, which tools for the analysis of graphs read.

use super::{
    graph_picture::Picture,
    label,
    writer::{Arrow, ArrowKind, BoxShape, PictureWriter},
};
use std::fmt;

/// Shows a picture in GraphML, as one graph, since most tools read no more than the first. Each node has a `kind`, a
/// `label`, its `platform`, the `key` of the one node of a graph that it stands for, if there is one, and a `change` where something changed since an earlier graph; an edge has a `course` where
/// data is handed over, and a `change`, too.
#[derive(Clone, Copy, Debug)]
pub struct GraphMl<'p, 'g>(pub &'p Picture<'g>);

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key id="kind" for="node" attr.name="kind" attr.type="string"/>
  <key id="label" for="node" attr.name="label" attr.type="string"/>
  <key id="platform" for="node" attr.name="platform" attr.type="string"/>
  <key id="key" for="node" attr.name="key" attr.type="string"/>
  <key id="course" for="edge" attr.name="course" attr.type="string"/>
  <key id="change" for="all" attr.name="change" attr.type="string"/>
  <graph edgedefault="directed">
"#;

impl fmt::Display for GraphMl<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HEAD)?;
        self.0.draw(&mut Elements(f))?;
        f.write_str("  </graph>\n</graphml>\n")
    }
}

struct Elements<'a, 'f>(&'a mut fmt::Formatter<'f>);

impl Elements<'_, '_> {
    fn data(&mut self, key: &str, value: &str) -> fmt::Result {
        write!(self.0, "<data key=\"{key}\">{}</data>", escaped(value))
    }
}

impl PictureWriter for Elements<'_, '_> {
    fn draw_box(&mut self, drawn: &BoxShape<'_>) -> fmt::Result {
        write!(self.0, "    <node id=\"n{}\">", drawn.number)?;
        self.data("kind", drawn.kind.word())?;
        self.data("label", &drawn.label)?;
        self.data("platform", drawn.platform)?;
        if let Some(key) = &drawn.key {
            self.data("key", &label::visible(&key.to_string()))?;
        }
        if let Some(word) = drawn.status.word() {
            self.data("change", word)?;
        }
        writeln!(self.0, "</node>")
    }

    fn draw_arrow(&mut self, Arrow { from, to, course, status }: Arrow) -> fmt::Result {
        write!(self.0, "    <edge source=\"n{from}\" target=\"n{to}\"")?;
        if course == ArrowKind::Inside && status.word().is_none() {
            return writeln!(self.0, "/>");
        }
        write!(self.0, ">")?;
        if course == ArrowKind::Across {
            self.data("course", "handover")?;
        }
        if let Some(word) = status.word() {
            self.data("change", word)?;
        }
        writeln!(self.0, "</edge>")
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\n', " ")
}
