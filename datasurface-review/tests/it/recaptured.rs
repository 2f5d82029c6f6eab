//! A delivered table that is captured again, under a name that only the lock has: policies would not follow its data.

use crate::fixture::*;
use datasurface_broker::Lock;
use datasurface_model::*;
use std::collections::BTreeSet;

const DELIVERY: &str = "capture/renamed-delivery";

/// The zone `Z` has the data, and `Y` has it delivered to its lake, from where it captures the table for another datastore.
fn world(store: Datastore, sink: &str, table: &str) -> Ecosystem {
    let reader = Workspace::new("W").with_container("Y/T/Pond").group(DatasetGroup::new("g").sink(sink));
    let copy = Capture::sql_snapshot("Y/T/Pond").table("foo", table);
    let copy = Datastore::new("Copy").captured(copy).dataset(Dataset::new("foo", "id Integer key"));
    let team = Team::new()
        .container(DataContainer::postgres("Pond", "pond.example", "pond").located("V/L"))
        .datastore(copy)
        .workspace(reader);
    let zone = GovernanceZone::new().team("T", "github:o/other@main", team);
    world_of(store, [minimal_platform("P")], []).zone("Y", "github:o/y@main", zone).edit_team(
        "Z",
        "T",
        |team| team.edit_container(&"Source".into(), |source| source.readable_by(ContainerUser::Everyone)),
    )
}

fn store_of(name: &str, dataset: Dataset) -> Datastore {
    Datastore::new(name)
        .captured(Capture::sql_snapshot("Z/T/Source").table(dataset.name(), "own"))
        .dataset(dataset)
}

fn dataset(name: &str) -> Dataset {
    Dataset::new(name, "id Integer key")
}

/// The lock after `Shop/orders` became `Store/bills`.
fn renamed() -> Lock {
    let before = place(world(store_of("Shop", dataset("orders")), "Shop/orders", "ledger"), &Lock::default());
    let store = store_of("Store", dataset("bills").renamed_from("orders")).renamed_from("Shop");
    place(world(store, "Store/bills", "ledger"), before.unwrap().lock()).unwrap().lock().clone()
}

/// The same, where nothing says any more that there was a rename.
fn forgotten(table: &str) -> Ecosystem {
    world(store_of("Store", dataset("bills")), "Store/bills", table)
}

#[test]
fn a_table_under_a_name_that_only_the_lock_has_is_refused() {
    let lock = renamed();
    for table in ["P__Shop__orders", "shop_x", "\"main\".\"ORDERS\""] {
        let refused = place(forgotten(table), &lock).unwrap_err();
        assert_eq!(codes(&refused), [DELIVERY], "{table}");
        let finding = refused.findings().iter().next().unwrap();
        assert_eq!(finding.path().to_string(), "zones/Y/teams/T/datastores/Copy/capture/tables/foo");
        assert!(finding.message().contains("`Store/bills`, which is stored as `Shop/orders`"), "{refused}");
        // As long as nothing was stored under that name, the table is another one.
        assert!(place(forgotten(table), &Lock::default()).is_ok(), "{table}");
    }
    assert!(place(forgotten("ledger"), &lock).is_ok());
}

#[test]
fn what_the_model_states_is_judged_by_its_policies() {
    let table = "P__Shop__orders";
    let stated = store_of("Store", dataset("bills").renamed_from("orders"));
    assert!(place(world(stated, "Store/bills", table), &renamed()).is_ok());
}

#[test]
fn a_table_with_policies_that_hold_anyway_is_captured() {
    // The container of the capture is in the zone of the data.
    let own = forgotten("P__Shop__orders").edit_team("Y", "T", |team| {
        let copy = Capture::sql_snapshot("Z/T/Basin").table("foo", "P__Shop__orders");
        team.edit_workspace(&"W".into(), |workspace| workspace.with_container("Z/T/Basin"))
            .edit_datastore(&"Copy".into(), |store| store.captured(copy))
    });
    let open = own.edit_team("Z", "T", |team| {
        let basin = DataContainer::postgres("Basin", "basin.example", "basin").located("V/L");
        team.container(basin.readable_by(ContainerUser::Everyone).writable_by(ContainerUser::Everyone))
    });
    assert!(place(open, &renamed()).is_ok());
}

