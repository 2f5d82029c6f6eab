//! What may be written, and what is refused.

use super::{Place, Wanted, for_each_database, rendered, safe};
use crate::output::{
    CODES, Manifest, PlatformRecord, ScopeEntry, Target, TargetError, disk::RealDisk, manifest::SameScopes,
};
use datasurface_graph::Fingerprint;
use datasurface_model::{CodeRegistry, Severity};
use datasurface_platform::Revision;
use std::{collections::BTreeMap, fs, sync::Arc};

fn one() -> Wanted {
    Wanted::new("lock 1\n", &[("a.sql", "SELECT 1"), ("sub/b.sql", "SELECT 2")])
}

fn two() -> Wanted {
    Wanted::new("lock 2\n", &[("a.sql", "SELECT 1, 1"), ("c.sql", "SELECT 3")])
}

fn written() -> Place {
    let place = Place::new();
    place.write(&one()).unwrap();
    place
}

/// Refused with these codes, and nothing happened.
#[track_caller]
fn refused(place: &Place, wanted: &Wanted, codes: &[&str]) -> TargetError {
    let before = place.all();
    let error = place.write(wanted).unwrap_err();
    assert_eq!(error.findings().codes().collect::<Vec<_>>(), codes, "{}", error.findings());
    assert!(error.findings().iter().all(|finding| finding.help().is_some()));
    assert_eq!(place.all(), before);
    assert!(!place.own_files().iter().any(|name| name == "staging"), "nothing is left behind");
    error
}

#[test]
fn codes_are_registered_once() {
    let registry = CodeRegistry::default().merge(CODES).unwrap();
    assert_eq!(registry.iter().count(), CODES.len());
    let warnings = registry.iter().filter(|code| code.severity == Severity::Warning);
    assert_eq!(warnings.map(|code| code.code).collect::<Vec<_>>(), ["target/missing-file"]);
}

#[test]
fn a_target_that_is_not_there_is_opened_and_not_made() {
    let place = Place::new();
    let target = place.open();
    assert_eq!(target.manifest(), None);
    assert!(target.inspect().unwrap().is_empty());
    assert!(!place.root().exists());
}

#[test]
fn what_was_written_is_there() {
    let place = written();
    let mut target = place.open();
    assert_eq!(target.manifest(), Some(&one().manifest()));
    assert_eq!(target.read(&rendered("sub/b.sql")).unwrap(), b"SELECT 2");
    assert_eq!(fs::read_to_string(place.lock()).unwrap(), "lock 1\n");
    two().write(&mut target, &place.lock()).unwrap();
    assert_eq!(target.manifest(), Some(&two().manifest()));
    assert!(!place.at("sub").exists(), "an empty folder goes");
    assert!(target.inspect().unwrap().is_empty());
    let gone = target.read(&rendered("sub/b.sql")).unwrap_err();
    assert_eq!(gone.diagnostic().code(), "target/unreadable");
}

#[test]
fn only_what_changed_has_to_be_put() {
    let place = written();
    let mut target = place.open();
    let mut three = one();
    three.files.insert("c.sql".into(), "SELECT 3".into());
    let mut writing = target.begin().unwrap();
    writing.put(&rendered("c.sql"), b"SELECT 3").unwrap();
    writing.commit(three.manifest(), None).unwrap();
    assert_eq!(place.open().manifest(), Some(&three.manifest()));
    assert_eq!(fs::read_to_string(place.lock()).unwrap(), "lock 1\n");
}

#[test]
fn nothing_is_left_of_a_target_that_owns_nothing() {
    let place = written();
    place.foreign("sub/mine.txt", "mine");
    place.write(&Wanted::new("empty\n", &[])).unwrap();
    assert!(!place.at("a.sql").exists());
    assert!(place.at("sub/mine.txt").exists());
    assert!(place.open().manifest().unwrap().files().is_empty());
}

