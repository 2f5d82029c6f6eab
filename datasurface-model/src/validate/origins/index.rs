//! The origins of all data, followed from one version of an ecosystem to the next.

use super::{
    DatastoreOrigins,
    evaluate::{Evaluation, KnownOrigins},
    lineage_graph::{LineageGraph, LineageNode, datastores_of},
};
use crate::{
    ecosystem::{Datastore, Workspace},
    validate::{
        changes::containers,
        facts::Subject,
        unit::{Content, UnitPlace},
        unit_diff::UnitChange,
        unit_index::{UnitIndex, folded},
    },
};
use datasurface_schema::{ContainerKey, DatasetKey, DatastoreName, Entity, GroupName, ZoneName};
use rustc_hash::FxHashSet;
use std::{collections::BTreeSet, sync::Arc};

/// The origins of datasets that derive from others. Those of all others follow from their datastores alone.
#[derive(Clone, Debug, Default)]
pub(in crate::validate) struct OriginIndex {
    lineage: Arc<LineageGraph>,
    known: KnownOrigins,
    /// The zones that let go what has certain classes, or was consented to: only then does it matter what data is made of.
    freeing: Arc<BTreeSet<ZoneName>>,
}

impl OriginIndex {
    /// The origins of the datasets of a datastore, if it derives its data.
    pub(in crate::validate) fn get(&self, datastore: &DatastoreName) -> Option<&Arc<DatastoreOrigins>> {
        self.known.datastores.get(datastore)
    }

    /// Follows the changes of units, and notes whose origins are others now.
    pub(in crate::validate) fn update(
        &mut self,
        directory: &UnitIndex,
        changes: &[UnitChange],
        touched: &mut FxHashSet<Subject>,
    ) {
        self.update_freeing(changes);
        let stale = if changes.iter().any(|change| self.changes_lineage(change, directory)) {
            let before = std::mem::replace(&mut self.lineage, Arc::new(LineageGraph::new(directory)));
            for node in before.nodes().iter().filter(|node| self.lineage.number(node).is_none()) {
                self.known.forget(node);
                if let LineageNode::Datastore(name) = node {
                    touched.insert(Subject::Datastore(folded(name.as_str())));
                }
            }
            (0..self.lineage.nodes().len()).collect()
        } else if self.lineage.is_empty() {
            return;
        } else {
            self.stale(changes)
        };
        let mut waiting: BTreeSet<usize> =
            stale.into_iter().map(|node| self.lineage.component_of(node)).collect();
        while let Some(component) = waiting.pop_first() {
            for node in self.evaluate_component(component, directory, touched) {
                let readers = self.lineage.successors(node).iter();
                let components = readers.map(|reader| self.lineage.component_of(*reader));
                waiting.extend(components.filter(|other| *other != component));
            }
        }
    }

    fn update_freeing(&mut self, changes: &[UnitChange]) {
        for change in changes {
            let UnitPlace::Zone(zone) = change.key.place() else { continue };
            match (frees(&change.old), frees(&change.new)) {
                (false, true) => drop(Arc::make_mut(&mut self.freeing).insert(zone.clone())),
                (true, false) => drop(Arc::make_mut(&mut self.freeing).remove(zone)),
                _ => {}
            }
        }
    }

    /// Whether a change of a unit can change who derives data from what.
    fn changes_lineage(&self, change: &UnitChange, directory: &UnitIndex) -> bool {
        let is_node = |container: &ContainerKey| {
            self.lineage.number(&LineageNode::Container(container.clone())).is_some()
        };
        let has_both = |container: &ContainerKey| {
            let near = directory.containers_at_place_of(container);
            near.iter().any(|container| directory.captures().first(container).is_some())
                && near.iter().any(|container| directory.deliveries().first(container).is_some())
        };
        let leads_on = |container: &ContainerKey| is_node(container) || has_both(container);
        match change.key.place() {
            UnitPlace::Workspace(..) => {
                let (old, new) = (workspace(&change.old), workspace(&change.new));
                let output = |workspace: Option<&Workspace>| Some(workspace?.transformer()?.output().clone());
                let container = |workspace: Option<&Workspace>| workspace?.container().cloned();
                let containers = [container(old), container(new)];
                let concerns = output(old).is_some()
                    || output(new).is_some()
                    || containers.iter().flatten().any(leads_on);
                concerns
                    && (output(old) != output(new)
                        || containers.iter().flatten().collect::<BTreeSet<_>>().len() > 1
                        || change.is_about_existence()
                        || old.map(datastores_of) != new.map(datastores_of))
            }
            UnitPlace::Datastore(..) => {
                let source = |datastore: Option<&Datastore>| {
                    datastore?.capture().map(|capture| capture.container().clone())
                };
                let (old, new) = (source(datastore(&change.old)), source(datastore(&change.new)));
                old != new && [old, new].iter().flatten().any(leads_on)
            }
            UnitPlace::Team(_) => {
                let (old, new) = (containers(change.old.as_ref()), containers(change.new.as_ref()));
                let Some(team) = change.key.team() else { return false };
                let differing = old.difference(&new).filter_map(|(old, new)| old.or(new));
                let mut keys = differing.map(|one| ContainerKey::new(&team.zone, &team.team, one.name()));
                keys.any(|key| leads_on(&key))
            }
            _ => false,
        }
    }

