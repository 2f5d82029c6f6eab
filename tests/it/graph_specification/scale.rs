//! Work follows what changed, and not how much there is. It is counted, since time would depend on the machine.

use super::build;
use datasurface::{
    graph::{IntentionGraphs, Node, NodeWeight, Placement, Shards, Stage},
    model::{PlatformDeclaration, Valid},
};
use datasurface_testkit::{Edits, Synthetic, worst_case_edits};
use std::cell::Cell;

/// How often somebody asks what a node weighs.
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
        let mut shards = Shards::build(first, &Placement::default(), &[500], &weigh);
        assert_eq!(asked.take(), first.len());
        for graph in graphs {
            shards = shards.rebuild(graph, &weigh);
            // A datastore before and after, and a transformer, however many there are of each.
            assert!(asked.take() <= 150, "of {datastores} datastores");
        }
    }
}

/// Of how much it had to be worked out what happens.
#[test]
fn rebuilding_works_out_what_changed_however_much_there_is() {
    for datastores in [40, 160, 640] {
        let efforts: Vec<usize> = revisions(datastores).iter().map(IntentionGraphs::rebuilt).collect();
        assert!(efforts[0] > datastores, "{efforts:?}");
        // A workspace and a datastore, or a datastore and the transformers that read it.
        assert!(efforts[1..].iter().all(|effort| (1..=20).contains(effort)), "{efforts:?}");
    }
}

/// What the others do is neither worked out again nor placed again.
#[test]
fn a_platform_that_comes_or_goes_leaves_the_others_alone() {
    for datastores in [40, 160, 640] {
        let synthetic = Synthetic::new(datastores)
            .with_columns_per_dataset(2)
            .with_sinks_per_consumer(5)
            .with_inputs_per_transformer(5);
        let ecosystem = synthetic.ecosystem();
        let assignments = synthetic.assignments(&ecosystem);
        let (group, _) = assignments.groups().next().expect("somebody is served");
        // It comes before the other one by name.
        let declared = ecosystem.clone().platform(PlatformDeclaration::new("A platform", "local"));
        let served = assignments.clone().with_group("A platform", group.clone(), Stage::Provisioned);

        let mut graphs = build(&ecosystem, &assignments).expect("every datastore has a primary");
        assert!(graphs.rebuilt() > datastores);
        let name = graphs.iter().next().expect("a graph").platform().clone();
        let asked = Cell::new(0);
        let weigh = |_: &Node<'_>| {
            asked.set(asked.get() + 1);
            NodeWeight { whole: [1].into(), per_dataset: [1].into() }
        };
        let first = graphs.graph(&name).expect("a graph");
        let mut shards = Shards::build(first, &Placement::default(), &[500], &weigh);
        let steps = [
            (&declared, &assignments),
            (&declared, &served),
            (&ecosystem, &served),
            (&ecosystem, &assignments),
        ];
        for (at, (ecosystem, assignments)) in steps.into_iter().enumerate() {
            asked.set(0);
            let after = graphs.rebuild(&Valid::assume_valid(ecosystem.clone()), assignments);
            graphs = after.expect("every datastore has a primary");
            shards = shards.rebuild(graphs.graph(&name).expect("a graph"), &weigh);
            let is_served = at % 2 == 1;
            // A workspace and the datastores of its sinks; or nothing, since a declaration says nothing about what happens.
            assert_eq!((graphs.rebuilt() > 0, asked.get() > 0), (is_served, is_served), "step {at}");
            assert!(
                graphs.rebuilt() <= 20 && asked.get() <= 60,
                "step {at}: {} {}",
                graphs.rebuilt(),
                asked.get()
            );
        }
    }
}

/// Which groups transformers form is found out anew then; what they owe is not.
#[test]
fn linking_two_transformers_works_out_what_these_do_however_many_there_are() {
    for datastores in [160, 1_600] {
        let synthetic = Synthetic::new(datastores).with_columns_per_dataset(2);
        let ecosystem = synthetic.ecosystem();
        let assignments = synthetic.assignments(&ecosystem);
        let graphs = build(&ecosystem, &assignments).expect("every datastore has a primary");
        let linked = worst_case_edits(&ecosystem).into_iter().find(|(what, _)| what.contains("another's"));
        let (_, linked) = linked.expect("two transformers");
        let after = graphs.rebuild(&Valid::assume_valid(linked), &assignments);
        let after = after.expect("every datastore has a primary");
        let transformers = datastores / 10;
        assert!((1..=60).contains(&after.rebuilt()), "{} for {transformers}", after.rebuilt());
    }
}

/// The graphs of a synthetic ecosystem, and those after each of some edits, built again from those before.
fn revisions(datastores: usize) -> Vec<IntentionGraphs> {
    let synthetic = Synthetic::new(datastores).with_columns_per_dataset(2);
    let mut ecosystem = synthetic.ecosystem();
    let assignments = synthetic.assignments(&ecosystem);
    let mut graphs = build(&ecosystem, &assignments).expect("every datastore has a primary");
    let mut edits = Edits::new(&ecosystem, 7);
    let mut revisions = Vec::new();
    for _ in 0..30 {
        ecosystem = edits.edit(ecosystem);
        let after = graphs.rebuild(&Valid::assume_valid(ecosystem.clone()), &assignments);
        revisions.push(std::mem::replace(&mut graphs, after.expect("every datastore has a primary")));
    }
    revisions.push(graphs);
    revisions
}
