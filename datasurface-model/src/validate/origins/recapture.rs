//! Captures of delivered tables that only storage names show: a table keeps its name, and the model may have forgotten that one.

use super::{
    DatastoreOrigins, Origins,
    delivered_names::DeliveredNames,
    evaluate::{KnownOrigins, add_own, captures_others, delivering},
    lineage_graph::captured_at,
};
use crate::validate::{container_index::Site, unit_index::UnitIndex};
use datasurface_ecosystem::{Access, ModelPath, segment};
use datasurface_schema::{ContainerKey, DatasetKey, Entity, Text};
use std::collections::{BTreeMap, BTreeSet};

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
        let former = renamed_deliveries(site, directory, stored);
        if former.is_empty() {
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
                let Some(delivered) = stored_in(table, &former).first().copied() else { continue };
                let path = unit.path().attribute(segment::CAPTURE).child(collection, dataset);
                found.push(Recapture { path, table: table.clone(), delivered: delivered.clone() });
            }
        }
    }
    found.sort_unstable();
    found
}

/// A delivery that the model does not state any more, although its table may be there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FormerDelivery {
    /// The container of the table.
    pub container: ContainerKey,
    /// The dataset, as it was called when it was delivered.
    pub dataset: DatasetKey,
}

/// Returns the captures of tables that are called after former deliveries to their container. What has the origins of that data anyway,
/// or is called after what is delivered still, is not among them.
pub(super) fn former_recaptures(
    known: &KnownOrigins,
    directory: &UnitIndex,
    deliveries: &[FormerDelivery],
) -> Vec<Recapture> {
    let mut at_sites: BTreeMap<Site, Vec<&DatasetKey>> = BTreeMap::new();
    for delivery in deliveries {
        let site = directory.containers().site(&delivery.container);
        at_sites.entry(site).or_default().push(&delivery.dataset);
    }
    let mut found = Vec::new();
    for (site, datasets) in at_sites {
        let mut former = StoredDatasets::default();
        datasets.into_iter().for_each(|dataset| add(&mut former, dataset, dataset));
        let delivered = known.sites.get(&site);
        for name in captured_at(&site, directory) {
            let Some((unit, member)) = directory.datastores().get(&name) else { continue };
            let datastore = member.entity();
            let Some(capture) = datastore.capture() else { continue };
            let (collection, named) = capture.kind().sources();
            for dataset in datastore.datasets().names() {
                let table = named.get(dataset).cloned().unwrap_or_else(|| dataset.as_str().into());
                let own = origins_of(&DatasetKey::new(&name, dataset), known, directory);
                let has_them = |source: &DatasetKey| {
                    let both = origins_of(source, known, directory).zip(own.as_ref());
                    both.is_some_and(|(of_source, own)| !brings_more(&of_source, own))
                };
                let other = stored_in(&table, &former).into_iter().find(|source| !has_them(source));
                let Some(source) = other else { continue };
                if delivered.is_some_and(|delivered| delivered.names.may_be(&table)) {
                    continue;
                }
                let path = unit.path().attribute(segment::CAPTURE);
                let path = if named.contains_key(dataset) { path.child(collection, dataset) } else { path };
                found.push(Recapture { path, table, delivered: source.clone() });
            }
        }
    }
    found.sort_unstable();
    found
}

/// The origins of a dataset, whether it derives from others or not; of one of a closed datastore, itself is one.
fn origins_of(key: &DatasetKey, known: &KnownOrigins, directory: &UnitIndex) -> Option<Origins> {
    let (_, member) = directory.datastores().get(&key.datastore)?;
    let located = member.located();
    let dataset = located.entity.datasets().get(&key.dataset)?;
    let derived = known.datastores.get(&key.datastore).and_then(|all| all.get(&key.dataset));
    let mut origins = derived.map(|derived| Origins::clone(derived)).unwrap_or_default();
    add_own(&mut origins, located, dataset);
    if matches!(located.entity.access(), Access::Approved(_)) {
        origins.closed.insert(key.clone());
    }
    Some(origins)
}

/// Whether data with these own origins had others, if it had those of a source as well.
fn brings_more(source: &Origins, own: &Origins) -> bool {
    let mut joined = own.clone();
    joined.merge(source);
    joined != *own
}

/// Whether a dataset with these own origins had others, if it had those of what is delivered as well.
fn adds(delivered: &Origins, own: &DatastoreOrigins) -> bool {
    own.values().any(|own| brings_more(delivered, own))
}

/// Datasets by the names that the tables are called after in which they are stored.
type StoredDatasets = DeliveredNames<BTreeSet<DatasetKey>>;

/// The datasets that are delivered to a site and stored under other names than those of now.
fn renamed_deliveries(
    site: &Site,
    directory: &UnitIndex,
    stored: &dyn Fn(&DatasetKey) -> DatasetKey,
) -> StoredDatasets {
    let mut renamed = StoredDatasets::default();
    for workspace in delivering(site, directory) {
        for sink in workspace.entity.groups().iter().flat_map(|group| group.sinks()) {
            let storage = stored(sink.name());
            if storage != *sink.name() {
                add(&mut renamed, sink.name(), &storage);
            }
        }
    }
    renamed
}

/// Adds a dataset with the name under which it is stored.
fn add(to: &mut StoredDatasets, dataset: &DatasetKey, storage: &DatasetKey) {
    for name in [storage.datastore.as_str(), storage.dataset.as_str()] {
        to.add(name).insert(dataset.clone());
    }
}

/// The datasets that may be stored in a table.
fn stored_in<'s>(table: &str, stored: &'s StoredDatasets) -> BTreeSet<&'s DatasetKey> {
    stored.of(table).into_iter().flatten().collect()
}
