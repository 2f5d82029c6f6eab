//! Addresses of tables and SELECTs, as offers carry them.

use crate::prelude::*;
use std::fmt;

/// A table with the columns of its dataset, and two more: `batch_in`, the number of the batch with which a version
/// became true, and `batch_out`, that of the batch with which it ceased to be, or NULL. Versions without `batch_out`
/// are the latest; those with `batch_in <= n` and not `batch_out <= n` are the source as it was at batch `n`. Values
/// are kept as `storage.rs` of this crate says.
pub(crate) const MILESTONED: &str = "sqlite-milestoned";

/// The rows of a dataset that a SELECT of a transformer of this platform returns: they are kept nowhere before they are captured.
pub(crate) const SELECTED: &str = "local-select";

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

/// A SELECT of a transformer: `<resource>#<dataset>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SelectAddress {
    /// The address of the resource whose file has it.
    pub(crate) output: String,
    /// The dataset that it makes.
    pub(crate) dataset: DatasetName,
}

impl SelectAddress {
    /// Reads an address. No name has a `#`.
    pub(crate) fn read(address: &str) -> Option<Self> {
        let (output, dataset) = address.split_once('#')?;
        (!dataset.is_empty()).then(|| Self { output: output.to_owned(), dataset: dataset.into() })
    }
}

impl fmt::Display for SelectAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.output, self.dataset)
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
        assert_eq!(
            SelectAddress::read("output.Mask#customers").unwrap().to_string(),
            "output.Mask#customers"
        );
        assert!(SelectAddress::read("SELECT a FROM b").is_none());
        assert!(SelectAddress::read("output.Mask#").is_none());
    }
}
