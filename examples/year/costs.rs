//! What each kind of change cost.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    time::{Duration, Instant},
};

/// Durations by what was done, and sizes of what is remembered by day.
#[derive(Debug, Default)]
pub(crate) struct Costs {
    durations: BTreeMap<&'static str, Vec<Duration>>,
    states: Vec<(String, [u64; 2])>,
}

impl Costs {
    /// Adds one more time.
    pub(crate) fn add(&mut self, what: &'static str, duration: Duration) {
        self.durations.entry(what).or_default().push(duration);
    }

    /// Adds the sizes of the lock and of what the target remembers.
    pub(crate) fn state(&mut self, when: &str, bytes: [u64; 2]) {
        self.states.push((when.to_owned(), bytes));
    }

    pub(crate) fn to_table(&self) -> String {
        let mut table = format!("{:<30}{:>8}{:>14}{:>14}\n", "", "times", "median", "longest");
        for (what, durations) in &self.durations {
            let mut sorted = durations.clone();
            sorted.sort_unstable();
            let median = sorted.get(sorted.len() / 2).copied().unwrap_or_default();
            let longest = sorted.last().copied().unwrap_or_default();
            let _ = writeln!(table, "{what:<30}{:>8}{median:>14.2?}{longest:>14.2?}", sorted.len());
        }
        for (when, [lock, state]) in &self.states {
            let _ = writeln!(table, "{when:<30}{:>8} bytes of lock{:>12} of state", lock, state);
        }
        table
    }
}

/// Does something, and returns how long it took.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let began = Instant::now();
    let result = work();
    (result, began.elapsed())
}
