//! Laws that need no specification.

use super::{Case, build, cases, picture::Picture};
use datasurface::{
    graph::{GraphDiff, NodeKey, picture::GraphsJson},
    model::{
        Dataset, DatasetGroup, Datastore, Ecosystem, Entity, GovernanceZone, Named, Team, TeamDeclaration,
        Workspace, ZoneDeclaration,
    },
};
use datasurface_testkit::strategies::edits;
use proptest::prelude::*;
use std::collections::BTreeSet;

proptest! {
    #[test]
    fn the_order_of_declaration_does_not_matter((ecosystem, assignments) in cases(), turn in any::<usize>()) {
        let other = redeclared(&ecosystem, turn);
        prop_assert_eq!(&other, &ecosystem);
        let one = build(&ecosystem, &assignments).expect("every datastore has a primary");
        let other = build(&other, &assignments).expect("every datastore has a primary");
        prop_assert_eq!(Picture::of(&one), Picture::of(&other));
        let text = |graphs| serde_json::to_string(&GraphsJson::new(graphs)).expect("JSON");
        prop_assert_eq!(text(&one), text(&other));
    }

    #[test]
    fn every_node_is_found_by_its_key((ecosystem, assignments) in cases()) {
        let graphs = build(&ecosystem, &assignments).expect("every datastore has a primary");
        for graph in graphs.iter() {
            let keys: Vec<NodeKey> = graph.nodes().map(|node| node.key()).collect();
            prop_assert_eq!(keys.len(), graph.len());
            prop_assert!(keys.is_sorted_by(|one, other| one < other), "{:?}", keys);
            for key in &keys {
                prop_assert_eq!(key.platform(), graph.platform());
                prop_assert_eq!(graph.node(key).map(|node| node.key()), Some(key.clone()));
                prop_assert_eq!(graphs.node(key).map(|node| node.key()), Some(key.clone()));
                prop_assert_eq!(key.to_string().parse(), Ok(key.clone()));
            }
            prop_assert!(GraphDiff::between(graph, graph).is_empty());
        }
        for (from, to) in graphs.handovers() {
            let found = graphs.handover_source(&to.key()).map(|node| node.key());
            prop_assert_eq!(found, Some(from.key()));
        }
    }

    #[test]
    fn a_fingerprint_changes_with_the_facts_alone((ecosystem, assignments) in cases(), edit in edits()) {
        let edited = edit.apply(ecosystem.clone());
        let old = build(&ecosystem, &assignments).expect("every datastore has a primary");
        // A datastore that was added has no primary yet.
        let Ok(new) = build(&edited, &assignments) else { return Ok(()) };
        for before in old.iter() {
            let Some(after) = new.graph(before.platform()) else { continue };
            let keys: BTreeSet<_> = before.nodes().chain(after.nodes()).map(|node| node.key()).collect();
            let (mut added, mut removed, mut changed) = (Vec::new(), Vec::new(), Vec::new());
            for key in keys {
                match (before.node(&key), after.node(&key)) {
                    (Some(one), Some(other)) => {
                        let is_same = one.facts() == other.facts();
                        prop_assert_eq!(is_same, one.fingerprint() == other.fingerprint(), "{}", key);
                        prop_assert_eq!(one.facts().fingerprint(), one.fingerprint());
                        let (there, back) =
                            (one.facts().differences(&other.facts()), other.facts().differences(&one.facts()));
                        prop_assert_eq!(is_same, there.is_empty(), "{}", key);
                        let there = there.iter().map(|field| (&field.path, &field.added, &field.removed));
                        let back = back.iter().map(|field| (&field.path, &field.removed, &field.added));
                        prop_assert!(there.eq(back), "{}", key);
                        if !is_same {
                            changed.push(key);
                        }
                    }
                    (Some(_), None) => removed.push(key),
                    (None, _) => added.push(key),
                }
            }
            let diff = GraphDiff::between(before, after);
            prop_assert_eq!((&diff.added, &diff.removed, &diff.changed), (&added, &removed, &changed));
        }
    }
}

