//! The parts of nodes that are placed in each shard.

use super::{
    node_views::NodeViews,
    views::{PlatformViews, ViewedScope},
};
use datasurface_graph::{DatasetFacts, NodeKey, Placement};
use datasurface_model::ShardName;
use datasurface_platform::{NodeView, Scope, ScopedNode};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The nodes in a shard.
pub(super) enum ShardNodes {
    /// Those of this scope, which are as they were.
    AsBefore(Arc<ViewedScope>),
    /// These, ordered by key.
    Other(Vec<ScopedNode>),
}

/// The nodes in each shard.
pub(super) type NodesByShard = BTreeMap<ShardName, ShardNodes>;

/// Divides nodes among shards. There can be as many shards as nodes, so each node is looked at once.
pub(super) fn by_shard(nodes: &NodeViews, placement: &Placement) -> NodesByShard {
    let shards = placed(nodes.iter(), placement);
    shards.into_iter().map(|(shard, nodes)| (shard, ShardNodes::Other(nodes))).collect()
}

/// Divides nodes among shards, where those that are placed elsewhere than before are fresh.
pub(super) fn by_shard_since(
    (before, placement_before): (&PlatformViews, &Placement),
    nodes: &NodeViews,
    placement: &Placement,
) -> NodesByShard {
    let mut fresh = placed(nodes.fresh(), placement);
    let mut all_gone: BTreeMap<&ShardName, BTreeSet<&NodeKey>> = BTreeMap::new();
    for node in nodes.replaced.iter().filter_map(|key| before.nodes.get(key)) {
        let datasets = node.facts().datasets().iter();
        let shards = datasets.map(|facts| placement_before.dataset_shard(node.key(), &facts.key.dataset));
        for shard in shards.chain([placement_before.shard(node.key())]).flatten() {
            all_gone.entry(shard).or_default().insert(node.key());
        }
    }
    let mut shards = NodesByShard::new();
    for scope in &before.scopes {
        let Scope::Shard(shard) = scope.view.scope() else { continue };
        let fresh = fresh.remove(shard).unwrap_or_default();
        let gone = all_gone.remove(shard).unwrap_or_default();
        let here = match fresh.is_empty() && gone.is_empty() {
            true => ShardNodes::AsBefore(Arc::clone(scope)),
            false => ShardNodes::Other(merged(scope.view.nodes(), &gone, fresh)),
        };
        shards.insert(shard.clone(), here);
    }
    shards.extend(fresh.into_iter().map(|(shard, nodes)| (shard, ShardNodes::Other(nodes))));
    shards
}

/// The nodes of before without those that are gone, and fresh ones, all ordered by key.
fn merged(before: &[ScopedNode], gone: &BTreeSet<&NodeKey>, fresh: Vec<ScopedNode>) -> Vec<ScopedNode> {
    let mut merged = Vec::with_capacity(before.len() + fresh.len());
    let mut fresh = fresh.into_iter().peekable();
    for node in before.iter().filter(|node| !gone.contains(node.view().key())) {
        while let Some(fresh) = fresh.next_if(|fresh| fresh.view().key() < node.view().key()) {
            merged.push(fresh);
        }
        merged.push(node.clone());
    }
    merged.extend(fresh);
    merged
}

fn placed<'v>(
    nodes: impl Iterator<Item = &'v NodeView>,
    placement: &Placement,
) -> BTreeMap<ShardName, Vec<ScopedNode>> {
    let mut shards: BTreeMap<ShardName, Vec<ScopedNode>> = BTreeMap::new();
    for node in nodes {
        let whole = placement.shard(node.key());
        let shard_of = |dataset: &DatasetFacts| placement.dataset_shard(node.key(), &dataset.key.dataset);
        // The job of a capture needs all of it; every other shard is shown what is placed there.
        let elsewhere = |dataset: &DatasetFacts| shard_of(dataset).filter(|shard| Some(*shard) != whole);
        if let Some(shard) = whole {
            let datasets = node.facts().datasets().iter().filter(|dataset| shard_of(dataset) == whole);
            let datasets = datasets.map(|dataset| dataset.key.dataset.clone()).collect();
            shards.entry(shard.clone()).or_default().push(ScopedNode::new(node.clone(), true, datasets));
        }
        for (shard, part) in node.divided(elsewhere) {
            let datasets = part.facts().datasets().iter();
            let datasets = datasets.map(|dataset| dataset.key.dataset.clone()).collect();
            shards.entry(shard.clone()).or_default().push(ScopedNode::new(part, false, datasets));
        }
    }
    shards
}
