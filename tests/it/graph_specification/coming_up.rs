//! The order in which nodes come up.

use super::{build, cases};
use datasurface::{
    graph::{
        IntentionGraph, Node, NodeDetail, NodeKey, NodeKind,
        query::{Step, bring_up_order},
    },
    model::TransformTrigger,
};
use proptest::prelude::*;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

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

/// Whether a trigger does not run, where something that it needs is missing, or all of it.
fn waits(trigger: &Node<'_>, has_nothing: bool) -> bool {
    match &trigger.facts().detail {
        NodeDetail::Trigger(facts) => match &facts.trigger {
            TransformTrigger::AllInputsMoved => true,
            TransformTrigger::AnyInputMoved => has_nothing,
            _ => false,
        },
        _ => false,
    }
}

/// Whether there was a circle.
fn holds(graph: &IntentionGraph) -> Result<bool, TestCaseError> {
    let steps = bring_up_order(graph);
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
        // What is needed, and is not there when this one comes up.
        let missing = |node: &Node<'_>| node.predecessors().filter(|it| places[&it.key()] >= place).count();
        if missing(node) == 0 {
            continue;
        }
        // What is no trigger has all that it needs; and a trigger that has not is the best of those that are left, none of
        // which has all either.
        prop_assert_eq!(node.kind(), NodeKind::Trigger);
        let left = circle.iter().filter(|other| places[*other] >= place).filter_map(|key| graph.node(key));
        for other in left {
            prop_assert!(missing(&other) > 0, "{} before {}", node.key(), other.key());
            if other.kind() == NodeKind::Trigger {
                let rank = |node: &Node<'_>| {
                    let has_nothing = missing(node) == node.predecessors().count();
                    (waits(node, has_nothing), has_nothing, Reverse(node.obligation().priority()), node.key())
                };
                prop_assert!(rank(node) <= rank(&other), "{} before {}", node.key(), other.key());
            }
        }
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
