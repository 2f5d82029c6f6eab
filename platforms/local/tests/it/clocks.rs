//! Clocks that jump: nothing goes that is owed.

use crate::{
    ground::Ground,
    northwind::{CUSTOMERS, NorthWind},
    postgres::desk::Desk,
    schemas::history,
};
use datasurface_platform::prelude::*;
use std::time::SystemTime;

fn wind(file: &'static str) -> NorthWind {
    NorthWind { file, retention: Some(Retention::years(1)), ..history(CUSTOMERS) }
}

/// Three versions of a customer, two of which ended; nobody confirms the clock.
fn versions(mut ground: Ground) -> Ground {
    ground.confirmed.clock_until = None;
    ground.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x')");
    ground.run();
    for city in ["y", "z"] {
        ground.change_source(&format!("UPDATE Customers SET city = '{city}'"));
        ground.run();
    }
    ground
}

const KEPT: &str = "SELECT count(*) FROM NW_Data__customers";
const COPIED: &str = "SELECT count(*) FROM Local__NW_Data__customers";

#[track_caller]
fn kept(ground: &Ground, count: &str) {
    assert_eq!(ground.rows("northwind.db", KEPT), [count]);
    assert_eq!(ground.rows("desk.db", COPIED), [count]);
}

/// Runs at a time when the clock is not trusted.
#[track_caller]
fn doubted(ground: &Ground) {
    let report = ground.try_run().unwrap();
    assert_eq!(report.failures.len(), 1, "{report:?}");
    let failure = &report.failures[0];
    assert_eq!(failure.job.as_str(), "database");
    let day = &ground.now[..10];
    for part in ["the clock says", "nothing was lost", &format!("`run --trust-clock {day}`")] {
        assert!(failure.reason.contains(part), "{}", failure.reason);
    }
}

#[test]
fn a_clock_that_jumps_ahead_destroys_nothing() {
    let mut ground = versions(Ground::with(&wind("desk.db").scene()));
    kept(&ground, "3");
    ground.now = "2029-11-21T10:00:00Z".to_owned();
    ground.change_source("UPDATE Customers SET city = 'ahead'");
    doubted(&ground);
    kept(&ground, "4");
    // An hour later it is as wrong as before: what was done at a time in doubt proves nothing.
    ground.now = "2029-11-21T11:00:00Z".to_owned();
    doubted(&ground);
    kept(&ground, "4");
    let cities = "SELECT city FROM Local__Sales__analysis__NW_Data__customers";
    assert_eq!(ground.rows("desk.db", cities), ["ahead"], "data moves on");

    // Set right, all is well, and the times of batches do not go back.
    ground.now = "2026-11-22T10:00:00Z".to_owned();
    ground.change_source("UPDATE Customers SET city = 'right'");
    ground.run();
    kept(&ground, "5");
    let times = "SELECT visible_at FROM datasurface_batches WHERE dataset = 'customers' AND datastore = 'NW_Data' ORDER BY batch";
    let times = ground.rows("northwind.db", times);
    assert!(times.is_sorted(), "{times:?}");
    assert_eq!(times.last().unwrap(), "2029-11-21T10:00:00.000000Z");
}

#[test]
fn whoever_confirms_the_clock_lets_go_what_is_old() {
    let mut ground = versions(Ground::with(&wind("desk.db").scene()));
    ground.now = "2029-11-21T10:00:00Z".to_owned();
    ground.confirmed.clock_until = "2029-11-21T09:00:00Z".parse().ok();
    doubted(&ground);
    kept(&ground, "3");
    ground.confirmed.clock_until = "2029-11-22T00:00:00Z".parse().ok();
    ground.run();
    kept(&ground, "1");
    ground.confirmed.clock_until = None;
    ground.now = "2029-11-28T10:00:00Z".to_owned();
    ground.run();
}

#[test]
fn what_runs_once_a_week_is_trusted() {
    let mut ground = versions(Ground::with(&wind("desk.db").scene()));
    for now in ["2026-11-28T10:05:00Z", "2026-12-05T10:09:00Z"] {
        ground.now = now.to_owned();
        ground.run();
    }
    ground.now = "2026-12-13T10:00:00Z".to_owned();
    doubted(&ground);
}

#[test]
fn where_nothing_goes_by_its_age_nobody_is_asked() {
    let forever = NorthWind { retention: None, ..wind("desk.db") };
    let mut ground = versions(Ground::with(&forever.scene()));
    ground.now = "2029-11-21T10:00:00Z".to_owned();
    ground.run();
    kept(&ground, "3");
}

#[test]
fn the_clock_of_a_server_agrees() {
    let Some(desk) = Desk::new("clocks") else { return };
    let mut ground = versions(desk.ground(&wind("")));
    let copied = || desk.rows("SELECT count(*) FROM \"local__nw_data__customers\"");
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    // What was done long ago is old by now, and the server says that it is now.
    let long_ago = "UPDATE datasurface_batches SET visible_at = '2020-01-01T00:00:00.000000Z';
        UPDATE datasurface_books SET trusted_at = '2020-01-01T00:00:00.000000Z'";
    ground.open("northwind.db").execute_batch(long_ago).unwrap();
    let at = |days: u64| {
        let seconds = i64::try_from(now + days * 86_400).unwrap();
        ground_time(seconds)
    };
    ground.now = at(30);
    doubted(&ground);
    assert_eq!(copied(), ["3"]);
    ground.now = at(0);
    ground.run();
    assert_eq!(copied(), ["1"]);
}

fn ground_time(seconds: i64) -> String {
    let time = rusqlite::Connection::open_in_memory().unwrap();
    time.query_row("SELECT strftime('%Y-%m-%dT%H:%M:%SZ', ?1, 'unixepoch')", [seconds], |row| row.get(0))
        .unwrap()
}
