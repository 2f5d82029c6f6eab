//! Strongly connected components of a directed graph, with stacks of their own: a long chain must not overflow the program's.

use rustc_hash::FxHashSet;
use std::slice;

/// Returns the sets of nodes, among some, that lead to each other, each in order. A component comes before those that its nodes
/// lead to. By Kosaraju's algorithm.
pub(super) fn components(
    among: &[usize],
    successors: &[Vec<usize>],
    predecessors: &[Vec<usize>],
) -> Vec<Vec<usize>> {
    let unseen: FxHashSet<usize> = among.iter().copied().collect();
    let (mut there, mut finished) = (unseen.clone(), Vec::new());
    for root in among {
        finish(*root, successors, &mut there, &mut finished);
    }
    let (mut there, mut components) = (unseen, Vec::new());
    for root in finished.into_iter().rev() {
        let mut component = Vec::new();
        finish(root, predecessors, &mut there, &mut component);
        if !component.is_empty() {
            component.sort_unstable();
            components.push(component);
        }
    }
    components
}

/// Returns the edges the other way round.
pub(super) fn reversed(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut reversed = vec![Vec::new(); edges.len()];
    for (from, successors) in edges.iter().enumerate() {
        for to in successors {
            let into = reversed.get_mut(*to);
            into.into_iter().for_each(|into: &mut Vec<usize>| into.push(from));
        }
    }
    reversed
}

/// Visits everything that can be reached from `root` through those that are not visited yet; `finished` gets each node
/// after all that it leads to.
fn finish(root: usize, edges: &[Vec<usize>], unseen: &mut FxHashSet<usize>, finished: &mut Vec<usize>) {
    let mut stack: Vec<(usize, slice::Iter<'_, usize>)> = Vec::new();
    let mut enter = |node: usize, stack: &mut Vec<_>| {
        if unseen.remove(&node)
            && let Some(edges) = edges.get(node)
        {
            stack.push((node, edges.iter()));
        }
    };
    enter(root, &mut stack);
    while let Some((node, rest)) = stack.last_mut() {
        match rest.next() {
            Some(next) => enter(*next, &mut stack),
            None => {
                finished.push(*node);
                stack.pop();
            }
        }
    }
}
