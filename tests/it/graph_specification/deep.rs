//! Nothing recurses on the depth of a graph, or on how much comes together in a node; and nothing takes longer than what
//! there is.

use super::build;
use datasurface::{
    graph::{
        Assignments, GraphDiff, IntentionGraph, IntentionGraphs, Node, NodeKey, NodeKind, NodeWeight,
        Placement, Shards, Stage,
        picture::{Dot, GraphMl, GraphsJson, Mermaid, Picture},
        query::{Outage, Queries, Step, bring_up_order, cone},
    },
    model::{
        Capture, DataContainer, DataTransformer, Dataset, DatasetGroup, Datastore, Ecosystem, GovernanceZone,
        PlatformDeclaration, Priority, Team, Valid, Workspace,
    },
};
use std::thread;

const DEPTH: usize = 10_000;
/// Of a loop: all of its transformers are looked at together.
const ROUND: usize = 2_500;
const WIDTH: usize = 100;
const LAYERS: usize = 6;
const CONTAINER: &str = "USA/Team/Container";

#[test]
fn a_chain_of_transformers_needs_no_stack() {
    on_a_small_stack(|| {
        let chain = Shape::chain(DEPTH, false);
        let graphs = chain.walked();
        // Ingest and Export of each store, Trigger and Transform of each transformer, one after the other.
        let nodes = 2 * (DEPTH + 1) + 2 * DEPTH;
        assert_eq!(graph(&graphs).len(), nodes);
        assert_eq!(graph(&graphs).edges().count(), nodes - 1);
        let questions = Queries::new(&graphs);
        assert_eq!(questions.upstream([&chain.last()]).len(), nodes - 1);
        assert_eq!(questions.downstream([&chain.first()]).len(), nodes - 1);
        assert!(questions.cycles().is_empty());
    });
}

#[test]
fn a_loop_of_transformers_needs_no_stack() {
    on_a_small_stack(|| {
        let chain = Shape::chain(ROUND, true);
        let graphs = chain.walked();
        let questions = Queries::new(&graphs);
        // All but the store that everything begins with, which nobody makes, and its export.
        let [cycle] = &questions.cycles()[..] else { panic!("there is one loop") };
        assert_eq!(cycle.len(), graph(&graphs).len() - 2 + 1);
        let steps = bring_up_order(graph(&graphs));
        let is_loop =
            |step: &Step<Node<'_>>| matches!(step, Step::Circle(members) if members.len() == 4 * ROUND);
        assert!(steps.iter().any(is_loop));
        let bring_up = questions.bring_up();
        assert_eq!(bring_up.transformers.iter().map(|step| step.members().len()).max(), Some(ROUND));
    });
}

#[test]
fn a_transformer_of_many_inputs_needs_no_stack() {
    on_a_small_stack(|| {
        let fan = Shape::layers(&[DEPTH, 1]);
        let graphs = fan.walked();
        assert_eq!(graph(&graphs).len(), 2 * (DEPTH + 1) + 2);
        let trigger = graphs.node(&"Trigger/Local/Transform010000".parse().expect("a key")).expect("a node");
        assert_eq!(trigger.predecessors().count(), DEPTH);
    });
}

#[test]
fn transformers_that_read_all_of_the_layer_before_are_linear_in_what_they_read() {
    on_a_small_stack(|| {
        let fan = Shape::layers(&[WIDTH; LAYERS + 1]);
        let graphs = fan.walked();
        // Ingest and Export of each store, Trigger and Transform of each transformer.
        let nodes = 2 * (LAYERS + 1) * WIDTH + 2 * LAYERS * WIDTH;
        assert_eq!(graph(&graphs).len(), nodes);
        // Each transformer reads its whole layer; the rest are chains.
        let edges = LAYERS * WIDTH * WIDTH + (LAYERS + 1) * WIDTH + 2 * LAYERS * WIDTH;
        assert_eq!(graph(&graphs).edges().count(), edges);
        let questions = Queries::new(&graphs);
        // Whatever is in a layer before, and the one transformer of the last, with its store.
        assert_eq!(questions.upstream([&fan.last()]).len(), nodes - 4 * (WIDTH - 1) - 1);
        assert!(questions.cycles().is_empty());
        assert!(questions.bring_up().transformers.iter().all(|step| matches!(step, Step::One(_))));
    });
}

