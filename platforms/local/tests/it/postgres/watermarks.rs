//! PostgreSQL sources that are read from a watermark on.

use crate::{
    example::Example,
    fixture::{Fixture, moved},
    northwind::NorthWind,
    support::postgres::{PASSWORD, Server, USER},
};
use datasurface_platform::prelude::*;

/// NorthWind, whose source is this database of the server, read by a column `version` of this type.
fn example(server: &Server, database: &str, version: &str) -> Example {
    let customers =
        format!("customer_id VarChar(5) key, company_name VarChar(40), city VarChar(15), version {version}");
    let wind = NorthWind {
        customers: Box::leak(customers.into_boxed_str()),
        datasets: vec!["NW_Data/customers"],
        ..NorthWind::by_version()
    };
    let kind =
        ContainerKind::Postgres { host: "127.0.0.1".into(), port: server.port, database: database.into() };
    let ecosystem = wind.ecosystem().edit_team("USA", "NorthWindTeam", |team| {
        team.without_container(&"Source".into()).container(DataContainer::new("Source", kind))
    });
    Example::new(ecosystem, &NorthWind::assignments())
}

fn fixture(example: &Example) -> Fixture {
    Fixture::with_secret(example, Some(format!("{USER}:{PASSWORD}")))
}

/// The SELECT that reads what is new.
fn since(example: &Example) -> String {
    let rendering = example.rendering();
    let jobs: serde_json::Value =
        serde_json::from_str(rendering.file("jobs.json").unwrap().text().unwrap()).unwrap();
    let mut jobs = jobs["jobs"].as_array().unwrap().iter();
    let capture = jobs.find(|job| job["job"] == "capture.NW_Data").unwrap();
    capture["datasets"][0]["since"].as_str().unwrap().to_owned()
}

#[test]
fn what_is_new_is_read_whatever_the_watermark_is() {
    let Some(server) = Server::shared() else { return };
    // A type of the model, one of the source, and values: the highest at first; the same and higher ones; a lower one.
    for (version, column, values) in [
        ("Integer", "int", ["9", "10", "8"]),
        ("BigInt", "numeric", ["9", "9223372036854775807", "8"]),
        (
            "Timestamp",
            "timestamp",
            ["'2026-01-31 12:00:00.5'", "'2026-01-31 12:00:00.55'", "'2026-01-31 12:00:00'"],
        ),
        (
            "Timestamp",
            "timestamptz",
            ["'2026-01-31 12:00+02'", "'2026-01-31 11:00+01'", "'2026-01-31 10:59+01'"],
        ),
        (
            "Timestamp(UTC)",
            "timestamptz",
            ["'9999-12-31 12:00+00'", "'10000-01-01 12:00+00'", "'2026-01-31 12:00+00'"],
        ),
        (
            "Timestamp(UTC)",
            "timestamp",
            ["'0044-03-15 12:00 BC'", "'0001-03-15 12:00'", "'0045-03-15 12:00 BC'"],
        ),
        (
            "Timestamp(Europe/Berlin)",
            "timestamp",
            ["'2026-07-01 12:00'", "'2026-07-01 12:00:01'", "'2026-07-01 11:00'"],
        ),
        (
            "Timestamp(Europe/Berlin)",
            "timestamptz",
            ["'2026-07-01 12:00+00'", "'infinity'", "'2026-07-01 13:00+02'"],
        ),
    ] {
        let mut source = server.owner("watermarks");
        source
            .batch_execute(&format!(
                "DROP TABLE IF EXISTS \"Customers\";
                 CREATE TABLE \"Customers\" (customer_id text PRIMARY KEY, company_name text, city text, version {column})"
            ))
            .unwrap();
        let mut insert = |rows: &[(&str, &str)]| {
            for (id, version) in rows {
                let sql = format!("INSERT INTO \"Customers\" VALUES ('{id}', 'n', 'c', {version})");
                source.batch_execute(&sql).unwrap();
            }
        };
        let example = example(server, "watermarks", version);
        let fixture = fixture(&example);
        let [first, higher, lower] = values;
        insert(&[("A", first), ("B", lower)]);
        assert_eq!(moved(&fixture.run())[0], "NW_Data/customers 1: +2 ~0 -0 =0", "{version} {column}");
        insert(&[("C", first), ("D", higher), ("E", "NULL")]);
        assert_eq!(moved(&fixture.run())[0], "NW_Data/customers 2: +3 ~0 -0 =2", "{version} {column}");
        insert(&[("F", higher)]);
        assert_eq!(moved(&fixture.run())[0], "NW_Data/customers 3: +1 ~0 -0 =5", "{version} {column}");
    }
}

#[test]
fn an_index_of_the_watermark_is_of_use() {
    let Some(server) = Server::shared() else { return };
    for (version, column, position) in [
        ("Integer", "int", "7"),
        ("BigInt", "numeric", "7"),
        ("Timestamp", "timestamp", "'2026-01-31'"),
        ("Timestamp(UTC)", "timestamptz", "'2026-01-31'"),
    ] {
        let mut source = server.owner("watermark_index");
        source
            .batch_execute(&format!(
                "DROP TABLE IF EXISTS \"Customers\";
                 CREATE TABLE \"Customers\" (customer_id text, company_name text, city text, version {column});
                 CREATE INDEX by_version ON \"Customers\" (version);
                 SET enable_seqscan = off"
            ))
            .unwrap();
        let select = since(&example(server, "watermark_index", version)).replace(":position", position);
        let plan = source.query(&format!("EXPLAIN {select}"), &[]).unwrap();
        let plan: String = plan.iter().map(|row| row.get::<_, String>(0) + "\n").collect();
        assert!(plan.contains("Index Scan on by_version"), "{version} {column}: {plan}");
    }
}

#[test]
fn a_value_that_cannot_be_kept_is_told_with_its_column() {
    let Some(server) = Server::shared() else { return };
    let mut source = server.owner("watermark_values");
    source
        .batch_execute(
            "DROP TABLE IF EXISTS \"Customers\";
             CREATE TABLE \"Customers\" (customer_id text PRIMARY KEY, company_name text, city text, version numeric);
             INSERT INTO \"Customers\" VALUES ('A', 'n', 'c', 1)",
        )
        .unwrap();
    let fixture = fixture(&example(server, "watermark_values", "Integer"));
    fixture.run();
    source.batch_execute("INSERT INTO \"Customers\" VALUES ('B', 'n', 'c', 1.5)").unwrap();
    let report = fixture.try_run().unwrap();
    let reason = &report.failures[0].reason;
    assert_eq!(
        reason,
        "`NW_Data/customers` fails the rule that `version Integer` must have no digits that its type has no room for: 1 row"
    );
    source.batch_execute("DELETE FROM \"Customers\" WHERE version = 1.5").unwrap();
    fixture.run();
}
