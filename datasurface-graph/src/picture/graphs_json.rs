//! JSON, for other programs.

use crate::{
    graph::{IntentionGraph, IntentionGraphs, Node},
    key::{NodeKey, NodeKind},
    obligation::Custody,
};
use datasurface_model::{Deadline, GroupKey, Latency, PlatformName, Priority, Regulator, Set};
use serde::{
    Serialize, Serializer,
    ser::{SerializeMap, SerializeStruct},
};

/// Shows the graphs of all platforms, and the hand-overs between them, as one value:
/// `{"platforms": {NAME: {"nodes": [{"key", "kind", "priority", …}], "edges": [[from, to], …]}}, "handovers": […]}`.
#[derive(Clone, Copy, Debug)]
pub struct GraphsJson<'g> {
    graphs: &'g IntentionGraphs,
    only: Option<&'g PlatformName>,
}

impl<'g> GraphsJson<'g> {
    /// Creates a picture of all platforms.
    #[must_use]
    pub fn new(graphs: &'g IntentionGraphs) -> Self {
        Self { graphs, only: None }
    }

    /// Shows only one platform, and what is handed over to it and by it.
    #[must_use]
    pub fn for_platform(mut self, platform: &'g PlatformName) -> Self {
        self.only = Some(platform);
        self
    }

    fn shows(&self, platform: &PlatformName) -> bool {
        self.only.is_none_or(|only| only == platform)
    }
}

impl Serialize for GraphsJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("platforms", &Platforms(self))?;
        let handovers = || {
            let pairs = self.graphs.handovers().map(|(from, to)| (from.key(), to.key()));
            pairs.filter(|(from, to)| self.shows(from.platform()) || self.shows(to.platform()))
        };
        map.serialize_entry("handovers", &Each(handovers))?;
        map.end()
    }
}

struct Platforms<'p, 'g>(&'p GraphsJson<'g>);

impl Serialize for Platforms<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let graphs = self.0.graphs.iter().filter(|graph| self.0.shows(graph.platform()));
        serializer.collect_map(graphs.map(|graph| (graph.platform(), GraphPicture(graph))))
    }
}

/// Nodes and edges, one after the other.
struct GraphPicture<'g>(&'g IntentionGraph);

impl Serialize for GraphPicture<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut picture = serializer.serialize_struct("GraphPicture", 2)?;
        picture.serialize_field("nodes", &Each(|| self.0.nodes().map(NodePicture::new)))?;
        picture
            .serialize_field("edges", &Each(|| self.0.edges().map(|(from, to)| (from.key(), to.key()))))?;
        picture.end()
    }
}

/// A sequence that is made while it is written.
struct Each<F>(F);

impl<F: Fn() -> I, I: Iterator<Item: Serialize>> Serialize for Each<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

#[derive(Serialize)]
struct NodePicture {
    key: NodeKey,
    kind: NodeKind,
    priority: Option<Priority>,
    latency: Option<Latency>,
    /// As people write them.
    deadlines: Vec<String>,
    regulators: Set<Regulator>,
    custody: Custody,
    /// For whom an export is.
    consumers: Vec<GroupKey>,
    fingerprint: String,
}

impl NodePicture {
    fn new(node: Node<'_>) -> Self {
        let obligation = node.obligation();
        Self {
            key: node.key(),
            kind: node.kind(),
            priority: obligation.priority(),
            latency: obligation.latency(),
            deadlines: obligation.deadlines().iter().map(Deadline::to_string).collect(),
            regulators: obligation.regulators().clone(),
            custody: obligation.custody(),
            consumers: node.consumers().map(|consumer| consumer.group.clone()).collect(),
            fingerprint: node.fingerprint().to_string(),
        }
    }
}
