//! What is rebuilt is what would have been built.

use super::{Case, build, cases, platforms::turns};
use datasurface::{
    graph::{
        Assignments, GraphDiff, IntentionGraphs, Node, NodeKey, Stage, picture::GraphsJson, query::cone,
    },
    model::{Ecosystem, PlatformName, Valid, Validate, Validation},
};
use datasurface_testkit::strategies::{Edit, edits};
use datasurface_testkit::strategy::assignments;
use proptest::{collection::vec, prelude::*};
use std::collections::BTreeSet;

/// An ecosystem that is edited, and what is decided about it, which changes now and then, as its platforms do.
pub(super) fn histories() -> impl Strategy<Value = Vec<Case>> {
    let steps = |(ecosystem, first): Case| {
        let mixed = prop_oneof![2 => Just(None), 1 => any::<u16>().prop_map(Some)];
        let turn = prop_oneof![3 => Just(None), 1 => turns().prop_map(Some)];
        let step = (vec(edits(), 0..=2), mixed, turn);
        (Just(ecosystem.clone()), Just(first), assignments(&ecosystem), vec(step, 1..=6))
    };
    cases().prop_flat_map(steps).prop_map(|(ecosystem, first, second, steps)| {
        let (mut ecosystem, mut decided) = (ecosystem, first);
        let mut history = vec![(ecosystem.clone(), decided.clone())];
        for (edits, mixed, turn) in steps {
            ecosystem = valid_after(edits, ecosystem);
            if let Some(mask) = mixed {
                decided = mix(&decided, &second, mask);
            }
            if let Some(turned) = turn.map(|turn| turn.apply((ecosystem.clone(), decided.clone())))
                && is_valid(&turned.0)
            {
                (ecosystem, decided) = turned;
            }
            history.push((ecosystem.clone(), decided.clone()));
        }
        history
    })
}

/// The edits, as far as each leaves the ecosystem valid.
fn valid_after(edits: Vec<Edit>, ecosystem: Ecosystem) -> Ecosystem {
    edits.into_iter().fold(ecosystem, |ecosystem, edit| {
        let edited = edit.apply(ecosystem.clone());
        if is_valid(&edited) { edited } else { ecosystem }
    })
}

fn is_valid(ecosystem: &Ecosystem) -> bool {
    let on = "2026-11-21".parse().expect("a date");
    ecosystem.clone().validate(&Validation::on(on)).is_ok()
}

/// Some decisions of the one, and some of the other.
fn mix(one: &Assignments, other: &Assignments, mask: u16) -> Assignments {
    let mut mixed = one.clone();
    let taken = |at: usize| mask >> (at % 16) & 1 == 1;
    for (_, (group, stages)) in other.groups().enumerate().filter(|(at, _)| taken(*at)) {
        for (platform, stage) in stages {
            mixed.assign_group(group.clone(), platform.clone(), *stage);
        }
    }
    for (_, (datastore, stages)) in other.primaries().enumerate().filter(|(at, _)| taken(at + 7)) {
        for (platform, stage) in stages {
            mixed.assign_primary(datastore.clone(), platform.clone(), *stage);
        }
    }
    mixed
}

fn text(graphs: &IntentionGraphs) -> String {
    serde_json::to_string_pretty(&GraphsJson::new(graphs)).expect("JSON")
}

/// Rebuilds, and holds the result against what is built from nothing.
fn rebuilt(
    before: &IntentionGraphs,
    (ecosystem, assignments): &Case,
) -> Result<Option<IntentionGraphs>, TestCaseError> {
    // Whatever is remembered of the old graphs must not be found in the new ones.
    let old = text(before);
    let anew = before.rebuild(&Valid::assume_valid(ecosystem.clone()), assignments);
    let scratch = build(ecosystem, assignments);
    prop_assert_eq!(text(before), old);
    match (anew, scratch) {
        (Ok(anew), Ok(scratch)) => {
            prop_assert_eq!(text(&anew), text(&scratch));
            for graph in anew.iter() {
                let Some(other) = scratch.graph(graph.platform()) else { continue };
                prop_assert!(
                    graph.nodes().map(|node| node.facts()).eq(other.nodes().map(|node| node.facts()))
                );
            }
            Ok(Some(anew))
        }
        (anew, scratch) => {
            prop_assert_eq!(anew.map(|graphs| text(&graphs)), scratch.map(|graphs| text(&graphs)));
            Ok(None)
        }
    }
}

fn keys(graphs: &IntentionGraphs) -> BTreeSet<NodeKey> {
    graphs.iter().flat_map(|graph| graph.nodes()).map(|node| node.key()).collect()
}

/// Which of these are there, and all that has one of them behind it: on its own platform or on one that takes its data, or, if
/// it captures for all or is about to, behind any export of what it captures.
fn before_any_of(
    of: &BTreeSet<NodeKey>,
    graphs: &IntentionGraphs,
    assignments: &Assignments,
) -> BTreeSet<NodeKey> {
    let nodes = || graphs.iter().flat_map(|graph| graph.nodes());
    let mut before: BTreeSet<NodeKey> =
        nodes().filter(|node| !behind(graphs, *node).is_disjoint(of)).map(|node| node.key()).collect();
    let captures_any = |node: &Node<'_>| {
        let NodeKey::Ingest { platform, datastore, dataset: alone } = node.key() else { return false };
        let is_of_it = |key: &NodeKey| match key {
            NodeKey::Export { dataset, .. } => {
                dataset.datastore == datastore && alone.as_ref().is_none_or(|alone| *alone == dataset.dataset)
            }
            _ => false,
        };
        assignments.capturing_platforms(&datastore).any(|capturing| *capturing == platform)
            && before.iter().any(is_of_it)
    };
    let captures: Vec<NodeKey> = nodes().filter(captures_any).map(|node| node.key()).collect();
    before.extend(captures);
    before
}

