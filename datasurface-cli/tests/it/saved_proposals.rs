//! `plan --out` and `render --proposal`: what was approved is rendered, and nothing else.

use crate::{
    flow, models,
    run::{Fixture, Said},
};
use datasurface_graph::Fingerprint;
use serde_json::{Value, json};
use std::{fs, path::Path};

fn save(fixture: &Fixture, more: &str) -> Said {
    fixture.run(&format!("plan model.json --target out --out proposal.json {more}"))
}

fn render(fixture: &Fixture, more: &str) -> Said {
    fixture.run(&format!("render model.json --target out --proposal proposal.json {more}"))
}

/// Asserts that this is refused for this alone, and that nothing was written.
fn refused(fixture: &Fixture, why: &[&str]) {
    let before = fixture.listing();
    let said = render(fixture, "").bad();
    said.complains("plan/proposal-moved", why[0]);
    assert!(why.iter().all(|why| said.err.contains(why)), "{said:?}");
    assert_eq!(said.err.matches("[plan/proposal-moved]").count(), why.len(), "{said:?}");
    assert!(said.out.ends_with("nothing was written\n"), "{said:?}");
    assert_eq!(fixture.listing(), before);
}

#[test]
fn what_was_planned_is_rendered_as_of_its_day() {
    let fixture = Fixture::new(&models::second());
    save(&fixture, "--on 2026-02-01").good();
    assert!(!fixture.path("out").exists() && !fixture.path("datasurface.lock").exists());
    render(&fixture, "").good();

    // What goes is held as of the day of the plan, however long it took to approve it.
    fixture.model(&models::first());
    save(&fixture, "--on 2026-03-01").good();
    render(&fixture, "").good();
    assert!(fixture.read("datasurface.lock").contains("2026-03-31"), "{}", fixture.read("datasurface.lock"));
}

#[test]
fn the_day_of_a_clock_is_no_day_that_somebody_named() {
    let fixture = Fixture::new(&models::second());
    fixture.run("render model.json --target out --on 2026-02-02").good();
    fixture.model(&models::first());
    fixture.run("render model.json --target out --on 2026-03-01").good();
    let said = save(&fixture, "").good();
    assert!(said.err.contains("plan/clock-ahead"), "{said:?}");
    let said = render(&fixture, "").good();
    assert!(said.err.contains("plan/clock-ahead") && !said.out.contains("losing data"), "{said:?}");
}

const OTHER_MODEL: &str = "the model is another one: ";
const OTHER_LOCK: &str = "the lock is another one: `datasurface.lock` has other decisions";
const OTHER_TARGET: &str = "the target moved on: it has revision ";

#[test]
fn whatever_moved_is_named() {
    let fixture = Fixture::new(&models::first());
    save(&fixture, "").good();
    fixture.model(&models::second());
    refused(&fixture, &[OTHER_MODEL]);
    fixture.model(&models::first());
    // A rendering writes the target and its lock.
    fixture.render();
    refused(&fixture, &[OTHER_LOCK, OTHER_TARGET]);

    fixture.model(&models::second());
    save(&fixture, "--on 2026-02-02").good();
    fixture.run("render model.json --target out --on 2026-02-02").good();
    refused(&fixture, &[OTHER_LOCK, OTHER_TARGET]);
    // Once more: there is nothing to do, and that is not what was approved.
    save(&fixture, "--on 2026-02-02").good();
    render(&fixture, "").good();
}

#[test]
fn a_decision_in_the_lock_is_no_part_of_what_was_approved() {
    let fixture = Fixture::new(&models::second());
    fixture.run("render model.json --target out --on 2026-02-02").good();
    fixture.model(&models::first());
    fixture.run("render model.json --target out --on 2026-03-01").good();
    save(&fixture, "--on 2026-03-01").good();
    let lock = fixture.read("datasurface.lock");
    fixture.run("release model.json table.NW_Data.customers --target out --reason privacy").good();
    refused(&fixture, &[OTHER_LOCK]);
    fixture.write("datasurface.lock", lock);
    render(&fixture, "").good();
}

#[test]
fn another_form_of_the_same_documents_is_the_same_model() {
    let fixture = Fixture::new(&models::second());
    save(&fixture, "").good();
    let document: serde_json::Value = serde_json::from_str(&fixture.read("model.json")).unwrap();
    fixture.write("model.json", document.to_string());
    render(&fixture, "").good();
}

