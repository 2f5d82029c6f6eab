//! What the strategies promise.

mod frequent;
mod keyless;

use super::*;
use datasurface_model::{ContainerKey, DatasetKey, Entity, Name, TeamKey, *};
use proptest::{
    collection::vec,
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

fn teams(ecosystem: &Ecosystem) -> impl Iterator<Item = &Arc<Team>> {
    let zones = ecosystem.zones().iter().filter_map(ZoneDeclaration::definition);
    zones.flat_map(|zone| zone.teams()).filter_map(TeamDeclaration::definition)
}

fn teams_by_key(ecosystem: &Ecosystem) -> impl Iterator<Item = (TeamKey, &Arc<Team>)> {
    ecosystem.zones().iter().flat_map(|zone| {
        let teams = zone.definition().into_iter().flat_map(|defined| defined.teams());
        teams.filter_map(|team| Some((TeamKey::new(zone.name(), team.name()), team.definition()?)))
    })
}

fn containers(ecosystem: &Ecosystem) -> BTreeSet<ContainerKey> {
    let key = |team: &TeamKey, container: &DataContainer| {
        ContainerKey::new(&team.zone, &team.team, container.name())
    };
    teams_by_key(ecosystem)
        .flat_map(|(team, definition)| {
            definition.containers().iter().map(move |container| key(&team, container))
        })
        .collect()
}

fn workspaces(ecosystem: &Ecosystem) -> Vec<&Workspace> {
    teams(ecosystem).flat_map(|team| team.workspaces()).map(Arc::as_ref).collect()
}

fn datastores(ecosystem: &Ecosystem) -> Vec<&Datastore> {
    teams(ecosystem).flat_map(|team| team.datastores()).map(Arc::as_ref).collect()
}

fn inputs(workspace: &Workspace) -> impl Iterator<Item = &DatasetKey> {
    workspace.groups().iter().flat_map(DatasetGroup::sinks).map(DatasetSink::name)
}

fn reads_itself(workspace: &Workspace) -> bool {
    let transformer = workspace.transformer();
    transformer.is_some_and(|transformer| inputs(workspace).any(|key| key.datastore == *transformer.output()))
}

/// The datasets that captures say to have no key.
fn keyless(ecosystem: &Ecosystem) -> BTreeSet<DatasetKey> {
    let captures =
        datastores(ecosystem).into_iter().filter_map(|store| Some((store.name(), store.capture()?)));
    let key = |store: &DatastoreName, dataset: &DatasetName| DatasetKey::new(store, dataset);
    captures
        .flat_map(|(store, capture)| capture.keyless_datasets().map(move |dataset| key(store, dataset)))
        .collect()
}

fn deterministic() -> proptest::test_runner::TestRng {
    proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha)
}

