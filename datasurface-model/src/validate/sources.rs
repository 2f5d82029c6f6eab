//! Sources: the tables, topics and files that datasets are captured from, and the same one captured twice.

use super::{
    PersistentMap,
    container_index::{ContainerIndex, MovedContainers, Site},
    facts::Subject,
    unit::UnitKey,
    unit_index::UnitIndex,
};
use datasurface_ecosystem::{
    Capture, CaptureKind, ContainerKind, DataContainer, Dataset, Datastore, source_identity,
};
use datasurface_schema::{DatasetName, DatastoreName, Entity, Named, Text};
use rustc_hash::{FxHashSet, FxHasher};
use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

/// A dataset that is captured from the source of another datastore, or from some of the files that are its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SharedSource {
    pub(crate) dataset: DatasetName,
    /// The other datastore.
    pub(crate) other: UnitKey,
    pub(crate) other_dataset: DatasetName,
    /// What the keys of the other's files begin with in their bucket, if those are more.
    pub(crate) other_prefix: Option<Text>,
}

/// A captured dataset, by a hash of its site and source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct CapturedSource {
    key: u64,
    unit: UnitKey,
    dataset: DatasetName,
}

impl Entity for CapturedSource {
    type Name = u64;

    fn name(&self) -> &u64 {
        &self.key
    }
}

/// The captured datasets: one small entry for each. Sources with one hash need not be the same.
#[derive(Clone, Debug, Default)]
pub(super) struct SourceIndex {
    entries: Named<CapturedSource>,
    /// The keys with several entries: most often there are none, or few.
    shared: PersistentMap<u64, ()>,
}

impl SourceIndex {
    /// Follows datastores before and after, those among them that changed in nothing but in where their containers are. Notes which
    /// others may be captured from a source of somebody else now, or no more.
    pub(super) fn update<'a>(
        &mut self,
        datastores: impl Iterator<Item = (&'a UnitKey, [Option<&'a Arc<Datastore>>; 2])>,
        containers: &ContainerIndex,
        moved: &MovedContainers,
        touched: &mut FxHashSet<Subject>,
    ) {
        let (mut lost, mut added) = (Vec::new(), Vec::new());
        for (unit, [old, new]) in datastores {
            let before = entries(unit, old, |capture| match moved.get(capture.container()) {
                Some(before) => SourceKeys::new(&before.site, before.kind.as_ref()?),
                None => SourceKeys::of(capture, containers),
            });
            let now = entries(unit, new, |capture| SourceKeys::of(capture, containers));
            if before == now {
                continue;
            }
            touched.insert(Subject::Sources(unit.name().into()));
            lost.extend(before.iter().filter(|entry| now.binary_search(entry).is_err()).cloned());
            added.extend(now.into_iter().filter(|entry| before.binary_search(entry).is_err()));
        }
        added.sort_unstable();
        let mut changed: Vec<&CapturedSource> = lost.iter().chain(&added).collect();
        changed.sort_unstable();
        // Where nothing was known before, a key that comes once has one entry, and nobody has to look.
        let is_first = self.entries.is_empty();
        let changed: Vec<(u64, UnitKey)> = changed
            .chunk_by(|one, other| one.key == other.key)
            .filter(|same| !(is_first && same.len() == 1))
            .filter_map(|same| same.first().map(|first| (first.key, first.unit.clone())))
            .collect();
        for entry in &lost {
            self.entries.take(entry);
        }
        self.entries.extend(added);
        for (key, first) in &changed {
            self.renew_key(*key, first, touched);
        }
    }

    /// Notes whether a key has several entries. Only later datastores are told of an earlier one: what the first of those that
    /// changed has changed reaches all of them.
    fn renew_key(&mut self, key: u64, first: &UnitKey, touched: &mut FxHashSet<Subject>) {
        let later = self.entries.get_all(&key).filter(|entry| entry.unit > *first);
        touched.extend(later.map(|entry| Subject::Sources(entry.unit.name().into())));
        if self.entries.get_all(&key).nth(1).is_some() {
            self.shared.insert(key, ());
        } else {
            self.shared.remove(&key);
        }
    }
}

/// The captured datasets of a datastore, each once, in order.
fn entries<'a>(
    unit: &UnitKey,
    datastore: Option<&'a Arc<Datastore>>,
    keys: impl FnOnce(&'a Capture) -> Option<SourceKeys<'a>>,
) -> Vec<CapturedSource> {
    let Some(datastore) = datastore else { return Vec::new() };
    let Some(capture) = datastore.capture() else { return Vec::new() };
    let Some(keys) = keys(capture) else { return Vec::new() };
    let entry = |(dataset, source): (&DatasetName, &str)| CapturedSource {
        key: keys.key(capture.kind(), source),
        unit: unit.clone(),
        dataset: dataset.clone(),
    };
    let mut entries: Vec<_> = sources(capture, datastore).map(entry).collect();
    entries.sort_unstable();
    entries.dedup();
    entries
}

