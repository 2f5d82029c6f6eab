//! A scope, as a platform sees it.

use super::NodeView;
use crate::{
    error::PlatformError,
    held::HeldState,
    instance::PlatformInstance,
    shared::{SharedKey, read_part},
    slug::slug,
};
use datasurface_graph::{DatasetFacts, Fingerprint};
use datasurface_model::{DatasetKey, DatasetName, Json, ShardName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt, sync::Arc};

/// The longest name of a folder of a scope, in characters.
const FOLDER_LIMIT: usize = 48;

/// A part of a platform that is rendered at once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The foundation: providers, buckets, roles, clusters, the operational database, the frame of schedules. It belongs to
    /// no shard, and depends on the instance and the list of its shards.
    Foundation,
    /// A part of the graph.
    Shard(ShardName),
    /// A thing that nodes share, in whatever shards they are.
    Shared(SharedKey),
}

impl Scope {
    /// The folder of the scope in that of its platform: `foundation`, `shards/main`, `shared/after/sink/Sales`.
    #[must_use]
    pub fn folder(&self) -> String {
        // What is shared is named by slugs, whose hyphens are no reason for another hash.
        let segment = |name: &str| slug(&name.split('-').collect::<Vec<_>>(), FOLDER_LIMIT);
        match self {
            Self::Foundation => "foundation".to_owned(),
            Self::Shard(shard) => format!("shards/{}", slug(&[shard.as_str()], FOLDER_LIMIT)),
            Self::Shared(SharedKey { stage, kind, name }) => {
                format!("shared/{stage}/{}/{}", segment(kind), segment(name))
            }
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foundation => f.write_str("foundation"),
            Self::Shard(shard) => write!(f, "shard `{shard}`"),
            Self::Shared(key) => write!(f, "shared {key}"),
        }
    }
}

/// The view of one scope: everything that is rendered in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScopeView {
    platform: Arc<PlatformInstance>,
    scope: Scope,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    shards: Vec<ShardName>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    parts: BTreeSet<Json>,
    nodes: Vec<ScopedNode>,
    held: Vec<HeldState>,
}

/// A node, and how much of it is placed in a scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScopedNode {
    view: NodeView,
    whole: bool,
    datasets: Arc<BTreeSet<DatasetName>>,
}

impl ScopeView {
    /// Creates the view of the foundation of an instance with these shards.
    pub fn foundation(platform: Arc<PlatformInstance>, shards: Vec<ShardName>) -> Self {
        Self { shards, ..Self::empty(platform, Scope::Foundation) }
    }

    /// Creates the view of a shard, with the nodes that are placed in it, in the order of their keys.
    pub fn shard(
        platform: Arc<PlatformInstance>,
        shard: ShardName,
        nodes: Vec<ScopedNode>,
        held: Vec<HeldState>,
    ) -> Self {
        Self { nodes, held, ..Self::empty(platform, Scope::Shard(shard)) }
    }

    /// Creates the view of what nodes share: the parts that they add, each once.
    pub fn shared(platform: Arc<PlatformInstance>, key: SharedKey, parts: BTreeSet<Json>) -> Self {
        Self { parts, ..Self::empty(platform, Scope::Shared(key)) }
    }

    fn empty(platform: Arc<PlatformInstance>, scope: Scope) -> Self {
        Self {
            platform,
            scope,
            shards: Vec::new(),
            parts: BTreeSet::new(),
            nodes: Vec::new(),
            held: Vec::new(),
        }
    }

    /// The instance.
    #[must_use]
    pub fn platform(&self) -> &PlatformInstance {
        &self.platform
    }

    /// The scope.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Whether it is the foundation.
    #[must_use]
    pub fn is_foundation(&self) -> bool {
        self.scope == Scope::Foundation
    }

    /// Returns the value in the foundation, and `None` in every other scope: for what only the foundation has.
    pub fn in_foundation<T>(&self, thing: T) -> Option<T> {
        self.is_foundation().then_some(thing)
    }

    /// The key of a shared scope; none for the foundation and for shards.
    #[must_use]
    pub fn shared_key(&self) -> Option<&SharedKey> {
        match &self.scope {
            Scope::Shared(key) => Some(key),
            Scope::Foundation | Scope::Shard(_) => None,
        }
    }

    /// The parts of a shared scope that nodes add, each once, in canonical order.
    #[must_use]
    pub fn parts(&self) -> &BTreeSet<Json> {
        &self.parts
    }

    /// Returns the parts of a shared scope as the type that they were written from.
    ///
    /// # Errors
    ///
    /// If a part is of another type.
    pub fn parts_as<'s, T: Deserialize<'s>>(&'s self) -> Result<Vec<T>, PlatformError> {
        self.parts.iter().map(read_part).collect()
    }

