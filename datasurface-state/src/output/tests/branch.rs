//! Targets that are branches: the same laws, and those of git.

use super::{FOLDER, Place, Wanted, killed};
use crate::{
    git::{BlobReader, ObjectId, program},
    output::{
        BranchFolder, Target, TargetError,
        branch::BranchDisk,
        disk::{Disk, Publication},
    },
};
use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
    sync::{Arc, LazyLock},
};

/// The branch of the target.
const BRANCH: &str = "refs/heads/rendered";

fn git(repository: &Path, arguments: &[&str], input: &str) -> String {
    let mut git = Command::new("git");
    git.args(arguments).current_dir(repository).env("GIT_CONFIG_GLOBAL", "/dev/null");
    git.env("GIT_CONFIG_NOSYSTEM", "1").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = git.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

/// Every file of the branch, as if its folder were called `target`; nothing where there is no repository.
pub(super) fn files(place: &Place) -> BTreeMap<String, Option<String>> {
    let mut found = BTreeMap::new();
    let repository = place.repository();
    if !repository.exists() || git(&repository, &["for-each-ref", BRANCH], "").is_empty() {
        return found;
    }
    let mut in_repository = program();
    in_repository.current_dir(&repository);
    let mut blobs = BlobReader::start(in_repository).unwrap();
    for line in git(&repository, &["ls-tree", "-r", BRANCH], "").lines() {
        let (attributes, path) = line.split_once('\t').unwrap();
        let (mode, id) = (attributes.split(' ').next().unwrap(), attributes.split(' ').nth(2).unwrap());
        let mut folder = String::from("target");
        for name in path.split('/') {
            found.insert(folder.clone(), None);
            folder = format!("{folder}/{name}");
        }
        // Parts are compressed, and nothing is asked but their names; a submodule is elsewhere.
        let is_text = !path.starts_with(".datasurface/") && mode != "160000";
        let text = is_text.then(|| blobs.read(&ObjectId::from_hex(id).unwrap()).unwrap());
        let text = text.map(|text| String::from_utf8_lossy(&text).into_owned());
        found.insert(folder, Some(text.unwrap_or_else(|| id.to_owned())));
    }
    found
}

fn tip(place: &Place) -> String {
    git(&place.repository(), &["for-each-ref", "--format=%(objectname)", BRANCH], "")
}

/// Commits a change as somebody else does, in the words of `git fast-import`.
fn commit(place: &Place, changes: &str) {
    let from = match tip(place).as_str() {
        "" => String::new(),
        tip => format!("from {tip}\n"),
    };
    let commit = format!(
        "commit {BRANCH}\ncommitter Else <else@example.org> 0 +0000\ndata 4\nelse\n{from}{changes}\n"
    );
    git(&place.repository(), &["fast-import", "--quiet"], &commit);
}

fn put(path: &str, text: &str) -> String {
    format!("M 100644 inline {path}\ndata {}\n{text}\n", text.len())
}

/// A repository without the branch.
fn repository() -> Place {
    let place = Place::new();
    fs::create_dir(place.repository()).unwrap();
    git(&place.repository(), &["init", "--quiet", "--bare", "--template="], "");
    for setting in [["user.name", "Tester"], ["user.email", "tester@example.org"]] {
        git(&place.repository(), &["config", setting[0], setting[1]], "");
    }
    place
}

fn folder() -> BranchFolder {
    "rendered".parse().unwrap()
}

fn disk(place: &Place) -> Arc<dyn Disk> {
    Arc::new(BranchDisk::open(&place.repository(), &folder()).unwrap())
}

pub(super) fn open(place: &Place) -> Target {
    Target::open_branch(&place.repository(), &folder()).unwrap()
}

fn write(place: &Place, wanted: &Wanted) -> Result<(), TargetError> {
    wanted.write(&mut open(place), &place.lock())
}

/// A branch with the old state, among files of somebody else.
pub(super) fn before() -> Place {
    static BEFORE: LazyLock<Place> = LazyLock::new(|| {
        let place = repository();
        write(&place, &killed::old()).unwrap();
        let foreign = [format!("{FOLDER}/README.md"), format!("{FOLDER}/a/notes.txt")];
        commit(&place, &foreign.map(|path| put(&path, "not ours")).concat());
        place
    });
    BEFORE.copied()
}

impl Place {
    fn copied(&self) -> Self {
        let place = Self::new();
        copy(self.folder.path(), place.folder.path());
        place
    }
}

pub(super) fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir(&to).unwrap();
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), &to).unwrap();
        }
    }
}

