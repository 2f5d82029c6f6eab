//! Processes that are aborted before a statement or a commit, by number.

use crate::{fixture::Fixture, postgres::server_fixture};
use datasurface_local::testing::Breakpoint;
use std::{
    env, fs,
    path::Path,
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
