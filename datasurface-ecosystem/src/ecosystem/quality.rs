//! Quality checks: what must hold of the data itself. They run where the pipeline runs; a failure stops the pipeline
//! there.

use super::Latency;
use datasurface_schema::{ColumnName, Set, Text};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The treatment of rows that break the schema: the length, the precision or the range of a type, or `not null`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum InvalidRows {
    /// A failure of the capture of the dataset: its consumers keep the last good data.
    #[default]
    Fail,
    /// A separate place for such rows, where no consumer reads them. They are counted, and the other rows go on.
    SetAside,
}

impl InvalidRows {
    /// Whether this is the default treatment.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A check that the data of a dataset must pass.
///
/// ```
/// use datasurface_ecosystem::{Dataset, QualityCheck, Share};
/// let orders = Dataset::new("orders", "id Integer key, status VarChar(8), city VarChar(40)")
///     .quality_check(QualityCheck::not_null("city", Share::percent(99)))
///     .quality_check(QualityCheck::accepted_values("status", ["open", "closed"]))
///     .quality_check(QualityCheck::rows(1, None));
/// assert_eq!(orders.quality_checks().count(), 3);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum QualityCheck {
    /// The least share of the rows that has a value in the column.
    NotNull {
        /// The column.
        column: ColumnName,
        /// The least share of rows with a value.
        at_least: Share,
    },
    /// Uniqueness: no two rows are equal in all of these columns.
    Unique {
        /// The columns, in order.
        columns: Vec<ColumnName>,
    },
    /// The least and the greatest count of rows.
    Rows {
        /// The least count that passes.
        at_least: u64,
        /// The greatest count that passes; none means without limit.
        at_most: Option<u64>,
    },
    /// The greatest age of the latest value of a column, when the check runs.
    Fresh {
        /// A date or a timestamp.
        column: ColumnName,
        /// The greatest age of the latest value.
        within: Latency,
    },
    /// The only values of a column, besides null.
    AcceptedValues {
        /// The column.
        column: ColumnName,
        /// The values, as text.
        values: Set<Text>,
    },
}

impl QualityCheck {
    /// Creates a check that at least this share of the rows has a value in the column.
    pub fn not_null(column: impl Into<ColumnName>, at_least: Share) -> Self {
        Self::NotNull { column: column.into(), at_least }
    }

    /// Creates a check that no two rows are equal in all of these columns.
    pub fn unique<C: Into<ColumnName>>(columns: impl IntoIterator<Item = C>) -> Self {
        Self::Unique { columns: columns.into_iter().map(Into::into).collect() }
    }

    /// Creates a check of the count of rows: at least `at_least`, and at most `at_most`, if that is given.
    pub fn rows(at_least: u64, at_most: impl Into<Option<u64>>) -> Self {
        Self::Rows { at_least, at_most: at_most.into() }
    }

    /// Creates a check that the latest value of a date or timestamp is not older than this.
    pub fn fresh(column: impl Into<ColumnName>, within: Latency) -> Self {
        Self::Fresh { column: column.into(), within }
    }

    /// Creates a check that a column has only these values, or null.
    pub fn accepted_values<V: Into<Text>>(
        column: impl Into<ColumnName>,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        Self::AcceptedValues { column: column.into(), values: values.into_iter().map(Into::into).collect() }
    }

    /// The kind of check, in a word: `not_null`, `unique`, `rows`, `fresh` or `accepted_values`.
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

    /// The columns that the check reads.
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
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Share(u32);

impl Share {
    /// The whole.
    pub const ALL: Self = Self::parts_per_million(1_000_000);

    /// Creates a share in parts of a million. Validation reports more than a million.
    #[must_use]
    pub const fn parts_per_million(parts: u32) -> Self {
        Self(parts)
    }

    /// Creates a share in parts of a hundred. Validation reports more than a hundred.
    #[must_use]
    pub const fn percent(parts: u32) -> Self {
        Self(parts.saturating_mul(10_000))
    }

    /// Returns the share in parts per million.
    #[must_use]
    pub const fn as_parts_per_million(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Share {
    /// Prints the share in percent, with as many digits as needed: `99 %`, `99.95 %`.
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
