//! `plan`.

use crate::{
    flow, models,
    run::{Fixture, Said},
};
use rusqlite::Connection;
use serde_json::json;
use std::{
    fs,
    path::{Path, PathBuf},
};

fn plan(fixture: &Fixture, more: &str) -> Said {
    fixture.run(&format!("plan model.json --target out {more}"))
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
    let fixture = Fixture::new(&models::first());
    let said = plan(&fixture, "--on 2026-02-01").good();
    assert!(said.out.starts_with("Local: "), "{said:?}");
    assert!(said.out.contains("  create  "), "{said:?}");
    assert!(said.out.contains("create for github:northwind/team@main\n"), "{said:?}");
    assert!(said.out.contains(" to revision "), "{said:?}");
    assert_eq!(said.err, "");
    let said = plan(&fixture, "--on 2026-02-01 --format json").good();
    let json = said.json();
    let members: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(members, ["findings", "reached", "revision", "rendering", "bases", "plans", "drifted"]);
    assert!(json["reached"].is_null() && json["revision"].is_string());
    assert!(steps(&said).iter().all(|step| step.starts_with("create ")), "{said:?}");
}

#[test]
fn nothing_is_written() {
    let fixture = Fixture::new(&models::first());
    let before = fixture.listing();
    plan(&fixture, "").good();
    plan(&fixture, "--format json").good();
    assert_eq!(fixture.listing(), before);

    fixture.render();
    fixture.model(&models::second());
    let before = fixture.listing();
    plan(&fixture, "").good();
    assert_eq!(fixture.listing(), before);

    fixture.write("model.json", "nonsense");
    let before = fixture.listing();
    plan(&fixture, "").bad();
    assert_eq!(fixture.listing(), before);
}

#[test]
fn nothing_is_to_be_done_after_rendering() {
    let fixture = Fixture::new(&models::first());
    fixture.render();
    let said = plan(&fixture, "--on 2026-02-01").good();
    assert!(said.out.contains("Local: nothing to do\n"), "{said:?}");
    let json = plan(&fixture, "--on 2026-02-01 --format json").good().json();
    assert_eq!(json["reached"], json["revision"]);
}

#[test]
fn a_consumer_comes_and_goes() {
    let fixture = Fixture::new(&models::first());
    fixture.render();
    fixture.model(&models::second());
    let coming = plan(&fixture, "--on 2026-02-02 --format json").good();
    let json = coming.json();
    assert_ne!(json["reached"], json["revision"]);
    assert!(steps(&coming).iter().any(|step| step.starts_with("create ")), "{coming:?}");
    assert!(!steps(&coming).iter().any(|step| step.starts_with("retire ")), "{coming:?}");
    assert!(plan(&fixture, "--on 2026-02-02").good().out.contains(" from revision "));
    fixture.run("render model.json --target out --on 2026-02-02").good();

    // What was promised for 30 days is held for 30 days.
    fixture.model(&models::first());
    let going = plan(&fixture, "--on 2026-03-01").good();
    assert!(going.out.contains("held: "), "{going:?}");
    assert!(going.out.contains(", until 2026-03-31\n"), "{going:?}");
    fixture.run("render model.json --target out --on 2026-03-01").good();
    let said = plan(&fixture, "--on 2026-03-31").good();
    assert!(said.out.contains("nothing to do"), "{said:?}");
    let gone = plan(&fixture, "--on 2026-04-01").good();
    assert!(gone.out.contains("retire"), "{gone:?}");
    assert!(gone.out.contains("losing data"), "{gone:?}");
}

#[test]
fn a_clock_lets_nothing_go_that_was_held_long_ago() {
    let fixture = Fixture::new(&models::second());
    fixture.run("render model.json --target out --on 2026-02-02").good();
    fixture.model(&models::first());
    fixture.run("render model.json --target out --on 2026-03-01").good();
    let said = plan(&fixture, "").good();
    assert!(said.err.contains("warning[plan/clock-ahead]: `table.NW_Data.customers` stays"), "{said:?}");
    assert!(!said.out.contains("retire"), "{said:?}");
    fixture.run("render model.json --target out").good();
    let said = plan(&fixture, "--on 2026-04-01").good();
    assert!(said.out.contains("losing data"), "{said:?}");
}

