//! A platform that was renamed is the same platform: what was decided about it holds.

use crate::fixture::*;
use datasurface_broker::{Lock, Proposal};
use datasurface_graph::Stage::{self, *};
use datasurface_model::*;
use datasurface_platform::{Action, Effect};

fn one() -> Workspace {
    consumer("W", DatasetGroup::new("g").with_sinks(["S/a", "S/b"]).with_retention(Retention::years(1)))
}

fn zulu() -> PlatformDeclaration {
    minimal_platform("Zulu").renamed_from("Zeta")
}

fn lock_of(stages: &[(&str, Stage)]) -> Lock {
    let mut lock = Lock::default();
    for (platform, stage) in stages {
        lock.assignments_mut().assign_group("W/g".into(), (*platform).into(), *stage);
        lock.assignments_mut().assign_primary("S".into(), (*platform).into(), *stage);
    }
    lock
}

#[test]
fn a_renamed_platform_serves_and_captures_whom_it_served_and_captured() {
    let before = place(fixture([minimal_platform("Zeta")], [one()]), &Lock::default()).unwrap();
    let renamed = place(fixture([minimal_platform("A"), zulu()], [one()]), before.lock()).unwrap();
    let by_zulu = [("Zulu".into(), Provisioned)].into();
    assert_eq!(renamed.lock().assignments().group(&"W/g".into()), Some(&by_zulu));
    assert_eq!(renamed.lock().assignments().primary_stages(&"S".into()), Some(&by_zulu));
    assert!(renamed.findings().is_empty(), "{:?}", renamed.findings());
    assert_eq!(renamed.graphs().graph(&"A".into()).unwrap().nodes().count(), 0);

    let pinned =
        fixture([minimal_platform("A"), zulu()], [one()]).group_pin("W/g", ["Zulu"]).primary_pin("S", "Zulu");
    assert!(place(pinned, before.lock()).unwrap().findings().is_empty(), "there is nothing to move");
    let again = place(fixture([minimal_platform("A"), zulu()], [one()]), renamed.lock()).unwrap();
    assert_eq!(again.lock(), renamed.lock(), "it is renamed once");
}

#[test]
fn a_move_goes_on_under_the_new_name() {
    let moving = lock_of(&[("A", Provisioned), ("Zeta", Provisioning)]);
    let placed = place(fixture([minimal_platform("A"), zulu()], [one()]), &moving).unwrap();
    let expected = [("A".into(), Provisioned), ("Zulu".into(), Provisioning)].into();
    assert_eq!(placed.lock().assignments().group(&"W/g".into()), Some(&expected));
    assert_eq!(placed.lock().assignments().primary_stages(&"S".into()), Some(&expected));
}

#[test]
fn what_was_decided_under_the_new_name_already_has_precedence() {
    let both = lock_of(&[("Zeta", Decommissioned), ("Zulu", Provisioned)]);
    let placed = place(fixture([zulu()], [one()]), &both).unwrap();
    let by_zulu = [("Zulu".into(), Provisioned)].into();
    assert_eq!(placed.lock().assignments().group(&"W/g".into()), Some(&by_zulu));
    assert_eq!(placed.lock().assignments().primary_stages(&"S".into()), Some(&by_zulu));
}

#[test]
fn a_renamed_platform_keeps_everything_in_its_shard() {
    let mut lock = Lock::default();
    let placement = lock.placement_mut("Zeta".into());
    placement.place("Ingest/Zeta/S".parse().unwrap(), "first".into());
    placement.place_dataset("Ingest/Zeta/S".parse().unwrap(), "b".into(), "aside".into());
    placement.place("Export/Zeta/Z/T/Lake/S/a".parse().unwrap(), "second".into());
    let before = place(fixture([minimal_platform("Zeta")], [one()]), &lock).unwrap();
    let after = place(fixture([zulu()], [one()]), before.lock()).unwrap();

    let placement = after.lock().placement(&"Zulu".into()).unwrap();
    assert_eq!(placement.shard(&"Ingest/Zulu/S".parse().unwrap()), Some(&"first".into()));
    let of_dataset = placement.dataset_shard(&"Ingest/Zulu/S".parse().unwrap(), &"b".into());
    assert_eq!(of_dataset, Some(&"aside".into()));
    assert_eq!(placement.shard(&"Export/Zulu/Z/T/Lake/S/a".parse().unwrap()), Some(&"second".into()));
    assert_eq!(after.lock().to_text().matches("Zeta").count(), 2, "it is the storage name");
}

#[test]
fn what_a_renamed_platform_keeps_and_holds_stays_where_it_is() {
    let site = Site::new();
    site.render(fixture([minimal_platform("Zeta")], [one()]), today());
    let less = || {
        let group = DatasetGroup::new("g").sink("S/a").with_retention(Retention::years(1));
        consumer("W", group)
    };
    site.render(fixture([minimal_platform("Zeta")], [less()]), today());
    let renamed = site.render(fixture([zulu()], [less()]), today());
    let shelves = |proposal: &Proposal| {
        let steps =
            steps(proposal, "Zulu").into_iter().filter(|(_, resource, _)| resource.starts_with("shelf."));
        steps.collect::<Vec<_>>()
    };
    assert_eq!(shelves(&renamed), []);
    assert!(renamed.plan(&"Zeta".into()).is_none());
    let held = renamed.lock().held(&"Zulu".into());
    assert_eq!(held.iter().map(|held| held.resource.as_str()).collect::<Vec<_>>(), ["shelf.S/b"]);
    assert_eq!(held[0].owed_until, Some(day("2027-11-21")));
    assert_eq!(renamed.manifest().platform(&"Zulu".into()).unwrap().folder.as_str(), "Zeta");

    // Another platform of the former name has a folder of its own.
    let both = || [minimal_platform("Zulu"), minimal_platform("Zeta")];
    let beside = site.render(fixture(both(), [less()]).group_pin("W/g", ["Zulu"]), today());
    assert_eq!(shelves(&beside), []);
    let later = site.propose(fixture([minimal_platform("Zulu")], [less()]), day("2027-11-22")).unwrap();
    assert_eq!(shelves(&later), [(Action::Retire, "shelf.S/b".into(), Effect::DataLoss)]);
}
