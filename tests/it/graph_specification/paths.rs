//! Ways from node to node: held against a walk along single edges.

use super::{build, cases};
use datasurface::graph::{IntentionGraphs, NodeKey, query::Queries};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

type Edges = BTreeMap<NodeKey, BTreeSet<NodeKey>>;

fn edges(graphs: &IntentionGraphs) -> Edges {
    let mut edges = Edges::new();
    for (from, to) in graphs.iter().flat_map(|graph| graph.edges()).chain(graphs.handovers()) {
        edges.entry(from.key()).or_default().insert(to.key());
    }
    edges
}

/// How many edges there are at least to everything that can be reached.
fn distances(edges: &Edges, from: &NodeKey) -> BTreeMap<NodeKey, usize> {
    let mut distances = BTreeMap::from([(from.clone(), 0)]);
    let mut waiting = VecDeque::from([from.clone()]);
    while let Some(node) = waiting.pop_front() {
        let next = distances[&node] + 1;
        for after in edges.get(&node).into_iter().flatten() {
            if !distances.contains_key(after) {
                distances.insert(after.clone(), next);
                waiting.push_back(after.clone());
            }
        }
    }
    distances
}

proptest! {
    /// There is a way exactly if one node is downstream of the other; the first is a shortest; each is a way, and none
    /// comes twice.
    #[test]
    fn a_way_exists_exactly_to_what_is_downstream(
        (ecosystem, assignments) in cases(),
        start in any::<prop::sample::Index>(),
    ) {
        let graphs = build(&ecosystem, &assignments).expect("every datastore has a primary");
        let keys: Vec<NodeKey> =
            graphs.iter().flat_map(|graph| graph.nodes()).map(|node| node.key()).collect();
        prop_assume!(!keys.is_empty());
        let from = start.get(&keys);
        let edges = edges(&graphs);
        let distances = distances(&edges, from);
        let questions = Queries::new(&graphs);
        let downstream: BTreeSet<NodeKey> =
            questions.downstream([from]).iter().map(|node| node.key()).collect();
        for to in keys.iter().filter(|to| *to != from) {
            let ways: Vec<Vec<NodeKey>> = questions
                .paths(from, to, 5)
                .iter()
                .map(|way| way.iter().map(|node| node.key()).collect())
                .collect();
            prop_assert_eq!(!ways.is_empty(), downstream.contains(to));
            prop_assert_eq!(ways.first().map(|way| way.len() - 1), distances.get(to).copied());
            prop_assert!(ways.is_sorted_by_key(Vec::len));
            prop_assert_eq!(ways.iter().collect::<BTreeSet<_>>().len(), ways.len());
            for way in ways {
                prop_assert_eq!((way.first(), way.last()), (Some(from), Some(to)));
                prop_assert_eq!(way.iter().collect::<BTreeSet<_>>().len(), way.len());
                prop_assert!(way.windows(2).all(|pair| edges[&pair[0]].contains(&pair[1])));
            }
        }
    }
}
