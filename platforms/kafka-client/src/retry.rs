//! Repetition of what failed for a passing reason.

use std::{
    thread,
    time::{Duration, Instant},
};

/// The first and the longest pause between two attempts.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// Attempts with growing pauses, until a deadline.
#[derive(Debug)]
pub(crate) struct Retry {
    deadline: Instant,
    pause: Duration,
}

impl Retry {
    pub(crate) fn new(retrying: Duration) -> Self {
        Self { deadline: Instant::now() + retrying, pause: PAUSES.0 }
    }

    /// Waits before the next attempt. Returns whether there is time for one.
    pub(crate) fn wait(&mut self) -> bool {
        if Instant::now() + self.pause > self.deadline {
            return false;
        }
        thread::sleep(self.pause);
        self.pause = (self.pause * 2).min(PAUSES.1);
        true
    }
}
