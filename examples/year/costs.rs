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
        let mut table =
            format!("{:<28}{:>8}{:>12}{:>12}{:>12}  ", "", "times", "median", "longest", "in all");
        table.push_str("0.1 ms    1 ms      10 ms     100 ms    1 s       10 s\n");
        for (what, durations) in &self.durations {
            let mut sorted = durations.clone();
            sorted.sort_unstable();
            let median = sorted.get(sorted.len() / 2).copied().unwrap_or_default();
            let longest = sorted.last().copied().unwrap_or_default();
            let (times, all) = (sorted.len(), sorted.iter().sum::<Duration>());
            let line = line(median, longest);
            let _ =
                writeln!(table, "{what:<28}{times:>8}{median:>12.2?}{longest:>12.2?}{all:>12.2?}  {line}");
        }
        for (when, [lock, state]) in &self.states {
            let _ = writeln!(table, "{when:<28}{:>8} bytes of lock{:>12} of state", lock, state);
        }
        table
    }
}

/// Draws the median and the longest time, ten characters for a power of ten.
fn line(median: Duration, longest: Duration) -> String {
    let place = |duration: Duration| {
        let tenths = (duration.as_secs_f64() / 1e-4).max(1.0).log10() * 10.0;
        tenths.round() as usize
    };
    let (from, to) = (place(median), place(longest));
    match from == to {
        true => format!("{}●", " ".repeat(from)),
        false => format!("{}●{}○", " ".repeat(from), "─".repeat(to - from - 1)),
    }
}

/// Does something, and returns how long it took.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let began = Instant::now();
    let result = work();
    (result, began.elapsed())
}
