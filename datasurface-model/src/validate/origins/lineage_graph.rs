//! Who derives data from what: a graph of datastores, and of sites that lead from one to the other. What a change does not concern is
//! kept from the version before.

use super::super::{
    PersistentMap,
    components::{components, reversed},
    container_index::{MovedContainers, Site},
    unit_diff::UnitChange,
    unit_index::UnitIndex,
};
use datasurface_ecosystem::{UnitPlace, Workspace};
use datasurface_schema::{ContainerKey, DatastoreName, Entity, Text};
use rustc_hash::{FxHashMap, FxHashSet};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What data derives in, or through.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum LineageNode {
    /// A datastore that a transformer fills, or that is captured from a site to which data is delivered.
    Datastore(DatastoreName),
    /// A site to which data is delivered, and from which data is captured.
    Site(Site),
}

impl LineageNode {
    /// What people call it: a site has the name of its first container.
    pub(super) fn name(&self, directory: &UnitIndex) -> Text {
        match self {
            Self::Datastore(name) => name.as_str().into(),
            Self::Site(site) => {
                let first = directory.containers().residents(site).first();
                first.map(ToString::to_string).unwrap_or_default().into()
            }
        }
    }
}

/// The nodes, with what they derive from.
#[derive(Clone, Debug, Default)]
pub(super) struct LineageGraph {
    /// For each node, the datastores and sites that it reads, in order.
    inputs: PersistentMap<Arc<LineageNode>, Arc<[LineageNode]>>,
    /// For each datastore and site that is read, the nodes that read it.
    readers: PersistentMap<LineageNode, Arc<[Arc<LineageNode>]>>,
    order: Arc<LineageOrder>,
}

impl LineageGraph {
    /// Follows the changes of units. Gives back the nodes that derive from others than before, those that are no nodes any more
    /// among them; and the sites to which a container came, or from which one went.
    pub(super) fn update(
        &mut self,
        directory: &UnitIndex,
        changes: &[UnitChange],
        moved: &MovedContainers,
    ) -> BTreeSet<Arc<LineageNode>> {
        let mut concerned = Concerned::new(directory, changes, moved);
        let mut changed = BTreeSet::new();
        let mut differences: FxHashMap<LineageNode, ReaderChanges> = FxHashMap::default();
        for (site, is_moved) in concerned.sites {
            let inputs = inputs_of_site(&site, directory);
            let node = Arc::new(LineageNode::Site(site.clone()));
            if inputs.is_some() != self.inputs.contains_key(&node) {
                concerned.datastores.extend(captured_at(&site, directory));
            }
            if self.renew(&node, inputs, &mut differences) || is_moved {
                changed.insert(node);
            }
        }
        for datastore in concerned.datastores {
            let inputs = self.inputs_of_datastore(&datastore, directory);
            let node = Arc::new(LineageNode::Datastore(datastore));
            if self.renew(&node, inputs, &mut differences) {
                changed.insert(node);
            }
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

    /// Sets what a node reads; says whether that is something else than before.
    fn renew(
        &mut self,
        node: &Arc<LineageNode>,
        mut inputs: Option<Vec<LineageNode>>,
        differences: &mut FxHashMap<LineageNode, ReaderChanges>,
    ) -> bool {
        if let Some(inputs) = &mut inputs {
            inputs.sort_unstable();
            inputs.dedup();
        }
        let old = self.inputs.get(node);
        if old.map(|old| &**old) == inputs.as_deref() {
            return false;
        }
        for input in old.into_iter().flat_map(|old| old.iter()) {
            differences.entry(input.clone()).or_default().lost.insert(Arc::clone(node));
        }
        for input in inputs.iter().flatten() {
            differences.entry(input.clone()).or_default().added.push(Arc::clone(node));
        }
        match inputs {
            Some(inputs) => drop(self.inputs.insert(Arc::clone(node), inputs.into())),
            None => drop(self.inputs.remove(node)),
        }
        true
    }

    /// What a datastore derives from; none, if it is captured from where nothing is delivered.
    fn inputs_of_datastore(&self, name: &DatastoreName, directory: &UnitIndex) -> Option<Vec<LineageNode>> {
        if let Some(workspace) = directory.producers().get(name) {
            let (_, found) = directory.workspaces().get(workspace)?;
            return Some(datastores_of(found.entity()).collect());
        }
        let (_, datastore) = directory.datastores().get(name)?;
        let site = directory.containers().site(datastore.entity().capture()?.container());
        let site = LineageNode::Site(site);
        self.inputs.contains_key(&site).then(|| vec![site])
    }

    pub(super) fn is_empty(&self) -> bool {
        self.inputs.is_empty()
    }

    /// What a node reads.
    pub(super) fn inputs(&self, node: &LineageNode) -> &[LineageNode] {
        self.inputs.get(node).map_or(&[], |inputs| &**inputs)
    }

    /// The nodes that read a datastore or a site.
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

/// What a change may concern, and what may be no node any more.
#[derive(Debug, Default)]
struct Concerned {
    datastores: BTreeSet<DatastoreName>,
    /// Each with whether a container came or went.
    sites: BTreeMap<Site, bool>,
}

impl Concerned {
    fn new(directory: &UnitIndex, changes: &[UnitChange], moved: &MovedContainers) -> Self {
        let mut concerned = Self::default();
        for change in changes {
            match change.key.place() {
                UnitPlace::Workspace(..) => {
                    for workspace in change.workspaces().into_iter().flatten() {
                        concerned.datastores.extend(workspace.transformer().map(|one| one.output().clone()));
                        concerned.extend_sites(workspace.container(), directory);
                    }
                }
                UnitPlace::Datastore(_, name) => {
                    let sources = change.datastores().map(|one| Some(one?.capture()?.container()));
                    if sources[0] != sources[1] {
                        concerned.datastores.insert(name.clone());
                        concerned.extend_sites(sources.into_iter().flatten(), directory);
                    }
                }
                _ => {}
            }
        }
        for (container, before) in moved {
            concerned.sites.insert(before.site.clone(), true);
            concerned.sites.insert(directory.containers().site(container), true);
            let captured = directory.captures().all(container);
            concerned.datastores.extend(captured.map(|(_, datastore)| datastore.clone()));
        }
        concerned
    }

    fn extend_sites<'c>(
        &mut self,
        containers: impl IntoIterator<Item = &'c ContainerKey>,
        directory: &UnitIndex,
    ) {
        for container in containers {
            self.sites.entry(directory.containers().site(container)).or_default();
        }
    }
}

/// What is delivered to a site, if anything is captured from there.
fn inputs_of_site(site: &Site, directory: &UnitIndex) -> Option<Vec<LineageNode>> {
    let residents = directory.containers().residents(site);
    residents.iter().find_map(|container| directory.captures().first(container))?;
    let delivering = residents.iter().flat_map(|container| directory.deliveries().all(container));
    let mut delivering = delivering.map(|(_, workspace)| workspace).peekable();
    delivering.peek()?;
    let workspaces = delivering.filter_map(|workspace| directory.workspaces().get(workspace));
    Some(workspaces.flat_map(|(_, found)| datastores_of(found.entity())).collect())
}

/// The datastores that are captured from a site.
pub(super) fn captured_at(site: &Site, directory: &UnitIndex) -> Vec<DatastoreName> {
    let residents = directory.containers().residents(site).iter();
    let captured = residents.flat_map(|container| directory.captures().all(container));
    captured.map(|(_, datastore)| datastore.clone()).collect()
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
            LineageNode::Site(_) => None,
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
