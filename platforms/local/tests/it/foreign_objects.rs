//! Drift that somebody else made: tables, indexes and triggers beside ours, or in their place.

use crate::{
    drift::{TABLE, VIEW, WHOLE, change, failures, served, views_of_customers},
    fixture::Fixture,
    flows::CUSTOMERS,
    northwind::NorthWind,
};
use datasurface_platform::{RunRequest, prelude::*};

#[test]
fn what_somebody_else_put_there_fails_and_stays() {
    for (put, kind) in [
        (
            format!("DROP VIEW {VIEW}; CREATE TABLE {VIEW} (x); INSERT INTO {VIEW} VALUES (1)"),
            "a table of somebody else",
        ),
        (format!("DROP VIEW {VIEW}; CREATE VIEW {VIEW} AS SELECT 1 AS x"), "not the one that was rendered"),
        (format!("DROP TABLE {TABLE}; CREATE VIEW {TABLE} AS SELECT 1 AS x"), "a view of somebody else"),
        (
            format!("DROP TABLE {TABLE}; CREATE TABLE {TABLE} (x); INSERT INTO {TABLE} VALUES (1)"),
            "columns that nobody rendered: x;",
        ),
    ] {
        let fixture = served();
        change(&fixture, &put);
        let there = fixture.rows("desk.db", "SELECT type, name, sql FROM sqlite_schema ORDER BY name");
        fixture.change_source("DELETE FROM Customers WHERE customer_id = 'ALFKI'");
        let report = fixture.try_run().unwrap();
        assert_eq!(report.failures.len(), 1, "{report:?}");
        assert!(report.failures[0].reason.contains(kind), "{report:?}");
        let told = failures(&fixture);
        assert!(told.len() == 1 && told[0].contains(kind), "{told:?}");
        assert_eq!(fixture.rows("desk.db", "SELECT type, name, sql FROM sqlite_schema ORDER BY name"), there);
        let name = if put.starts_with("DROP VIEW") { VIEW } else { TABLE };
        assert_eq!(fixture.rows("desk.db", &format!("SELECT * FROM {name}")), ["1"], "{put}");
        assert!(!report.datasets.is_empty(), "the rest goes on");
    }
}

#[test]
fn what_refuses_rows_of_a_copy_is_missed_and_goes_when_it_is_made_again() {
    for (sql, told) in [
        (format!("CREATE UNIQUE INDEX theirs ON {TABLE} (city)"), "constraints that nobody rendered: theirs"),
        (
            format!("CREATE INDEX theirs ON {TABLE} (trim(city, company_name))"),
            "constraints that nobody rendered: theirs",
        ),
        (
            format!("CREATE INDEX theirs ON {TABLE} (city) WHERE json(city) <> ''"),
            "constraints that nobody rendered: theirs",
        ),
        (
            format!("DROP INDEX \"{TABLE}.live\"; CREATE UNIQUE INDEX \"{TABLE}.live\" ON {TABLE} (city)"),
            "live; indexes that are missing",
        ),
        (format!("DROP INDEX \"{TABLE}.live\""), "indexes that are missing"),
        (format!("ALTER TABLE {TABLE} ADD CHECK (city <> 'Ulm')"), "constraints that nobody rendered: CHECK"),
        (
            format!("ALTER TABLE {TABLE} ALTER COLUMN city SET NOT NULL"),
            "columns that nobody rendered as NOT NULL: city",
        ),
    ] {
        let fixture = served();
        let undisturbed = served();
        // What cannot be made of the rows that are there, or of views that read them, is not made.
        let sql = format!(
            "DELETE FROM {TABLE} WHERE city IN (SELECT city FROM {TABLE} GROUP BY 1 HAVING count(*) > 1) OR json_valid(city) = 0; {sql}"
        );
        change(&fixture, &sql);
        let status = failures(&fixture);
        assert!(status.len() == 1 && status[0].contains(told), "{sql}: {status:?}");
        assert!(status[0].contains("the next run makes it again"), "{status:?}");
        for fixture in [&fixture, &undisturbed] {
            fixture.change_source("UPDATE Customers SET city = 'Ulm'");
            fixture.run();
            assert_eq!(failures(fixture), [] as [String; 0], "{sql}");
        }
        let there = "SELECT type, name, sql FROM sqlite_schema ORDER BY name";
        assert_eq!(fixture.rows("desk.db", there), undisturbed.rows("desk.db", there), "{sql}");
        assert_eq!(fixture.rows("desk.db", WHOLE), undisturbed.rows("desk.db", WHOLE), "{sql}");
    }
}

#[test]
fn a_table_that_refers_to_a_copy_refuses_nothing_and_loses_nothing() {
    let example = NorthWind { milestoning: Milestoning::Live, ..NorthWind::in_a_file() }.example();
    for action in ["", "ON DELETE CASCADE", "ON DELETE RESTRICT"] {
        let fixture = Fixture::with(&example);
        fixture.change_source(CUSTOMERS);
        fixture.run();
        let create = format!(
            "CREATE TABLE theirs (id, batch, FOREIGN KEY (id, batch) REFERENCES {TABLE} (customer_id, batch_in) {action});
             INSERT INTO theirs SELECT customer_id, batch_in FROM {TABLE}"
        );
        change(&fixture, &create);
        let theirs = fixture.rows("desk.db", "SELECT * FROM theirs ORDER BY 1");
        fixture.change_source(
            "DELETE FROM Customers WHERE customer_id = 'ALFKI'; UPDATE Customers SET city = 'Ulm'",
        );
        fixture.run();
        assert_eq!(fixture.rows("desk.db", &format!("SELECT DISTINCT city FROM {VIEW}")), ["Ulm"]);
        fixture.ask(&RunRequest::once().resync("Sales"));
        assert_eq!(failures(&fixture), [] as [String; 0]);
        assert_eq!(fixture.rows("desk.db", "SELECT * FROM theirs ORDER BY 1"), theirs, "{action}");
    }
}

