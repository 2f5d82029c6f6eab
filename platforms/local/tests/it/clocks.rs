//! Clocks that jump: nothing goes that is owed.

use crate::{
    fixture::Fixture,
    northwind::{CUSTOMERS, NorthWind},
    postgres::server_fixture::ServerFixture,
    schemas::history,
};
use datasurface_platform::prelude::*;
use std::time::SystemTime;

fn wind(file: &'static str) -> NorthWind {
    NorthWind { file, retention: Some(Retention::years(1)), ..history(CUSTOMERS) }
}

/// Three versions of a customer, two of which ended; nobody confirms the clock.
fn versions(mut fixture: Fixture) -> Fixture {
    fixture.confirmed.clock_until = None;
    fixture.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x')");
    fixture.run();
    for city in ["y", "z"] {
        fixture.change_source(&format!("UPDATE Customers SET city = '{city}'"));
        fixture.run();
    }
    fixture
}

const KEPT: &str = "SELECT count(*) FROM NW_Data__customers";
const COPIED: &str = "SELECT count(*) FROM Local__NW_Data__customers";

#[track_caller]
fn kept(fixture: &Fixture, count: &str) {
    assert_eq!(fixture.rows("northwind.db", KEPT), [count]);
    assert_eq!(fixture.rows("desk.db", COPIED), [count]);
}

/// Runs at a time when the clock is not trusted.
#[track_caller]
fn doubted(fixture: &Fixture) {
    let report = fixture.try_run().unwrap();
    assert_eq!(report.failures.len(), 1, "{report:?}");
    let failure = &report.failures[0];
    assert_eq!(failure.job.as_str(), "database");
    let day = &fixture.now[..10];
    for part in ["the clock says", "nothing was lost", &format!("`run --trust-clock {day}`")] {
        assert!(failure.reason.contains(part), "{}", failure.reason);
    }
    let told = told(fixture);
    assert!(!told.is_empty() && told.iter().all(|reason| *reason == failure.reason), "{told:?}");
}

/// What status tells of all consumers.
fn told(fixture: &Fixture) -> Vec<String> {
    fixture.status().sinks.into_iter().filter_map(|sink| sink.last_failure).collect()
}

#[test]
fn a_clock_that_jumps_ahead_destroys_nothing() {
    let mut fixture = versions(Fixture::with(&wind("desk.db").example()));
    kept(&fixture, "3");
    fixture.now = "2029-11-21T10:00:00Z".to_owned();
    fixture.change_source("UPDATE Customers SET city = 'ahead'");
    doubted(&fixture);
    kept(&fixture, "4");
    // An hour later it is as wrong as before: what was done at a time in doubt proves nothing.
    fixture.now = "2029-11-21T11:00:00Z".to_owned();
    doubted(&fixture);
    kept(&fixture, "4");
    let cities = "SELECT city FROM Local__Sales__analysis__NW_Data__customers";
    assert_eq!(fixture.rows("desk.db", cities), ["ahead"], "data moves on");

    // Set right, all is well, and the times of batches do not go back.
    fixture.now = "2026-11-22T10:00:00Z".to_owned();
    fixture.change_source("UPDATE Customers SET city = 'right'");
    fixture.run();
    assert_eq!(told(&fixture), [] as [String; 0]);
    kept(&fixture, "5");
    let times = "SELECT visible_at FROM datasurface_batches WHERE dataset = 'customers' AND datastore = 'NW_Data' ORDER BY batch";
    let times = fixture.rows("northwind.db", times);
    assert!(times.is_sorted(), "{times:?}");
    assert_eq!(times.last().unwrap(), "2029-11-21T10:00:00.000000Z");
}

#[test]
fn whoever_confirms_the_clock_lets_go_what_is_old() {
    let mut fixture = versions(Fixture::with(&wind("desk.db").example()));
    fixture.now = "2029-11-21T10:00:00Z".to_owned();
    fixture.confirmed.clock_until = "2029-11-21T09:00:00Z".parse().ok();
    doubted(&fixture);
    kept(&fixture, "3");
    fixture.confirmed.clock_until = "2029-11-22T00:00:00Z".parse().ok();
    fixture.run();
    kept(&fixture, "1");
    fixture.confirmed.clock_until = None;
    fixture.now = "2029-11-28T10:00:00Z".to_owned();
    fixture.run();
}

#[test]
fn what_runs_once_a_week_is_trusted() {
    let mut fixture = versions(Fixture::with(&wind("desk.db").example()));
    for now in ["2026-11-28T10:05:00Z", "2026-12-05T10:09:00Z"] {
        fixture.now = now.to_owned();
        fixture.run();
    }
    fixture.now = "2026-12-13T10:00:00Z".to_owned();
    doubted(&fixture);
}

#[test]
fn where_nothing_goes_by_its_age_nobody_is_asked() {
    let forever = NorthWind { retention: None, ..wind("desk.db") };
    let mut fixture = versions(Fixture::with(&forever.example()));
    fixture.now = "2029-11-21T10:00:00Z".to_owned();
    fixture.run();
    kept(&fixture, "3");
}

#[test]
fn the_clock_of_a_server_agrees() {
    let Some(server_fixture) = ServerFixture::new("clocks") else { return };
    let mut fixture = versions(server_fixture.fixture(&wind("")));
    let copied = || server_fixture.rows("SELECT count(*) FROM \"local__nw_data__customers\"");
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    // What was done long ago is old by now, and the server says that it is now.
    let long_ago = "UPDATE datasurface_batches SET visible_at = '2020-01-01T00:00:00.000000Z';
        UPDATE datasurface_books SET trusted_at = '2020-01-01T00:00:00.000000Z'";
    fixture.open("northwind.db").execute_batch(long_ago).unwrap();
    let at = |days: u64| {
        let seconds = i64::try_from(now + days * 86_400).unwrap();
        ground_time(seconds)
    };
    fixture.now = at(30);
    doubted(&fixture);
    assert_eq!(copied(), ["3"]);
    fixture.now = at(0);
    fixture.run();
    assert_eq!(copied(), ["1"]);
}

fn ground_time(seconds: i64) -> String {
    let time = rusqlite::Connection::open_in_memory().unwrap();
    time.query_row("SELECT strftime('%Y-%m-%dT%H:%M:%SZ', ?1, 'unixepoch')", [seconds], |row| row.get(0))
        .unwrap()
}
