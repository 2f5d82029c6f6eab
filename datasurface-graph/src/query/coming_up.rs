//! The order in which the nodes of one graph come up: what is needed comes before what needs it, and what matters most
//! comes first.

use super::{bring_up::Step, order::in_order};
use crate::{
    graph::{IntentionGraph, Node},
    key::NodeKind,
};
use datasurface_model::Priority;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

/// Smaller ones come first: higher priorities, then smaller keys, which are ordered as the positions of nodes are.
type Rank = (Reverse<Option<Priority>>, usize);

/// All nodes of a graph, in the order in which they come up: each after all that it needs, and what matters most first
/// where the order is free. Loops of transformers are circles.
///
/// A circle is entered at a trigger, which does not wait for its inputs forever. Inside it, too, triggers alone come before
/// something that they need.
#[must_use]
pub fn coming_up(graph: &IntentionGraph) -> Vec<Step<Node<'_>>> {
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
        Step::Circle(circle) => Some(Step::Circle(nodes.entered(&circle))),
    });
    steps.collect()
}

/// The nodes of a graph, and how they rank, by position.
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

    /// The nodes of a circle, from the trigger at which it is entered. Wherever all that is left waits for something
    /// else that is left, the circle is entered once more, at a trigger that has one of its inputs. There is one: in a
    /// circle everything is reached from everything, and triggers alone need more than one thing.
    fn entered(&self, circle: &[Rank]) -> Vec<Node<'g>> {
        let members = || circle.iter().filter_map(|rank| Some((*rank, self.node(*rank)?)));
        let needed = |node: &Node<'g>| node.predecessors().filter_map(|before| self.rank(&before));
        let among: BTreeSet<Rank> = circle.iter().copied().collect();
        let mut waits_for: BTreeMap<Rank, usize> = members()
            .map(|(rank, node)| (rank, needed(&node).filter(|before| among.contains(before)).count()))
            .collect();

        let mut ready: BTreeSet<Rank> = BTreeSet::new();
        let mut entries: BTreeSet<Rank> = members()
            .find(|(_, node)| node.kind() == NodeKind::Trigger)
            .map(|(rank, _)| rank)
            .into_iter()
            .collect();
        let mut order = Vec::with_capacity(circle.len());
        while let Some(next) = ready.pop_first().or_else(|| entries.pop_first()) {
            waits_for.remove(&next);
            let Some(node) = self.node(next) else { continue };
            order.push(node);
            for rank in node.successors().filter_map(|after| self.rank(&after)) {
                let Some(left) = waits_for.get_mut(&rank) else { continue };
                *left = left.saturating_sub(1);
                if *left == 0 {
                    entries.remove(&rank);
                    ready.insert(rank);
                } else {
                    entries.insert(rank);
                }
            }
        }
        order
    }
}
