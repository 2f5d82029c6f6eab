//! Errors about the parts of a schema that cannot be read.

use crate::name::ColumnName;
use std::fmt;

/// A part of a schema that cannot be read: one column, or all of the schema.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct ColumnError {
    /// The column that cannot be read; none if that has no name, or if the error is about the whole schema.
    pub column: Option<ColumnName>,
    /// The reason, in one line.
    pub message: String,
}

impl fmt::Display for ColumnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Joins all problems in one line.
pub(super) fn joined(errors: &[ColumnError]) -> String {
    errors.iter().map(ColumnError::to_string).collect::<Vec<_>>().join("; ")
}