/// A few files of `killed`: git waits for the disk once for each object.
fn few() -> (Wanted, Wanted) {
    let old = [("a/change.sql", "SELECT 2"), ("a/gone.sql", "SELECT 3"), ("swap", "becomes a folder")];
    let new = [("a/change.sql", "SELECT 2, 2"), ("a/come.sql", "SELECT 6"), ("swap/inside.sql", "SELECT 7")];
    (Wanted::new("old lock\n", &old), Wanted::new("new lock, longer than the old one\n", &new))
}

#[test]
fn a_change_happens_as_a_whole_or_not_at_all() {
    static BEFORE: LazyLock<Place> = LazyLock::new(|| {
        let place = repository();
        write(&place, &few().0).unwrap();
        commit(&place, &put(&format!("{FOLDER}/a/notes.txt"), "not ours"));
        place
    });
    let (old, new) = few();
    killed::all_outcomes_from(&|| BEFORE.copied(), (Some(old), new), disk);
}

#[test]
fn the_first_write_happens_as_a_whole_or_not_at_all() {
    killed::all_outcomes_from(&repository, (None, few().1), disk);
}

#[test]
fn a_write_is_one_commit_and_nothing_to_change_is_none() {
    let place = before();
    let old = tip(&place);
    write(&place, &killed::old()).unwrap();
    assert_eq!(tip(&place), old);
    write(&place, &killed::new()).unwrap();
    let new = tip(&place);
    assert_eq!(
        git(&place.repository(), &["log", "--format=%P %an <%ae> %cn", "-1", &new], ""),
        format!("{old} Tester <tester@example.org> Tester")
    );
    assert_eq!(git(&place.repository(), &["for-each-ref", "--format=%(refname)"], ""), BRANCH);
    // As a folder would have it.
    let in_folder = Place::new();
    in_folder.write(&killed::old()).unwrap();
    in_folder.foreign("README.md", "not ours");
    in_folder.foreign("a/notes.txt", "not ours");
    in_folder.write(&killed::new()).unwrap();
    assert_eq!(place.all(), in_folder.all());
    let names = |place: &Place| {
        place.parts().into_iter().map(|path| path.replace("target/.datasurface/", "")).collect::<Vec<_>>()
    };
    assert_eq!(names(&place), names(&in_folder));
    assert!(open(&place).inspect().unwrap().is_empty());
}

#[test]
fn what_was_written_is_read_in_the_same_process() {
    let place = before();
    let mut target = open(&place);
    killed::new().write(&mut target, &place.lock()).unwrap();
    assert!(target.inspect().unwrap().is_empty());
    killed::old().write(&mut target, &place.lock()).unwrap();
    assert!(target.inspect().unwrap().is_empty());
    assert_eq!(place.all(), before().all());
}

#[test]
fn a_lost_race_overwrites_nothing() {
    let place = before();
    let mut target = open(&place);
    commit(&place, &put("theirs.txt", "theirs"));
    let theirs = (tip(&place), place.all());
    let error = killed::new().write(&mut target, &place.lock()).unwrap_err();
    assert_eq!(error.diagnostic().code(), "target/busy");
    assert_eq!((tip(&place), place.all()), theirs);
    write(&place, &killed::new()).unwrap();
    assert_eq!(place.all()["target/theirs.txt"].as_deref(), Some("theirs"));

    // Lost at the last moment, when everything was looked at.
    let disk = BranchDisk::open(&place.repository(), &folder()).unwrap();
    disk.write(Path::new("git:rendered/mine.txt"), b"mine").unwrap();
    let moved = git(&place.repository(), &["rev-parse", "rendered^"], "");
    git(&place.repository(), &["update-ref", BRANCH, &moved], "");
    assert_eq!(disk.publish("mine").unwrap_err().kind(), std::io::ErrorKind::ResourceBusy);
    assert_eq!(tip(&place), moved, "also where they went back");
}

