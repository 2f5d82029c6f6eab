//! Who derives data from what: a graph of datastores, and of containers that lead from one to the other. What a change does not
//! concern is kept from the version before.

use super::super::{
    PersistentMap,
    changes::containers,
    components::{components, reversed},
    unit::UnitPlace,
    unit_diff::UnitChange,
    unit_index::UnitIndex,
};
use crate::ecosystem::Workspace;
use datasurface_schema::{ContainerKey, DatastoreName, Entity, Text};
use rustc_hash::{FxHashMap, FxHashSet};
use std::{collections::BTreeSet, sync::Arc};

/// What data derives in, or through.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum LineageNode {
    /// A datastore that a transformer fills, or that is captured from a container into which data is delivered.
    Datastore(DatastoreName),
    /// A container into which data is delivered, and from which data is captured.
    Container(ContainerKey),
}

impl LineageNode {
    /// What people call it.
    pub(super) fn name(&self) -> Text {
        match self {
            Self::Datastore(name) => name.as_str().into(),
            Self::Container(key) => key.to_string().into(),
        }
    }
}

/// The nodes, with what they derive from.
#[derive(Clone, Debug, Default)]
pub(super) struct LineageGraph {
    /// For each node, the datastores and containers that it reads, in order.
    inputs: PersistentMap<Arc<LineageNode>, Arc<[LineageNode]>>,
    /// For each datastore and container that is read, the nodes that read it.
    readers: PersistentMap<LineageNode, Arc<[Arc<LineageNode>]>>,
    order: Arc<LineageOrder>,
}

impl LineageGraph {
    /// Follows the changes of units. Gives back the nodes that derive from others than before, those that are no nodes any more
    /// among them.
    pub(super) fn update(
        &mut self,
        directory: &UnitIndex,
        changes: &[UnitChange],
    ) -> BTreeSet<Arc<LineageNode>> {
        let mut changed = BTreeSet::new();
        let mut differences: FxHashMap<LineageNode, ReaderChanges> = FxHashMap::default();
        for node in self.concerned(directory, changes) {
            let inputs = inputs_of(&node, directory);
            let node = Arc::new(node);
            let old = self.inputs.get(&node);
            if old.map(|old| &**old) == inputs.as_deref() {
                continue;
            }
            for input in old.into_iter().flat_map(|old| old.iter()) {
                differences.entry(input.clone()).or_default().lost.insert(Arc::clone(&node));
            }
            for input in inputs.iter().flatten() {
                differences.entry(input.clone()).or_default().added.push(Arc::clone(&node));
            }
            match inputs {
                Some(inputs) => drop(self.inputs.insert(Arc::clone(&node), inputs.into())),
                None => drop(self.inputs.remove(&node)),
            }
            changed.insert(node);
        }
        for (read, change) in differences {
            let readers = self.readers.get(&read).into_iter().flat_map(|readers| readers.iter());
            let kept = readers.filter(|reader| !change.lost.contains(*reader));
            let readers: Arc<[_]> = kept.chain(&change.added).cloned().collect();
            match readers.is_empty() {
                true => drop(self.readers.remove(&read)),
                false => drop(self.readers.insert(read, readers)),
            }
        }
        if !changed.is_empty() {
            self.order = Arc::new(LineageOrder::new(self));
        }
        changed
    }

    /// The nodes that may read something else now, or be nodes no more.
    fn concerned(&self, directory: &UnitIndex, changes: &[UnitChange]) -> BTreeSet<LineageNode> {
        let mut concerned = BTreeSet::new();
        // Containers with others in them, or that are somewhere else.
        let mut moved: BTreeSet<ContainerKey> = BTreeSet::new();
        for change in changes {
            match change.key.place() {
                UnitPlace::Workspace(..) => {
                    let [old, new] = change.workspaces();
                    let output = |one: &Arc<Workspace>| Some(one.transformer()?.output().clone());
                    let outputs = [old.and_then(output), new.and_then(output)].into_iter().flatten();
                    concerned.extend(outputs.map(LineageNode::Datastore));
                    let [old, new] = [old, new].map(|one| one.and_then(|one| one.container()));
                    if old == new {
                        concerned.extend(new.cloned().map(LineageNode::Container));
                    } else {
                        moved.extend([old, new].into_iter().flatten().cloned());
                    }
                }
                UnitPlace::Datastore(_, name) => {
                    let [old, new] = change.datastores().map(|one| Some(one?.capture()?.container()));
                    if old != new {
                        concerned.insert(LineageNode::Datastore(name.clone()));
                        moved.extend([old, new].into_iter().flatten().cloned());
                    }
                }
                UnitPlace::Team(_) => {
                    let Some(team) = change.key.team() else { continue };
                    let (old, new) = (containers(change.old.as_ref()), containers(change.new.as_ref()));
                    let differing = old.difference(&new).filter_map(|(old, new)| old.or(new));
                    moved.extend(differing.map(|one| ContainerKey::new(&team.zone, &team.team, one.name())));
                }
                _ => {}
            }
        }
        for container in &moved {
            let near = directory.containers_at_place_of(container);
            let is_delivered = near.iter().any(|near| directory.deliveries().first(near).is_some());
            for (_, datastore) in near.iter().flat_map(|near| directory.captures().all(near)) {
                let node = LineageNode::Datastore(datastore.clone());
                // Where it was, as well as where it is.
                let old = self.inputs.get(&node);
                concerned.extend(old.into_iter().flat_map(|old| old.iter().cloned()));
                if is_delivered || old.is_some() {
                    concerned.insert(node);
                }
            }
            for node in near.into_iter().map(LineageNode::Container) {
                concerned.extend(self.readers(&node).iter().map(|reader| (**reader).clone()));
                concerned.insert(node);
            }
        }
        concerned
    }

