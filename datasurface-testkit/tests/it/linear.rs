//! What an ecosystem costs grows with its size, and no faster.
//!
//! Each phase is measured at two sizes in one run, the best of several, and only the ratio is judged, generously: caches and
//! other work on the machine may double it. A phase that was quadratic would take eight times as much again.

use datasurface_graph::{
    GraphDiff, IntentionGraph, IntentionGraphs, Node, NodeWeight, Placement, Shards,
    picture::{Mermaid, Picture},
    query::{Questions, coming_up},
};
use datasurface_model::{
    ContainerKey, DatasetGroup, DatasetKey, Ecosystem, Entity, Priority, Validation, Workspace,
};
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
    assert_linear(SMALL, phases);
}

/// One datastore, read dataset by dataset, and one workspace, group by group: neither is small in itself.
#[test]
fn what_is_wide_is_linear() {
    assert_linear(4 * SMALL, phases_of_something_wide);
}

fn assert_linear(size: usize, phases: impl Fn(usize) -> Vec<(&'static str, Duration)>) {
    let best = |size: usize| {
        let fastest = |best: Vec<(&'static str, Duration)>, run: Vec<(_, Duration)>| {
            best.into_iter().zip(run).map(|((what, best), (_, run))| (what, best.min(run))).collect()
        };
        (0..RUNS).map(|_| phases(size)).reduce(fastest).unwrap()
    };
    let (small, large) = (best(size), best(size * TIMES));
    let allowed = SLACK * u32::try_from(TIMES).unwrap();
    let is_steep = small.iter().zip(&large).any(|((_, small), (_, large))| *large > *small * allowed);
    assert!(!is_steep, "{TIMES} times the size: {small:?} became {large:?}");
}

/// How long each phase takes.
fn phases(size: usize) -> Vec<(&'static str, Duration)> {
    let mut took = Vec::new();
    let synthetic = Synthetic::new(size).datasets(4).columns(4);
    let ecosystem = timed(&mut took, "construct", || synthetic.ecosystem());
    let checked = timed(&mut took, "validate", || ecosystem.validate(&today())).unwrap();
    let assignments = synthetic.assignments(checked.ecosystem());
    let build = || IntentionGraphs::build(checked.ecosystem(), &assignments).unwrap();
    let graphs = timed(&mut took, "build", build);
    let graph = graphs.iter().next().unwrap();
    timed(&mut took, "shards", || Shards::of(graph, &Placement::default(), &[200], &weigh));
    let again = build();
    let diff = timed(&mut took, "diff", || GraphDiff::between(graph, again.iter().next().unwrap()));
    assert!(diff.is_empty());
    took
}

fn phases_of_something_wide(size: usize) -> Vec<(&'static str, Duration)> {
    let mut took = Vec::new();
    let synthetic =
        Synthetic::new(1).datasets(size).columns(2).multi_dataset_every(0).consumers(0).transformers(0);
    let nobody = synthetic.ecosystem();
    let reading = |priority| with_reader_of_everything(&nobody, priority).validate(&today()).unwrap();
    let checked = timed(&mut took, "validate", || reading(Priority::Low));
    let assignments = synthetic.assignments(checked.ecosystem());
    let build = || IntentionGraphs::build(checked.ecosystem(), &assignments).unwrap();
    let graphs = timed(&mut took, "build", build);
    let graph = graphs.iter().next().unwrap();
    let more_important = reading(Priority::High);
    let rebuild = || graphs.rebuild(more_important.ecosystem(), &assignments).unwrap();
    timed(&mut took, "all groups change", rebuild);
    assert!(timed(&mut took, "cycles", || Questions::about(&graphs).cycles()).is_empty());
    timed(&mut took, "coming up", || coming_up(graph).len());
    timed(&mut took, "picture", || Mermaid(&Picture::of([graph])).to_string());
    let apart = timed(&mut took, "each in a shard of its own", || every_dataset_apart(graph));
    let text = serde_json::to_string(&apart).unwrap();
    let read = timed(&mut took, "placement read", || serde_json::from_str::<Placement>(&text).unwrap());
    assert_eq!(read, apart);
    took
}

/// A workspace with a group for each dataset there is.
fn with_reader_of_everything(ecosystem: &Ecosystem, priority: Priority) -> Ecosystem {
    let zone = ecosystem.zones().at(0).unwrap();
    let team = zone.definition().unwrap().teams().at(0).unwrap().name();
    ecosystem.clone().edit_team(zone.name(), team, |members| {
        let store = members.datastores().at(0).unwrap();
        let groups = store.datasets().iter().map(|dataset| {
            DatasetGroup::new(dataset.name().as_str()).sink(DatasetKey::new(store.name(), dataset.name()))
        });
        let container = members.containers().at(0).unwrap().name();
        let reader = Workspace::new("Reader").container(ContainerKey::new(zone.name(), team, container));
        let reader = groups.fold(reader.priority(priority), Workspace::group);
        members.workspace(reader)
    })
}

fn every_dataset_apart(graph: &IntentionGraph) -> Placement {
    let mut placement = Placement::default();
    for (number, node) in graph.nodes().enumerate() {
        placement.place(node.key(), format!("shard-{number}").into());
    }
    placement
}

fn today() -> Validation<'static> {
    Validation::on(chrono::NaiveDate::MIN)
}

fn weigh(_: &Node<'_>) -> NodeWeight {
    NodeWeight { whole: [1].into(), per_dataset: Box::default() }
}

fn timed<T>(took: &mut Vec<(&'static str, Duration)>, what: &'static str, phase: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let outcome = phase();
    took.push((what, start.elapsed()));
    outcome
}
