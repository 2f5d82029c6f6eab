//! Captures of delivered tables that only storage names show: a table keeps its name, and the model may have forgotten that one.

use super::{
    Origins,
    delivered_names::DeliveredNames,
    evaluate::{KnownOrigins, add_own, delivering},
    lineage_graph::captured_at,
};
use crate::validate::{container_index::Site, unit_index::UnitIndex, unit_members::Located};
use datasurface_ecosystem::{Access, Dataset, Datastore, ModelPath, segment};
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

/// Returns the captures of tables that are called after storage names of delivered datasets, and do not have the origins and the
/// classifications of what is delivered. `stored` returns the storage name of a dataset.
pub(super) fn recaptures(
    known: &KnownOrigins,
    directory: &UnitIndex,
    stored: &dyn Fn(&DatasetKey) -> DatasetKey,
) -> Vec<Recapture> {
    let mut found = Vec::new();
    for site in known.sites.keys() {
        let former = renamed_deliveries(site, directory, stored);
        if former.is_empty() {
            continue;
        }
        let lacks = |own: &DatasetKey, source: &DatasetKey| {
            lacks_origins(own, source, known, directory) || is_classified_less(own, source, directory)
        };
        for (path, table, dataset) in tables_at(site, directory) {
            let stored = stored_in(&table, &former).into_iter().filter(|stored| lacks(&dataset, stored));
            let stored = stored.map(|stored| (stored, place(stored, directory)));
            found.extend(one_of_each_zone(&path, &table, stored));
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
        for (path, table, dataset) in tables_at(&site, directory) {
            // What may be cut is not known to be what is delivered still.
            if delivered.is_some_and(|delivered| !delivered.names.whole(&table).is_empty()) {
                continue;
            }
            let lacks = |source: &&DatasetKey| lacks_origins(&dataset, source, known, directory);
            let others = stored_in(&table, &former).into_iter().filter(lacks);
            let others = others.map(|stored| (stored, sources.get(stored).copied().cloned().flatten()));
            found.extend(one_of_each_zone(&path, &table, others));
        }
    }
    found.sort_unstable();
    found
}

/// The tables that are captured at a site, with their places and the datasets that are made of them.
fn tables_at(site: &Site, directory: &UnitIndex) -> Vec<(ModelPath, Text, DatasetKey)> {
    let mut found = Vec::new();
    for name in captured_at(site, directory) {
        let Some((unit, member)) = directory.datastores().get(&name) else { continue };
        let Some(capture) = member.entity().capture() else { continue };
        let (collection, named) = capture.kind().sources();
        let path = unit.path().attribute(segment::CAPTURE);
        for dataset in member.entity().datasets().names() {
            let (path, table) = match named.get(dataset) {
                Some(table) => (path.child(collection, dataset), table.clone()),
                None => (path.clone(), dataset.as_str().into()),
            };
            found.push((path, table, DatasetKey::new(&name, dataset)));
        }
    }
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

/// Whether a dataset would have more origins if it had those of a source as well; so it has if either is not declared.
fn lacks_origins(own: &DatasetKey, source: &DatasetKey, known: &KnownOrigins, directory: &UnitIndex) -> bool {
    let origins = |key| origins_of(key, known, directory);
    let Some((own, source)) = origins(own).zip(origins(source)) else { return true };
    let mut joined = own.clone();
    joined.merge(&source);
    joined != own
}

/// Whether a dataset says less of its classification than a source does.
fn is_classified_less(own: &DatasetKey, source: &DatasetKey, directory: &UnitIndex) -> bool {
    let both = declared(own, directory).zip(declared(source, directory));
    let Some(((_, own), (_, source))) = both else { return true };
    let classes = own.all_classifications();
    source.all_classifications().iter().any(|class| !classes.contains(class))
        || own.is_classified_completely() && !source.is_classified_completely()
}

fn declared<'d>(key: &DatasetKey, directory: &'d UnitIndex) -> Option<(&'d Located<Datastore>, &'d Dataset)> {
    let located = directory.datastores().get(&key.datastore)?.1.located();
    Some((located, located.entity.datasets().get(&key.dataset)?))
}

/// The origins of a dataset, whether it derives from others or not; of one of a closed datastore, itself is one.
fn origins_of(key: &DatasetKey, known: &KnownOrigins, directory: &UnitIndex) -> Option<Origins> {
    let (located, dataset) = declared(key, directory)?;
    let derived = known.datastores.get(&key.datastore).and_then(|all| all.get(&key.dataset));
    let mut origins = derived.map(|derived| Origins::clone(derived)).unwrap_or_default();
    add_own(&mut origins, located, dataset);
    if matches!(located.entity.access(), Access::Approved(_)) {
        origins.closed.insert(key.clone());
    }
    Some(origins)
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
