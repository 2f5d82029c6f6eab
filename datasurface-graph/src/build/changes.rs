//! What is different in a model and its assignments, as far as graphs depend on it.

use crate::{
    assignments::{Assignments, Stage},
    estate::{Estate, Origin},
    transformers::{producers, transforms},
};
use datasurface_model::{
    ContainerKey, DatastoreName, Ecosystem, Entity, Located, Name, PlatformName, Valid, Workspace,
    WorkspaceName,
};
use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

/// Units that have to be looked at again.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// Workspaces that changed themselves, or are served otherwise.
    pub(super) workspaces: BTreeSet<WorkspaceName>,
    /// Datastores that changed themselves, or are captured otherwise.
    pub(super) datastores: BTreeSet<DatastoreName>,
    pub(super) containers: BTreeSet<ContainerKey>,
    /// Whether there are other transformers, or they read each other's output in another way.
    pub(super) transformers: bool,
}

impl Changes {
    /// From nothing to this: whoever is served, and the transformers that they need.
    pub(super) fn everything(ecosystem: &Valid<Ecosystem>, assignments: &Assignments) -> Self {
        let served = assignments.serving().map(|(group, _)| &group.workspace);
        let mut workspaces: BTreeSet<WorkspaceName> = BTreeSet::new();
        for workspace in served {
            if workspaces.last() != Some(workspace) && ecosystem.workspace(workspace).is_some() {
                workspaces.insert(workspace.clone());
            }
        }
        Self { workspaces, transformers: true, ..Self::default() }
    }

    /// From an estate to this; nothing if so much is different that it is better to start anew: the platforms.
    pub(super) fn between(
        estate: &Estate,
        ecosystem: &Valid<Ecosystem>,
        assignments: &Assignments,
    ) -> Option<Self> {
        if !estate.ecosystem.platforms().names().eq(ecosystem.platforms().names()) {
            return None;
        }
        let mut changes = Self::default();
        let is_known = |stages: &BTreeMap<PlatformName, Stage>| {
            stages.keys().all(|platform| ecosystem.platforms().get(platform).is_some())
        };
        for (group, before, after) in estate.assignments.changed_groups(assignments) {
            changes.workspaces.insert(group.workspace.clone());
            if !before.into_iter().chain(after).all(is_known) {
                return None;
            }
        }
        for (datastore, before, after) in estate.assignments.changed_primaries(assignments) {
            changes.datastores.insert(datastore.clone());
            if !before.into_iter().chain(after).all(is_known) {
                return None;
            }
        }
        changes.of_units(estate, ecosystem);
        changes.of_containers(estate, ecosystem);
        Some(changes)
    }

    fn of_units(&mut self, estate: &Estate, ecosystem: &Valid<Ecosystem>) {
        let (old, new) = (&estate.ecosystem, ecosystem);
        for (name, _, _) in differing(&old.datastores(), &new.datastores()) {
            self.datastores.insert(name);
        }
        for (name, before, after) in differing(&old.workspaces(), &new.workspaces()) {
            let before = before.and_then(|unit| Reading::of(old, unit));
            let after = after.and_then(|unit| Reading::of(new, unit));
            if before != after {
                self.transformers = true;
                let outputs = before.iter().chain(&after).map(|reading| reading.output.clone());
                self.datastores.extend(outputs);
            }
            self.workspaces.insert(name);
        }
    }

    /// Everybody who brings data to a container that changed, or captures from it.
    fn of_containers(&mut self, estate: &Estate, ecosystem: &Valid<Ecosystem>) {
        let sites = estate.sites.iter();
        let changed = sites.filter(|(key, site)| ecosystem.container(key) != Some(&site.container));
        self.containers = changed.map(|(key, _)| key.clone()).collect();
        if self.containers.is_empty() {
            return;
        }
        let users = estate.workplaces.iter().filter(|(_, user)| self.containers.contains(&user.site.key));
        self.workspaces.extend(users.map(|(name, _)| name.clone()));
        let sources = estate.supplies.iter().filter(|(_, supply)| match &supply.origin {
            Origin::Captured { site, .. } => self.containers.contains(&site.key),
            Origin::Made { .. } => false,
        });
        self.datastores.extend(sources.map(|(name, _)| name.clone()));
    }
}

/// What a transformer makes, and whose output it reads.
#[derive(PartialEq, Eq)]
struct Reading<'e> {
    output: &'e DatastoreName,
    of: Vec<&'e WorkspaceName>,
}

impl<'e> Reading<'e> {
    fn of(ecosystem: &'e Valid<Ecosystem>, workspace: &'e Workspace) -> Option<Self> {
        let transformer = workspace.data_transformer().filter(|_| transforms(workspace))?;
        Some(Self { output: transformer.output(), of: producers(ecosystem, workspace) })
    }
}

/// Units that are in one model and not in the other, or not the same in both.
fn differing<'e, T: Entity<Name: Name>>(
    before: &[&'e Located<T>],
    after: &[&'e Located<T>],
) -> Vec<(T::Name, Option<&'e T>, Option<&'e T>)> {
    let mut differing = Vec::new();
    let (mut before, mut after) = (before.iter().peekable(), after.iter().peekable());
    loop {
        let order = match (before.peek(), after.peek()) {
            (None, None) => return differing,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(one), Some(other)) => one.entity().name().cmp(other.entity().name()),
        };
        let one = before.next_if(|_| order != Ordering::Greater).map(|unit| &**unit.entity());
        let other = after.next_if(|_| order != Ordering::Less).map(|unit| &**unit.entity());
        let is_same = match (one, other) {
            (Some(one), Some(other)) => std::ptr::eq(one, other) || one == other,
            _ => false,
        };
        if let Some(name) = one.or(other).map(Entity::name).filter(|_| !is_same) {
            differing.push((name.clone(), one, other));
        }
    }
}
