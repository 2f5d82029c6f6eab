//! JSON, for other programs.

use crate::{
    graph::{IntentionGraph, IntentionGraphs, Node},
    key::{NodeKey, NodeKind},
    obligation::Custody,
};
use datasurface_model::{Latency, Priority, Regulator};
use serde::{Serialize, Serializer, ser::SerializeMap};
use std::collections::BTreeSet;

/// Shows the graphs of all platforms, and the hand-overs between them, as one value:
/// `{"platforms": {NAME: {"nodes": [{"key", "kind", "priority", …}], "edges": [[from, to], …]}}, "handovers": […]}`.
#[derive(Clone, Copy, Debug)]
pub struct GraphsPicture<'g>(pub &'g IntentionGraphs);

impl Serialize for GraphsPicture<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("platforms", &Platforms(self.0))?;
        let handovers = self.0.handovers().map(|(from, to)| (from.key(), to.key()));
        map.serialize_entry("handovers", &handovers.collect::<Vec<_>>())?;
        map.end()
    }
}

struct Platforms<'g>(&'g IntentionGraphs);

impl Serialize for Platforms<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|graph| (graph.platform(), GraphPicture::of(graph))))
    }
}

#[derive(Serialize)]
struct GraphPicture {
    nodes: Vec<NodePicture>,
    edges: Vec<(NodeKey, NodeKey)>,
}

impl GraphPicture {
    fn of(graph: &IntentionGraph) -> Self {
        Self {
            nodes: graph.nodes().map(NodePicture::of).collect(),
            edges: graph.edges().map(|(from, to)| (from.key(), to.key())).collect(),
        }
    }
}

#[derive(Serialize)]
struct NodePicture {
    key: NodeKey,
    kind: NodeKind,
    priority: Option<Priority>,
    latency: Option<Latency>,
    regulators: BTreeSet<Regulator>,
    custody: Custody,
    fingerprint: String,
}

impl NodePicture {
    fn of(node: Node<'_>) -> Self {
        let obligation = node.obligation();
        Self {
            key: node.key(),
            kind: node.kind(),
            priority: obligation.priority(),
            latency: obligation.latency(),
            regulators: obligation.regulators().clone(),
            custody: obligation.custody(),
            fingerprint: node.fingerprint().to_string(),
        }
    }
}
