//! Whatever is found in our own folder, there is an answer, and no panic; nothing outside is touched.

use super::{Place, Wanted};
use crate::output::{Recovery, Target, disk::FailingDisk};
use datasurface_graph::Fingerprint;
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
        let disk = FailingDisk::new(allowed);
        let mut target = Target::open_with_disk(place.root(), disk).unwrap();
        new().write(&mut target, &place.lock()).unwrap_err();
        if journal(&place).exists() {
            return place;
        }
    }
    unreachable!("a write has a journal")
}

#[track_caller]
fn fails(place: &Place, code: &str) {
    let finish = |mut target: Target| target.finish(Some(&place.lock())).map(|_| ());
    let error = Target::open(place.root()).and_then(finish).unwrap_err();
    assert_eq!(error.diagnostic().code(), code, "{error}");
    assert!(error.diagnostic().help().is_some());
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
        let _ = Target::open(place.root()).and_then(|mut target| target.finish(Some(&place.lock())));
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
    fs::write(journal(&place), text.replace("journal/2", "journal/3")).unwrap();
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
        let mut target = place.open();
        assert_eq!(target.finish(Some(&place.lock())).unwrap(), Some(Recovery::Finished));
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
    let mut target = place.open();
    assert_eq!(target.manifest(), Some(&old().manifest()));
    assert_eq!(target.finish(None).unwrap(), Some(Recovery::Undone));
    assert_eq!(place.own_files(), ["manifest.json", "parts", "writing"]);
}

/// All that is below a folder, our own files too.
fn everything(place: &Place) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open = vec![place.folder.path().to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { found.push((path.clone(), fs::read(path).unwrap())) }
        }
    }
    found.sort();
    found
}

#[test]
fn opening_and_looking_write_nothing() {
    let place = interrupted();
    let before = everything(&place);
    let target = place.open();
    assert_eq!(target.recovery(), Some(Recovery::Finished));
    assert_eq!(target.manifest(), Some(&new().manifest()));
    assert_eq!(target.lock_text(&place.lock()).unwrap().as_deref(), Some("new\n"));
    assert!(target.inspect().unwrap().is_empty(), "what waits counts as there");
    assert_eq!(target.read(&super::rendered("c.sql")).unwrap(), b"SELECT 3");
    assert_eq!(everything(&place), before);
}

#[test]
fn a_journal_writes_no_other_lock_than_the_one_that_is_given() {
    let place = interrupted();
    let before = everything(&place);
    let mut target = place.open();
    let code = |error: crate::output::TargetError| error.diagnostic().code().to_owned();
    let other = place.folder.path().join("other/datasurface.lock");
    assert_eq!(code(target.finish(None).unwrap_err()), "target/interrupted");
    assert_eq!(code(target.finish(Some(&other)).unwrap_err()), "target/foreign-journal");
    assert_eq!(code(target.lock_text(&other).unwrap_err()), "target/foreign-journal");
    assert_eq!(code(new().write(&mut target, &other).unwrap_err()), "target/foreign-journal");
    assert_eq!(everything(&place), before);
    // The same lock may be written in another way.
    let same = place.folder.path().join("target/../model/datasurface.lock");
    assert_eq!(target.finish(Some(&same)).unwrap(), Some(Recovery::Finished));
    assert_eq!(fs::read_to_string(place.lock()).unwrap(), "new\n");
}

/// The part of the manifest that the new one has no more.
fn dropped_part() -> String {
    format!("parts/rendered/plant/of-{}/0.json.gz", Fingerprint::of(&old().lock).short())
}

#[test]
fn a_journal_that_came_with_the_target_is_not_carried_out() {
    let victim = |place: &Place| place.folder.path().join("Cargo.lock");
    let texts: [fn(&str, &str) -> String; 5] = [
        // Another lock.
        |text, place| text.replace("model/datasurface.lock", "Cargo.lock").replace("new\\n", place),
        // Another text of the lock than the one of the manifest.
        |text, _| text.replace("new\\n", "PWNED\\n"),
        // A file that no manifest has.
        |text, _| text.replace("plant/shard-1/b.sql", "plant/shard-1/mine.txt"),
        // Something that is no part of a manifest, and a part that the new one has.
        |text, _| text.replace(&dropped_part(), "manifest.json"),
        |text, _| text.replace(&dropped_part(), "parts/lock.json.gz"),
    ];
    for change in texts {
        let place = interrupted();
        place.foreign("mine.txt", "SELECT 2");
        fs::write(victim(&place), "theirs").unwrap();
        let text = fs::read_to_string(journal(&place)).unwrap();
        let planted = change(&text, "PWNED\\n");
        assert_ne!(planted, text);
        fs::write(journal(&place), planted).unwrap();
        fails(&place, "target/foreign-journal");
        assert_eq!(fs::read_to_string(victim(&place)).unwrap(), "theirs");
        assert_eq!(fs::read_to_string(place.lock()).unwrap(), "old\n");
        assert_eq!(fs::read_to_string(place.at("mine.txt")).unwrap(), "SELECT 2");
    }
}

#[cfg(unix)]
#[test]
fn what_waits_is_never_a_link() {
    let place = interrupted();
    let (waits, outside) = (place.root().join(".datasurface/staging/0"), place.folder.path().join("outside"));
    fs::rename(&waits, &outside).unwrap();
    std::os::unix::fs::symlink(&outside, &waits).unwrap();
    fails(&place, "target/unreadable");
    let place = interrupted();
    let (staging, outside) = (place.root().join(".datasurface/staging"), place.folder.path().join("outside"));
    fs::rename(&staging, &outside).unwrap();
    std::os::unix::fs::symlink(&outside, &staging).unwrap();
    fails(&place, "target/unreadable");
}
