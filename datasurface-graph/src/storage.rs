//! Storage names: the names under which things were first rendered, where they differ from those of now.

use crate::{
    assignments::{Assignments, Stages},
    facts::{DatasetFacts, IngestSource, NodeDetail, NodeFacts},
    key::NodeKey,
};
use datasurface_model::{ContainerKey, DatasetKey, DatastoreName, GroupKey, PlatformName, WorkspaceName};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The storage names of things that were renamed, by their names of now. The storage name of every other thing is its name.
///
/// What keeps data is addressed by storage names, so a rename is never a rebuild. What people read has the names of now.
///
/// ```
/// use datasurface_graph::StorageNames;
/// use datasurface_model::DatasetKey;
/// let names = StorageNames::default().with_dataset("Shop/articles", "Shop/products");
/// assert_eq!(names.dataset(&DatasetKey::new("Shop", "articles")).to_string(), "Shop/products");
/// assert_eq!(names.dataset(&DatasetKey::new("Shop", "orders")).to_string(), "Shop/orders");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema), schemars(with = "NamesByKind"))]
#[serde(from = "NamesByKind", into = "NamesByKind")]
// The facts of every node have two of these, and nearly all of them are empty: `None` is the only empty one.
pub struct StorageNames(Option<Box<NamesByKind>>);

/// The same, by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema), schemars(rename = "StorageNames"))]
#[serde(deny_unknown_fields)]
struct NamesByKind {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    platforms: BTreeMap<PlatformName, PlatformName>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    containers: BTreeMap<ContainerKey, ContainerKey>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    datastores: BTreeMap<DatastoreName, DatastoreName>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    datasets: BTreeMap<DatasetKey, DatasetKey>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    workspaces: BTreeMap<WorkspaceName, WorkspaceName>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    groups: BTreeMap<GroupKey, GroupKey>,
}

impl From<NamesByKind> for StorageNames {
    fn from(names: NamesByKind) -> Self {
        Self((names != NamesByKind::default()).then(|| Box::new(names)))
    }
}

impl From<StorageNames> for NamesByKind {
    fn from(names: StorageNames) -> Self {
        names.0.map(|names| *names).unwrap_or_default()
    }
}

macro_rules! names {
    ($($noun:literal: $name:ty, $get:ident, $set:ident in $map:ident;)*) => {$(
        #[doc = concat!("Returns the storage name of a ", $noun, ".")]
        #[must_use]
        pub fn $get(&self, now: &$name) -> $name {
            let names = self.0.as_ref().map(|names| &names.$map);
            names.and_then(|names| names.get(now)).unwrap_or(now).clone()
        }

        #[doc = concat!("Sets the storage name of a ", $noun, ".")]
        #[must_use]
        pub fn $set(mut self, now: impl Into<$name>, storage: impl Into<$name>) -> Self {
            let (now, storage) = (now.into(), storage.into());
            if now != storage {
                self.0.get_or_insert_default().$map.insert(now, storage);
            }
            self
        }
    )*};
}

impl StorageNames {
    names! {
        "platform": PlatformName, platform, with_platform in platforms;
        "container": ContainerKey, container, with_container in containers;
        "datastore": DatastoreName, datastore, with_datastore in datastores;
        "dataset": DatasetKey, dataset, with_dataset in datasets;
        "workspace": WorkspaceName, workspace, with_workspace in workspaces;
        "dataset group": GroupKey, group, with_group in groups;
    }

    /// Whether every name is its own storage name.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Returns the names of now by storage names.
    #[must_use]
    pub fn reversed(self) -> Self {
        let NamesByKind { platforms, containers, datastores, datasets, workspaces, groups } = self.into();
        let reversed = NamesByKind {
            platforms: reversed(platforms),
            containers: reversed(containers),
            datastores: reversed(datastores),
            datasets: reversed(datasets),
            workspaces: reversed(workspaces),
            groups: reversed(groups),
        };
        reversed.into()
    }

