//! The limits of a guest, and what keeps its memory within them.

use std::time::Duration;
use wasmtime::ResourceLimiter;

/// The limits of one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The greatest amount of computing, in units of about one instruction: 2 000 million by default.
    pub fuel: u64,
    /// The longest time: 10 seconds by default.
    pub time: Duration,
    /// The greatest amount of memory, in bytes: 256 MiB by default.
    pub memory: usize,
    /// The longest answer, in bytes: 1 MiB by default.
    pub answer: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { fuel: 2_000_000_000, time: Duration::from_secs(10), memory: 256 << 20, answer: 1 << 20 }
    }
}

/// The most entries of the tables of a guest.
const MAX_TABLE_ENTRIES: usize = 1_000_000;

/// The most memories, tables and instances of a guest, of each.
const MAX_PARTS: usize = 64;

/// Counts the memory of a guest, over all of its memories.
#[derive(Debug)]
pub(crate) struct MemoryLimiter {
    left: usize,
    left_in_tables: usize,
    /// Whether the guest wanted more than it may have.
    pub(crate) has_refused: bool,
}

impl MemoryLimiter {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { left: limits.memory, left_in_tables: MAX_TABLE_ENTRIES, has_refused: false }
    }

    /// Takes a share of what is left. A guest that wants more is ended at once: told no, it could ask for ever.
    fn take(
        left: &mut usize,
        current: usize,
        desired: usize,
        has_refused: &mut bool,
    ) -> wasmtime::Result<bool> {
        match left.checked_sub(desired.saturating_sub(current)) {
            Some(rest) => {
                *left = rest;
                Ok(true)
            }
            None => {
                *has_refused = true;
                Err(wasmtime::Error::msg("no memory is left"))
            }
        }
    }
}

impl ResourceLimiter for MemoryLimiter {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Self::take(&mut self.left, current, desired, &mut self.has_refused)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Self::take(&mut self.left_in_tables, current, desired, &mut self.has_refused)
    }

    fn instances(&self) -> usize {
        MAX_PARTS
    }

    fn tables(&self) -> usize {
        MAX_PARTS
    }

    fn memories(&self) -> usize {
        MAX_PARTS
    }
}
