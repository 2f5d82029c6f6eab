//! Shared scopes: what nodes have in common, gathered from all nodes of a platform, and from what is held on it.

use crate::{configured_platform::ConfiguredPlatform, sharding::HeldCustody};
use datasurface_graph::{Fingerprint, NodeKey};
use datasurface_model::{DatasetKey, Json, Set};
use datasurface_platform::{HeldScope, HeldState, NodeView, ScopeView, SharedKey};
use std::{collections::BTreeMap, sync::Arc};

/// The shard of what is held, and was in no shard before.
pub(super) const MAIN_SHARD: &str = "main";

/// What is known of a shared scope beside the view that it is rendered from.
#[derive(Debug)]
pub(super) struct SharedScope {
    /// The weight of all parts together, by limit.
    pub(super) weights: BTreeMap<String, u64>,
    /// The nodes that add parts, by their storage names, with the hash of what each adds.
    pub(super) members: Arc<BTreeMap<NodeKey, Fingerprint>>,
    /// Those of them that are in the graph, ordered by key.
    pub(super) fed: Vec<NodeView>,
}

/// What nodes add to a shared scope.
#[derive(Default)]
struct Parts {
    /// The parts, each once, with what it costs of each limit.
    parts: BTreeMap<Json, BTreeMap<String, u64>>,
    members: BTreeMap<NodeKey, Set<Json>>,
    fed: Vec<NodeView>,
}

/// Asks each node what it shares: those of the graph, and then those of which something is held.
pub(super) fn gather<'v>(
    configured: &ConfiguredPlatform,
    nodes: impl Iterator<Item = &'v NodeView>,
    held: impl Iterator<Item = &'v NodeView>,
) -> Vec<(SharedKey, ScopeView, SharedScope)> {
    if !configured.platform().descriptor().has_shares() {
        return Vec::new();
    }
    let mut shared: BTreeMap<SharedKey, Parts> = BTreeMap::new();
    let all = nodes.map(|node| (node, true)).chain(held.map(|node| (node, false)));
    for (node, is_fed) in all {
        let shares = configured.platform().shares(node);
        for share in shares.into_iter().filter(|share| is_fed || !share.while_fed) {
            let scope = shared.entry(share.key).or_default();
            let weights = scope.parts.entry(share.part.clone()).or_default();
            for (limit, weight) in share.weights {
                let heaviest = weights.entry(limit).or_default();
                *heaviest = weight.max(*heaviest);
            }
            scope.members.entry(node.facts().storage_key()).or_default().insert(share.part);
            if is_fed && scope.fed.last().is_none_or(|last| last.key() != node.key()) {
                scope.fed.push(node.clone());
            }
        }
    }
    shared.into_iter().map(|(key, parts)| parts.into_scope(configured, key)).collect()
}

impl Parts {
    /// Adds up what is known of the parts, of which the view alone is kept.
    fn into_scope(
        self,
        configured: &ConfiguredPlatform,
        key: SharedKey,
    ) -> (SharedKey, ScopeView, SharedScope) {
        let mut weights: BTreeMap<String, u64> = BTreeMap::new();
        for (limit, weight) in self.parts.values().flatten() {
            let total = weights.entry(limit.clone()).or_default();
            *total = total.saturating_add(*weight);
        }
        let hash = |parts: &Set<Json>| Fingerprint::of(&parts.iter().map(Json::raw).collect::<Vec<_>>());
        let members = self.members.into_iter().map(|(node, parts)| (node, hash(&parts)));
        let shared = SharedScope { weights, members: Arc::new(members.collect()), fed: self.fed };
        let parts = self.parts.into_keys().collect();
        (key.clone(), ScopeView::shared(Arc::clone(configured.instance()), key, parts), shared)
    }
}

/// The nodes that held data came from, by the storage names of datasets. Resources of one dataset are held together, whatever each of
/// them keeps: what they share is one part.
pub(super) fn held_nodes(held: &[HeldState]) -> BTreeMap<DatasetKey, NodeView> {
    let custody = HeldCustody::new(held);
    let joined = |node: &NodeView| node.with_facts(custody.join(node.facts().clone()));
    held.iter().map(|state| (state.holds.dataset.clone(), joined(&state.node))).collect()
}

/// Places in a shard what is held in a shared scope that its node is no part of any more: its platform, or another version of it, renders
/// it there.
pub(super) fn place_unshared(
    configured: &ConfiguredPlatform,
    nodes: &BTreeMap<DatasetKey, NodeView>,
    held: &mut [HeldState],
) {
    let has_shares = configured.platform().descriptor().has_shares();
    for state in held {
        let HeldScope::Shared(key) = &state.scope else { continue };
        let node = nodes.get(&state.holds.dataset).filter(|_| has_shares);
        let shares = node.map(|node| configured.platform().shares(node)).unwrap_or_default();
        if shares.iter().all(|share| share.key != *key) {
            state.scope = HeldScope::Shard(MAIN_SHARD.into());
        }
    }
}
