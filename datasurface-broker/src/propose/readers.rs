//! Readers: who reads which dataset, and whom a change of its schema breaks.

use super::views::{PlatformViews, Views};
use crate::placed::Placed;
use datasurface_graph::NodeKey;
use datasurface_model::{
    DatasetKey, DatasetName, Entity, GroupKey, PlatformName, Schema, SchemaChange, WorkspaceName,
};
use datasurface_platform::{Action, DatasetReaders, Meaning, NodeView, Plan, Scope, Step};
use datasurface_state::rendered::{PlatformDifferences, PlatformIndex, ScopeDifference};
use datasurface_state::{PlatformRecord, ScopeEntry, StoredView, TargetError, storage::DeclaredNames};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

/// The readers of all datasets, looked up when somebody asks.
pub(super) struct Readers<'a> {
    placed: &'a Placed,
    declared: DeclaredNames<'a>,
    views: &'a Views,
}

impl<'a> Readers<'a> {
    pub(super) fn new(placed: &'a Placed, views: &'a Views) -> Self {
        let declared = DeclaredNames::new(&placed.ecosystem, placed.lock.storage_names());
        Self { placed, declared, views }
    }

    /// The name of now of a dataset, by its storage name. What is only held has none.
    fn now(&self, storage: &DatasetKey) -> Option<DatasetKey> {
        let now = self.declared.dataset(storage)?;
        let has =
            |node: &NodeView| node.facts().datasets().iter().any(|facts| facts.storage_key() == storage);
        let mut nodes = self.views.iter().flat_map(|(platform, views)| {
            let keys = self.nodes_about(platform, &now);
            keys.into_iter().filter_map(|key| views.nodes.get(&key))
        });
        nodes.any(has).then_some(now)
    }

    /// The nodes of a platform that can capture a dataset, or make it.
    fn nodes_about(&self, platform: &PlatformName, dataset: &DatasetKey) -> Vec<NodeKey> {
        let DatasetKey { datastore, dataset, .. } = dataset;
        let ingest = |dataset: Option<DatasetName>| NodeKey::Ingest {
            platform: platform.clone(),
            datastore: datastore.clone(),
            dataset,
        };
        let producer = self.placed.ecosystem.producer(datastore);
        let transform = producer.map(|found| NodeKey::Transform {
            platform: platform.clone(),
            workspace: found.entity.name().clone(),
        });
        [ingest(None), ingest(Some(dataset.clone()))].into_iter().chain(transform).collect()
    }

    /// The datasets that a transformer makes which runs; nothing for a workspace that has none.
    fn made_by(&self, workspace: &WorkspaceName) -> Vec<DatasetKey> {
        let ecosystem = &self.placed.ecosystem;
        let found = ecosystem.workspace(workspace);
        let transformer = found.and_then(|found| found.entity.transformer());
        let output = transformer.map(|transformer| transformer.output());
        let store = output
            .filter(|output| self.placed.chosen.needs(output))
            .and_then(|output| ecosystem.datastore(output));
        let made = store.into_iter().flat_map(|store| {
            let datasets = store.entity.datasets().names();
            datasets.map(|dataset| DatasetKey::new(store.entity.name(), dataset))
        });
        made.collect()
    }
}

impl DatasetReaders for Readers<'_> {
    fn readers_of(&self, dataset: &DatasetKey) -> BTreeSet<GroupKey> {
        let mut groups = BTreeSet::new();
        let mut passed = BTreeSet::new();
        let mut waiting: Vec<DatasetKey> = self.now(dataset).into_iter().collect();
        while let Some(dataset) = waiting.pop() {
            for key in self.placed.chosen.readers(&dataset) {
                groups.insert(key.clone());
                // Beyond a transformer is the same, whichever of its inputs led there.
                if passed.insert(key.workspace.clone()) {
                    waiting.extend(self.made_by(&key.workspace));
                }
            }
        }
        groups
    }
}

