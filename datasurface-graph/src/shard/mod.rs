//! Shards: parts of a graph that are rendered on their own. Where a node is placed is no part of its identity.

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
use datasurface_model::DatasetName;
use load::Loads;
use placer::Placer;
use std::{collections::BTreeSet, fmt};

/// What a node weighs, by limit, in the order of the limits. What is missing at the end weighs nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeWeight {
    /// The node itself, where it is placed.
    pub whole: Box<[u64]>,
    /// Each of its datasets, where that is placed.
    pub per_dataset: Box<[u64]>,
}

/// A graph in shards, each of which a platform can bear.
///
/// What is placed is a node, or one dataset of a node. A graph that was not placed yet is cut so that
///
/// - no shard is over a limit, unless by one piece that is over it alone: [`too_heavy`](Self::too_heavy);
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
    too_heavy: BTreeSet<(NodeKey, Option<DatasetName>)>,
}

impl Shards {
    /// Cuts a graph into shards that bear no more than the limits, and begins with where everything was placed before.
    pub fn build(
        graph: &IntentionGraph,
        before: &Placement,
        limits: &[u64],
        weigh: &dyn Fn(&Node<'_>) -> NodeWeight,
    ) -> Self {
        Placer::new(graph, before, limits, weigh).run()
    }

    /// The shards of what the graph has become, at a cost that follows what changed. The limits, and what nodes with the
    /// same facts weigh, must be the same.
    #[must_use]
    pub fn rebuild(&self, graph: &IntentionGraph, weigh: &dyn Fn(&Node<'_>) -> NodeWeight) -> Self {
        Placer::incremental(self, graph, weigh).run()
    }

    /// Where everything is.
    #[must_use]
    pub fn placement(&self) -> &Placement {
        &self.placement
    }

    /// What is over a limit alone, and so in a shard that is: nodes, or datasets of nodes.
    pub fn oversized(&self) -> impl Iterator<Item = (&NodeKey, Option<&DatasetName>)> {
        self.too_heavy.iter().map(|(node, dataset)| (node, dataset.as_ref()))
    }
}

impl fmt::Debug for Shards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shards")
            .field("placement", &self.placement)
            .field("loads", &self.loads)
            .field("too_heavy", &self.too_heavy)
            .finish_non_exhaustive()
    }
}