#[test]
fn an_index_that_refuses_nothing_is_its_owners() {
    let fixture = served();
    change(&fixture, &format!("CREATE INDEX theirs ON {TABLE} (company_name)"));
    assert_eq!(failures(&fixture), [] as [String; 0]);
    fixture.change_source("UPDATE Customers SET city = 'Ulm'");
    fixture.run();
    assert_eq!(fixture.rows("desk.db", "SELECT name FROM sqlite_schema WHERE name = 'theirs'"), ["theirs"]);
}

#[test]
fn a_table_with_the_same_columns_and_without_the_key_is_somebodys() {
    let fixture = served();
    let (views, drop_views) = views_of_customers(&fixture);
    change(
        &fixture,
        &format!(
            "{drop_views}; CREATE TABLE made AS SELECT * FROM {TABLE}; DROP TABLE {TABLE}; ALTER TABLE made RENAME TO {TABLE}; {views}"
        ),
    );
    let before = fixture.rows("desk.db", WHOLE);
    let told = failures(&fixture);
    assert!(told[0].contains("another primary key: none") && told[0].ends_with("it stays"), "{told:?}");
    fixture.change_source("UPDATE Customers SET city = 'Ulm'");
    let report = fixture.try_run().unwrap();
    assert!(report.failures.iter().any(|failure| failure.reason.ends_with("it stays")), "{report:?}");
    assert_eq!(fixture.rows("desk.db", WHOLE), before);
}

#[test]
fn a_trigger_of_somebody_else_is_told_and_neither_executed_nor_dropped() {
    const THEIRS: &str = "SELECT name FROM sqlite_schema WHERE type = 'trigger' ORDER BY 1";
    for (file, table, view) in [
        ("desk.db", TABLE, VIEW),
        ("northwind.db", "NW_Data__customers", "Marketing__masked__Masked_NW_Data__customers"),
    ] {
        let example = if file == "desk.db" { NorthWind::in_a_file() } else { NorthWind::default() }.example();
        let fixture = Fixture::with(&example);
        fixture.change_source(CUSTOMERS);
        fixture.run();
        for (of, kind) in
            [(table, "AFTER INSERT"), (view, "INSTEAD OF DELETE"), ("datasurface_steps", "AFTER UPDATE")]
        {
            let put = format!(
                "CREATE TABLE IF NOT EXISTS noted (x); CREATE TRIGGER \"their trigger\" {kind} ON {of} BEGIN INSERT INTO noted VALUES (1); END"
            );
            fixture.open(file).execute_batch(&put).unwrap();
            let told = format!(
                "`{of}` of `{file}` has a trigger that nobody rendered, `their trigger`: drop it, and run again"
            );
            let drifted = fixture.status().drifted;
            // The books of a consumer's database belong to each of its copies.
            assert!(!drifted.is_empty());
            for drifted in &drifted {
                assert!(drifted.problem.ends_with(&told) && !drifted.is_repaired_by_run, "{drifted:?}");
            }
            fixture.change_source("UPDATE Customers SET city = city || 'x'");
            for _ in 0..2 {
                let report = fixture.try_run().unwrap();
                assert!(report.failures.iter().any(|failure| failure.reason.ends_with(&told)), "{report:?}");
                assert!(!report.datasets.is_empty(), "the rest goes on");
            }
            assert_eq!(fixture.rows(file, THEIRS), ["their trigger"]);
            assert_eq!(fixture.rows(file, "SELECT count(*) FROM noted"), ["0"], "it was executed");
            fixture.open(file).execute_batch("DROP TRIGGER \"their trigger\"").unwrap();
            fixture.run();
            assert_eq!(fixture.status().drifted, []);
            let cities = fixture.rows(
                file,
                &format!("SELECT count(*) FROM {table} WHERE city LIKE '%x' AND batch_out IS NULL"),
            );
            assert_eq!(cities, ["8"], "what was due has arrived");
        }
    }
}

#[test]
fn a_lost_copy_with_a_trigger_of_somebody_else_stays() {
    let fixture = served();
    let (views, drop_views) = views_of_customers(&fixture);
    change(&fixture, &drop_views);
    change(&fixture, &format!("ALTER TABLE {TABLE} RENAME COLUMN city TO town"));
    change(&fixture, &format!("CREATE TRIGGER theirs AFTER DELETE ON {TABLE} BEGIN SELECT 1; END"));
    let report = fixture.try_run().unwrap();
    assert!(report.failures.iter().any(|failure| failure.reason.contains("`theirs`")), "{report:?}");
    let town = format!("SELECT count(town) FROM {TABLE}");
    assert_eq!(fixture.rows("desk.db", &town).len(), 1, "it would have gone with the trigger");
    change(&fixture, "DROP TRIGGER theirs");
    fixture.run();
    change(&fixture, &format!("{drop_views}; {views}"));
    assert_eq!(failures(&fixture), [] as [String; 0]);
}
