//! The columns of a schema that cannot be read.
//!
//! Of a schema with such a column there is no whole table; rules judge the columns that can be read, and say nothing about what an
//! unreadable one may be. A test adds such a column to every schema of every mutation.

use crate::name::ColumnName;

/// The columns of a schema that cannot be read. Rules judge the others; what these could be is not for a rule to say.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnreadableColumns {
    /// In order, one for each column.
    names: Vec<ColumnName>,
    has_nameless: bool,
}

/// The value for a schema that can be read.
pub(super) static NOTHING: UnreadableColumns = UnreadableColumns { names: Vec::new(), has_nameless: false };

impl UnreadableColumns {
    /// Columns with their names, as far as these are certain.
    pub(super) fn new(columns: Vec<Option<ColumnName>>) -> Self {
        let has_nameless = columns.iter().any(Option::is_none);
        let mut names: Vec<_> = columns.into_iter().flatten().collect();
        names.sort();
        Self { names, has_nameless }
    }

    /// Whether every column could be read.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && !self.has_nameless
    }

    /// Whether one of them has this name, or may have it.
    pub fn may_contain(&self, name: &ColumnName) -> bool {
        self.has_nameless || self.names.binary_search(name).is_ok()
    }

    /// The names that are certain, in order. Two columns may have the same.
    pub fn names(&self) -> &[ColumnName] {
        &self.names
    }
}
