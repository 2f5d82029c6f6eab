//! The nodes that mention each datastore and workspace: where one of these is touched, their views are made again, and no others are looked at.

use super::views::Views;
use datasurface_graph::{DatasetFacts, IngestSource, NodeDetail, NodeFacts, NodeKey};
use datasurface_model::{DatasetKey, DatastoreName, PlatformName, WorkspaceName};
use datasurface_platform::NodeView;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// What the facts of a node can name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unit {
    Datastore(DatastoreName),
    Workspace(WorkspaceName),
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Datastore(name) => name.fmt(f),
            Self::Workspace(name) => name.fmt(f),
        }
    }
}

/// The nodes of all platforms that mention each unit.
#[derive(Debug, Default)]
pub(super) struct Mentions(BTreeMap<Unit, BTreeSet<NodeKey>>);

impl Unit {
    /// Returns the unit that a node is for.
    pub(super) fn of_node(key: &NodeKey) -> Self {
        match key {
            NodeKey::Ingest { datastore, .. } => Self::Datastore(datastore.clone()),
            NodeKey::Export { dataset, .. } => Self::Datastore(dataset.datastore.clone()),
            NodeKey::Trigger { workspace, .. } | NodeKey::Transform { workspace, .. } => {
                Self::Workspace(workspace.clone())
            }
        }
    }
}

impl Mentions {
    /// Creates the index of these views.
    pub(super) fn new(views: &Views) -> Self {
        let mut mentions = Self::default();
        views.values().flat_map(|views| views.nodes.iter()).for_each(|node| mentions.add(node));
        mentions
    }

    /// Adds a node.
    pub(super) fn add(&mut self, node: &NodeView) {
        for unit in units(node.facts()) {
            self.0.entry(unit).or_default().insert(node.key().clone());
        }
    }

    /// Removes a node.
    pub(super) fn remove(&mut self, node: &NodeView) {
        for unit in units(node.facts()) {
            if let Some(nodes) = self.0.get_mut(&unit) {
                nodes.remove(node.key());
                if nodes.is_empty() {
                    self.0.remove(&unit);
                }
            }
        }
    }

    /// Returns the nodes that mention one of these units, by platform.
    pub(super) fn nodes(&self, units: &BTreeSet<Unit>) -> BTreeMap<PlatformName, BTreeSet<NodeKey>> {
        let mut nodes: BTreeMap<PlatformName, BTreeSet<NodeKey>> = BTreeMap::new();
        for key in units.iter().filter_map(|unit| self.0.get(unit)).flatten() {
            nodes.entry(key.platform().clone()).or_default().insert(key.clone());
        }
        nodes
    }
}

/// The units that facts name.
fn units(facts: &NodeFacts) -> BTreeSet<Unit> {
    let store = |name: &DatastoreName| Unit::Datastore(name.clone());
    let workspace = |name: &WorkspaceName| Unit::Workspace(name.clone());
    let key = |key: &DatasetKey| store(&key.datastore);
    let dataset = |dataset: &DatasetFacts| key(&dataset.key);
    match &facts.detail {
        NodeDetail::Ingest(ingest) => {
            let transformer = match &ingest.source {
                IngestSource::Transformer { workspace: name } => Some(workspace(name)),
                _ => None,
            };
            transformer.into_iter().chain([store(&ingest.datastore)]).collect()
        }
        NodeDetail::Export(export) => {
            let consumers = export.consumers.iter().map(|consumer| workspace(&consumer.group.workspace));
            consumers.chain([dataset(&export.dataset)]).collect()
        }
        NodeDetail::Trigger(trigger) => {
            trigger.inputs.iter().map(key).chain([workspace(&trigger.workspace)]).collect()
        }
        NodeDetail::Transform(transform) => {
            let datasets = transform.inputs.iter().chain(&transform.outputs).map(dataset);
            datasets.chain([workspace(&transform.workspace), store(&transform.output)]).collect()
        }
    }
}