/// The law above would hold if no edit ever changed anything.
#[test]
fn edits_change_some_facts_and_leave_others() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let (mut changed, mut kept) = (0, 0);
    for _ in 0..300 {
        let ((ecosystem, assignments), edit): (Case, _) =
            (cases(), edits()).new_tree(&mut runner).expect("a case").current();
        let old = build(&ecosystem, &assignments).expect("every datastore has a primary");
        let Ok(new) = build(&edit.apply(ecosystem), &assignments) else {
            continue;
        };
        for before in old.iter() {
            let Some(after) = new.graph(before.platform()) else {
                continue;
            };
            let diff = GraphDiff::between(before, after);
            changed += u32::from(!diff.changed.is_empty());
            kept += u32::from(diff.changed.len() < after.len());
        }
    }
    assert!(changed > 30 && kept > 100, "{changed} graphs changed, {kept} kept something");
}

/// The same ecosystem, with everything of which the order does not matter declared in another order.
fn redeclared(old: &Ecosystem, turn: usize) -> Ecosystem {
    let mut ecosystem = Ecosystem::new(old.name(), old.owner(), old.live());
    for vendor in turned(old.vendors(), turn) {
        ecosystem = ecosystem.vendor(vendor);
    }
    for platform in turned(old.platforms(), turn) {
        ecosystem = ecosystem.platform(platform);
    }
    for pin in turned(old.group_pins(), turn) {
        ecosystem = ecosystem.group_pin(pin.name(), pin.platforms().iter().rev().cloned());
    }
    for pin in turned(old.primary_pins(), turn) {
        ecosystem = ecosystem.primary_pin(pin.name(), pin.platform());
    }
    turned(old.zones(), turn).fold(ecosystem, |ecosystem, zone| {
        let declaration = ZoneDeclaration::new(zone.name(), zone.owner());
        ecosystem.zone_declaration(match zone.definition() {
            Some(definition) => declaration.defined(turned(definition.teams(), turn).fold(
                turned(definition.policies(), turn).fold(GovernanceZone::new(), GovernanceZone::policy),
                |zone, old| {
                    let team = TeamDeclaration::new(old.name(), old.owner());
                    zone.team_declaration(match old.definition() {
                        Some(definition) => team.defined(redeclared_team(definition, turn)),
                        None => team,
                    })
                },
            )),
            None => declaration,
        })
    })
}

fn redeclared_team(old: &Team, turn: usize) -> Team {
    let mut team = Team::new();
    for old in turned(old.workspaces(), turn) {
        let mut workspace = Workspace::new(old.name());
        for old in turned(old.groups(), turn) {
            let requirements = old.requirements();
            let mut group = DatasetGroup::new(old.name()).with_milestoning(requirements.milestoning);
            for sink in turned(old.sinks(), turn) {
                group = group.sink(sink);
            }
            group = requirements.latency.into_iter().fold(group, DatasetGroup::with_latency);
            group = requirements.retention.into_iter().fold(group, DatasetGroup::with_retention);
            group = requirements.regulators.iter().rev().fold(group, DatasetGroup::regulator);
            workspace = workspace.group(group);
        }
        workspace = old.container().into_iter().fold(workspace, Workspace::with_container);
        workspace = old.priority().into_iter().fold(workspace, Workspace::with_priority);
        workspace = old.deadline().cloned().into_iter().fold(workspace, Workspace::with_deadline);
        workspace = old.transformer().cloned().into_iter().fold(workspace, Workspace::with_transformer);
        team = team.workspace(workspace);
    }
    for old in turned(old.datastores(), turn) {
        let datasets = turned::<Dataset>(old.datasets(), turn);
        let store = datasets.fold(Datastore::new(old.name()), Datastore::dataset);
        team = team.datastore(old.capture().cloned().into_iter().fold(store, Datastore::captured));
    }
    team = turned(old.credentials(), turn).fold(team, Team::credential);
    turned(old.containers(), turn).fold(team, Team::container)
}

/// Starting somewhere else, and backwards half of the time.
fn turned<T: Entity>(entities: &Named<T>, turn: usize) -> impl Iterator<Item = T> {
    let start = (turn / 2).checked_rem(entities.len()).unwrap_or_default();
    let mut turned: Vec<T> = entities.iter().skip(start).cloned().collect();
    turned.extend(entities.iter().take(start).cloned());
    if turn % 2 == 1 {
        turned.reverse();
    }
    turned.into_iter()
}
