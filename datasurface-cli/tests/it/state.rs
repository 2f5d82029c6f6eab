//! `state`: the record of what was rendered, in a database and back, with real processes that are killed.

use crate::{flow, models, run::Fixture};
use serde_json::json;
use std::{thread, time::Duration};

const RENDER: &str = "render model.json --target out --on 2026-02-01";
const PLAN: &str = "plan model.json --target out --on 2026-02-01 --detailed-exitcode";

/// The names in the folder of the record, without what only serves to lock out others.
fn own(fixture: &Fixture) -> Vec<String> {
    let own = fixture.path("out/.datasurface");
    let names = fixture.listing().into_keys().filter_map(|path| {
        Some(path.strip_prefix(&own).ok()?.to_str()?.split('/').next().unwrap().to_owned())
    });
    let names: std::collections::BTreeSet<String> = names.filter(|name| !name.is_empty()).collect();
    names.into_iter().filter(|name| name != "writing").collect()
}

#[test]
fn a_state_is_moved_into_a_database_and_back() {
    let fixture = flow::fixture(&models::first());
    let said = fixture.run("state show --target out").good();
    assert_eq!(said.out, "the state of `out` is in its folder `.datasurface`\n");
    let manifest = fixture.read("out/.datasurface/manifest.json");
    let moved = fixture.run("state move --to sqlite:state.db --target out").good();
    assert_eq!(moved.out, "the state of `out` is in `out in sqlite:../state.db`\n");
    assert_eq!(own(&fixture), ["state.json"]);
    let said = fixture.run("state show --target out --format json").good();
    assert_eq!(said.json()["database"], json!({"sqlite": {"file": "../state.db", "name": "out"}}));

    // Every verb finds it there.
    assert_eq!(fixture.run(PLAN).code, 0);
    fixture.run("run --target out --until-idle").good();
    fixture.run("status --target out").good();
    fixture.model(&models::second());
    assert_eq!(fixture.run(PLAN).code, 2);
    fixture.run(RENDER).good();
    fixture.run("run --target out --until-idle").good();
    assert_eq!(fixture.run(PLAN).code, 0);
    fixture.model(&models::first());
    fixture.run("state abandon --target out").bad().complains("target/other-state", "was interrupted");

    fixture.run("state move --to files --target out").good();
    assert_eq!(own(&fixture), ["manifest.json", "parts"]);
    assert_ne!(fixture.read("out/.datasurface/manifest.json"), manifest);
    fixture.run(RENDER).good();
}

#[test]
fn a_target_may_begin_in_a_database() {
    let fixture = Fixture::new(&models::first());
    fixture.run("state move --to sqlite:state.db --name prod --target out").good();
    fixture.render();
    assert_eq!(own(&fixture), ["state.json"]);
    assert!(fixture.read("out/.datasurface/state.json").contains("\"prod\""));
    // A database that is not there is no target in which nothing is rendered.
    std::fs::rename(fixture.path("state.db"), fixture.path("lost.db")).unwrap();
    for verb in [RENDER, PLAN, "status --target out", "state show --target out"] {
        fixture.run(verb).bad().complains("target/state-unreachable", "`prod in sqlite:../state.db`");
    }
    assert!(!fixture.path("state.db").exists());
}

#[test]
fn a_password_is_no_part_of_a_place() {
    let fixture = Fixture::new(&models::first());
    for place in ["postgres://ops:hunter2@db/state?credential=EU/Ops/state", "mysql:hunter2", "sqlite:"] {
        let said = fixture.run(&format!("state move --target out --to {place}"));
        assert_eq!(said.code, 2, "{said:?}");
    }
    assert!(!fixture.path("out").exists());
}

#[test]
fn renders_at_once_are_one_after_the_other() {
    let fixture = Fixture::new(&models::first());
    fixture.run("state move --to sqlite:state.db --target out").good();
    fixture.render();
    for model in [models::second(), models::first(), models::second(), models::first()] {
        fixture.model(&model);
        let children = [(); 3].map(|()| fixture.command(RENDER).spawn().unwrap());
        for child in children {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        assert_eq!(fixture.run(PLAN).code, 0);
    }
}

#[test]
fn renders_that_are_killed_lose_nothing() {
    let fixture = Fixture::new(&models::first());
    fixture.run("state move --to sqlite:state.db --target out").good();
    fixture.render();
    for round in 0..12 {
        let model = if round % 2 == 0 { models::second() } else { models::first() };
        fixture.model(&model);
        let mut child = fixture.command(RENDER).spawn().unwrap();
        thread::sleep(Duration::from_millis(20 + 23 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        let plan = fixture.run(PLAN);
        assert!([0, 2].contains(&plan.code) && !plan.err.contains("error["), "{plan:?}");
        fixture.run(RENDER).good();
        assert_eq!(fixture.run(PLAN).code, 0);
    }
}
