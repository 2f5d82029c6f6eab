//! The origins of all data, followed from one version of an ecosystem to the next.

use super::{
    DatastoreOrigins, KeptOrigins, Origins,
    evaluate::{Evaluation, KnownOrigins, add_own},
    lineage_graph::{LineageGraph, LineageNode},
    lineage_path::{LineageKey, LineagePath},
    recapture::{FormerDelivery, Recapture, former_recaptures, recaptures},
};
use crate::validate::{
    container_index::MovedContainers, facts::Subject, unit::Content, unit_diff::UnitChange,
    unit_index::UnitIndex, unit_members::folded,
};
use datasurface_ecosystem::{Datastore, UnitPlace, Workspace};
use datasurface_schema::{DatasetKey, DatastoreName, Entity, GroupName, ZoneName};
use imbl::ordmap::DiffItem;
use rustc_hash::FxHashSet;
use std::{collections::BTreeSet, sync::Arc};

/// The origins of datasets that derive from others. Those of all others follow from their datastores alone.
#[derive(Clone, Debug, Default)]
pub(in crate::validate) struct OriginIndex {
    lineage: LineageGraph,
    known: KnownOrigins,
    /// The zones that let go what has certain classes, or was consented to: only then does it matter what data is made of.
    freeing: Arc<BTreeSet<ZoneName>>,
    /// What datasets have besides the origins that follow from the ecosystem.
    kept: Arc<KeptOrigins>,
}

impl OriginIndex {
    /// Creates the index of an ecosystem in which datasets have more origins than it tells.
    pub(in crate::validate) fn with_kept(kept: KeptOrigins) -> Self {
        Self { kept: Arc::new(kept), ..Self::default() }
    }

    /// Every dataset that derives from other data, with its origins, in no order.
    pub(in crate::validate) fn iter(&self) -> impl Iterator<Item = (DatasetKey, &Origins)> {
        self.known.datastores.iter().flat_map(|(datastore, datasets)| {
            datasets.iter().map(move |(name, origins)| (DatasetKey::new(datastore, name), &**origins))
        })
    }

