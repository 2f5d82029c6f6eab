//! Which database it is: the one that this was applied to, and no other one.

use crate::{
    ground::{Ground, moved},
    northwind::{CUSTOMERS, NorthWind},
    schemas::history,
};
use datasurface_platform::prelude::*;
use std::fs;

fn wind() -> NorthWind {
    NorthWind { file: "desk.db", ..history(CUSTOMERS) }
}

/// A folder where something was applied, and data moved; the host remembers to what.
fn ground() -> Ground {
    let mut ground = Ground::with(&wind().scene());
    ground.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x')");
    ground.run();
    ground.applied_to = Some(ground.identity());
    ground
}

fn lose(ground: &Ground, to: &str) {
    for end in ["", "-wal", "-shm"] {
        let _ = fs::rename(ground.path(&format!("northwind.db{end}")), ground.path(&format!("{to}{end}")));
    }
}

fn all_refuse(ground: &Ground, why: &[&str]) {
    let refusals = [
        ground.apply_plan(&Plan::default()).unwrap_err(),
        ground.try_run().unwrap_err(),
        ground.try_status().unwrap_err(),
    ];
    for report in refusals.map(|error| error.report()) {
        assert!(why.iter().all(|why| report.contains(why)), "{report}");
    }
}

#[test]
fn a_database_keeps_its_identity() {
    let mut ground = ground();
    let identity = ground.identity();
    ground.now = "2026-11-23T10:00:00Z".to_owned();
    ground.change_source("UPDATE Customers SET city = 'y'");
    ground.run();
    assert_eq!(ground.identity(), identity);
    // Brought back from a backup, it is the same.
    ground
        .open("northwind.db")
        .execute("VACUUM INTO ?1", [ground.path("backup.db").to_str().unwrap()])
        .unwrap();
    lose(&ground, "lost.db");
    fs::rename(ground.path("backup.db"), ground.path("northwind.db")).unwrap();
    assert_eq!(ground.identity(), identity);
    assert_eq!(moved(&ground.run())[0], "NW_Data/customers 2: +0 ~0 -0 =1");
    // Another one is another one, also in the same place.
    let mut other = Ground::with(&wind().scene());
    assert_ne!(other.identity(), identity);
    lose(&other, "first.db");
    let first = Ground::with(&wind().scene()).identity();
    other.now = "2026-11-24T10:00:00Z".to_owned();
    assert_ne!(other.identity(), first);
}

#[test]
fn where_the_database_is_not_nothing_is_made() {
    let mut ground = ground();
    lose(&ground, "elsewhere.db");
    let before = ground.everything();
    all_refuse(
        &ground,
        &["`northwind.db` that this target was applied to is not in", "--root", "--begin-anew"],
    );
    assert!(!ground.path("northwind.db").exists());
    assert_eq!(ground.everything(), before, "consumers have what they had");

    ground.now = "2026-11-22T10:00:00Z".to_owned();
    ground.confirmed.accept_other_database = true;
    let identity = ground.identity();
    assert_ne!(Some(&identity), ground.applied_to.as_ref());
    ground.confirmed.accept_other_database = false;
    ground.applied_to = Some(identity);
    ground.run();
}

#[test]
fn another_database_is_refused() {
    let mut ground = ground();
    lose(&ground, "elsewhere.db");
    let applied_to = ground.applied_to.take();
    ground.now = "2026-11-22T10:00:00Z".to_owned();
    ground.apply(None, (&wind().scene(), "1"));
    ground.applied_to = applied_to;
    let before = ground.everything();
    all_refuse(&ground, &["`northwind.db` in", "is not the one that this target was applied to", "--root"]);
    assert_eq!(ground.everything(), before);
    ground.confirmed.accept_other_database = true;
    ground.run();
}

#[test]
fn a_database_of_an_older_version_gets_what_it_lacks() {
    let mut ground = ground();
    ground.open("northwind.db").execute_batch("DROP TABLE datasurface_books").unwrap();
    all_refuse(&ground, &["is not the one that this target was applied to"]);
    ground.applied_to = None;
    ground.status();
    ground.apply_plan(&Plan::default()).unwrap();
    let books = "SELECT \"row\", version, length(identity) > 20, trusted_at FROM datasurface_books";
    assert_eq!(ground.rows("northwind.db", books), ["1|2|1|2026-11-21T10:00:00.000000Z"]);
    assert_eq!(moved(&ground.run())[0], "NW_Data/customers 1: +0 ~0 -0 =1");
}

#[test]
fn books_of_a_newer_version_are_refused() {
    let ground = ground();
    ground.open("northwind.db").execute_batch("UPDATE datasurface_books SET version = version + 1").unwrap();
    let before = ground.everything();
    all_refuse(&ground, &["the books of `northwind.db` are of version 3", "use the newer datasurface"]);
    assert_eq!(ground.everything(), before);
}