#[test]
fn two_writers_of_one_repository_exclude_each_other() {
    let place = before();
    let (mut one, mut other) = (open(&place), open(&place));
    let writing = one.begin().unwrap();
    assert_eq!(other.begin().unwrap_err().diagnostic().code(), "target/busy");
    drop(writing);
    other.begin().unwrap();
}

#[test]
fn what_is_in_the_way_is_refused_as_in_a_folder() {
    let submodule = format!("M 160000 {} {FOLDER}/two\n", "1".repeat(40));
    for (change, at) in [
        (format!("M 120000 inline {FOLDER}/two\ndata 4\n/etc\n"), "two"),
        (submodule, "two"),
        (format!("M 120000 inline {FOLDER}/a/come.sql\ndata 4\n/etc\n"), "a/come.sql"),
        (put(&format!("{FOLDER}/two"), "a file"), "two"),
        (put(&format!("{FOLDER}/a/COME.sql"), "theirs"), "a/COME.sql"),
        (put("Plant", "theirs"), "Plant"),
    ] {
        let place = before();
        let is_new_folder = at == "Plant";
        if is_new_folder {
            // Nothing of ours is there yet.
            git(&place.repository(), &["update-ref", "-d", BRANCH], "");
            fs::remove_file(place.lock()).unwrap();
        }
        commit(&place, &change);
        let was = (tip(&place), place.all());
        let error = write(&place, &killed::new()).unwrap_err();
        assert_eq!(error.diagnostic().code(), "target/foreign-file", "{change}: {error}");
        assert!(error.to_string().contains(at), "{error}");
        assert_eq!((tip(&place), place.all()), was);
    }
    // An executable of ours is the same file; what changes comes as a plain one.
    let place = before();
    commit(&place, &format!("M 100755 inline {FOLDER}/a/change.sql\ndata 8\nSELECT 2\n"));
    write(&place, &killed::new()).unwrap();
    assert!(
        git(&place.repository(), &["ls-tree", "rendered", &format!("{FOLDER}/a/change.sql")], "")
            .starts_with("100644 ")
    );
}

#[test]
fn an_edit_is_found_and_not_overwritten() {
    let place = before();
    commit(&place, &put(&format!("{FOLDER}/a/change.sql"), "mine"));
    let was = (tip(&place), place.all());
    let found = open(&place).inspect().unwrap();
    assert_eq!(found.iter().map(|finding| finding.code()).collect::<Vec<_>>(), ["target/edited"]);
    assert_eq!(write(&place, &killed::new()).unwrap_err().diagnostic().code(), "target/edited");
    assert_eq!((tip(&place), place.all()), was);
    let mut target = open(&place);
    target.accept(&format!("{FOLDER}/a/change.sql").parse().unwrap(), "theirs is right").unwrap();
    let message = git(&place.repository(), &["log", "-1", "--format=%s", "rendered"], "");
    assert_eq!(message, format!("Accept the edit of {FOLDER}/a/change.sql: theirs is right"));
    write(&place, &killed::new()).unwrap();
}

#[test]
fn a_folder_in_a_branch_is_a_target_of_its_own() {
    let place = before();
    let was = place.all();
    let folder: BranchFolder = "rendered:envs/prod".parse().unwrap();
    let lock = place.folder.path().join("prod/datasurface.lock");
    for wanted in [killed::old(), killed::new()] {
        let mut target = Target::open_branch(&place.repository(), &folder).unwrap();
        wanted.write(&mut target, &lock).unwrap();
    }
    let all = place.all();
    assert!(was.iter().all(|(path, text)| all.get(path) == Some(text)));
    assert_eq!(all[&format!("target/envs/prod/{FOLDER}/fold")].as_deref(), Some("SELECT 8"));
    for blocked in ["rendered:envs/prod/plant/shard-1/fold", "rendered:envs/prod/plant/shard-1/fold/deep"] {
        let error = Target::open_branch(&place.repository(), &blocked.parse().unwrap()).unwrap_err();
        assert!(error.to_string().contains("is not a folder"), "{error}");
    }
    assert!(!Path::new("git:rendered:envs").exists());
}

