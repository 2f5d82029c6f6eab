//! `plan`.

use crate::{
    flow, models,
    run::{Desk, Said},
};
use rusqlite::Connection;
use serde_json::json;
use std::path::{Path, PathBuf};

fn plan(desk: &Desk, more: &str) -> Said {
    desk.run(&format!("plan model.json --target out {more}"))
}

fn steps(said: &Said) -> Vec<String> {
    let json = said.json();
    let steps = json["plans"]["Local"]["steps"].as_array().unwrap();
    steps
        .iter()
        .map(|step| format!("{} {}", step["action"].as_str().unwrap(), step["resource"].as_str().unwrap()))
        .collect()
}

#[test]
fn everything_is_new_at_first() {
    let desk = Desk::new(&models::first());
    let said = plan(&desk, "--on 2026-02-01").good();
    assert!(said.out.starts_with("Local: "), "{said:?}");
    assert!(said.out.contains("  create  "), "{said:?}");
    assert!(said.out.contains("create for github:northwind/team@main\n"), "{said:?}");
    assert!(said.out.contains(" to revision "), "{said:?}");
    assert_eq!(said.err, "");
    let said = plan(&desk, "--on 2026-02-01 --format json").good();
    let json = said.json();
    let members: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(members, ["findings", "reached", "revision", "plans", "drifted"]);
    assert!(json["reached"].is_null() && json["revision"].is_string());
    assert!(steps(&said).iter().all(|step| step.starts_with("create ")), "{said:?}");
}

#[test]
fn nothing_is_written() {
    let desk = Desk::new(&models::first());
    let before = desk.listing();
    plan(&desk, "").good();
    plan(&desk, "--format json").good();
    assert_eq!(desk.listing(), before);

    desk.render();
    desk.model(&models::second());
    let before = desk.listing();
    plan(&desk, "").good();
    assert_eq!(desk.listing(), before);

    desk.write("model.json", "nonsense");
    let before = desk.listing();
    plan(&desk, "").bad();
    assert_eq!(desk.listing(), before);
}

#[test]
fn nothing_is_to_be_done_after_rendering() {
    let desk = Desk::new(&models::first());
    desk.render();
    let said = plan(&desk, "--on 2026-02-01").good();
    assert!(said.out.contains("Local: nothing to do\n"), "{said:?}");
    let json = plan(&desk, "--on 2026-02-01 --format json").good().json();
    assert_eq!(json["reached"], json["revision"]);
}

#[test]
fn a_consumer_comes_and_goes() {
    let desk = Desk::new(&models::first());
    desk.render();
    desk.model(&models::second());
    let coming = plan(&desk, "--on 2026-02-02 --format json").good();
    let json = coming.json();
    assert_ne!(json["reached"], json["revision"]);
    assert!(steps(&coming).iter().any(|step| step.starts_with("create ")), "{coming:?}");
    assert!(!steps(&coming).iter().any(|step| step.starts_with("retire ")), "{coming:?}");
    assert!(plan(&desk, "--on 2026-02-02").good().out.contains(" from revision "));
    desk.run("render model.json --target out --on 2026-02-02").good();

    // What was promised for 30 days is held for 30 days.
    desk.model(&models::first());
    let going = plan(&desk, "--on 2026-03-01").good();
    assert!(going.out.contains("held: "), "{going:?}");
    assert!(going.out.contains(", until 2026-03-31\n"), "{going:?}");
    desk.run("render model.json --target out --on 2026-03-01").good();
    let said = plan(&desk, "--on 2026-03-31").good();
    assert!(said.out.contains("nothing to do"), "{said:?}");
    let gone = plan(&desk, "--on 2026-04-01").good();
    assert!(gone.out.contains("retire"), "{gone:?}");
    assert!(gone.out.contains("losing data"), "{gone:?}");
}

