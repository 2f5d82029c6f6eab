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
    /// The delivered dataset that may be in the table: one of each zone.
    pub delivered: DatasetKey,
    /// The place of that dataset, whose zone has a say in what is done with it; none if it is not known.
    pub source: Option<ModelPath>,
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
                let path = unit.path().attribute(segment::CAPTURE).child(collection, dataset);
                let stored = stored_in(table, &former).into_iter();
                let stored = stored.map(|stored| (stored, place(stored, directory)));
                found.extend(one_of_each_zone(&path, table, stored));
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
    /// The place of the dataset, whose zone has a say in what is done with it; none if it is not known.
    pub source: Option<ModelPath>,
}

/// Returns the captures of tables that are called after former deliveries to their container. What has the origins of that data anyway,
/// or is called after what is delivered still, is not among them.
pub(super) fn former_recaptures(
    known: &KnownOrigins,
    directory: &UnitIndex,
    deliveries: &[FormerDelivery],
) -> Vec<Recapture> {
    let mut at_sites: BTreeMap<Site, Vec<&FormerDelivery>> = BTreeMap::new();
    for delivery in deliveries {
        let site = directory.containers().site(&delivery.container);
        at_sites.entry(site).or_default().push(delivery);
    }
    let mut found = Vec::new();
    for (site, deliveries) in at_sites {
        let mut former = StoredDatasets::default();
        deliveries.iter().for_each(|delivery| add(&mut former, &delivery.dataset, &delivery.dataset));
        let sources: BTreeMap<_, _> =
            deliveries.iter().map(|delivery| (&delivery.dataset, &delivery.source)).collect();
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
                // What may be cut is not known to be what is delivered still.
                if delivered.is_some_and(|delivered| !delivered.names.whole(&table).is_empty()) {
                    continue;
                }
                let others = stored_in(&table, &former).into_iter().filter(|stored| !has_them(stored));
                let others = others.map(|stored| (stored, sources.get(stored).copied().cloned().flatten()));
                let path = unit.path().attribute(segment::CAPTURE);
                let path = if named.contains_key(dataset) { path.child(collection, dataset) } else { path };
                found.extend(one_of_each_zone(&path, &table, others));
            }
        }
    }
    found.sort_unstable();
    found
}

/// The captures of a table that may have these datasets: the first of each zone, since whoever has a say in one has it in the others.
fn one_of_each_zone<'s>(
    path: &ModelPath,
    table: &Text,
    stored: impl Iterator<Item = (&'s DatasetKey, Option<ModelPath>)>,
) -> impl Iterator<Item = Recapture> {
    let zone = |source: &Option<ModelPath>| source.as_ref()?.segments().nth(1).map(str::to_owned);
    let mut known = BTreeSet::new();
    let first = stored.filter(move |(_, source)| known.insert(zone(source)));
    first.map(|(delivered, source)| Recapture {
        path: path.clone(),
        table: table.clone(),
        delivered: delivered.clone(),
        source,
    })
}

/// The place of a dataset that is declared.
fn place(key: &DatasetKey, directory: &UnitIndex) -> Option<ModelPath> {
    let (_, member) = directory.datastores().get(&key.datastore)?;
    Some(member.located().path().child(segment::DATASETS, &key.dataset))
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
