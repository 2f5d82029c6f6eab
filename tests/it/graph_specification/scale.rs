//! Nothing recurses on the depth of a graph, or on how much comes together in a node.

use super::build;
use datasurface::{
    graph::{
        Assignments, GraphDiff, IntentionGraphs, NodeKey, Stage,
        picture::{Mermaid, Picture},
    },
    model::{
        Capture, DataContainer, DataTransformer, Dataset, DatasetGroup, Datastore, Ecosystem, GovernanceZone,
        PlatformDeclaration, Priority, Team, Workspace,
    },
};
use std::thread;

const MANY: usize = 20_000;
const CONTAINER: &str = "USA/Team/Container";

#[test]
fn a_chain_of_transformers_needs_no_stack() {
    on_a_small_stack(|| {
        let mut team = team().datastore(store(0).captured(Capture::sql_snapshot(CONTAINER)));
        let mut assignments = Assignments::default();
        for number in 1..=MANY {
            let input = DatasetGroup::new("input").sink(&*format!("{}/data", store_name(number - 1)));
            let transformer = DataTransformer::sql(store_name(number));
            let workspace = Workspace::new(format!("Transform{number:06}"));
            team = team
                .datastore(store(number))
                .workspace(workspace.container(CONTAINER).group(input).transformer(transformer));
        }
        let last = DatasetGroup::new("group").sink(&*format!("{}/data", store_name(MANY)));
        let consumer = Workspace::new("Consumer").container(CONTAINER).priority(Priority::High);
        let ecosystem = ecosystem(team.workspace(consumer.group(last)));
        for number in 0..=MANY {
            assignments = assignments.captures("Local", store_name(number), Stage::Provisioned);
        }
        let graphs = built(&ecosystem, &assignments.serves("Local", "Consumer/group", Stage::Provisioned));
        // Ingest and Export of each store, Trigger and Transform of each transformer.
        assert_eq!(graphs.iter().next().expect("a graph").len(), 2 * (MANY + 1) + 2 * MANY);
        let first =
            graphs.node(&format!("Ingest/Local/{}", store_name(0)).parse::<NodeKey>().expect("a key"));
        assert_eq!(first.expect("a node").obligation().priority(), Some(Priority::High));
    });
}

#[test]
fn a_transformer_of_many_inputs_needs_no_stack() {
    on_a_small_stack(|| {
        let mut team = team();
        let mut inputs = Vec::with_capacity(MANY);
        let mut assignments = Assignments::default().captures("Local", "Output", Stage::Provisioned);
        for number in 0..MANY {
            team = team.datastore(store(number).captured(Capture::sql_snapshot(CONTAINER)));
            inputs.push(format!("{}/data", store_name(number)));
            assignments = assignments.captures("Local", store_name(number), Stage::Provisioned);
        }
        let inputs = DatasetGroup::new("inputs").sinks(inputs.iter().map(String::as_str));
        let transform = Workspace::new("Transform").container(CONTAINER).group(inputs);
        let group = DatasetGroup::new("group").sink("Output/data");
        let consumer = Workspace::new("Consumer").container(CONTAINER).priority(Priority::Critical);
        let ecosystem = ecosystem(
            team.datastore(Datastore::new("Output").dataset(Dataset::new("data", "id Integer key")))
                .workspace(transform.transformer(DataTransformer::sql("Output")))
                .workspace(consumer.group(group)),
        );
        let graphs = built(&ecosystem, &assignments.serves("Local", "Consumer/group", Stage::Provisioned));
        let graph = graphs.iter().next().expect("a graph");
        assert_eq!(graph.len(), 2 * (MANY + 1) + 2);
        let trigger = graph.node(&"Trigger/Local/Transform".parse().expect("a key")).expect("a node");
        assert_eq!(trigger.predecessors().count(), MANY);
        assert!(graph.nodes().all(|node| node.obligation().priority() == Some(Priority::Critical)));
    });
}

/// With the stack of a thread in a small container. (The default is 2 MiB for threads, 8 MiB for a program.)
fn on_a_small_stack(test: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().stack_size(1024 * 1024).spawn(test);
    thread.expect("a thread").join().expect("the test passes");
}

/// The graphs, after everything else that walks through them was tried too.
fn built(ecosystem: &Ecosystem, assignments: &Assignments) -> IntentionGraphs {
    let graphs = build(ecosystem, assignments).expect("every datastore has a primary");
    let graph = graphs.iter().next().expect("a graph");
    assert!(GraphDiff::between(graph, graph).is_empty());
    assert!(Mermaid(&Picture::of(graph)).to_string().lines().count() > graph.len());
    graphs
}

fn ecosystem(team: Team) -> Ecosystem {
    let zone = GovernanceZone::new().team("Team", "github:example/team@main", team);
    Ecosystem::new("Large", "github:example/eco@main", "github:example/live@main")
        .platform(PlatformDeclaration::new("Local", "local"))
        .zone("USA", "github:example/usa@main", zone)
}

fn team() -> Team {
    Team::new().container(DataContainer::sqlite("Container", "container.db"))
}

fn store(number: usize) -> Datastore {
    Datastore::new(store_name(number)).dataset(Dataset::new("data", "id Integer key"))
}

/// In the order of numbers.
fn store_name(number: usize) -> String {
    format!("Store{number:06}")
}