    /// The shards of the instance, in order, for the foundation. A shard knows of no other one.
    #[must_use]
    pub fn shards(&self) -> &[ShardName] {
        &self.shards
    }

    /// The nodes that are placed here, at least in part, ordered by key.
    #[must_use]
    pub fn nodes(&self) -> &[ScopedNode] {
        &self.nodes
    }

    /// The state that is held in this scope.
    #[must_use]
    pub fn held(&self) -> &[HeldState] {
        &self.held
    }

    /// The nodes that are placed here as a whole, ordered by key: those whose jobs are rendered here.
    pub fn whole_nodes(&self) -> impl Iterator<Item = &NodeView> {
        let here = self.nodes.iter().filter(|node| node.is_whole());
        here.map(ScopedNode::view)
    }

    /// The datasets whose data is kept here, each once, with the nodes that they are of: those that are
    /// [captured](Self::captured_datasets), and then those that are [held](Self::held_datasets). Whoever renders both in the same way
    /// renders held data on.
    pub fn stored_datasets(&self) -> impl Iterator<Item = (&NodeView, &DatasetFacts)> {
        self.captured_datasets().chain(self.held_datasets())
    }

    /// The datasets of captures that are placed here, each once, with the nodes that they are of: their data is kept here, and fed.
    pub fn captured_datasets(&self) -> impl Iterator<Item = (&NodeView, &DatasetFacts)> {
        let mut seen = BTreeSet::new();
        self.placed_datasets().filter(move |(_, dataset)| seen.insert(dataset.storage_key()))
    }

    /// The datasets that are held here and that no capture feeds, each once, with the nodes that they were last rendered for: their
    /// data is kept here, unfed.
    pub fn held_datasets(&self) -> impl Iterator<Item = (&NodeView, &DatasetFacts)> {
        let held = self.held.iter().flat_map(|held| {
            let datasets = held.node.facts().datasets().iter();
            let here = datasets.filter(|dataset| *dataset.storage_key() == held.holds.dataset);
            here.map(move |dataset| (&held.node, dataset))
        });
        let mut seen: BTreeSet<&DatasetKey> =
            self.placed_datasets().map(|(_, dataset)| dataset.storage_key()).collect();
        held.filter(move |(_, dataset)| seen.insert(dataset.storage_key()))
    }

    fn placed_datasets(&self) -> impl Iterator<Item = (&NodeView, &DatasetFacts)> {
        self.nodes.iter().flat_map(|node| node.datasets().map(move |dataset| (node.view(), dataset)))
    }

    /// Returns the scope with its nodes written in
    /// [storage names](datasurface_graph::NodeFacts::in_storage_names).
    #[must_use]
    pub fn in_storage_names(&self) -> Self {
        let node = |node: &ScopedNode| {
            let names = &node.view.facts().storage;
            let stored = |dataset: &DatasetFacts| dataset.storage_key().dataset.clone();
            let datasets = node.datasets().map(stored).collect();
            let datasets = if names.is_empty() { Arc::clone(&node.datasets) } else { Arc::new(datasets) };
            ScopedNode { view: node.view.in_storage_names(), whole: node.whole, datasets }
        };
        let held =
            self.held.iter().map(|held| HeldState { node: held.node.in_storage_names(), ..held.clone() });
        Self { nodes: self.nodes.iter().map(node).collect(), held: held.collect(), ..self.clone() }
    }

    /// Returns the hash of all of this, given that of the instance: if it is the same, so is the rendering. It is made of the hashes of nodes, so a
    /// node that is in several versions of a scope is hashed once.
    #[must_use]
    pub fn fingerprint(&self, instance: Fingerprint) -> Fingerprint {
        let Self { platform: _, scope, shards, parts, nodes, held } = self;
        let node = |ScopedNode { view, whole, datasets }: &ScopedNode| {
            (view.fingerprints(instance), *whole, Arc::clone(datasets))
        };
        let nodes: Vec<_> = nodes.iter().map(node).collect();
        let parts: Vec<_> = parts.iter().map(Json::raw).collect();
        Fingerprint::of(&(instance, scope, shards, parts, nodes, held))
    }
}

impl ScopedNode {
    /// Creates a node of a scope: whether it is placed there as a whole, and those of its datasets that are.
    pub fn new(view: NodeView, whole: bool, datasets: BTreeSet<DatasetName>) -> Self {
        Self { view, whole, datasets: Arc::new(datasets) }
    }

    /// The node.
    #[must_use]
    pub fn view(&self) -> &NodeView {
        &self.view
    }

    /// Whether the node itself, such as its job, is placed here.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// The datasets of a capture that are placed here.
    pub fn datasets(&self) -> impl Iterator<Item = &DatasetFacts> {
        let datasets = self.view.facts().datasets().iter();
        datasets.filter(|dataset| self.datasets.contains(&dataset.key.dataset))
    }
}