impl fmt::Debug for Readers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Readers").finish_non_exhaustive()
    }
}

/// Joins into the meaning of each step who reads what it changes, where the new schema of a dataset breaks those who read by the old one.
///
/// # Errors
///
/// If a node of before cannot be read.
pub(super) fn join(
    plan: Plan,
    (before, differences): (Option<&PlatformRecord>, &PlatformDifferences),
    (views, rendered): (&PlatformViews, &PlatformIndex),
    readers: &Readers<'_>,
) -> Result<Plan, TargetError> {
    let Some(before) = before.filter(|_| !plan.is_empty()) else { return Ok(plan) };
    let broken = broken(before, differences, views)?;
    if broken.is_empty() {
        return Ok(plan);
    }
    let broken: BTreeMap<DatasetKey, BTreeSet<GroupKey>> =
        broken.into_iter().map(|dataset| (dataset.clone(), readers.readers_of(dataset))).collect();
    let storage = |node: &NodeKey| views.nodes.get(node).map(|node| node.facts().storage_key());
    let meaning = |step: &Step| {
        let resource = rendered.resource(&step.resource)?;
        if !matches!(step.action, Action::Update | Action::Replace) {
            return None;
        }
        // What is shared has no origins, but members that changed.
        let of_scope = matches!(step.scope, Scope::Shared(_)).then_some(&step.cause.nodes);
        let nodes = resource.origins().iter().chain(of_scope.into_iter().flatten());
        let exported = nodes.filter_map(|node| match storage(node) {
            Some(NodeKey::Export { dataset, .. }) => Some(dataset),
            _ => None,
        });
        let datasets = exported.chain(resource.held_data().map(|held| held.dataset.clone()));
        let groups: BTreeSet<GroupKey> =
            datasets.filter_map(|dataset| broken.get(&dataset)).flatten().cloned().collect();
        (!groups.is_empty()).then_some(Meaning::Breaking(groups))
    };
    Ok(plan.with_meanings(meaning))
}

/// The datasets whose schema breaks a rule of compatibility, compared with that by which their data was kept before.
fn broken<'v>(
    before: &PlatformRecord,
    differences: &PlatformDifferences,
    views: &'v PlatformViews,
) -> Result<Vec<&'v DatasetKey>, TargetError> {
    // A shared scope is rendered from parts, so a schema may differ where its view does not.
    let is_shared = |entry: &&Arc<ScopeEntry>| matches!(entry.scope, Scope::Shared(_));
    let shared = before.base_scopes().iter().filter(is_shared).flat_map(|entry| entry.views.values());
    let kept = shared.chain(differences.base.iter().flat_map(ScopeDifference::views));
    let kept: Vec<&NodeView> = kept.map(StoredView::view).collect::<Result<_, _>>()?;
    let kept: BTreeMap<&DatasetKey, &Schema> = kept.into_iter().flat_map(schemas).collect();
    if kept.is_empty() {
        return Ok(Vec::new());
    }
    let is_kept = |(dataset, _): &(&DatasetKey, &Schema)| kept.contains_key(dataset);
    // Where a schema is another one, its node is, too.
    let nodes = differences.base.iter().flat_map(ScopeDifference::nodes);
    let now = nodes.filter_map(|node| views.stored_as(node)).flat_map(schemas).filter(is_kept);
    let now: BTreeMap<&DatasetKey, &Schema> = now.collect();
    let breaks = |(dataset, schema): (&'v DatasetKey, &Schema)| {
        let old = kept.get(dataset).filter(|old| ***old != *schema)?;
        let breaks = |change: &SchemaChange| change.broken_rule().is_some();
        SchemaChange::between(old, schema).iter().any(breaks).then_some(dataset)
    };
    Ok(now.into_iter().filter_map(breaks).collect())
}

fn schemas(node: &NodeView) -> impl Iterator<Item = (&DatasetKey, &Schema)> {
    node.facts().datasets().iter().map(|dataset| (dataset.storage_key(), &dataset.schema))
}
