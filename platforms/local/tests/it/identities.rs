//! Which database it is: the one that this was applied to, and no other one.

use crate::{
    fixture::{Fixture, moved},
    northwind::{CUSTOMERS, NorthWind},
    schemas::history,
};
use datasurface_platform::prelude::*;
use std::fs;

fn wind() -> NorthWind {
    NorthWind { file: "desk.db", ..history(CUSTOMERS) }
}

/// A folder where something was applied, and data moved; the host remembers to what.
fn fixture() -> Fixture {
    let mut fixture = Fixture::with(&wind().example());
    fixture.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x')");
    fixture.run();
    fixture.applied_to = Some(fixture.identity());
    fixture
}

fn lose(fixture: &Fixture, to: &str) {
    for end in ["", "-wal", "-shm"] {
        let _ = fs::rename(fixture.path(&format!("northwind.db{end}")), fixture.path(&format!("{to}{end}")));
    }
}

fn all_refuse(fixture: &Fixture, why: &[&str]) {
    let refusals = [
        fixture.apply_plan(&Plan::default()).unwrap_err(),
        fixture.try_run().unwrap_err(),
        fixture.try_status().unwrap_err(),
    ];
    for report in refusals.map(|error| error.report()) {
        assert!(why.iter().all(|why| report.contains(why)), "{report}");
    }
}

#[test]
fn a_database_keeps_its_identity() {
    let mut fixture = fixture();
    let identity = fixture.identity();
    fixture.now = "2026-11-23T10:00:00Z".to_owned();
    fixture.change_source("UPDATE Customers SET city = 'y'");
    fixture.run();
    assert_eq!(fixture.identity(), identity);
    // Brought back from a backup, it is the same.
    fixture
        .open("northwind.db")
        .execute("VACUUM INTO ?1", [fixture.path("backup.db").to_str().unwrap()])
        .unwrap();
    lose(&fixture, "lost.db");
    fs::rename(fixture.path("backup.db"), fixture.path("northwind.db")).unwrap();
    assert_eq!(fixture.identity(), identity);
    assert_eq!(moved(&fixture.run())[0], "NW_Data/customers 2: +0 ~0 -0 =1");
    // Another one is another one, also in the same place.
    let mut other = Fixture::with(&wind().example());
    assert_ne!(other.identity(), identity);
    lose(&other, "first.db");
    let first = Fixture::with(&wind().example()).identity();
    other.now = "2026-11-24T10:00:00Z".to_owned();
    assert_ne!(other.identity(), first);
}

#[test]
fn where_the_database_is_not_nothing_is_made() {
    let mut fixture = fixture();
    lose(&fixture, "elsewhere.db");
    let before = fixture.everything();
    all_refuse(
        &fixture,
        &["`northwind.db` that this target was applied to is not in", "--root", "--begin-anew"],
    );
    assert!(!fixture.path("northwind.db").exists());
    assert_eq!(fixture.everything(), before, "consumers have what they had");

    fixture.now = "2026-11-22T10:00:00Z".to_owned();
    fixture.confirmed.accept_other_database = true;
    let identity = fixture.identity();
    assert_ne!(Some(&identity), fixture.applied_to.as_ref());
    fixture.confirmed.accept_other_database = false;
    fixture.applied_to = Some(identity);
    fixture.run();
}

#[test]
fn another_database_is_refused() {
    let mut fixture = fixture();
    lose(&fixture, "elsewhere.db");
    let applied_to = fixture.applied_to.take();
    fixture.now = "2026-11-22T10:00:00Z".to_owned();
    fixture.apply(None, (&wind().example(), "1"));
    fixture.applied_to = applied_to;
    let before = fixture.everything();
    all_refuse(&fixture, &["`northwind.db` in", "is not the one that this target was applied to", "--root"]);
    assert_eq!(fixture.everything(), before);
    fixture.confirmed.accept_other_database = true;
    fixture.run();
}

#[test]
fn a_database_of_an_older_version_gets_what_it_lacks() {
    let mut fixture = fixture();
    fixture.open("northwind.db").execute_batch("DROP TABLE datasurface_books").unwrap();
    all_refuse(&fixture, &["is not the one that this target was applied to"]);
    fixture.applied_to = None;
    fixture.status();
    fixture.apply_plan(&Plan::default()).unwrap();
    let books = "SELECT \"row\", version, length(identity) > 20, trusted_at FROM datasurface_books";
    assert_eq!(fixture.rows("northwind.db", books), ["1|2|1|2026-11-21T10:00:00.000000Z"]);
    assert_eq!(moved(&fixture.run())[0], "NW_Data/customers 1: +0 ~0 -0 =1");
}

#[test]
fn books_of_a_newer_version_are_refused() {
    let fixture = fixture();
    fixture.open("northwind.db").execute_batch("UPDATE datasurface_books SET version = version + 1").unwrap();
    let before = fixture.everything();
    all_refuse(&fixture, &["the books of `northwind.db` are of version 3", "use the newer datasurface"]);
    assert_eq!(fixture.everything(), before);
}
