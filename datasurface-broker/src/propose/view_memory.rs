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
use crate::{configured_platform::ConfiguredPlatform, sharding::HeldCustody};
use datasurface_graph::{GraphDiff, IntentionGraphs, NodeKey, Placement};
use datasurface_model::{DatastoreName, Ecosystem, PlatformName, Valid};
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
    /// The nodes whose view may be another one.
    touched: BTreeMap<PlatformName, BTreeSet<NodeKey>>,
    /// Those of them that are judged again, also if their view is the same.
    moved: BTreeMap<PlatformName, BTreeSet<NodeKey>>,
}

/// The views of one platform before, and what was touched since.
pub(super) struct ViewsSince<'s> {
    views: &'s PlatformViews,
    placement: Option<&'s Placement>,
    diff: &'s GraphDiff,
    touched: Option<&'s BTreeSet<NodeKey>>,
    moved: Option<&'s BTreeSet<NodeKey>>,
}

/// The views of nodes before, the nodes that came, and those that were touched since, of which some are gone.
pub(super) struct NodesSince<'s> {
    pub(super) nodes: &'s NodeViews,
    pub(super) added: &'s [NodeKey],
    pub(super) touched: BTreeSet<&'s NodeKey>,
    pub(super) moved: BTreeSet<&'s NodeKey>,
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
        if !are_platforms_same || is_frame_changed {
            return None;
        }
        let (renamed, regrouped) = sources.names.renamed_since(&self.names)?;
        let datastores = changes.datastores.iter().cloned().chain(renamed).map(Unit::Datastore);
        let workspaces = changes.workspaces.iter().cloned().chain(regrouped).map(Unit::Workspace);
        let mut touched: BTreeSet<Unit> = datastores.chain(workspaces).collect();
        touched.extend(self.otherwise_held(held, sources.names).into_iter().map(Unit::Datastore));
        let mut moved = BTreeSet::new();
        let mut diffs = BTreeMap::new();
        for name in self.platforms.keys() {
            let diff = match (self.graphs.graph(name), sources.graphs.graph(name)) {
                (Some(before), Some(now)) => GraphDiff::between(before, now),
                (None, None) => GraphDiff::default(),
                _ => return None,
            };
            let keys = diff.added.iter().chain(&diff.removed).chain(&diff.changed);
            // Whoever reads the offers of a node names what that is for, too.
            moved.extend(keys.map(Unit::of_node));
            diffs.insert(name, diff);
            // What is placed elsewhere is shown elsewhere, and its links may cross other borders.
            let nowhere = Placement::default();
            let [before, now] =
                [&self.placements, &sources.placements].map(|all| all.get(name).unwrap_or(&nowhere));
            let (datastores, workspaces) = now.changed_since(before);
            moved.extend(datastores.cloned().map(Unit::Datastore));
            moved.extend(workspaces.cloned().map(Unit::Workspace));
        }
        let mentions = self.mentions.get_or_init(|| Mentions::new(&self.views));
        let (touched, moved) = (mentions.nodes(&touched), mentions.nodes(&moved));
        Some(AllViewsSince { memory: self, diffs, touched, moved })
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

    /// Returns the datastores of which something else is held than before.
    fn otherwise_held(&self, held: &Held, names: &StorageRecord) -> BTreeSet<DatastoreName> {
        let platforms: BTreeSet<&PlatformName> = self.held.keys().chain(held.keys()).collect();
        let of_platform = |name: &PlatformName| {
            let [before, now] =
                [&self.held, held].map(|all| HeldCustody::new(all.get(name).map_or(&[][..], Vec::as_slice)));
            names.stores_of(&now.changed_since(&before))
        };
        platforms.into_iter().flat_map(of_platform).collect()
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
            moved: self.moved.get(platform),
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
            touched: self.touched.into_iter().chain(self.moved).flatten().collect(),
            moved: self.moved.into_iter().flatten().collect(),
        }
    }

    /// Divides the nodes of now among shards.
    pub(super) fn shard_nodes(&self, nodes: &NodeViews, placement: &Placement) -> NodesByShard {
        let nowhere = Placement::default();
        let before = (self.views, self.placement.unwrap_or(&nowhere));
        shard_nodes::by_shard_since(before, nodes, placement)
    }
}