#[test]
fn folders_go_with_the_last_of_their_files() {
    let place = Place::new();
    place.write(&Wanted::new("tree\n", &[("x/a.sql", "a"), ("x/y/b.sql", "b"), ("x/z/c.sql", "c")])).unwrap();
    place.write(&Wanted::new("empty\n", &[])).unwrap();
    assert!(!place.at("x").exists());
    place.write(&Wanted::new("again\n", &[("x/a.sql", "a")])).unwrap();
}

#[test]
fn files_of_others_are_never_touched() {
    let place = written();
    place.foreign("c.sql", "mine");
    refused(&place, &two(), &["target/foreign-file"]);
    fs::rename(place.at("c.sql"), place.at("C.SQL")).unwrap();
    refused(&place, &two(), &["target/foreign-file"]);
    fs::remove_file(place.at("C.SQL")).unwrap();
    place.write(&two()).unwrap();
}

#[test]
fn a_folder_is_not_written_over_and_a_file_is_no_folder() {
    let place = written();
    fs::create_dir(place.at("c.sql")).unwrap();
    refused(&place, &two(), &["target/foreign-file"]);
    fs::remove_dir(place.at("c.sql")).unwrap();
    place.foreign("Sub2", "mine");
    let wanted = Wanted::new("lock\n", &[("sub2/x.sql", "SELECT 1")]);
    refused(&place, &wanted, &["target/foreign-file"]);
    // A folder that would be empty but for a folder of somebody else.
    fs::create_dir(place.at("sub/theirs")).unwrap();
    let wanted = Wanted::new("lock\n", &[("sub", "SELECT 1")]);
    refused(&place, &wanted, &["target/foreign-file"]);
    fs::remove_dir(place.at("sub/theirs")).unwrap();
    place.write(&wanted).unwrap();
}

#[test]
fn edits_are_reported_and_never_lost() {
    let place = written();
    place.foreign("a.sql", "SELECT 'mine'");
    place.foreign("sub/b.sql", "SELECT 'mine'");
    let findings = place.open().inspect().unwrap();
    assert_eq!(findings.codes().collect::<Vec<_>>(), ["target/edited", "target/edited"]);
    // One would be replaced, the other removed: both are named.
    refused(&place, &two(), &["target/edited", "target/edited"]);
    refused(&place, &one(), &["target/edited", "target/edited"]);
    fs::remove_file(place.at("a.sql")).unwrap();
    fs::remove_file(place.at("sub/b.sql")).unwrap();
    let findings = place.open().inspect().unwrap();
    assert!(!findings.has_errors());
    assert_eq!(findings.len(), 2);
    place.write(&one()).unwrap();
    assert!(place.open().inspect().unwrap().is_empty());
}

#[test]
fn an_edit_that_is_what_would_be_written_is_no_loss() {
    let place = written();
    place.foreign("a.sql", "SELECT 1, 1");
    place.write(&two()).unwrap();
    assert!(place.open().inspect().unwrap().is_empty());
}

#[cfg(unix)]
#[test]
fn links_are_never_followed() {
    use std::os::unix::fs::symlink;
    let outside = tempfile::tempdir().unwrap();
    let place = written();
    symlink(outside.path(), place.at("linked")).unwrap();
    let wanted = Wanted::new("lock\n", &[("linked/x.sql", "SELECT 1")]);
    refused(&place, &wanted, &["target/foreign-file"]);
    // One of ours that a link leads to.
    fs::rename(place.at("sub"), outside.path().join("sub")).unwrap();
    symlink(outside.path().join("sub"), place.at("sub")).unwrap();
    let target = place.open();
    assert!(target.read(&rendered("sub/b.sql")).is_err());
    assert_eq!(target.inspect().unwrap().codes().collect::<Vec<_>>(), ["target/foreign-file"]);
    refused(&place, &two(), &["target/foreign-file"]);
    assert!(outside.path().join("sub/b.sql").exists());
    // Our own folder.
    let other = Place::new();
    fs::create_dir_all(other.root()).unwrap();
    symlink(outside.path(), other.root().join(".datasurface")).unwrap();
    let error = Target::open(other.root()).unwrap_err();
    assert_eq!(error.diagnostic().code(), "target/foreign-file");
}

