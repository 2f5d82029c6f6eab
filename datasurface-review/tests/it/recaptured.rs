//! A delivered table that is captured again, under a name that only the lock has: policies would not follow its data.

use crate::fixture::*;
use datasurface_broker::Lock;
use datasurface_model::*;

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

#[test]
fn the_finding_can_be_waived() {
    let path = "zones/Y/teams/T/datastores/Copy/capture/tables/foo";
    let waiver = Waiver::new(DELIVERY, path, "a table of our own", day("2026-12-31"));
    let placed = place(forgotten("orders_of_old").waiver(waiver), &renamed()).unwrap();
    assert_eq!(placed.waived().codes().collect::<Vec<_>>(), [DELIVERY]);
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
    let gone = captured("P__Shop__orders").edit_team("Z", "T", |team| team.without_datastore(&"Shop".into()));
    assert_eq!(codes_of(gone), ["capture/former-delivery"]);
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
    let waiver = Waiver::new(
        "capture/former-delivery",
        "zones/Y/teams/T/datastores/Copy/capture/tables/foo",
        "a table of our own",
        day("2026-12-31"),
    );
    assert_eq!(codes_of(captured("P__Shop__orders").waiver(waiver)), [] as [&str; 0]);
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
