//! The order in which the nodes of one graph come up: what is needed comes before what needs it, and what matters most
//! comes first.

use super::{
    bring_up::Step,
    cycle::{CycleEntry, entered},
    order::in_order,
};
use crate::{
    fragments::NodeRef,
    graph::{IntentionGraph, Node},
};
use datasurface_model::Priority;
use std::{cmp::Reverse, collections::BTreeSet};

/// Smaller ones come first: higher priorities, then smaller keys, which are ordered as the positions of nodes are.
type Rank = (Reverse<Option<Priority>>, usize);

/// Returns all nodes of a graph in the order in which they come up: each after all that it needs.
/// Where the order is free, nodes of a higher priority come first. Loops of transformers are circles.
///
/// A circle is entered at a trigger: one that runs before all of its inputs are there, if there is any, and among
/// those rather one that has something to read. Inside it, too, only triggers come before something that they need.
#[must_use]
pub fn bring_up_order(graph: &IntentionGraph) -> Vec<Step<Node<'_>>> {
    let ranks: Vec<Rank> =
        (0..).zip(graph.nodes()).map(|(at, node)| (Reverse(node.obligation().priority()), at)).collect();
    let nodes = Ranked { ranks, nodes: graph.nodes().collect() };
    let links = nodes.nodes.iter().zip(&nodes.ranks).flat_map(|(node, rank)| {
        let needing = node.successors().filter_map(|next| nodes.rank(&next));
        needing.map(|next| (*rank, next))
    });
    let steps = in_order(nodes.ranks.iter().copied().collect(), &links.collect());
    let steps = steps.into_iter().filter_map(|step| match step {
        Step::One(rank) => nodes.node(rank).map(Step::One),
        Step::Circle(cycle) => Some(Step::Circle(nodes.entered(&cycle))),
    });
    steps.collect()
}

/// The nodes of a graph and their ranks, by position.
struct Ranked<'g> {
    nodes: Vec<Node<'g>>,
    ranks: Vec<Rank>,
}

impl<'g> Ranked<'g> {
    fn node(&self, (_, at): Rank) -> Option<Node<'g>> {
        self.nodes.get(at).copied()
    }

    fn rank(&self, node: &Node<'_>) -> Option<Rank> {
        self.ranks.get(node.position()?).copied()
    }

    /// Returns the nodes of a circle, from the trigger at which it is entered.
    /// Only triggers need more than one node.
    fn entered(&self, cycle: &[Rank]) -> Vec<Node<'g>> {
        let among: BTreeSet<Rank> = cycle.iter().copied().collect();
        let needing = |rank: Rank| {
            let after = self.node(rank).into_iter().flat_map(|node| node.successors());
            after.filter_map(|after| self.rank(&after)).filter(|after| among.contains(after)).collect()
        };
        let entry = |rank: Rank| {
            let node = self.node(rank)?;
            let NodeRef::Trigger(transformer_fragment) = node.node_ref() else { return None };
            let mut needed = node.predecessors().filter_map(|before| self.rank(&before));
            let has_nothing = needed.all(|before| among.contains(&before));
            Some(CycleEntry { waits: transformer_fragment.waits(), has_nothing })
        };
        entered(cycle, needing, entry).into_iter().filter_map(|rank| self.node(rank)).collect()
    }
}
