//! What was placed before.

use datasurface_model::{ContainerKey, DatasetName};
use serde::{Deserialize, Serialize};
use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    slice,
};

/// Datasets that were placed, and the containers of the exports of each that were.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "ByDataset", into = "ByDataset")]
pub(super) struct Known {
    /// In order, each once: a dataset without a container is the dataset itself.
    entries: Box<[Entry]>,
}

type Entry = (DatasetName, Option<ContainerKey>);

type ByDataset = BTreeMap<DatasetName, BTreeSet<ContainerKey>>;

impl Known {
    /// Goes through all of it, once.
    pub(super) fn walk(&self) -> Walk<'_> {
        Walk { rest: self.entries.iter() }
    }
}

/// A walk through what was placed, beside another one through what there is: whoever asks must ask in order.
pub(super) struct Walk<'k> {
    rest: slice::Iter<'k, Entry>,
}

impl Walk<'_> {
    /// Whether a dataset was placed, or its export to a container.
    pub(super) fn comes_to(&mut self, dataset: &DatasetName, container: Option<&ContainerKey>) -> bool {
        while let Some((name, to)) = self.rest.as_slice().first() {
            match name.cmp(dataset).then_with(|| to.as_ref().cmp(&container)) {
                Ordering::Less => self.rest.next(),
                Ordering::Equal => return true,
                Ordering::Greater => return false,
            };
        }
        false
    }
}

impl FromIterator<Entry> for Known {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
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