    /// Adds all names of another map; where both have a name, that of the other one counts.
    #[must_use]
    pub fn joined_with(self, other: Self) -> Self {
        let (mut all, other) = (NamesByKind::from(self), NamesByKind::from(other));
        all.platforms.extend(other.platforms);
        all.containers.extend(other.containers);
        all.datastores.extend(other.datastores);
        all.datasets.extend(other.datasets);
        all.workspaces.extend(other.workspaces);
        all.groups.extend(other.groups);
        all.into()
    }

    /// Returns the map without the names of platforms.
    #[must_use]
    pub fn without_platforms(self) -> Self {
        NamesByKind { platforms: BTreeMap::new(), ..self.into() }.into()
    }

    /// Returns the map without the names of other datasets than these.
    #[must_use]
    pub fn restricted_to<'d>(&self, datasets: impl IntoIterator<Item = &'d DatasetKey>) -> Self {
        let Some(names) = &self.0 else { return Self::default() };
        let entries = datasets.into_iter().filter_map(|key| names.datasets.get_key_value(key));
        let datasets = entries.map(|(now, storage)| (now.clone(), storage.clone())).collect();
        NamesByKind { datasets, ..NamesByKind::clone(names) }.into()
    }

    /// Adds the storage names of what the key of a node names.
    #[must_use]
    pub fn with_node(self, key: &NodeKey, names: &dyn StorageOf) -> Self {
        if names.is_trivial() {
            return self;
        }
        let platform = key.platform();
        let here = self.with_platform(platform.clone(), names.platform(platform));
        match key {
            NodeKey::Export { dataset, container, .. } => here
                .with_container(ContainerKey::clone(container), names.container(container))
                .with_named_dataset(dataset, names),
            NodeKey::Ingest { datastore, dataset: Some(dataset), .. } => {
                here.with_named_dataset(&DatasetKey::new(datastore, dataset), names)
            }
            NodeKey::Ingest { datastore, dataset: None, .. } => {
                here.with_datastore(datastore.clone(), names.datastore(datastore))
            }
            NodeKey::Transform { workspace, .. } | NodeKey::Trigger { workspace, .. } => {
                here.with_workspace(workspace.clone(), names.workspace(workspace))
            }
        }
    }

    fn with_named_dataset(self, key: &DatasetKey, names: &dyn StorageOf) -> Self {
        self.with_dataset(key.clone(), names.dataset(key))
            .with_datastore(key.datastore.clone(), names.datastore(&key.datastore))
    }

    /// Returns the key of a node, written in storage names.
    #[must_use]
    pub fn node(&self, key: &NodeKey) -> NodeKey {
        let platform = self.platform(key.platform());
        match key {
            NodeKey::Export { dataset, container, .. } => NodeKey::Export {
                platform,
                dataset: self.dataset(dataset),
                container: self.container(container).into(),
            },
            NodeKey::Ingest { datastore, dataset, .. } => {
                let alone =
                    dataset.as_ref().map(|dataset| self.dataset(&DatasetKey::new(datastore, dataset)));
                NodeKey::Ingest {
                    platform,
                    datastore: self.datastore(datastore),
                    dataset: alone.map(|alone| alone.dataset),
                }
            }
            NodeKey::Transform { workspace, .. } => {
                NodeKey::Transform { platform, workspace: self.workspace(workspace) }
            }
            NodeKey::Trigger { workspace, .. } => {
                NodeKey::Trigger { platform, workspace: self.workspace(workspace) }
            }
        }
    }

    /// Returns the same decisions, with each name replaced as this map says. Where no platform has another name, nothing is looked at but what has one.
    #[must_use]
    pub fn assignments(&self, decided: &Assignments) -> Assignments {
        let Some(names) = &self.0 else { return decided.clone() };
        let (mut assignments, of_groups, of_primaries) = match names.platforms.is_empty() {
            true => {
                let groups =
                    names.groups.keys().filter_map(|key| Some((key.clone(), decided.group(key)?.clone())));
                let stores = names.datastores.keys();
                let primaries =
                    stores.filter_map(|key| Some((key.clone(), decided.primary_stages(key)?.clone())));
                let (groups, primaries): (Vec<_>, Vec<_>) = (groups.collect(), primaries.collect());
                let mut rest = decided.clone();
                groups.iter().for_each(|(group, _)| rest.replace_group(group.clone(), Stages::new()));
                primaries.iter().for_each(|(name, _)| rest.replace_primary(name.clone(), Stages::new()));
                (rest, groups, primaries)
            }
            false => (Assignments::default(), owned(decided.groups()), owned(decided.primaries())),
        };
        for (group, platform, stage) in each(of_groups.iter().map(|(key, stages)| (key, stages))) {
            assignments.assign_group(self.group(group), self.platform(platform), stage);
        }
        for (datastore, platform, stage) in each(of_primaries.iter().map(|(key, stages)| (key, stages))) {
            assignments.assign_primary(self.datastore(datastore), self.platform(platform), stage);
        }
        assignments
    }

    /// Returns the datastores of which a placement has other names, and so the workspaces of transformers; `None` if it may have other names everywhere.
    pub(crate) fn fragments(&self) -> Option<(BTreeSet<&DatastoreName>, BTreeSet<&WorkspaceName>)> {
        let Some(names) = &self.0 else { return Some(Default::default()) };
        let datastores = names.datastores.keys().chain(names.datasets.keys().map(|key| &key.datastore));
        let is_everywhere = !names.platforms.is_empty() || !names.containers.is_empty();
        (!is_everywhere).then(|| (datastores.collect(), names.workspaces.keys().collect()))
    }
}

