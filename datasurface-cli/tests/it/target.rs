//! Targets that are not as they should be.

use crate::{models, run::Fixture};
use serde_json::json;
use std::{collections::BTreeMap, fs, path::PathBuf};

/// A file that was rendered.
fn a_rendered_file(fixture: &Fixture) -> PathBuf {
    let own = fixture.path("out").join(".datasurface");
    let mut files = fixture
        .listing()
        .into_keys()
        .filter(|path| path.starts_with(fixture.path("out")) && !path.starts_with(&own) && path.is_file());
    files.next().unwrap()
}

#[test]
fn a_file_that_somebody_edited() {
    let fixture = Fixture::new(&models::first());
    fixture.render();
    let edited = a_rendered_file(&fixture);
    fs::write(&edited, "-- mine").unwrap();
    fixture.model(&models::second());
    let before = fixture.listing();

    let said = fixture.run("plan model.json --target out").bad();
    said.complains("target/edited", "was edited");
    assert!(said.out.contains("Local: "), "the plan is shown all the same: {said:?}");

    let said = fixture.run("render model.json --target out").bad();
    said.complains("target/edited", "was edited");
    assert!(said.out.ends_with("nothing was written\n"), "{said:?}");
    let said = fixture.run("render model.json --target out --format json").bad();
    assert_eq!(said.codes(), ["target/edited"]);
    assert_eq!(said.json()["is_written"], false);
    assert_eq!(fixture.listing(), before);

    fs::remove_file(&edited).unwrap();
    fixture.render();
}

#[test]
fn a_file_that_is_missing_is_written_again() {
    let fixture = Fixture::new(&models::first());
    fixture.render();
    let before = fixture.listing();
    fs::remove_file(a_rendered_file(&fixture)).unwrap();
    let said = fixture.render();
    assert!(said.err.contains("warning[target/missing-file]: "), "{said:?}");
    assert_eq!(fixture.listing(), before);
}

#[test]
fn a_target_at_another_revision() {
    let fixture = Fixture::new(&models::first());
    fixture.render();
    let lock = fixture.read("datasurface.lock");
    fixture.model(&models::second());
    fixture.render();
    fixture.write("datasurface.lock", lock);
    for verb in ["plan", "render"] {
        let said = fixture.run(&format!("{verb} model.json --target out")).bad();
        said.complains("target/other-revision", "but the target is at");
    }
}

#[test]
fn a_target_whose_lock_is_missing() {
    let fixture = Fixture::new(&models::first());
    fixture.render();
    fs::remove_file(fixture.path("datasurface.lock")).unwrap();
    for verb in ["plan", "render"] {
        let said = fixture.run(&format!("{verb} model.json --target out")).bad();
        said.complains("lock/missing", "there is no lock");
    }
    assert!(!fixture.path("datasurface.lock").exists());
}

#[test]
fn a_target_that_is_not_there_but_should_be() {
    let fixture = Fixture::new(&models::first());
    fixture.render();
    for verb in ["plan", "render"] {
        let said = fixture.run(&format!("{verb} model.json --target elsewhere")).bad();
        said.complains("target/missing", "the lock names revision");
    }
    assert!(!fixture.path("elsewhere").exists());
}

#[test]
fn a_target_that_is_a_file() {
    let fixture = Fixture::new(&models::first());
    fixture.write("out", "a file");
    let before = fixture.listing();
    for verb in ["plan", "render"] {
        let said = fixture.run(&format!("{verb} model.json --target out")).bad();
        assert!(said.err.contains("error[target/"), "{said:?}");
    }
    assert_eq!(fixture.listing(), before);
}

#[test]
fn a_target_that_cannot_be_written() {
    let fixture = Fixture::new(&models::first());
    fixture.write("file", "not a folder");
    let said = fixture.run("render model.json --target file/out").bad();
    assert!(said.err.contains("error[target/"), "{said:?}");
    assert!(!fixture.path("datasurface.lock").exists());
}

#[test]
fn a_lock_with_another_ending_is_not_written() {
    let fixture = Fixture::new(&models::first());
    let said = fixture.run("render model.json --target out --lock lock.json").bad();
    said.complains("target/unwritable", ".lock");
    assert!(!fixture.path("lock.json").exists());
}

#[test]
fn a_file_of_somebody_else_is_in_the_way() {
    let fixture = Fixture::new(&models::first());
    let twin = Fixture::new(&models::first());
    twin.render();
    let theirs = a_rendered_file(&twin);
    let theirs = fixture.path("").join(theirs.strip_prefix(twin.path("")).unwrap());
    fs::create_dir_all(theirs.parent().unwrap()).unwrap();
    fs::write(&theirs, "-- theirs").unwrap();
    let said = fixture.run("render model.json --target out").bad();
    said.complains("target/foreign-file", "");
    assert_eq!(fs::read_to_string(&theirs).unwrap(), "-- theirs");
    assert!(!fixture.path("datasurface.lock").exists());
}

#[test]
fn an_interrupted_write_is_undone_and_that_is_said() {
    let fixture = Fixture::new(&models::first());
    fixture.render();
    let before = fixture.listing();
    let staging = fixture.path("out").join(".datasurface/staging");
    fs::create_dir(&staging).unwrap();
    fs::write(staging.join("0"), "half a fi").unwrap();
    let interrupted = fixture.listing();
    let said = fixture.run("plan model.json --target out").good();
    assert!(said.err.contains("note[target/unfinished]: "), "{said:?}");
    assert_eq!(fixture.listing(), interrupted, "a plan writes nothing");
    let said = fixture.render();
    assert!(said.err.contains("note[target/undone]: "), "{said:?}");
    assert_eq!(fixture.listing(), before);
}

