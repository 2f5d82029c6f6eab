//! States that are moved between stores, and folders that share a state.

use super::{
    Place, Store, Wanted, for_each_database, in_store, killed,
    stores::{TestCredentials, current_store, database},
};
use crate::output::{
    Recovery, Target, TargetError,
    disk::{FailingDisk, RealDisk},
};
use proptest::prelude::*;
use std::{collections::BTreeMap, fs, path::Path};

fn never() -> FailingDisk {
    FailingDisk::new(usize::MAX)
}

/// The files of the state in the folder, with their bytes.
fn state_files(place: &Place) -> BTreeMap<String, Vec<u8>> {
    fn walk(own: &Path, folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(own).unwrap().display().to_string();
            match path.is_dir() {
                true => walk(own, &path, found),
                false if ["writing", "state.db", "state.db-writing"].contains(&name.as_str()) => {}
                false => _ = found.insert(name, fs::read(&path).unwrap()),
            }
        }
    }
    let (own, mut found) = (place.root().join(".datasurface"), BTreeMap::new());
    walk(&own, &own, &mut found);
    found
}

fn code(error: TargetError) -> String {
    assert!(error.diagnostic().help().is_some());
    error.diagnostic().code().to_owned()
}

/// A target whose state is in its folder, while the test is about another store.
fn in_folder(wanted: &Wanted) -> Place {
    let place = Place::new();
    place.write(wanted).unwrap();
    place.move_to(Store::Files, never()).unwrap();
    place
}

fn a_state_that_is_moved_there_and_back_is_the_same() {
    let text = || proptest::collection::btree_map("[a-d]/[a-e]\\.sql", "[a-z]{0,20}", 0..12);
    let targets = (text(), text(), any::<u32>(), any::<u32>());
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(12));
    runner
        .run(&targets, |(first, second, one, other)| {
            let first = Wanted { files: first, lock: format!("{one}\n") };
            let second = Wanted { files: second, lock: format!("{other}, the second\n") };
            let place = in_folder(&first);
            let (files, all) = (state_files(&place), place.all());
            place.move_to(current_store(), never()).unwrap();
            assert_eq!(state_files(&place).into_keys().collect::<Vec<_>>(), ["state.json"]);
            assert_eq!(place.open().manifest(), Some(&first.manifest()));
            assert_eq!(place.all(), all, "what is rendered stays as it is");
            place.move_to(Store::Files, never()).unwrap();
            assert_eq!(state_files(&place), files, "byte by byte");
            // What was written elsewhere is as it would have been here.
            place.move_to(current_store(), never()).unwrap();
            place.write(&second).unwrap();
            place.move_to(Store::Files, never()).unwrap();
            assert_eq!(place.open().manifest(), Some(&second.manifest()));
            let twin = in_folder(&first);
            twin.write(&second).unwrap();
            assert_eq!(state_files(&place), state_files(&twin));
            Ok(())
        })
        .unwrap();
}

fn killed_anywhere_a_state_is_in_one_place_and_can_be_moved_on() {
    let (old, store) = (killed::old(), current_store());
    for (from, to) in [(Store::Files, store), (store, Store::Files)] {
        let mut stores = Vec::new();
        for allowed in 0.. {
            let place = in_folder(&old);
            place.move_to(from, never()).unwrap();
            let moved = place.move_to(to, FailingDisk::new(allowed));
            let mut target = place.open();
            target.finish(Some(&place.lock())).unwrap();
            let target = place.open();
            assert_eq!(target.manifest(), Some(&old.manifest()), "{allowed}: {moved:?}");
            assert!(target.inspect().unwrap().is_empty());
            let is_moved = target.state_place().is_some() == (to != Store::Files);
            assert!(is_moved || moved.is_err());
            if stores.last() != Some(&is_moved) {
                stores.push(is_moved);
            }
            // Whatever it left behind is no harm, and goes.
            place.write(&killed::new()).unwrap();
            assert_eq!(place.open().manifest(), Some(&killed::new().manifest()));
            if place.open().state_place().is_some() {
                assert_eq!(state_files(&place).into_keys().collect::<Vec<_>>(), ["state.json"]);
            }
            if moved.is_ok() {
                break;
            }
        }
        assert_eq!(stores, [false, true]);
    }
}

fn a_copy_of_before_is_not_planned_from() {
    let place = Place::new();
    place.write(&killed::old()).unwrap();
    let own = place.root().join(".datasurface/state.json");
    let before = fs::read(&own).unwrap();
    place.write(&killed::new()).unwrap();
    let after = fs::read(&own).unwrap();
    fs::write(&own, before).unwrap();
    assert_eq!(code(place.open_on(RealDisk).unwrap_err()), "target/other-state");
    for garbage in ["", "{}", "null", "{\"format\": \"datasurface-state/9\"}"] {
        fs::write(&own, garbage).unwrap();
        assert_eq!(code(place.open_on(RealDisk).unwrap_err()), "target/unreadable");
    }
    fs::write(&own, after).unwrap();
    assert!(place.open().inspect().unwrap().is_empty());
}

