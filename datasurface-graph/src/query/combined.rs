//! The graphs of all platforms as one, numbered by platform and key.

use crate::{
    graph::{IntentionGraphs, Node},
    key::NodeKey,
};
use petgraph::{
    Direction,
    algo::kosaraju_scc,
    graph::{DiGraph, NodeIndex},
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

pub(super) struct CombinedGraph<'g> {
    graphs: &'g IntentionGraphs,
    /// The number of the first node of each platform.
    starts: Vec<usize>,
    graph: DiGraph<Node<'g>, (), u32>,
}

impl<'g> CombinedGraph<'g> {
    pub(super) fn new(graphs: &'g IntentionGraphs) -> Self {
        let mut whole = Self { graphs, starts: Vec::new(), graph: DiGraph::default() };
        for graph in graphs.iter() {
            whole.starts.push(whole.graph.node_count());
            for node in graph.nodes() {
                whole.graph.add_node(node);
            }
        }
        let inside = graphs.iter().flat_map(|graph| graph.edges());
        for (from, to) in inside.chain(graphs.handovers()) {
            if let (Some(from), Some(to)) = (whole.number_of(from), whole.number_of(to)) {
                whole.graph.add_edge(NodeIndex::new(from), NodeIndex::new(to), ());
            }
        }
        whole
    }

    pub(super) fn len(&self) -> usize {
        self.graph.node_count()
    }

    pub(super) fn node(&self, number: usize) -> Option<Node<'g>> {
        self.graph.node_weight(NodeIndex::new(number)).copied()
    }

    pub(super) fn number(&self, key: &NodeKey) -> Option<usize> {
        self.number_of(self.graphs.node(key)?)
    }

    fn number_of(&self, node: Node<'_>) -> Option<usize> {
        let start = self.starts.get(self.graphs.position(node.graph().platform())?)?;
        Some(start + node.position()?)
    }

    /// What comes directly before a node, in order.
    pub(super) fn before(&self, number: usize) -> Vec<usize> {
        self.neighbours(number, Direction::Incoming)
    }

    /// What comes directly after a node, in order.
    pub(super) fn after(&self, number: usize) -> Vec<usize> {
        self.neighbours(number, Direction::Outgoing)
    }

    fn neighbours(&self, number: usize, direction: Direction) -> Vec<usize> {
        let neighbours = self.graph.neighbors_directed(NodeIndex::new(number), direction);
        let mut neighbours: Vec<usize> = neighbours.map(NodeIndex::index).collect();
        neighbours.sort_unstable();
        neighbours
    }

    /// Everything that can be reached in one step or more.
    pub(super) fn reached(
        &self,
        from: &BTreeSet<usize>,
        next: impl Fn(&Self, usize) -> Vec<usize>,
    ) -> BTreeSet<usize> {
        let mut reached = vec![false; self.len()];
        let mut waiting: Vec<usize> = from.iter().copied().collect();
        while let Some(number) = waiting.pop() {
            for neighbour in next(self, number) {
                if let Some(known) = reached.get_mut(neighbour).filter(|known| !**known) {
                    *known = true;
                    waiting.push(neighbour);
                }
            }
        }
        reached
            .into_iter()
            .enumerate()
            .filter_map(|(number, is_reached)| is_reached.then_some(number))
            .collect()
    }

    /// The sets of nodes that depend on each other, each in order, ordered by their first nodes.
    pub(super) fn cycles(&self) -> Vec<Vec<usize>> {
        let components = kosaraju_scc(&self.graph).into_iter();
        // A node never follows itself directly: exports lie between a transformer and itself.
        let mut cycles: Vec<Vec<usize>> = components
            .filter(|component| component.len() > 1)
            .map(|component| component.into_iter().map(NodeIndex::index).collect())
            .collect();
        cycles.iter_mut().for_each(|cycle| cycle.sort_unstable());
        cycles.sort_unstable();
        cycles
    }

    /// The shortest way from the first of these nodes back to itself that stays among them.
    pub(super) fn shortest_cycle(&self, cycle: &[usize]) -> Vec<usize> {
        let Some(first) = cycle.first().copied() else {
            return Vec::new();
        };
        let mut came_from: BTreeMap<usize, usize> = BTreeMap::new();
        let mut waiting = VecDeque::from([first]);
        while let Some(number) = waiting.pop_front() {
            for next in self.after(number) {
                if cycle.binary_search(&next).is_err() || came_from.contains_key(&next) {
                    continue;
                }
                came_from.insert(next, number);
                if next == first {
                    return back_to(first, &came_from);
                }
                waiting.push_back(next);
            }
        }
        Vec::new()
    }
}

fn back_to(first: usize, came_from: &BTreeMap<usize, usize>) -> Vec<usize> {
    let mut way = vec![first];
    let mut at = first;
    while let Some(before) = came_from.get(&at) {
        way.push(*before);
        at = *before;
        if at == first {
            break;
        }
    }
    way.reverse();
    way
}
