//! What was placed before.
//!
//! A placement keeps the fragments that it was made from, and lists names only if it was read from text: a fragment is compared faster
//! than its names are.

use crate::fragments::DatastoreFragment;
use datasurface_model::{ContainerKey, DatasetName, Entity, PlatformName};
use serde::{Serialize, Serializer};
use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    iter::Peekable,
    sync::Arc,
};

/// Datasets that were placed, and the containers of the exports of each that were.
#[derive(Clone, Debug)]
pub(super) struct PlacedDatasets(Source);

#[derive(Clone, Debug)]
enum Source {
    /// All that happens for a datastore on a platform: it is not said again.
    Datastore(Arc<DatastoreFragment>, PlatformName),
    /// In order, each once; and whether all of them were captured together.
    Text { entries: Arc<[(DatasetName, Option<ContainerKey>)]>, whole: bool },
}

/// A dataset without a container is the dataset itself.
pub(super) type Entry<'k> = (&'k DatasetName, Option<&'k ContainerKey>);

/// The text form.
pub(super) type ByDataset = BTreeMap<DatasetName, BTreeSet<ContainerKey>>;

impl PlacedDatasets {
    /// Everything that happens for a datastore on a platform.
    pub(super) fn from_fragment(
        datastore_fragment: &Arc<DatastoreFragment>,
        platform: &PlatformName,
    ) -> Self {
        Self(Source::Datastore(Arc::clone(datastore_fragment), platform.clone()))
    }

    /// What a text says, and whether all of it was captured together.
    pub(super) fn from_text(datasets: ByDataset, whole: bool) -> Self {
        let entries = datasets.into_iter().flat_map(|(dataset, containers)| {
            let itself = (dataset.clone(), None);
            let exports = containers.into_iter().map(move |container| (dataset.clone(), Some(container)));
            [itself].into_iter().chain(exports)
        });
        Self(Source::Text { entries: entries.collect(), whole })
    }

    pub(super) fn by_dataset(&self) -> ByDataset {
        let mut datasets = ByDataset::new();
        for (dataset, container) in self.iter() {
            datasets.entry(dataset.clone()).or_default().extend(container.cloned());
        }
        datasets
    }

    /// Whether one ingest captured all datasets. If not, each had its own.
    pub(super) fn is_whole(&self) -> bool {
        match &self.0 {
            Source::Datastore(datastore_fragment, platform) => {
                datastore_fragment.part(platform).is_none_or(|part| part.whole)
            }
            Source::Text { whole, .. } => *whole,
        }
    }

    /// Whether both are the same in memory, and not merely equal.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Source::Datastore(one, on), Source::Datastore(other, there)) => {
                Arc::ptr_eq(one, other) && on == there
            }
            (Source::Text { entries: one, whole }, Source::Text { entries: other, whole: too }) => {
                Arc::ptr_eq(one, other) && whole == too
            }
            _ => false,
        }
    }

    /// In order, each once.
    fn iter(&self) -> impl Iterator<Item = Entry<'_>> {
        let (datastore_fragment, text) = match &self.0 {
            Source::Datastore(datastore_fragment, platform) => {
                (datastore_fragment.part(platform).map(|part| (datastore_fragment, part)), None)
            }
            Source::Text { entries, .. } => (None, Some(entries)),
        };
        let text = text.into_iter().flat_map(|entries| entries.iter());
        let text = text.map(|(dataset, container)| (dataset, container.as_ref()));
        let datastore_fragment = datastore_fragment.into_iter().flat_map(|(datastore_fragment, part)| {
            part.captured().flat_map(move |id| {
                let dataset = datastore_fragment.dataset(id).name();
                let exports = part.exports_of(id).iter();
                [(dataset, None)].into_iter().chain(exports.map(move |it| (dataset, Some(&*it.site.key))))
            })
        });
        datastore_fragment.chain(text)
    }

    /// Goes through all of it, once.
    pub(super) fn walk(&self) -> Walk<impl Iterator<Item = Entry<'_>>> {
        Walk { rest: self.iter().peekable() }
    }
}

/// A walk through what was placed, beside another one through what there is: whoever asks must ask in order.
pub(super) struct Walk<I: Iterator> {
    rest: Peekable<I>,
}

impl<'k, I: Iterator<Item = Entry<'k>>> Walk<I> {
    /// Whether a dataset was placed, or its export to a container.
    pub(super) fn comes_to(&mut self, entry: Entry<'_>) -> bool {
        while let Some(known) = self.rest.peek() {
            match known.cmp(&entry) {
                Ordering::Less => self.rest.next(),
                Ordering::Equal => return true,
                Ordering::Greater => return false,
            };
        }
        false
    }
}

impl PartialEq for PlacedDatasets {
    fn eq(&self, other: &Self) -> bool {
        self.is_same(other) || (self.is_whole() == other.is_whole() && self.iter().eq(other.iter()))
    }
}

impl Eq for PlacedDatasets {}

/// By dataset, with the containers of its exports.
impl Serialize for PlacedDatasets {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entries: Vec<Entry<'_>> = self.iter().collect();
        let datasets = entries.chunk_by(|(one, _), (other, _)| one == other);
        serializer.collect_map(datasets.filter_map(|entries| {
            let containers: Vec<_> = entries.iter().filter_map(|(_, container)| *container).collect();
            Some((entries.first()?.0, containers))
        }))
    }
}
