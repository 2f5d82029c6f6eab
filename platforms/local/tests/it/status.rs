//! How far each consumer is, and what it was promised.

use crate::{example::Example, fixture::Fixture, flows::CUSTOMERS, northwind::NorthWind};
use datasurface_platform::{graph::Stage, prelude::*};

#[test]
fn status_says_what_arrived_and_what_failed() {
    let mut fixture = Fixture::with(&NorthWind::in_a_file().example());
    assert!(
        fixture.status().sinks.iter().all(|sink| sink.last_batch.is_none() && sink.confirmed_at.is_none())
    );
    fixture.change_source(CUSTOMERS);
    fixture.run();
    fixture.now = "2026-11-21T10:10:00Z".to_owned();
    fixture.run();
    fixture.now = "2026-11-21T10:20:00Z".to_owned();
    fixture.change_source("ALTER TABLE products RENAME COLUMN weight TO heaviness");
    fixture.try_run().unwrap();
    let status = fixture.status();
    let shown: Vec<String> = status
        .sinks
        .iter()
        .map(|sink| {
            let batch = sink.last_batch.map(|(batch, at)| format!("{batch} at {at}"));
            let confirmed = sink.confirmed_at.map(|at| at.to_string());
            format!("{} {}: {batch:?}, {confirmed:?}, {:?}", sink.group, sink.dataset, sink.last_failure)
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    Marketing/masked Masked_NW_Data/customers: Some("1 at 2026-11-21 10:00:00 UTC"), Some("2026-11-21 10:10:00 UTC"), Some("reading \"products\" of the source `source.db`: no such column: \"weight\"")
    Sales/analysis NW_Data/customers: Some("1 at 2026-11-21 10:00:00 UTC"), Some("2026-11-21 10:10:00 UTC"), Some("reading \"products\" of the source `source.db`: no such column: \"weight\"")
    Sales/analysis NW_Data/products: Some("1 at 2026-11-21 10:00:00 UTC"), Some("2026-11-21 10:10:00 UTC"), Some("reading \"products\" of the source `source.db`: no such column: \"weight\"")
    "#);
}

#[test]
fn status_holds_each_group_against_what_it_was_promised() {
    let ecosystem = NorthWind::in_a_file().ecosystem().edit_team("USA", "NorthWindTeam", |team| {
        team.workspace(
            Workspace::new("Board")
                .with_container("USA/NorthWindTeam/Desk")
                .group(
                    DatasetGroup::new("urgent").sink("NW_Data/customers").with_latency(Latency::minutes(5)),
                )
                .group(DatasetGroup::new("calm").sink("NW_Data/customers").with_latency(Latency::hours(2)))
                .group(DatasetGroup::new("idle").sink("NW_Data/customers")),
        )
    });
    let groups = ["Board/urgent", "Board/calm", "Board/idle"].into_iter();
    let assignments = groups
        .fold(NorthWind::assignments(), |all, group| all.with_group("Local", group, Stage::Provisioned));
    let fixture = Fixture::with(&Example::new(ecosystem, &assignments));
    let promised = |group: &str| {
        let sinks = fixture.status().sinks;
        sinks.into_iter().find(|sink| sink.group == GroupKey::from(group)).unwrap().promised
    };
    assert_eq!(promised("Board/urgent"), Some(Latency::minutes(5)));
    assert_eq!(promised("Board/calm"), Some(Latency::hours(2)));
    assert_eq!(promised("Board/idle"), None);
}

#[test]
fn a_copy_that_waits_is_no_newer_than_what_arrived() {
    let mut fixture = Fixture::with(&NorthWind::in_a_file().example());
    fixture.change_source(CUSTOMERS);
    fixture.run();
    let consumer = fixture.open("desk.db");
    consumer.execute_batch("BEGIN IMMEDIATE").unwrap();
    fixture.now = "2026-11-21T11:00:00Z".to_owned();
    fixture.change_source("DELETE FROM Customers WHERE customer_id = 'ALFKI'");
    fixture.try_run().unwrap();
    let confirmed = |fixture: &Fixture| {
        let sinks = fixture.status().sinks.into_iter();
        let ours = sinks.filter(|sink| sink.dataset == DatasetKey::from("NW_Data/customers"));
        ours.map(|sink| sink.confirmed_at.unwrap().to_rfc3339()).collect::<Vec<_>>()
    };
    assert_eq!(confirmed(&fixture), ["2026-11-21T10:00:00+00:00"]);
    consumer.execute_batch("ROLLBACK").unwrap();
    fixture.run();
    assert_eq!(confirmed(&fixture), ["2026-11-21T11:00:00+00:00"]);
}

#[test]
fn the_log_of_runs_does_not_grow_for_ever_and_the_last_good_one_stays() {
    let mut fixture = Fixture::with(&NorthWind::default().example());
    fixture.run();
    fixture.change_source("ALTER TABLE products RENAME TO p");
    for minute in 0..120 {
        fixture.now = format!("2026-11-21T{}:{:02}:00Z", 11 + minute / 60, minute % 60);
        fixture.try_run().unwrap();
    }
    let runs = "SELECT count(*), count(failure), min(started_at) FROM datasurface_runs WHERE job = 'capture.NW_Data'";
    assert_eq!(fixture.rows("northwind.db", runs), ["101|100|2026-11-21T10:00:00.000000Z"]);
    let status = fixture.status();
    assert!(
        status.sinks.iter().all(|sink| sink.confirmed_at.is_some() && sink.last_failure.is_some()),
        "{status:?}"
    );
}
