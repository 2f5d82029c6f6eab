//! Datastores: what a producer offers.

use super::{Capture, Dataset};
use crate::{
    name::DatastoreName,
    named::{Entity, Named},
};

/// A set of datasets that belong together, and how they are captured. The output of a transformer has no capture of
/// its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Datastore {
    name: DatastoreName,
    capture: Option<Capture>,
    datasets: Named<Dataset>,
}

impl Datastore {
    /// A datastore without datasets.
    pub fn new(name: impl Into<DatastoreName>) -> Self {
        Self { name: name.into(), capture: None, datasets: Named::default() }
    }

    /// How its data is captured.
    #[must_use]
    pub fn captured(mut self, capture: Capture) -> Self {
        self.capture = Some(capture);
        self
    }

    /// Adds a dataset.
    #[must_use]
    pub fn dataset(mut self, dataset: Dataset) -> Self {
        self.datasets.insert(dataset);
        self
    }

    /// The same datastore with these datasets and no others.
    #[must_use]
    pub fn datasets_replaced(mut self, datasets: impl IntoIterator<Item = Dataset>) -> Self {
        self.datasets = datasets.into_iter().collect();
        self
    }

    /// How its data is captured, unless a transformer makes it.
    #[must_use]
    pub fn capture(&self) -> Option<&Capture> {
        self.capture.as_ref()
    }

    /// Its datasets.
    #[must_use]
    pub fn datasets(&self) -> &Named<Dataset> {
        &self.datasets
    }
}

impl Entity for Datastore {
    type Name = DatastoreName;

    fn name(&self) -> &DatastoreName {
        &self.name
    }
}
