//! The model as the graph sees it: units under dense ids, in canonical order, so that nodes are a few small numbers.

use crate::{assignments::Assignments, obligation::Custody};
use datasurface_model::{
    Capture, ContainerKey, DataContainer, DataTransformer, Dataset, DatasetGroup, Datastore, DatastoreName,
    Ecosystem, Entity, Located, PlatformName, Valid, Workspace, WorkspaceName,
};
use rustc_hash::FxHashMap;
use std::{collections::BTreeSet, sync::Arc};

macro_rules! ids {
    ($($(#[$doc:meta])* $id:ident),+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) struct $id(pub(crate) u32);

        impl $id {
            pub(crate) fn at(index: usize) -> Self {
                // More than u32::MAX units do not fit in memory.
                Self(u32::try_from(index).unwrap_or(u32::MAX))
            }

            pub(crate) fn index(self) -> usize {
                self.0 as usize
            }
        }
    )+};
}

ids! {
    /// A platform, ordered by name.
    PlatformId,
    /// A datastore, ordered by name.
    StoreId,
    /// A dataset of a store, ordered by name.
    DatasetId,
    /// A workspace, ordered by name.
    WorkspaceId,
    /// A group of a workspace, ordered by name.
    GroupId,
    /// A container, ordered by key.
    ContainerId,
    /// A transformer, ordered by workspace.
    TransformerId
}

/// Units under dense ids.
#[derive(Debug)]
pub(crate) struct Estate {
    platforms: Vec<PlatformName>,
    stores: Vec<Store>,
    workspaces: Vec<Consumer>,
    containers: Vec<(ContainerKey, DataContainer)>,
    transformers: Vec<Transformer>,
    store_ids: FxHashMap<DatastoreName, StoreId>,
    workspace_ids: FxHashMap<WorkspaceName, WorkspaceId>,
}

/// A datastore, where its data comes from, and who captures it.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) datastore: Arc<Datastore>,
    pub(crate) origin: Origin,
    pub(crate) primary: Option<PlatformId>,
    pub(crate) captured_on: Vec<PlatformId>,
}

/// Where the data of a datastore comes from.
#[derive(Debug)]
pub(crate) enum Origin {
    Captured { container: ContainerId, capture: Capture },
    Made { by: TransformerId },
}

/// A workspace and the container that its data is brought to.
#[derive(Debug)]
pub(crate) struct Consumer {
    pub(crate) workspace: Arc<Workspace>,
    pub(crate) container: Option<ContainerId>,
}

/// A transformer, and where its inputs are brought to.
#[derive(Debug)]
pub(crate) struct Transformer {
    pub(crate) workspace: WorkspaceId,
    pub(crate) container: ContainerId,
    pub(crate) transformer: DataTransformer,
}

impl Estate {
    /// What a broken reference stood for, which validation would have reported, is left out.
    pub(crate) fn of(ecosystem: &Valid<Ecosystem>, assignments: &Assignments) -> Self {
        let platforms = platforms_of(ecosystem, assignments);
        let datastores = ecosystem.datastores();
        let units = ecosystem.workspaces();
        let containers = containers_of(ecosystem, &datastores, &units);
        let container_id = |key: &ContainerKey| {
            containers.binary_search_by(|(other, _)| other.cmp(key)).ok().map(ContainerId::at)
        };

        let workspaces: Vec<Consumer> = units
            .iter()
            .map(|located| Consumer {
                workspace: Arc::clone(located.entity()),
                container: located.entity().container_key().and_then(container_id),
            })
            .collect();
        let transformers = transformers_of(&workspaces);
        let makers: FxHashMap<&DatastoreName, TransformerId> = transformers
            .iter()
            .enumerate()
            .map(|(index, unit)| (unit.transformer.output(), TransformerId::at(index)))
            .collect();

        let stores: Vec<Store> = datastores
            .iter()
            .filter_map(|located| {
                let datastore = located.entity();
                let origin = match (makers.get(datastore.name()), datastore.capture()) {
                    (Some(by), _) => Origin::Made { by: *by },
                    (None, capture) => Origin::Captured {
                        container: container_id(capture?.container())?,
                        capture: capture?.clone(),
                    },
                };
                let platform_id =
                    |name: &PlatformName| platforms.binary_search(name).ok().map(PlatformId::at);
                Some(Store {
                    origin,
                    primary: assignments.primary(datastore.name()).and_then(platform_id),
                    captured_on: assignments.capturing(datastore.name()).filter_map(platform_id).collect(),
                    datastore: Arc::clone(datastore),
                })
            })
            .collect();
        Self {
            store_ids: stores
                .iter()
                .enumerate()
                .map(|(index, store)| (store.datastore.name().clone(), StoreId::at(index)))
                .collect(),
            workspace_ids: workspaces
                .iter()
                .enumerate()
                .map(|(index, unit)| (unit.workspace.name().clone(), WorkspaceId::at(index)))
                .collect(),
            platforms,
            stores,
            workspaces,
            containers,
            transformers,
        }
    }