#[test]
fn what_drifted_is_listed_and_left_alone() {
    let fixture = flow::fixture(&models::first());
    let lines = |said: &Said| -> Vec<String> {
        said.out.lines().filter(|line| line.starts_with("drifted: ")).map(str::to_owned).collect()
    };
    assert_eq!(lines(&plan(&fixture, "").good()), [] as [&str; 0], "nothing was applied");
    fixture.run("run --target out").good();
    let said = plan(&fixture, "").good();
    assert_eq!((lines(&said), &*said.err), (vec![], ""));

    let mart = Connection::open(fixture.path("mart.db")).unwrap();
    mart.execute_batch("DROP VIEW Local__Sales__live__NW_Data__products").unwrap();
    drop(mart);
    let before = fixture.listing();
    let said = plan(&fixture, "").good();
    let expected = "drifted: `view.Sales.live.NW_Data.products` of Local: the view `Local__Sales__live__NW_Data__products` \
                    of `mart.db` was dropped: the next run makes it again";
    assert_eq!(lines(&said), [expected]);
    let json = plan(&fixture, "--format json").good().json();
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
    let changed: Vec<PathBuf> = fixture
        .listing()
        .into_iter()
        .filter(|(path, bytes)| before.get(path) != Some(bytes) && !is_beside(path))
        .map(|(path, _)| path)
        .collect();
    assert!(std::fs::read(fixture.path("mart.db-wal")).unwrap_or_default().is_empty());
    assert_eq!(changed, [] as [PathBuf; 0], "nothing is written");
    fixture.run("run --target out").good();
    assert_eq!(lines(&plan(&fixture, "").good()), [] as [&str; 0]);

    // What is rendered and not applied yet is no drift.
    fixture.model(&models::transformed());
    fixture.render();
    let said = plan(&fixture, "").good();
    assert_eq!((lines(&said), &*said.err), (vec![], ""));
    let json = fixture.run("status --target out --format json --exit-zero").good().json();
    assert!(json["sinks"][0]["last_failure"].is_null(), "{json}");
}

#[test]
fn where_databases_cannot_be_reached_drift_is_not_known() {
    let fixture = flow::fixture(&models::first());
    fixture.run("run --target out").good();
    std::fs::rename(fixture.path("local.db"), fixture.path("elsewhere.db")).unwrap();
    let said = plan(&fixture, "").good();
    assert!(said.err.contains("[plan/drift-unknown]: whether anything drifted is not known: "), "{said:?}");
    assert!(said.out.contains("nothing to do"), "{said:?}");
}

#[test]
fn the_lock_may_be_elsewhere() {
    let fixture = Fixture::new(&models::first());
    fixture.run("render model.json --target out --lock our.lock").good();
    assert!(!fixture.path("datasurface.lock").exists());
    plan(&fixture, "--lock our.lock").good();
    plan(&fixture, "").bad().complains("lock/missing", "there is no lock");
}

#[test]
fn with_the_standard_input_the_lock_is_in_the_current_folder() {
    let fixture = Fixture::new(&models::first());
    let text = datasurface_document::to_json(&models::first());
    fixture.run_with("render - --target out", text.as_bytes()).good();
    assert!(fixture.path("datasurface.lock").exists());
    plan(&fixture, "").good();
}

#[test]
fn steps_are_shown_in_the_order_in_which_they_are_done() {
    let fixture = Fixture::new(&models::transformed());
    let said = plan(&fixture, "--on 2026-02-01").good();
    let numbers: Vec<usize> = said
        .out
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.trim_start().split_once("  ")?.0.parse().ok())
        .collect();
    assert!(numbers.len() > 4, "{said:?}");
    assert_eq!(numbers, (1..=numbers.len()).collect::<Vec<_>>(), "{said:?}");
    assert!(
        said.out.starts_with(&format!("Local: {} steps: {} create\n", numbers.len(), numbers.len())),
        "{said:?}"
    );
}

