//! JSON of a picture, for programs that draw.

use super::{
    graph_picture::Picture,
    writer::{Arrow, ArrowKind, BoxShape, PictureWriter},
};
use crate::key::NodeKey;
use serde::Serialize;
use std::fmt;

/// Shows a picture in JSON, as one value:
/// `{"nodes": [{"id", "kind", "label", "platform"}, …], "edges": [{"from": id, "to": id}, …]}`. A node that stands for one node
/// of a graph has its `key`. What changed since an earlier graph has a `change`, and an edge over which data is handed over has a
/// `course`, in the words of [GraphML](super::GraphMl). All that is known of whole graphs is in
/// [`GraphsJson`](super::GraphsJson).
#[derive(Clone, Copy, Debug)]
pub struct PictureJson<'p, 'g>(pub &'p Picture<'g>);

impl fmt::Display for PictureJson<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{\"nodes\": [")?;
        let mut elements = JsonWriter { f, has_edges: false, between: "\n" };
        self.0.draw(&mut elements)?;
        elements.begin_edges()?;
        f.write_str("\n]}\n")
    }
}

struct JsonWriter<'a, 'f> {
    f: &'a mut fmt::Formatter<'f>,
    /// Whether all nodes are written.
    has_edges: bool,
    /// What has to come before the next one.
    between: &'static str,
}

#[derive(Serialize)]
struct Node<'a> {
    id: usize,
    kind: &'static str,
    label: &'a str,
    platform: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a NodeKey>,
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<&'static str>,
}

#[derive(Serialize)]
struct Edge {
    from: usize,
    to: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    course: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<&'static str>,
}

impl JsonWriter<'_, '_> {
    fn write(&mut self, element: &impl Serialize) -> fmt::Result {
        let text = serde_json::to_string(element).map_err(|_| fmt::Error)?;
        write!(self.f, "{}{text}", std::mem::replace(&mut self.between, ",\n"))
    }

    fn begin_edges(&mut self) -> fmt::Result {
        if self.has_edges {
            return Ok(());
        }
        (self.has_edges, self.between) = (true, "\n");
        self.f.write_str("\n], \"edges\": [")
    }
}

impl PictureWriter for JsonWriter<'_, '_> {
    fn draw_box(&mut self, drawn: &BoxShape<'_>) -> fmt::Result {
        self.write(&Node {
            id: drawn.number,
            kind: drawn.kind.word(),
            label: &drawn.label,
            platform: drawn.platform,
            key: drawn.key.as_ref(),
            change: drawn.status.word(),
        })
    }

    fn draw_arrow(&mut self, Arrow { from, to, course, status }: Arrow) -> fmt::Result {
        self.begin_edges()?;
        let course = (course == ArrowKind::Across).then_some("handover");
        self.write(&Edge { from, to, course, change: status.word() })
    }
}
