//! Supplies: what happens for one datastore, on all platforms.

use super::{
    DatasetId, KeyedContainer, ServedGroup,
    platform_part::{Ingest, PlatformPart, PlatformPartBuilder, joined},
};
use crate::obligation::{Custody, Obligation};
use datasurface_model::{
    Capture, Consistency, CredentialKey, Dataset, DatasetName, Datastore, DatastoreName, Entity,
    PlatformName, WorkspaceName,
};
use std::{borrow::Cow, cmp::Ordering, sync::Arc, vec};

/// What happens for one datastore that somebody needs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct DatastoreFragment {
    pub(crate) datastore: Arc<Datastore>,
    pub(crate) origin: Origin,
    /// Who captures it for all.
    pub(crate) primary: PlatformName,
    /// By platform; only those that do something.
    parts: Box<[PlatformPart]>,
}

/// Where the data of a datastore comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Captured { site: Arc<KeyedContainer>, capture: Capture, credential: Option<Box<CredentialKey>> },
    Made { by: WorkspaceName },
}

/// A group needs a dataset on a platform: what the fragment of a datastore is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Need {
    pub(crate) dataset: DatasetId,
    pub(crate) service: Arc<ServedGroup>,
}

impl Need {
    pub(super) fn platform(&self) -> &PlatformName {
        &self.service.platform
    }

    /// Whether the same group needs the same dataset on the same platform.
    fn is_same(&self, other: &Self) -> bool {
        self.dataset == other.dataset
            && self.service.consumer.group == other.service.consumer.group
            && self.platform() == other.platform()
    }

    /// Whether it is for an export of this dataset to this container.
    pub(super) fn is_exported_to(&self, dataset: DatasetId, site: &KeyedContainer) -> bool {
        self.dataset == dataset && self.service.site.has_key_of(site)
    }

    /// Numbers are compared before names.
    fn canonical(&self, other: &Self) -> Ordering {
        self.dataset.cmp(&other.dataset).then_with(|| {
            let (one, two) = (&*self.service, &*other.service);
            let by_group = || one.consumer.group.cmp(&two.consumer.group);
            let by_platform = || one.platform.cmp(&two.platform);
            one.site.cmp_key(&two.site).then_with(by_group).then_with(by_platform)
        })
    }
}

/// Each need once, platform by platform, and there by dataset, container and group.
fn in_order(mut needs: Vec<Need>) -> vec::IntoIter<Need> {
    needs.sort_unstable_by(Need::canonical);
    needs.dedup_by(|one, other| one.is_same(other));
    // Most often, all are on one platform.
    if needs.windows(2).any(|two| matches!(two, [one, other] if one.platform() != other.platform())) {
        needs.sort_by(|one, other| one.platform().cmp(other.platform()));
    }
    needs.into_iter()
}

impl DatastoreFragment {
    /// The fragment of these needs. Whoever captures for all, or is about to, captures whatever anybody needs.
    pub(crate) fn new(
        datastore: Arc<Datastore>,
        origin: Origin,
        primary: PlatformName,
        capturing: &[PlatformName],
        needs: Vec<Need>,
    ) -> Self {
        let mut servings = Vec::with_capacity(1 + capturing.len());
        let mut needs = in_order(needs);
        while let Some(platform) = needs.as_slice().first().map(|need| need.platform().clone()) {
            servings.push(PlatformPartBuilder::take_from(platform, &mut needs));
        }
        for platform in capturing.iter().chain([&primary]) {
            if !servings.iter().any(|serving| serving.platform() == platform) {
                servings.push(PlatformPartBuilder::take_from(platform.clone(), &mut needs));
            }
        }
        servings.sort_unstable_by(|one, other| one.platform().cmp(other.platform()));

        let whole = is_captured_whole(&origin);
        if servings.len() > 1 {
            let anywhere = joined(servings.iter().flat_map(PlatformPartBuilder::kept).copied());
            let captures = |platform: &PlatformName| *platform == primary || capturing.contains(platform);
            let all = |serving: PlatformPartBuilder| match captures(serving.platform()) {
                true => serving.with_captures(anywhere.clone()),
                false => serving,
            };
            servings = servings.into_iter().map(all).collect();
        }
        let parts = servings.into_iter().map(|serving| serving.build(whole)).collect();
        Self { datastore, origin, primary, parts }
    }

    pub(crate) fn name(&self) -> &DatastoreName {
        self.datastore.name()
    }

    /// By platform.
    pub(crate) fn parts(&self) -> &[PlatformPart] {
        &self.parts
    }

    pub(crate) fn part(&self, platform: &PlatformName) -> Option<&PlatformPart> {
        self.parts.iter().find(|part| part.platform == *platform)
    }

    pub(crate) fn dataset(&self, id: DatasetId) -> &Dataset {
        id.get_in(&self.datastore)
    }

    pub(crate) fn dataset_id(&self, name: &DatasetName) -> Option<DatasetId> {
        self.datastore.datasets().index_of(name).map(DatasetId::from_index)
    }

    /// Everybody who needs something.
    pub(crate) fn needs(&self) -> impl Iterator<Item = Need> {
        self.parts.iter().flat_map(|part| {
            part.exports.iter().flat_map(|export| {
                let readers = part.readers(export).iter();
                readers.map(|reader| Need { dataset: export.dataset, service: Arc::clone(reader) })
            })
        })
    }

    /// What an ingest owes: for the exports of its own platform, and for all who take the data from it.
    pub(crate) fn owed_by(&self, part: &PlatformPart, ingest: &Ingest) -> Cow<'_, Obligation> {
        let is_served =
            |other: &&PlatformPart| other.platform == part.platform || part.platform == self.primary;
        let kept = part.kept(ingest);
        let owed = self.parts.iter().filter(is_served).flat_map(|other| {
            let exports = other.exports_after(kept).iter();
            exports.flat_map(|export| other.readers(export)).map(|reader| reader.owed())
        });
        let custody = kept.iter().fold(Custody::default(), |all, (_, custody)| all.join(*custody));
        Obligation::with_custody(Obligation::join_all(owed), custody)
    }
}

/// What a transformer makes is always captured as a whole.
fn is_captured_whole(origin: &Origin) -> bool {
    match origin {
        Origin::Captured { capture, .. } => capture.consistency() == Consistency::MultiDataset,
        Origin::Made { .. } => true,
    }
}