#[test]
fn what_differs_is_shown_with_its_owners_and_those_whom_it_breaks() {
    let fixture = Fixture::new(&models::of_two_teams());
    let said = plan(&fixture, "--on 2026-02-01").good();
    let rows = said.out.lines().skip_while(|line| !line.starts_with("owner ")).take(4);
    let cells = rows.map(|row| row.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect());
    assert_eq!(
        cells.collect::<Vec<Vec<&str>>>(),
        [
            ["owner", "platform", "steps"],
            ["(platform)", "Local", "1 step: 1 create"],
            ["github:northwind/buyers@main", "Local", "4 steps: 4 create"],
            ["github:northwind/team@main", "Local", "4 steps: 4 create"],
        ],
        "{said:?}"
    );
    fixture.render();
    fixture.model(&models::narrowed());
    let said = plan(&fixture, "--on 2026-02-02").good();
    println!("{}", said.out);
    for line in ["columns.name.", "Buying/live", "Sales/live", "broken consumer"] {
        assert!(said.out.contains(line), "no `{line}`: {said:?}");
    }
}

#[test]
fn with_diff_files_are_compared() {
    let fixture = Fixture::new(&models::first());
    assert!(!plan(&fixture, "").good().out.contains("+++"));
    let said = plan(&fixture, "--diff").good();
    assert!(said.out.contains("--- /dev/null\n+++ b/Local/foundation/"), "{said:?}");
    fixture.render();
    assert!(!plan(&fixture, "--diff --on 2026-02-01").good().out.contains("+++"));

    fixture.model(&models::second());
    let before = fixture.listing();
    let said = plan(&fixture, "--diff --on 2026-02-02").good();
    assert_eq!(fixture.listing(), before, "nothing is written");
    assert!(!said.out.contains("b/Local/plan.json"), "the plan is above: {said:?}");
    let json = plan(&fixture, "--diff --on 2026-02-02 --format json").good().json();
    let mut rendered = fixture.rendered();
    fixture.run("render model.json --target out --on 2026-02-02").good();
    // The differences are those between what was there and what is written.
    for file in json["files"].as_array().unwrap() {
        let (path, diff) = (file["path"].as_str().unwrap(), file["diff"].as_str().unwrap());
        let old = rendered.remove(path).unwrap_or_default();
        let new = fs::read(fixture.path("out").join(path)).unwrap_or_default();
        assert_ne!(old, new, "{path}");
        assert!(said.out.contains(diff), "{path}");
        for added in diff.lines().skip(2).filter_map(|line| line.strip_prefix('+')) {
            assert!(String::from_utf8_lossy(&new).contains(added), "{path}: {added}");
        }
    }
    let is_plan = |path: &str| path.ends_with("plan.json");
    for (path, content) in rendered.into_iter().filter(|(path, _)| !is_plan(path)) {
        assert_eq!(fs::read(fixture.path("out").join(&path)).ok(), Some(content), "{path} differs");
    }
}

#[test]
fn a_program_can_tell_by_the_exit_code_whether_there_is_something_to_do() {
    let fixture = Fixture::new(&models::first());
    assert_eq!(plan(&fixture, "--detailed-exitcode").code, 2);
    assert_eq!(plan(&fixture, "--detailed-exitcode --format json").code, 2);
    fixture.render();
    assert_eq!(plan(&fixture, "--detailed-exitcode").code, 0);
    fixture.model(&models::second());
    assert_eq!(plan(&fixture, "--detailed-exitcode").code, 2);
    fixture.write("model.json", "nonsense");
    assert_eq!(plan(&fixture, "--detailed-exitcode").code, 1);
    // That a word is not known is no reason to go on.
    assert_eq!(plan(&fixture, "--detailed-exitcode --unknown").code, 1);
    assert_eq!(plan(&fixture, "--detailed-exitcode --configuration missing.toml").code, 1);
    assert_eq!(plan(&fixture, "--unknown").code, 2);
    assert_eq!(fixture.run("plan --help").code, 0);
}

/// The guide shows the plan of the documents in the README.
#[test]
fn the_guide_shows_what_is_printed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let page = |name: &str| fs::read_to_string(root.join(name)).unwrap();
    let blocks = |text: &str, language: &str| -> Vec<String> {
        let start = format!("```{language}\n");
        let blocks = text.split(&start).skip(1);
        blocks.map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
    };
    let fixture = Fixture::new(&models::first());
    fs::create_dir(fixture.path("model")).unwrap();
    for (number, document) in blocks(&page("README.md"), "yaml").iter().enumerate() {
        fixture.write(&format!("model/{number}.yaml"), document);
    }
    let said = fixture.run("plan model --target out").good();
    let shown = blocks(&page("docs/command-line.md"), "text");
    assert!(shown.contains(&said.out), "{said:?}");
}
