//! Whatever is found in our own folder, there is an answer, and no panic; nothing outside is touched.

use super::{Place, Wanted};
use crate::target::{Target, disk::FailingDisk};
use std::{fs, path::PathBuf};

fn old() -> Wanted {
    Wanted::new("old\n", &[("a.sql", "SELECT 1"), ("b.sql", "SELECT 2")])
}

fn new() -> Wanted {
    Wanted::new("new\n", &[("a.sql", "SELECT 1, 1"), ("c.sql", "SELECT 3")])
}

fn journal(place: &Place) -> PathBuf {
    place.root().join(".datasurface/journal.json")
}

/// A place where a write was decided and then interrupted at once.
fn interrupted() -> Place {
    for allowed in 0.. {
        let place = Place::new();
        place.write(&old()).unwrap();
        let disk = FailingDisk::after(allowed);
        let mut target = Target::open_on(place.root(), disk).unwrap();
        new().write(&mut target, &place.lock()).unwrap_err();
        if journal(&place).exists() {
            return place;
        }
    }
    unreachable!("a write has a journal")
}

#[track_caller]
fn fails(place: &Place, code: &str) {
    let error = Target::open(place.root()).unwrap_err();
    assert_eq!(error.diagnostic().code(), code, "{error}");
    assert!(error.diagnostic().help_text().is_some());
}

#[test]
fn garbage_is_no_manifest() {
    let place = Place::new();
    place.write(&old()).unwrap();
    let path = place.root().join(".datasurface/manifest.json");
    let text = fs::read(&path).unwrap();
    let deep = "[".repeat(100_000);
    for garbage in ["", "null", "[]", "{}", "{\"format\": 1}", "{\"format\": \"\"}", "\u{0}", &deep] {
        fs::write(&path, garbage).unwrap();
        fails(&place, "target/unreadable");
    }
    for end in 0..text.len() - 1 {
        fs::write(&path, &text[..end]).unwrap();
        if end + 1 < text.len() - 1 {
            fails(&place, "target/unreadable");
        }
    }
    for position in 0..text.len() {
        for byte in [b'"', b'{', b'0', 0xff] {
            let mut text = text.clone();
            text[position] = byte;
            fs::write(&path, text).unwrap();
            let _ = Target::open(place.root()).map(|target| target.inspect());
        }
    }
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    fails(&place, "target/unreadable");
}

#[test]
fn garbage_is_no_journal() {
    let place = interrupted();
    let text = fs::read(journal(&place)).unwrap();
    let before = place.all();
    for garbage in ["", "null", "[]", "{}", "\u{0}"] {
        fs::write(journal(&place), garbage).unwrap();
        fails(&place, "target/unreadable");
    }
    for end in 0..text.len() {
        fs::write(journal(&place), &text[..end]).unwrap();
        fails(&place, "target/unreadable");
    }
    assert_eq!(place.all(), before);
    fs::write(journal(&place), &text).unwrap();
    assert_eq!(place.open().manifest(), Some(&new().manifest()));
}

#[test]
fn a_journal_with_a_wrong_byte_harms_nobody() {
    let text = fs::read_to_string(journal(&interrupted())).unwrap();
    for (position, byte) in (0..text.len()).step_by(7).zip([b'"', b'0', b'z'].into_iter().cycle()) {
        let place = interrupted();
        place.foreign("mine.txt", "mine");
        let mut text = fs::read(journal(&place)).unwrap();
        if let Some(at) = text.get_mut(position) {
            *at = byte;
        }
        fs::write(journal(&place), text).unwrap();
        let _ = Target::open(place.root());
        assert_eq!(fs::read_to_string(place.at("mine.txt")).unwrap(), "mine");
    }
}

#[test]
fn a_journal_cannot_write_just_any_file() {
    let place = interrupted();
    let text = fs::read_to_string(journal(&place)).unwrap();
    let lock = place.lock().to_str().unwrap().to_owned();
    for elsewhere in ["/tmp/profile", "datasurface.lock"] {
        fs::write(journal(&place), text.replace(&lock, elsewhere)).unwrap();
        fails(&place, "target/unwritable");
    }
    fs::write(journal(&place), text.replace("plant/shard-1", "../shard-1")).unwrap();
    fails(&place, "target/unreadable");
    fs::write(journal(&place), text.replace("journal/1", "journal/2")).unwrap();
    fails(&place, "target/unreadable");
}

#[test]
fn what_waits_and_is_not_what_the_journal_says_is_not_used() {
    let place = interrupted();
    let before = place.all();
    fs::write(place.root().join(".datasurface/staging/0"), "something else").unwrap();
    fails(&place, "target/damaged");
    fs::remove_file(place.root().join(".datasurface/staging/0")).unwrap();
    fails(&place, "target/damaged");
    assert!(place.all().keys().all(|path| before.contains_key(path)));
}

#[test]
fn edits_made_after_an_interruption_are_not_lost() {
    for path in ["a.sql", "b.sql"] {
        let place = interrupted();
        place.foreign(path, "mine");
        fails(&place, "target/edited");
        fs::remove_file(place.at(path)).unwrap();
        assert_eq!(place.open().manifest(), Some(&new().manifest()));
    }
    let place = interrupted();
    place.foreign("c.sql", "mine");
    fails(&place, "target/edited");
    let place = interrupted();
    fs::write(place.lock(), "mine").unwrap();
    fails(&place, "target/edited");
    assert_eq!(fs::read_to_string(place.lock()).unwrap(), "mine");
    let place = interrupted();
    fs::create_dir(place.at("c.sql")).unwrap();
    fails(&place, "target/foreign-file");
}

#[test]
fn what_nobody_can_use_is_taken_away() {
    let place = Place::new();
    place.write(&old()).unwrap();
    let own = place.root().join(".datasurface");
    fs::create_dir(own.join("staging")).unwrap();
    fs::write(own.join("staging/anything"), "x").unwrap();
    fs::write(own.join("journal.json.new"), "{").unwrap();
    let target = place.open();
    assert_eq!(target.manifest(), Some(&old().manifest()));
    assert_eq!(place.own_files(), ["manifest.json", "writing"]);
}
