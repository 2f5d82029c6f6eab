//! The placement of the nodes of a graph, as a lock records it.

use super::{
    fragment::Fragment,
    load::position,
    placed_datasets::{ByDataset, PlacedDatasets},
};
use crate::{key::NodeKey, storage::StorageNames};
use datasurface_model::{DatasetKey, DatasetName, DatastoreName, PlatformName, ShardName, WorkspaceName};
use imbl::{OrdMap, ordmap::DiffItem};
use serde::{Deserialize, Serialize, Serializer};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

/// The placement of the nodes of a platform's graph: the shard of each node.
///
/// All that is done for a datastore is placed as one, and so is a transformer; exceptions are named. So a move is one
/// line in a review. Where shards have limits, the placement also has the datasets of a fragment, and in which form it
/// was captured, since what is new must make room, and not what is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "PlacementWire")]
pub struct Placement {
    datastores: OrdMap<DatastoreName, FragmentPlacement>,
    transformers: OrdMap<WorkspaceName, FragmentPlacement>,
}

/// The placement of the nodes for a datastore or a transformer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FragmentPlacement {
    pub(super) shard: Option<ShardName>,
    /// The exceptions; seldom any.
    pub(super) apart: Option<Arc<PlacementExceptions>>,
    /// The datasets that were placed, where shards have limits; `None` stands for all.
    pub(super) known: Option<PlacedDatasets>,
}

/// The nodes and datasets that are placed apart from their fragment.
#[derive(Clone, Debug, Default)]
pub(super) struct PlacementExceptions {
    pub(super) nodes: BTreeMap<NodeKey, ShardName>,
    pub(super) datasets: BTreeMap<NodeKey, BTreeMap<DatasetName, ShardName>>,
    /// The positions of the first and the last shard, computed on first use.
    /// Every reader of a datastore needs them. No part of the value.
    positions: OnceLock<Option<(u64, u64)>>,
}

impl PartialEq for PlacementExceptions {
    fn eq(&self, other: &Self) -> bool {
        (&self.nodes, &self.datasets) == (&other.nodes, &other.datasets)
    }
}

impl Eq for PlacementExceptions {}

impl PlacementExceptions {
    fn shards(&self) -> impl Iterator<Item = &ShardName> {
        self.nodes.values().chain(self.datasets.values().flat_map(|datasets| datasets.values()))
    }

    fn positions(&self) -> Option<(u64, u64)> {
        *self.positions.get_or_init(|| {
            let (first, last) = (self.shards().map(position).min()?, self.shards().map(position).max()?);
            Some((first, last))
        })
    }
}

impl Placement {
    /// Places a node.
    pub fn place(&mut self, node: NodeKey, shard: ShardName) {
        self.edit_placed(&node, |placed| {
            if placed.shard.is_none() {
                placed.shard = Some(shard);
            } else if placed.shard.as_ref() == Some(&shard) {
                if placed.apart.as_ref().is_some_and(|apart| apart.nodes.contains_key(&node)) {
                    placed.set_apart(|apart| apart.nodes.remove(&node));
                }
            } else {
                placed.set_apart(|apart| apart.nodes.insert(node.clone(), shard));
            }
        });
    }

    /// Places one dataset of a capture apart from it.
    pub fn place_dataset(&mut self, node: NodeKey, dataset: DatasetName, shard: ShardName) {
        self.edit_placed(&node, |placed| {
            placed.set_apart(|apart| apart.datasets.entry(node.clone()).or_default().insert(dataset, shard));
        });
    }

    /// Moves all nodes to a platform of this name, into the same shards, after a platform was renamed.
    #[must_use]
    pub fn with_platform(mut self, platform: &PlatformName) -> Self {
        self.datastores = self
            .datastores
            .into_iter()
            .map(|(name, placed)| (name, placed.with_platform(platform)))
            .collect();
        self.transformers = self
            .transformers
            .into_iter()
            .map(|(name, placed)| (name, placed.with_platform(platform)))
            .collect();
        self
    }

    /// Returns the same placement, with each name replaced as `names` says, after things were renamed.
    #[must_use]
    pub fn with_names(mut self, names: &StorageNames) -> Self {
        let Some((datastores, transformers)) = names.fragments() else { return self.renamed(names) };
        let renamed = Self {
            datastores: taken(&mut self.datastores, datastores),
            transformers: taken(&mut self.transformers, transformers),
        };
        let Self { datastores, transformers } = renamed.renamed(names);
        self.datastores.extend(datastores);
        self.transformers.extend(transformers);
        self
    }