#[test]
fn an_unreadable_manifest_is_reported() {
    let fixture = Fixture::new(&models::first());
    fixture.render();
    fs::write(fixture.path("out").join(".datasurface/manifest.json"), "{").unwrap();
    for verb in ["plan", "render", "render --remake"] {
        let said = fixture.run(&format!("{verb} model.json --target out")).bad();
        said.complains("target/unreadable", "manifest.json");
    }
}

/// The parts of the manifest of a target, by path in its folder `.datasurface`.
fn parts(fixture: &Fixture) -> BTreeMap<String, Vec<u8>> {
    let own = fixture.path("out/.datasurface");
    let files = fixture.listing().into_iter().filter(|(path, _)| path.starts_with(own.join("parts")));
    let files = files.filter(|(path, _)| path.is_file());
    files
        .map(|(path, content)| (path.strip_prefix(&own).unwrap().to_str().unwrap().to_owned(), content))
        .collect()
}

/// A folder in which the rendering of a second model was interrupted: its journal is there, and nothing else was done.
fn interrupted() -> Fixture {
    let fixture = Fixture::new(&models::first());
    fixture.render();
    let twin = Fixture::new(&models::first());
    twin.render();
    twin.model(&models::second());
    twin.render();
    fixture.model(&models::second());
    let own = fixture.path("out/.datasurface");
    let (mut writes, mut removals) = (Vec::new(), Vec::new());
    fs::create_dir(own.join("staging")).unwrap();
    let stage = |number: usize, content: &[u8]| {
        fs::write(own.join("staging").join(number.to_string()), content).unwrap();
        datasurface_graph::Fingerprint::of_bytes(content)
    };
    let (before, after) = (fixture.rendered(), twin.rendered());
    for (path, content) in &after {
        let replaced = before.get(path);
        if replaced != Some(content) {
            let hash = stage(writes.len(), content);
            let replaces = replaced.map(|old| datasurface_graph::Fingerprint::of_bytes(old));
            writes.push(json!({"staged": writes.len(), "path": path, "hash": hash, "replaces": replaces}));
        }
    }
    for (path, content) in before.iter().filter(|(path, _)| !after.contains_key(*path)) {
        let hash = datasurface_graph::Fingerprint::of_bytes(content);
        removals.push(json!({"path": path, "hash": hash}));
    }
    let (parts_before, parts_after) = (parts(&fixture), parts(&twin));
    let mut number = writes.len();
    let mut parts = Vec::new();
    for (path, content) in
        parts_after.iter().filter(|(path, content)| parts_before.get(*path) != Some(content))
    {
        parts.push(json!({"staged": number, "path": path, "hash": stage(number, content)}));
        number += 1;
    }
    assert!(!parts.is_empty(), "the manifest differs");
    let dropped: Vec<&String> = parts_before.keys().filter(|path| !parts_after.contains_key(*path)).collect();
    let manifest = fs::read(twin.path("out/.datasurface/manifest.json")).unwrap();
    let hash = stage(number, &manifest);
    let lock = json!({
        "path": fixture.path("datasurface.lock"),
        "text": twin.read("datasurface.lock"),
        "replaces": datasurface_graph::Fingerprint::of_bytes(fixture.read("datasurface.lock").as_bytes()),
    });
    let journal = json!({
        "format": "datasurface-journal/2",
        "writes": writes,
        "removals": removals,
        "parts": parts,
        "dropped_parts": dropped,
        "manifest": {"staged": number, "hash": hash},
        "lock": lock,
    });
    fs::write(own.join("journal.json"), journal.to_string()).unwrap();
    fixture
}

#[test]
fn after_a_kill_the_first_plan_is_as_if_the_write_was_finished() {
    let fixture = interrupted();
    let before = fixture.listing();
    let said = fixture.run("plan model.json --target out --on 2026-02-01").good();
    assert!(said.err.contains("note[target/unfinished]: "), "{said:?}");
    assert!(said.out.contains("nothing to do"), "{said:?}");
    assert_eq!(fixture.listing(), before, "a plan writes nothing");
    // What is half written neither runs, nor is it finished by who does not know the lock.
    let said = fixture.run("run --target out").bad();
    said.complains("target/interrupted", "a rendering was interrupted");
    let said = fixture.run("plan model.json --target out --lock other.lock").bad();
    said.complains("target/foreign-journal", "goes with the lock");
    let said = fixture.run("render model.json --target out --lock other.lock").bad();
    said.complains("target/foreign-journal", "goes with the lock");
    assert_eq!(fixture.listing(), before);

    let said = fixture.render();
    assert!(said.err.contains("note[target/finished]: "), "{said:?}");
    let twin = Fixture::new(&models::first());
    twin.render();
    twin.model(&models::second());
    twin.render();
    assert_eq!(fixture.rendered(), twin.rendered());
    assert_eq!(fixture.read("datasurface.lock"), twin.read("datasurface.lock"));
    assert_eq!(fixture.run("plan model.json --target out --on 2026-02-01").good().err, "");
}

#[test]
fn a_journal_that_came_with_the_target_writes_no_lock() {
    let fixture = interrupted();
    let journal = fixture.path("out/.datasurface/journal.json");
    let planted = fs::read_to_string(&journal).unwrap().replace("datasurface.lock", "Cargo.lock");
    fs::write(&journal, planted).unwrap();
    fixture.write("Cargo.lock", "theirs");
    let before = fixture.listing();
    for verb in ["plan model.json", "render model.json", "run", "status"] {
        fixture.run(&format!("{verb} --target out")).bad();
        assert_eq!(fixture.listing(), before, "{verb}");
    }
}