    /// The datastores whose datasets have other origins than in an older version.
    pub(in crate::validate) fn changes_since<'o>(
        &'o self,
        older: &'o Self,
    ) -> impl Iterator<Item = &'o DatastoreName> {
        older.known.datastores.diff(&self.known.datastores).map(|item| match item {
            DiffItem::Add(name, _) | DiffItem::Remove(name, _) | DiffItem::Update { new: (name, _), .. } => {
                name
            }
        })
    }

    /// The origins of the datasets of a datastore, if it derives its data.
    pub(in crate::validate) fn get(&self, datastore: &DatastoreName) -> Option<&Arc<DatastoreOrigins>> {
        self.known.datastores.get(datastore)
    }

    /// The way on which data came from another zone, if there is a short one.
    pub(in crate::validate) fn lineage_path(
        &self,
        key: &LineageKey,
        directory: &UnitIndex,
    ) -> Option<LineagePath> {
        LineagePath::find(key, &self.lineage, directory)
    }

    /// Returns the captures of delivered tables that storage names alone show.
    pub(in crate::validate) fn recaptures(
        &self,
        directory: &UnitIndex,
        stored: &dyn Fn(&DatasetKey) -> DatasetKey,
    ) -> Vec<Recapture> {
        recaptures(&self.known, directory, stored)
    }

    /// Returns the captures of tables that were delivered.
    pub(in crate::validate) fn former_recaptures(
        &self,
        directory: &UnitIndex,
        deliveries: &[FormerDelivery],
    ) -> Vec<Recapture> {
        former_recaptures(&self.known, directory, deliveries)
    }

    /// Follows the changes of units, and notes whose origins are others now.
    pub(in crate::validate) fn update(
        &mut self,
        directory: &UnitIndex,
        changes: &[UnitChange],
        moved: &MovedContainers,
        touched: &mut FxHashSet<Subject>,
    ) {
        self.update_freeing(changes);
        self.know_kept(directory);
        let is_first = self.lineage.is_empty();
        let rewired = self.lineage.update(directory, changes, moved);
        if !rewired.is_empty() || changes.iter().any(is_about_lineage) {
            touched.insert(Subject::Lineage);
        }
        if self.lineage.is_empty() && rewired.is_empty() {
            return;
        }
        let order = Arc::clone(self.lineage.order());
        // At first every node is new, and among those that derive from others than before.
        let mut stale = if is_first { BTreeSet::new() } else { self.stale(directory, changes, moved) };
        for node in &rewired {
            match order.number(node) {
                Some(number) => drop(stale.insert(number)),
                None => {
                    self.known.forget(node);
                    let readers = self.lineage.readers(node);
                    stale.extend(readers.iter().filter_map(|reader| order.number(reader)));
                    if let LineageNode::Datastore(name) = &**node {
                        touched.insert(Subject::Datastore(folded(name.as_str())));
                    }
                }
            }
        }
        if !self.freeing.is_empty() {
            // A zone consents to what is done to its data before, too.
            let downstream = order.downstream(stale.iter().copied().collect());
            stale.extend(downstream.into_iter().filter(|node| self.releases(*node, directory)));
        }
        let mut waiting: BTreeSet<usize> = stale.into_iter().map(|node| order.component_of(node)).collect();
        while let Some(component) = waiting.pop_first() {
            for node in self.evaluate_component(component, directory, touched) {
                let readers = order.successors(node).iter();
                let components = readers.map(|reader| order.component_of(*reader));
                waiting.extend(components.filter(|other| *other != component));
            }
        }
    }

    /// What derives from nothing has origins as well if something else is kept beside its data.
    fn know_kept(&mut self, directory: &UnitIndex) {
        for (key, kept) in &*self.kept {
            let Some((_, store)) = directory.datastores().get(&key.datastore) else { continue };
            let Some(dataset) = store.entity().datasets().get(&key.dataset) else { continue };
            let mut origins = kept.clone();
            add_own(&mut origins, store.located(), dataset);
            let known = self.known.datastores.entry(key.datastore.clone()).or_default();
            Arc::make_mut(known).insert(key.dataset.clone(), Arc::new(origins));
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

    /// The nodes that may pass on something else than before, although they derive from the same.
    fn stale(
        &self,
        directory: &UnitIndex,
        changes: &[UnitChange],
        moved: &MovedContainers,
    ) -> BTreeSet<usize> {
        let order = self.lineage.order();
        let readers = |read: &LineageNode| {
            self.lineage.readers(read).iter().filter_map(|reader| order.number(reader)).collect::<Vec<_>>()
        };
        let captured = moved.keys().flat_map(|container| directory.captures().all(container));
        let captured = captured.map(|(_, datastore)| LineageNode::Datastore(datastore.clone()));
        let mut stale: BTreeSet<usize> = captured.flat_map(|node| readers(&node)).collect();
        // Who may pass on the data of these is asked wherever it leads to.
        let mut regulated = Vec::new();
        for change in changes {
            match change.key.place() {
                UnitPlace::Zone(_) if frees(&change.old) || frees(&change.new) => {
                    return (0..order.nodes().len()).collect();
                }
                UnitPlace::Datastore(_, name) => {
                    let [old, new] = change.datastores();
                    let node = LineageNode::Datastore(name.clone());
                    if old.map(|old| old.access()) != new.map(|new| new.access()) {
                        regulated.extend(readers(&node));
                    }
                    let is_same = old.zip(new).is_some_and(|(old, new)| passes_on_same(old, new));
                    if !self.freeing.is_empty() || !is_same {
                        stale.extend(order.number(&node));
                        stale.extend(readers(&node));
                    }
                }
                UnitPlace::Workspace(..) => {
                    let [old, new] = change.workspaces();
                    let is_same = old.zip(new).is_some_and(|(old, new)| receives_same(old, new));
                    if self.freeing.is_empty() && is_same {
                        continue;
                    }
                    for workspace in [old, new].into_iter().flatten() {
                        let output = workspace.transformer().map(|transformer| transformer.output().clone());
                        let output = output.map(LineageNode::Datastore);
                        let site =
                            workspace.container().map(|container| directory.containers().site(container));
                        let nodes = output.into_iter().chain(site.map(LineageNode::Site));
                        stale.extend(nodes.filter_map(|node| order.number(&node)));
                    }
                }
                _ => {}
            }
        }
        stale.extend(order.downstream(regulated));
        stale
    }

    /// Whether the transformer of a node asks for releases.
    fn releases(&self, node: usize, directory: &UnitIndex) -> bool {
        let Some(LineageNode::Datastore(name)) = self.lineage.order().nodes().get(node).map(|node| &**node)
        else {
            return false;
        };
        let workspace = directory.producers().get(name).and_then(|name| directory.workspaces().get(name));
        let transformer = workspace.and_then(|(_, workspace)| workspace.entity().transformer());
        transformer.is_some_and(|transformer| !transformer.releases().is_empty())
    }

    /// Evaluates the nodes of a component, from nothing: those of a cycle must not hold each other's former origins. Gives back
    /// those that are others now.
    fn evaluate_component(
        &mut self,
        component: usize,
        directory: &UnitIndex,
        touched: &mut FxHashSet<Subject>,
    ) -> Vec<usize> {
        let lineage = Arc::clone(self.lineage.order());
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
        let is_changed = |number: &usize| match lineage.nodes().get(*number).map(|node| &**node) {
            Some(LineageNode::Datastore(name)) => {
                let is_changed = self.known.datastores.get(name) != before.datastores.get(name);
                touched.extend(is_changed.then(|| Subject::Datastore(folded(name.as_str()))));
                is_changed
            }
            Some(LineageNode::Site(site)) => self.known.sites.get(site) != before.sites.get(site),
            None => false,
        };
        members.iter().copied().filter(is_changed).collect()
    }

    /// Evaluates one node; says whether it passes on something else than it did just before. What is equal to what was known
    /// before all that is shared with it.
    fn evaluate(&mut self, node: &LineageNode, directory: &UnitIndex, before: &KnownOrigins) -> bool {
        let evaluation =
            Evaluation { directory, lineage: &self.lineage, known: &self.known, kept: &self.kept };
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
            LineageNode::Site(site) => {
                let delivered = evaluation.site(site);
                if self.known.sites.get(site).is_some_and(|known| **known == delivered) {
                    return false;
                }
                self.known.sites.insert(site.clone(), Arc::new(delivered));
            }
        }
        true
    }
}

