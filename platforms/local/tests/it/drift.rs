//! What somebody dropped, changed, or put where something was rendered.

use crate::{
    fixture::{Fixture, assert_same},
    flows::CUSTOMERS,
    northwind::NorthWind,
};
use datasurface_platform::{JobFailure, RunRequest, prelude::*};

pub(crate) const TABLE: &str = "Local__NW_Data__customers";
pub(crate) const VIEW: &str = "Local__Sales__analysis__NW_Data__customers";

/// A consumer with a file of its own, that was served.
pub(crate) fn served() -> Fixture {
    let fixture = Fixture::with(&NorthWind::in_a_file().example());
    fixture.change_source(CUSTOMERS);
    fixture.run();
    assert_eq!(failures(&fixture), [] as [String; 0]);
    fixture
}

/// What status tells of the customers of Sales.
pub(crate) fn failures(fixture: &Fixture) -> Vec<String> {
    let sinks = fixture.status().sinks.into_iter();
    let ours = sinks.filter(|sink| {
        sink.group == GroupKey::from("Sales/analysis")
            && sink.dataset == DatasetKey::from("NW_Data/customers")
    });
    ours.filter_map(|sink| sink.last_failure).collect()
}

pub(crate) fn change(fixture: &Fixture, sql: &str) {
    fixture.open("desk.db").execute_batch(sql).unwrap();
}

#[test]
fn a_view_that_was_dropped_is_missed_and_made_again() {
    for (file, example, view) in [
        ("desk.db", NorthWind::in_a_file().example(), VIEW),
        ("northwind.db", NorthWind::default().example(), "Sales__analysis__NW_Data__customers"),
    ] {
        let fixture = Fixture::with(&example);
        fixture.change_source(CUSTOMERS);
        fixture.run();
        let rows = fixture.rows(file, &format!("SELECT * FROM {view} ORDER BY 1"));
        assert!(!rows.is_empty());
        let before = fixture.everything();
        fixture.open(file).execute_batch(&format!("DROP VIEW {view}")).unwrap();
        let told = failures(&fixture);
        assert_eq!(told, [format!("the view `{view}` of `{file}` was dropped: the next run makes it again")]);
        assert_ne!(fixture.everything(), before, "a status makes nothing");
        fixture.run();
        assert_eq!(fixture.rows(file, &format!("SELECT * FROM {view} ORDER BY 1")), rows);
        assert_eq!(fixture.everything(), before);
        assert_eq!(failures(&fixture), [] as [String; 0]);
    }
}

#[test]
fn a_copy_that_stays_as_it_is_does_not_hold_up_those_beside_it() {
    let fixture = served();
    let other = "Local__NW_Data__products";
    let put = format!(
        "DROP TABLE {TABLE}; CREATE VIEW {TABLE} AS SELECT 1 AS x; ALTER TABLE {other} DROP COLUMN product_name"
    );
    change(&fixture, &put);
    fixture.change_source("INSERT INTO Products (product_id, product_name) VALUES (99, 'Salz')");
    let report = fixture.try_run().unwrap();
    let is_of_customers = |failure: &JobFailure| failure.job.as_str().contains("customers");
    assert!(!report.failures.is_empty() && report.failures.iter().all(is_of_customers), "{report:?}");
    let salt = format!("SELECT product_name FROM {other} WHERE product_id = 99");
    assert_eq!(fixture.rows("desk.db", &salt), ["Salz"], "made again, and brought up to date");
    fixture.change_source("UPDATE Products SET product_name = 'Pfeffer' WHERE product_id = 99");
    fixture.try_run().unwrap();
    let pepper = format!("{salt} ORDER BY batch_in DESC LIMIT 1");
    assert_eq!(fixture.rows("desk.db", &pepper), ["Pfeffer"]);
    assert_eq!(fixture.rows("desk.db", &format!("SELECT * FROM {TABLE}")), ["1"]);
}

pub(crate) const WHOLE: &str =
    "SELECT customer_id, city, batch_in, batch_out FROM Local__NW_Data__customers ORDER BY 1, 3";

