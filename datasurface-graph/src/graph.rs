//! The intention graph: immutable once built, read through borrowed views.

use crate::{
    build::Handover,
    estate::{
        ContainerId, DatasetId, Estate, GroupId, Kept, PlatformId, StoreId, TransformerId, WorkspaceId,
    },
    facts::NodeFacts,
    fingerprint::Fingerprint,
    key::{NodeKey, NodeKind},
    narrate,
    obligation::Obligation,
};
use datasurface_model::PlatformName;
use petgraph::{
    Direction,
    graph::{DiGraph, NodeIndex},
    visit::IntoNodeReferences,
};
use std::{
    fmt,
    sync::{Arc, OnceLock},
};

/// The graphs of all platforms, and the hand-overs between them.
#[derive(Debug)]
pub struct IntentionGraphs {
    graphs: Vec<IntentionGraph>,
    handovers: Vec<Handover>,
}

impl IntentionGraphs {
    pub(crate) fn new(graphs: Vec<IntentionGraph>, handovers: Vec<Handover>) -> Self {
        Self { graphs, handovers }
    }

    /// The graphs, ordered by platform. A platform that has nothing to do has an empty one.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &IntentionGraph> {
        self.graphs.iter()
    }

    /// The graph of a platform.
    #[must_use]
    pub fn graph(&self, platform: &PlatformName) -> Option<&IntentionGraph> {
        self.graphs.iter().find(|graph| graph.platform() == platform)
    }

    /// A node of any platform.
    #[must_use]
    pub fn node(&self, key: &NodeKey) -> Option<Node<'_>> {
        self.graph(key.platform())?.node(key)
    }

    /// Pairs of captures of one datastore: the one that captures for all, and one on another platform that takes its
    /// data from there.
    pub fn handovers(&self) -> impl Iterator<Item = (Node<'_>, Node<'_>)> {
        self.handovers.iter().filter_map(|handover| Some((self.at(handover.from)?, self.at(handover.to)?)))
    }

    /// The capture on another platform that an ingest takes its data from.
    #[must_use]
    pub fn handed_over_from(&self, key: &NodeKey) -> Option<Node<'_>> {
        let (graph, node) = self.position(key)?;
        let handover = self.handovers.iter().find(|handover| handover.to == (graph, node))?;
        self.at(handover.from)
    }

    fn position(&self, key: &NodeKey) -> Option<(PlatformId, NodeIndex)> {
        let at = self.graphs.iter().position(|graph| graph.platform() == key.platform())?;
        Some((PlatformId::at(at), self.graphs.get(at)?.node(key)?.index))
    }

    fn at(&self, (platform, index): (PlatformId, NodeIndex)) -> Option<Node<'_>> {
        self.graphs.get(platform.index())?.at(index)
    }

    pub(crate) fn handover_ids(&self) -> &[Handover] {
        &self.handovers
    }

    pub(crate) fn all_nodes(&self) -> impl Iterator<Item = (PlatformId, &NodeData)> {
        self.graphs.iter().enumerate().flat_map(|(platform, graph)| {
            graph.nodes.node_weights().map(move |node| (PlatformId::at(platform), node))
        })
    }

    pub(crate) fn all_nodes_mut(&mut self) -> impl Iterator<Item = (PlatformId, &mut NodeData)> {
        self.graphs.iter_mut().enumerate().flat_map(|(platform, graph)| {
            graph.nodes.node_weights_mut().map(move |node| (PlatformId::at(platform), node))
        })
    }
}

/// What must happen on one platform.
pub struct IntentionGraph {
    platform: PlatformName,
    estate: Arc<Estate>,
    /// Nodes are in the order of their keys.
    nodes: DiGraph<NodeData, (), u32>,
}

/// A node, as small numbers.
#[derive(Debug)]
pub(crate) struct NodeData {
    payload: Payload,
    obligation: Obligation,
    fingerprint: OnceLock<Fingerprint>,
}

/// What a node is about.
#[derive(Debug)]
pub(crate) enum Payload {
    Export {
        container: ContainerId,
        store: StoreId,
        dataset: DatasetId,
        consumers: Box<[(WorkspaceId, GroupId)]>,
    },
    Ingest {
        store: StoreId,
        whole: bool,
        datasets: Kept,
    },
    Transform {
        transformer: TransformerId,
    },
    Trigger {
        transformer: TransformerId,
    },
}

impl NodeData {
    pub(crate) fn new(payload: Payload) -> Self {
        Self { payload, obligation: Obligation::default(), fingerprint: OnceLock::new() }
    }

