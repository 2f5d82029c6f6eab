//! What runs when: by its timetable, or because of what ran before.

use crate::{
    example::Example,
    fixture::{Fixture, moved},
    northwind::NorthWind,
};
use datasurface_platform::{graph::Stage, prelude::*};

/// NorthWind, which is captured every ten minutes and masked daily, and a store that somebody has to ask for.
fn example() -> Example {
    let wind = NorthWind { datasets: vec!["NW_Data/customers"], ..NorthWind::default() };
    let ecosystem = wind.ecosystem().edit_team("USA", "NorthWindTeam", |team| {
        let masking =
            DataTransformer::sql("Masked_NW_Data").select("customers", wind.select).with_cron("0 6 * * *");
        let mask = Workspace::new("Mask")
            .with_container("USA/NorthWindTeam/Desk")
            .group(DatasetGroup::new("raw").sink("NW_Data/customers"))
            .with_transformer(masking);
        team.without_workspace(&"Mask".into())
            .workspace(mask)
            .datastore(
                Datastore::new("Asked")
                    .captured(Capture::sql_snapshot("USA/NorthWindTeam/Source"))
                    .dataset(Dataset::new("products", "product_id Integer key")),
            )
            .workspace(
                Workspace::new("Board")
                    .with_container("USA/NorthWindTeam/Desk")
                    .group(DatasetGroup::new("all").sink("Asked/products")),
            )
    });
    let assignments = NorthWind::assignments()
        .with_group("Local", "Board/all", Stage::Provisioned)
        .with_primary("Local", "Asked", Stage::Provisioned);
    Example::new(ecosystem, &assignments)
}

#[test]
fn what_is_due_runs_and_what_waits_for_it() {
    let mut fixture = Fixture::with(&example());
    fixture.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x')");
    fixture.now = "2026-11-21T05:40:30Z".to_owned();
    assert_eq!(
        moved(&fixture.run()),
        [
            "NW_Data/customers 1: +1 ~0 -0 =0",
            "Asked/products 1: +0 ~0 -0 =0",
            "Masked_NW_Data/customers 1: +1 ~0 -0 =0"
        ],
        "all of it, since it was asked for"
    );
    fixture.change_source("UPDATE Customers SET city = 'y'; INSERT INTO products VALUES (1, 'p', 1, 1)");
    assert_eq!(fixture.next_due().as_deref(), Some("2026-11-21T05:50:00+00:00"));
    for (now, expected) in [
        ("2026-11-21T05:49:59Z", vec![]),
        ("2026-11-21T05:50:00Z", vec!["NW_Data/customers 2: +0 ~1 -0 =0"]),
        ("2026-11-21T05:50:01Z", vec![]),
        // What was missed is made up for, once.
        (
            "2026-11-21T06:01:00Z",
            vec!["NW_Data/customers 2: +0 ~0 -0 =1", "Masked_NW_Data/customers 2: +0 ~1 -0 =0"],
        ),
        ("2026-11-21T06:01:01Z", vec![]),
    ] {
        now.clone_into(&mut fixture.now);
        assert_eq!(moved(&fixture.run_due()), expected, "{now}");
    }
}
