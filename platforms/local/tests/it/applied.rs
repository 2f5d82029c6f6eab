//! Plans, carried out.

use crate::{
    example::plan_between,
    fixture::{Fixture, in_container, moved},
    northwind::{CUSTOMERS, NorthWind},
    postgres::server_fixture::ServerFixture,
    schemas::history,
};
use datasurface_platform::{ApplyReport, prelude::*};
use std::collections::BTreeMap;

pub(crate) const WIDER: &str =
    "customer_id VarChar(5) key, company_name VarChar(40) not null, city VarChar(15), vat VarChar(9)";

fn server_fixture(customers: &'static str) -> NorthWind {
    NorthWind { file: "desk.db", ..history(customers) }
}

#[test]
fn applying_again_changes_nothing() {
    let (one, two) = (server_fixture(CUSTOMERS).example(), server_fixture(WIDER).example());
    let fixture = Fixture::with(&one);
    fixture.change_source(
        "ALTER TABLE Customers ADD COLUMN vat; INSERT INTO Customers VALUES ('A', 'a', 'x', 'v')",
    );
    fixture.run();
    let plan = plan_between(Some((&one, "1")), (&two, "2"), BTreeMap::new());
    let steps = plan.steps().len();
    fixture.render(&two, &plan);
    assert_eq!(
        fixture.apply_plan(&plan).unwrap(),
        ApplyReport { done: steps, done_before: 0, identity: None }
    );
    let after = fixture.everything();
    assert_eq!(
        fixture.apply_plan(&plan).unwrap(),
        ApplyReport { done: 0, done_before: steps, identity: None }
    );
    // What is left of a plan that was written, and not carried out before the next one was asked for.
    let files = plan.transition_files().len();
    assert_eq!(
        fixture.apply_plan(&Plan::default()).unwrap(),
        ApplyReport { done: 0, done_before: files, identity: None }
    );
    assert_eq!(fixture.everything(), after);
    assert_eq!(moved(&fixture.run())[0], "NW_Data/customers 2: +0 ~1 -0 =0");
    assert_eq!(
        fixture.rows(
            "desk.db",
            "SELECT * FROM Local__Sales__analysis__NW_Data__customers__history ORDER BY batch_in"
        ),
        ["A|a|x|-|1|2", "A|a|x|v|2|-"]
    );
}

#[test]
fn a_plan_that_was_only_written_is_carried_out_by_what_it_left() {
    let (one, two) = (server_fixture(CUSTOMERS).example(), server_fixture(WIDER).example());
    let fixture = Fixture::with(&one);
    let plan = plan_between(Some((&one, "1")), (&two, "2"), BTreeMap::new());
    fixture.render(&two, &plan);
    let files = plan.transition_files().len();
    assert_eq!(
        fixture.apply_plan(&Plan::default()).unwrap(),
        ApplyReport { done: files, done_before: 0, identity: None }
    );
    assert_eq!(fixture.rows("desk.db", "SELECT vat FROM Local__NW_Data__customers"), [] as [&str; 0]);
}

#[test]
fn the_same_change_can_come_again() {
    let (one, two) = (server_fixture(CUSTOMERS).example(), server_fixture(WIDER).example());
    let fixture = Fixture::with(&one);
    fixture.change_source(
        "ALTER TABLE Customers ADD COLUMN vat; INSERT INTO Customers VALUES ('A', 'a', 'x', 'v')",
    );
    for _ in 0..2 {
        fixture.apply(Some((&one, "1")), (&two, "2"));
        fixture.run();
        fixture.apply(Some((&two, "2")), (&one, "1"));
        let columns =
            fixture.rows("northwind.db", "SELECT count(*) FROM pragma_table_info('NW_Data__customers')");
        assert_eq!(columns, ["5"]);
    }
    let aside = "SELECT name FROM sqlite_schema WHERE name LIKE '%.before%'";
    let aside = fixture.rows("northwind.db", aside).remove(0);
    let owed = format!("SELECT vat, batch_in, batch_out FROM \"{aside}\" ORDER BY 2, 3");
    assert_eq!(fixture.rows("northwind.db", &owed), ["v|1|-", "-|1|2", "v|2|-"]);
}

