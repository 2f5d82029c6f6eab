//! A target of a former format, made by a former version of the command: rendered and run once, then rendered twice without a run. Its
//! renderings have no IDs. A dataset left in between, and is held; another one got a column.

use crate::{models, run::Fixture};
use rusqlite::Connection;
use std::{
    fs,
    path::{Path, PathBuf},
};

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry: PathBuf = entry.unwrap().path();
        let to = to.join(entry.file_name().unwrap());
        if entry.is_dir() {
            copy(&entry, &to);
        } else {
            fs::copy(&entry, &to).unwrap();
        }
    }
}

fn fixture() -> Fixture {
    let fixture = Fixture::new(&models::first());
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/former_target"), &fixture.path(""));
    fixture
}

fn numbers(fixture: &Fixture, database: &str, sql: &str) -> i64 {
    Connection::open(fixture.path(database)).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn it_is_read_migrated_and_run_and_what_was_promised_is_there() {
    let fixture = fixture();
    let manifest = || -> serde_json::Value {
        serde_json::from_str(&fixture.read("rendered/.datasurface/manifest.json")).unwrap()
    };
    assert!(manifest().get("rendering").is_none());
    let said = fixture.run("plan model --target rendered --on 2026-02-04").good();
    assert!(
        said.out.contains(" columns.note: nothing -> "),
        "what was never applied is still to be done: {said:?}"
    );
    assert!(said.out.contains("held: table.Shop.items, until 2026-03-06\n"), "{said:?}");

    let said = fixture.run("render model --target rendered --on 2026-02-04").good();
    assert!(!said.out.contains("losing data"), "{said:?}");
    assert!(manifest()["rendering"].is_string());
    assert_eq!(manifest()["format"], "datasurface-target/2", "it is divided into parts");
    assert!(manifest()["platforms"][0]["scopes"][0].get("record").is_none());
    fixture.run("run --target rendered").bad();
    // The source has no such column yet; what was rendered is applied all the same.
    run_with_the_column(&fixture);
    let view = "Local__Reporting__Daily__Shop__orders";
    assert_eq!(numbers(&fixture, "mart.db", &format!("SELECT count(note IS NULL) FROM \"{view}\"")), 1);

    // And then it is like any other.
    let said = fixture.run("plan model --target rendered --on 2026-02-05 --detailed-exitcode");
    assert_eq!(said.code, 0, "{said:?}");
    let said = fixture.run("plan model --target rendered --on 2026-03-07").good();
    assert!(said.out.contains("retire"), "its time is over: {said:?}");
}

/// The source has the column that was rendered, and what is held stays.
fn run_with_the_column(fixture: &Fixture) {
    let source = Connection::open(fixture.path("shop.db")).unwrap();
    source.execute_batch("ALTER TABLE orders ADD note TEXT").unwrap();
    fixture.run("run --target rendered").good();
    assert_eq!(numbers(fixture, "local.db", "SELECT count(*) FROM \"Shop__items\""), 1, "held");
}

#[test]
fn a_run_before_anything_is_rendered_anew_applies_what_is_there() {
    let fixture = fixture();
    run_with_the_column(&fixture);
    fixture.run("render model --target rendered --on 2026-02-04").good();
}