#[test]
fn names_and_branches_that_cannot_be_targets() {
    let place = before();
    let refused = |name: &str| {
        let opened = Target::open_branch(&place.repository(), &name.parse().unwrap());
        let mut target = match opened {
            Ok(target) => target,
            Err(error) => return error,
        };
        target.begin().unwrap_err()
    };
    for name in ["a..b", "x.lock", "a~1", "rendered@{1}", "a*"] {
        assert_eq!(refused(name).diagnostic().code(), "target/branch", "{name}");
    }
    git(&place.repository(), &["update-ref", "refs/remotes/origin/far", "rendered"], "");
    for name in ["far", "origin/far"] {
        assert!(refused(name).to_string().contains("`origin/far` was fetched"), "{name}");
    }
    git(&place.repository(), &["symbolic-ref", "refs/heads/alias", BRANCH], "");
    assert!(refused("alias").to_string().contains("another name"), "it would be moved as well");
    let tree = place.folder.path().join("tree");
    git(&place.repository(), &["worktree", "add", "--quiet", tree.to_str().unwrap(), "rendered"], "");
    let error = refused("rendered");
    assert!(error.to_string().contains("`rendered` is checked out in"), "{error}");
    assert_eq!(error.diagnostic().code(), "target/branch");
    // To look at it is no harm.
    assert!(open(&place).inspect().unwrap().is_empty());
}

#[test]
fn a_folder_that_was_committed_in_the_middle_of_a_write_is_refused() {
    let place = before();
    commit(&place, &put(".datasurface/staging/0", "half"));
    let error = Target::open_branch(&place.repository(), &folder()).unwrap_err();
    assert_eq!(error.diagnostic().code(), "target/damaged");
    for link in [".datasurface/manifest.json", ".datasurface"] {
        let place = before();
        commit(&place, &format!("M 120000 inline {link}\ndata 4\n/etc\n"));
        let was = tip(&place);
        assert!(Target::open_branch(&place.repository(), &folder()).is_err(), "{link}");
        assert_eq!(tip(&place), was);
    }
}

#[test]
fn no_hook_runs_and_no_identity_is_invented() {
    let place = before();
    let hooks = place.repository().join("hooks");
    fs::create_dir_all(&hooks).unwrap();
    for hook in ["reference-transaction", "update", "post-update", "pre-commit", "post-commit"] {
        let path = hooks.join(hook);
        fs::write(&path, "#!/bin/sh\nexit 1\n").unwrap();
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    write(&place, &killed::new()).unwrap();
    git(&place.repository(), &["config", "user.name", ""], "");
    git(&place.repository(), &["config", "user.useConfigOnly", "true"], "");
    let was = (tip(&place), place.all());
    let error = write(&place, &killed::old()).unwrap_err();
    assert!(error.to_string().contains("git does not know who commits"), "{error}");
    assert_eq!((tip(&place), place.all()), was);
}

#[test]
fn a_lock_that_waits_is_not_taken_for_another_ones() {
    let place = before();
    write(&place, &killed::new()).unwrap();
    let waiting = place.folder.path().join("model/datasurface.lock.datasurface-next");
    let lock = fs::read_to_string(place.lock()).unwrap();
    for garbage in ["", "{", "{\"path\": \"/x.lock\", \"text\": \"another\"}"] {
        fs::write(&waiting, garbage).unwrap();
        assert_eq!(open(&place).lock_text(&place.lock()).unwrap(), None);
        assert_eq!(open(&place).finish(Some(&place.lock())).unwrap(), Some(crate::Recovery::Undone));
        assert!(!waiting.exists());
        assert_eq!(fs::read_to_string(place.lock()).unwrap(), lock);
    }
    // Decided, and the lock was edited since: neither is lost.
    fs::write(&waiting, format!("{{\"path\": \"/x.lock\", \"text\": {lock:?}}}")).unwrap();
    fs::write(place.lock(), "edited\n").unwrap();
    assert_eq!(open(&place).lock_text(&place.lock()).unwrap_err().diagnostic().code(), "target/edited");
    assert!(open(&place).finish(Some(&place.lock())).is_err());
    assert_eq!(fs::read_to_string(place.lock()).unwrap(), "edited\n");
    fs::remove_file(place.lock()).unwrap();
    assert_eq!(open(&place).lock_text(&place.lock()).unwrap().as_deref(), Some(lock.as_str()));
    assert_eq!(open(&place).finish(Some(&place.lock())).unwrap(), Some(crate::Recovery::Finished));
    assert_eq!(fs::read_to_string(place.lock()).unwrap(), lock);
}
