//! Readers: who reads which dataset, and whom a change of its schema breaks.

use super::{
    rendered_index::PlatformIndex,
    scope_difference::{PlatformDifferences, ScopeDifference},
    views::{PlatformViews, Views},
};
use datasurface_graph::{IntentionGraphs, NodeKey, query::Queries};
use datasurface_model::{DatasetKey, Ecosystem, Entity, GroupKey, Schema, SchemaChange, Valid};
use datasurface_platform::{Action, DatasetReaders, Meaning, NodeView, Plan, Scope, Step};
use datasurface_state::{PlatformRecord, ScopeEntry};
use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

/// The readers of all datasets, looked up when somebody asks.
pub(super) struct Readers<'a> {
    ecosystem: &'a Valid<Ecosystem>,
    graphs: &'a IntentionGraphs,
    views: &'a Views,
    /// The names of now by storage names. What is only held has none.
    now: OnceCell<BTreeMap<&'a DatasetKey, &'a DatasetKey>>,
    queries: OnceCell<Queries<'a>>,
    direct: OnceCell<BTreeMap<&'a DatasetKey, BTreeSet<GroupKey>>>,
}

impl<'a> Readers<'a> {
    pub(super) fn new(
        ecosystem: &'a Valid<Ecosystem>,
        graphs: &'a IntentionGraphs,
        views: &'a Views,
    ) -> Self {
        let (now, queries, direct) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        Self { ecosystem, graphs, views, now, queries, direct }
    }

    fn now(&self) -> &BTreeMap<&'a DatasetKey, &'a DatasetKey> {
        self.now.get_or_init(|| {
            let nodes = self.views.values().flat_map(|views| views.nodes.iter());
            let datasets = nodes.flat_map(|node| node.facts().datasets());
            datasets.map(|dataset| (dataset.storage_key(), &dataset.key)).collect()
        })
    }

    fn direct(&self) -> &BTreeMap<&'a DatasetKey, BTreeSet<GroupKey>> {
        self.direct.get_or_init(|| {
            let mut direct: BTreeMap<&DatasetKey, BTreeSet<GroupKey>> = BTreeMap::new();
            for workspace in self.ecosystem.workspaces() {
                for group in workspace.entity.groups() {
                    let key = GroupKey::new(workspace.entity.name(), group.name());
                    for sink in group.sinks() {
                        direct.entry(sink.name()).or_default().insert(key.clone());
                    }
                }
            }
            direct
        })
    }
}

impl DatasetReaders for Readers<'_> {
    fn readers_of(&self, dataset: &DatasetKey) -> BTreeSet<GroupKey> {
        let Some(dataset) = self.now().get(dataset).copied() else { return BTreeSet::new() };
        let queries = self.queries.get_or_init(|| Queries::new(self.graphs));
        let derived = queries.downstream_datasets(dataset);
        let read = [dataset].into_iter().chain(&derived).filter_map(|dataset| self.direct().get(dataset));
        read.flatten().cloned().collect()
    }
}

impl fmt::Debug for Readers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Readers").finish_non_exhaustive()
    }
}

/// Joins into the meaning of each step who reads what it changes, where the new schema of a dataset breaks those who read by the old one.
pub(super) fn join(
    plan: Plan,
    (before, differences): (Option<&PlatformRecord>, &PlatformDifferences),
    (views, rendered): (&PlatformViews, &PlatformIndex),
    readers: &Readers<'_>,
) -> Plan {
    let Some(before) = before.filter(|_| !plan.is_empty()) else { return plan };
    let broken = broken(before, differences, views);
    if broken.is_empty() {
        return plan;
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
    plan.with_meanings(meaning)
}

/// The datasets whose schema breaks a rule of compatibility, compared with that by which their data was kept before.
fn broken<'v>(
    before: &PlatformRecord,
    differences: &PlatformDifferences,
    views: &'v PlatformViews,
) -> Vec<&'v DatasetKey> {
    // A shared scope is rendered from parts, so a schema may differ where its view does not.
    let is_shared = |entry: &&Arc<ScopeEntry>| matches!(entry.scope, Scope::Shared(_));
    let shared = before.base_scopes().iter().filter(is_shared).flat_map(|entry| entry.views.values());
    let kept = shared.chain(differences.base.iter().flat_map(ScopeDifference::views));
    let kept: BTreeMap<&DatasetKey, &Schema> = kept.flat_map(schemas).collect();
    if kept.is_empty() {
        return Vec::new();
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
    now.into_iter().filter_map(breaks).collect()
}

fn schemas(node: &NodeView) -> impl Iterator<Item = (&DatasetKey, &Schema)> {
    node.facts().datasets().iter().map(|dataset| (dataset.storage_key(), &dataset.schema))
}
