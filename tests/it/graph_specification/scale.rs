//! Nothing recurses on the depth of a graph, or on how much comes together in a node.

use super::build;
use datasurface::{
    graph::{
        Assignments, GraphDiff, IntentionGraphs, Node, NodeKey, NodeWeight, Placement, Shards, Stage,
        picture::{Mermaid, Picture},
    },
    model::{
        Capture, DataContainer, DataTransformer, Dataset, DatasetGroup, Datastore, Ecosystem, GovernanceZone,
        PlatformDeclaration, Priority, Team, Valid, Workspace,
    },
};
use datasurface_testkit::{Edits, Synthetic};
use std::{cell::Cell, thread};

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

#[test]
fn transformers_that_read_all_of_the_layer_before_are_linear_in_what_they_read() {
    const WIDTH: usize = 100;
    const DEPTH: usize = 6;
    on_a_small_stack(|| {
        let name = |layer: usize, at: usize| store_name(layer * WIDTH + at);
        let layer_of = |layer: usize| (0..WIDTH).map(move |at| format!("{}/data", name(layer, at)));
        let group = |layer: usize| {
            let wanted: Vec<String> = layer_of(layer).collect();
            DatasetGroup::new("group").sinks(wanted.iter().map(String::as_str))
        };
        let captured = |at| store(at).captured(Capture::sql_snapshot(CONTAINER));
        let mut team = (0..WIDTH).map(captured).fold(team(), Team::datastore);
        for (layer, at) in (1..=DEPTH).flat_map(|layer| (0..WIDTH).map(move |at| (layer, at))) {
            let transformer = DataTransformer::sql(name(layer, at));
            let workspace = Workspace::new(format!("Transform{layer}x{at}")).container(CONTAINER);
            team = team
                .datastore(store(layer * WIDTH + at))
                .workspace(workspace.group(group(layer - 1)).transformer(transformer));
        }
        let consumer = Workspace::new("Consumer").container(CONTAINER).priority(Priority::Critical);
        let ecosystem = ecosystem(team.workspace(consumer.group(group(DEPTH))));
        let stores = (0..(DEPTH + 1) * WIDTH).map(store_name);
        let assignments = stores
            .fold(Assignments::default(), |all, store| all.captures("Local", store, Stage::Provisioned))
            .serves("Local", "Consumer/group", Stage::Provisioned);
        let graphs = built(&ecosystem, &assignments);
        let graph = graphs.iter().next().expect("a graph");
        // Ingest and Export of each store, Trigger and Transform of each transformer.
        assert_eq!(graph.len(), 2 * (DEPTH + 1) * WIDTH + 2 * DEPTH * WIDTH);
        // Each transformer reads its whole layer; the rest are chains.
        assert_eq!(graph.edges().count(), DEPTH * WIDTH * WIDTH + (DEPTH + 1) * WIDTH + 2 * DEPTH * WIDTH);
        assert!(graph.nodes().all(|node| node.obligation().priority() == Some(Priority::Critical)));
    });
}

/// Work is counted, since time would depend on the machine: how often somebody asks what a node weighs.
#[test]
fn shards_look_at_each_node_once_and_then_at_what_changed() {
    for datastores in [40, 160] {
        let asked = Cell::new(0);
        let weigh = |_: &Node<'_>| {
            asked.set(asked.get() + 1);
            NodeWeight { whole: [1].into(), per_dataset: [1].into() }
        };
        let revisions = revisions(datastores);
        let mut graphs = revisions.iter().map(|graphs| graphs.iter().next().expect("a graph"));
        let first = graphs.next().expect("a revision");
        let mut shards = Shards::of(first, &Placement::default(), &[500], &weigh);
        assert_eq!(asked.take(), first.len());
        for graph in graphs {
            shards = shards.again(graph, &weigh);
            // A datastore before and after, and a transformer, however many there are of each.
            assert!(asked.take() <= 150, "of {datastores} datastores");
        }
    }
}

/// Work is counted here, too: of how much it had to be worked out what happens.
#[test]
fn rebuilding_works_out_what_changed_however_much_there_is() {
    for datastores in [40, 160, 640] {
        let efforts: Vec<usize> = revisions(datastores).iter().map(IntentionGraphs::effort).collect();
        assert!(efforts[0] > datastores, "{efforts:?}");
        // A workspace and a datastore, or a datastore and the transformers that read it.
        assert!(efforts[1..].iter().all(|effort| (1..=20).contains(effort)), "{efforts:?}");
    }
}

/// The graphs of a synthetic ecosystem, and those after each of some edits, built again from those before.
fn revisions(datastores: usize) -> Vec<IntentionGraphs> {
    let synthetic = Synthetic::new(datastores).columns(2);
    let mut ecosystem = synthetic.ecosystem();
    let assignments = synthetic.assignments(&ecosystem);
    let mut graphs = build(&ecosystem, &assignments).expect("every datastore has a primary");
    let mut edits = Edits::of(&ecosystem, 7);
    let mut revisions = Vec::new();
    for _ in 0..30 {
        ecosystem = edits.edit(ecosystem);
        let after = graphs.rebuild(&Valid::assume_valid(ecosystem.clone()), &assignments);
        revisions.push(std::mem::replace(&mut graphs, after.expect("every datastore has a primary")));
    }
    revisions.push(graphs);
    revisions
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
    assert!(Mermaid(&Picture::of([graph])).to_string().lines().count() > graph.len());
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
