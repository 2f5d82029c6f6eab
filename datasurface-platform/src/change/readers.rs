//! The readers of datasets: who would notice a change.

use datasurface_model::{DatasetKey, GroupKey};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// An answer to the question who reads a dataset. It is looked up when it is asked for: only few datasets of a change are.
pub trait DatasetReaders: fmt::Debug {
    /// Returns the groups that read the dataset of this storage name now, directly or through transformers; those of transformers are
    /// included.
    fn readers_of(&self, dataset: &DatasetKey) -> BTreeSet<GroupKey>;
}

/// The readers of some datasets, by the storage names of these.
pub type ListedReaders = BTreeMap<DatasetKey, BTreeSet<GroupKey>>;

impl DatasetReaders for ListedReaders {
    fn readers_of(&self, dataset: &DatasetKey) -> BTreeSet<GroupKey> {
        self.get(dataset).cloned().unwrap_or_default()
    }
}

/// No readers: those of a change that nobody says more about.
pub(super) static NO_READERS: ListedReaders = ListedReaders::new();
