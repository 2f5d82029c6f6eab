//! Who derives data from what: a graph of datastores, and of containers that lead from one to the other.

use super::super::{
    components::{components, reversed},
    unit_index::UnitIndex,
};
use crate::ecosystem::Workspace;
use datasurface_schema::{ContainerKey, DatastoreName, Entity};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;

/// What data derives in, or through.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum LineageNode {
    /// A datastore that a transformer fills, or that is captured from a container into which data is delivered.
    Datastore(DatastoreName),
    /// A container into which data is delivered, and from which data is captured.
    Container(ContainerKey),
}

/// The nodes in an order in which those come first from which others derive; the ones of a cycle are one component.
#[derive(Clone, Debug, Default)]
pub(super) struct LineageGraph {
    nodes: Vec<LineageNode>,
    index: FxHashMap<LineageNode, usize>,
    /// The datastores among the nodes.
    derived: FxHashSet<DatastoreName>,
    /// For each datastore, the nodes that read it.
    readers: FxHashMap<DatastoreName, Vec<usize>>,
    /// For each node, those that derive from it.
    successors: Vec<Vec<usize>>,
    components: Vec<Vec<usize>>,
    component_of: Vec<usize>,
}

impl LineageGraph {
    pub(super) fn new(directory: &UnitIndex) -> Self {
        let mut inputs: Vec<(LineageNode, BTreeSet<DatastoreName>, Vec<ContainerKey>)> = Vec::new();
        for output in directory.producers().keys() {
            if let Some(workspace) = directory.producers().get(output)
                && let Some((_, found)) = directory.workspaces().get(workspace)
                && let Some(transformer) = found.entity().transformer()
            {
                let output = LineageNode::Datastore(transformer.output().clone());
                inputs.push((output, datastores_of(found.entity()), Vec::new()));
            }
        }
        let mut passed = BTreeSet::new();
        for (container, all) in directory.captures().entries() {
            let delivered: Vec<_> = directory
                .containers_at_place_of(container)
                .into_iter()
                .filter(|container| directory.deliveries().first(container).is_some())
                .collect();
            if delivered.is_empty() {
                continue;
            }
            for (_, datastore) in all {
                let node = LineageNode::Datastore(datastore.clone());
                inputs.push((node, BTreeSet::new(), delivered.clone()));
            }
            passed.extend(delivered);
        }
        for container in passed {
            let workspaces = directory.deliveries().all(&container);
            let workspaces = workspaces.filter_map(|(_, workspace)| directory.workspaces().get(workspace));
            let read = workspaces.flat_map(|(_, found)| datastores_of(found.entity())).collect();
            inputs.push((LineageNode::Container(container), read, Vec::new()));
        }
        inputs.sort();
        inputs.dedup_by(|one, other| one.0 == other.0);
        Self::from_inputs(inputs)
    }

    fn from_inputs(inputs: Vec<(LineageNode, BTreeSet<DatastoreName>, Vec<ContainerKey>)>) -> Self {
        let nodes: Vec<LineageNode> = inputs.iter().map(|(node, ..)| node.clone()).collect();
        let index: FxHashMap<LineageNode, usize> =
            nodes.iter().enumerate().map(|(number, node)| (node.clone(), number)).collect();
        let derived = nodes.iter().filter_map(|node| match node {
            LineageNode::Datastore(name) => Some(name.clone()),
            LineageNode::Container(_) => None,
        });
        let derived = derived.collect();
        let mut readers: FxHashMap<DatastoreName, Vec<usize>> = FxHashMap::default();
        let mut predecessors: Vec<Vec<usize>> = Vec::with_capacity(nodes.len());
        for (number, (_, datastores, containers)) in inputs.into_iter().enumerate() {
            let containers = containers.into_iter().map(LineageNode::Container);
            let read = datastores.iter().cloned().map(LineageNode::Datastore).chain(containers);
            predecessors.push(read.filter_map(|node| index.get(&node).copied()).collect());
            for datastore in datastores {
                readers.entry(datastore).or_default().push(number);
            }
        }
        let successors = reversed(&predecessors);
        let all: Vec<usize> = (0..nodes.len()).collect();
        let components = components(&all, &successors, &predecessors);
        let mut component_of = vec![0; nodes.len()];
        for (position, component) in components.iter().enumerate() {
            for node in component {
                component_of.get_mut(*node).into_iter().for_each(|of| *of = position);
            }
        }
        Self { nodes, index, derived, readers, successors, components, component_of }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    pub(super) fn nodes(&self) -> &[LineageNode] {
        &self.nodes
    }

    /// The number of a node.
    pub(super) fn number(&self, node: &LineageNode) -> Option<usize> {
        self.index.get(node).copied()
    }

    /// Whether a datastore derives its data.
    pub(super) fn derives(&self, datastore: &DatastoreName) -> bool {
        self.derived.contains(datastore)
    }

    /// The nodes that read a datastore.
    pub(super) fn readers(&self, datastore: &DatastoreName) -> &[usize] {
        self.readers.get(datastore).map_or(&[], Vec::as_slice)
    }

    /// The nodes that derive from one.
    pub(super) fn successors(&self, node: usize) -> &[usize] {
        self.successors.get(node).map_or(&[], Vec::as_slice)
    }

    /// The component of a node: components of lower numbers do not derive from those of higher ones.
    pub(super) fn component_of(&self, node: usize) -> usize {
        self.component_of.get(node).copied().unwrap_or_default()
    }

    pub(super) fn component(&self, number: usize) -> &[usize] {
        self.components.get(number).map_or(&[], Vec::as_slice)
    }
}

/// The datastores that a workspace reads, each once.
pub(super) fn datastores_of(workspace: &Workspace) -> BTreeSet<DatastoreName> {
    let sinks = workspace.groups().iter().flat_map(|group| group.sinks());
    sinks.map(|sink| sink.name().datastore.clone()).collect()
}
