//! The memory of views: which of them cannot be other than they were.
//!
//! A view is made of the facts of its node, the offers of the nodes before it, and declarations and metadata that the model has of what the facts
//! name. All of that is about datastores and workspaces that the facts name, but for what is about whole teams, zones, the ecosystem, storage names or
//! instances of platforms. So where none of the latter changed, a view is as it was if neither a datastore nor a workspace that its facts name was
//! touched; and where one of them changed, which is seldom, all views are made again.

use super::{
    mentions::{Mentions, Unit},
    node_views::NodeViews,
    shard_nodes::{self, NodesByShard},
    views::{Held, PlatformViews, Sources, Views},
};
use crate::configured_platform::ConfiguredPlatform;
use datasurface_graph::{DatasetFacts, GraphDiff, IntentionGraphs, NodeKey, Placement};
use datasurface_model::{DatasetKey, Ecosystem, PlatformName, Valid};
use datasurface_platform::HeldState;
use datasurface_state::storage::StorageRecord;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
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
    /// The nodes that mention each datastore and workspace, once somebody asked.
    mentions: OnceLock<Mentions>,
}

/// The views of before, and what was touched since.
pub(super) struct AllViewsSince<'m> {
    memory: &'m ViewMemory,
    diffs: BTreeMap<&'m PlatformName, GraphDiff>,
    touched: BTreeMap<PlatformName, BTreeSet<NodeKey>>,
}

/// The views of one platform before, and what was touched since.
pub(super) struct ViewsSince<'s> {
    views: &'s PlatformViews,
    placement: Option<&'s Placement>,
    diff: &'s GraphDiff,
    touched: Option<&'s BTreeSet<NodeKey>>,
}

/// The views of nodes before, the nodes that came, and those that were touched since, of which some are gone.
pub(super) struct NodesSince<'s> {
    pub(super) nodes: &'s NodeViews,
    pub(super) added: &'s [NodeKey],
    pub(super) touched: BTreeSet<NodeKey>,
}

impl ViewMemory {
    pub(super) fn new(
        (sources, held): (&Sources<'_>, &Held),
        views: Views,
        mentions: Option<Mentions>,
    ) -> Self {
        Self {
            mentions: mentions.map(OnceLock::from).unwrap_or_default(),
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
        let datastores = changes.datastores.iter().cloned().map(Unit::Datastore);
        let workspaces = changes.workspaces.iter().cloned().map(Unit::Workspace);
        let mut touched: BTreeSet<Unit> = datastores.chain(workspaces).collect();
        let mut diffs = BTreeMap::new();
        for name in self.platforms.keys() {
            let diff = match (self.graphs.graph(name), sources.graphs.graph(name)) {
                (Some(before), Some(now)) => GraphDiff::between(before, now),
                (None, None) => GraphDiff::default(),
                _ => return None,
            };
            let keys = diff.added.iter().chain(&diff.removed).chain(&diff.changed);
            // Whoever reads the offers of a node names what that is for, too.
            touched.extend(keys.map(Unit::of_node));
            diffs.insert(name, diff);
            // What is placed elsewhere is shown elsewhere, and its links may cross other borders.
            let nowhere = Placement::default();
            let [before, now] =
                [&self.placements, &sources.placements].map(|all| all.get(name).unwrap_or(&nowhere));
            let (datastores, workspaces) = now.changed_since(before);
            touched.extend(datastores.cloned().map(Unit::Datastore));
            touched.extend(workspaces.cloned().map(Unit::Workspace));
        }
        self.add_held(held, &mut touched);
        let mentions = self.mentions.get_or_init(|| Mentions::new(&self.views));
        Some(AllViewsSince { memory: self, diffs, touched: mentions.nodes(&touched) })
    }

    /// Returns the nodes that mention each unit, for views that were made since these.
    pub(super) fn into_mentions(self, views: &Views) -> Option<Mentions> {
        let mut mentions = self.mentions.into_inner()?;
        for (name, now) in views {
            let before = self.views.get(name)?;
            now.nodes
                .replaced
                .iter()
                .filter_map(|key| before.nodes.get(key))
                .for_each(|node| mentions.remove(node));
            now.nodes.fresh().for_each(|node| mentions.add(node));
        }
        self.views.keys().all(|name| views.contains_key(name)).then_some(mentions)
    }

    /// Adds the datastores of which something else is held than before.
    fn add_held(&self, held: &Held, touched: &mut BTreeSet<Unit>) {
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
        let stores = of_node.filter(is_held).map(|dataset| dataset.key.datastore.clone());
        touched.extend(stores.map(Unit::Datastore));
    }
}

impl AllViewsSince<'_> {
    /// The views of one platform before; `None` if it had none.
    pub(super) fn of(&self, platform: &PlatformName) -> Option<ViewsSince<'_>> {
        Some(ViewsSince {
            views: self.memory.views.get(platform)?,
            placement: self.memory.placements.get(platform),
            diff: self.diffs.get(platform)?,
            touched: self.touched.get(platform),
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
            touched: self.touched.cloned().unwrap_or_default(),
        }
    }

    /// Divides the nodes of now among shards.
    pub(super) fn shard_nodes(&self, nodes: &NodeViews, placement: &Placement) -> NodesByShard {
        let nowhere = Placement::default();
        let before = (self.views, self.placement.unwrap_or(&nowhere));
        shard_nodes::by_shard_since(before, nodes, placement)
    }
}
