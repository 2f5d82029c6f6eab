//! Accepted edits: recorded, replaced by the next write, and never executed.

use super::{Place, Wanted, for_each_database, rendered};
use crate::output::{Manifest, Target, disk::FailingDisk};
use datasurface_platform::{File, SafePath};
use std::{collections::BTreeMap, fs};

const FILE: &str = "a.sql";

fn one() -> Wanted {
    Wanted::new("lock 1\n", &[(FILE, "SELECT 1"), ("b.sql", "SELECT 2")])
}

/// A target in which a file was edited.
fn edited() -> Place {
    let place = Place::new();
    place.write(&one()).unwrap();
    place.foreign(FILE, "SELECT 1 -- at once");
    place
}

fn accept(place: &Place) -> Target {
    let mut target = place.open();
    target.accept(&rendered(FILE), "an outage").unwrap();
    target
}

/// The codes of all that is found in a target.
fn found(target: &Target) -> Vec<String> {
    target.inspect().unwrap().codes().map(str::to_owned).collect()
}

#[test]
fn an_accepted_edit_is_recorded_with_its_reason_and_replaced_by_the_next_write() {
    for next in [one(), Wanted::new("lock 2\n", &[(FILE, "SELECT 3")]), Wanted::new("lock 3\n", &[])] {
        let place = edited();
        assert_eq!(found(&place.open()), ["target/edited"]);
        assert_eq!(place.write(&next).unwrap_err().diagnostic().code(), "target/edited");
        let target = accept(&place);
        assert_eq!(fs::read_to_string(place.at(FILE)).unwrap(), "SELECT 1 -- at once", "it is left as it is");
        for target in [target, place.open()] {
            let findings = target.inspect().unwrap();
            let note = findings.iter().next().unwrap();
            assert_eq!((findings.len(), note.code()), (1, "target/accepted"));
            assert!(note.message().ends_with("was edited, and that was accepted: an outage"), "{note:?}");
            let text = target.manifest().unwrap().to_json().unwrap();
            assert_eq!(Some(&Manifest::from_json(text.as_bytes()).unwrap()), target.manifest());
        }
        place.write(&next).unwrap();
        let target = place.open();
        assert_eq!(target.manifest(), Some(&next.manifest()), "nothing of it is left");
        assert!(target.inspect().unwrap().is_empty());
        assert_eq!(fs::read_to_string(place.at(FILE)).ok().as_ref(), next.files.get(FILE));
    }
}

#[test]
fn an_edit_after_that_is_another_one() {
    let place = edited();
    accept(&place);
    place.foreign(FILE, "SELECT 1 -- and again");
    let mut target = place.open();
    assert_eq!(found(&target), ["target/edited"]);
    assert_eq!(one().write(&mut target, &place.lock()).unwrap_err().diagnostic().code(), "target/edited");
    target.accept(&rendered(FILE), "another outage").unwrap();
    assert_eq!(found(&target), ["target/accepted"]);
    one().write(&mut target, &place.lock()).unwrap();
}

#[test]
fn an_accepted_edit_may_be_taken_back() {
    let two = Wanted::new("lock 2\n", &[(FILE, "SELECT 3")]);
    for next in [one(), two] {
        let place = edited();
        accept(&place);
        place.foreign(FILE, "SELECT 1");
        assert!(place.open().inspect().unwrap().is_empty());
        place.write(&next).unwrap();
        assert_eq!(place.open().manifest(), Some(&next.manifest()));
    }
}

#[test]
fn an_accepted_edit_is_not_executed() {
    let place = edited();
    let target = accept(&place);
    let record = target.manifest().unwrap().platforms().values().next().unwrap();
    let error = target.rendered(record).unwrap_err();
    assert_eq!(error.diagnostic().code(), "target/not-rendered");
}

