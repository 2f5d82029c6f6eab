//! Captures of delivered tables that only storage names show: a table keeps its name, and the model may have forgotten that one.

use super::{
    DatastoreOrigins, Origins,
    delivered_names::DeliveredNames,
    evaluate::{KnownOrigins, captures_others, delivering},
    lineage_graph::captured_at,
};
use crate::validate::{container_index::Site, unit_index::UnitIndex};
use datasurface_ecosystem::{ModelPath, segment};
use datasurface_schema::{DatasetKey, Entity, Text};

/// A captured table that may be a delivered one, under a name that the model does not state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Recapture {
    /// The place of the table in the capture.
    pub path: ModelPath,
    /// The table, as the capture names it.
    pub table: Text,
    /// The delivered dataset that may be in the table.
    pub delivered: DatasetKey,
}

/// Returns the captures of tables that are called after storage names of delivered datasets, and do not have the origins of what is
/// delivered. `stored` returns the storage name of a dataset.
pub(super) fn recaptures(
    known: &KnownOrigins,
    directory: &UnitIndex,
    stored: &dyn Fn(&DatasetKey) -> DatasetKey,
) -> Vec<Recapture> {
    let mut found = Vec::new();
    for (site, delivered) in &known.sites {
        let former = RenamedDeliveries::new(site, directory, stored);
        if former.datasets.is_empty() {
            continue;
        }
        for name in captured_at(site, directory) {
            let Some((unit, member)) = directory.datastores().get(&name) else { continue };
            let datastore = member.entity();
            let Some(capture) = datastore.capture() else { continue };
            let has_more = known.datastores.get(&name).is_some_and(|own| adds(&delivered.origins, own));
            if !has_more || !captures_others(capture, datastore, &delivered.names) {
                continue;
            }
            let (collection, tables) = capture.kind().sources();
            for (dataset, table) in tables {
                let Some(delivered) = former.stored_in(table) else { continue };
                let path = unit.path().attribute(segment::CAPTURE).child(collection, dataset);
                found.push(Recapture { path, table: table.clone(), delivered: delivered.clone() });
            }
        }
    }
    found.sort_unstable();
    found
}

/// Whether a dataset with these own origins had others, if it had those of what is delivered as well.
fn adds(delivered: &Origins, own: &DatastoreOrigins) -> bool {
    own.values().any(|own| {
        let mut joined = Origins::clone(own);
        joined.merge(delivered);
        joined != **own
    })
}

/// The datasets that are delivered to a site and stored under other names than those of now.
struct RenamedDeliveries {
    /// Each with the names that its table is called after.
    datasets: Vec<(DatasetKey, DeliveredNames)>,
    /// The names of all of them.
    names: DeliveredNames,
}

impl RenamedDeliveries {
    fn new(site: &Site, directory: &UnitIndex, stored: &dyn Fn(&DatasetKey) -> DatasetKey) -> Self {
        let mut renamed = Self { datasets: Vec::new(), names: DeliveredNames::default() };
        for workspace in delivering(site, directory) {
            for sink in workspace.entity.groups().iter().flat_map(|group| group.sinks()) {
                let storage = stored(sink.name());
                if storage == *sink.name() {
                    continue;
                }
                let called = [storage.datastore.as_str(), storage.dataset.as_str()];
                let mut names = DeliveredNames::default();
                names.extend(called);
                renamed.names.extend(called);
                renamed.datasets.push((sink.name().clone(), names));
            }
        }
        renamed
    }

    /// The first of the datasets that may be stored in a table.
    fn stored_in(&self, table: &str) -> Option<&DatasetKey> {
        // Most tables are called after none of them, and there may be thousands of both.
        if !self.names.may_be(table) {
            return None;
        }
        self.datasets.iter().find(|(_, names)| names.may_be(table)).map(|(dataset, _)| dataset)
    }
}
