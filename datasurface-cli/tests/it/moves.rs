//! `move`: a group goes from one platform to another one, step by step.

use crate::{
    flow, models,
    run::{Fixture, Said},
};
use serde_json::json;

const GROUP: &str = "Sales/live";

fn step(fixture: &Fixture, step: &str) -> Said {
    fixture.run(&format!("move {step} model.json {GROUP} --target out"))
}

/// How far each platform is, as the lock says.
fn stages(fixture: &Fixture) -> serde_json::Value {
    let lock: serde_json::Value = serde_json::from_str(&fixture.read("datasurface.lock")).unwrap();
    lock["assignments"]["groups"][GROUP].clone()
}

/// Asserts that the step is refused, and that nothing was written.
fn refused(fixture: &Fixture, what: &str, code: &str, why: &str) {
    let before = fixture.read("datasurface.lock");
    step(fixture, what).bad().complains(code, why);
    assert_eq!(fixture.read("datasurface.lock"), before);
}

fn render_and_run(fixture: &Fixture) {
    fixture.render();
    fixture.run("run --target out").good();
}

/// Whether the consumer finds its rows where this platform brings them.
fn is_served_by(fixture: &Fixture, platform: &str) -> bool {
    let json = fixture.run("status --target out --format json --exit-zero").good().json();
    json["sinks"]
        .as_array()
        .unwrap()
        .iter()
        .any(|sink| sink["platform"] == platform && sink["batch"].is_u64())
}

#[test]
fn both_platforms_run_until_the_end() {
    let fixture = flow::fixture(&models::on_two_platforms());
    fixture.run("run --target out").good();
    let (old, new) = match is_served_by(&fixture, "Local") {
        true => ("Local", "Next"),
        false => ("Next", "Local"),
    };
    let start = format!("start --to {new}");

    refused(&fixture, "complete", "move/out-of-order", "no move of `Sales/live` is under way");
    refused(&fixture, "abandon", "move/out-of-order", "no move of `Sales/live` is under way");
    refused(&fixture, &format!("start --to {old}"), "move/out-of-order", "is on `");
    let said = step(&fixture, &start).good();
    assert!(said.out.contains(&format!("  {new} is being set up\n")), "{said:?}");
    assert_eq!(stages(&fixture), json!({ (old): "provisioned", (new): "provisioning" }));
    refused(&fixture, &start, "move/out-of-order", "is under way");

    // Nothing is switched before there is something to switch to.
    refused(&fixture, "complete", "move/not-ready", "is not rendered yet");
    fixture.run(&format!("advance model.json --target out {new}")).good();
    refused(&fixture, "complete", "move/not-ready", &format!("`{old}` stayed when others went forward"));
    fixture.render();
    let unapplied = format!("what is rendered for `{new}` was not applied yet");
    refused(&fixture, "complete", "move/not-ready", &unapplied);
    fixture.run("run --target out").good();
    assert!(is_served_by(&fixture, old) && is_served_by(&fixture, new));
    let json =
        fixture.run(&format!("move complete model.json {GROUP} --target out --format json")).good().json();
    assert_eq!(json["stages"], json!({ (old): "decommissioning", (new): "provisioned" }));
    assert_eq!(json["stages"], stages(&fixture));

    // To repeat a command is no reason to take down what readers still use.
    refused(&fixture, "complete", "move/not-ready", "is not rendered yet");
    render_and_run(&fixture);
    assert!(is_served_by(&fixture, old) && is_served_by(&fixture, new));
    step(&fixture, "complete").good();
    render_and_run(&fixture);
    assert!(!is_served_by(&fixture, old) && is_served_by(&fixture, new));
    refused(&fixture, "complete", "move/out-of-order", "no move of `Sales/live` is under way");
}

#[test]
fn there_is_a_way_back() {
    let fixture = flow::fixture(&models::on_two_platforms());
    fixture.run("run --target out").good();
    let before = stages(&fixture);
    let new = if before["Local"].is_string() { "Next" } else { "Local" };
    let start = format!("start --to {new}");
    step(&fixture, &start).good();
    render_and_run(&fixture);
    step(&fixture, "abandon").good();
    render_and_run(&fixture);
    assert!(!is_served_by(&fixture, new));

    step(&fixture, &start).good();
    render_and_run(&fixture);
    step(&fixture, "complete").good();
    render_and_run(&fixture);
    step(&fixture, "abandon").good();
    assert_eq!(stages(&fixture)[new], "decommissioning");
    render_and_run(&fixture);
    step(&fixture, "complete").good();
    assert_eq!(stages(&fixture)[new], "decommissioned");
}

#[test]
fn what_a_platform_cannot_do_is_not_decided() {
    let fixture = flow::fixture(&models::on_two_platforms());
    refused(&fixture, "start --to Nex", "move/out-of-order", "there is no platform `Nex`");
    fixture.model(&models::on_the_first_of_two_platforms());
    refused(&fixture, "start --to Next", "governance/chosen-platform", "Next");
}

#[test]
fn a_pin_is_changed_first() {
    let pinned =
        models::on_two_platforms().group_pin("Sales/live", ["Local"]).primary_pin("NW_Data", "Local");
    let fixture = flow::fixture(&pinned);
    step(&fixture, "start --to Next").good();
    render_and_run(&fixture);
    refused(&fixture, "complete", "move/pinned", "a pin of the model wants `Sales/live` elsewhere");
    step(&fixture, "abandon").good();
}

#[test]
fn what_nobody_knows_is_said() {
    let fixture = flow::fixture(&models::on_two_platforms());
    let said = fixture.run("move start model.json Sales/lives --to Next --target out").bad();
    said.complains("move/out-of-order", "nothing was decided about `Sales/lives` yet");
    let empty = Fixture::new(&models::on_two_platforms());
    empty
        .run("move start model.json Sales/live --to Next --target out")
        .bad()
        .complains("target/nothing-rendered", "");
}
