//! Addresses of tables, as offers carry them.

use std::fmt;

/// A table with the columns of its dataset, and two more: `batch_in`, the number of the batch with which a version
/// became true, and `batch_out`, that of the batch with which it ceased to be, or NULL. Versions without `batch_out`
/// are the latest; those with `batch_in <= n` and not `batch_out <= n` are the source as it was at batch `n`. Values
/// are kept as `storage.rs` of this crate says.
pub(crate) const MILESTONED: &str = "sqlite-milestoned";

/// A table with the columns of its dataset, which is filled anew as a whole.
pub(crate) const ROWS: &str = "sqlite-rows";

/// A table in an SQLite file: `<file>#<table>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TableAddress {
    /// The file, relative to where the platform runs.
    pub(crate) file: String,
    /// The table in it.
    pub(crate) table: String,
}

impl TableAddress {
    pub(crate) fn new(file: impl Into<String>, table: impl Into<String>) -> Self {
        Self { file: file.into(), table: table.into() }
    }

    /// Reads an address. A file may have a `#` in its name, a table never has.
    pub(crate) fn read(address: &str) -> Option<Self> {
        let (file, table) = address.rsplit_once('#')?;
        let usable = crate::file_name::database_name_error(file).is_none() && !table.is_empty();
        usable.then(|| Self::new(file, table))
    }
}

impl fmt::Display for TableAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.file, self.table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_round_trip() {
        for address in ["northwind.db#NW_Data__customers", "odd#name.db#t"] {
            assert_eq!(TableAddress::read(address).unwrap().to_string(), address);
        }
        assert!(TableAddress::read("northwind.db").is_none());
        assert!(TableAddress::read("northwind.db#").is_none());
    }
}
