//! References that follow a rename: it is the change of one owner, and nobody is misled.

use super::fixture::*;
use datasurface_change::{ChangeControl, ChangeReport, ChangeSource};
use datasurface_model::*;

const OTHER: &str = "github:else/where@main";

fn judged(old: &Ecosystem, new: &Ecosystem, source: &str) -> ChangeReport {
    let valid = |ecosystem: &Ecosystem| Valid::assume_valid(ecosystem.clone());
    let control = ChangeControl::new(ChangeSource::new(source), day("2026-01-01"));
    control.judge(&valid(old), &valid(new))
}

fn missing(old: &Ecosystem, new: &Ecosystem, source: &str) -> Vec<String> {
    let report = judged(old, new, source);
    assert_eq!(report.approvals.missing.is_empty(), report.is_allowed(), "{report}");
    report.approvals.missing.iter().map(|missing| missing.repository.to_string()).collect()
}

fn named(name: &str) -> Datastore {
    let datasets = [customers(), Dataset::new("orders", "id Integer key, placed Date")];
    Datastore::new(name).captured(Capture::sql_snapshot("USA/Sales/Source")).with_datasets(datasets)
}

/// `Sales` have renamed their datastore, and `Stock` still writes the former name.
fn renamed() -> Ecosystem {
    with_store(named("Shop").renamed_from("Store"))
}

#[test]
fn a_datastore_with_foreign_consumers_is_renamed_by_its_owner() {
    assert_eq!(missing(&fixture(), &renamed(), SALES), [""; 0]);
    // Then its consumers write the new name, each on their own.
    let spelled = renamed().edit_team("USA", "Stock", |team| {
        let group = DatasetGroup::new("all").sink("Shop/customers");
        let workspace = Workspace::new("Analysis").with_container("USA/Stock/Lake").group(group);
        team.without_workspace(&"Analysis".into()).workspace(workspace)
    });
    assert_eq!(missing(&renamed(), &spelled, STOCK), [""; 0]);
    // And the former name is free.
    let anew = spelled.clone().edit_team("USA", "Sales", |team| {
        team.without_datastore(&"Shop".into()).datastore(named("Shop")).datastore(named("Store"))
    });
    assert_eq!(missing(&spelled, &anew, SALES), [""; 0]);
}

#[test]
fn a_former_name_is_not_declared_anew_while_somebody_writes_it() {
    let anew = renamed().edit_team("USA", "Sales", |team| {
        team.without_datastore(&"Shop".into()).datastore(named("Shop")).datastore(named("Store"))
    });
    assert_eq!(missing(&renamed(), &anew, SALES), [STOCK]);
    // With the statement of the rename in place, validation refuses it.
    let both = renamed().edit_team("USA", "Sales", |team| team.datastore(named("Store")));
    assert_eq!(missing(&renamed(), &both, SALES), [STOCK]);
}

#[test]
fn a_former_name_leads_to_something_else_only_if_those_agree_who_write_it() {
    let with_other = |shop: Datastore, other: Datastore| {
        renamed().edit_team("USA", "Sales", |team| {
            team.without_datastore(&"Shop".into()).datastore(shop).datastore(other)
        })
    };
    let old = with_other(named("Shop").renamed_from("Store"), named("Other"));
    let moved = with_other(named("Shop"), named("Other").renamed_from("Store"));
    assert_eq!(missing(&old, &moved, SALES), [STOCK]);
    // The same where the thing itself goes, and another one that was there says that it had the name.
    let gone = old.clone().edit_team("USA", "Sales", |team| {
        team.without_datastore(&"Shop".into())
            .without_datastore(&"Other".into())
            .datastore(named("Other").renamed_from("Store"))
    });
    assert!(missing(&old, &gone, SALES).contains(&STOCK.to_owned()));
    // Another statement of what had the name is none of their business.
    let documented = with_other(named("Shop").renamed_from("Store").documented("ours"), named("Other"));
    assert_eq!(missing(&old, &documented, SALES), [""; 0]);
}

#[test]
fn another_owner_does_not_take_a_former_name() {
    let own = Team::new().container(DataContainer::sqlite("Own", "own.db").located("Office/Ground"));
    let with_other =
        |ecosystem: Ecosystem| ecosystem.edit_zone("USA", |zone| zone.team("Other", OTHER, own.clone()));
    let old = with_other(fixture());
    let taken = old
        .clone()
        .edit_team("USA", "Sales", |team| team.without_datastore(&"Store".into()))
        .edit_team("USA", "Other", |team| {
            let store = Datastore::new("Shop").captured(Capture::sql_snapshot("USA/Other/Own"));
            team.datastore(store.dataset(customers()).renamed_from("Store"))
        });
    assert_eq!(missing(&old, &taken, OTHER), [SALES, STOCK]);
}

#[test]
fn a_zone_renames_a_storage_policy_that_its_teams_ask_for() {
    let rule = || PolicyRule::Storage(StorageRule::opt_in().encrypted(KeyHolder::Vendor));
    let model = |policies: &[Policy], asked: &str| {
        let asking = store([customers().storage_policy(asked), orders()]);
        with_store(asking)
            .edit_zone("USA", |zone| policies.iter().cloned().fold(zone, GovernanceZone::policy))
    };
    let plain = |name: &str| Policy::new(name, rule());
    let renamed = [plain("vault").renamed_from("safe")];
    let steps = [
        (model(&[plain("safe")], "safe"), USA),
        (model(&renamed, "safe"), USA),
        (model(&renamed, "vault"), SALES),
        (model(&[plain("vault")], "vault"), USA),
        (model(&[plain("vault"), plain("safe")], "vault"), USA),
    ];
    for pair in steps.windows(2) {
        assert_eq!(missing(&pair[0].0, &pair[1].0, pair[1].1), [""; 0]);
    }
    let taken = model(&[plain("vault"), plain("safe")], "safe");
    assert_eq!(missing(&steps[1].0, &taken, USA), [SALES]);
}
