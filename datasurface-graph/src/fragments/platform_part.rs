//! Parts: what happens for a datastore on one platform.
//!
//! A part names its platform. Whether that platform is declared makes no difference to the parts of other platforms, nor to facts.

use super::{DatasetId, FingerprintCache, KeyedContainer, Need, ServedGroup};
use crate::obligation::{Custody, Obligation};
use datasurface_model::PlatformName;
use std::{borrow::Cow, ops::Range, sync::Arc, vec};

/// What happens for a datastore on one platform.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PlatformPart {
    pub(crate) platform: PlatformName,
    /// Whether one ingest captures all datasets.
    pub(crate) whole: bool,
    /// Ordered by dataset, and by container.
    pub(crate) exports: Box<[Export]>,
    /// One for all datasets, or one for each, ordered by dataset.
    pub(crate) ingests: Box<[Ingest]>,
    /// Those of all exports, beside each other.
    readers: Box<[Arc<ServedGroup>]>,
    /// Those of all ingests, beside each other.
    kept: Box<[CapturedDataset]>,
}

/// A dataset that somebody needs, and what must be kept of it here.
pub(crate) type CapturedDataset = (DatasetId, Custody);

/// A dataset is brought to a container.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Export {
    pub(crate) site: Arc<KeyedContainer>,
    pub(crate) dataset: DatasetId,
    readers: Span,
    pub(crate) fingerprint: FingerprintCache,
}

/// Datasets are captured.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ingest {
    kept: Span,
    pub(crate) fingerprint: FingerprintCache,
}

/// Some that are beside each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    start: u32,
    end: u32,
}

impl PlatformPart {
    /// For whom data is exported, ordered by group.
    pub(crate) fn readers(&self, export: &Export) -> &[Arc<ServedGroup>] {
        self.readers.get(export.readers.range()).unwrap_or_default()
    }

    /// What is captured together, ordered by dataset.
    pub(crate) fn kept(&self, ingest: &Ingest) -> &[CapturedDataset] {
        self.kept.get(ingest.kept.range()).unwrap_or_default()
    }

    /// For whom data is exported, export by export.
    pub(crate) fn all_readers(&self) -> &[Arc<ServedGroup>] {
        &self.readers
    }

    /// The datasets that are captured, in order.
    pub(crate) fn captured(&self) -> impl ExactSizeIterator<Item = DatasetId> {
        self.kept.iter().map(|(dataset, _)| *dataset)
    }

    /// What an export owes.
    pub(crate) fn owed_by_export(&self, export: &Export) -> Cow<'_, Obligation> {
        Obligation::join_all(self.readers(export).iter().map(|reader| reader.owed()))
    }

    /// What must be kept of what an export brings.
    pub(crate) fn kept_by_export(&self, export: &Export) -> Custody {
        self.readers(export).iter().fold(Custody::default(), |all, reader| all.join(reader.custody()))
    }

    /// The exports of what is captured together, here or on another platform.
    pub(crate) fn exports_after(&self, captured: &[CapturedDataset]) -> &[Export] {
        let one = captured.first().filter(|_| !self.whole);
        one.map_or(&self.exports, |(dataset, _)| self.exports_of(*dataset))
    }

    /// The exports of a dataset, ordered by container.
    pub(crate) fn exports_of(&self, dataset: DatasetId) -> &[Export] {
        let from = self.exports.partition_point(|export| export.dataset < dataset);
        let to = self.exports.partition_point(|export| export.dataset <= dataset);
        self.exports.get(from..to).unwrap_or_default()
    }

    /// The ingest that captures a dataset.
    pub(crate) fn ingest_of(&self, dataset: DatasetId) -> Option<&Ingest> {
        if self.whole {
            return self.ingests.first();
        }
        let at = self.ingests.binary_search_by_key(&Some(dataset), |ingest| self.first_kept(ingest)).ok()?;
        self.ingests.get(at)
    }

    /// The place of an ingest among all.
    pub(crate) fn ingest_position(&self, ingest: &Ingest) -> Option<usize> {
        let first = self.first_kept(ingest);
        self.ingests.binary_search_by_key(&first, |other| self.first_kept(other)).ok()
    }

    fn first_kept(&self, ingest: &Ingest) -> Option<DatasetId> {
        self.kept(ingest).first().map(|(dataset, _)| *dataset)
    }

    /// The export of a dataset to a container.
    pub(crate) fn export_of(&self, dataset: DatasetId, site: &KeyedContainer) -> Option<&Export> {
        self.exports.get(self.export_to(dataset, site)?)
    }

    /// The place of an export among all.
    pub(crate) fn export_position(&self, export: &Export) -> Option<usize> {
        self.export_to(export.dataset, &export.site)
    }

    fn export_to(&self, dataset: DatasetId, site: &KeyedContainer) -> Option<usize> {
        let place = |export: &Export| export.dataset.cmp(&dataset).then_with(|| export.site.cmp_key(site));
        self.exports.binary_search_by(place).ok()
    }
}