#[test]
fn a_clock_lets_nothing_go_that_was_held_long_ago() {
    let desk = Desk::new(&models::second());
    desk.run("render model.json --target out --on 2026-02-02").good();
    desk.model(&models::first());
    desk.run("render model.json --target out --on 2026-03-01").good();
    let said = plan(&desk, "").good();
    assert!(said.err.contains("warning[plan/clock-ahead]: `table.NW_Data.customers` stays"), "{said:?}");
    assert!(!said.out.contains("retire"), "{said:?}");
    desk.run("render model.json --target out").good();
    let said = plan(&desk, "--on 2026-04-01").good();
    assert!(said.out.contains("losing data"), "{said:?}");
}

#[test]
fn what_drifted_is_listed_and_left_alone() {
    let desk = flow::desk(&models::first());
    let lines = |said: &Said| -> Vec<String> {
        said.out.lines().filter(|line| line.starts_with("drifted: ")).map(str::to_owned).collect()
    };
    assert_eq!(lines(&plan(&desk, "").good()), [] as [&str; 0], "nothing was applied");
    desk.run("run --target out").good();
    let said = plan(&desk, "").good();
    assert_eq!((lines(&said), &*said.err), (vec![], ""));

    let mart = Connection::open(desk.path("mart.db")).unwrap();
    mart.execute_batch("DROP VIEW Local__Sales__live__NW_Data__products").unwrap();
    drop(mart);
    let before = desk.listing();
    let said = plan(&desk, "").good();
    let expected = "drifted: `view.Sales.live.NW_Data.products` of Local: the view `Local__Sales__live__NW_Data__products` \
                    of `mart.db` was dropped: the next run makes it again";
    assert_eq!(lines(&said), [expected]);
    let json = plan(&desk, "--format json").good().json();
    assert_eq!(
        json["drifted"],
        json!([{
            "platform": "Local",
            "resource": "view.Sales.live.NW_Data.products",
            "problem": "the view `Local__Sales__live__NW_Data__products` of `mart.db` was dropped: the next run makes it again",
            "is_made_again": true
        }])
    );
    // Readers of a file of SQLite agree with writers by files beside it, in which is no data.
    let is_beside = |path: &Path| path.ends_with("mart.db-shm") || path.ends_with("mart.db-wal");
    let changed: Vec<PathBuf> = desk
        .listing()
        .into_iter()
        .filter(|(path, bytes)| before.get(path) != Some(bytes) && !is_beside(path))
        .map(|(path, _)| path)
        .collect();
    assert!(std::fs::read(desk.path("mart.db-wal")).unwrap_or_default().is_empty());
    assert_eq!(changed, [] as [PathBuf; 0], "nothing is written");
    desk.run("run --target out").good();
    assert_eq!(lines(&plan(&desk, "").good()), [] as [&str; 0]);

    // What is rendered and not applied yet is no drift.
    desk.model(&models::transformed());
    desk.render();
    let said = plan(&desk, "").good();
    assert_eq!((lines(&said), &*said.err), (vec![], ""));
    let json = desk.run("status --target out --format json --exit-zero").good().json();
    assert!(json["sinks"][0]["last_failure"].is_null(), "{json}");
}

#[test]
fn where_databases_cannot_be_reached_drift_is_not_known() {
    let desk = flow::desk(&models::first());
    desk.run("run --target out").good();
    std::fs::rename(desk.path("local.db"), desk.path("elsewhere.db")).unwrap();
    let said = plan(&desk, "").good();
    assert!(said.err.contains("[plan/drift-unknown]: whether anything drifted is not known: "), "{said:?}");
    assert!(said.out.contains("nothing to do"), "{said:?}");
}

#[test]
fn the_lock_may_be_elsewhere() {
    let desk = Desk::new(&models::first());
    desk.run("render model.json --target out --lock our.lock").good();
    assert!(!desk.path("datasurface.lock").exists());
    plan(&desk, "--lock our.lock").good();
    plan(&desk, "").bad().complains("lock/missing", "there is no lock");
}

#[test]
fn with_the_standard_input_the_lock_is_in_the_current_folder() {
    let desk = Desk::new(&models::first());
    let text = datasurface_document::to_json(&models::first());
    desk.run_with("render - --target out", text.as_bytes()).good();
    assert!(desk.path("datasurface.lock").exists());
    plan(&desk, "").good();
}