    pub(super) fn is_empty(&self) -> bool {
        self.inputs.is_empty()
    }

    /// What a node reads.
    pub(super) fn inputs(&self, node: &LineageNode) -> &[LineageNode] {
        self.inputs.get(node).map_or(&[], |inputs| &**inputs)
    }

    /// The nodes that read a datastore or a container.
    pub(super) fn readers(&self, read: &LineageNode) -> &[Arc<LineageNode>] {
        self.readers.get(read).map_or(&[], |readers| &**readers)
    }

    pub(super) fn order(&self) -> &Arc<LineageOrder> {
        &self.order
    }
}

/// Who reads something, and did not before; and the other way round.
#[derive(Debug, Default)]
struct ReaderChanges {
    lost: FxHashSet<Arc<LineageNode>>,
    added: Vec<Arc<LineageNode>>,
}

/// What a node reads, in order; none, if it is no node.
fn inputs_of(node: &LineageNode, directory: &UnitIndex) -> Option<Vec<LineageNode>> {
    let mut read: Vec<LineageNode> = match node {
        LineageNode::Datastore(name) => match directory.producers().get(name) {
            Some(workspace) => {
                let (_, found) = directory.workspaces().get(workspace)?;
                datastores_of(found.entity()).collect()
            }
            None => {
                let (_, datastore) = directory.datastores().get(name)?;
                let near = directory.containers_at_place_of(datastore.entity().capture()?.container());
                let delivered = near.into_iter().filter(|near| directory.deliveries().first(near).is_some());
                let delivered: Vec<_> = delivered.map(LineageNode::Container).collect();
                if delivered.is_empty() {
                    return None;
                }
                delivered
            }
        },
        LineageNode::Container(key) => {
            let near = directory.containers_at_place_of(key);
            directory.deliveries().first(key)?;
            near.iter().find_map(|near| directory.captures().first(near))?;
            let workspaces = directory.deliveries().all(key);
            let workspaces = workspaces.filter_map(|(_, workspace)| directory.workspaces().get(workspace));
            workspaces.flat_map(|(_, found)| datastores_of(found.entity())).collect()
        }
    };
    read.sort_unstable();
    read.dedup();
    Some(read)
}

/// The datastores that a workspace reads.
fn datastores_of(workspace: &Workspace) -> impl Iterator<Item = LineageNode> {
    let sinks = workspace.groups().iter().flat_map(|group| group.sinks());
    sinks.map(|sink| LineageNode::Datastore(sink.name().datastore.clone()))
}

/// The nodes in an order in which those come first from which others derive; the ones of a cycle are one component.
#[derive(Debug, Default)]
pub(super) struct LineageOrder {
    nodes: Vec<Arc<LineageNode>>,
    index: FxHashMap<Arc<LineageNode>, usize>,
    /// The datastores among the nodes.
    derived: FxHashSet<DatastoreName>,
    /// For each node, those that derive from it.
    successors: Vec<Vec<usize>>,
    components: Vec<Vec<usize>>,
    component_of: Vec<usize>,
}

impl LineageOrder {
    fn new(graph: &LineageGraph) -> Self {
        let mut nodes: Vec<Arc<LineageNode>> = graph.inputs.keys().cloned().collect();
        nodes.sort_unstable();
        let index: FxHashMap<Arc<LineageNode>, usize> =
            nodes.iter().enumerate().map(|(number, node)| (Arc::clone(node), number)).collect();
        let derived = nodes.iter().filter_map(|node| match &**node {
            LineageNode::Datastore(name) => Some(name.clone()),
            LineageNode::Container(_) => None,
        });
        let successors: Vec<Vec<usize>> = nodes
            .iter()
            .map(|node| graph.readers(node).iter().filter_map(|reader| index.get(reader).copied()).collect())
            .collect();
        let all: Vec<usize> = (0..nodes.len()).collect();
        let components = components(&all, &successors, &reversed(&successors));
        let mut component_of = vec![0; nodes.len()];
        for (position, component) in components.iter().enumerate() {
            for node in component {
                component_of.get_mut(*node).into_iter().for_each(|of| *of = position);
            }
        }
        Self { derived: derived.collect(), nodes, index, successors, components, component_of }
    }

    pub(super) fn nodes(&self) -> &[Arc<LineageNode>] {
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

    /// The nodes that derive from one.
    pub(super) fn successors(&self, node: usize) -> &[usize] {
        self.successors.get(node).map_or(&[], Vec::as_slice)
    }

    /// The component of a node: components of lower numbers do not derive from those of higher ones.
    pub(super) fn component_of(&self, node: usize) -> usize {
        self.component_of.get(node).copied().unwrap_or_default()
    }

    /// Some nodes, and all that derive from them.
    pub(super) fn downstream(&self, mut waiting: Vec<usize>) -> BTreeSet<usize> {
        let mut reached = BTreeSet::new();
        while let Some(node) = waiting.pop() {
            if reached.insert(node) {
                waiting.extend(self.successors(node));
            }
        }
        reached
    }

    pub(super) fn component(&self, number: usize) -> &[usize] {
        self.components.get(number).map_or(&[], Vec::as_slice)
    }
}
