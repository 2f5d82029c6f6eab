//! The memory of views: which of them cannot be other than they were.
//!
//! A view is made of the facts of its node, the offers of the nodes before it, and declarations and metadata that the model has of what the facts
//! name. All of that is about datastores and workspaces that the facts name, but for what is about whole teams, zones, the ecosystem, storage names or
//! instances of platforms. So where none of the latter changed, a view is as it was if neither a datastore nor a workspace that its facts name was
//! touched; and where one of them changed, which is seldom, all views are made again.

use super::{
    node_views::NodeViews,
    shard_nodes::{self, NodesByShard},
    views::{Held, PlatformViews, Sources, Views},
};
use crate::configured_platform::ConfiguredPlatform;
use datasurface_graph::{
    DatasetFacts, GraphDiff, IngestSource, IntentionGraphs, NodeDetail, NodeFacts, NodeKey, Placement,
};
use datasurface_model::{DatasetKey, DatastoreName, Ecosystem, PlatformName, Valid, WorkspaceName};
use datasurface_platform::HeldState;
use datasurface_state::storage::StorageRecord;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Views, and what they were made of.
#[derive(Debug)]
pub(super) struct ViewMemory {
    ecosystem: Valid<Ecosystem>,
    graphs: Arc<IntentionGraphs>,
    platforms: BTreeMap<PlatformName, Arc<ConfiguredPlatform>>,
    placements: BTreeMap<PlatformName, Placement>,
    names: StorageRecord,
    held: Held,
    views: Views,
}

/// The views of before, and what was touched since.
pub(super) struct AllViewsSince<'m> {
    memory: &'m ViewMemory,
    diffs: BTreeMap<&'m PlatformName, GraphDiff>,
    touched: TouchedUnits,
}

/// The views of one platform before, and what was touched since.
pub(super) struct ViewsSince<'s> {
    views: &'s PlatformViews,
    placement: Option<&'s Placement>,
    diff: &'s GraphDiff,
    touched: &'s TouchedUnits,
}

/// The views of nodes before, the nodes that came and went, and what was touched since.
pub(super) struct NodesSince<'s> {
    pub(super) nodes: &'s NodeViews,
    pub(super) added: &'s [NodeKey],
    pub(super) removed: &'s [NodeKey],
    pub(super) touched: &'s TouchedUnits,
}

impl ViewMemory {
    pub(super) fn new(sources: &Sources<'_>, held: &Held, views: Views) -> Self {
        Self {
            ecosystem: sources.ecosystem.clone(),
            graphs: Arc::clone(sources.graphs),
            platforms: sources.platforms.clone(),
            placements: sources.placements.clone(),
            names: sources.names.clone(),
            held: held.clone(),
            views,
        }
    }

    /// Returns what was touched since; `None` if all views have to be made again.
    pub(super) fn since(&self, sources: &Sources<'_>, held: &Held) -> Option<AllViewsSince<'_>> {
        let is_same_platform =
            |(one, other): (&Arc<ConfiguredPlatform>, &Arc<ConfiguredPlatform>)| Arc::ptr_eq(one, other);
        let are_platforms_same = self.platforms.keys().eq(sources.platforms.keys())
            && self.platforms.values().zip(sources.platforms.values()).all(is_same_platform);
        let changes = sources.ecosystem.changes_since(&self.ecosystem);
        let is_frame_changed =
            changes.is_ecosystem_changed || !changes.zones.is_empty() || !changes.teams.is_empty();
        if !are_platforms_same || is_frame_changed || self.names != *sources.names {
            return None;
        }
        let mut touched = TouchedUnits::default();
        touched.datastores.extend(changes.datastores.iter().cloned());
        touched.workspaces.extend(changes.workspaces.iter().cloned());
        let mut diffs = BTreeMap::new();
        for name in self.platforms.keys() {
            let diff = match (self.graphs.graph(name), sources.graphs.graph(name)) {
                (Some(before), Some(now)) => GraphDiff::between(before, now),
                (None, None) => GraphDiff::default(),
                _ => return None,
            };
            let keys = diff.added.iter().chain(&diff.removed).chain(&diff.changed);
            keys.for_each(|key| touched.add(key));
            diffs.insert(name, diff);
        }
        self.add_held(held, &mut touched);
        Some(AllViewsSince { memory: self, diffs, touched })
    }

    /// Adds the datastores of which something else is held than before.
    fn add_held(&self, held: &Held, touched: &mut TouchedUnits) {
        if self.held == *held {
            return;
        }
        let other = |one: &Held, other: &Held| -> Vec<DatasetKey> {
            let is_other = |platform: &PlatformName, state: &HeldState| {
                other.get(platform).is_none_or(|states| !states.contains(state))
            };
            let states = one.iter().flat_map(|(name, states)| states.iter().map(move |state| (name, state)));
            states
                .filter(|(name, state)| is_other(name, state))
                .map(|(_, state)| state.holds.dataset.clone())
                .collect()
        };
        let datasets: BTreeSet<DatasetKey> =
            other(&self.held, held).into_iter().chain(other(held, &self.held)).collect();
        let nodes = self.views.values().flat_map(|views| views.nodes.iter());
        let of_node = nodes.flat_map(|node| node.facts().datasets());
        let is_held = |dataset: &&DatasetFacts| datasets.contains(dataset.storage_key());
        touched.datastores.extend(of_node.filter(is_held).map(|dataset| dataset.key.datastore.clone()));
    }
}

impl AllViewsSince<'_> {
    /// The views of one platform before; `None` if it had none.
    pub(super) fn of(&self, platform: &PlatformName) -> Option<ViewsSince<'_>> {
        Some(ViewsSince {
            views: self.memory.views.get(platform)?,
            placement: self.memory.placements.get(platform),
            diff: self.diffs.get(platform)?,
            touched: &self.touched,
        })
    }
}

