//! What was measured, for people and for programs.

use cpu_time::ProcessTime;
use serde_json::{Map, Value, json};
use std::{
    fmt::Write as _,
    fs,
    time::{Duration, Instant},
};

/// Figures by name, in the order in which they were taken. The end of a name is its unit; counts have none.
#[derive(Debug, Default)]
pub(crate) struct Report {
    figures: Map<String, Value>,
}

impl Report {
    /// Does something, and notes how long it took.
    pub(crate) fn timed<T>(&mut self, name: &str, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        self.note(name, json!(milliseconds(start.elapsed())));
        result
    }

    /// Does something, and notes how long the processor was busy with it.
    pub(crate) fn processor<T>(&mut self, name: &str, work: impl FnOnce() -> T) -> T {
        let start = ProcessTime::now();
        let result = work();
        self.note(name, json!(milliseconds(start.elapsed())));
        result
    }

    /// The sum of other figures.
    pub(crate) fn sum(&mut self, name: &str, others: &[&str]) {
        let sum: f64 = others.iter().map(|other| self.figure(other)).sum();
        self.note(name, json!((sum * 1e3).round() / 1e3));
    }

    /// Adds the figures of another report.
    pub(crate) fn add(&mut self, other: &Map<String, Value>) {
        self.figures.extend(other.clone());
    }

    pub(crate) fn median(&mut self, name: &str, mut durations: Vec<Duration>) {
        durations.sort_unstable();
        let median = durations.get(durations.len() / 2).copied().unwrap_or_default();
        self.note(name, json!(milliseconds(median)));
    }

    pub(crate) fn count(&mut self, name: &str, count: usize) {
        self.note(name, json!(count));
    }

    /// How many times the one figure is the other.
    pub(crate) fn ratio(&mut self, name: &str, one: &str, other: &str) {
        let ratio = (self.figure(one) / self.figure(other) * 100.0).round() / 100.0;
        self.note(name, json!(ratio));
    }

    fn figure(&self, name: &str) -> f64 {
        self.figures.get(name).and_then(Value::as_f64).unwrap_or_default()
    }

    /// The most memory that the process has had up to now, where the system tells.
    pub(crate) fn peak_rss(&mut self, name: &str) {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
        self.note(name, kibibytes.map_or(Value::Null, |kibibytes| json!(kibibytes / 1024)));
    }

    fn note(&mut self, name: &str, value: Value) {
        self.figures.insert(name.to_owned(), value);
    }

    pub(crate) fn to_json(&self) -> String {
        Value::Object(self.figures.clone()).to_string()
    }

    pub(crate) fn to_table(&self) -> String {
        let mut table = String::new();
        for (name, value) in &self.figures {
            let (what, unit) = ["_ms", "_mib"]
                .iter()
                .find_map(|unit| Some((name.strip_suffix(unit)?, unit.trim_start_matches('_'))))
                .unwrap_or((name, ""));
            let _ = writeln!(table, "{:<26}{:>14} {unit}", what.replace('_', " "), value.to_string());
        }
        table
    }
}

/// With three digits after the point.
fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}
