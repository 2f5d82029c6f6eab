//! Interrupts a statement that takes too long or too much memory, or that somebody wants to end.

use super::{SelectError, limits::SelectLimits};
use datasurface_platform::RunObserver;
use rusqlite::{Connection, Error, ErrorCode};
use std::{
    fmt,
    sync::{
        OnceLock,
        mpsc::{Receiver, RecvTimeoutError, channel},
    },
    thread,
    time::{Duration, Instant},
};

/// How often it is looked at.
const INTERVAL: Duration = Duration::from_millis(50);

/// Why a statement was interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// It ran for this time.
    Time(Duration),
    /// Memory grew by this many bytes.
    Memory(u64),
    /// Somebody cancelled the run.
    Cancelled,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Time(limit) => {
                write!(f, "it was stopped after {} s, the setting `transformers.seconds`", limit.as_secs())
            }
            Self::Memory(limit) => {
                write!(
                    f,
                    "it was stopped: it took more than {} MiB, the setting `transformers.memory_mib`",
                    limit >> 20
                )
            }
            Self::Cancelled => f.write_str("the run was cancelled"),
        }
    }
}

/// Does work on a connection, and interrupts it when it takes more than it may.
pub(super) fn watch<T>(
    connection: &Connection,
    limits: SelectLimits,
    watcher: &dyn RunObserver,
    work: impl FnOnce() -> Result<T, SelectError>,
) -> Result<T, SelectError> {
    let handle = connection.get_interrupt_handle();
    let stopped = OnceLock::new();
    let (finished, is_finished) = channel::<()>();
    let done = thread::scope(|scope| {
        let stopped = &stopped;
        scope.spawn(move || {
            let memory = memory();
            let began = Instant::now();
            // An interrupt that comes between two statements is lost, so it is repeated.
            while is_running(&is_finished) {
                if let Some(reason) = reason(limits, watcher, began, memory) {
                    stopped.get_or_init(|| reason);
                }
                if stopped.get().is_some() {
                    handle.interrupt();
                }
            }
        });
        let done = work();
        drop(finished);
        done
    });
    match (done, stopped.get()) {
        (Err(SelectError::Sqlite(error)), Some(reason)) if is_interrupt(&error) => {
            Err(SelectError::Stopped(*reason))
        }
        (done, _) => done,
    }
}

fn is_running(finished: &Receiver<()>) -> bool {
    finished.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout)
}

fn reason(limits: SelectLimits, watcher: &dyn RunObserver, began: Instant, before: u64) -> Option<Stop> {
    if watcher.is_cancelled() {
        return Some(Stop::Cancelled);
    }
    if began.elapsed() >= limits.time() {
        return Some(Stop::Time(limits.time()));
    }
    (memory().saturating_sub(before) > limits.memory_bytes()).then(|| Stop::Memory(limits.memory_bytes()))
}

/// Returns the memory of the process, in bytes; 0 where the system does not tell.
fn memory() -> u64 {
    memory_stats::memory_stats().map_or(0, |stats| stats.physical_mem as u64)
}

fn is_interrupt(error: &Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted)
}
