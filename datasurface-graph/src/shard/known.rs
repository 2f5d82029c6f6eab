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

impl Known {
    /// What comes in order. A dataset may come several times in a row.
    pub(super) fn in_order<'k>(
        placed: impl Iterator<Item = (&'k DatasetName, Option<&'k ContainerKey>)>,
        most: usize,
    ) -> Self {
        let mut entries: Vec<Entry> = Vec::with_capacity(most);
        for (dataset, container) in placed {
            let is_new = entries.last().is_none_or(|(last, to)| last != dataset || to.as_ref() != container);
            if is_new {
                entries.push((dataset.clone(), container.cloned()));
            }
        }
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
        Self { entries: entries.collect() }
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