proptest! {
    #[test]
    fn everything_that_is_wanted_is_there(ecosystem in ecosystems()) {
        let datasets: BTreeMap<DatasetKey, &Dataset> = datastores(&ecosystem)
            .into_iter()
            .flat_map(|store| {
                store.datasets().iter().map(|dataset| (DatasetKey::new(store.name(), dataset.name()), dataset))
            })
            .collect();
        let keyless = keyless(&ecosystem);
        let containers = containers(&ecosystem);
        for workspace in workspaces(&ecosystem) {
            prop_assert!(!workspace.groups().is_empty());
            for group in workspace.groups() {
                prop_assert!(!group.sinks().is_empty());
                for sink in group.sinks() {
                    let dataset = datasets.get(sink.name());
                    prop_assert!(dataset.is_some(), "{:?}", sink);
                    let is_deprecated = dataset.is_some_and(|dataset| dataset.deprecation().is_some());
                    prop_assert_eq!(is_deprecated, sink.consent_until().is_some());
                }
                if workspace.transformer().is_some() {
                    prop_assert_eq!(group.requirements(), &Requirements::default());
                }
            }
            // Also for a transformer: the container is part of the key of each export of an input.
            let container = workspace.container();
            prop_assert!(container.is_some_and(|key| containers.contains(key)), "{:?}", container);
        }
        for (key, dataset) in datasets {
            let table = dataset.schema().table();
            prop_assert_eq!(table.key().is_empty(), keyless.contains(&key), "{:?}", key);
            for column in table.key() {
                prop_assert!(table.column(column).is_some_and(|column| !column.is_nullable()));
            }
        }
    }

    #[test]
    fn outputs_are_classified_like_their_inputs(ecosystem in ecosystems()) {
        let stores: BTreeMap<_, _> = datastores(&ecosystem).into_iter().map(|store| (store.name(), store)).collect();
        for workspace in workspaces(&ecosystem) {
            let Some(transformer) = workspace.transformer() else { continue };
            let output = stores[transformer.output()];
            prop_assert!(output.capture().is_none());
            let CodeArtifact::Sql { selects } = transformer.artifact() else { continue };
            let made: BTreeSet<_> = selects.iter().map(|select| &select.dataset).collect();
            prop_assert_eq!(made, output.datasets().names().collect());
            prop_assert_eq!(selects.len(), output.datasets().len());
            let of_inputs: BTreeSet<_> = inputs(workspace)
                .flat_map(|key| stores[&key.datastore].datasets().get(&key.dataset).unwrap().all_classifications())
                .collect();
            let is_classified = |key: &DatasetKey| {
                stores[&key.datastore].datasets().get(&key.dataset).unwrap().is_classified_completely()
            };
            let made_completely = output.datasets().iter().any(Dataset::is_classified_completely);
            prop_assert!(inputs(workspace).all(|key| is_classified(key) || !made_completely));
            let removed = |dataset: &DatasetName| transformer.removals().get(dataset).into_iter().flatten();
            for dataset in output.datasets() {
                prop_assert!(removed(dataset.name()).all(|(removed, _)| of_inputs.contains(removed)));
                for classification in &of_inputs {
                    prop_assert!(
                        dataset.classifications().contains(classification)
                            || removed(dataset.name()).any(|(removed, _)| *removed == *classification)
                    );
                }
            }
        }
    }

    #[test]
    fn every_cycle_has_a_timetable(ecosystem in ecosystems()) {
        // Without the timed transformers, the others can be put in an order.
        let mut waiting: Vec<&Workspace> = workspaces(&ecosystem)
            .into_iter()
            .filter(|workspace| {
                workspace.transformer().is_some_and(|transformer| {
                    matches!(transformer.trigger(), TransformTrigger::AnyInputMoved | TransformTrigger::AllInputsMoved)
                })
            })
            .collect();
        loop {
            let outputs: BTreeSet<_> = waiting.iter().filter_map(|one| one.transformer()).map(DataTransformer::output).collect();
            let before = waiting.len();
            waiting.retain(|workspace| inputs(workspace).any(|key| outputs.contains(&key.datastore)));
            if waiting.len() == before {
                break;
            }
        }
        prop_assert!(waiting.is_empty());
    }

    #[test]
    fn shapes_are_kept(ecosystem in ecosystems_with(Shape {
        teams: 2..=2, datastores: 3..=3, workspaces: 2..=2, transformers: 4..=4, platforms: 2..=2, groups: 2..=2,
        ..Shape::default()
    })) {
        prop_assert_eq!(teams(&ecosystem).count(), 2);
        prop_assert_eq!(datastores(&ecosystem).len(), 3 + 4);
        prop_assert_eq!(workspaces(&ecosystem).len(), 2 + 4);
        prop_assert_eq!(ecosystem.platforms().len(), 2);
        prop_assert!(workspaces(&ecosystem).iter().all(|workspace| workspace.groups().len() == 2));
    }

    #[test]
    fn targets_can_be_limited_to_sqlite(ecosystem in ecosystems_with(Shape {
        postgres_targets: false,
        ..Shape::default()
    })) {
        let kinds: BTreeMap<_, _> = teams_by_key(&ecosystem)
            .flat_map(|(key, team)| {
                team.containers().iter().map(move |container| {
                    (ContainerKey::new(&key.zone, &key.team, container.name()), container.kind().technology())
                })
            })
            .collect();
        for workspace in workspaces(&ecosystem) {
            prop_assert_eq!(workspace.container().map(|key| &kinds[key]), Some(&ContainerTechnology::Sqlite));
        }
    }

    #[test]
    #[expect(clippy::reversed_empty_ranges, reason = "the point of the test")]
    fn hardly_anything_is_an_ecosystem_too(ecosystem in ecosystems_with(Shape {
        teams: 0..=0, datastores: 0..=0, datasets: 5..=1, workspaces: 0..=1, groups: 0..=0, sinks: 0..=0,
        transformers: 1..=1, platforms: 0..=0, postgres_targets: false, uncommon_types: false, keyless_percent: 0,
    })) {
        prop_assert_eq!(workspaces(&ecosystem).len(), 0);
    }

    #[test]
    fn edits_fit_everything_and_share_the_rest(ecosystem in ecosystems(), edits in vec(edits(), 0..12)) {
        let mut now = ecosystem;
        for edit in edits {
            let before = now.clone();
            now = edit.apply(now);
            let touched = changed(&before, &now);
            prop_assert!(touched <= 1, "{:?} touched {} units", edit, touched);
        }
        edits_fit_nothing()?;
    }
}