    /// The same, where each name may be another one.
    fn renamed(self, names: &StorageNames) -> Self {
        let datastores = self.datastores.into_iter();
        let datastores = datastores.map(|(name, at)| (names.datastore(&name), at.renamed(&name, names)));
        let transformers = self.transformers.into_iter();
        let nothing = DatastoreName::from("");
        let transformers =
            transformers.map(|(name, at)| (names.workspace(&name), at.renamed(&nothing, names)));
        Self { datastores: datastores.collect(), transformers: transformers.collect() }
    }

    /// Places all that is placed together with a node as it was placed before, or nowhere if it was not placed.
    pub fn restore(&mut self, node: &NodeKey, before: &Self) {
        match fragment_name(node) {
            FragmentName::Datastore(name) => {
                set(&mut self.datastores, name, before.datastores.get(name).cloned())
            }
            FragmentName::Transformer(name) => {
                set(&mut self.transformers, name, before.transformers.get(name).cloned())
            }
        }
    }

    /// Returns the shard of a node; `None` if its fragment is not placed.
    #[must_use]
    pub fn shard(&self, node: &NodeKey) -> Option<&ShardName> {
        self.placement_of_node(node)?.shard_of(node)
    }

    /// Returns the shard of one dataset of a capture; `None` if its fragment is not placed.
    #[must_use]
    pub fn dataset_shard(&self, node: &NodeKey, dataset: &DatasetName) -> Option<&ShardName> {
        self.placement_of_node(node)?.shard_of_dataset(node, dataset)
    }

    /// Returns the datastores and the workspaces of transformers that are placed otherwise than before, in order. Of placements that come from each other,
    /// only what differs is looked at.
    pub fn changed_since<'p>(
        &'p self,
        before: &'p Self,
    ) -> (impl Iterator<Item = &'p DatastoreName>, impl Iterator<Item = &'p WorkspaceName>) {
        let datastores = before.datastores.diff(&self.datastores).map(changed);
        let transformers = before.transformers.diff(&self.transformers).map(changed);
        (datastores, transformers)
    }

    /// Every shard that something is placed in, in order.
    #[must_use]
    pub fn shards(&self) -> BTreeSet<ShardName> {
        self.datastores
            .values()
            .chain(self.transformers.values())
            .flat_map(FragmentPlacement::shards)
            .cloned()
            .collect()
    }

    pub(super) fn datastore(&self, name: &DatastoreName) -> Option<&FragmentPlacement> {
        self.datastores.get(name)
    }

    pub(super) fn transformer(&self, name: &WorkspaceName) -> Option<&FragmentPlacement> {
        self.transformers.get(name)
    }

    pub(super) fn placement_of(&self, fragment: Fragment<'_>) -> Option<&FragmentPlacement> {
        match fragment {
            Fragment::Datastore(datastore_fragment) => self.datastore(datastore_fragment.name()),
            Fragment::Transformer(transformer_fragment) => self.transformer(transformer_fragment.name()),
        }
    }

    /// Places a fragment, or forgets where it was placed.
    pub(super) fn set(&mut self, fragment: Fragment<'_>, placed: Option<FragmentPlacement>) {
        match fragment {
            Fragment::Datastore(datastore_fragment) => {
                set(&mut self.datastores, datastore_fragment.name(), placed)
            }
            Fragment::Transformer(transformer_fragment) => {
                set(&mut self.transformers, transformer_fragment.name(), placed)
            }
        }
    }

    fn placement_of_node(&self, node: &NodeKey) -> Option<&FragmentPlacement> {
        match fragment_name(node) {
            FragmentName::Datastore(name) => self.datastores.get(name),
            FragmentName::Transformer(name) => self.transformers.get(name),
        }
    }

    fn edit_placed(&mut self, node: &NodeKey, edit: impl FnOnce(&mut FragmentPlacement)) {
        match fragment_name(node) {
            FragmentName::Datastore(name) => edit(self.datastores.entry(name.clone()).or_default()),
            FragmentName::Transformer(name) => edit(self.transformers.entry(name.clone()).or_default()),
        }
    }
}

impl FragmentPlacement {
    pub(super) fn shard_of(&self, node: &NodeKey) -> Option<&ShardName> {
        self.apart(node, None).or(self.shard.as_ref())
    }

    pub(super) fn shard_of_dataset(&self, node: &NodeKey, dataset: &DatasetName) -> Option<&ShardName> {
        self.apart(node, Some(dataset)).or_else(|| self.shard_of(node))
    }

