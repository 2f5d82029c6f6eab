//! Quality checks: what must hold of the data itself. They run where the pipeline runs; a failure stops the pipeline
//! there.

use super::Latency;
use datasurface_schema::{ColumnName, Set, Text};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Says where rows go that break what the schema says: the length, the precision or the range of a type, or `not null`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvalidRows {
    /// They fail the capture of the dataset: its consumers keep the last good data.
    #[default]
    Fail,
    /// They are set aside where no consumer reads them, and counted; the other rows go on.
    SetAside,
}

impl InvalidRows {
    /// Whether this is what is understood where nothing is said.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// One thing that must hold of a dataset's data.
///
/// ```
/// use datasurface_model::{Dataset, QualityCheck, Share};
/// let orders = Dataset::new("orders", "id Integer key, status VarChar(8), city VarChar(40)")
///     .quality_check(QualityCheck::not_null("city", Share::percent(99)))
///     .quality_check(QualityCheck::accepted_values("status", ["open", "closed"]))
///     .quality_check(QualityCheck::rows(1, None));
/// assert_eq!(orders.quality_checks().count(), 3);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QualityCheck {
    /// At least this share of the rows has a value in the column.
    NotNull {
        /// The column.
        column: ColumnName,
        /// How many rows at least.
        at_least: Share,
    },
    /// No two rows are equal in all of these columns.
    Unique {
        /// The columns, in order.
        columns: Vec<ColumnName>,
    },
    /// There are so many rows, neither fewer nor more.
    Rows {
        /// The smallest good number.
        at_least: u64,
        /// The largest good number, if there is one.
        at_most: Option<u64>,
    },
    /// The latest value of a column is not older than this, when the check runs.
    Fresh {
        /// A date or a timestamp.
        column: ColumnName,
        /// How old the latest value may be.
        within: Latency,
    },
    /// A column holds nothing but these values, or null.
    AcceptedValues {
        /// The column.
        column: ColumnName,
        /// The values, as text.
        values: Set<Text>,
    },
}

impl QualityCheck {
    /// At least this share of the rows has a value in the column.
    pub fn not_null(column: impl Into<ColumnName>, at_least: Share) -> Self {
        Self::NotNull { column: column.into(), at_least }
    }

    /// No two rows are equal in all of these columns.
    pub fn unique<C: Into<ColumnName>>(columns: impl IntoIterator<Item = C>) -> Self {
        Self::Unique { columns: columns.into_iter().map(Into::into).collect() }
    }

    /// There are at least so many rows, and at most so many, if a second number is given.
    pub fn rows(at_least: u64, at_most: impl Into<Option<u64>>) -> Self {
        Self::Rows { at_least, at_most: at_most.into() }
    }

    /// The latest value of a date or timestamp is not older than this.
    pub fn fresh(column: impl Into<ColumnName>, within: Latency) -> Self {
        Self::Fresh { column: column.into(), within }
    }

    /// A column holds nothing but these values, or null.
    pub fn accepted_values<V: Into<Text>>(
        column: impl Into<ColumnName>,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        Self::AcceptedValues { column: column.into(), values: values.into_iter().map(Into::into).collect() }
    }

    /// What it checks, in a word: `not_null`, `unique`, `rows`, `fresh` or `accepted_values`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NotNull { .. } => "not_null",
            Self::Unique { .. } => "unique",
            Self::Rows { .. } => "rows",
            Self::Fresh { .. } => "fresh",
            Self::AcceptedValues { .. } => "accepted_values",
        }
    }

    /// The columns that it looks at.
    #[must_use]
    pub fn columns(&self) -> &[ColumnName] {
        match self {
            Self::NotNull { column, .. }
            | Self::Fresh { column, .. }
            | Self::AcceptedValues { column, .. } => std::slice::from_ref(column),
            Self::Unique { columns } => columns,
            Self::Rows { .. } => &[],
        }
    }
}

/// A share of a whole, in parts per million: there are no fractions that could be rounded.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Share(u32);

impl Share {
    /// Everything.
    pub const ALL: Self = Self::parts_per_million(1_000_000);

    /// That many parts of a million. More than a million is reported by validation.
    #[must_use]
    pub const fn parts_per_million(parts: u32) -> Self {
        Self(parts)
    }

    /// That many parts of a hundred.
    #[must_use]
    pub const fn percent(parts: u32) -> Self {
        Self(parts.saturating_mul(10_000))
    }

    /// In parts per million.
    #[must_use]
    pub const fn as_parts_per_million(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Share {
    /// In percent, with as many digits as it needs: `99 %`, `99.95 %`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 10_000, self.0 % 10_000);
        if rest == 0 {
            return write!(f, "{whole} %");
        }
        let digits = format!("{rest:04}");
        write!(f, "{whole}.{} %", digits.trim_end_matches('0'))
    }
}

impl fmt::Debug for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_shown_exactly() {
        for (share, text) in [
            (Share::ALL, "100 %"),
            (Share::percent(99), "99 %"),
            (Share::parts_per_million(999_500), "99.95 %"),
            (Share::parts_per_million(1), "0.0001 %"),
        ] {
            assert_eq!(share.to_string(), text);
        }
    }
}
