//! How a value is written: as it is, or in another way from which it can be read again.

use crate::ColumnKey;
use std::collections::BTreeSet;

/// The columns whose values a value may be, and how each of them is written.
pub(crate) type PassedOn = BTreeSet<(ColumnKey, Writing)>;

/// How a value is written. Which function undoes which is not looked at: whoever mixes them up passes nothing on that anybody wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Writing {
    /// How many times it was encoded, less the times that it was decoded.
    encoded: i32,
    /// Whether something was done to it that undoes itself if it is done again.
    is_turned: bool,
}

impl Writing {
    pub(crate) const AS_IT_IS: Self = Self { encoded: 0, is_turned: false };
    pub(crate) const ENCODED: Self = Self { encoded: 1, is_turned: false };
    pub(crate) const DECODED: Self = Self { encoded: -1, is_turned: false };
    pub(crate) const TURNED: Self = Self { encoded: 0, is_turned: true };

    /// The writing of a value that was written in one way, and then in another one.
    pub(crate) fn then(self, other: Self) -> Self {
        Self {
            encoded: self.encoded.saturating_add(other.encoded),
            is_turned: self.is_turned != other.is_turned,
        }
    }
}

/// Returns the columns whose values are as they are.
pub(crate) fn unchanged(passed_on: &PassedOn) -> impl Iterator<Item = &ColumnKey> {
    passed_on.iter().filter(|(_, writing)| *writing == Writing::AS_IT_IS).map(|(column, _)| column)
}