#[test]
fn a_copy_that_was_dropped_or_altered_is_missed_and_made_again() {
    for (sql, told) in [
        (format!("DROP TABLE {TABLE}"), "was dropped: the next run makes it again"),
        (
            format!("ALTER TABLE {TABLE} RENAME COLUMN city TO town"),
            "was altered (columns that are missing: city; columns that nobody rendered: town): the next run makes it again",
        ),
        (
            format!("ALTER TABLE {TABLE} DROP COLUMN city"),
            "was altered (columns that are missing: city; columns that nobody rendered: none)",
        ),
        (
            "DROP TABLE datasurface_applied".to_owned(),
            "the book `datasurface_applied` of `desk.db` was dropped",
        ),
        (
            format!("DROP TABLE datasurface_applied; DROP TABLE {TABLE}"),
            "was dropped: the next run makes it again",
        ),
    ] {
        let fixture = served();
        fixture.change_source("UPDATE Customers SET city = 'Ulm' WHERE customer_id = 'ALFKI'");
        fixture.run();
        let (before, whole) = (fixture.everything(), fixture.rows("desk.db", WHOLE));
        assert!(whole.contains(&"ALFKI|Ulm|2|-".to_owned()), "{whole:?}");
        let (views, drop_views) = views_of_customers(&fixture);
        change(&fixture, &drop_views);
        change(&fixture, &sql);
        change(&fixture, &views);
        assert!(failures(&fixture)[0].contains(told), "{:?}", failures(&fixture));
        std::fs::rename(fixture.path("source.db"), fixture.path("away.db")).unwrap();
        let report = fixture.ask(&RunRequest::once().resync("Marketing"));
        assert_eq!(report.failures, [], "no producer is asked, and nothing else runs");
        assert_eq!(fixture.rows("desk.db", WHOLE), whole, "{sql}");
        std::fs::rename(fixture.path("away.db"), fixture.path("source.db")).unwrap();
        assert_eq!(failures(&fixture), [] as [String; 0]);
        fixture.run();
        assert_same(&fixture.everything(), &before, &sql);
    }
}

#[test]
fn a_copy_without_history_is_told_by_its_key() {
    let live = NorthWind { milestoning: Milestoning::Live, ..NorthWind::in_a_file() };
    let served = || {
        let fixture = Fixture::with(&live.example());
        fixture.change_source(CUSTOMERS);
        fixture.run();
        fixture
    };
    let cities = format!("SELECT customer_id, city FROM {TABLE} ORDER BY 1");
    let fixture = served();
    let before = fixture.rows("desk.db", &cities);
    let (views, drop_views) = views_of_customers(&fixture);
    change(&fixture, &format!("{drop_views}; ALTER TABLE {TABLE} DROP COLUMN city"));
    assert!(failures(&fixture)[0].contains("was altered"), "{:?}", failures(&fixture));
    fixture.run();
    assert_eq!(fixture.rows("desk.db", &cities), before);

    // What was made of its rows has its columns, and is somebody's.
    let fixture = served();
    change(
        &fixture,
        &format!(
            "{drop_views}; CREATE TABLE made AS SELECT customer_id, batch_in, batch_out FROM {TABLE};
             DROP TABLE {TABLE}; ALTER TABLE made RENAME TO {TABLE}; {views}"
        ),
    );
    let report = fixture.try_run().unwrap();
    assert!(report.failures.iter().any(|failure| failure.reason.ends_with("it stays")), "{report:?}");
    assert_eq!(fixture.rows("desk.db", &format!("SELECT count(*) FROM {TABLE}")), ["8"]);
}

#[test]
fn a_file_that_is_no_database_any_more_holds_up_nobody_else() {
    let fixture = served();
    for file in ["desk.db-wal", "desk.db-shm"] {
        let _ = std::fs::remove_file(fixture.path(file));
    }
    std::fs::write(fixture.path("desk.db"), "theirs".repeat(2000)).unwrap();
    fixture.change_source("UPDATE Customers SET city = 'Ulm'");
    let report = fixture.try_run().unwrap();
    assert!(
        report.failures.iter().all(|failure| failure.reason.contains("file is not a database")),
        "{report:?}"
    );
    assert!(!report.failures.is_empty() && report.datasets.iter().any(|run| run.updated > 0), "{report:?}");
    assert!(failures(&fixture)[0].contains("file is not a database"), "{:?}", failures(&fixture));
    assert_eq!(std::fs::read(fixture.path("desk.db")).unwrap(), "theirs".repeat(2000).as_bytes());
    std::fs::remove_file(fixture.path("desk.db")).unwrap();
    fixture.run();
    assert_eq!(failures(&fixture), [] as [String; 0]);
    let ulm = format!("SELECT DISTINCT city FROM {VIEW}");
    assert_eq!(fixture.rows("desk.db", &ulm), ["Ulm"]);
}