#[test]
fn a_consumer_that_moves_finds_its_data_in_its_new_file() {
    let server_fixture = server_fixture(CUSTOMERS).example();
    let own = history(CUSTOMERS).example();
    let fixture = Fixture::with(&server_fixture);
    fixture.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x')");
    fixture.run();
    fixture.apply(Some((&server_fixture, "1")), (&own, "2"));
    assert_eq!(fixture.rows("northwind.db", "SELECT * FROM Sales__analysis__NW_Data__customers"), ["A|a|x"]);
    let left = "SELECT name FROM sqlite_schema WHERE name LIKE '%NW_Data%'";
    assert_eq!(fixture.rows("desk.db", left), [] as [&str; 0]);
    fixture.apply(Some((&own, "2")), (&server_fixture, "3"));
    fixture.run();
    assert_eq!(
        fixture.rows("desk.db", "SELECT * FROM Local__Sales__analysis__NW_Data__customers"),
        ["A|a|x"]
    );
}

#[test]
fn a_file_that_is_not_there_when_a_plan_would_change_it_is_made_as_it_is_to_be() {
    let (one, two) = (server_fixture(CUSTOMERS).example(), server_fixture(WIDER).example());
    let fixture = Fixture::with(&one);
    fixture.change_source(
        "ALTER TABLE Customers ADD COLUMN vat; INSERT INTO Customers VALUES ('A', 'a', 'x', 'v')",
    );
    fixture.run();
    for file in ["desk.db", "desk.db-wal", "desk.db-shm"] {
        let _ = std::fs::remove_file(fixture.path(file));
    }
    fixture.apply(Some((&one, "1")), (&two, "2"));
    fixture.run();
    assert_eq!(
        fixture.rows("desk.db", "SELECT * FROM Local__Sales__analysis__NW_Data__customers"),
        ["A|a|x|v"]
    );
}

#[test]
fn another_select_runs_without_new_data() {
    let one = NorthWind::default().example();
    let fixture = Fixture::with(&one);
    fixture.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x')");
    fixture.run();
    let select = "SELECT customer_id, '##' AS company_name, city FROM NW_Data_customers";
    let two = NorthWind { select, ..NorthWind::default() }.example();
    fixture.apply(Some((&one, "1")), (&two, "2"));
    assert_eq!(moved(&fixture.run())[2], "Masked_NW_Data/customers 2: +0 ~1 -0 =0");
    assert_eq!(moved(&fixture.run()).len(), 2, "once");
}

#[test]
fn a_renamed_database_must_be_renamed_by_somebody() {
    let one = NorthWind::default().example();
    let fixture = Fixture::with(&one);
    let renamed = crate::example::Example::new(
        NorthWind { file: "other.db", ..NorthWind::default() }
            .ecosystem()
            .platform(PlatformDeclaration::new("Local", "local").setting("database", "other.db")),
        &NorthWind::assignments(),
    );
    let plan = plan_between(Some((&one, "1")), (&renamed, "2"), BTreeMap::new());
    fixture.render(&renamed, &plan);
    let error = fixture.apply_plan(&plan).unwrap_err();
    assert_eq!(
        error.report(),
        "the platform's database is not where it is to be: in `other.db`, and was in `northwind.db`: rename the file \
         while nothing runs"
    );
    std::fs::rename(fixture.path("northwind.db"), fixture.path("other.db")).unwrap();
    fixture.apply_plan(&plan).unwrap();
}

#[test]
fn what_nobody_is_owed_any_longer_goes_wherever_it_is_also_without_the_source() {
    let owed = Some(Retention::days(30));
    let views = |file| NorthWind { file, retention: owed, ..history(CUSTOMERS) };
    let shown = "SELECT city FROM Sales__analysis__NW_Data__customers__history ORDER BY batch_in";
    for file in ["northwind.db", "desk.db"] {
        let seen = |fixture: &Fixture| fixture.rows(file, &in_container(file, shown));
        purged_in_time(Fixture::with(&views(file).example()), file, seen);
    }
    if let Some(server_fixture) = ServerFixture::new("purged") {
        let seen = |_: &Fixture| {
            server_fixture.rows(&shown.replace(
                "Sales__analysis__NW_Data__customers__history",
                "Local__Sales__analysis__NW_Data__customers__history",
            ))
        };
        purged_in_time(server_fixture.fixture(&views("")), "the server", seen);
    }
}

