//! The nodes of a graph: all of them, one by its key, and those that are for something.

use super::{graphs::IntentionGraphs, intention_graph::IntentionGraph, node::Node};
use crate::{
    fragments::{DatastoreFragment, NodeRef, TransformerFragment},
    key::NodeKey,
};
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::FxHashMap;
use std::fmt;

impl IntentionGraphs {
    /// Returns the node of this key on any platform.
    #[must_use]
    pub fn node(&self, key: &NodeKey) -> Option<Node<'_>> {
        self.graph(key.platform())?.node(key)
    }
}

impl IntentionGraph {
    /// The nodes, ordered by key.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = Node<'_>> {
        let order = self.order();
        (0..order.len()).map(move |position| Node::new(self, order.get(position)))
    }

    /// Returns the node of this key; `None` also for a key of another platform.
    #[must_use]
    pub fn node(&self, key: &NodeKey) -> Option<Node<'_>> {
        if key.platform() != self.platform() {
            return None;
        }
        let at = match key {
            NodeKey::Export { container, dataset, .. } => {
                let datastore_fragment = self.fragments.datastore_fragments.get(&dataset.datastore)?;
                let part = datastore_fragment.part(&self.platform)?;
                let site = self.fragments.sites.get(&**container)?;
                let export = part.export_of(datastore_fragment.dataset_id(&dataset.dataset)?, site)?;
                NodeRef::Export { datastore_fragment, part, export }
            }
            NodeKey::Ingest { datastore, dataset, .. } => {
                let datastore_fragment = self.fragments.datastore_fragments.get(datastore)?;
                let part =
                    datastore_fragment.part(&self.platform).filter(|part| part.whole == dataset.is_none())?;
                let ingest = match dataset {
                    Some(dataset) => part.ingest_of(datastore_fragment.dataset_id(dataset)?)?,
                    None => part.ingests.first()?,
                };
                NodeRef::Ingest { datastore_fragment, part, ingest }
            }
            NodeKey::Transform { workspace, .. } => NodeRef::Transform(self.transformer_fragment(workspace)?),
            NodeKey::Trigger { workspace, .. } => NodeRef::Trigger(self.transformer_fragment(workspace)?),
        };
        Some(Node::new(self, at))
    }

    /// The edges, ordered by keys. The first node of each must come before the second.
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

    /// The nodes that are for a datastore.
    pub(crate) fn nodes_of<'g>(
        &'g self,
        datastore_fragment: &'g DatastoreFragment,
    ) -> impl Iterator<Item = Node<'g>> {
        datastore_fragment.part(&self.platform).into_iter().flat_map(move |part| {
            let exports =
                part.exports.iter().map(move |export| NodeRef::Export { datastore_fragment, part, export });
            let ingests =
                part.ingests.iter().map(move |ingest| NodeRef::Ingest { datastore_fragment, part, ingest });
            exports.chain(ingests).map(move |at| Node::new(self, at))
        })
    }

    /// The nodes that are for a transformer.
    pub(crate) fn nodes_of_transformer<'g>(
        &'g self,
        transformer_fragment: &'g TransformerFragment,
    ) -> impl Iterator<Item = Node<'g>> {
        let here = [NodeRef::Transform(transformer_fragment), NodeRef::Trigger(transformer_fragment)];
        here.into_iter()
            .filter(|_| transformer_fragment.on == self.platform)
            .map(move |at| Node::new(self, at))
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
