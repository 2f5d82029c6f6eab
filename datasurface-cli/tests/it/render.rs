//! `render`.

use crate::{
    models,
    run::{Fixture, Said},
};
use serde_json::json;
use std::fs;

#[test]
fn target_and_lock_are_written() {
    let fixture = Fixture::new(&models::first());
    let said = fixture.render();
    assert!(said.out.contains("rendered into `out`, with the lock `datasurface.lock`\n"), "{said:?}");
    assert_eq!(said.err, "");
    assert!(fixture.path("out").is_dir());
    assert!(fixture.read("datasurface.lock").starts_with("{\n"));
}

#[test]
fn json_says_that_it_is_written() {
    let fixture = Fixture::new(&models::first());
    let json = fixture.run("render model.json --target out --format json").good().json();
    let members: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(members, ["findings", "reached", "revision", "rendering", "bases", "plans", "is_written"]);
    assert_eq!(json["is_written"], true);
    assert!(json["reached"].is_null());

    fixture.model(&models::broken());
    let json = fixture.run("render model.json --target out --format json").bad().json();
    let members: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(members, ["findings", "reached", "revision", "rendering", "bases", "plans", "is_written"]);
    assert_eq!(json["is_written"], false);
}

#[test]
fn twice_gives_the_same_bytes() {
    let fixture = Fixture::new(&models::second());
    fixture.render();
    let once = fixture.listing();
    fixture.render();
    assert_eq!(fixture.listing(), once);

    let other = Fixture::new(&models::second());
    other.render();
    let bytes = |fixture: &Fixture| fixture.listing().into_values().collect::<Vec<_>>();
    assert_eq!(bytes(&other), bytes(&fixture));
}

#[test]
fn made_again_gives_the_same_bytes() {
    let fixture = Fixture::new(&models::second());
    fixture.render();
    let before = fixture.listing();
    fs::remove_dir_all(fixture.path("out")).unwrap();
    let said = fixture.run("render model.json --target out --on 2026-02-01").bad();
    said.complains("target/missing", "nothing in the target");
    assert!(!fixture.path("out").exists());
    fixture.run("render model.json --target out --on 2026-02-01 --remake").good();
    assert_eq!(fixture.listing(), before);
}

#[test]
fn what_is_not_lost_is_not_made_again() {
    let fixture = Fixture::new(&models::first());
    fixture.render();
    let before = fixture.listing();
    let said = fixture.run("render model.json --target out --remake").bad();
    said.complains("target/not-lost", "`out`");
    assert_eq!(fixture.listing(), before);
}

#[test]
fn what_is_lost_is_made_again_from_its_own_model() {
    let fixture = Fixture::new(&models::second());
    fixture.render();
    fs::remove_dir_all(fixture.path("out")).unwrap();
    fixture.model(&models::first());
    let before = fixture.listing();
    let said = fixture.run("render model.json --target out --remake").bad();
    said.complains("lock/other-model", "the lock names revision");
    fs::remove_file(fixture.path("datasurface.lock")).unwrap();
    let said = fixture.run("render model.json --target out --remake").bad();
    said.complains("lock/missing", "names no revision");
    fixture.model(&models::second());
    assert!(!fixture.path("out").exists());
    assert!(before.len() > fixture.listing().len());
}

#[test]
fn a_lost_lock_is_restored_from_the_target() {
    let fixture = Fixture::new(&models::second());
    fixture.render();
    fixture.model(&models::first());
    fixture.render();
    let before = fixture.listing();
    fs::remove_file(fixture.path("datasurface.lock")).unwrap();
    let said = fixture.run("render model.json --target out --on 2026-02-01").bad();
    said.complains("lock/missing", "--restore-lock");
    fixture.run("render model.json --target out --on 2026-02-01 --restore-lock").good();
    assert_eq!(fixture.listing(), before);
    let said = fixture.run("render model.json --target other --restore-lock").bad();
    said.complains("lock/no-copy", "`other`");
}

#[test]
fn a_revision_that_nobody_rendered_is_not_recorded_as_applied() {
    let fixture = Fixture::new(&models::second());
    fixture.run("applied --target out").bad().complains("target/unknown-revision", "nothing is rendered");
    fixture.render();
    fixture.run("applied zzz --target out").bad().complains("target/unknown-revision", "`zzz`");
    let said = fixture.run("applied --target out").good();
    assert!(said.out.contains("is recorded as applied"), "{said:?}");
}

#[test]
fn a_plan_says_where_nothing_was_recorded_as_applied() {
    let fixture = Fixture::new(&models::first());
    let plan = |fixture: &Fixture| fixture.run("plan model.json --target out --on 2026-02-01").good().out;
    let note = "from what was rendered last, revision ";
    assert!(!plan(&fixture).contains(note), "nothing is rendered");
    fixture.render();
    fixture.model(&models::second());
    let said = plan(&fixture);
    assert!(said.contains(note) && said.contains(": nothing was recorded as applied\n"), "{said}");
    // Also where it is rendered at once, it says what it started from.
    let bases = |said: &Said| said.json()["bases"].clone();
    let before = fixture.run("plan model.json --target out --on 2026-02-01 --format json").good();
    let said = fixture.run("render model.json --target out --on 2026-02-01 --format json").good();
    assert_eq!(bases(&said), bases(&before));
    assert_eq!(bases(&said)["Local"], json!({"revision": before.json()["reached"], "is_applied": false}));
}

#[test]
fn what_was_held_is_made_again_too() {
    let fixture = Fixture::new(&models::second());
    fixture.render();
    fixture.model(&models::first());
    fixture.render();
    let lock = fixture.read("datasurface.lock");
    let rendered = |fixture: &Fixture| {
        let mut listing = fixture.listing();
        // What led here from the revision before is not needed to be here.
        listing.retain(|path, _| {
            let path = path.to_string_lossy();
            !path.contains("transition") && !path.ends_with("plan.json") && !path.contains(".datasurface")
        });
        listing
    };
    let before = rendered(&fixture);
    fs::remove_dir_all(fixture.path("out")).unwrap();
    fixture.run("render model.json --target out --on 2026-02-01 --remake").good();
    assert_eq!(rendered(&fixture), before);
    assert_eq!(fixture.read("datasurface.lock"), lock);
    let said = fixture.run("plan model.json --target out --on 2026-02-01").good();
    assert!(said.out.contains("Local: nothing to do\n"), "{said:?}");
}
