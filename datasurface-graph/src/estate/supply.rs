//! Supplies: what happens for one datastore, on all platforms.

use super::{
    DatasetId, Service, Site,
    part::{Ingest, Part, Serving, joined},
};
use crate::obligation::{Custody, Obligation};
use datasurface_model::{
    Capture, Consistency, Dataset, DatasetName, Datastore, DatastoreName, Entity, PlatformName, WorkspaceName,
};
use std::{cmp::Ordering, sync::Arc};

/// What happens for one datastore that somebody needs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Supply {
    pub(crate) datastore: Arc<Datastore>,
    pub(crate) origin: Origin,
    /// Who captures it for all.
    pub(crate) primary: PlatformName,
    /// By platform; only those that do something.
    parts: Box<[Part]>,
}

/// Where the data of a datastore comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Captured { site: Arc<Site>, capture: Capture },
    Made { by: WorkspaceName },
}

/// A group needs a dataset on a platform: what a supply is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Need {
    pub(crate) dataset: DatasetId,
    /// That of the service, said here since it is asked for so often.
    platform: PlatformName,
    pub(crate) service: Arc<Service>,
}

impl Need {
    pub(crate) fn new(dataset: DatasetId, service: Arc<Service>) -> Self {
        Self { dataset, platform: service.platform.clone(), service }
    }

    fn canonical(&self, other: &Self) -> Ordering {
        (&self.platform, self.dataset).cmp(&(&other.platform, other.dataset)).then_with(|| {
            let (one, two) = (&*self.service, &*other.service);
            one.site.cmp_key(&two.site).then_with(|| one.consumer.group.cmp(&two.consumer.group))
        })
    }
}

impl Supply {
    /// The supply of these needs. Whoever captures for all, or is about to, captures whatever anybody needs.
    pub(crate) fn new(
        datastore: Arc<Datastore>,
        origin: Origin,
        primary: PlatformName,
        capturing: &[PlatformName],
        mut needs: Vec<Need>,
    ) -> Self {
        needs.sort_unstable_by(Need::canonical);
        needs.dedup_by(|one, other| one.canonical(other) == Ordering::Equal);
        let mut servings = Vec::with_capacity(1 + capturing.len());
        let mut needs = needs.into_iter();
        while let Some(platform) = needs.as_slice().first().map(|need| need.platform.clone()) {
            let here = needs.as_slice().partition_point(|need| need.platform == platform);
            servings.push(Serving::of(platform, needs.by_ref().take(here)));
        }
        for platform in capturing.iter().chain([&primary]) {
            if !servings.iter().any(|serving| serving.platform() == platform) {
                servings.push(Serving::of(platform.clone(), std::iter::empty()));
            }
        }
        servings.sort_unstable_by(|one, other| one.platform().cmp(other.platform()));

        let whole = is_captured_whole(&origin);
        if servings.len() > 1 {
            let anywhere = joined(servings.iter().flat_map(Serving::kept).copied());
            let captures = |platform: &PlatformName| *platform == primary || capturing.contains(platform);
            let all = |serving: Serving| match captures(serving.platform()) {
                true => serving.keeping(anywhere.clone()),
                false => serving,
            };
            servings = servings.into_iter().map(all).collect();
        }
        let parts = servings.into_iter().map(|serving| serving.capturing(whole)).collect();
        Self { datastore, origin, primary, parts }
    }

    pub(crate) fn name(&self) -> &DatastoreName {
        self.datastore.name()
    }

    /// By platform.
    pub(crate) fn parts(&self) -> &[Part] {
        &self.parts
    }

    pub(crate) fn part(&self, platform: &PlatformName) -> Option<&Part> {
        self.parts.iter().find(|part| part.platform == *platform)
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
                let readers = part.readers(export).iter();
                readers.map(|reader| Need::new(export.dataset, Arc::clone(reader)))
            })
        })
    }

    /// What an ingest owes: for the exports of its own platform, and for all who take the data from it.
    pub(crate) fn owed_by(&self, part: &Part, ingest: &Ingest) -> Obligation {
        let is_served = |other: &&Part| other.platform == part.platform || part.platform == self.primary;
        let kept = part.kept(ingest);
        let owed = self.parts.iter().filter(is_served).flat_map(|other| {
            let exports = other.exports_after(kept).iter();
            exports.flat_map(|export| other.readers(export)).map(|reader| reader.is_owed())
        });
        let custody = kept.iter().fold(Custody::default(), |all, (_, custody)| all.join(*custody));
        owed.fold(Obligation::default(), |all, owed| all.join(&owed)).with_custody(custody)
    }
}

/// What a transformer makes is always captured as a whole.
fn is_captured_whole(origin: &Origin) -> bool {
    match origin {
        Origin::Captured { capture, .. } => capture.consistency() == Consistency::MultiDataset,
        Origin::Made { .. } => true,
    }
}
