//! What an ecosystem costs grows with its size, and no faster.
//!
//! Each phase is measured at two sizes in one run, the best of several, and only the ratio is judged, generously:
//! caches may double it. What counts is the time that this thread was given: a long phase waits more often for other
//! work on the machine than a short one. A phase that was quadratic would take eight times as much again.

use cpu_time::ThreadTime;
use datasurface_document::Documents;
use datasurface_graph::{
    GraphDiff, IntentionGraph, IntentionGraphs, Node, NodeKey, NodeWeight, Placement, Shards,
    picture::{Mermaid, Picture},
    query::{Outage, Queries, bring_up_order, cone},
};
use datasurface_model::{
    CodeInfo, ContainerKey, DatasetGroup, DatasetKey, Datastore, Diagnostic, Ecosystem, Entity, ModelPath,
    Priority, Validate, Validation, Workspace,
};
use datasurface_testkit::Synthetic;
use std::time::Duration;

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

/// Transformers, each of which reads what the one before makes.
#[test]
fn a_chain_of_transformers_is_linear() {
    assert_linear(SMALL, |size| phases_of_layers(1, size));
}

/// In each layer, all read all that the layer before makes: as many links as the square of how many there are.
#[test]
fn what_comes_together_in_every_transformer_is_linear_in_what_they_read() {
    assert_linear(SMALL, |size| phases_of_layers(size.isqrt(), 6));
}

#[test]
fn what_a_document_lists_backwards_is_linear() {
    assert_linear(20 * SMALL, phases_backwards);
}

#[test]
fn places_of_many_findings_are_looked_up_in_linear_time() {
    assert_linear(10 * SMALL, phases_of_places);
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
    let synthetic = Synthetic::new(size).with_datasets_per_datastore(4).with_columns_per_dataset(4);
    let ecosystem = timed(&mut took, "construct", || synthetic.ecosystem());
    let checked = timed(&mut took, "validate", || ecosystem.validate(&today())).unwrap();
    let assignments = synthetic.assignments(checked.ecosystem());
    let build = || IntentionGraphs::build(checked.ecosystem(), &assignments).unwrap();
    let graphs = timed(&mut took, "build", build);
    let graph = graphs.iter().next().unwrap();
    timed(&mut took, "shards", || Shards::build(graph, &Placement::default(), &[200], &weigh));
    let again = build();
    let diff = timed(&mut took, "diff", || GraphDiff::between(graph, again.iter().next().unwrap()));
    assert!(diff.is_empty());
    took
}

fn phases_of_something_wide(size: usize) -> Vec<(&'static str, Duration)> {
    let mut took = Vec::new();
    let synthetic = Synthetic::new(1)
        .with_datasets_per_datastore(size)
        .with_columns_per_dataset(2)
        .with_multi_dataset_every(0)
        .with_consumers(0)
        .with_transformers(0);
    let nobody = synthetic.ecosystem();
    let reading = |priority| with_reader(&nobody, priority, |_| true).validate(&today()).unwrap();
    let checked = timed(&mut took, "validate", || reading(Priority::Low));
    let assignments = synthetic.assignments(checked.ecosystem());
    let build = || IntentionGraphs::build(checked.ecosystem(), &assignments).unwrap();
    let graphs = timed(&mut took, "build", build);
    let graph = graphs.iter().next().unwrap();
    let more_important = reading(Priority::High);
    let rebuild = || graphs.rebuild(more_important.ecosystem(), &assignments).unwrap();
    timed(&mut took, "all groups change", rebuild);
    assert!(timed(&mut took, "cycles", || Queries::new(&graphs).cycles()).is_empty());
    timed(&mut took, "coming up", || bring_up_order(graph).len());
    timed(&mut took, "picture", || Mermaid(&Picture::new([graph])).to_string());
    let apart = timed(&mut took, "each in a shard of its own", || every_dataset_apart(graph));
    let text = serde_json::to_string(&apart).unwrap();
    let read = timed(&mut took, "placement read", || serde_json::from_str::<Placement>(&text).unwrap());
    assert_eq!(read, apart);
    let cut = |before: &Placement| Shards::build(graph, before, &[10], &weigh);
    let many = timed(&mut took, "many shards", || cut(&Placement::default()));
    timed(&mut took, "many shards, as before", || cut(many.placement()));
    took
}

