//! Shared scopes: what nodes have in common, gathered from all nodes of a platform, and from what is held on it.

use crate::configured_platform::ConfiguredPlatform;
use datasurface_graph::{Fingerprint, NodeKey};
use datasurface_model::Json;
use datasurface_platform::{NodeView, ScopeView, SharedKey};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The content of a shared scope.
#[derive(Debug, Default)]
pub(super) struct SharedScope {
    /// The parts, each once, with what it costs of each limit.
    parts: BTreeMap<Json, BTreeMap<String, u64>>,
    /// The nodes that add parts, by their storage names, with what each adds.
    members: BTreeMap<NodeKey, BTreeSet<Json>>,
    /// The positions of these nodes among all that were asked.
    asked: Vec<usize>,
}

/// Asks each node what it shares.
pub(super) fn gather<'v>(
    configured: &ConfiguredPlatform,
    nodes: impl Iterator<Item = &'v NodeView>,
) -> BTreeMap<SharedKey, SharedScope> {
    let mut shared: BTreeMap<SharedKey, SharedScope> = BTreeMap::new();
    if !configured.platform().descriptor().has_shares() {
        return shared;
    }
    for (position, node) in nodes.enumerate() {
        for share in configured.platform().shares(node) {
            let scope = shared.entry(share.key).or_default();
            let weights = scope.parts.entry(share.part.clone()).or_default();
            for (limit, weight) in share.weights {
                let heaviest = weights.entry(limit).or_default();
                *heaviest = weight.max(*heaviest);
            }
            scope.members.entry(node.facts().storage_key()).or_default().insert(share.part);
            if scope.asked.last() != Some(&position) {
                scope.asked.push(position);
            }
        }
    }
    shared
}

impl SharedScope {
    /// The view that it is rendered from.
    pub(super) fn view(&self, configured: &ConfiguredPlatform, key: &SharedKey) -> ScopeView {
        let parts = self.parts.keys().cloned().collect();
        ScopeView::shared(Arc::clone(configured.instance()), key.clone(), parts)
    }

    /// The weight of all parts together.
    pub(super) fn weight(&self, limit: &str) -> u64 {
        let weights = self.parts.values().filter_map(|weights| weights.get(limit));
        weights.fold(0, |total, weight| total.saturating_add(*weight))
    }

    /// Those of the nodes that were asked that add parts.
    pub(super) fn nodes<'v>(&self, asked: &'v [NodeView]) -> impl Iterator<Item = &'v NodeView> {
        self.asked.iter().filter_map(|position| asked.get(*position))
    }

    /// The nodes that add parts, by their storage names, with the hash of what each adds.
    pub(super) fn fingerprints(&self) -> BTreeMap<NodeKey, Fingerprint> {
        self.members.iter().map(|(node, parts)| (node.clone(), Fingerprint::of(parts))).collect()
    }
}
