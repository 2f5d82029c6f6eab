//! The order in which nodes come up.

use super::{build, cases};
use datasurface::graph::{
    IntentionGraph, Node, NodeKey, NodeKind,
    query::{Step, coming_up},
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// All that a node needs, at any distance.
fn needed(node: Node<'_>) -> BTreeSet<NodeKey> {
    let mut needed = BTreeSet::new();
    let mut waiting: Vec<Node<'_>> = node.predecessors().collect();
    while let Some(node) = waiting.pop() {
        if needed.insert(node.key()) {
            waiting.extend(node.predecessors());
        }
    }
    needed
}

/// The nodes that a node needs and that need it; without itself, unless it needs itself.
fn circle(graph: &IntentionGraph, node: Node<'_>) -> BTreeSet<NodeKey> {
    let before = needed(node).into_iter().filter_map(|key| graph.node(&key));
    before.filter(|other| needed(*other).contains(&node.key())).map(|other| other.key()).collect()
}

/// Whether there was a circle.
fn holds(graph: &IntentionGraph) -> Result<bool, TestCaseError> {
    let steps = coming_up(graph);
    let nodes: Vec<Node<'_>> = steps.iter().flat_map(Step::members).copied().collect();
    prop_assert_eq!(nodes.len(), graph.len());
    let places: BTreeMap<NodeKey, usize> = nodes.iter().map(Node::key).zip(0..).collect();
    prop_assert_eq!(places.len(), graph.len());
    for (place, node) in nodes.iter().enumerate() {
        let circle = circle(graph, *node);
        for before in needed(*node).difference(&circle) {
            prop_assert!(places[before] < place, "{} before {}", node.key(), before);
        }
        if circle.is_empty() {
            continue;
        }
        let before: Vec<bool> = node
            .predecessors()
            .filter(|before| circle.contains(&before.key()))
            .map(|before| places[&before.key()] < place)
            .collect();
        // What is no trigger has all that it needs, and only the first trigger has nothing.
        prop_assert!(node.kind() == NodeKind::Trigger || before.iter().all(|is_there| *is_there));
        let is_first = circle.iter().all(|other| places[other] >= place);
        prop_assert!(is_first || before.contains(&true), "{}", node.key());
    }
    for step in &steps {
        let members: BTreeSet<NodeKey> = step.members().iter().map(Node::key).collect();
        for node in step.members() {
            let circle = circle(graph, *node);
            match step {
                Step::One(_) => prop_assert!(circle.is_empty()),
                Step::Circle(_) => prop_assert_eq!(&circle, &members),
            }
        }
    }
    Ok(steps.iter().any(|step| matches!(step, Step::Circle(_))))
}

proptest! {
    #[test]
    fn each_node_comes_up_after_what_it_needs((ecosystem, assignments) in cases()) {
        let graphs = build(&ecosystem, &assignments).expect("every datastore has a primary");
        for graph in graphs.iter() {
            holds(graph)?;
        }
    }
}

/// The law above would say less if no generated ecosystem had a loop.
#[test]
fn some_generated_ecosystems_have_loops() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let has_loop = (0..300).any(|_| {
        let (ecosystem, assignments) = cases().new_tree(&mut runner).expect("a case").current();
        let graphs = build(&ecosystem, &assignments).expect("every datastore has a primary");
        graphs.iter().any(|graph| holds(graph).expect("the law holds"))
    });
    assert!(has_loop);
}