/// Layers of transformers, each of which reads all that the layer before makes, and somebody who reads the last one.
fn phases_of_layers(width: usize, layers: usize) -> Vec<(&'static str, Duration)> {
    let mut took = Vec::new();
    let transformers = width * layers;
    let captured = Synthetic::new(width)
        .with_datasets_per_datastore(1)
        .with_columns_per_dataset(2)
        .with_multi_dataset_every(1)
        .with_one_team()
        .with_consumers(0);
    let synthetic = captured.with_transformers(transformers).with_tiers(vec![1; layers]);
    let synthetic =
        synthetic.with_inputs_per_transformer(width).with_outputs_per_transformer(1).with_outputs_read(width);
    let nobody = synthetic.ecosystem();
    let (first, last) = ("store_00000", format!("made_{:05}", transformers - 1));
    let in_last_layer = |store: &Datastore| {
        let number = store.name().as_str().strip_prefix("made_").and_then(|number| number.parse().ok());
        number.is_some_and(|number: usize| number + width >= transformers)
    };
    let reading = |priority| with_reader(&nobody, priority, in_last_layer).validate(&today()).unwrap();
    let checked = timed(&mut took, "validate", || reading(Priority::Low));
    let assignments = synthetic.assignments(checked.ecosystem());
    let build = || IntentionGraphs::build(checked.ecosystem(), &assignments).unwrap();
    let graphs = timed(&mut took, "build", build);
    let graph = graphs.iter().next().unwrap();
    let low = |node: &Node<'_>| node.obligation().priority() == Some(Priority::Low);
    assert!(timed(&mut took, "every obligation", || graph.nodes().all(|node| low(&node))));

    let more_important = reading(Priority::High);
    let rebuild = || graphs.rebuild(more_important.ecosystem(), &assignments).unwrap();
    let again = timed(&mut took, "all of it matters more", rebuild);
    let other = again.iter().next().unwrap();
    let diff = timed(&mut took, "diff", || GraphDiff::between(graph, other));
    assert_eq!(diff.changed.len(), graph.len());
    assert_eq!(timed(&mut took, "cone", || cone(&graphs, &again)).len(), graph.len());

    let ingest = |store: &str| format!("Ingest/platform_1/{store}").parse::<NodeKey>().unwrap();
    let questions = timed(&mut took, "questions", || Queries::new(&graphs));
    let upstream = timed(&mut took, "upstream", || questions.upstream([&ingest(&last)]).len());
    assert!(upstream > 3 * (transformers - width));
    assert!(timed(&mut took, "cycles", || questions.cycles()).is_empty());
    assert!(
        timed(&mut took, "why", || questions.groups_served_by(&ingest(first))).len() > transformers - width
    );
    let lost = Outage::Datastore(first.into());
    assert!(!timed(&mut took, "impact", || questions.impact(&lost)).is_empty());
    assert_eq!(timed(&mut took, "bring up", || questions.bring_up()).transformers.len(), transformers);
    assert_eq!(timed(&mut took, "coming up", || bring_up_order(graph).len()), graph.len());
    timed(&mut took, "shards", || Shards::build(graph, &Placement::default(), &[200], &weigh));
    took
}

