//! Synthetic ecosystems are what their parameters say, and valid, and stay so when they are edited.

use chrono::NaiveDate;
use datasurface_model::{Checked, Consistency, Ecosystem, Entity, Invalid, Team, Validate, Validation};
use datasurface_testkit::{Edits, Synthetic};
use std::{collections::BTreeSet, sync::Arc};

fn validated(ecosystem: &Ecosystem) -> Result<Checked, Invalid> {
    ecosystem.clone().validate(&Validation::on(NaiveDate::MIN))
}

fn teams(ecosystem: &Ecosystem) -> Vec<&Arc<Team>> {
    let zones = ecosystem.zones().iter().filter_map(|zone| zone.definition());
    zones.flat_map(|zone| zone.teams()).filter_map(|team| team.definition()).collect()
}

#[test]
fn an_ecosystem_is_valid_without_findings_whatever_the_parameters() {
    for synthetic in [
        Synthetic::new(0),
        Synthetic::new(1),
        Synthetic::new(250),
        Synthetic::new(250).with_one_team().with_platforms(2),
        Synthetic::new(30)
            .with_datasets_per_datastore(3)
            .with_columns_per_dataset(1)
            .with_consumers(40)
            .with_transformers(35)
            .with_outputs_per_transformer(1),
        Synthetic::new(3)
            .with_datasets_per_datastore(2)
            .with_consumers(4)
            .with_transformers(2)
            .with_sinks_per_consumer(1000)
            .with_inputs_per_transformer(1)
            .with_seed(7),
        Synthetic::new(40)
            .with_distinct_schemas(5)
            .with_workspaces_per_container(1)
            .with_datastores_per_team(1),
    ] {
        let ecosystem = synthetic.ecosystem();
        let checked = validated(&ecosystem).unwrap();
        assert!(checked.findings().is_empty(), "{}", checked.findings());
        assert_eq!(ecosystem, synthetic.ecosystem());
    }
}

#[test]
fn an_ecosystem_has_the_proportions_that_are_promised() {
    let ecosystem = Synthetic::new(1000).ecosystem();
    assert!(ecosystem != Synthetic::new(1000).with_seed(1).ecosystem());
    let teams = teams(&ecosystem);
    assert_eq!(teams.len(), 10);
    let stores: Vec<_> = teams.iter().flat_map(|team| team.datastores()).collect();
    let (captured, made): (Vec<_>, Vec<_>) =
        stores.into_iter().partition(|datastore| datastore.capture().is_some());
    assert_eq!((captured.len(), made.len()), (1000, 100));
    assert!(captured.iter().all(|datastore| datastore.datasets().len() == 10));
    assert!(made.iter().all(|datastore| datastore.datasets().len() == 2));
    let whole = captured
        .iter()
        .filter(|datastore| datastore.capture().unwrap().consistency() == Consistency::MultiDataset);
    assert_eq!(whole.count(), 500);
    let datasets: Vec<_> = captured.iter().flat_map(|datastore| datastore.datasets()).collect();
    assert!(datasets.iter().all(|dataset| dataset.schema().table().columns().len() == 10));
    let distinct: BTreeSet<_> = datasets.iter().map(|dataset| dataset.schema()).collect();
    assert_eq!(distinct.len(), 10_000);

    let workspaces: Vec<_> = teams.iter().flat_map(|team| team.workspaces()).collect();
    assert_eq!(workspaces.len(), 300);
    let containers: BTreeSet<_> = workspaces.iter().map(|workspace| workspace.container()).collect();
    assert_eq!(containers.len(), 30);
    let mut of_outputs = Vec::new();
    for workspace in &workspaces {
        let group = workspace.groups().get_index(0).unwrap();
        assert_eq!((workspace.groups().len(), group.sinks().len()), (1, 50));
        let outputs = group.sinks().iter().filter(|sink| sink.name().datastore.as_str().starts_with("made_"));
        of_outputs.push((workspace.transformer().is_some(), outputs.count()));
    }
    let count = |wanted| of_outputs.iter().filter(|found| **found == wanted).count();
    // The first tier is half of the transformers.
    assert_eq!((count((true, 0)), count((true, 2)), count((false, 2))), (50, 50, 200));
}