fn a_write_that_was_decided_elsewhere_is_finished_there_or_taken_back() {
    let mut seen = 0;
    for allowed in 0.. {
        let place = Place::new();
        place.write(&killed::old()).unwrap();
        let other = tempfile::tempdir().unwrap();
        super::branch::copy(&place.root(), other.path());
        let written =
            killed::new().write(&mut place.open_failing(FailingDisk::new(allowed)).unwrap(), &place.lock());
        if written.is_ok() {
            break;
        }
        let open = || Target::open_with_credentials(other.path(), &TestCredentials);
        if place.open().recovery() != Some(Recovery::Finished) {
            continue;
        }
        seen += 1;
        let error = open().unwrap_err();
        assert!(error.to_string().contains(&place.root().display().to_string()), "{error}");
        assert_eq!(code(error), "target/other-state");
        let here = || Target::abandon_write(&place.root(), &TestCredentials);
        assert_eq!(code(here().unwrap_err()), "target/other-state", "it is finished here");
        if allowed % 2 == 0 {
            place.open().finish(Some(&place.lock())).unwrap();
            assert_eq!(place.open().manifest(), Some(&killed::new().manifest()));
            assert_eq!(code(open().unwrap_err()), "target/other-state", "a copy of before");
        } else {
            Target::abandon_write(other.path(), &TestCredentials).unwrap();
            let target = open().unwrap();
            assert_eq!(target.manifest(), Some(&killed::old().manifest()));
            assert!(target.inspect().unwrap().is_empty());
        }
    }
    assert!(seen > 10, "{seen}");
}

fn the_state_of_something_else_is_not_replaced() {
    let (one, other) = (Place::new(), in_folder(&killed::new()));
    one.write(&killed::old()).unwrap();
    let taken = database(&one, current_store());
    let error = other.open().move_state(taken.as_ref(), &TestCredentials).unwrap_err();
    assert_eq!(code(error), "target/other-state");
    assert_eq!(other.open().state_place(), None);
    assert_eq!(one.open().manifest(), Some(&killed::old().manifest()));
}

fn a_database_without_the_state_is_an_error() {
    let place = Place::new();
    place.write(&killed::old()).unwrap();
    let own = place.root().join(".datasurface/state.json");
    let text = fs::read_to_string(&own).unwrap();
    let name = place.folder.path().display().to_string();
    fs::write(&own, text.replace(&format!("\"name\": \"{name}"), "\"name\": \"lost")).unwrap();
    let lost = place.open_on(RealDisk).unwrap_err();
    assert_eq!(code(lost), "target/other-state");
}

for_each_database!(
    a_copy_of_before_is_not_planned_from,
    a_database_without_the_state_is_an_error,
    a_state_that_is_moved_there_and_back_is_the_same,
    a_write_that_was_decided_elsewhere_is_finished_there_or_taken_back,
    killed_anywhere_a_state_is_in_one_place_and_can_be_moved_on,
    the_state_of_something_else_is_not_replaced,
);

#[test]
fn garbage_is_no_database() {
    in_store(Store::Sqlite, || {
        let place = Place::new();
        place.write(&killed::old()).unwrap();
        let database = place.root().join(".datasurface/state.db");
        let bytes = fs::read(&database).unwrap();
        for end in [0, 1, 99, 100, 5000, bytes.len() / 2] {
            fs::write(&database, &bytes[..end]).unwrap();
            let code = code(place.open_on(RealDisk).unwrap_err());
            assert!(code.starts_with("target/"), "{code}");
        }
        for position in (0..bytes.len()).step_by(61) {
            let mut bytes = bytes.clone();
            bytes[position] ^= 0x55;
            fs::write(&database, bytes).unwrap();
            // Whatever is read is what its hashes say, or an error.
            if let Ok(target) = place.open_on(RealDisk) {
                assert!(target.manifest().is_none_or(|manifest| *manifest == killed::old().manifest()));
            }
        }
        fs::write(&database, bytes).unwrap();
        assert_eq!(place.open().manifest(), Some(&killed::old().manifest()));
    });
}

#[test]
fn a_branch_keeps_its_state_in_itself() {
    let place = super::branch::before();
    let mut target = super::branch::open(&place);
    let to = database(&place, Store::Sqlite);
    assert_eq!(code(target.move_state(to.as_ref(), &TestCredentials).unwrap_err()), "target/other-state");
}