#[cfg(unix)]
#[test]
fn the_target_itself_may_be_a_link_to_a_folder() {
    let place = Place::new();
    fs::create_dir(place.folder.path().join("real")).unwrap();
    std::os::unix::fs::symlink(place.folder.path().join("real"), place.root()).unwrap();
    place.write(&one()).unwrap();
    assert_eq!(place.open().manifest(), Some(&one().manifest()));
}

#[test]
fn a_manifest_must_fit_what_was_put() {
    let place = written();
    let mut target = place.open();
    let commit = |target: &mut Target, put: &[(&str, &str)], wanted: &Wanted| {
        let mut writing = target.begin().unwrap();
        for (path, text) in put {
            writing.put(&rendered(path), text.as_bytes()).unwrap();
        }
        let error = writing.commit(wanted.manifest(), None).unwrap_err();
        error.findings().codes().map(str::to_owned).collect::<Vec<_>>()
    };
    let incomplete = ["target/incomplete"];
    assert_eq!(
        commit(&mut target, &[("c.sql", "SELECT 3")], &two()),
        incomplete,
        "a.sql changes and was not put"
    );
    assert_eq!(commit(&mut target, &[("x.sql", "x")], &one()), incomplete, "x.sql is not in the manifest");
    assert_eq!(commit(&mut target, &[("a.sql", "x")], &one()), incomplete, "a.sql is not that");
    let clash = Wanted::new("lock\n", &[("x.sql", "x"), ("X.sql/y.sql", "y")]);
    assert_eq!(commit(&mut target, &[("x.sql", "x"), ("X.sql/y.sql", "y")], &clash), incomplete);
    fs::remove_file(place.at("a.sql")).unwrap();
    assert_eq!(commit(&mut target, &[], &one()), incomplete, "a.sql is missing");
    one().write(&mut target, &place.lock()).unwrap();
}

#[test]
fn the_lock_must_be_the_one_that_the_manifest_names() {
    let place = written();
    let mut target = place.open();
    let code = |error: TargetError| error.diagnostic().code().to_owned();
    let error = target.begin().unwrap().commit(one().manifest(), Some((&place.lock(), "?")));
    assert_eq!(code(error.unwrap_err()), "target/incomplete");
    let error = one().write(&mut target, &place.folder.path().join("notes.txt"));
    assert_eq!(code(error.unwrap_err()), "target/unwritable");
    let error = one().write(&mut target, &place.at("a.sql/datasurface.lock"));
    assert_eq!(code(error.unwrap_err()), "target/unwritable");
    fs::create_dir(place.at("folder.lock")).unwrap();
    let error = one().write(&mut target, &place.at("folder.lock"));
    assert_eq!(code(error.unwrap_err()), "target/foreign-file");
}

#[test]
fn one_writes_at_a_time_and_from_what_is_there_now() {
    let place = written();
    let (mut first, mut second) = (place.open(), place.open());
    let writing = first.begin().unwrap();
    let code = |error: TargetError| error.diagnostic().code().to_owned();
    assert_eq!(code(second.begin().unwrap_err()), "target/busy");
    assert_eq!(code(place.open_on(RealDisk).unwrap_err()), "target/busy", "what waits is not taken away");
    drop(writing);
    two().write(&mut first, &place.lock()).unwrap();
    assert_eq!(code(second.begin().unwrap_err()), "target/busy");
    one().write(&mut place.open(), &place.lock()).unwrap();
}

#[test]
fn a_write_that_is_dropped_never_was() {
    let place = written();
    let (before, own) = (place.all(), place.own_files());
    let mut target = place.open();
    target.begin().unwrap().put(&rendered("x.sql"), b"x").unwrap();
    assert_eq!(place.all(), before);
    assert_eq!(place.own_files(), own);
    assert_eq!(place.open().recovery(), None);
}

#[test]
fn writing_the_same_again_changes_nothing() {
    let place = written();
    let modified =
        || fs::metadata(place.root().join(".datasurface/manifest.json")).unwrap().modified().unwrap();
    let before = modified();
    place.write(&one()).unwrap();
    assert_eq!(modified(), before);
}