fn owned<'a, K: Clone + 'a>(decided: impl Iterator<Item = (&'a K, &'a Stages)>) -> Vec<(K, Stages)> {
    decided.map(|(key, stages)| (key.clone(), stages.clone())).collect()
}

fn reversed<K: Ord>(names: BTreeMap<K, K>) -> BTreeMap<K, K> {
    names.into_iter().map(|(now, storage)| (storage, now)).collect()
}

fn each<'a, K: 'a>(
    decided: impl Iterator<Item = (&'a K, &'a Stages)>,
) -> impl Iterator<Item = (&'a K, &'a PlatformName, crate::assignments::Stage)> {
    decided.flat_map(|(key, stages)| stages.iter().map(move |(platform, stage)| (key, platform, *stage)))
}

impl NodeFacts {
    /// Returns the facts with storage names beside the names of now: those of `names` that occur in the facts.
    /// `names` has the names of whatever the facts name.
    #[must_use]
    pub fn with_storage(mut self, names: &dyn StorageOf) -> Self {
        if names.is_trivial() {
            return self;
        }
        let mut here = StorageNames::default();
        let dataset = |here: StorageNames, key: &DatasetKey| here.with_named_dataset(key, names);
        here = here.with_node(&self.key, names);
        match &mut self.detail {
            NodeDetail::Ingest(ingest) => {
                here = here.with_datastore(ingest.datastore.clone(), names.datastore(&ingest.datastore));
                if let IngestSource::Transformer { workspace } = &ingest.source {
                    here = here.with_workspace(workspace.clone(), names.workspace(workspace));
                }
                here = ingest.datasets.iter().fold(here, |here, facts| dataset(here, &facts.key));
                ingest.datasets.iter_mut().for_each(|facts| facts.remember_storage(&here));
            }
            NodeDetail::Export(export) => {
                here = dataset(here, &export.dataset.key)
                    .with_container(export.container_key.clone(), names.container(&export.container_key));
                for consumer in &export.consumers {
                    let group = &consumer.group;
                    here = here
                        .with_group(group.clone(), names.group(group))
                        .with_workspace(group.workspace.clone(), names.workspace(&group.workspace));
                }
                export.dataset.remember_storage(&here);
            }
            NodeDetail::Trigger(trigger) => {
                here = here.with_workspace(trigger.workspace.clone(), names.workspace(&trigger.workspace));
                here = trigger.inputs.iter().fold(here, dataset);
            }
            NodeDetail::Transform(transform) => {
                here = here
                    .with_workspace(transform.workspace.clone(), names.workspace(&transform.workspace))
                    .with_container(
                        transform.container_key.clone(),
                        names.container(&transform.container_key),
                    )
                    .with_datastore(transform.output.clone(), names.datastore(&transform.output));
                let all = transform.inputs.iter().chain(&transform.outputs);
                here = all.fold(here, |here, facts| dataset(here, &facts.key));
                let all = transform.inputs.iter_mut().chain(&mut transform.outputs);
                all.for_each(|facts| facts.remember_storage(&here));
            }
        }
        self.storage = here;
        self
    }