#[test]
fn what_is_no_edit_of_a_rendered_file_is_not_accepted() {
    let place = edited();
    let before = place.all();
    let refused = |path: &SafePath, says: &str| {
        let error = place.open().accept(path, "why").unwrap_err();
        let finding = error.diagnostic();
        assert_eq!(finding.code(), "target/not-edited");
        assert!(finding.message().contains(says), "{finding:?}");
        assert!(finding.help().is_some());
    };
    refused(&rendered("b.sql"), "is as it was rendered");
    refused(&rendered("c.sql"), "is no rendered file of the target");
    assert_eq!(place.all(), before);
    assert_eq!(found(&place.open()), ["target/edited"], "nothing was recorded");
    accept(&place);
    refused(&rendered(FILE), "is as it was accepted: an outage");
    fs::remove_file(place.at(FILE)).unwrap();
    refused(&rendered(FILE), "is missing");
    fs::create_dir(place.at(FILE)).unwrap();
    refused(&rendered(FILE), "is a folder now");

    let nothing = Place::new();
    let error = nothing.open().accept(&rendered(FILE), "why").unwrap_err();
    assert_eq!(error.diagnostic().code(), "target/not-edited");
    assert!(!nothing.root().exists(), "nothing is made");
}

#[test]
fn a_file_of_one_change_is_not_accepted() {
    let place = Place::new();
    let file = File::sql("move.sql", "ALTER TABLE x").unwrap();
    let mut platforms = one().manifest().platforms().clone();
    let platform = platforms.values_mut().next().unwrap();
    platform.transition = BTreeMap::from([(file.path().clone(), file.record())]);
    let path = file.path().joined_to(&platform.folder);
    let first = one().manifest();
    let manifest = Manifest::new(first.revision().clone(), first.lock(), platforms.into_values());
    let mut target = place.open();
    let mut writing = target.begin().unwrap();
    for (path, text) in &one().files {
        writing.put(&rendered(path), text.as_bytes()).unwrap();
    }
    writing.put(&path, file.content()).unwrap();
    writing.commit(manifest, None).unwrap();
    fs::write(place.root().join(path.as_str()), "DROP TABLE x").unwrap();
    let error = target.accept(&path, "why").unwrap_err();
    assert!(error.diagnostic().message().contains("exists for one change"), "{error:?}");
}

#[test]
fn killed_anywhere_it_is_recorded_and_replaced_as_a_whole_or_not_at_all() {
    let two = Wanted::new("lock 2\n", &[("c.sql", "SELECT 3")]);
    let mut outcomes = Vec::new();
    for allowed in 0.. {
        let place = edited();
        let mut target = place.open_failing(FailingDisk::new(allowed)).unwrap();
        let accepted = target.accept(&rendered(FILE), "an outage");
        let written = accepted.and_then(|()| two.write(&mut target, &place.lock()));
        drop(target);
        let mut target = place.open();
        target.finish(Some(&place.lock())).unwrap();
        let found = found(&target);
        let is_two = target.manifest() == Some(&two.manifest());
        assert_eq!(is_two, found.is_empty(), "{allowed}: {found:?}");
        if outcomes.last() != Some(&found) {
            outcomes.push(found.clone());
        }
        if found == ["target/edited"] {
            target.accept(&rendered(FILE), "an outage").unwrap();
        }
        two.write(&mut target, &place.lock()).unwrap();
        assert!(place.open().inspect().unwrap().is_empty());
        assert!(!place.at(FILE).exists());
        if written.is_ok() {
            break;
        }
    }
    assert_eq!(outcomes, [vec!["target/edited"], vec!["target/accepted"], vec![]]);
}

for_each_database!(
    a_file_of_one_change_is_not_accepted,
    an_accepted_edit_is_not_executed,
    an_accepted_edit_is_recorded_with_its_reason_and_replaced_by_the_next_write,
    an_accepted_edit_may_be_taken_back,
    an_edit_after_that_is_another_one,
    killed_anywhere_it_is_recorded_and_replaced_as_a_whole_or_not_at_all,
);