#[test]
fn a_target_that_cannot_be_written_says_why() {
    let place = Place::new();
    fs::write(place.root(), "a file").unwrap();
    let error = Target::open(place.root()).unwrap_err().diagnostic();
    assert_eq!(error.code(), "target/unwritable");
    assert!(error.message().ends_with("is not a folder"), "{error}");
    assert!(error.help().is_some());
    // A file where one of the folders around it should be.
    let mut inside = Target::open(place.root().join("inside")).unwrap();
    let error = inside.begin().unwrap_err().diagnostic();
    assert_eq!(error.code(), "target/unwritable");
}

#[test]
fn two_platforms_may_not_have_the_same_file() {
    let mut first = one().manifest().platforms().values().next().unwrap().clone();
    first.folder = safe("shared");
    let second = PlatformRecord { instance: super::instance("other"), ..first.clone() };
    let hash = Fingerprint::of_bytes(b"");
    let manifest = Manifest::new(Revision::new(hash), hash, [first, second]);
    assert!(manifest.inconsistency(&SameScopes::default()).is_some());
    let place = Place::new();
    let error = place.open().begin().unwrap().commit(manifest, None).unwrap_err();
    assert_eq!(error.diagnostic().code(), "target/incomplete");
}

#[test]
fn files_are_in_each_others_way_in_a_scope_and_across_scopes() {
    let mut platform = one().manifest().platforms().values().next().unwrap().clone();
    let (first, hash) = (platform.scopes[0].clone(), Fingerprint::of_bytes(b""));
    let mut clashes = |scopes: &[(&str, &[&str])]| {
        let of = |(folder, files): &(&str, &[&str])| {
            let mut entry = ScopeEntry { folder: safe(folder), ..(*first).clone() };
            entry.scope = datasurface_platform::Scope::Shard((*folder).into());
            let record = datasurface_platform::File::sql("a.sql", "").unwrap().record();
            let files = files.iter().map(|path| (safe(path), record.clone()));
            Arc::make_mut(&mut entry.record).files = files.collect();
            Arc::new(entry)
        };
        platform.scopes = scopes.iter().map(of).collect();
        let manifest = Manifest::new(Revision::new(hash), hash, [platform.clone()]);
        manifest.inconsistency(&SameScopes::default()).is_some()
    };
    assert!(clashes(&[("x", &["a.sql", "A.sql"])]) && clashes(&[("x", &["a.sql", "a.sql/b"])]));
    assert!(clashes(&[("x", &["y/a.sql"]), ("x/y", &["A.sql"])]));
    assert!(!clashes(&[("x", &["y/a.sql"]), ("x/y", &["b.sql"])]));
}

#[test]
fn transition_files_are_files_too() {
    let place = Place::new();
    let mut platform = one().manifest().platforms().values().next().unwrap().clone();
    platform.scopes.clear();
    let file = datasurface_platform::File::sql("transition/alter.sql", "ALTER").unwrap();
    platform.transition = BTreeMap::from([(file.path().clone(), file.record())]);
    let hash = Fingerprint::of_bytes(b"");
    let manifest = Manifest::new(Revision::new(hash), hash, [platform]);
    let path = safe("plant/transition/alter.sql");
    let mut target = place.open();
    let mut writing = target.begin().unwrap();
    writing.put(&path, b"ALTER").unwrap();
    writing.commit(manifest, None).unwrap();
    assert_eq!(place.open().read(&path).unwrap(), b"ALTER");
}

for_each_database!(
    a_folder_is_not_written_over_and_a_file_is_no_folder,
    a_manifest_must_fit_what_was_put,
    a_write_that_is_dropped_never_was,
    an_edit_that_is_what_would_be_written_is_no_loss,
    edits_are_reported_and_never_lost,
    files_of_others_are_never_touched,
    folders_go_with_the_last_of_their_files,
    nothing_is_left_of_a_target_that_owns_nothing,
    one_writes_at_a_time_and_from_what_is_there_now,
    only_what_changed_has_to_be_put,
    the_lock_must_be_the_one_that_the_manifest_names,
    transition_files_are_files_too,
    two_platforms_may_not_have_the_same_file,
    what_was_written_is_there,
);