    pub(crate) fn payload(&self) -> &Payload {
        &self.payload
    }

    pub(crate) fn payload_mut(&mut self) -> &mut Payload {
        &mut self.payload
    }

    pub(crate) fn oblige(&mut self, obligation: Obligation) {
        self.obligation = obligation;
    }
}

impl IntentionGraph {
    pub(crate) fn new(
        platform: PlatformName,
        estate: Arc<Estate>,
        nodes: DiGraph<NodeData, (), u32>,
    ) -> Self {
        Self { platform, estate, nodes }
    }

    /// The platform that does all this.
    #[must_use]
    pub fn platform(&self) -> &PlatformName {
        &self.platform
    }

    /// How many nodes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.node_count()
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The nodes, ordered by key.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = Node<'_>> {
        self.nodes.node_references().map(|(index, data)| Node { graph: self, index, data })
    }

    /// The node of this key.
    #[must_use]
    pub fn node(&self, key: &NodeKey) -> Option<Node<'_>> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let node = self.at(NodeIndex::new(middle))?;
            match node.key().cmp(key) {
                std::cmp::Ordering::Equal => return Some(node),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// What must come before what, ordered by keys.
    pub fn edges(&self) -> impl Iterator<Item = (Node<'_>, Node<'_>)> {
        self.nodes().flat_map(|from| from.successors().map(move |to| (from, to)))
    }

    /// The graph for petgraph's algorithms: nodes are keys.
    #[must_use]
    pub fn as_petgraph(&self) -> DiGraph<NodeKey, (), u32> {
        self.nodes.map(|_, data| narrate::key(&self.estate, &self.platform, &data.payload), |_, ()| ())
    }

    pub(crate) fn index_edges(&self) -> impl Iterator<Item = (NodeIndex, NodeIndex)> {
        self.nodes.edge_indices().filter_map(|edge| self.nodes.edge_endpoints(edge))
    }

    fn at(&self, index: NodeIndex) -> Option<Node<'_>> {
        self.nodes.node_weight(index).map(|data| Node { graph: self, index, data })
    }
}

impl fmt::Debug for IntentionGraph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntentionGraph")
            .field("platform", &self.platform)
            .field("nodes", &self.nodes().map(|node| node.key()).collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// A node of a graph.
#[derive(Clone, Copy)]
pub struct Node<'g> {
    graph: &'g IntentionGraph,
    index: NodeIndex,
    data: &'g NodeData,
}

impl<'g> Node<'g> {
    /// Its identity.
    #[must_use]
    pub fn key(&self) -> NodeKey {
        narrate::key(&self.graph.estate, &self.graph.platform, &self.data.payload)
    }

    /// What must happen.
    #[must_use]
    pub fn kind(&self) -> NodeKind {
        match self.data.payload {
            Payload::Export { .. } => NodeKind::Export,
            Payload::Ingest { .. } => NodeKind::Ingest,
            Payload::Transform { .. } => NodeKind::Transform,
            Payload::Trigger { .. } => NodeKind::Trigger,
        }
    }

    /// What it owes to those behind it.
    #[must_use]
    pub fn obligation(&self) -> &'g Obligation {
        &self.data.obligation
    }

    /// All that the graph knows of it.
    #[must_use]
    pub fn facts(&self) -> NodeFacts {
        let detail = narrate::detail(&self.graph.estate, &self.graph.platform, &self.data.payload);
        NodeFacts::new(self.key(), self.data.obligation.clone(), detail)
    }

    /// The hash of its facts. Computed once.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        *self.data.fingerprint.get_or_init(|| self.facts().fingerprint())
    }

    /// What must come directly before, ordered by key.
    pub fn predecessors(&self) -> impl Iterator<Item = Node<'g>> + use<'g> {
        self.neighbours(Direction::Incoming)
    }

    /// What comes directly after, ordered by key.
    pub fn successors(&self) -> impl Iterator<Item = Node<'g>> + use<'g> {
        self.neighbours(Direction::Outgoing)
    }

    fn neighbours(&self, direction: Direction) -> impl Iterator<Item = Node<'g>> + use<'g> {
        let graph = self.graph;
        let mut neighbours: Vec<_> = graph.nodes.neighbors_directed(self.index, direction).collect();
        neighbours.sort_unstable();
        neighbours.into_iter().filter_map(move |index| graph.at(index))
    }
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.key())
    }
}
