//! Differences between two graphs: by key, and by fingerprint where the key is in both.

use crate::{
    fragments::FragmentsDifference,
    graph::{IntentionGraph, Node},
    key::NodeKey,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// The differences between a graph and an earlier one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct GraphDiff {
    /// Keys that only the new graph has, in order.
    pub added: Vec<NodeKey>,
    /// Keys that only the old graph has, in order.
    pub removed: Vec<NodeKey>,
    /// Keys that both have, with other facts, in order.
    pub changed: Vec<NodeKey>,
    /// Nodes that were removed, each with the one that was added in its place since something that its key names was
    /// renamed; ordered by the new key. Both are among the [removed](Self::removed) and the [added](Self::added), too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub renamed: Vec<(NodeKey, NodeKey)>,
}

impl GraphDiff {
    /// Compares two graphs of one platform. Fragments that both have are not looked into.
    #[must_use]
    pub fn between(old: &IntentionGraph, new: &IntentionGraph) -> Self {
        let mut diff = Self::default();
        if old.platform() == new.platform() {
            let FragmentsDifference { datastore_fragments, transformer_fragments } =
                old.fragments().difference(new.fragments());
            for (before, after) in datastore_fragments {
                diff.compare(
                    before.into_iter().flat_map(|datastore_fragment| old.nodes_of(datastore_fragment)),
                    after.into_iter().flat_map(|datastore_fragment| new.nodes_of(datastore_fragment)),
                );
            }
            for (before, after) in transformer_fragments {
                diff.compare(
                    before
                        .into_iter()
                        .flat_map(|transformer_fragment| old.nodes_of_transformer(transformer_fragment)),
                    after
                        .into_iter()
                        .flat_map(|transformer_fragment| new.nodes_of_transformer(transformer_fragment)),
                );
            }
        } else {
            diff.compare(old.nodes(), new.nodes());
        }
        diff.added.sort_unstable();
        diff.removed.sort_unstable();
        diff.changed.sort_unstable();
        diff.find_renamed(old, new);
        diff
    }

    fn compare<'g>(&mut self, old: impl Iterator<Item = Node<'g>>, new: impl Iterator<Item = Node<'g>>) {
        let mut before: BTreeMap<NodeKey, Node<'_>> = old.map(|node| (node.key(), node)).collect();
        for node in new {
            let key = node.key();
            match before.remove(&key) {
                None => self.added.push(key),
                Some(before) if before.fingerprint() != node.fingerprint() => self.changed.push(key),
                Some(_) => {}
            }
        }
        self.removed.extend(before.into_keys());
    }

    fn find_renamed(&mut self, old: &IntentionGraph, new: &IntentionGraph) {
        let nodes = self.added.iter().filter_map(|key| new.node(key));
        let pairs = nodes.filter_map(|node| Some((node.former_key(old)?, node.key())));
        self.renamed = pairs.filter(|(former, _)| self.removed.binary_search(former).is_ok()).collect();
    }

    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }

    /// Returns the number of nodes that differ. A renamed node counts twice: as removed and as added.
    #[must_use]
    pub fn len(&self) -> usize {
        self.added.len() + self.removed.len() + self.changed.len()
    }
}
