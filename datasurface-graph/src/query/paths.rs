//! Ways from one node to another.

use super::{Queries, combined::CombinedGraph};
use crate::{graph::Node, key::NodeKey};
use std::{
    cmp::Reverse,
    collections::{BinaryHeap, VecDeque},
};

/// How many steps a search may make. The first way takes fewer than there are edges, and is found whatever it takes.
const MOST_STEPS: usize = 1_000_000;

impl<'g> Queries<'g> {
    /// Ways from one node to another, no node twice on any of them: the shortest first, and no more than `most`. Of two
    /// different nodes there is one exactly if the second is [downstream](Self::downstream) of the first; a node's way to
    /// itself is that node alone.
    ///
    /// In a dense graph there are more ways than can be tried: after a million steps, those that were found until then
    /// are all. So the longest may be missing, the first one never.
    #[must_use]
    pub fn paths(&self, from: &NodeKey, to: &NodeKey, most: usize) -> Vec<Vec<Node<'g>>> {
        let (Some(from), Some(to)) = (self.whole.number(from), self.whole.number(to)) else {
            return Vec::new();
        };
        let ways = PathSearch::new(&self.whole, from, to).ways(most);
        ways.into_iter()
            .map(|way| way.into_iter().filter_map(|number| self.whole.node(number)).collect())
            .collect()
    }
}

/// A search that goes on from where the goal may be nearest (Hart, Nilsson and Raphael's A*, with the distance itself as
/// the estimate).
struct PathSearch<'a, 'g> {
    whole: &'a CombinedGraph<'g>,
    to: usize,
    /// How many edges there are to the goal at least; none where it cannot be reached.
    distances: Vec<Option<usize>>,
    /// What was tried. Those that begin alike share what they have in common.
    beginnings: Vec<PathPrefix>,
    /// The most promising first: the shortest way that can come of it, then the one that is nearest to the goal, then the
    /// one that was found first.
    waiting: BinaryHeap<(Reverse<usize>, usize, Reverse<usize>)>,
    steps: usize,
}

/// The first nodes of a way: one after another such beginning.
#[derive(Clone, Copy)]
struct PathPrefix {
    node: usize,
    after: Option<usize>,
    edges: usize,
}

impl<'a, 'g> PathSearch<'a, 'g> {
    fn new(whole: &'a CombinedGraph<'g>, from: usize, to: usize) -> Self {
        let mut search = Self {
            whole,
            to,
            distances: distances(whole, to),
            beginnings: Vec::new(),
            waiting: BinaryHeap::new(),
            steps: 0,
        };
        if let Some(distance) = search.distance(from) {
            search.begin(PathPrefix { node: from, after: None, edges: 0 }, distance);
        }
        search
    }

    fn ways(mut self, most: usize) -> Vec<Vec<usize>> {
        let mut ways = Vec::new();
        let mut shortest = None;
        while ways.len() < most
            && (ways.is_empty() || self.steps < MOST_STEPS)
            && let Some((Reverse(edges), _, Reverse(at))) = self.waiting.pop()
        {
            let shortest = *shortest.get_or_insert(edges);
            let Some(beginning) = self.beginnings.get(at).copied() else { continue };
            if beginning.node == self.to {
                ways.push(self.way(at));
                continue;
            }
            for node in self.whole.after(beginning.node) {
                self.steps += 1;
                let Some(distance) = self.distance(node) else { continue };
                let next = PathPrefix { node, after: Some(at), edges: beginning.edges + 1 };
                // What has come nearer with each step has not been anywhere twice.
                if next.edges + distance == shortest || !self.has_passed(at, node) {
                    self.begin(next, distance);
                }
            }
        }
        ways
    }

    fn begin(&mut self, beginning: PathPrefix, distance: usize) {
        let place = self.beginnings.len();
        self.waiting.push((Reverse(beginning.edges + distance), beginning.edges, Reverse(place)));
        self.beginnings.push(beginning);
    }

    fn distance(&self, node: usize) -> Option<usize> {
        self.distances.get(node).copied().flatten()
    }

    fn has_passed(&mut self, at: usize, node: usize) -> bool {
        let mut steps = 0;
        let has_passed = self.backwards(at).inspect(|_| steps += 1).any(|passed| passed == node);
        self.steps += steps;
        has_passed
    }

    fn way(&self, at: usize) -> Vec<usize> {
        let mut way: Vec<usize> = self.backwards(at).collect();
        way.reverse();
        way
    }

    /// The nodes of a beginning, the last first.
    fn backwards(&self, at: usize) -> impl Iterator<Item = usize> {
        let last = self.beginnings.get(at);
        std::iter::successors(last, |beginning| self.beginnings.get(beginning.after?))
            .map(|beginning| beginning.node)
    }
}

fn distances(whole: &CombinedGraph<'_>, to: usize) -> Vec<Option<usize>> {
    let mut distances = vec![None; whole.len()];
    let mut waiting = VecDeque::from([(to, 0)]);
    while let Some((node, edges)) = waiting.pop_front() {
        if let Some(distance) = distances.get_mut(node).filter(|known| known.is_none()) {
            *distance = Some(edges);
            waiting.extend(whole.before(node).into_iter().map(|before| (before, edges + 1)));
        }
    }
    distances
}
