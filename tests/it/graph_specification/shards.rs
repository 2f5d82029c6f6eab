//! Laws of shards, for any limits.

use super::{Case, build, cases, incremental::histories};
use datasurface::{
    graph::{
        DatasetFacts, IntentionGraph, IntentionGraphs, Node, NodeFacts, NodeKey, NodeWeight, Placement,
        Shards,
    },
    model::{DatasetName, PlatformName, ShardName},
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// What is placed: a node, or one dataset of a node.
type Piece = (NodeKey, Option<DatasetName>);

/// Two weights that differ from node to node, and that change with what a node brings, and with for how many.
fn weigh(node: &Node<'_>) -> NodeWeight {
    let facts = node.facts();
    let columns: usize = facts.datasets().iter().map(|dataset| dataset.schema.table().columns().len()).sum();
    let (columns, readers) = (columns as u64, node.consumers().count() as u64);
    NodeWeight { whole: [1 + columns / 2, readers].into(), per_dataset: [1 + columns % 3, 1].into() }
}

fn limits() -> impl Strategy<Value = [u64; 2]> {
    prop_oneof![(2_u64..40, 2_u64..40).prop_map(|(one, other)| [one, other]), Just([u64::MAX, u64::MAX])]
}

/// Every piece with its shard and its weight.
fn pieces(graph: &IntentionGraph, placement: &Placement) -> BTreeMap<Piece, (Option<ShardName>, Box<[u64]>)> {
    let mut pieces = BTreeMap::new();
    for node in graph.nodes() {
        let weight = weigh(&node);
        for dataset in node.facts().datasets() {
            let name = &dataset.key.dataset;
            let shard = placement.dataset_shard(&node.key(), name).cloned();
            pieces.insert((node.key(), Some(name.clone())), (shard, weight.per_dataset.clone()));
        }
        pieces.insert((node.key(), None), (placement.shard(&node.key()).cloned(), weight.whole));
    }
    pieces
}

fn check(graph: &IntentionGraph, shards: &Shards, limits: &[u64; 2]) -> Result<(), TestCaseError> {
    let pieces = pieces(graph, shards.placement());
    let mut loads: BTreeMap<&ShardName, (usize, [u64; 2])> = BTreeMap::new();
    for (piece, (shard, weight)) in &pieces {
        prop_assert!(shard.is_some(), "{piece:?} has no place");
        let (count, load) = loads.entry(shard.as_ref().expect("a shard")).or_default();
        *count += 1;
        load.iter_mut().zip(weight).for_each(|(load, weight)| *load += weight);
    }
    let is_over = |weight: &[u64]| weight.iter().zip(limits).any(|(weight, limit)| weight > limit);
    for (shard, (count, load)) in &loads {
        prop_assert!(*count == 1 || !is_over(load), "{shard} bears {load:?}, and can bear {limits:?}");
    }
    // What is in a shard is in the graph: the text names nothing else.
    prop_assert!(shards.placement().shards().iter().eq(loads.keys().copied()));
    let too_heavy: BTreeSet<Piece> =
        shards.oversized().map(|(node, dataset)| (node.clone(), dataset.cloned())).collect();
    let expected = pieces.into_iter().filter(|(_, (_, weight))| is_over(weight)).map(|(piece, _)| piece);
    prop_assert_eq!(too_heavy, expected.collect());
    Ok(())
}

/// Whether nothing comes before itself.
fn is_acyclic<T: Ord + Clone>(edges: &BTreeSet<(T, T)>) -> bool {
    let mut edges = edges.clone();
    loop {
        let reached: BTreeSet<T> = edges.iter().map(|(_, to)| to.clone()).collect();
        let before = edges.len();
        edges.retain(|(from, _)| reached.contains(from));
        if edges.len() == before {
            return edges.is_empty();
        }
    }
}

/// What one shard has, for whoever does not know of the others.
#[derive(Default)]
struct Part {
    /// The nodes that are here, but for their datasets.
    nodes: Vec<NodeFacts>,
    /// The datasets of captures that are here.
    datasets: Vec<(NodeKey, DatasetFacts)>,
    /// The edges between nodes that are here.
    inside: Vec<Edge>,
    /// The edges from other shards.
    into: Vec<Edge>,
    /// The edges to other shards.
    out: Vec<Edge>,
}

type Edge = (NodeKey, NodeKey);

impl Part {
    fn of(graph: &IntentionGraph, placement: &Placement, shard: &ShardName) -> Self {
        let is_here = |node: &NodeKey| placement.shard(node) == Some(shard);
        let mut part = Self::default();
        for node in graph.nodes() {
            let (key, facts) = (node.key(), node.facts());
            let datasets = facts.datasets().iter();
            let here =
                datasets.filter(|dataset| placement.dataset_shard(&key, &dataset.key.dataset) == Some(shard));
            part.datasets.extend(here.map(|dataset| (key.clone(), dataset.clone())));
            if !is_here(&key) {
                continue;
            }
            let before = node.predecessors().map(|from| (from.key(), key.clone()));
            let (inside, into): (Vec<_>, Vec<_>) = before.partition(|(from, _)| is_here(from));
            let after = node.successors().map(|to| (key.clone(), to.key()));
            part.inside.extend(inside);
            part.into.extend(into);
            part.out.extend(after.filter(|(_, to)| !is_here(to)));
            part.nodes.push(facts.map_datasets(|_| None));
        }
        part
    }
}

/// What parts are together, if they agree about what goes from one of them to another.
#[derive(Debug, PartialEq)]
struct Merged {
    nodes: Vec<NodeFacts>,
    datasets: Vec<(NodeKey, DatasetFacts)>,
    edges: Vec<Edge>,
}

impl Merged {
    fn of(parts: impl IntoIterator<Item = Part>) -> Result<Self, TestCaseError> {
        let (mut nodes, mut datasets, mut edges) = (Vec::new(), Vec::new(), Vec::new());
        let (mut into, mut out) = (Vec::new(), Vec::new());
        for part in parts {
            nodes.extend(part.nodes);
            datasets.extend(part.datasets);
            edges.extend(part.inside);
            into.extend(part.into);
            out.extend(part.out);
        }
        into.sort();
        out.sort();
        prop_assert_eq!(&into, &out);
        edges.extend(out);
        nodes.sort_by(|one, other| one.key.cmp(&other.key));
        datasets.sort_by(|one, other| (&one.0, &one.1.key).cmp(&(&other.0, &other.1.key)));
        edges.sort();
        Ok(Self { nodes, datasets, edges })
    }

    /// What is to come out.
    fn whole(graph: &IntentionGraph) -> Self {
        let (mut nodes, mut datasets) = (Vec::new(), Vec::new());
        for node in graph.nodes() {
            let facts = node.facts();
            datasets.extend(facts.datasets().iter().map(|dataset| (node.key(), dataset.clone())));
            nodes.push(facts.map_datasets(|_| None));
        }
        let mut edges: Vec<Edge> = graph.edges().map(|(from, to)| (from.key(), to.key())).collect();
        edges.sort();
        Self { nodes, datasets, edges }
    }
}

fn links(graph: &IntentionGraph, placement: &Placement) -> BTreeSet<(ShardName, ShardName)> {
    let at = |node: Node<'_>| placement.shard(&node.key()).expect("a shard").clone();
    let links = graph.edges().map(|(from, to)| (at(from), at(to)));
    links.filter(|(from, to)| from != to).collect()
}

/// What was placed before a change, and is still there after it.
struct Remaining {
    /// What it weighs now, where it was.
    weights: BTreeMap<ShardName, Vec<Box<[u64]>>>,
    /// What is in another shard now, with the one that it was in.
    moved: Vec<(Piece, ShardName)>,
}

impl Remaining {
    fn of((old, before): (&IntentionGraph, &Shards), (new, after): (&IntentionGraph, &Shards)) -> Self {
        let (was, mut is) = (pieces(old, before.placement()), pieces(new, after.placement()));
        let mut remaining = Self { weights: BTreeMap::new(), moved: Vec::new() };
        for (piece, (before, _)) in was {
            let (Some(before), Some((after, weight))) = (before, is.remove(&piece)) else { continue };
            if after.as_ref() != Some(&before) {
                remaining.moved.push((piece, before.clone()));
            }
            remaining.weights.entry(before).or_default().push(weight);
        }
        remaining
    }

    fn shards(&self) -> impl Iterator<Item = &ShardName> {
        self.weights.keys()
    }

    /// How many have to leave a shard at the least, if there is but this limit: the heaviest ones.
    fn leaving(&self, shard: &ShardName, at: usize, limit: u64) -> usize {
        let weights = self.weights.get(shard).into_iter().flatten();
        let mut weights: Vec<u64> = weights.map(|weight| weight[at]).collect();
        weights.sort_unstable();
        let mut leaving = 0;
        while weights.len() > 1 && weights.iter().sum::<u64>() > limit {
            weights.pop();
            leaving += 1;
        }
        leaving
    }
}

/// What remained where, each time that a history goes on and shards follow.
fn changes(history: &[Case], limit: u64) -> Vec<Remaining> {
    let built = history.iter().filter_map(|(ecosystem, assignments)| build(ecosystem, assignments).ok());
    let built: Vec<IntentionGraphs> = built.collect();
    let mut placed: BTreeMap<PlatformName, (&IntentionGraph, Shards)> = BTreeMap::new();
    let mut changes = Vec::new();
    for graph in built.iter().flat_map(|graphs| graphs.iter()) {
        let shards = match placed.get(graph.platform()) {
            None => Shards::build(graph, &Placement::default(), &[limit], &weigh),
            Some((old, before)) => {
                let again = before.rebuild(graph, &weigh);
                changes.push(Remaining::of((old, before), (graph, &again)));
                again
            }
        };
        placed.insert(graph.platform().clone(), (graph, shards));
    }
    changes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn shards_keep_to_the_limits((ecosystem, assignments) in cases(), limits in limits()) {
        let graphs = build(&ecosystem, &assignments).expect("every datastore has a primary");
        for graph in graphs.iter() {
            let shards = Shards::build(graph, &Placement::default(), &limits, &weigh);
            check(graph, &shards, &limits)?;
            let keys: BTreeSet<_> = graph.edges().map(|(from, to)| (from.key(), to.key())).collect();
            if is_acyclic(&keys) {
                let links = links(graph, shards.placement());
                prop_assert!(is_acyclic(&links), "{links:?}");
            }
            // What is placed stays, and the text loses nothing.
            let text = serde_json::to_string(shards.placement()).expect("JSON");
            let read: Placement = serde_json::from_str(&text).expect("a placement");
            prop_assert_eq!(&read, shards.placement());
            let same = Shards::build(graph, &read, &limits, &weigh);
            prop_assert_eq!(same.placement(), shards.placement());
        }
    }

    /// Nothing is lost between shards, and nothing is in two. An edge over a border is known on both sides of it.
    #[test]
    fn merging_shards_gives_the_graph_back((ecosystem, assignments) in cases(), limits in limits()) {
        let graphs = build(&ecosystem, &assignments).expect("every datastore has a primary");
        for graph in graphs.iter() {
            let shards = Shards::build(graph, &Placement::default(), &limits, &weigh);
            let placement = shards.placement();
            let parts = placement.shards().into_iter().map(|shard| Part::of(graph, placement, &shard));
            prop_assert_eq!(Merged::of(parts)?, Merged::whole(graph));
        }
    }

    #[test]
    fn a_change_moves_nothing_else(history in histories(), limits in limits()) {
        let mut graphs = build(&history[0].0, &history[0].1).expect("every datastore has a primary");
        let first = |graph: &IntentionGraph| Shards::build(graph, &Placement::default(), &limits, &weigh);
        let mut shards: BTreeMap<_, Shards> =
            graphs.iter().map(|graph| (graph.platform().clone(), first(graph))).collect();
        for (ecosystem, assignments) in &history[1..] {
            let Ok(next) = build(ecosystem, assignments) else { continue };
            for graph in next.iter() {
                let (Some(before), Some(old)) = (shards.get(graph.platform()), graphs.graph(graph.platform()))
                else {
                    continue;
                };
                let again = before.rebuild(graph, &weigh);
                check(graph, &again, &limits)?;
                let anew = Shards::build(graph, before.placement(), &limits, &weigh);
                prop_assert_eq!(again.placement(), anew.placement());
                let remaining = Remaining::of((old, before), (graph, &again));
                let is_over = |shard: &ShardName| limits.iter().enumerate().any(|(at, limit)| {
                    remaining.leaving(shard, at, *limit) > 0
                });
                for (piece, shard) in &remaining.moved {
                    prop_assert!(is_over(shard), "{:?}", piece);
                }
            }
            shards = next
                .iter()
                .map(|graph| {
                    let again = shards.get(graph.platform()).map(|before| before.rebuild(graph, &weigh));
                    (graph.platform().clone(), again.unwrap_or_else(|| first(graph)))
                })
                .collect();
            graphs = next;
        }
    }

    /// What became heavier may have to leave, or what is beside it.
    #[test]
    fn a_change_moves_as_little_as_possible(history in histories(), limit in 4_u64..60) {
        for remaining in changes(&history, limit) {
            let least: usize = remaining.shards().map(|shard| remaining.leaving(shard, 0, limit)).sum();
            let moved = remaining.moved.len();
            prop_assert!(moved <= least, "{moved} moved, {least} had to");
        }
    }

    #[test]
    fn a_lower_limit_moves_as_little_as_possible(
        (ecosystem, assignments) in cases(),
        before in 4_u64..60,
        after in 4_u64..30,
    ) {
        let graphs = build(&ecosystem, &assignments).expect("every datastore has a primary");
        for graph in graphs.iter() {
            let old = Shards::build(graph, &Placement::default(), &[before], &weigh);
            let new = Shards::build(graph, old.placement(), &[after], &weigh);
            let remaining = Remaining::of((graph, &old), (graph, &new));
            let least: usize = remaining.shards().map(|shard| remaining.leaving(shard, 0, after)).sum();
            let moved = remaining.moved.len();
            prop_assert!(moved <= least, "{moved} moved, {least} had to");
        }
    }
}

/// The laws above would say less if nothing ever became too heavy for where it is.
#[test]
fn some_changes_make_something_leave() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let leaves = (0..60).any(|_| {
        let history = histories().new_tree(&mut runner).expect("a history").current();
        changes(&history, 20).iter().any(|remaining| !remaining.moved.is_empty())
    });
    assert!(leaves);
}
