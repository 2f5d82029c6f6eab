//! How much a SELECT of a transformer may take.

use crate::prelude::*;
use std::time::Duration;

/// The limits of one SELECT of a transformer: time and memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SelectLimits {
    /// For how many seconds it may run.
    pub seconds: u32,
    /// By how many MiB the memory of the process may grow meanwhile. What is sorted and joined goes to temporary files
    /// beyond a few of them.
    pub memory_mib: u32,
    /// The largest value and the largest row that it may make or read, in MiB, at most 900. Single functions are not
    /// interrupted; those that take the product of the lengths of their arguments refuse what would take long.
    pub value_mib: u32,
}

impl Default for SelectLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The largest value that SQLite knows, in MiB, with room for what belongs to it.
const LARGEST_VALUE: u32 = 900;

impl SelectLimits {
    /// A quarter of an hour, a GiB, and values of 4 MiB.
    pub(crate) const DEFAULT: Self = Self { seconds: 900, memory_mib: 1024, value_mib: 4 };

    pub(super) fn time(&self) -> Duration {
        Duration::from_secs(self.seconds.into())
    }

    pub(super) fn memory_bytes(&self) -> u64 {
        u64::from(self.memory_mib) << 20
    }

    pub(super) fn value_bytes(&self) -> i32 {
        i32::try_from(self.value_mib.clamp(1, LARGEST_VALUE) << 20).unwrap_or(i32::MAX)
    }

    /// Returns what is wrong with the settings, if anything is.
    pub(crate) fn error(&self) -> Option<String> {
        let zero =
            [("seconds", self.seconds), ("memory_mib", self.memory_mib), ("value_mib", self.value_mib)]
                .into_iter()
                .find(|(_, limit)| *limit == 0);
        match zero {
            Some((name, _)) => Some(format!("has `{name}: 0`, with which nothing could run")),
            None if self.value_mib > LARGEST_VALUE => Some(format!(
                "has `value_mib: {}`; SQLite's values have at most {LARGEST_VALUE}",
                self.value_mib
            )),
            None => None,
        }
    }
}
