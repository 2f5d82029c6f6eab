//! What an ecosystem costs grows with its size, and no faster.
//!
//! Each phase is measured at two sizes in one run, the best of several, and only the ratio is judged, generously: caches and
//! other work on the machine may double it. A phase that was quadratic would take eight times as much again.

use datasurface_graph::{GraphDiff, IntentionGraphs, Node, NodeWeight, Placement, Shards};
use datasurface_model::Validation;
use datasurface_testkit::Synthetic;
use std::time::{Duration, Instant};

/// Datastores, of a few datasets each.
const SMALL: usize = 250;
const TIMES: usize = 8;
const RUNS: usize = 3;

/// How much more than in proportion the larger size may cost.
const SLACK: u32 = 3;

#[test]
fn every_phase_is_linear() {
    let best = |size: usize| {
        let runs = (0..RUNS).map(|_| phases(size));
        runs.reduce(|best, run| best.into_iter().zip(run).map(|(best, run)| best.min(run)).collect()).unwrap()
    };
    let (small, large) = (best(SMALL), best(SMALL * TIMES));
    let allowed = SLACK * u32::try_from(TIMES).unwrap();
    let steep: Vec<_> =
        small.iter().zip(&large).filter(|(small, large)| **large > **small * allowed).collect();
    assert!(steep.is_empty(), "{TIMES} times the size: {small:?} became {large:?}");
}

/// How long each phase takes: construction, validation, the graph, its shards, and its difference from another one.
fn phases(size: usize) -> Vec<Duration> {
    let mut took = Vec::new();
    let synthetic = Synthetic::new(size).datasets(4).columns(4);
    let ecosystem = timed(&mut took, || synthetic.ecosystem());
    let checked = timed(&mut took, || ecosystem.validate(&Validation::on(chrono::NaiveDate::MIN))).unwrap();
    let assignments = synthetic.assignments(checked.ecosystem());
    let build = || IntentionGraphs::build(checked.ecosystem(), &assignments).unwrap();
    let graphs = timed(&mut took, build);
    let graph = graphs.iter().next().unwrap();
    timed(&mut took, || Shards::of(graph, &Placement::default(), &[200], &weigh));
    let again = build();
    let diff = timed(&mut took, || GraphDiff::between(graph, again.iter().next().unwrap()));
    assert!(diff.is_empty());
    took
}

fn weigh(_: &Node<'_>) -> NodeWeight {
    NodeWeight { whole: [1].into(), per_dataset: Box::default() }
}

fn timed<T>(took: &mut Vec<Duration>, phase: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let outcome = phase();
    took.push(start.elapsed());
    outcome
}