#[test]
fn another_record_of_the_same_revision_is_refused() {
    let fixture = flow::fixture(&models::first());
    fixture.model(&models::second());
    save(&fixture, "--on 2026-02-02").good();
    // Somebody applies in between what was rendered before.
    fixture.run("run --target out").good();
    refused(&fixture, &["the target has other files or another record than when it was planned"]);
}

#[test]
fn a_target_that_somebody_edited_is_refused() {
    let fixture = flow::fixture(&models::first());
    fixture.model(&models::second());
    save(&fixture, "--on 2026-02-02").good();
    let file = format!("out/{}", fixture.rendered().into_keys().next().unwrap());
    fixture.write(&file, "edited");
    let before = fixture.listing();
    render(&fixture, "").bad().complains("target/edited", "was edited after it was rendered");
    assert_eq!(fixture.listing(), before);
    assert_eq!(fixture.read(&file), "edited");
}

#[test]
fn a_platform_in_another_version_is_named() {
    let fixture = Fixture::new(&models::first());
    save(&fixture, "").good();
    let mut saved = saved(&fixture);
    saved["made_from"]["platforms"]["Local"]["version"] = "0.0.1".into();
    fixture.write("proposal.json", sealed(saved).to_string());
    let version = env!("CARGO_PKG_VERSION");
    let why = format!("`Local` is `local` {version} now, and was `local` 0.0.1 when it was planned");
    refused(&fixture, &[&why]);
}

#[test]
fn a_forged_proposal_is_refused() {
    let fixture = Fixture::new(&models::first());
    save(&fixture, "").good();
    let mut saved = saved(&fixture);
    // Whoever approves the file would see fewer steps than are done.
    saved["plans"]["Local"]["steps"].as_array_mut().unwrap().pop().unwrap();
    fixture.write("proposal.json", saved.to_string());
    let said = render(&fixture, "").bad();
    said.complains("plan/proposal-unreadable", "it was edited since it was saved");
    // With a digest that fits, it still is not what would be done.
    fixture.write("proposal.json", sealed(saved).to_string());
    refused(&fixture, &["are not those of the file: it was edited, or a platform plans otherwise"]);
    assert!(!fixture.path("out").exists());
}

fn saved(fixture: &Fixture) -> Value {
    serde_json::from_str(&fixture.read("proposal.json")).unwrap()
}

/// The proposal with the digest of what it says.
fn sealed(mut saved: Value) -> Value {
    let content = json!([saved["made_from"], saved["leads_to"], saved["plans"]]);
    saved["digest"] = Fingerprint::of(&content).to_string().into();
    saved
}

#[test]
fn the_schema_is_up_to_date_and_strict() {
    let fixture = Fixture::new(&models::second());
    let schema = fixture.run("schema proposal").good().json();
    let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/proposal.schema.json");
    if std::env::var_os("DATASURFACE_UPDATE").is_some() {
        fs::write(&file, &text).unwrap();
    }
    let written = fs::read_to_string(&file).unwrap_or_default();
    assert!(written == text, "`docs/proposal.schema.json` is stale; DATASURFACE_UPDATE=1 writes it");

    save(&fixture, "").good();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let mut saved = saved(&fixture);
    let errors: Vec<String> = schema.iter_errors(&saved).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    saved["made_from"]["more"] = true.into();
    assert!(!schema.is_valid(&saved));
}

#[test]
fn a_file_that_is_no_proposal_is_refused() {
    let fixture = Fixture::new(&models::first());
    render(&fixture, "")
        .bad()
        .complains("plan/proposal-unreadable", "`proposal.json` is no saved proposal: ");
    save(&fixture, "").good();
    let saved = fixture.read("proposal.json");
    for (damaged, why) in [
        (saved.get(..saved.len() / 2).unwrap().to_owned(), "EOF"),
        (
            saved.replace("datasurface-proposal/2", "datasurface-proposal/1"),
            "its format is `datasurface-proposal/1`",
        ),
        (saved.replace("\"on\"", "\"no\""), "unknown field `no`"),
    ] {
        fixture.write("proposal.json", damaged);
        render(&fixture, "").bad().complains("plan/proposal-unreadable", why);
    }
    assert!(!fixture.path("out").exists());
    fixture.write("proposal.json", saved);
    assert_eq!(render(&fixture, "--on 2026-02-02").code, 2, "it has a day");
    assert_eq!(render(&fixture, "--remake").code, 2);
    render(&fixture, "").good();
}

#[test]
fn where_it_cannot_be_written_is_said() {
    let fixture = Fixture::new(&models::first());
    let said = fixture.run("plan model.json --target out --out missing/proposal.json").bad();
    said.complains("plan/proposal-unwritten", "`missing/proposal.json` cannot be written: ");
}
