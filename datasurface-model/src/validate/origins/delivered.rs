//! What is delivered to a site, and what of it may be in a table that is captured from there.

use super::{AnyColumn, Origins, delivered_names::DeliveredNames};
use crate::validate::{facts::DatasetClassifications, sources::source_of, unit_members::FoundDataset};
use datasurface_ecosystem::{Capture, CaptureKind, Dataset, ModelPath};
use datasurface_schema::{Classification, DatasetKey, DatasetName, DatastoreName, Entity, ZoneName, segment};
use std::collections::{BTreeMap, BTreeSet};

/// Classifications, `None` for data without any, with the zones of the data that has them, each with the first dataset of that data.
pub(crate) type ClassifiedData = BTreeMap<(Option<Classification>, ZoneName), ModelPath>;

/// All that is delivered to a site.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Delivered {
    pub(super) origins: Origins,
    pub(super) names: DeliveredNames<()>,
    /// What is delivered under each name of a dataset: there may be thousands of tables, and thousands of datasets of one name.
    datasets: DeliveredNames<ClassifiedData>,
    all: ClassifiedData,
}

impl Delivered {
    /// Adds a dataset with the names that its table may be called after. A table keeps the name under which it was first stored, so
    /// former names are among them; that of the datastore is part of a table even where nobody states a former one any more.
    pub(super) fn add(
        &mut self,
        key: &DatasetKey,
        found: Option<FoundDataset<'_>>,
        (zones, any_column): &(BTreeSet<ZoneName>, AnyColumn),
    ) {
        self.names.add(key.datastore.as_str());
        self.names.add(key.dataset.as_str());
        let Some(FoundDataset { store, dataset, .. }) = found else { return };
        store.entity.former_name().map(DatastoreName::as_str).map(|former| self.names.add(former));
        let Some(dataset) = dataset else { return };
        let path = store.path().child(segment::DATASETS, dataset.name());
        let classifications = DatasetClassifications::new(dataset);
        let unclassified = classifications.is_incomplete().then_some(None);
        let classes = classifications.iter().cloned().map(Some).chain(unclassified);
        let of_zones = classes.flat_map(|class| zones.iter().map(move |zone| (class.clone(), zone.clone())));
        let of_any_column = any_column.iter().map(|(zone, class)| (class.clone(), zone.clone()));
        let classified: ClassifiedData =
            of_zones.chain(of_any_column).map(|one| (one, path.clone())).collect();
        for name in [dataset.name()].into_iter().chain(dataset.former_name()).map(DatasetName::as_str) {
            self.names.add(name);
            merge(self.datasets.add(name), &classified);
        }
        merge(&mut self.all, &classified);
    }

    /// Returns the classifications of the delivered data that may be in a captured dataset.
    pub(super) fn classifications_in(&self, dataset: &Dataset, capture: &Capture) -> ClassifiedData {
        let is_of_files = matches!(capture.kind(), CaptureKind::ObjectFiles { .. });
        let Some(source) = source_of(capture, dataset).filter(|_| !is_of_files) else {
            return self.all.clone();
        };
        if self.names.is_any(source) {
            return self.all.clone();
        }
        let mut classified = ClassifiedData::new();
        let found = self.datasets.of(source);
        found.iter().for_each(|found| merge(&mut classified, found));
        // Called after a workspace or a datastore alone: any of its datasets.
        if found.is_empty() && self.names.may_be(source) { self.all.clone() } else { classified }
    }
}

fn merge(into: &mut ClassifiedData, other: &ClassifiedData) {
    for (classified, path) in other {
        match into.get_mut(classified) {
            Some(first) if *first <= *path => {}
            Some(first) => first.clone_from(path),
            None => drop(into.insert(classified.clone(), path.clone())),
        }
    }
}