#[test]
fn progress_that_somebody_edited_ends_right_or_is_told() {
    for (sql, told) in [
        ("UPDATE datasurface_applied SET batch = 1", None),
        ("DELETE FROM datasurface_applied", None),
        (
            "UPDATE datasurface_applied SET batch = 99",
            Some("is at batch 99, but the platform's database is at"),
        ),
        ("UPDATE datasurface_applied SET batch = 'x'", Some("batch")),
    ] {
        let (fixture, undisturbed) = (served(), served());
        for fixture in [&fixture, &undisturbed] {
            fixture.change_source("UPDATE Customers SET city = 'Ulm' WHERE customer_id = 'ALFKI'");
            fixture.run();
        }
        let before = fixture.rows("desk.db", WHOLE);
        change(&fixture, sql);
        match told {
            None => {
                for fixture in [&fixture, &undisturbed] {
                    fixture.change_source("DELETE FROM Customers WHERE customer_id = 'ALFKI'");
                    fixture.run();
                }
                assert_eq!(fixture.rows("desk.db", WHOLE), undisturbed.rows("desk.db", WHOLE), "{sql}");
            }
            Some(told) => {
                let report = fixture.try_run().unwrap();
                assert!(
                    report.failures.iter().any(|failure| failure.reason.contains(told)),
                    "{sql}: {report:?}"
                );
                assert_eq!(fixture.rows("desk.db", WHOLE), before, "{sql}");
            }
        }
    }
}

/// The statements that make the views of the customers, and those that drop them: SQLite does not alter a table whose views
/// would not fit it any more.
pub(crate) fn views_of_customers(fixture: &Fixture) -> (String, String) {
    let views = fixture.rows(
        "desk.db",
        "SELECT sql FROM sqlite_schema WHERE type = 'view' AND name LIKE '%NW_Data__customers%'",
    );
    let names = fixture.rows(
        "desk.db",
        "SELECT name FROM sqlite_schema WHERE type = 'view' AND name LIKE '%NW_Data__customers%'",
    );
    let drop: Vec<String> = names.iter().map(|name| format!("DROP VIEW \"{name}\"")).collect();
    (views.join(";"), drop.join(";"))
}

#[test]
fn readers_see_a_copy_that_is_made_again_when_all_of_it_is_there() {
    let fixture = served();
    let rows = fixture.rows("desk.db", WHOLE);
    change(&fixture, &format!("DROP TABLE {TABLE}"));
    fixture
        .change_source("UPDATE products SET weight = 3; DELETE FROM Customers WHERE customer_id = 'ALFKI'");
    fixture.run();
    let made: Vec<String> =
        rows.iter().map(|row| row.replace("ALFKI|Berlin|1|-", "ALFKI|Berlin|1|2")).collect();
    assert_ne!(made, rows, "{rows:?}");
    assert_eq!(fixture.rows("desk.db", WHOLE), made);
}

#[test]
fn what_may_be_somebodys_is_not_made_again() {
    for (sql, told) in [
        (
            format!("ALTER TABLE {TABLE} ADD COLUMN note; UPDATE {TABLE} SET note = 1"),
            "columns that are missing: none; columns that nobody rendered: note; it stays",
        ),
        (
            format!("ALTER TABLE {TABLE} RENAME TO backup"),
            "was renamed to `backup`: rename it back, or drop it",
        ),
        (
            format!("ALTER TABLE {TABLE} RENAME TO backup; CREATE TABLE {TABLE} (customer_id, company_name)"),
            "columns that are missing: batch_in, batch_out, city; columns that nobody rendered: none; it stays",
        ),
    ] {
        let fixture = served();
        change(&fixture, "DROP VIEW Local__Sales__analysis__NW_Data__customers__history");
        change(&fixture, &sql);
        let there = fixture
            .rows("desk.db", "SELECT type, name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY 2");
        assert!(failures(&fixture)[0].contains(told), "{:?}", failures(&fixture));
        let report = fixture.try_run().unwrap();
        assert!(report.failures.iter().any(|failure| failure.reason.contains(told)), "{report:?}");
        let after = fixture
            .rows("desk.db", "SELECT type, name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY 2");
        assert_eq!(after, there);
    }
}

#[test]
fn versions_that_nothing_could_bring_again_are_not_dropped() {
    let fixture = served();
    fixture.change_source("UPDATE Customers SET city = 'Ulm' WHERE customer_id = 'ALFKI'");
    fixture.run();
    for file in ["northwind.db", "northwind.db-wal", "northwind.db-shm"] {
        let _ = std::fs::remove_file(fixture.path(file));
    }
    fixture.apply(None, (&NorthWind::in_a_file().example(), "1"));
    fixture.run();
    let (_, drop_views) = views_of_customers(&fixture);
    change(&fixture, &drop_views);
    change(&fixture, &format!("ALTER TABLE {TABLE} RENAME COLUMN city TO town"));
    let rows = fixture.rows("desk.db", &format!("SELECT * FROM {TABLE} ORDER BY 1, 2, 3, 4"));
    let report = fixture.try_run().unwrap();
    let told = "are older than all that is known here, and nothing could bring them again";
    assert!(report.failures.iter().any(|failure| failure.reason.contains(told)), "{report:?}");
    assert_eq!(fixture.rows("desk.db", &format!("SELECT * FROM {TABLE} ORDER BY 1, 2, 3, 4")), rows);
    change(&fixture, &format!("DROP TABLE {TABLE}"));
    fixture.run();
    assert_eq!(failures(&fixture), [] as [String; 0]);
}