/// A table keeps the name that it was first stored under. A dataset that takes this name is stored elsewhere, and lends it nothing.
#[test]
fn the_name_of_a_new_dataset_declassifies_no_table_that_had_it() {
    let with = |datasets: Vec<Dataset>, copied: &[&str]| {
        let sinks = datasets.iter().fold(DatasetGroup::new("g"), |group, dataset| {
            group.sink(DatasetKey::new("Shop", dataset.name()))
        });
        let copied = copied.iter().fold(dataset("foo"), |copied, class| copied.classified(*class));
        let store = datasets.into_iter().fold(Datastore::new("Shop"), Datastore::dataset);
        let tables = store.datasets().names().fold(Capture::sql_snapshot("Z/T/Source"), |capture, name| {
            capture.table(name, format!("own_{name}"))
        });
        let world = world(store.captured(tables), "Shop/orders", "P__Shop__orders");
        world.edit_team("Y", "T", |team| {
            let team = team.edit_workspace(&"W".into(), |reader| reader.edit_group(&"g".into(), |_| sinks));
            team.edit_datastore(&"Copy".into(), |copy| copy.with_datasets([copied]))
        })
    };
    let pii = |name: &str| dataset(name).classified("PII");
    let first = place(with(vec![pii("orders")], &["PII"]), &Lock::default()).unwrap();
    let renamed = with(vec![pii("bills").renamed_from("orders")], &["PII"]);
    let lock = place(renamed, first.lock()).unwrap().lock().clone();
    let new = || vec![pii("bills"), dataset("orders").classified("Public")];
    assert_eq!(codes(&place(with(new(), &["Public"]), &lock).unwrap_err()), [DELIVERY]);
    assert!(place(with(new(), &["PII", "Public"]), &lock).is_ok());
    assert!(place(with(new(), &["Public"]), &Lock::default()).is_ok(), "nothing was stored before");
}

const CAPTURED: &str = "zones/Y/teams/T/datastores/Copy/capture/tables/foo";

fn waiver_of(code: &str) -> Waiver {
    Waiver::new(code, CAPTURED, "a table of our own", day("2026-12-31"))
}

/// The ecosystem with a waiver that a zone gives.
fn waived_by(ecosystem: Ecosystem, zone: &str, waiver: Waiver) -> Ecosystem {
    let declared = ecosystem.zones().get(zone).unwrap();
    let definition = GovernanceZone::clone(declared.definition().unwrap()).waiver(waiver);
    let declared = ZoneDeclaration::new(zone, declared.owner().clone()).defined(definition);
    ecosystem.clone().without_zone(&zone.into()).zone_declaration(declared)
}

#[test]
fn the_zone_of_the_data_alone_can_waive_the_finding() {
    let captured = || forgotten("orders_of_old");
    let placed = place(waived_by(captured(), "Z", waiver_of(DELIVERY)), &renamed()).unwrap();
    assert_eq!(placed.waived().codes().collect::<Vec<_>>(), [DELIVERY]);
    // Neither the ecosystem, nor who captures it.
    for other in [captured().waiver(waiver_of(DELIVERY)), waived_by(captured(), "Y", waiver_of(DELIVERY))] {
        let refused = place(other, &renamed()).unwrap_err();
        let found: BTreeSet<_> = codes(&refused).into_iter().collect();
        assert_eq!(found, BTreeSet::from([DELIVERY, "waiver/other-owner"]), "{refused}");
    }
}

