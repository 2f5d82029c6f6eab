//! Fragments: what the graphs of all platforms are made of. One fragment for each datastore that somebody needs, and
//! one for each transformer that runs; a node is a fragment and a small number.
//!
//! Fragments hold the model's own units. They are kept in persistent maps by name, so two estates share what is the
//! same in both, and what differs between them is found without looking at the rest.
//!
//! A fragment is self-contained, so equal fragments have equal facts. Names and values of a node are worked out on request
//! (`facts/build.rs`). All that is equal for the datasets of one group on one platform is stored once (`served_group.rs`).

mod datastore;
mod difference;
mod input_tables;
mod node_ref;
mod platform_part;
mod served_group;
mod transformer;
mod workspace;

pub(crate) use datastore::{DatastoreFragment, Need, Origin};
pub(crate) use difference::FragmentsDifference;
pub(crate) use input_tables::{InputTables, former_inputs};
pub(crate) use node_ref::NodeRef;
pub(crate) use platform_part::{CapturedDataset, Export, Ingest, PlatformPart};
pub(crate) use served_group::ServedGroup;
pub(crate) use transformer::{StartCondition, TransformerFragment};
pub(crate) use workspace::{TransformerRun, WorkspaceFragment};

use crate::{assignments::Assignments, fingerprint::Fingerprint, transformers::Transformers};
use datasurface_model::{
    ContainerKey, DataContainer, Dataset, Datastore, DatastoreName, Ecosystem, PlatformName, Valid,
    WorkspaceName,
};
use imbl::{GenericHashMap, OrdMap, shared_ptr::DefaultSharedPtr};
use rustc_hash::FxBuildHasher;
use std::{
    cmp::Ordering,
    sync::{Arc, OnceLock},
};

/// A dataset of a datastore, ordered by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct DatasetId(u32);

impl DatasetId {
    pub(crate) fn from_index(index: usize) -> Self {
        // More than u32::MAX units do not fit in memory.
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }

    /// The dataset of this id.
    #[expect(clippy::expect_used, reason = "an id is a position in the datastore that it is kept beside")]
    pub(crate) fn get_in(self, datastore: &Datastore) -> &Dataset {
        datastore.datasets().get_index(self.0 as usize).expect("a dataset of this datastore")
    }
}

/// Containers by key, in no order: who opens a fragment looks for one, and to compare the three names of a key takes long.
type KeyedContainers = GenericHashMap<ContainerKey, Arc<KeyedContainer>, FxBuildHasher, DefaultSharedPtr>;

/// What the graphs of all platforms are made of.
#[derive(Clone, Debug)]
pub(crate) struct Fragments {
    pub(crate) ecosystem: Valid<Ecosystem>,
    pub(crate) assignments: Assignments,
    /// Ordered by name.
    pub(crate) platforms: Arc<[PlatformName]>,
    pub(crate) transformers: Arc<Transformers>,
    /// The containers that data is captured from or brought to.
    pub(crate) sites: KeyedContainers,
    /// The workspaces that are served, or whose transformer runs.
    pub(crate) workplaces: OrdMap<WorkspaceName, Arc<WorkspaceFragment>>,
    /// The datastores that somebody needs.
    pub(crate) datastore_fragments: OrdMap<DatastoreName, Arc<DatastoreFragment>>,
    /// The transformers that run, by workspace.
    pub(crate) transformer_fragments: OrdMap<WorkspaceName, Arc<TransformerFragment>>,
}

impl Fragments {
    /// No fragments: nothing happens yet.
    pub(crate) fn new(
        ecosystem: Valid<Ecosystem>,
        assignments: Assignments,
        platforms: Arc<[PlatformName]>,
    ) -> Self {
        Self {
            ecosystem,
            assignments,
            platforms,
            transformers: Arc::default(),
            sites: KeyedContainers::default(),
            workplaces: OrdMap::new(),
            datastore_fragments: OrdMap::new(),
            transformer_fragments: OrdMap::new(),
        }
    }
}

/// A container, and how it is called.
#[derive(Clone, Debug)]
pub(crate) struct KeyedContainer {
    pub(crate) key: Arc<ContainerKey>,
    pub(crate) container: Arc<DataContainer>,
    /// Of both. There are few sites, and who compares fragments compares them again and again.
    fingerprint: Fingerprint,
}

impl KeyedContainer {
    pub(crate) fn new(key: ContainerKey, container: DataContainer) -> Self {
        let fingerprint = Fingerprint::of(&(&key, &container));
        Self { key: Arc::new(key), container: Arc::new(container), fingerprint }
    }

    /// By key; the same place in memory is the same site.
    pub(crate) fn cmp_key(&self, other: &Self) -> Ordering {
        if std::ptr::eq(self, other) { Ordering::Equal } else { self.key.cmp(&other.key) }
    }

    /// Whether both are called the same.
    fn has_key_of(&self, other: &Self) -> bool {
        std::ptr::eq(self, other) || self.key == other.key
    }
}

impl PartialEq for KeyedContainer {
    fn eq(&self, other: &Self) -> bool {
        self.fingerprint == other.fingerprint
    }
}

impl Eq for KeyedContainer {}

/// The fingerprint of a node, once somebody asked for it: few are, so there is room for none before. No part of the value of
/// what it is kept in.
#[derive(Clone, Debug, Default)]
pub(crate) struct FingerprintCache(OnceLock<Box<Fingerprint>>);

impl FingerprintCache {
    pub(crate) fn get_or_init(&self, compute: impl FnOnce() -> Fingerprint) -> Fingerprint {
        **self.0.get_or_init(|| Box::new(compute()))
    }
}

impl PartialEq for FingerprintCache {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for FingerprintCache {}
