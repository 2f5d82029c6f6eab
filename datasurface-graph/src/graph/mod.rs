//! The intention graph: immutable once built, read through borrowed views.

mod formerly;
mod handover;
mod node;
mod order;

pub(crate) use node::At;
pub use node::Node;

use crate::{
    estate::{Derivation, Estate, Part, Supply},
    key::NodeKey,
};
use datasurface_model::{PlatformName, WorkspaceName};
use order::Order;
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::FxHashMap;
use std::{
    fmt,
    sync::{Arc, OnceLock},
};

/// The graphs of all platforms, and the hand-overs between them.
#[derive(Debug)]
pub struct IntentionGraphs {
    graphs: Vec<IntentionGraph>,
    estate: Arc<Estate>,
    effort: usize,
}

impl IntentionGraphs {
    pub(crate) fn of(estate: Estate, effort: usize) -> Self {
        let estate = Arc::new(estate);
        let graph = |platform: &PlatformName| IntentionGraph {
            platform: platform.clone(),
            estate: Arc::clone(&estate),
            order: OnceLock::new(),
        };
        Self { graphs: estate.platforms.iter().map(graph).collect(), estate: Arc::clone(&estate), effort }
    }

    /// How much work it was to build them: of how many datastores, workspaces and transformers it had to be worked out
    /// what happens for them, each counted as often as that was done. After a [`rebuild`](Self::rebuild), that follows
    /// what changed.
    #[must_use]
    pub fn effort(&self) -> usize {
        self.effort
    }

    pub(crate) fn estate(&self) -> &Estate {
        &self.estate
    }

    /// The graphs, ordered by platform. A platform that has nothing to do has an empty one.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &IntentionGraph> {
        self.graphs.iter()
    }

    /// The graph of a platform.
    #[must_use]
    pub fn graph(&self, platform: &PlatformName) -> Option<&IntentionGraph> {
        self.graphs.get(self.position(platform)?)
    }

    /// Where the graph of a platform is among the others.
    pub(crate) fn position(&self, platform: &PlatformName) -> Option<usize> {
        self.graphs.binary_search_by(|graph| graph.platform.cmp(platform)).ok()
    }

    /// A node of any platform.
    #[must_use]
    pub fn node(&self, key: &NodeKey) -> Option<Node<'_>> {
        self.graph(key.platform())?.node(key)
    }
}

/// What must happen on one platform.
pub struct IntentionGraph {
    platform: PlatformName,
    estate: Arc<Estate>,
    /// Made when somebody wants to see all of it.
    order: OnceLock<Order>,
}

impl IntentionGraph {
    /// The platform that does all this.
    #[must_use]
    pub fn platform(&self) -> &PlatformName {
        &self.platform
    }

    /// The graph of the same platform if it had nothing to do: what a graph is compared with if there was none before, or
    /// is none after a change.
    #[must_use]
    pub fn emptied(&self) -> Self {
        let Estate { ecosystem, assignments, platforms, .. } = self.estate();
        let nothing = Estate::new(ecosystem.clone(), assignments.clone(), Arc::clone(platforms));
        Self { platform: self.platform.clone(), estate: Arc::new(nothing), order: OnceLock::new() }
    }

    /// How many nodes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.order().len()
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.supplies().next().is_none()
    }

    /// The nodes, ordered by key.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = Node<'_>> {
        let order = self.order();
        (0..order.len()).map(move |position| Node::new(self, order.at(position)))
    }

    /// The node of this key.
    #[must_use]
    pub fn node(&self, key: &NodeKey) -> Option<Node<'_>> {
        if key.platform() != self.platform() {
            return None;
        }
        let at = match key {
            NodeKey::Export { container, dataset, .. } => {
                let supply = self.estate.supplies.get(&dataset.datastore)?;
                let part = supply.part(&self.platform)?;
                let site = self.estate.sites.get(container)?;
                let export = part.export_of(supply.dataset_id(&dataset.dataset)?, site)?;
                At::Export { supply, part, export }
            }
            NodeKey::Ingest { datastore, dataset, .. } => {
                let supply = self.estate.supplies.get(datastore)?;
                let part = supply.part(&self.platform).filter(|part| part.whole == dataset.is_none())?;
                let ingest = match dataset {
                    Some(dataset) => part.ingest_of(supply.dataset_id(dataset)?)?,
                    None => part.ingests.first()?,
                };
                At::Ingest { supply, part, ingest }
            }
            NodeKey::Transform { workspace, .. } => At::Transform(self.derivation(workspace)?),
            NodeKey::Trigger { workspace, .. } => At::Trigger(self.derivation(workspace)?),
        };
        Some(Node::new(self, at))
    }

    /// What must come before what, ordered by keys.
    pub fn edges(&self) -> impl Iterator<Item = (Node<'_>, Node<'_>)> {
        self.nodes().flat_map(|from| from.successors().map(move |to| (from, to)))
    }

    /// The graph for petgraph's algorithms: nodes are keys.
    #[must_use]
    pub fn as_petgraph(&self) -> DiGraph<NodeKey, (), u32> {
        let mut graph = DiGraph::default();
        let indices: FxHashMap<NodeKey, NodeIndex> =
            self.nodes().map(|node| (node.key(), graph.add_node(node.key()))).collect();
        for (from, to) in self.edges() {
            if let (Some(from), Some(to)) = (indices.get(&from.key()), indices.get(&to.key())) {
                graph.add_edge(*from, *to, ());
            }
        }
        graph
    }

    pub(crate) fn estate(&self) -> &Estate {
        &self.estate
    }

    /// The same graph, for somebody who keeps it.
    pub(crate) fn share(&self) -> Self {
        Self { platform: self.platform.clone(), estate: Arc::clone(&self.estate), order: OnceLock::new() }
    }

    /// The datastores that this platform does something for, by name.
    fn supplies(&self) -> impl Iterator<Item = (&Supply, &Part)> {
        let supplies = self.estate.supplies.values();
        supplies.filter_map(|supply| Some((&**supply, supply.part(&self.platform)?)))
    }

    /// The nodes that are for a datastore.
    pub(crate) fn nodes_of<'g>(&'g self, supply: &'g Supply) -> impl Iterator<Item = Node<'g>> {
        supply.part(&self.platform).into_iter().flat_map(move |part| {
            let exports = part.exports.iter().map(move |export| At::Export { supply, part, export });
            let ingests = part.ingests.iter().map(move |ingest| At::Ingest { supply, part, ingest });
            exports.chain(ingests).map(move |at| Node::new(self, at))
        })
    }

    /// The nodes that are for a transformer.
    pub(crate) fn nodes_of_derivation<'g>(
        &'g self,
        derivation: &'g Derivation,
    ) -> impl Iterator<Item = Node<'g>> {
        let here = [At::Transform(derivation), At::Trigger(derivation)];
        here.into_iter().filter(|_| derivation.on == self.platform).map(move |at| Node::new(self, at))
    }

    /// A transformer that runs on this platform.
    pub(crate) fn derivation(&self, workspace: &WorkspaceName) -> Option<&Derivation> {
        let derivation = self.estate.derivations.get(workspace)?;
        (derivation.on == self.platform).then_some(derivation)
    }

    fn order(&self) -> &Order {
        self.order.get_or_init(|| Order::of(&self.estate, &self.platform))
    }
}

impl fmt::Debug for IntentionGraph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntentionGraph")
            .field("platform", &self.platform())
            .field("nodes", &self.nodes().map(|node| node.key()).collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
