//! The order in which nodes come up: what is needed comes before what needs it, and what matters most comes first.

use datasurface_graph::{IntentionGraph, Node, NodeKey, NodeKind};
use datasurface_model::Priority;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

/// Smaller ones come first.
type Rank = (Reverse<Option<Priority>>, NodeKey);

/// All nodes of a graph, in the order in which they come up. A loop of transformers is entered at a trigger, which does
/// not wait for its inputs forever.
pub(crate) fn in_order(graph: &IntentionGraph) -> Vec<Node<'_>> {
    let rank = |node: &Node<'_>| -> Rank { (Reverse(node.obligation().priority()), node.key()) };
    let mut waits_for: BTreeMap<NodeKey, usize> = BTreeMap::new();
    let mut ready: BTreeSet<Rank> = BTreeSet::new();
    let mut waiting: BTreeSet<(bool, Rank)> = BTreeSet::new();
    let entry = |node: &Node<'_>| (node.kind() != NodeKind::Trigger, rank(node));
    for node in graph.nodes() {
        match node.predecessors().count() {
            0 => {
                ready.insert(rank(&node));
            }
            needed => {
                waits_for.insert(node.key(), needed);
                waiting.insert(entry(&node));
            }
        }
    }

    let mut order = Vec::with_capacity(graph.len());
    loop {
        let next = ready.pop_first().or_else(|| waiting.pop_first().map(|(_, rank)| rank));
        let Some((_, key)) = next else { return order };
        waits_for.remove(&key);
        let Some(node) = graph.node(&key) else { continue };
        order.push(node);
        for successor in node.successors() {
            if let Some(needed) = waits_for.get_mut(&successor.key()) {
                *needed = needed.saturating_sub(1);
                if *needed == 0 {
                    waiting.remove(&entry(&successor));
                    ready.insert(rank(&successor));
                }
            }
        }
    }
}