/// Transformers, each of which reads all that those of the layer before make.
struct Shape {
    team: Team,
    assignments: Assignments,
    stores: usize,
    /// What the consumer reads for whom all this happens.
    wanted: Vec<usize>,
}

impl Shape {
    /// Each reads what the one before makes; in a loop, the first one what the last one makes, too.
    fn chain(depth: usize, is_loop: bool) -> Self {
        let chain = (1..=depth).fold(Self::captured(1), |shape, number| {
            let back = (is_loop && number == 1).then_some(depth);
            shape.made([number - 1].into_iter().chain(back))
        });
        chain.read([depth])
    }

    /// As many in each layer.
    fn layers(widths: &[usize]) -> Self {
        let mut shape = Self::captured(widths[0]);
        let mut before = 0..widths[0];
        for width in &widths[1..] {
            let layer = shape.stores..shape.stores + width;
            shape = (0..*width).fold(shape, |shape, _| shape.made(before.clone()));
            before = layer;
        }
        shape.read(before)
    }

    fn captured(count: usize) -> Self {
        let team = Team::new().container(DataContainer::sqlite("Container", "container.db"));
        let shape = Self { team, assignments: Assignments::default(), stores: 0, wanted: Vec::new() };
        (0..count)
            .fold(shape, |shape, _| shape.store(|store| store.captured(Capture::sql_snapshot(CONTAINER))))
    }

    /// One more store, with one dataset.
    fn store(mut self, with: impl FnOnce(Datastore) -> Datastore) -> Self {
        let name = store_name(self.stores);
        let store = Datastore::new(&*name).dataset(Dataset::new("data", "id Integer key"));
        self.team = self.team.datastore(with(store));
        self.assignments = self.assignments.with_primary("Local", name, Stage::Provisioned);
        self.stores += 1;
        self
    }

    /// One more store, which is made of these.
    fn made(mut self, inputs: impl IntoIterator<Item = usize>) -> Self {
        let workspace = Workspace::new(format!("Transform{:06}", self.stores)).with_container(CONTAINER);
        let transformer = DataTransformer::sql(store_name(self.stores)).with_cron("0 * * * *");
        self.team = self.team.workspace(workspace.group(group(inputs)).with_transformer(transformer));
        self.store(|store| store)
    }

    fn read(mut self, inputs: impl IntoIterator<Item = usize>) -> Self {
        self.wanted.extend(inputs);
        self.assignments = self.assignments.with_group("Local", "Consumer/group", Stage::Provisioned);
        self
    }

    /// To a consumer, it matters so much.
    fn ecosystem(&self, priority: Priority) -> Ecosystem {
        let consumer = Workspace::new("Consumer").with_container(CONTAINER).with_priority(priority);
        let team = self.team.clone().workspace(consumer.group(group(self.wanted.iter().copied())));
        let zone = GovernanceZone::new().team("Team", "github:example/team@main", team);
        Ecosystem::new("Large", "github:example/eco@main", "github:example/live@main")
            .platform(PlatformDeclaration::new("Local", "local"))
            .zone("USA", "github:example/usa@main", zone)
    }

    fn first(&self) -> NodeKey {
        format!("Ingest/Local/{}", store_name(0)).parse().expect("a key")
    }

    fn last(&self) -> NodeKey {
        format!("Export/Local/{CONTAINER}/{}/data", store_name(self.stores - 1)).parse().expect("a key")
    }