/// Returns the datasets of a datastore that are captured from what an earlier datastore captures, each with the first of those; and
/// those that are captured from files which are among those of any other one.
pub(super) fn shared_sources(datastore: &DatastoreName, directory: &UnitIndex) -> Vec<SharedSource> {
    let index = directory.sources();
    let Some((unit, found)) = directory.datastores().get(datastore) else { return Vec::new() };
    let Some(capture) = found.entity().capture() else { return Vec::new() };
    let Some(keys) = SourceKeys::of(capture, directory.containers()) else { return Vec::new() };
    let is_of_files = matches!(capture.kind(), CaptureKind::ObjectFiles { .. });
    if index.shared.is_empty() && !is_of_files {
        return Vec::new();
    }
    let site = directory.containers().site(capture.container());
    let mut shared = Vec::new();
    for (dataset, source) in sources(capture, found.entity()) {
        let own = source_identity(Some(keys.kind), capture.kind(), source);
        let around = is_of_files.then(|| directory.file_prefixes().around(&site, &own, unit)).flatten();
        shared.extend(around.map(|around| SharedSource {
            dataset: dataset.clone(),
            other: around.unit.clone(),
            other_dataset: around.dataset.clone(),
            other_prefix: Some(around.prefix.clone()),
        }));
        let key = keys.key(capture.kind(), source);
        if !index.shared.contains_key(&key) {
            continue;
        }
        let is_same = |other: &&CapturedSource| {
            captured_in(&other.unit, &other.dataset, directory).is_some_and(|(capture, source)| {
                let kind = directory.containers().get(capture.container()).map(DataContainer::kind);
                directory.containers().site(capture.container()) == site
                    && source_identity(kind, capture.kind(), source) == own
            })
        };
        let mut earlier = index.entries.get_all(&key).take_while(|other| other.unit < *unit);
        if let Some(other) = earlier.find(is_same) {
            shared.push(SharedSource {
                dataset: dataset.clone(),
                other: other.unit.clone(),
                other_dataset: other.dataset.clone(),
                other_prefix: None,
            });
        }
    }
    shared
}

/// The capture of a unit, and the source of one of its datasets.
fn captured_in<'a>(
    unit: &UnitKey,
    dataset: &DatasetName,
    directory: &'a UnitIndex,
) -> Option<(&'a Capture, &'a str)> {
    let datastore = directory.datastores().unit(unit)?.entity();
    let capture = datastore.capture()?;
    Some((capture, source_of(capture, datastore.datasets().get(dataset)?)?))
}

/// The datasets of a datastore whose sources are known, with these.
pub(super) fn sources<'a>(
    capture: &'a Capture,
    datastore: &'a Datastore,
) -> impl Iterator<Item = (&'a DatasetName, &'a str)> {
    let datasets = datastore.datasets().iter();
    datasets.filter_map(|dataset| Some((dataset.name(), source_of(capture, dataset)?)))
}

/// The source of a dataset; none where it is not declared. Where no table is, it is that of the same name, or of the former one.
pub(super) fn source_of<'a>(capture: &'a Capture, dataset: &'a Dataset) -> Option<&'a str> {
    if let Some(former) = capture.former_source(dataset) {
        return Some(former.as_str());
    }
    declared_source(capture, dataset.name())
}

/// The source of a dataset, without regard to its former name.
pub(super) fn declared_source<'a>(capture: &'a Capture, dataset: &'a DatasetName) -> Option<&'a str> {
    let (_, sources) = capture.kind().sources();
    let source = match capture.kind() {
        CaptureKind::Kafka { .. } | CaptureKind::ObjectFiles { .. } => sources.get(dataset)?.as_str(),
        _ => capture.source_name(dataset),
    };
    // Every file has a key that begins with nothing.
    let is_everything = source.is_empty() && matches!(capture.kind(), CaptureKind::ObjectFiles { .. });
    (is_everything || !source.trim().is_empty()).then_some(source)
}

/// The keys of sources at one site.
struct SourceKeys<'a> {
    hasher: FxHasher,
    kind: &'a ContainerKind,
}

impl<'a> SourceKeys<'a> {
    /// The keys at a site; none where nothing can be captured twice, as each platform keeps it for itself.
    fn new(site: &Site, kind: &'a ContainerKind) -> Option<Self> {
        let mut hasher = FxHasher::default();
        site.hash(&mut hasher);
        (!matches!(kind, ContainerKind::PlatformManaged)).then_some(Self { hasher, kind })
    }

    /// The keys at the site that is captured from.
    fn of(capture: &Capture, containers: &'a ContainerIndex) -> Option<Self> {
        let container = containers.get(capture.container())?;
        Self::new(&containers.site(capture.container()), container.kind())
    }

    /// Returns the key of a source, which is the same for all spellings of it.
    fn key(&self, capture: &CaptureKind, source: &str) -> u64 {
        let mut hasher = self.hasher.clone();
        source_identity(Some(self.kind), capture, source).hash(&mut hasher);
        hasher.finish()
    }
}
