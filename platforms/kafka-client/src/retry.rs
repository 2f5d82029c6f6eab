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

/// Longer than anybody waits. The clock of a machine cannot show every time that a duration leads to.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The moment after a duration.
pub(crate) fn deadline(duration: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(duration.min(LONGEST)).unwrap_or(now)
}

impl Retry {
    pub(crate) fn new(retrying: Duration) -> Self {
        Self { deadline: deadline(retrying), pause: PAUSES.0 }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_duration_has_a_deadline() {
        assert!(deadline(Duration::MAX) > deadline(Duration::from_secs(3600)));
        assert!(deadline(Duration::ZERO) <= Instant::now());
    }

    #[test]
    fn attempts_end_at_the_deadline() {
        let began = Instant::now();
        let mut retry = Retry::new(Duration::from_millis(300));
        let mut attempts = 0;
        while retry.wait() {
            attempts += 1;
        }
        assert!((1..=3).contains(&attempts), "{attempts}");
        // A busy machine wakes nobody in time.
        assert!(began.elapsed() < Duration::from_secs(5));
        assert!(!Retry::new(Duration::ZERO).wait());
    }
}