    /// The graphs, after everything else that walks through them was tried, too.
    fn walked(&self) -> IntentionGraphs {
        let before = build(&self.ecosystem(Priority::Low), &self.assignments);
        let graphs = before.expect("every datastore has a primary");
        drawn(&graphs);
        self.asked(&graphs);
        cut(&graphs);

        // It comes to matter more, and that goes through all of it.
        let urgent = self.ecosystem(Priority::Critical);
        let again = graphs.rebuild(&Valid::assume_valid(urgent.clone()), &self.assignments);
        let again = again.expect("every datastore has a primary");
        assert!(graph(&again).nodes().all(|node| node.obligation().priority() == Some(Priority::Critical)));
        let scratch = build(&urgent, &self.assignments).expect("every datastore has a primary");
        assert!(GraphDiff::between(graph(&again), graph(&scratch)).is_empty());
        let count = graph(&graphs).len();
        assert_eq!(GraphDiff::between(graph(&graphs), graph(&again)).changed.len(), count);
        assert_eq!(cone(&graphs, &again).len(), count);
        again
    }

    /// Questions whose answer is known whatever the shape is.
    fn asked(&self, graphs: &IntentionGraphs) {
        let questions = Queries::new(graphs);
        let count = graph(graphs).len();
        assert_eq!(bring_up_order(graph(graphs)).iter().flat_map(Step::members).count(), count);
        // Everybody gets something through it: each transformer that reads what comes of it, and the consumer.
        assert!(questions.groups_served_by(&self.last()).contains(&"Consumer/group".into()));
        let why = questions.groups_served_by(&self.first());
        assert_eq!(why.len(), 1 + graph(graphs).nodes().filter(is_trigger).count());
        let hit = questions.impact(&Outage::Datastore(store_name(0).into()));
        assert_eq!(hit.iter().map(|hit| hit.group.to_string()).collect::<Vec<_>>(), ["Consumer/group"]);
        let (first, last) = (store_name(0), store_name(self.stores - 1));
        let data = |store: &str| format!("{store}/data").as_str().into();
        assert!(questions.downstream_datasets(&data(&first)).contains(&data(&last)));
        assert!(questions.upstream_datasets(&data(&last)).contains(&data(&first)));
        let path = questions.paths(&self.first(), &self.last(), 1);
        assert_eq!(path.len(), 1);
    }
}

fn is_trigger(node: &Node<'_>) -> bool {
    node.kind() == NodeKind::Trigger
}

/// Pictures of all of it.
fn drawn(graphs: &IntentionGraphs) {
    let graph = graph(graphs);
    let picture = Picture::new([graph]);
    let lines = [Mermaid(&picture).to_string(), Dot(&picture).to_string(), GraphMl(&picture).to_string()];
    assert!(lines.iter().all(|text| text.lines().count() > graph.len()));
    let json = serde_json::to_value(GraphsJson::new(graphs)).expect("JSON");
    assert_eq!(json["platforms"]["Local"]["nodes"].as_array().map(Vec::len), Some(graph.len()));
}

/// In shards of some nodes, and again.
fn cut(graphs: &IntentionGraphs) {
    let weigh = |_: &Node<'_>| NodeWeight { whole: [1].into(), per_dataset: Box::default() };
    let graph = graph(graphs);
    let shards = Shards::build(graph, &Placement::default(), &[500], &weigh);
    assert!(shards.placement().shards().len() >= graph.len() / 500);
    assert_eq!(shards.rebuild(graph, &weigh).placement(), shards.placement());
}

fn graph(graphs: &IntentionGraphs) -> &IntentionGraph {
    graphs.iter().next().expect("a graph")
}

fn group(inputs: impl IntoIterator<Item = usize>) -> DatasetGroup {
    let wanted: Vec<String> = inputs.into_iter().map(|input| format!("{}/data", store_name(input))).collect();
    DatasetGroup::new("group").with_sinks(wanted.iter().map(String::as_str))
}

/// In the order of numbers.
fn store_name(number: usize) -> String {
    format!("Store{number:06}")
}

/// With an eighth of what a thread has by default.
fn on_a_small_stack(test: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().stack_size(256 * 1024).spawn(test);
    thread.expect("a thread").join().expect("the test passes");
}