/// A node, and everything behind it on any platform.
fn behind(graphs: &IntentionGraphs, node: Node<'_>) -> BTreeSet<NodeKey> {
    let mut behind = BTreeSet::new();
    let mut waiting = vec![node];
    while let Some(node) = waiting.pop() {
        if behind.insert(node.key()) {
            waiting.extend(node.successors());
            waiting.extend(graphs.handover_targets(node));
        }
    }
    behind
}

proptest! {
    // Each case is a history of several builds.
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn after_edits(history in histories()) {
        let mut graphs = build(&history[0].0, &history[0].1).expect("every datastore has a primary");
        for case in &history[1..] {
            if let Some(next) = rebuilt(&graphs, case)? {
                graphs = next;
            }
        }
    }

    #[test]
    fn from_anything_to_anything_else(one in cases(), other in cases()) {
        let graphs = build(&one.0, &one.1).expect("every datastore has a primary");
        rebuilt(&graphs, &other)?;
    }

    /// All that differs, and that something behind differs of; what captures for all counts as being before every export.
    #[test]
    fn the_cone_of_a_change_is_what_differs_and_what_is_before_that(history in histories()) {
        let mut graphs = build(&history[0].0, &history[0].1).expect("every datastore has a primary");
        let mut old = &history[0];
        for case in &history[1..] {
            let Ok(next) = build(&case.0, &case.1) else { continue };
            let fingerprint = |graphs: &IntentionGraphs, key: &NodeKey| graphs.node(key).map(|it| it.fingerprint());
            let different: BTreeSet<NodeKey> = keys(&graphs)
                .union(&keys(&next))
                .filter(|key| fingerprint(&graphs, key) != fingerprint(&next, key))
                .cloned()
                .collect();
            let mut expected = before_any_of(&different, &graphs, &old.1);
            expected.extend(before_any_of(&different, &next, &case.1));
            prop_assert_eq!(cone(&graphs, &next), expected);
            (graphs, old) = (next, case);
        }
    }

    /// Fragments that are the same are not compared node by node; what comes out is as if they were.
    #[test]
    fn a_diff_does_not_depend_on_how_graphs_were_built(history in histories()) {
        let first = build(&history[0].0, &history[0].1).expect("every datastore has a primary");
        for case in &history[1..] {
            let (Some(anew), Ok(scratch)) = (rebuilt(&first, case)?, build(&case.0, &case.1)) else { continue };
            for graph in anew.iter() {
                let (Some(before), Some(other)) = (first.graph(graph.platform()), scratch.graph(graph.platform()))
                else {
                    continue;
                };
                let diff = GraphDiff::between(before, graph);
                prop_assert_eq!(&diff, &GraphDiff::between(before, other));
                prop_assert!(GraphDiff::between(graph, other).is_empty());
                let keys = |graph: &datasurface::graph::IntentionGraph| -> BTreeSet<NodeKey> {
                    graph.nodes().map(|node| node.key()).collect()
                };
                let (old, new) = (keys(before), keys(graph));
                prop_assert!(diff.added.iter().eq(new.difference(&old)));
                prop_assert!(diff.removed.iter().eq(old.difference(&new)));
            }
        }
    }
}

/// The laws above would hold if nothing ever happened.
#[test]
fn histories_are_eventful() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let (mut steps, mut models, mut decisions, mut moved) = (0, 0, 0, 0);
    let (mut declared, mut withdrawn, mut renamed) = (0, 0, 0);
    for _ in 0..60 {
        let history = histories().new_tree(&mut runner).expect("a history").current();
        for pair in history.windows(2) {
            steps += 1;
            models += u32::from(pair[0].0 != pair[1].0);
            decisions += u32::from(pair[0].1 != pair[1].1);
            let moves = |case: &Case| {
                case.1.primaries().filter(|(_, at)| at.values().any(|at| *at == Stage::Provisioning)).count()
            };
            moved += u32::from(moves(&pair[0]) != moves(&pair[1]));
            let platforms =
                |case: &Case| -> BTreeSet<PlatformName> { case.0.platforms().names().cloned().collect() };
            let (before, after) = (platforms(&pair[0]), platforms(&pair[1]));
            declared += u32::from(after.len() > before.len());
            withdrawn += u32::from(after.len() < before.len());
            renamed += u32::from(
                pair[1]
                    .0
                    .platforms()
                    .iter()
                    .any(|platform| platform.former_name().is_some_and(|former| before.contains(former))),
            );
        }
    }
    assert!(
        models > steps / 4 && decisions > steps / 8 && moved > steps / 50,
        "{steps} {models} {decisions} {moved}"
    );
    assert!(
        [declared, withdrawn, renamed].iter().all(|turns| *turns > steps / 50),
        "{declared} {withdrawn} {renamed}"
    );
}
