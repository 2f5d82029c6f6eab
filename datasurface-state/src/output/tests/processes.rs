//! Processes that write one target at once, and that are killed by the system.

use super::{Place, Wanted, for_each_database, killed, rendered, stores::TestCredentials};
use crate::output::Target;
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

/// Tells a process of these tests what it is to do, in which folder.
const ORDER: &str = "DATASURFACE_TEST_STATE_ORDER";

pub(super) fn order(place: &Place, order: &str) -> Child {
    // The name of this test, as the harness calls it.
    let this = concat!(module_path!(), "::does_what_its_parent_says");
    let this = this.split_once("::").unwrap().1;
    Command::new(env::current_exe().unwrap())
        .args(["--exact", this, "--nocapture"])
        .env(ORDER, format!("{order}={}", place.folder.path().display()))
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// Not a test by itself: what a process does that a test starts.
#[test]
fn does_what_its_parent_says() {
    let Ok(order) = env::var(ORDER) else { return };
    let (order, folder) = order.split_once('=').unwrap();
    let (root, lock) = (Path::new(folder).join("target"), Path::new(folder).join("model/datasurface.lock"));
    match order {
        "alternate" => loop {
            for wanted in [killed::new(), killed::old()] {
                wanted.write(&mut open(&root), &lock).unwrap();
            }
        },
        "endure" => endure(&root, &lock),
        name => (0..WRITES).for_each(|number| add(&root, &lock, &format!("{name}{number}.sql"))),
    }
}

/// Writes on and on, whatever becomes of the server, and counts the writes that were done and those that were not.
fn endure(root: &Path, lock: &Path) {
    let mut counts = [0, 0];
    for round in 0_u64.. {
        let wanted = if round % 2 == 0 { killed::new() } else { killed::old() };
        let opened = Target::open_with_credentials(root, &TestCredentials);
        let written = opened.and_then(|mut target| wanted.write(&mut target, lock));
        if let Err(error) = &written {
            let expected = ["target/busy", "target/state-unreachable"];
            assert!(expected.contains(&error.diagnostic().code()), "{error}: {}", error.findings());
        }
        counts[usize::from(written.is_err())] += 1;
        fs::write(root.with_file_name("counts"), format!("{} {}", counts[0], counts[1])).unwrap();
    }
}

fn open(root: &Path) -> Target {
    Target::open_with_credentials(root, &TestCredentials).unwrap()
}

/// How many files each of several processes adds.
const WRITES: usize = 12;

/// Adds a file to what is there, and begins anew if somebody else was faster.
fn add(root: &PathBuf, lock: &Path, file: &str) {
    loop {
        let attempt = Target::open_with_credentials(root, &TestCredentials).and_then(|mut target| {
            target.finish(Some(lock))?;
            let mut wanted = Wanted::new("", &[]);
            let files = target.manifest().map(|manifest| manifest.files().into_keys().collect::<Vec<_>>());
            for path in files.into_iter().flatten() {
                let name = path.as_str().rsplit('/').next().unwrap().to_owned();
                wanted.files.insert(name.clone(), name);
            }
            wanted.files.insert(file.to_owned(), file.to_owned());
            wanted.lock = format!("{}\n", wanted.files.len());
            let mut writing = target.begin()?;
            writing.put(&rendered(file), file.as_bytes())?;
            writing.commit(wanted.manifest(), Some((lock, &wanted.lock)))
        });
        match attempt {
            Ok(()) => return,
            Err(error) if error.diagnostic().code() == "target/busy" => {
                thread::sleep(Duration::from_millis(3));
            }
            Err(error) => panic!("{error}: {}", error.findings()),
        }
    }
}

#[test]
fn no_write_is_lost_where_two_processes_write() {
    let place = Place::new();
    let children = ["a", "b"].map(|name| order(&place, name));
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let target = place.open();
    assert_eq!(target.manifest().unwrap().files().len(), 2 * WRITES);
    assert!(target.inspect().unwrap().is_empty());
    assert_eq!(fs::read_to_string(place.lock()).unwrap(), format!("{}\n", 2 * WRITES));
}

#[test]
fn killed_by_the_system_a_target_is_the_old_one_or_the_new_one() {
    let place = Place::new();
    place.write(&killed::old()).unwrap();
    let mut seen = [0, 0];
    for round in 0..30 {
        let mut child = order(&place, "alternate");
        // The time in which it starts, and some of its writes.
        thread::sleep(Duration::from_millis(30 + 7 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        let mut target = place.open();
        target.finish(Some(&place.lock())).unwrap();
        let target = place.open();
        assert!(target.inspect().unwrap().is_empty());
        let is_new = target.manifest() == Some(&killed::new().manifest());
        let now = if is_new { killed::new() } else { killed::old() };
        assert_eq!(target.manifest(), Some(&now.manifest()));
        assert_eq!(fs::read_to_string(place.lock()).unwrap(), now.lock);
        seen[usize::from(is_new)] += 1;
    }
    assert!(seen.iter().all(|times| *times > 0), "{seen:?}");
}

for_each_database!(
    killed_by_the_system_a_target_is_the_old_one_or_the_new_one,
    no_write_is_lost_where_two_processes_write,
);