/// How many datastores and workspaces are in both, but not shared. (Those of one name in two teams are not compared.)
fn changed(before: &Ecosystem, after: &Ecosystem) -> usize {
    fn units<'e, T: Entity<Name: Name> + 'e>(
        units: impl Iterator<Item = &'e Arc<T>>,
    ) -> BTreeMap<String, Vec<&'e Arc<T>>> {
        let mut by_name = BTreeMap::<_, Vec<_>>::new();
        for unit in units {
            by_name.entry(unit.name().to_string()).or_default().push(unit);
        }
        by_name
    }
    fn count<'e, T: Entity<Name: Name> + 'e>(
        before: impl Iterator<Item = &'e Arc<T>>,
        after: impl Iterator<Item = &'e Arc<T>>,
    ) -> usize {
        let before = units(before);
        let pairs =
            units(after).into_iter().filter_map(|(name, after)| Some((before.get(&name)?.clone(), after)));
        pairs
            .filter(|(before, after)| {
                before.len() == 1 && after.len() == 1 && !Arc::ptr_eq(before[0], after[0])
            })
            .count()
    }
    count(teams(before).flat_map(|team| team.datastores()), teams(after).flat_map(|team| team.datastores()))
        + count(
            teams(before).flat_map(|team| team.workspaces()),
            teams(after).flat_map(|team| team.workspaces()),
        )
}

fn edits_fit_nothing() -> Result<(), TestCaseError> {
    let mut runner = TestRunner::deterministic();
    let empty = Ecosystem::new("Empty", "github:a/b@main", "github:a/c@main");
    for _ in 0..20 {
        let edit = edits().new_tree(&mut runner).unwrap().current();
        prop_assert_eq!(edit.apply(empty.clone()), empty.clone());
    }
    Ok(())
}

#[test]
fn ecosystems_shrink_to_small_ones() {
    let mut runner =
        TestRunner::new_with_rng(Config { failure_persistence: None, ..Config::default() }, deterministic());
    let outcome = runner.run(&ecosystems(), |ecosystem| {
        prop_assert!(!workspaces(&ecosystem).iter().any(|workspace| reads_itself(workspace)));
        Ok(())
    });
    let Err(proptest::test_runner::TestError::Fail(_, smallest)) = outcome else {
        panic!("no transformer reads itself");
    };
    assert_eq!(
        workspaces(&smallest).iter().filter(|one| one.transformer().is_some()).count(),
        1,
        "{smallest:#?}"
    );
    assert_eq!(datastores(&smallest).len(), 2);
}
