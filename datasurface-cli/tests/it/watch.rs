//! `watch`.

use crate::{models, run::Fixture};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    process::Child,
};

const WATCH: &str = "watch model.json --target out --on 2026-02-01 --every 0";

#[test]
fn a_plan_is_shown_once() {
    let fixture = Fixture::new(&models::first());
    let planned = fixture.run("plan model.json --target out --on 2026-02-01").good();
    let watched = fixture.run(&format!("{WATCH} --rounds 3")).good();
    assert_eq!(watched.out, planned.out);
    assert_eq!(watched.err, planned.err);
    fixture.write("model.json", "nonsense");
    let watched = fixture.run(&format!("{WATCH} --rounds 3")).bad();
    assert_eq!(watched.err.matches("error[").count(), 1, "{watched:?}");
}

/// A command that goes on, and is ended whatever happens to the test.
struct Watching(Child);

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn what_changes_is_planned_again_as_a_new_process_plans_it() {
    let fixture = Fixture::new(&models::first());
    fixture.render();
    let command = format!("{WATCH} --format json");
    let mut watching = Watching(fixture.command(&command).spawn().unwrap());
    let mut lines = BufReader::new(watching.0.stdout.take().unwrap()).lines();
    let mut next = || -> Value { serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap() };
    let planned = || {
        let mut planned = fixture.run("plan model.json --target out --on 2026-02-01 --format json").json();
        planned.as_object_mut().unwrap().remove("drifted");
        planned
    };
    assert_eq!(next(), planned());
    fixture.model(&models::second());
    // A model that is only half written is one that cannot be read.
    let mut shown = next();
    while shown["revision"].is_null() {
        shown = next();
    }
    assert_eq!(shown, planned());
    assert_ne!(shown["reached"], shown["revision"]);
    fixture.write("model.json", "nonsense");
    assert!(next()["revision"].is_null());
    fixture.model(&models::first());
    let mut shown = next();
    while shown["revision"].is_null() {
        shown = next();
    }
    assert_eq!(shown["reached"], shown["revision"]);
}