impl<'s> ViewsSince<'s> {
    pub(super) fn views(&self) -> &'s PlatformViews {
        self.views
    }

    pub(super) fn placement(&self) -> Option<&'s Placement> {
        self.placement
    }

    pub(super) fn nodes(&self) -> NodesSince<'s> {
        NodesSince {
            nodes: &self.views.nodes,
            added: &self.diff.added,
            removed: &self.diff.removed,
            touched: self.touched,
        }
    }

    /// Divides the nodes of now among shards, where nothing is placed elsewhere than before.
    pub(super) fn shard_nodes(&self, nodes: &NodeViews, placement: &Placement) -> NodesByShard {
        shard_nodes::by_shard_since(&self.views.scopes, nodes, placement)
    }
}

/// The datastores and workspaces that were touched, or whose nodes were.
#[derive(Debug, Default)]
pub(super) struct TouchedUnits {
    datastores: BTreeSet<DatastoreName>,
    workspaces: BTreeSet<WorkspaceName>,
}

impl TouchedUnits {
    /// Adds what a node that came, went or changed is for. Whoever reads its offers names that, too.
    fn add(&mut self, key: &NodeKey) {
        match key {
            NodeKey::Ingest { datastore, .. } => self.datastores.insert(datastore.clone()),
            NodeKey::Export { dataset, .. } => self.datastores.insert(dataset.datastore.clone()),
            NodeKey::Trigger { workspace, .. } | NodeKey::Transform { workspace, .. } => {
                self.workspaces.insert(workspace.clone())
            }
        };
    }

    /// Whether facts name a unit that was touched.
    pub(super) fn mentions(&self, facts: &NodeFacts) -> bool {
        let is_store = |name: &DatastoreName| self.datastores.contains(name);
        let is_workspace = |name: &WorkspaceName| self.workspaces.contains(name);
        let is_key = |key: &DatasetKey| is_store(&key.datastore);
        let is_dataset = |dataset: &DatasetFacts| is_key(&dataset.key);
        match &facts.detail {
            NodeDetail::Ingest(ingest) => {
                let of_transformer = matches!(&ingest.source, IngestSource::Transformer { workspace } if is_workspace(workspace));
                of_transformer || is_store(&ingest.datastore)
            }
            NodeDetail::Export(export) => {
                let mut consumers = export.consumers.iter().map(|consumer| &consumer.group.workspace);
                is_dataset(&export.dataset) || consumers.any(is_workspace)
            }
            NodeDetail::Trigger(trigger) => {
                is_workspace(&trigger.workspace) || trigger.inputs.iter().any(is_key)
            }
            NodeDetail::Transform(transform) => {
                is_workspace(&transform.workspace)
                    || is_store(&transform.output)
                    || transform.inputs.iter().chain(&transform.outputs).any(is_dataset)
            }
        }
    }
}
