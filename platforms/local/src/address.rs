//! Addresses of SELECTs, as offers carry them.

use crate::prelude::*;
use std::fmt;

/// The rows of a dataset that a SELECT of a transformer of this platform returns: they are kept nowhere before they are captured.
pub(crate) const SELECTED: &str = "local-select";

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
        assert_eq!(
            SelectAddress::read("output.Mask#customers").unwrap().to_string(),
            "output.Mask#customers"
        );
        assert!(SelectAddress::read("SELECT a FROM b").is_none());
        assert!(SelectAddress::read("output.Mask#").is_none());
    }
}