fn purged_in_time(mut fixture: Fixture, place: &str, seen: impl Fn(&Fixture) -> Vec<String>) {
    // The clock is a year behind for a moment: what ended then is not taken for old.
    for (at, city) in [
        ("2026-01-01T00:00:00Z", "a"),
        ("2026-01-02T00:00:00Z", "b"),
        ("2026-01-03T00:00:00Z", "c"),
        ("2025-01-04T00:00:00Z", "d"),
        ("2026-01-20T00:00:00Z", "e"),
    ] {
        at.clone_into(&mut fixture.now);
        fixture.change_source(&format!("INSERT OR REPLACE INTO Customers VALUES ('A', 'a', '{city}')"));
        fixture.run();
    }
    std::fs::remove_file(fixture.path("source.db")).unwrap();
    for (now, expected) in [
        ("2026-02-01T00:00:00Z", vec!["a", "b", "c", "d", "e"]),
        ("2026-02-01T00:00:01Z", vec!["b", "c", "d", "e"]),
        ("2026-02-02T00:00:00Z", vec!["b", "c", "d", "e"]),
        ("2026-02-02T00:00:01Z", vec!["d", "e"]),
        ("2026-02-19T00:00:00Z", vec!["d", "e"]),
        ("2026-02-19T00:00:01Z", vec!["e"]),
    ] {
        now.clone_into(&mut fixture.now);
        let report = fixture.try_run().unwrap();
        assert!(report.failures.iter().all(|failure| failure.reason.contains("source.db")), "{report:?}");
        assert_eq!(seen(&fixture), expected, "{place} at {now}");
    }
}

#[test]
fn what_nobody_is_owed_any_longer_goes_and_nothing_younger() {
    let wind = NorthWind { retention: Some(Retention::days(30)), ..NorthWind::default() };
    let mut fixture = Fixture::with(&wind.example());
    for (day, city) in [("01", "a"), ("02", "b"), ("20", "c")] {
        fixture.now = format!("2026-01-{day}T00:00:00Z");
        fixture.change_source(&format!("INSERT OR REPLACE INTO Customers VALUES ('A', 'a', '{city}')"));
        fixture.run();
    }
    let cities = |fixture: &Fixture| {
        fixture.rows("northwind.db", "SELECT city FROM NW_Data__customers ORDER BY batch_in")
    };
    for (now, expected) in [
        ("2026-02-01T00:00:00Z", vec!["a", "b", "c"]),
        ("2026-02-01T00:00:01Z", vec!["b", "c"]),
        ("2026-02-19T00:00:00Z", vec!["b", "c"]),
        ("2026-02-19T00:00:01Z", vec!["c"]),
        ("2030-01-01T00:00:00Z", vec!["c"]),
    ] {
        fixture.now = now.to_owned();
        fixture.run();
        assert_eq!(cities(&fixture), expected, "{now}");
    }

    for (file, retention, expected) in [
        ("northwind.db", None, vec!["a", "b"]),
        ("northwind.db", Some(Retention::days(30)), vec!["b"]),
        ("desk.db", None, vec!["a", "b"]),
        ("desk.db", Some(Retention::days(30)), vec!["b"]),
    ] {
        let shown = NorthWind { file, retention, ..history(CUSTOMERS) };
        let mut fixture = Fixture::with(&shown.example());
        for city in ["a", "b"] {
            fixture.change_source(&format!("INSERT OR REPLACE INTO Customers VALUES ('A', 'a', '{city}')"));
            fixture.run();
        }
        fixture.now = "2036-01-01T00:00:00Z".to_owned();
        fixture.run();
        let rows = "SELECT city FROM Sales__analysis__NW_Data__customers__history ORDER BY batch_in";
        assert_eq!(
            fixture.rows(file, &in_container(file, rows)),
            expected,
            "history that is shown in {file}, for {retention:?}"
        );
    }
}
