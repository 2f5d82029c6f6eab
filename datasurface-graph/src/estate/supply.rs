//! Supplies: what happens for one datastore, on all platforms.

use super::{DatasetId, Memo, PlatformId, Site};
use crate::{
    facts::Consumer,
    obligation::{Custody, Obligation},
};
use datasurface_model::{
    Capture, Consistency, Dataset, DatasetName, Datastore, DatastoreName, Entity, WorkspaceName,
};
use std::{cmp::Ordering, sync::Arc};

/// What happens for one datastore that somebody needs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Supply {
    pub(crate) datastore: Arc<Datastore>,
    pub(crate) origin: Origin,
    /// Who captures it for all.
    pub(crate) primary: PlatformId,
    /// By platform; only those that do something.
    parts: Box<[Part]>,
}

/// Where the data of a datastore comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Captured { site: Arc<Site>, capture: Capture },
    Made { by: WorkspaceName },
}

/// What happens for a datastore on one platform.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) platform: PlatformId,
    /// Whether one ingest captures all datasets.
    pub(crate) whole: bool,
    /// Ordered by dataset, and by container.
    pub(crate) exports: Box<[Export]>,
    /// One for all datasets, or one for each, ordered by dataset.
    pub(crate) ingests: Box<[Ingest]>,
}

/// A dataset is brought to a container.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Export {
    pub(crate) site: Arc<Site>,
    pub(crate) dataset: DatasetId,
    /// For whom, ordered by group.
    pub(crate) readers: Box<[Reader]>,
    pub(crate) fingerprint: Memo,
}

/// Datasets are captured.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ingest {
    /// The datasets that somebody needs, in order, and what must be kept of them here.
    pub(crate) kept: Box<[(DatasetId, Custody)]>,
    pub(crate) fingerprint: Memo,
}

/// A group for which data is exported, and what its transformer owes, if it runs here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reader {
    pub(crate) consumer: Arc<Consumer>,
    pub(crate) owing: Option<Arc<Obligation>>,
}

/// Somebody needs a dataset on a platform: what a supply is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Need {
    pub(crate) platform: PlatformId,
    pub(crate) dataset: DatasetId,
    pub(crate) site: Arc<Site>,
    pub(crate) reader: Reader,
}

impl Need {
    fn canonical(&self, other: &Self) -> Ordering {
        let place = |need: &Self| (need.platform, need.dataset);
        place(self)
            .cmp(&place(other))
            .then_with(|| self.site.cmp_key(&other.site))
            .then_with(|| self.reader.consumer.group.cmp(&other.reader.consumer.group))
    }

    fn is_same_export(&self, other: &Self) -> bool {
        (self.platform, self.dataset) == (other.platform, other.dataset)
            && self.site.cmp_key(&other.site) == Ordering::Equal
    }
}

impl Reader {
    /// What it is owed, and through it all who need what it makes.
    pub(crate) fn is_owed(&self) -> Obligation {
        let direct = self.consumer.is_owed();
        match &self.owing {
            Some(owing) => direct.join(owing),
            None => direct,
        }
    }
}

impl Supply {
    /// The supply of these needs. Whoever captures for all, or is about to, captures whatever anybody needs.
    pub(crate) fn new(
        datastore: Arc<Datastore>,
        origin: Origin,
        primary: PlatformId,
        capturing: &[PlatformId],
        mut needs: Vec<Need>,
    ) -> Self {
        needs.sort_unstable_by(Need::canonical);
        needs.dedup_by(|one, other| one.canonical(other) == Ordering::Equal);
        let whole = is_captured_whole(&origin);
        let anywhere = kept(&needs);
        let captures = |platform: PlatformId| platform == primary || capturing.contains(&platform);

        let mut parts = Vec::with_capacity(1 + capturing.len());
        for here in needs.chunk_by(|one, other| one.platform == other.platform) {
            if let Some(first) = here.first() {
                let part = |kept: &[_]| Part::new(first.platform, here, kept, whole);
                parts.push(if captures(first.platform) { part(&anywhere) } else { part(&kept(here)) });
            }
        }
        for platform in capturing.iter().chain([&primary]) {
            if !parts.iter().any(|part| part.platform == *platform) {
                parts.push(Part::new(*platform, &[], &anywhere, whole));
            }
        }
        parts.sort_unstable_by_key(|part| part.platform);
        Self { datastore, origin, primary, parts: parts.into() }
    }

    pub(crate) fn name(&self) -> &DatastoreName {
        self.datastore.name()
    }

    /// By platform.
    pub(crate) fn parts(&self) -> &[Part] {
        &self.parts
    }