    /// The nodes that may pass on something else than before, although they derive from the same.
    fn stale(&self, changes: &[UnitChange]) -> BTreeSet<usize> {
        let all = || (0..self.lineage.nodes().len()).collect();
        let mut stale = BTreeSet::new();
        for change in changes {
            match change.key.place() {
                UnitPlace::Zone(_) if frees(&change.old) || frees(&change.new) => return all(),
                UnitPlace::Datastore(_, name) => {
                    let access = |content| datastore(content).map(Datastore::access);
                    let derives = !self.lineage.readers(name).is_empty();
                    if derives && access(&change.old) != access(&change.new) {
                        // Who may pass its data on is asked wherever it leads to.
                        return all();
                    }
                    let (old, new) = (datastore(&change.old), datastore(&change.new));
                    if self.freeing.is_empty()
                        && old.zip(new).is_some_and(|(old, new)| passes_on_same(old, new))
                    {
                        continue;
                    }
                    stale.extend(self.lineage.number(&LineageNode::Datastore(name.clone())));
                    stale.extend(self.lineage.readers(name));
                }
                UnitPlace::Workspace(..) => {
                    let (old, new) = (workspace(&change.old), workspace(&change.new));
                    if self.freeing.is_empty()
                        && old.zip(new).is_some_and(|(old, new)| receives_same(old, new))
                    {
                        continue;
                    }
                    for workspace in [old, new].into_iter().flatten() {
                        let output = workspace.transformer().map(|transformer| transformer.output().clone());
                        let output = output.map(LineageNode::Datastore);
                        let container = workspace.container().cloned().map(LineageNode::Container);
                        let nodes = output.into_iter().chain(container);
                        stale.extend(nodes.filter_map(|node| self.lineage.number(&node)));
                    }
                }
                _ => {}
            }
        }
        stale
    }

    /// Evaluates the nodes of a component, from nothing: those of a cycle must not hold each other's former origins. Gives back
    /// those that are others now.
    fn evaluate_component(
        &mut self,
        component: usize,
        directory: &UnitIndex,
        touched: &mut FxHashSet<Subject>,
    ) -> Vec<usize> {
        let lineage = Arc::clone(&self.lineage);
        let members = lineage.component(component);
        let before = self.known.clone();
        for node in members.iter().filter_map(|node| lineage.nodes().get(*node)) {
            self.known.forget(node);
        }
        let mut waiting: BTreeSet<usize> = members.iter().copied().collect();
        while let Some(number) = waiting.pop_first() {
            let Some(node) = lineage.nodes().get(number) else { continue };
            if self.evaluate(node, directory, &before) {
                let readers = lineage.successors(number).iter().copied();
                waiting.extend(readers.filter(|reader| lineage.component_of(*reader) == component));
            }
        }
        let is_changed = |number: &usize| match lineage.nodes().get(*number) {
            Some(LineageNode::Datastore(name)) => {
                let is_changed = self.known.datastores.get(name) != before.datastores.get(name);
                touched.extend(is_changed.then(|| Subject::Datastore(folded(name.as_str()))));
                is_changed
            }
            Some(LineageNode::Container(key)) => self.known.containers.get(key) != before.containers.get(key),
            None => false,
        };
        members.iter().copied().filter(is_changed).collect()
    }

    /// Evaluates one node; says whether it passes on something else than it did just before. What is equal to what was known
    /// before all that is shared with it.
    fn evaluate(&mut self, node: &LineageNode, directory: &UnitIndex, before: &KnownOrigins) -> bool {
        let evaluation = Evaluation { directory, lineage: &self.lineage, known: &self.known };
        match node {
            LineageNode::Datastore(name) => {
                let Some(origins) = evaluation.datastore(name) else { return false };
                if self.known.datastores.get(name).is_some_and(|known| **known == origins) {
                    return false;
                }
                let known = before.datastores.get(name).filter(|known| ***known == origins);
                let shared = known.map_or_else(|| Arc::new(origins), Arc::clone);
                self.known.datastores.insert(name.clone(), shared);
            }
            LineageNode::Container(key) => {
                let delivered = evaluation.container(key);
                if self.known.containers.get(key).is_some_and(|known| **known == delivered) {
                    return false;
                }
                self.known.containers.insert(key.clone(), Arc::new(delivered));
            }
        }
        true
    }
}

fn workspace(content: &Option<Content>) -> Option<&Workspace> {
    match content {
        Some(Content::Workspace(workspace)) => Some(workspace),
        _ => None,
    }
}

fn datastore(content: &Option<Content>) -> Option<&Datastore> {
    match content {
        Some(Content::Datastore(datastore)) => Some(datastore),
        _ => None,
    }
}

/// Whether two versions of a datastore pass on the same, as long as nobody asks what its data is made of.
fn passes_on_same(old: &Datastore, new: &Datastore) -> bool {
    old.capture() == new.capture()
        && old.datasets().difference(new.datasets()).all(|pair| match pair {
            (Some(old), Some(new)) => old.storage_policies().eq(new.storage_policies()),
            _ => false,
        })
}

/// Whether two versions of a workspace receive and deliver the same, as long as nobody asks what is made of it.
fn receives_same(old: &Workspace, new: &Workspace) -> bool {
    fn sinks(workspace: &Workspace) -> impl Iterator<Item = (&GroupName, &DatasetKey)> {
        let groups = workspace.groups().iter();
        groups.flat_map(|group| group.sinks().iter().map(move |sink| (group.name(), sink.name())))
    }
    old.container() == new.container() && sinks(old).eq(sinks(new))
}

/// Whether a zone lets anything go: by rule, or by a consent.
fn frees(content: &Option<Content>) -> bool {
    let Some(Content::Zone(zone)) = content else { return false };
    let by_rule = zone.policies().iter().any(|policy| policy.freed_classifications().is_some());
    by_rule || !zone.consents().is_empty()
}
