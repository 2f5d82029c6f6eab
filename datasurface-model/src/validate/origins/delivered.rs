//! What is delivered to a site, and what of it may be in a table that is captured from there.

use super::{Origins, delivered_names::DeliveredNames};
use crate::validate::{facts::DatasetClassifications, sources::source_of, unit_members::FoundDataset};
use datasurface_ecosystem::{Capture, CaptureKind, Dataset, ModelPath};
use datasurface_schema::{Classification, DatasetKey, DatasetName, DatastoreName, Entity, ZoneName, segment};
use std::collections::{BTreeMap, BTreeSet};

/// Classifications with the zones of the data that has them, each with a dataset of that data.
pub(crate) type ClassifiedData = BTreeMap<(Classification, ZoneName), ModelPath>;

/// All that is delivered to a site.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Delivered {
    pub(super) origins: Origins,
    pub(super) names: DeliveredNames,
    datasets: Vec<DeliveredDataset>,
}

#[derive(Debug, PartialEq, Eq)]
struct DeliveredDataset {
    names: DeliveredNames,
    path: ModelPath,
    zone: ZoneName,
    classifications: BTreeSet<Classification>,
}

impl Delivered {
    /// Adds a dataset with the names that its table may be called after. A table keeps the name under which it was first stored, so
    /// former names are among them; that of the datastore is part of a table even where nobody states a former one any more.
    pub(super) fn add(&mut self, key: &DatasetKey, found: Option<FoundDataset<'_>>) {
        self.names.extend([key.datastore.as_str(), key.dataset.as_str()]);
        let Some(FoundDataset { store, dataset, .. }) = found else { return };
        self.names.extend(store.entity.former_name().map(DatastoreName::as_str));
        let Some(dataset) = dataset else { return };
        let mut names = DeliveredNames::default();
        for name in [dataset.name()].into_iter().chain(dataset.former_name()).map(DatasetName::as_str) {
            self.names.extend([name]);
            names.extend([name]);
        }
        self.datasets.push(DeliveredDataset {
            names,
            path: store.path().child(segment::DATASETS, dataset.name()),
            zone: store.team.zone.clone(),
            classifications: DatasetClassifications::new(dataset).iter().cloned().collect(),
        });
    }

    /// Returns the classifications of the delivered data that may be in a captured dataset.
    pub(super) fn classifications_in(&self, dataset: &Dataset, capture: &Capture) -> ClassifiedData {
        let is_of_files = matches!(capture.kind(), CaptureKind::ObjectFiles { .. });
        let source = source_of(capture, dataset);
        let may_be = |names: &DeliveredNames| is_of_files || source.is_none_or(|source| names.may_be(source));
        let mut datasets: Vec<_> = self.datasets.iter().filter(|one| may_be(&one.names)).collect();
        if datasets.is_empty() && may_be(&self.names) {
            // Called after a workspace or a datastore alone: any of its datasets.
            datasets.extend(&self.datasets);
        }
        let classified = datasets.into_iter().rev().flat_map(|one| {
            let classifications = one.classifications.iter().cloned();
            classifications.map(|classification| ((classification, one.zone.clone()), one.path.clone()))
        });
        classified.collect()
    }
}