/// A part of which it is not known yet what it captures.
pub(super) struct PlatformPartBuilder {
    platform: PlatformName,
    exports: Vec<Export>,
    readers: Vec<Arc<ServedGroup>>,
    /// What must be kept for its own exports.
    kept: Vec<CapturedDataset>,
}

impl PlatformPartBuilder {
    /// Of what is needed on one platform: of the needs, those that come first. They are in canonical order.
    pub(super) fn take_from(platform: PlatformName, needs: &mut vec::IntoIter<Need>) -> Self {
        let here = needs.as_slice().partition_point(|need| *need.platform() == platform);
        let mut serving = Self {
            platform,
            exports: Vec::with_capacity(here),
            readers: Vec::with_capacity(here),
            kept: Vec::with_capacity(here),
        };
        needs.by_ref().take(here).for_each(|need| serving.add(need));
        serving
    }

    fn add(&mut self, need: Need) {
        keep(&mut self.kept, (need.dataset, need.service.custody()));
        let at = short(self.readers.len());
        let is_exported = |export: &&mut Export| need.is_exported_to(export.dataset, &export.site);
        match self.exports.last_mut().filter(is_exported) {
            Some(export) => export.readers.end = at + 1,
            None => self.exports.push(Export {
                site: Arc::clone(&need.service.site),
                dataset: need.dataset,
                readers: Span { start: at, end: at + 1 },
                fingerprint: FingerprintCache::default(),
            }),
        }
        self.readers.push(need.service);
    }

    pub(super) fn platform(&self) -> &PlatformName {
        &self.platform
    }

    /// What must be kept for its own exports, ordered by dataset.
    pub(super) fn kept(&self) -> &[CapturedDataset] {
        &self.kept
    }

    /// The same, but it captures what is kept for others, too, ordered by dataset.
    pub(super) fn with_captures(self, kept: Vec<CapturedDataset>) -> Self {
        Self { kept, ..self }
    }

    /// The part, where all that is kept is captured together, or each dataset on its own.
    pub(super) fn build(self, whole: bool) -> PlatformPart {
        let kept = self.kept;
        let ingest = |start: usize, end: usize| Ingest {
            kept: Span { start: short(start), end: short(end) },
            fingerprint: FingerprintCache::default(),
        };
        PlatformPart {
            platform: self.platform,
            whole,
            exports: self.exports.into(),
            readers: self.readers.into(),
            ingests: match whole {
                true => [ingest(0, kept.len())].into(),
                false => (0..kept.len()).map(|at| ingest(at, at + 1)).collect(),
            },
            kept: kept.into(),
        }
    }
}

/// Each dataset once, in order, with all that must be kept of it.
pub(super) fn joined(kept: impl Iterator<Item = CapturedDataset>) -> Vec<CapturedDataset> {
    let mut unsorted: Vec<CapturedDataset> = kept.collect();
    unsorted.sort_unstable_by_key(|(dataset, _)| *dataset);
    let mut kept = Vec::with_capacity(unsorted.len());
    unsorted.into_iter().for_each(|one| keep(&mut kept, one));
    kept
}

/// Keeps one more, after all that come before it in order.
fn keep(kept: &mut Vec<CapturedDataset>, (dataset, custody): CapturedDataset) {
    match kept.last_mut().filter(|(last, _)| *last == dataset) {
        Some((_, last)) => *last = last.join(custody),
        None => kept.push((dataset, custody)),
    }
}

impl Span {
    fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// More than u32::MAX units do not fit in memory.
fn short(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