/// A document that lists locations, the last one first: each would have to be put before all that are there.
fn phases_backwards(size: usize) -> Vec<(&'static str, Duration)> {
    let mut took = Vec::new();
    let locations: Vec<String> = (0..size).rev().map(|number| format!("\"Region/{number:06}\"")).collect();
    let vendor = format!("{{\"name\": \"Azure\", \"locations\": [{}]}}", locations.join(", "));
    let head = "\"format\": \"datasurface/1\", \"name\": \"E\", \"owner\": \"github:e/e@main\", \"live\": \"github:e/l@main\"";
    let text = format!("{{{head}, \"vendors\": [{vendor}]}}");
    let documents = Documents::new().document("e.json", text);
    timed(&mut took, "load", || documents.load()).unwrap();
    took
}

/// A finding about each of many members of one object, of many locations that texts say, and of many columns of a text.
fn phases_of_places(size: usize) -> Vec<(&'static str, Duration)> {
    static CODE: CodeInfo = CodeInfo::warning("test/place", "a test is about it", "Leave it alone.");
    let mut took = Vec::new();
    let names: Vec<String> = (0..size).map(|number| format!("n{number:06}")).collect();
    let settings: Vec<String> = names.iter().map(|name| format!("\"{name}\": {{}}")).collect();
    let locations: Vec<String> = names.iter().map(|name| format!("\"Region/Inner/{name}\"")).collect();
    let text = format!(
        "{{\"format\": \"datasurface/1\", \"name\": \"E\", \"platforms\": [{{\"name\": \"P\", \"config\": {{{}}}}}], \
         \"vendors\": [{{\"name\": \"V\", \"locations\": [{}]}}]}}",
        settings.join(", "),
        locations.join(", ")
    );
    let documents = Documents::new().document("e.json", text);
    let columns: Vec<String> = names.iter().map(|name| format!("{name} Integer")).collect();
    let team = format!(
        "{{\"format\": \"datasurface/1\", \"team\": \"Z/T\", \"datastores\": [{{\"name\": \"S\", \"datasets\": [{{\"name\": \"d\", \
         \"schema\": \"{}\"}}]}}]}}",
        columns.join(", ")
    );
    let documents = documents.document("team.json", team);
    let dataset = ModelPath::root()
        .child("zones", "Z")
        .child("teams", "T")
        .child("datastores", "S")
        .child("datasets", "d");
    let region =
        ModelPath::root().child("vendors", "V").child("locations", "Region").child("locations", "Inner");
    let config = ModelPath::root().child("platforms", "P").attribute("config");
    for (what, around) in
        [("places of members", config), ("places of locations", region), ("places of columns", dataset)]
    {
        let path = |name: &String| match what {
            "places of locations" => around.child("locations", name),
            "places of columns" => around.child("columns", name),
            _ => ModelPath::from_segments(around.segments().chain([name.as_str()])),
        };
        let findings = || names.iter().map(|name| Diagnostic::new(&CODE, path(name), "is here")).collect();
        let placed = timed(&mut took, what, || documents.located(findings()));
        assert!(placed.iter().all(|finding| finding.position().is_some_and(|position| !position.is_inexact)));
    }
    took
}

/// A workspace with a group for each dataset of the datastores of the first team that it wants.
fn with_reader(ecosystem: &Ecosystem, priority: Priority, wants: impl Fn(&Datastore) -> bool) -> Ecosystem {
    let zone = ecosystem.zones().get_index(0).unwrap();
    let team = zone.definition().unwrap().teams().get_index(0).unwrap().name();
    ecosystem.clone().edit_team(zone.name(), team, |members| {
        let stores = members.datastores().iter().filter(|store| wants(store));
        let keys = stores.flat_map(|store| {
            store.datasets().iter().map(|dataset| DatasetKey::new(store.name(), dataset.name()))
        });
        let groups =
            keys.map(|key| DatasetGroup::new(format!("{}_{}", key.datastore, key.dataset)).sink(key));
        let container = members.containers().get_index(0).unwrap().name();
        let reader = Workspace::new("Reader").with_container(ContainerKey::new(zone.name(), team, container));
        let reader = groups.fold(reader.with_priority(priority), Workspace::group);
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
    let start = ThreadTime::now();
    let outcome = phase();
    took.push((what, start.elapsed()));
    outcome
}