#[test]
fn a_table_of_the_platforms_own_database_is_never_made_again_empty() {
    let example = NorthWind { file: "desk.db", ..NorthWind::by_version() }.example();
    let fixture = Fixture::with(&example);
    fixture.change_source(
        "ALTER TABLE Customers ADD COLUMN version INTEGER; ALTER TABLE products ADD COLUMN version INTEGER;
         INSERT INTO Customers VALUES ('A', 'a', 'x', 1), ('B', 'b', 'x', 2); INSERT INTO products VALUES (1, 'p', 1, 1, 1)",
    );
    fixture.run();
    let rows = fixture.rows("desk.db", &format!("SELECT customer_id FROM {VIEW} ORDER BY 1"));
    fixture.open("northwind.db").execute_batch("DROP TABLE NW_Data__customers").unwrap();
    let told = "the table `NW_Data__customers` of `northwind.db` was dropped, and what was in it is nowhere else: bring the \
                database back from a backup; or let `run --full-refresh` read everything";
    for _ in 0..2 {
        let report = fixture.try_run().unwrap();
        assert!(report.failures.iter().any(|failure| failure.reason.contains(told)), "{report:?}");
        assert_eq!(fixture.rows("desk.db", &format!("SELECT customer_id FROM {VIEW} ORDER BY 1")), rows);
        assert_eq!(
            fixture
                .rows("northwind.db", "SELECT count(*) FROM sqlite_schema WHERE name = 'NW_Data__customers'"),
            ["0"]
        );
    }
    // Asked for, and not possible: nothing is there that is empty.
    std::fs::rename(fixture.path("source.db"), fixture.path("away.db")).unwrap();
    let again = RunRequest::once().full_refresh("NW_Data/customers");
    assert!(!fixture.ask(&again).failures.is_empty());
    assert_eq!(
        fixture.rows("northwind.db", "SELECT count(*) FROM sqlite_schema WHERE name = 'NW_Data__customers'"),
        ["0"]
    );
    std::fs::rename(fixture.path("away.db"), fixture.path("source.db")).unwrap();
    assert_eq!(fixture.ask(&again).failures, []);
    assert_eq!(fixture.rows("desk.db", &format!("SELECT customer_id FROM {VIEW} ORDER BY 1")), rows);
    fixture.run();
    assert_eq!(fixture.rows("desk.db", &format!("SELECT customer_id FROM {VIEW} ORDER BY 1")), rows);
}

#[test]
fn what_a_transformer_made_and_somebody_dropped_is_made_again_when_asked_for() {
    let fixture = served();
    let masked = "SELECT * FROM Local__Marketing__masked__Masked_NW_Data__customers ORDER BY 1";
    let rows = fixture.rows("desk.db", masked);
    fixture.open("northwind.db").execute_batch("DROP TABLE Masked_NW_Data__customers").unwrap();
    let report = fixture.try_run().unwrap();
    assert!(report.failures.iter().any(|failure| failure.reason.contains("is nowhere else")), "{report:?}");
    assert_eq!(fixture.rows("desk.db", masked), rows);
    let again = RunRequest::until_idle().full_refresh("Masked_NW_Data/customers");
    assert_eq!(fixture.ask(&again).failures, []);
    assert_eq!(fixture.rows("desk.db", masked), rows);
    fixture.run();
    assert_eq!(failures(&fixture), [] as [String; 0]);
}

#[test]
fn what_plans_altered_is_as_it_was_rendered() {
    let before = NorthWind::in_a_file().example();
    let after = NorthWind {
        customers: "customer_id VarChar(5) key, company_name VarChar(40) not null, city VarChar(15), phone VarChar(9)",
        ..NorthWind::in_a_file()
    }
    .example();
    let fixture = served();
    fixture.change_source("ALTER TABLE Customers ADD COLUMN phone TEXT");
    fixture.apply(Some((&before, "1")), (&after, "2"));
    fixture.run();
    assert_eq!(failures(&fixture), [] as [String; 0]);
}
