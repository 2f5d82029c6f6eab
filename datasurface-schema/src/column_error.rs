//! What cannot be read of a schema.

use crate::name::ColumnName;
use std::fmt;

/// Something of a schema that cannot be read: in one column, or about all of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct ColumnError {
    /// The column that it is in, as far as that has a name.
    pub column: Option<ColumnName>,
    /// The reason, in one line.
    pub message: String,
}

impl ColumnError {}

impl fmt::Display for ColumnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// All of them, in one line.
pub(super) fn joined(problems: &[ColumnError]) -> String {
    problems.iter().map(ColumnError::to_string).collect::<Vec<_>>().join("; ")
}
