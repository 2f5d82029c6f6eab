//! What was placed before.

use datasurface_model::{ContainerKey, DatasetName};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Datasets that were placed, and the containers of the exports of each that were.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "ByDataset", into = "ByDataset")]
pub(super) struct Known {
    /// In order, each once: a dataset without a container is the dataset itself.
    entries: Box<[(DatasetName, Option<ContainerKey>)]>,
}

type ByDataset = BTreeMap<DatasetName, BTreeSet<ContainerKey>>;

impl Known {
    /// Whether a dataset was placed, or its export to a container.
    pub(super) fn has(&self, dataset: &DatasetName, container: Option<&ContainerKey>) -> bool {
        let place = |(name, to): &(DatasetName, Option<ContainerKey>)| {
            name.cmp(dataset).then_with(|| to.as_ref().cmp(&container))
        };
        self.entries.binary_search_by(place).is_ok()
    }
}

impl FromIterator<(DatasetName, Option<ContainerKey>)> for Known {
    fn from_iter<I: IntoIterator<Item = (DatasetName, Option<ContainerKey>)>>(entries: I) -> Self {
        let mut entries: Vec<_> = entries.into_iter().collect();
        entries.sort_unstable();
        entries.dedup();
        Self { entries: entries.into() }
    }
}

impl From<ByDataset> for Known {
    fn from(datasets: ByDataset) -> Self {
        let entries = datasets.into_iter().flat_map(|(dataset, containers)| {
            let itself = (dataset.clone(), None);
            let exports = containers.into_iter().map(move |container| (dataset.clone(), Some(container)));
            [itself].into_iter().chain(exports)
        });
        entries.collect()
    }
}

impl From<Known> for ByDataset {
    fn from(known: Known) -> Self {
        let mut datasets = Self::new();
        for (dataset, container) in known.entries {
            datasets.entry(dataset).or_default().extend(container);
        }
        datasets
    }
}