    pub(crate) fn platforms(&self) -> &[PlatformName] {
        &self.platforms
    }

    pub(crate) fn platform_id(&self, name: &PlatformName) -> Option<PlatformId> {
        self.platforms.binary_search(name).ok().map(PlatformId::at)
    }

    pub(crate) fn store_id(&self, name: &DatastoreName) -> Option<StoreId> {
        self.store_ids.get(name).copied()
    }

    pub(crate) fn workspace_id(&self, name: &WorkspaceName) -> Option<WorkspaceId> {
        self.workspace_ids.get(name).copied()
    }

    pub(crate) fn platform(&self, id: PlatformId) -> &PlatformName {
        get(&self.platforms, id.index())
    }

    pub(crate) fn store(&self, id: StoreId) -> &Store {
        get(&self.stores, id.index())
    }

    pub(crate) fn workspace(&self, id: WorkspaceId) -> &Consumer {
        get(&self.workspaces, id.index())
    }

    pub(crate) fn transformer(&self, id: TransformerId) -> &Transformer {
        get(&self.transformers, id.index())
    }

    pub(crate) fn container(&self, id: ContainerId) -> &(ContainerKey, DataContainer) {
        get(&self.containers, id.index())
    }

    #[expect(clippy::expect_used, reason = "ids are given out by this estate alone, and it never shrinks")]
    pub(crate) fn dataset(&self, store: StoreId, dataset: DatasetId) -> &Dataset {
        self.store(store).datastore.datasets().at(dataset.index()).expect("a dataset of this store")
    }

    #[expect(clippy::expect_used, reason = "ids are given out by this estate alone, and it never shrinks")]
    pub(crate) fn group(&self, workspace: WorkspaceId, group: GroupId) -> &DatasetGroup {
        self.workspace(workspace).workspace.groups().at(group.index()).expect("a group of this workspace")
    }
}

#[expect(clippy::indexing_slicing, reason = "ids are given out by the estate alone, and it never shrinks")]
fn get<T>(units: &[T], index: usize) -> &T {
    &units[index]
}

/// What must be kept of the datasets of a capture, beside their ids.
pub(crate) type Kept = Vec<(DatasetId, Custody)>;

/// Platforms that are declared, and those that still do something though their declaration is gone.
fn platforms_of(ecosystem: &Ecosystem, assignments: &Assignments) -> Vec<PlatformName> {
    let serving = assignments.serving().map(|(_, platform)| platform);
    let capturing = assignments.primaries().keys().flat_map(|datastore| assignments.capturing(datastore));
    let mut platforms: Vec<PlatformName> =
        ecosystem.platforms().names().chain(serving).chain(capturing).cloned().collect();
    platforms.sort();
    platforms.dedup();
    platforms
}

/// The transformers of these workspaces, in their order.
fn transformers_of(workspaces: &[Consumer]) -> Vec<Transformer> {
    let made = workspaces.iter().enumerate().filter_map(|(index, unit)| {
        Some(Transformer {
            workspace: WorkspaceId::at(index),
            container: unit.container?,
            transformer: unit.workspace.data_transformer()?.clone(),
        })
    });
    made.collect()
}

/// The containers that data is captured from or brought to, by key.
fn containers_of(
    ecosystem: &Valid<Ecosystem>,
    datastores: &[&Located<Datastore>],
    workspaces: &[&Located<Workspace>],
) -> Vec<(ContainerKey, DataContainer)> {
    let sources = datastores.iter().filter_map(|store| Some(store.entity().capture()?.container()));
    let targets = workspaces.iter().filter_map(|workspace| workspace.entity().container_key());
    let keys: BTreeSet<_> = sources.chain(targets).collect();
    keys.into_iter().filter_map(|key| Some((key.clone(), ecosystem.container(key)?.clone()))).collect()
}
