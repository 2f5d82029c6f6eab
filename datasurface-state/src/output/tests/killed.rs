//! Killed anywhere, a target is the old one or the new one.

use super::{Place, Wanted, disk::FoldingDisk, for_each_database};
use crate::output::{
    Recovery, Target,
    disk::{Disk, FailingDisk, RealDisk},
};
use std::{collections::BTreeSet, sync::Arc};

pub(super) fn old() -> Wanted {
    Wanted::new(
        "old lock\n",
        &[
            ("a/keep.sql", "SELECT 1"),
            ("a/change.sql", "SELECT 2"),
            ("a/gone.sql", "SELECT 3"),
            ("deep/er/alone.sql", "SELECT 4"),
            ("one/moved.sql", "SELECT 5"),
            ("swap", "a file that becomes a folder"),
            ("fold/inner/x.sql", "in a folder that becomes a file"),
            ("Case.sql", "the same text"),
            ("Tables/other.sql", "one text"),
        ],
    )
}

pub(super) fn new() -> Wanted {
    Wanted::new(
        "new lock, longer than the old one\n",
        &[
            ("a/keep.sql", "SELECT 1"),
            ("a/change.sql", "SELECT 2, 2"),
            ("a/come.sql", "SELECT 6"),
            ("two/moved.sql", "SELECT 5"),
            ("swap/inside.sql", "SELECT 7"),
            ("fold", "SELECT 8"),
            ("case.sql", "the same text"),
            ("tables/Other.sql", "another text"),
        ],
    )
}

/// A place where the old state was written, among files of somebody else.
fn before(old: Option<&Wanted>) -> Place {
    let place = Place::new();
    if let Some(old) = old {
        place.write(old).unwrap();
    }
    place.foreign("README.md", "not ours");
    place.foreign("a/notes.txt", "not ours");
    place
}

fn open_failing(place: &Place, disk: FailingDisk) -> Target {
    place.open_failing(disk).unwrap()
}

/// A manifest in one text, as an earlier version wrote it.
fn in_one_text(old: &Wanted) -> Place {
    let place = before(Some(old));
    super::parts::in_one_text(&place, &old.manifest());
    place
}

fn all_outcomes(old: Option<Wanted>, on: fn(&Place) -> Arc<dyn Disk>) {
    all_outcomes_from(&|| before(old.as_ref()), (old.clone(), new()), on);
}

pub(super) fn all_outcomes_from(
    before: &dyn Fn() -> Place,
    (old, new): (Option<Wanted>, Wanted),
    on: fn(&Place) -> Arc<dyn Disk>,
) {
    let (state_before, parts_before) = (before().all(), before().parts());
    let finished = before();
    new.write(&mut finished.open_on(on(&finished)).unwrap(), &finished.lock()).unwrap();
    let (state_after, parts_after) = (finished.all(), finished.parts());
    assert_ne!(parts_before, parts_after, "one comes, and one goes");
    let mut outcomes = BTreeSet::new();
    for allowed in 0.. {
        let place = before();
        let disk = FailingDisk::from_disk(on(&place), allowed);
        let mut target = open_failing(&place, disk.clone());
        let written = new.write(&mut target, &place.lock());
        assert_eq!(written.is_err(), disk.has_failed(), "{allowed}: {written:?}");
        drop(target);

        // Recovery is killed as well, after more and more changes.
        for allowed in 0..1000 {
            let disk = FailingDisk::from_disk(on(&place), allowed);
            let mut target = open_failing(&place, disk);
            if target.finish(Some(&place.lock())).is_ok() {
                break;
            }
        }
        let target = place.open_on(on(&place)).unwrap();
        assert_eq!(target.recovery(), None);
        assert!(target.inspect().unwrap().is_empty());
        let mut found = place.all();
        if old.is_none() && target.manifest().is_none() {
            // The folder of a lock may have been made.
            found.remove("model");
        }
        let is_new = target.manifest() == Some(&new.manifest());
        if is_new {
            assert_eq!(found, state_after, "killed after {allowed} changes");
        } else {
            assert_eq!(target.manifest(), old.as_ref().map(Wanted::manifest).as_ref());
            assert_eq!(found, state_before, "killed after {allowed} changes");
        }
        let left: Vec<String> = place.own_files();
        let ours = ["manifest.json", "parts", "writing", "state.json", "state.db", "state.db-writing"];
        assert!(left.iter().all(|name| ours.contains(&name.as_str())), "{left:?}");
        assert_eq!(place.parts(), *if is_new { &parts_after } else { &parts_before }, "after {allowed}");
        outcomes.insert((written.is_ok(), is_new));

        let mut target = target;
        new.write(&mut target, &place.lock()).unwrap();
        assert_eq!(place.all(), state_after);
        if written.is_ok() {
            break;
        }
    }
    let expected = [(false, false), (false, true), (true, true)];
    assert_eq!(outcomes, BTreeSet::from(expected));
}

#[test]
fn a_change_happens_as_a_whole_or_not_at_all() {
    all_outcomes(Some(old()), |_| Arc::new(RealDisk));
}

#[test]
fn a_manifest_is_divided_as_a_whole_or_not_at_all() {
    all_outcomes_from(&|| in_one_text(&old()), (Some(old()), new()), |_| Arc::new(RealDisk));
}

#[test]
fn the_first_write_happens_as_a_whole_or_not_at_all() {
    all_outcomes(None, |_| Arc::new(RealDisk));
}

#[test]
fn so_it_is_where_cases_are_not_told_apart() {
    all_outcomes(Some(old()), |place| Arc::new(FoldingDisk { below: place.folder.path().to_owned() }));
}

#[test]
fn recovery_says_what_it_did() {
    let mut seen = Vec::new();
    for allowed in 0.. {
        let place = before(Some(&old()));
        let disk = FailingDisk::new(allowed);
        let mut target = open_failing(&place, disk);
        let written = new().write(&mut target, &place.lock());
        drop(target);
        let recovery = place.open().recovery();
        if seen.last() != Some(&recovery) {
            seen.push(recovery);
        }
        if written.is_ok() {
            break;
        }
    }
    let expected = [
        // Nothing was left behind yet.
        None,
        Some(Recovery::Undone),
        Some(Recovery::Finished),
        // Only what waited was left to take away.
        Some(Recovery::Undone),
        None,
    ];
    assert_eq!(seen, expected);
}

#[test]
fn a_disk_that_fails_once_is_no_harm_either() {
    for allowed in 0.. {
        let place = before(Some(&old()));
        let state_before = place.all();
        let disk = FailingDisk::new(allowed).failing_once();
        let mut target = open_failing(&place, disk.clone());
        let written = new().write(&mut target, &place.lock());
        assert_eq!(written.is_err(), disk.has_failed(), "{allowed}: {written:?}");
        // The same process may go on, unless it would have to finish what it began.
        if let (Err(_), Err(error)) = (&written, target.begin()) {
            assert_eq!(error.diagnostic().code(), "target/busy");
        }
        drop(target);
        let mut target = place.open();
        if target.manifest() == Some(&old().manifest()) {
            assert_eq!(place.all(), state_before);
        }
        assert!(target.inspect().unwrap().is_empty());
        new().write(&mut target, &place.lock()).unwrap();
        if written.is_ok() {
            break;
        }
    }
}

for_each_database!(
    a_change_happens_as_a_whole_or_not_at_all,
    a_disk_that_fails_once_is_no_harm_either,
    recovery_says_what_it_did,
    so_it_is_where_cases_are_not_told_apart,
    the_first_write_happens_as_a_whole_or_not_at_all,
);