#[test]
fn one_team_can_have_it_all_and_schemas_can_be_few() {
    let ecosystem = Synthetic::new(300).with_one_team().with_distinct_schemas(7).ecosystem();
    let teams = teams(&ecosystem);
    assert_eq!(teams.len(), 1);
    let datasets = teams[0].datastores().iter().flat_map(|datastore| datastore.datasets());
    let distinct: BTreeSet<_> = datasets.map(|dataset| dataset.schema()).collect();
    assert_eq!(distinct.len(), 7);
}

#[test]
fn each_tier_reads_the_one_before_it_and_the_shares_can_be_set() {
    let by_default = Synthetic::new(600);
    let others = by_default.clone().with_tiers([1, 4]).with_outputs_read(5).with_multi_dataset_every(3);
    for (synthetic, tiers, outputs_read, whole) in
        [(by_default, vec![0..30, 30..50, 50..60], 2, 300), (others, vec![0..12, 12..60], 5, 200)]
    {
        let ecosystem = synthetic.ecosystem();
        let teams = teams(&ecosystem);
        let mut read: Vec<(usize, usize)> = Vec::new();
        for workspace in teams.iter().flat_map(|team| team.workspaces()) {
            let Some(transformer) = workspace.transformer() else { continue };
            let number = |text: &str| Some(text.strip_prefix("made_")?.parse::<usize>().unwrap());
            let tier = |number: usize| tiers.iter().position(|tier| tier.contains(&number)).unwrap();
            let own = tier(number(transformer.output().as_str()).unwrap());
            let sinks = workspace.groups().get_index(0).unwrap().sinks().iter();
            let makers: Vec<_> = sinks.filter_map(|sink| number(sink.name().datastore.as_str())).collect();
            assert!(makers.iter().all(|maker| tier(*maker) + 1 == own), "{own}: {makers:?}");
            read.push((own, makers.len()));
        }
        for (at, tier) in tiers.iter().enumerate() {
            let wanted = if at == 0 { 0 } else { outputs_read };
            let found = read.iter().filter(|found| **found == (at, wanted)).count();
            assert_eq!(found, tier.len(), "{at}");
        }
        let stores = teams.iter().flat_map(|team| team.datastores());
        let consistency = stores.filter_map(|store| Some(store.capture()?.consistency()));
        assert_eq!(consistency.filter(|one| *one == Consistency::MultiDataset).count(), whole);
    }
}

#[test]
fn edits_change_something_and_leave_it_valid() {
    for synthetic in [Synthetic::new(40), Synthetic::new(40).with_one_team().with_sinks_per_consumer(3)] {
        let mut ecosystem = synthetic.ecosystem();
        let mut edits = Edits::new(&ecosystem, 3);
        for _ in 0..200 {
            let edited = edits.edit(ecosystem.clone());
            assert!(edited != ecosystem);
            validated(&edited).unwrap();
            ecosystem = edited;
        }
    }
}

#[test]
fn what_is_checked_after_an_edit_does_not_grow_with_the_ecosystem() {
    for synthetic in [Synthetic::new(30), Synthetic::new(150), Synthetic::new(150).with_one_team()] {
        let mut checked = validated(&synthetic.ecosystem()).unwrap();
        let mut edits = Edits::new(checked.ecosystem(), 5);
        let mut units = 0;
        for _ in 0..100 {
            let edited = edits.edit(checked.ecosystem().clone().into_inner());
            let next = edited.validate(&Validation::on(NaiveDate::MIN).since(&checked)).unwrap();
            let changes = next.ecosystem().changes_since(checked.ecosystem());
            assert_eq!(changes.datastores.len() + changes.workspaces.len(), 1);
            units += next.stats().checked().len();
            checked = next;
        }
        // The unit itself, and now and then those that depend on it.
        assert!((100..250).contains(&units), "{units}");
    }
}
