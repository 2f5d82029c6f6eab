//! What is delivered to a site, and what of it may be in a table that is captured from there.

use super::{ImplicitClasses, Origins, ZoneData, delivered_names::DeliveredNames, in_any_column};
use crate::validate::{facts::DatasetClassifications, sources::source_of, unit_members::FoundDataset};
use datasurface_ecosystem::{Capture, CaptureKind, Dataset, ModelPath, Workspace};
use datasurface_schema::{DatasetKey, DatasetName, DatastoreName, Entity, WorkspaceName, ZoneName, segment};
use std::collections::{BTreeMap, BTreeSet};

/// What is delivered of the data of zones.
pub(crate) type ClassifiedData = BTreeMap<ZoneData, DeliveredData>;

/// Data of one classification of one zone, as it is delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DeliveredData {
    /// The first dataset that has it.
    pub(crate) path: ModelPath,
    /// Whether a dataset has it in columns that do not say so.
    pub(super) is_implicit: bool,
}

/// All that is delivered to a site.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Delivered {
    pub(super) origins: Origins,
    pub(super) names: DeliveredNames<()>,
    all: NamedData,
    /// What is delivered to each workspace, and of each datastore, by their names: there may be thousands of tables, and thousands of datasets of
    /// one name.
    parts: DeliveredNames<BTreeMap<Part, NamedData>>,
}

/// What tables are called after besides datasets: one may have the name of another one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Datastore(DatastoreName),
    Workspace(WorkspaceName),
}

/// Data, and what of it is delivered under each name of a dataset.
#[derive(Debug, Default, PartialEq, Eq)]
struct NamedData {
    all: ClassifiedData,
    datasets: DeliveredNames<ClassifiedData>,
}

impl NamedData {
    fn add(&mut self, names: &BTreeSet<&str>, classified: &ClassifiedData) {
        names.iter().for_each(|name| merge(self.datasets.add(name), classified));
        merge(&mut self.all, classified);
    }
}

impl Delivered {
    /// Adds a dataset with the names that its table may be called after. A table keeps the name under which it was first stored, so
    /// former names are among them; that of the datastore is part of a table even where nobody states a former one any more.
    pub(super) fn add(
        &mut self,
        (key, workspace): (&DatasetKey, &Workspace),
        found: Option<FoundDataset<'_>>,
        (zones, implicit): (BTreeSet<ZoneName>, Option<&ImplicitClasses>),
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
        let said = classes.flat_map(|class| zones.iter().map(move |zone| (zone.clone(), class.clone())));
        let of = |is_implicit| DeliveredData { path: path.clone(), is_implicit };
        let said = said.map(|data| (data, of(false)));
        let implicit = in_any_column(implicit).map(|data| (data.clone(), of(true)));
        let classified: ClassifiedData = said.chain(implicit).collect();
        let names =
            [dataset.name()].into_iter().chain(dataset.former_name()).map(DatasetName::as_str).collect();
        self.all.add(&names, &classified);
        let (store, former_store) = (store.entity.name(), store.entity.former_name());
        let stores = [store].into_iter().chain(former_store);
        let stores = stores.map(|name| (name.as_str(), Part::Datastore(store.clone())));
        let workspaces = [workspace.name()].into_iter().chain(workspace.former_name());
        let workspaces = workspaces.map(|name| (name.as_str(), Part::Workspace(workspace.name().clone())));
        for (name, part) in stores.chain(workspaces) {
            self.parts.add(name).entry(part).or_default().add(&names, &classified);
        }
        for name in names {
            self.names.add(name);
        }
    }

    /// Returns the delivered data that may be in a captured dataset.
    pub(super) fn data_in(&self, dataset: &Dataset, capture: &Capture) -> ClassifiedData {
        let is_of_files = matches!(capture.kind(), CaptureKind::ObjectFiles { .. });
        let Some(source) = source_of(capture, dataset).filter(|_| !is_of_files) else {
            return self.all.all.clone();
        };
        if self.names.is_any(source) {
            return self.all.all.clone();
        }
        let mut found = self.all.datasets.of(source);
        // Called after a workspace or a datastore, and not after one of its datasets: any of them, under a name that nobody states any more.
        for part in self.parts.of(source).into_iter().flat_map(BTreeMap::values) {
            if part.datasets.of(source).is_empty() {
                found.push(&part.all);
            }
        }
        let mut classified = ClassifiedData::new();
        found.into_iter().for_each(|found| merge(&mut classified, found));
        classified
    }
}

fn merge(into: &mut ClassifiedData, other: &ClassifiedData) {
    for (data, delivered) in other {
        match into.get_mut(data) {
            Some(known) => {
                known.is_implicit |= delivered.is_implicit;
                if delivered.path < known.path {
                    known.path.clone_from(&delivered.path);
                }
            }
            None => drop(into.insert(data.clone(), delivered.clone())),
        }
    }
}
