//! Processes that are aborted before a statement or a commit, by number.

use crate::{fixture::Fixture, postgres::server_fixture};
use datasurface_local::testing::Breakpoint;
use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
};

const FOLDER: &str = "DATASURFACE_TEST_FOLDER";
const STOP_AT: &str = "DATASURFACE_TEST_STOP_AT";
const WHAT: &str = "DATASURFACE_TEST_WHAT";

/// In a process that does not survive it: the folder that it works in, until it is aborted, and what it does.
pub(crate) fn to_be_aborted() -> Option<(Fixture, String)> {
    let folder = env::var(FOLDER).ok()?;
    let stop_at: u64 = env::var(STOP_AT).unwrap().parse().unwrap();
    let count = AtomicU64::new(0);
    let stop = Breakpoint::new(move |_| {
        if count.fetch_add(1, Ordering::SeqCst) + 1 == stop_at {
            std::process::abort();
        }
    });
    Some((Fixture::at(folder.into()).stopping_at(stop), env::var(WHAT).unwrap()))
}

/// Lets a process do what a test does, and returns whether it was aborted where it was to be.
pub(crate) fn is_aborted(test: &str, folder: &Path, at: usize, what: &str) -> bool {
    let status = Command::new(env::current_exe().unwrap())
        .args(["--exact", test, "--test-threads=1"])
        .env(FOLDER, folder)
        .env(STOP_AT, at.to_string())
        .env(WHAT, what)
        .env("DATASURFACE_CREDENTIAL_USA__NorthWindTeam__desk", server_fixture::secret())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        const ABORTED: i32 = 6;
        assert!(status.success() || status.signal() == Some(ABORTED), "{status}");
    }
    !status.success()
}

/// The files that an aborted process left, by their paths. Databases are as whoever opens them next sees them: what was committed has other bytes in a log
/// each time. How long a job took, and the random name of a database, are of no consequence.
pub(crate) fn files_left(fixture: &Fixture) -> BTreeMap<PathBuf, Vec<u8>> {
    let copied = Fixture::new();
    let folder = copied.path("");
    copy_folder(&fixture.path(""), &folder);
    let is_database = |file: &PathBuf| file.extension().is_some_and(|extension| extension == "db");
    for file in files(&folder).into_iter().filter(is_database) {
        let database = rusqlite::Connection::open(file).unwrap();
        for (table, column) in [("datasurface_runs", "milliseconds"), ("datasurface_books", "identity")] {
            if database.table_exists(None, table).unwrap() {
                database.execute(&format!("UPDATE {table} SET {column} = 0"), []).unwrap();
            }
        }
        database.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    }
    let read = |file: PathBuf| (file.strip_prefix(&folder).unwrap().to_owned(), fs::read(&file).unwrap());
    files(&folder).into_iter().map(read).collect()
}

/// The files in a folder and in those inside of it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut folders = vec![folder.to_owned()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found
}

/// Copies a folder with everything inside.
pub(crate) fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            fs::copy(&path, target).unwrap();
        }
    }
}
