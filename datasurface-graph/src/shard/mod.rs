//! Shards: parts of a graph that are rendered on their own. The shard of a node is no part of its identity.

mod fragment;
mod load;
mod pieces;
mod placed_datasets;
mod placement;
mod placer;

pub use placement::Placement;

use crate::{
    graph::{IntentionGraph, Node},
    key::NodeKey,
};
use datasurface_model::{DatasetName, DatastoreName};
use load::Loads;
use placer::Placer;
use std::{collections::BTreeSet, fmt};

/// The weight of a node, by limit, in the order of the limits.
/// A weight that is missing at the end is 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeWeight {
    /// The weight of the node itself, in the shard where it is placed.
    pub whole: Box<[u64]>,
    /// The weight of each of the datasets of the node, in the shard where that is placed.
    pub per_dataset: Box<[u64]>,
}

/// A graph in shards, each of which a platform can bear.
///
/// What is placed is a node, or one dataset of a node. A graph that was not placed yet is cut so that
///
/// - no shard is over a limit, unless by one piece that is over it alone: [`oversized`](Self::oversized);
/// - a capture and its exports are together, and a transformer and its inputs are, as far as the limits allow;
/// - shards can be done one after the other, if the graph has no cycle: what comes before a node is in the same shard, or
///   in one with a lower number.
///
/// What was placed stays where it is. A piece is moved if its shard is over a limit, the heaviest first, until it is not;
/// a new piece goes where what it belongs to is, or else to a shard where it can be. So a change of some nodes moves no
/// others. It may close a cycle of shards, though: that costs nobody anything, while a move would cost all who read.
pub struct Shards {
    graph: IntentionGraph,
    placement: Placement,
    loads: Loads,
    oversized: BTreeSet<(NodeKey, Option<DatasetName>)>,
}

impl Shards {
    /// Cuts a graph into shards whose weights are within the limits.
    /// The nodes begin where they were placed `before`.
    pub fn build(
        graph: &IntentionGraph,
        before: &Placement,
        limits: &[u64],
        weigh: &dyn Fn(&Node<'_>) -> NodeWeight,
    ) -> Self {
        Placer::new(graph, before, limits, weigh).run()
    }

    /// Returns the shards of what the graph has become, at a cost that follows what changed.
    /// The limits, and the weights of nodes with the same facts, must be the same as before.
    #[must_use]
    pub fn rebuild(&self, graph: &IntentionGraph, weigh: &dyn Fn(&Node<'_>) -> NodeWeight) -> Self {
        self.rebuild_from(&self.placement, graph, &BTreeSet::new(), [weigh, weigh])
    }

    /// Returns the shards of what the graph has become, whose nodes begin where they were placed `before`, at a cost that follows what differs. Nodes
    /// may weigh something else than they did also for another reason than their facts: those of the `reweighed` datastores, and of transformers
    /// that make or read these. `was` is what they weighed, and `weigh` what they weigh.
    #[must_use]
    pub fn rebuild_from(
        &self,
        before: &Placement,
        graph: &IntentionGraph,
        reweighed: &BTreeSet<DatastoreName>,
        [was, weigh]: [&dyn Fn(&Node<'_>) -> NodeWeight; 2],
    ) -> Self {
        Placer::incremental((self, was), before, (graph, weigh), reweighed).run()
    }

    /// The placement of all nodes.
    #[must_use]
    pub fn placement(&self) -> &Placement {
        &self.placement
    }

    /// The nodes, or datasets of nodes, that are over a limit alone.
    /// The shard that one of them is in is over that limit, too.
    pub fn oversized(&self) -> impl Iterator<Item = (&NodeKey, Option<&DatasetName>)> {
        self.oversized.iter().map(|(node, dataset)| (node, dataset.as_ref()))
    }
}

impl fmt::Debug for Shards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shards")
            .field("placement", &self.placement)
            .field("loads", &self.loads)
            .field("oversized", &self.oversized)
            .finish_non_exhaustive()
    }
}