    /// Adds the storage names of what the keys of other nodes name, such as those that the node reads.
    #[must_use]
    pub fn with_storage_of(mut self, nodes: &[NodeKey], names: &dyn StorageOf) -> Self {
        if !names.is_trivial() {
            self.storage = nodes
                .iter()
                .fold(std::mem::take(&mut self.storage), |here, node| here.with_node(node, names));
        }
        self
    }

    /// The key of the node, written in storage names: its identity, whatever it is called.
    #[must_use]
    pub fn storage_key(&self) -> NodeKey {
        self.storage.node(&self.key)
    }

    /// Returns the facts written in storage names, with the [names of now](Self::called) beside them: for a platform that
    /// addresses everything by storage names. A capture, and the code of a transformer, still have the names of now for what
    /// they read and make.
    #[must_use]
    pub fn in_storage_names(mut self) -> Self {
        let names = std::mem::take(&mut self.storage);
        if names.is_empty() {
            return self;
        }
        self.key = names.node(&self.key);
        match &mut self.detail {
            NodeDetail::Ingest(ingest) => {
                ingest.datastore = names.datastore(&ingest.datastore);
                if let IngestSource::Transformer { workspace } = &mut ingest.source {
                    *workspace = names.workspace(workspace);
                }
                ingest.datasets.iter_mut().for_each(DatasetFacts::use_storage);
            }
            NodeDetail::Export(export) => {
                export.container_key = names.container(&export.container_key);
                export.dataset.use_storage();
                export
                    .consumers
                    .iter_mut()
                    .for_each(|consumer| consumer.group = names.group(&consumer.group));
            }
            NodeDetail::Trigger(trigger) => {
                trigger.workspace = names.workspace(&trigger.workspace);
                trigger.inputs.iter_mut().for_each(|input| *input = names.dataset(input));
            }
            NodeDetail::Transform(transform) => {
                transform.workspace = names.workspace(&transform.workspace);
                transform.container_key = names.container(&transform.container_key);
                transform.output = names.datastore(&transform.output);
                transform.former_inputs.values_mut().for_each(|input| *input = names.dataset(input));
                let all = transform.inputs.iter_mut().chain(&mut transform.outputs);
                all.for_each(DatasetFacts::use_storage);
            }
        }
        self.called = names.reversed();
        self
    }

    /// The key of the node in the names of now, also of facts that are written in storage names.
    #[must_use]
    pub fn key_now(&self) -> NodeKey {
        self.called.node(&self.key)
    }
}

/// A source of storage names: a map, or the record of a lock.
pub trait StorageOf {
    /// Whether every name is its own storage name.
    fn is_trivial(&self) -> bool;
    /// Returns the storage name of a platform.
    fn platform(&self, now: &PlatformName) -> PlatformName;
    /// Returns the storage name of a container.
    fn container(&self, now: &ContainerKey) -> ContainerKey;
    /// Returns the storage name of a datastore.
    fn datastore(&self, now: &DatastoreName) -> DatastoreName;
    /// Returns the storage name of a dataset.
    fn dataset(&self, now: &DatasetKey) -> DatasetKey;
    /// Returns the storage name of a workspace.
    fn workspace(&self, now: &WorkspaceName) -> WorkspaceName;
    /// Returns the storage name of a dataset group.
    fn group(&self, now: &GroupKey) -> GroupKey;
}