/// Whether a way on which data derives may be another one, or something else may be done to the data on it.
fn is_about_lineage(change: &UnitChange) -> bool {
    match change.key.place() {
        UnitPlace::Datastore(..) => true,
        UnitPlace::Workspace(..) => {
            let [old, new] = change.workspaces();
            !old.zip(new).is_some_and(|(old, new)| receives_same(old, new))
        }
        _ => false,
    }
}

/// Whether two versions of a datastore pass on the same.
fn passes_on_same(old: &Datastore, new: &Datastore) -> bool {
    old.capture() == new.capture()
        && old.former_name() == new.former_name()
        && old.datasets().difference(new.datasets()).all(|pair| match pair {
            (Some(old), Some(new)) => {
                old.storage_policies().eq(new.storage_policies())
                    && old.former_name() == new.former_name()
                    && old.classifications() == new.classifications()
                    && old.schema() == new.schema()
            }
            _ => false,
        })
}

/// Whether two versions of a workspace receive, make and deliver the same.
fn receives_same(old: &Workspace, new: &Workspace) -> bool {
    fn sinks(workspace: &Workspace) -> impl Iterator<Item = (&GroupName, &DatasetKey)> {
        let groups = workspace.groups().iter();
        groups.flat_map(|group| group.sinks().iter().map(move |sink| (group.name(), sink.name())))
    }
    old.container() == new.container()
        && old.former_name() == new.former_name()
        && old.transformer() == new.transformer()
        && sinks(old).eq(sinks(new))
}

/// Whether a zone lets anything go: by rule, or by a consent.
fn frees(content: &Option<Content>) -> bool {
    let Some(Content::Zone(zone)) = content else { return false };
    let by_rule = zone.policies().iter().any(|policy| policy.freed_classifications().is_some());
    by_rule || !zone.consents().is_empty()
}
