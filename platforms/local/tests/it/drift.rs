//! What somebody dropped, changed, or put where something was rendered.

use crate::{flows::CUSTOMERS, ground::Ground, northwind::NorthWind};
use datasurface_platform::prelude::*;

const TABLE: &str = "Local__NW_Data__customers";
const VIEW: &str = "Local__Sales__analysis__NW_Data__customers";

/// A consumer with a file of its own, that was served.
fn served() -> Ground {
    let ground = Ground::with(&NorthWind::in_a_file().scene());
    ground.change_source(CUSTOMERS);
    ground.run();
    assert_eq!(failures(&ground), [] as [String; 0]);
    ground
}

/// What status tells of the customers of Sales.
fn failures(ground: &Ground) -> Vec<String> {
    let sinks = ground.status().sinks.into_iter();
    let ours = sinks.filter(|sink| {
        sink.group == GroupKey::from("Sales/analysis")
            && sink.dataset == DatasetKey::from("NW_Data/customers")
    });
    ours.filter_map(|sink| sink.last_failure).collect()
}

fn change(ground: &Ground, sql: &str) {
    ground.open("desk.db").execute_batch(sql).unwrap();
}

#[test]
fn a_view_that_was_dropped_is_missed_and_made_again() {
    for (file, scene, view) in [
        ("desk.db", NorthWind::in_a_file().scene(), VIEW),
        ("northwind.db", NorthWind::default().scene(), "Sales__analysis__NW_Data__customers"),
    ] {
        let ground = Ground::with(&scene);
        ground.change_source(CUSTOMERS);
        ground.run();
        let rows = ground.rows(file, &format!("SELECT * FROM {view} ORDER BY 1"));
        assert!(!rows.is_empty());
        let before = ground.everything();
        ground.open(file).execute_batch(&format!("DROP VIEW {view}")).unwrap();
        let told = failures(&ground);
        assert_eq!(told, [format!("a view of `{file}` was dropped: the next run makes it again")]);
        assert_ne!(ground.everything(), before, "a status makes nothing");
        ground.run();
        assert_eq!(ground.rows(file, &format!("SELECT * FROM {view} ORDER BY 1")), rows);
        assert_eq!(ground.everything(), before);
        assert_eq!(failures(&ground), [] as [String; 0]);
    }
}

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
        let ground = served();
        change(&ground, &put);
        let there = ground.rows("desk.db", "SELECT type, name, sql FROM sqlite_schema ORDER BY name");
        ground.change_source("DELETE FROM Customers WHERE customer_id = 'ALFKI'");
        let report = ground.try_run().unwrap();
        assert_eq!(report.failures.len(), 1, "{report:?}");
        assert!(report.failures[0].reason.contains(kind), "{report:?}");
        let told = failures(&ground);
        assert!(told.len() == 1 && told[0].contains(kind), "{told:?}");
        assert_eq!(ground.rows("desk.db", "SELECT type, name, sql FROM sqlite_schema ORDER BY name"), there);
        let name = if put.starts_with("DROP VIEW") { VIEW } else { TABLE };
        assert_eq!(ground.rows("desk.db", &format!("SELECT * FROM {name}")), ["1"], "{put}");
        assert!(!report.datasets.is_empty(), "the rest goes on");
    }
}

#[test]
fn a_table_that_was_dropped_or_altered_is_missed() {
    for (sql, told) in [
        (format!("DROP TABLE {TABLE}"), "is not there any more"),
        (
            format!("ALTER TABLE {TABLE} RENAME COLUMN city TO town"),
            "columns that are missing: city; columns that nobody rendered: town;",
        ),
    ] {
        let ground = served();
        change(&ground, &sql);
        assert!(failures(&ground)[0].contains(told), "{:?}", failures(&ground));
        let report = ground.try_run().unwrap();
        assert!(report.failures.iter().any(|failure| failure.reason.contains(told)), "{report:?}");
        std::fs::remove_file(ground.path("desk.db")).unwrap();
        ground.run();
        assert_eq!(failures(&ground), [] as [String; 0]);
    }
}

#[test]
fn what_plans_altered_is_as_it_was_rendered() {
    let before = NorthWind::in_a_file().scene();
    let after = NorthWind {
        customers: "customer_id VarChar(5) key, company_name VarChar(40) not null, city VarChar(15), phone VarChar(9)",
        ..NorthWind::in_a_file()
    }
    .scene();
    let ground = served();
    ground.change_source("ALTER TABLE Customers ADD COLUMN phone TEXT");
    ground.apply(Some((&before, "1")), (&after, "2"));
    ground.run();
    assert_eq!(failures(&ground), [] as [String; 0]);
}