#[test]
fn each_zone_whose_data_may_be_in_a_table_waives_for_itself() {
    // Two zones have a dataset that was called `orders`.
    let zoo = |name: &str, dataset: Dataset| {
        let capture = Capture::sql_snapshot("X/T/Cage").table(dataset.name(), "own");
        Datastore::new(name).captured(capture).dataset(dataset)
    };
    let with = |ecosystem: Ecosystem, zoo: Datastore, sink: &str| {
        let cage = DataContainer::postgres("Cage", "cage.example", "cage").located("V/L");
        let zone =
            GovernanceZone::new().team("T", "github:o/x@main", Team::new().container(cage).datastore(zoo));
        ecosystem.zone("X", "github:o/x@main", zone).edit_team("Y", "T", |team| {
            team.edit_workspace(&"W".into(), |workspace| {
                workspace.edit_group(&"g".into(), |group| group.sink(sink))
            })
        })
    };
    let shop = world(store_of("Shop", dataset("orders")), "Shop/orders", "ledger");
    let before = with(shop, zoo("Zoo", dataset("orders")), "Zoo/orders");
    let before = place(before, &Lock::default()).unwrap().lock().clone();
    let store = store_of("Store", dataset("bills").renamed_from("orders")).renamed_from("Shop");
    let cages = zoo("Cages", dataset("beasts").renamed_from("orders")).renamed_from("Zoo");
    let renamed = with(world(store, "Store/bills", "ledger"), cages, "Cages/beasts");
    let lock = place(renamed, &before).unwrap().lock().clone();
    let captured = || with(forgotten("orders_of_old"), zoo("Cages", dataset("beasts")), "Cages/beasts");
    assert_eq!(codes(&place(captured(), &lock).unwrap_err()), [DELIVERY, DELIVERY]);
    let by_one = waived_by(captured(), "Z", waiver_of(DELIVERY));
    assert_eq!(codes(&place(by_one.clone(), &lock).unwrap_err()), [DELIVERY]);
    assert!(place(waived_by(by_one, "X", waiver_of(DELIVERY)), &lock).is_ok());
}

fn without_reader(ecosystem: Ecosystem) -> Ecosystem {
    ecosystem.edit_team("Y", "T", |team| team.without_workspace(&"W".into()))
}

#[test]
fn a_table_that_was_delivered_is_not_captured_before_it_is_gone() {
    let delivered = || world(store_of("Shop", dataset("orders")), "Shop/orders", "ledger");
    let captured =
        |table: &str| without_reader(world(store_of("Shop", dataset("orders")), "Shop/orders", table));
    let site = Site::new();
    site.render(delivered(), today());
    let codes_of = |ecosystem: Ecosystem| match site.propose(ecosystem, today()) {
        Ok(_) => Vec::new(),
        Err(refused) => codes(&refused).into_iter().map(str::to_owned).collect(),
    };
    for table in ["P__Shop__orders", "shop_x", "\"main\".\"ORDERS\""] {
        assert_eq!(codes_of(captured(table)), ["capture/former-delivery"], "{table}");
    }
    // Nor if the dataset is gone with its delivery, or the container has another name.
    let gone = || {
        let captured = captured("P__Shop__orders");
        captured.edit_team("Z", "T", |team| team.without_datastore(&"Shop".into()))
    };
    assert_eq!(codes_of(gone()), ["capture/former-delivery"]);
    let renamed = captured("P__Shop__orders").edit_team("Y", "T", |team| {
        let copy = Capture::sql_snapshot("Y/T/Lagoon").table("foo", "P__Shop__orders");
        let pond =
            DataContainer::postgres("Lagoon", "pond.example", "pond").located("V/L").renamed_from("Pond");
        team.without_container(&"Pond".into())
            .container(pond)
            .edit_datastore(&"Copy".into(), |store| store.captured(copy))
    });
    assert_eq!(codes_of(renamed), ["capture/former-delivery"]);
    // The mirrors: another table, a waiver, and the same after the removal was applied.
    assert_eq!(codes_of(captured("ledger")), [] as [&str; 0]);
    let waiver = || waiver_of("capture/former-delivery");
    assert_eq!(codes_of(waived_by(captured("P__Shop__orders"), "Z", waiver())), [] as [&str; 0]);
    let taken = || {
        let spring = DataContainer::postgres("Spring", "spring.example", "spring").located("V/L");
        let shop = Datastore::new("Shop")
            .captured(Capture::sql_snapshot("Y/T/Spring").table("fees", "own"))
            .dataset(dataset("fees"));
        gone().edit_team("Y", "T", |team| team.container(spring).datastore(shop))
    };
    // The zone of the data waives it, also if the data is declared no more, and nobody else.
    assert_eq!(codes_of(waived_by(gone(), "Z", waiver())), [] as [&str; 0]);
    let others = [
        captured("P__Shop__orders").waiver(waiver()),
        gone().waiver(waiver()),
        waived_by(gone(), "Y", waiver()),
        // Nor by whoever takes the name that the data had.
        waived_by(taken(), "Y", waiver()),
    ];
    for other in others {
        let found: BTreeSet<_> = codes_of(other).into_iter().collect();
        assert!(found.iter().eq(["capture/former-delivery", "waiver/other-owner"]), "{found:?}");
    }
    site.render(captured("ledger"), today());
    site.render(captured("P__Shop__orders"), today());
}

