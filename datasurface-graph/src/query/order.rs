//! Putting things in order that depend on each other.
//!
//! All orders of coming up are made here: components first. Inside a circle, `cycle.rs` decides.

use super::bring_up::Step;
use petgraph::{
    algo::kosaraju_scc,
    graph::{DiGraph, NodeIndex},
};
use std::collections::{BTreeMap, BTreeSet};

/// Things in an order in which each comes after what it depends on; those that depend on each other come as one circle.
/// Where the order is free, it is that of names. `links` go from what is needed to what needs it.
pub(crate) fn in_order<T: Ord + Clone>(things: BTreeSet<T>, links: &BTreeSet<(T, T)>) -> Vec<Step<T>> {
    let things: Vec<T> = things.into_iter().collect();
    let number = |thing: &T| things.binary_search(thing).ok();
    let mut graph = DiGraph::<(), (), u32>::default();
    things.iter().for_each(|_| {
        graph.add_node(());
    });
    for (from, to) in links {
        if let (Some(from), Some(to)) = (number(from), number(to)) {
            graph.add_edge(NodeIndex::new(from), NodeIndex::new(to), ());
        }
    }

    // Each circle is known by its first member.
    let mut first_of = vec![0; things.len()];
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for component in kosaraju_scc(&graph) {
        let mut component: Vec<usize> = component.into_iter().map(NodeIndex::index).collect();
        component.sort_unstable();
        let Some(first) = component.first().copied() else { continue };
        for member in &component {
            if let Some(place) = first_of.get_mut(*member) {
                *place = first;
            }
        }
        members.insert(first, component);
    }
    let first = |index: NodeIndex| first_of.get(index.index()).copied().unwrap_or_default();

    let mut needs: BTreeMap<usize, usize> = members.keys().map(|first| (*first, 0)).collect();
    let mut needed_by: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for edge in graph.edge_indices() {
        let Some((from, to)) = graph.edge_endpoints(edge) else { continue };
        let (from, to) = (first(from), first(to));
        if from != to {
            *needs.entry(to).or_default() += 1;
            needed_by.entry(from).or_default().push(to);
        }
    }
    let mut ready: BTreeSet<usize> =
        needs.iter().filter(|(_, needs)| **needs == 0).map(|(first, _)| *first).collect();
    let mut order = Vec::with_capacity(members.len());
    while let Some(next) = ready.pop_first() {
        for waiting in needed_by.remove(&next).unwrap_or_default() {
            let left = needs.entry(waiting).or_default();
            *left = left.saturating_sub(1);
            if *left == 0 {
                ready.insert(waiting);
            }
        }
        let members = members.remove(&next).unwrap_or_default();
        let named: Vec<T> = members.iter().filter_map(|member| things.get(*member).cloned()).collect();
        let is_cycle = graph.contains_edge(NodeIndex::new(next), NodeIndex::new(next));
        match <[T; 1]>::try_from(named) {
            Ok([one]) if !is_cycle => order.push(Step::One(one)),
            Ok(one) => order.push(Step::Circle(one.into())),
            Err(cycle) => order.push(Step::Circle(cycle)),
        }
    }
    order
}