    /// The shard of a node, or of a dataset of it, if that was placed apart.
    pub(super) fn apart(&self, node: &NodeKey, dataset: Option<&DatasetName>) -> Option<&ShardName> {
        let apart = self.apart.as_ref()?;
        match dataset {
            None => apart.nodes.get(node),
            Some(dataset) => apart.datasets.get(node)?.get(dataset),
        }
    }

    pub(super) fn shards(&self) -> impl Iterator<Item = &ShardName> {
        self.shard.iter().chain(self.apart.iter().flat_map(|apart| apart.shards()))
    }

    /// The positions of its shards, of those apart only the first and the last.
    pub(super) fn positions(&self) -> impl Iterator<Item = u64> {
        let apart = self.apart.as_ref().and_then(|apart| apart.positions());
        self.shard.iter().map(position).chain(apart.into_iter().flat_map(|(first, last)| [first, last]))
    }

    fn with_platform(mut self, platform: &PlatformName) -> Self {
        self.apart = self.apart.map(|apart| {
            let PlacementExceptions { nodes, datasets, positions } = Arc::unwrap_or_clone(apart);
            Arc::new(PlacementExceptions {
                nodes: nodes.into_iter().map(|(node, shard)| (node.with_platform(platform), shard)).collect(),
                datasets: datasets
                    .into_iter()
                    .map(|(node, shards)| (node.with_platform(platform), shards))
                    .collect(),
                positions,
            })
        });
        self
    }

    /// Replaces each name of what is placed of a datastore, or of a transformer.
    fn renamed(mut self, store: &DatastoreName, names: &StorageNames) -> Self {
        let dataset = |name: DatasetName| names.dataset(&DatasetKey::new(store, &name)).dataset;
        self.known = self.known.map(|known| {
            let is_whole = known.is_whole();
            let datasets = known.by_dataset().into_iter().map(|(name, containers)| {
                let containers = containers.iter().map(|container| names.container(container));
                (dataset(name), containers.collect())
            });
            PlacedDatasets::from_text(datasets.collect(), is_whole)
        });
        self.apart = self.apart.map(|apart| {
            let PlacementExceptions { nodes, datasets, .. } = Arc::unwrap_or_clone(apart);
            let of_node = |(node, at): (NodeKey, BTreeMap<DatasetName, ShardName>)| {
                (names.node(&node), at.into_iter().map(|(name, shard)| (dataset(name), shard)).collect())
            };
            let datasets = datasets.into_iter().map(of_node).collect();
            let nodes = nodes.into_iter().map(|(node, at)| (names.node(&node), at)).collect();
            Arc::new(PlacementExceptions { nodes, datasets, positions: OnceLock::new() })
        });
        self
    }

    /// Whether both are equal, and keep the same in memory.
    fn is_same(&self, other: &Self) -> bool {
        let is_known_alike = match (&self.known, &other.known) {
            (Some(one), Some(other)) => one.is_same(other),
            (one, other) => one.is_none() && other.is_none(),
        };
        is_known_alike && self.shard == other.shard && self.apart == other.apart
    }

    fn set_apart<T>(&mut self, change: impl FnOnce(&mut PlacementExceptions) -> T) {
        let apart = Arc::make_mut(self.apart.get_or_insert_default());
        change(apart);
        apart.positions = OnceLock::new();
        if apart.nodes.is_empty() && apart.datasets.is_empty() {
            self.apart = None;
        }
    }
}

/// The fragment that a node belongs to.
enum FragmentName<'k> {
    Datastore(&'k DatastoreName),
    Transformer(&'k WorkspaceName),
}

fn fragment_name(node: &NodeKey) -> FragmentName<'_> {
    match node {
        NodeKey::Export { dataset, .. } => FragmentName::Datastore(&dataset.datastore),
        NodeKey::Ingest { datastore, .. } => FragmentName::Datastore(datastore),
        NodeKey::Transform { workspace, .. } | NodeKey::Trigger { workspace, .. } => {
            FragmentName::Transformer(workspace)
        }
    }
}

/// The key of what differs.
fn changed<'m, K: Clone + Ord>(item: DiffItem<'m, 'm, K, FragmentPlacement>) -> &'m K {
    match item {
        DiffItem::Add(key, _) | DiffItem::Remove(key, _) | DiffItem::Update { new: (key, _), .. } => key,
    }
}

fn set<K: Ord + Clone>(
    all_placed: &mut OrdMap<K, FragmentPlacement>,
    name: &K,
    placed: Option<FragmentPlacement>,
) {
    match placed {
        // Nothing is copied that says the same already.
        Some(placed) if all_placed.get(name).is_some_and(|known| known.is_same(&placed)) => {}
        Some(placed) => {
            all_placed.insert(name.clone(), placed);
        }
        None => {
            all_placed.remove(name);
        }
    }
}

