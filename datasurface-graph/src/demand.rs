//! Demand: from the consumers backwards, what must be there on which platform.

use crate::{
    assignments::Assignments,
    estate::{
        ContainerId, DatasetId, Estate, GroupId, Origin, PlatformId, StoreId, TransformerId, WorkspaceId,
    },
};
use datasurface_model::{Datastore, DatastoreName, Ecosystem, Entity, Valid};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;

/// Where a dataset is exported to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ExportId {
    pub(crate) platform: PlatformId,
    pub(crate) container: ContainerId,
    pub(crate) store: StoreId,
    pub(crate) dataset: DatasetId,
}

/// What must be there, without duplicates, in no order.
#[derive(Debug, Default)]
pub(crate) struct Demand {
    /// Exports, and for whom.
    pub(crate) exports: FxHashMap<ExportId, Vec<(WorkspaceId, GroupId)>>,
    /// Captures, and the datasets that somebody needs.
    pub(crate) ingests: FxHashMap<(PlatformId, StoreId), FxHashSet<DatasetId>>,
    /// Transformers that run.
    pub(crate) transformers: FxHashSet<(PlatformId, TransformerId)>,
}

impl Demand {
    /// What the assigned groups need, through transformers too. Fails with datastores that are needed but that no
    /// platform captures: not all of them, since a transformer that runs nowhere brings in no inputs.
    pub(crate) fn of(estate: &Estate, assignments: &Assignments) -> Result<Self, BTreeSet<DatastoreName>> {
        let mut demand = Self::default();
        let mut uncaptured = BTreeSet::new();
        let mut waiting: Vec<(PlatformId, WorkspaceId, GroupId)> = assignments
            .serving()
            .filter_map(|(group, platform)| {
                let workspace = estate.workspace_id(&group.workspace)?;
                let group = estate.workspace(workspace).workspace.groups().index_of(&group.group)?;
                Some((estate.platform_id(platform)?, workspace, GroupId::at(group)))
            })
            .collect();
        let mut seen: FxHashSet<_> = waiting.iter().copied().collect();

        while let Some((platform, workspace, group)) = waiting.pop() {
            for need in needs(estate, workspace, group) {
                let store = estate.store(need.store);
                let Some(primary) = store.primary else {
                    uncaptured.insert(store.datastore.name().clone());
                    continue;
                };
                let export = ExportId {
                    platform,
                    container: need.container,
                    store: need.store,
                    dataset: need.dataset,
                };
                demand.exports.entry(export).or_default().push((workspace, group));
                for on in store.captured_on.iter().chain([&platform, &primary]) {
                    demand.ingests.entry((*on, need.store)).or_default().insert(need.dataset);
                }
                if let Origin::Made { by } = store.origin
                    && demand.transformers.insert((primary, by))
                {
                    let inputs = groups_of(estate, estate.transformer(by).workspace);
                    let inputs = inputs.map(|(workspace, group)| (primary, workspace, group));
                    waiting.extend(inputs.filter(|next| seen.insert(*next)));
                }
            }
        }
        if uncaptured.is_empty() { Ok(demand) } else { Err(uncaptured) }
    }
}

/// A dataset that a group wants in its workspace's container.
struct Need {
    container: ContainerId,
    store: StoreId,
    dataset: DatasetId,
}

fn needs(estate: &Estate, workspace: WorkspaceId, group: GroupId) -> impl Iterator<Item = Need> {
    let container = estate.workspace(workspace).container;
    estate.group(workspace, group).wanted().iter().filter_map(move |sink| {
        let store = estate.store_id(&sink.name().datastore)?;
        let dataset = estate.store(store).datastore.datasets().index_of(&sink.name().dataset)?;
        Some(Need { container: container?, store, dataset: DatasetId::at(dataset) })
    })
}

fn groups_of(
    estate: &Estate,
    workspace: WorkspaceId,
) -> impl Iterator<Item = (WorkspaceId, GroupId)> + use<> {
    let groups = estate.workspace(workspace).workspace.groups().len();
    (0..groups).map(move |group| (workspace, GroupId::at(group)))
}

/// The datastores that the assigned groups need, on whichever platforms, through transformers too: those that need a
/// primary before a graph can be built.
#[must_use]
pub fn datastores_needed(ecosystem: &Valid<Ecosystem>, assignments: &Assignments) -> BTreeSet<DatastoreName> {
    let mut needed = BTreeSet::new();
    let mut waiting: Vec<&DatastoreName> = assignments
        .serving()
        .filter_map(|(key, _)| ecosystem.workspace(&key.workspace)?.entity().groups().get(&key.group))
        .flat_map(|group| group.wanted().iter().map(|sink| &sink.name().datastore))
        .collect();
    while let Some(name) = waiting.pop() {
        let Some(store) = ecosystem.datastore(name).map(|located| located.entity()) else {
            continue;
        };
        if needed.insert(Datastore::name(store).clone())
            && let Some(producer) = ecosystem.producer(name)
        {
            let groups = producer.entity().groups().iter();
            waiting.extend(groups.flat_map(|group| group.wanted().iter().map(|sink| &sink.name().datastore)));
        }
    }
    needed
}