    pub(crate) fn part(&self, platform: PlatformId) -> Option<&Part> {
        self.parts.iter().find(|part| part.platform == platform)
    }

    pub(crate) fn dataset(&self, id: DatasetId) -> &Dataset {
        id.of(&self.datastore)
    }

    pub(crate) fn dataset_id(&self, name: &DatasetName) -> Option<DatasetId> {
        self.datastore.datasets().index_of(name).map(DatasetId::at)
    }

    /// Everybody who needs something.
    pub(crate) fn needs(&self) -> impl Iterator<Item = Need> {
        self.parts.iter().flat_map(|part| {
            part.exports.iter().flat_map(|export| {
                export.readers.iter().map(|reader| Need {
                    platform: part.platform,
                    dataset: export.dataset,
                    site: Arc::clone(&export.site),
                    reader: reader.clone(),
                })
            })
        })
    }

    /// What an ingest owes: for the exports of its own platform, and for all who take the data from it.
    pub(crate) fn owed_by(&self, part: &Part, ingest: &Ingest) -> Obligation {
        let is_served = |other: &&Part| other.platform == part.platform || part.platform == self.primary;
        let exports = self.parts.iter().filter(is_served).flat_map(|part| part.exports_after(ingest));
        let owed = exports.flat_map(|export| &export.readers).map(Reader::is_owed);
        let custody = ingest.kept.iter().fold(Custody::default(), |all, (_, custody)| all.join(*custody));
        owed.fold(Obligation::default(), |all, owed| all.join(&owed)).with_custody(custody)
    }
}

impl Export {
    pub(crate) fn owed(&self) -> Obligation {
        let custody = |reader: &Reader| Custody::for_consumer(&reader.consumer.requirements);
        let kept = self.readers.iter().fold(Custody::default(), |all, reader| all.join(custody(reader)));
        let owed = self.readers.iter().map(Reader::is_owed);
        owed.fold(Obligation::default(), |all, owed| all.join(&owed)).with_custody(kept)
    }
}

impl Part {
    /// `needs` are those of this platform, in canonical order; `kept` is what is captured here.
    fn new(platform: PlatformId, needs: &[Need], kept: &[(DatasetId, Custody)], whole: bool) -> Self {
        let exports = needs.chunk_by(Need::is_same_export).filter_map(|readers| {
            let first = readers.first()?;
            Some(Export {
                site: Arc::clone(&first.site),
                dataset: first.dataset,
                readers: readers.iter().map(|need| need.reader.clone()).collect(),
                fingerprint: Memo::default(),
            })
        });
        let captured_together = if whole { kept.len() } else { 1 };
        let ingests = kept.chunks(captured_together.max(1));
        Self {
            platform,
            whole,
            exports: exports.collect(),
            ingests: ingests.map(|kept| Ingest { kept: kept.into(), fingerprint: Memo::default() }).collect(),
        }
    }

    /// The exports that an ingest comes before, on whichever platform it is.
    pub(crate) fn exports_after(&self, ingest: &Ingest) -> &[Export] {
        let one = ingest.kept.first().filter(|_| !self.whole);
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
        let captured = |ingest: &Ingest| ingest.kept.first().map(|(dataset, _)| *dataset);
        let at = self.ingests.binary_search_by_key(&Some(dataset), captured).ok()?;
        self.ingests.get(at)
    }

    /// The export of a dataset to a container.
    pub(crate) fn export_of(&self, dataset: DatasetId, site: &Site) -> Option<&Export> {
        let place = |export: &Export| export.dataset.cmp(&dataset).then_with(|| export.site.cmp_key(site));
        self.exports.get(self.exports.binary_search_by(place).ok()?)
    }
}

/// The datasets of these needs, with what must be kept of each.
fn kept(needs: &[Need]) -> Vec<(DatasetId, Custody)> {
    let custody = |need: &Need| Custody::for_consumer(&need.reader.consumer.requirements);
    let mut kept: Vec<_> = needs.iter().map(|need| (need.dataset, custody(need))).collect();
    kept.sort_unstable_by_key(|(dataset, _)| *dataset);
    kept.dedup_by(|next, first| {
        let is_same = next.0 == first.0;
        if is_same {
            first.1 = first.1.join(next.1);
        }
        is_same
    });
    kept
}

/// What a transformer makes is always captured as a whole.
fn is_captured_whole(origin: &Origin) -> bool {
    match origin {
        Origin::Captured { capture, .. } => capture.consistency() == Consistency::MultiDataset,
        Origin::Made { .. } => true,
    }
}