/// Takes out what is placed under these names.
fn taken<K: Ord + Clone>(
    all_placed: &mut OrdMap<K, FragmentPlacement>,
    names: BTreeSet<&K>,
) -> OrdMap<K, FragmentPlacement> {
    names.into_iter().filter_map(|name| Some((name.clone(), all_placed.remove(name)?))).collect()
}

/// The text form: fragments, and apart from them the nodes and datasets that are somewhere else;
/// and what was placed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlacementWire {
    #[serde(default)]
    datastores: BTreeMap<DatastoreName, ShardName>,
    #[serde(default)]
    transformers: BTreeMap<WorkspaceName, ShardName>,
    #[serde(default)]
    nodes: BTreeMap<NodeKey, ShardName>,
    #[serde(default)]
    datasets: BTreeMap<NodeKey, BTreeMap<DatasetName, ShardName>>,
    #[serde(default)]
    placed: BTreeMap<DatastoreName, ByDataset>,
    /// Of those that were placed, the datastores each of whose datasets was captured on its own.
    #[serde(default)]
    one_by_one: BTreeSet<DatastoreName>,
}

/// The same as it is written. Nothing is copied: a placement has every dataset of a company.
#[derive(Serialize)]
struct PlacementText<'p> {
    #[serde(skip_serializing_if = "Listed::is_empty")]
    datastores: Listed<&'p DatastoreName, &'p ShardName>,
    #[serde(skip_serializing_if = "Listed::is_empty")]
    transformers: Listed<&'p WorkspaceName, &'p ShardName>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    nodes: BTreeMap<&'p NodeKey, &'p ShardName>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    datasets: BTreeMap<&'p NodeKey, &'p BTreeMap<DatasetName, ShardName>>,
    #[serde(skip_serializing_if = "Listed::is_empty")]
    placed: Listed<&'p DatastoreName, &'p PlacedDatasets>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    one_by_one: Vec<&'p DatastoreName>,
}

/// A map whose entries are in order already.
struct Listed<K, V>(Vec<(K, V)>);

impl<K, V> Listed<K, V> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<K: Serialize, V: Serialize> Serialize for Listed<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

impl Serialize for Placement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let known: Vec<_> = self
            .datastores
            .iter()
            .filter_map(|(name, placed)| Some((name, placed.known.as_ref()?)))
            .collect();
        let single = known.iter().filter(|(_, known)| !known.is_whole());
        let one_by_one = single.map(|(name, _)| *name).collect();
        let fragments = self.datastores.values().chain(self.transformers.values());
        let apart: Vec<_> = fragments.filter_map(|placed| placed.apart.as_deref()).collect();
        let text = PlacementText {
            datastores: all_placed(&self.datastores),
            transformers: all_placed(&self.transformers),
            nodes: apart.iter().flat_map(|apart| &apart.nodes).collect(),
            datasets: apart.iter().flat_map(|apart| &apart.datasets).collect(),
            placed: Listed(known),
            one_by_one,
        };
        text.serialize(serializer)
    }
}

impl From<PlacementWire> for Placement {
    fn from(wire: PlacementWire) -> Self {
        let mut placement =
            Self { datastores: at_shards(wire.datastores), transformers: at_shards(wire.transformers) };
        for (name, datasets) in wire.placed {
            let known = PlacedDatasets::from_text(datasets, !wire.one_by_one.contains(&name));
            placement.datastores.entry(name).or_default().known = Some(known);
        }
        for (node, shard) in wire.nodes {
            placement.edit_placed(&node, |placed| {
                placed.set_apart(|apart| apart.nodes.insert(node.clone(), shard))
            });
        }
        for (node, datasets) in wire.datasets {
            for (dataset, shard) in datasets {
                placement.place_dataset(node.clone(), dataset, shard);
            }
        }
        placement
    }
}

fn all_placed<K: Ord + Clone>(placed: &OrdMap<K, FragmentPlacement>) -> Listed<&K, &ShardName> {
    Listed(placed.iter().filter_map(|(name, placed)| Some((name, placed.shard.as_ref()?))).collect())
}

fn at_shards<K: Ord + Clone>(shards: BTreeMap<K, ShardName>) -> OrdMap<K, FragmentPlacement> {
    shards
        .into_iter()
        .map(|(name, shard)| (name, FragmentPlacement { shard: Some(shard), ..FragmentPlacement::default() }))
        .collect()
}