#[test]
fn data_of_the_same_origins_is_captured_at_any_time() {
    let own = |has_reader: bool, table: &str| {
        let ecosystem =
            world(store_of("Shop", dataset("orders")), "Shop/orders", table).edit_team("Y", "T", |team| {
                let copy = Capture::sql_snapshot("Z/T/Basin").table("foo", table);
                team.edit_workspace(&"W".into(), |workspace| workspace.with_container("Z/T/Basin"))
                    .edit_datastore(&"Copy".into(), |store| store.captured(copy))
            });
        let ecosystem = ecosystem.edit_team("Z", "T", |team| {
            let basin = DataContainer::postgres("Basin", "basin.example", "basin").located("V/L");
            team.container(basin.readable_by(ContainerUser::Everyone).writable_by(ContainerUser::Everyone))
        });
        if has_reader { ecosystem } else { without_reader(ecosystem) }
    };
    let site = Site::new();
    site.render(own(true, "ledger"), today());
    assert!(site.propose(own(false, "P__Shop__orders"), today()).is_ok());
    assert!(site.propose(own(false, "old_orders"), today()).is_ok());
    // Where a table may be that of another zone's dataset as well, it is not.
    let with_other = |has_reader: bool, table: &str| {
        let zoo = Datastore::new("Zoo")
            .captured(Capture::sql_snapshot("X/T/Cage").table("orders", "own"))
            .dataset(dataset("orders"));
        let cage = DataContainer::postgres("Cage", "cage.example", "cage").located("V/L");
        let team = Team::new().container(cage).datastore(zoo);
        let zone = GovernanceZone::new().team("T", "github:o/x@main", team);
        let ecosystem = own(has_reader, table).zone("X", "github:o/x@main", zone);
        ecosystem.edit_team("Y", "T", |team| {
            if !has_reader {
                return team;
            }
            team.edit_workspace(&"W".into(), |workspace| {
                workspace.edit_group(&"g".into(), |group| group.sink("Zoo/orders"))
            })
        })
    };
    let site = Site::new();
    site.render(with_other(true, "ledger"), today());
    assert!(site.propose(with_other(false, "P__Shop__fees"), today()).is_ok());
    let refused = site.propose(with_other(false, "old_orders"), today()).unwrap_err();
    assert_eq!(codes(&refused), ["capture/former-delivery"]);
}

#[test]
fn a_shortened_name_tells_neither_what_is_delivered_nor_what_was() {
    let long = "w".repeat(50);
    let table = format!("p__{}__03f8de105d0d9", "w".repeat(45));
    // Delivered by a workspace of a long name, and not any more, while the workspace still receives data that is in no zone of another.
    let delivered = |has_sink: bool, table: &str| {
        let ecosystem = world(store_of("Shop", dataset("orders")), "Shop/orders", table);
        ecosystem.edit_team("Y", "T", |team| {
            let pond = Datastore::new("Own")
                .captured(Capture::sql_snapshot("Y/T/Spring").table("own", "own"))
                .dataset(dataset("own"));
            let spring = DataContainer::postgres("Spring", "spring.example", "spring").located("V/L");
            let group = DatasetGroup::new("g").sink("Own/own");
            let group = if has_sink { group.sink("Shop/orders") } else { group };
            let reader = Workspace::new(long.as_str()).with_container("Y/T/Pond").group(group);
            team.container(spring).datastore(pond).without_workspace(&"W".into()).workspace(reader)
        })
    };
    let site = Site::new();
    site.render(delivered(true, "ledger"), today());
    let refused = site.propose(delivered(false, &table), today()).unwrap_err();
    assert_eq!(codes(&refused), ["capture/former-delivery"]);
    assert!(site.propose(delivered(false, "ledger"), today()).is_ok());
    // What is delivered still has the origins of the data, and nobody has to be asked.
    assert!(site.propose(delivered(true, &table), today()).is_ok());
}
