//! How a value is written: in a way in which everybody can read it, or sealed with a key.

use crate::ColumnKey;
use std::collections::BTreeSet;

/// The columns whose values a value may be, and how each of them is written.
pub(crate) type PassedOn = BTreeSet<(ColumnKey, Writing)>;

/// How a value is written. Which function opens which seal is not looked at: whoever mixes them up passes nothing on that anybody wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Writing {
    /// How many times it was sealed, less the times that it was opened.
    sealed: i32,
}

impl Writing {
    pub(crate) const READABLE: Self = Self { sealed: 0 };
    pub(crate) const SEALED: Self = Self { sealed: 1 };
    pub(crate) const OPENED: Self = Self { sealed: -1 };

    /// The writing of a value that was written in one way, and then in another one.
    pub(crate) fn then(self, other: Self) -> Self {
        Self { sealed: self.sealed.saturating_add(other.sealed) }
    }
}

/// Returns the columns whose values can be read.
pub(crate) fn unchanged(passed_on: &PassedOn) -> impl Iterator<Item = &ColumnKey> {
    passed_on.iter().filter(|(_, writing)| writing.sealed <= 0).map(|(column, _)| column)
}
