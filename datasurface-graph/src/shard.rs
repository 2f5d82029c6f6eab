//! Shards: parts of a graph that are rendered on their own. Where a node is placed is no part of its identity.

use crate::{graph::IntentionGraph, key::NodeKey};
use datasurface_model::{DatasetName, ShardName};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The shard that a graph has when nothing else was decided.
const FIRST: &str = "main";

/// Where the nodes of a platform's graph are placed. A dataset of a capture is placed where the capture is, unless it
/// has a place of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placement {
    nodes: BTreeMap<NodeKey, ShardName>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    datasets: BTreeMap<NodeKey, BTreeMap<DatasetName, ShardName>>,
}

impl Placement {
    /// Places every node of a graph: where it was before, or else beside a neighbour that has a place, or else in the
    /// first shard. One shard will do until a platform's limits ask for more.
    #[must_use]
    pub fn of(graph: &IntentionGraph, previous: &Self) -> Self {
        let first = previous.shards().into_iter().next().unwrap_or_else(|| FIRST.into());
        let mut placement = Self::default();
        for node in graph.nodes() {
            let key = node.key();
            let neighbours = node.predecessors().chain(node.successors());
            let shard = previous
                .nodes
                .get(&key)
                .or_else(|| neighbours.filter_map(|neighbour| previous.nodes.get(&neighbour.key())).min())
                .unwrap_or(&first)
                .clone();
            let facts = node.facts();
            let kept: BTreeMap<_, _> = facts
                .datasets()
                .iter()
                .filter_map(|dataset| {
                    let name = &dataset.key().dataset;
                    let place = previous.datasets.get(&key)?.get(name)?;
                    (*place != shard).then(|| (name.clone(), place.clone()))
                })
                .collect();
            if !kept.is_empty() {
                placement.datasets.insert(key.clone(), kept);
            }
            placement.nodes.insert(key, shard);
        }
        placement
    }

    /// Places a node.
    pub fn place(&mut self, node: NodeKey, shard: ShardName) {
        self.nodes.insert(node, shard);
    }

    /// Places one dataset of a capture apart from it.
    pub fn place_dataset(&mut self, node: NodeKey, dataset: DatasetName, shard: ShardName) {
        self.datasets.entry(node).or_default().insert(dataset, shard);
    }

    /// The shard of a node.
    #[must_use]
    pub fn shard(&self, node: &NodeKey) -> Option<&ShardName> {
        self.nodes.get(node)
    }

    /// The shard of one dataset of a capture.
    #[must_use]
    pub fn shard_of_dataset(&self, node: &NodeKey, dataset: &DatasetName) -> Option<&ShardName> {
        let apart = self.datasets.get(node).and_then(|datasets| datasets.get(dataset));
        apart.or_else(|| self.shard(node))
    }

    /// Every shard that something is placed in, in order.
    #[must_use]
    pub fn shards(&self) -> BTreeSet<ShardName> {
        let apart = self.datasets.values().flat_map(|datasets| datasets.values());
        self.nodes.values().chain(apart).cloned().collect()
    }
}
