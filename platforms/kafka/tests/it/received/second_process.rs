//! A second process that runs both platforms, and is ended or held at a step of receiving, as `kill -9` and `kill -STOP` would.

use super::model::{Reader, deployment};
use crate::engine::eventually;
use datasurface_platform::{RunObserver, RunRequest};
use std::{
    env, fs,
    path::Path,
    process::{self, Child, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
};

const FOLDER: &str = "DATASURFACE_RECEIVED_FOLDER";
const STEP: &str = "DATASURFACE_RECEIVED_STEP";
const IS_HELD: &str = "DATASURFACE_RECEIVED_IS_HELD";

/// Ends or holds this process before a step of receiving: its beginning, and the sending and the committing of each transaction.
#[derive(Debug)]
struct Stop {
    left: AtomicUsize,
    is_held: bool,
}

impl RunObserver for Stop {
    fn job_started(&self, address: &str) {
        let is_step = address.starts_with("reception.") || address.starts_with("Stream.");
        if !is_step || self.left.fetch_sub(1, Ordering::Relaxed) != 1 {
            return;
        }
        if !self.is_held {
            process::abort();
        }
        Command::new("kill").args(["-STOP", &process::id().to_string()]).status().unwrap();
    }
}

/// Not a test of its own: runs both.
#[test]
fn child() {
    let Ok(folder) = env::var(FOLDER) else { return };
    let step = env::var(STEP).unwrap().parse().unwrap();
    let stop = Stop { left: AtomicUsize::new(step), is_held: env::var_os(IS_HELD).is_some() };
    let deployment = deployment(Path::new(&folder)).with_observer(Box::leak(Box::new(stop)));
    let reports = deployment.run(&Reader, &RunRequest::default()).unwrap();
    assert!(reports.values().all(|report| report.failures.is_empty()), "{reports:?}");
}

fn command(folder: &Path, step: usize) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["received::second_process::child", "--exact"])
        .env(FOLDER, folder)
        .env(STEP, step.to_string());
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Runs both in a process that is ended at a step. Returns whether there was such a step.
pub(crate) fn is_killed_at(folder: &Path, step: usize) -> bool {
    command(folder, step).status().unwrap().code().is_none()
}

/// A process that runs both.
pub(crate) fn begin(folder: &Path) -> Child {
    command(folder, usize::MAX).spawn().unwrap()
}

/// A process that runs both, when it is held at a step.
pub(crate) fn held_at(folder: &Path, step: usize) -> Child {
    let held = command(folder, step).env(IS_HELD, "1").spawn().unwrap();
    eventually("it is held", || {
        let state = fs::read_to_string(format!("/proc/{}/stat", held.id())).unwrap();
        (!state.contains(") T ")).then_some(state)
    });
    held
}
