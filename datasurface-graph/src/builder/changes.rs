//! What is different in a model and its assignments, as far as graphs depend on it.

use crate::{
    assignments::{Assignments, Stages},
    fragments::{Fragments, Origin},
    transformers::{producers, transforms},
};
use datasurface_model::{
    ContainerKey, DatastoreName, Ecosystem, Entity, Named, Team, TeamDeclaration, TeamKey, Valid, Workspace,
    WorkspaceName, ZoneDeclaration,
};
use std::collections::BTreeSet;

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
    pub(super) fn full(ecosystem: &Valid<Ecosystem>, assignments: &Assignments) -> Self {
        let served = assignments.served_groups().map(|(group, _)| &group.workspace);
        let mut workspaces: BTreeSet<WorkspaceName> = BTreeSet::new();
        for workspace in served {
            if workspaces.last() != Some(workspace) && ecosystem.workspace(workspace).is_some() {
                workspaces.insert(workspace.clone());
            }
        }
        Self { workspaces, transformers: true, ..Self::default() }
    }

    /// From these fragments to this ecosystem. Whether platforms are declared makes no difference to what happens on them.
    pub(super) fn between(
        fragments: &Fragments,
        ecosystem: &Valid<Ecosystem>,
        assignments: &Assignments,
    ) -> Self {
        let mut changes = Self::default();
        let groups = fragments.assignments.changed_groups(assignments);
        changes.workspaces.extend(groups.map(|(group, ..)| group.workspace.clone()));
        let primaries = fragments.assignments.changed_primaries(assignments);
        changes.datastores.extend(primaries.map(|(datastore, ..)| datastore.clone()));
        changes.add_units(fragments, ecosystem);
        changes.add_containers(fragments);
        changes
    }

    fn add_units(&mut self, fragments: &Fragments, ecosystem: &Valid<Ecosystem>) {
        let (old, new) = (&fragments.ecosystem, ecosystem);
        let units = Units::between(old, new);
        for name in units.workspaces {
            let before = old.workspace(&name).and_then(|unit| TransformerReads::new(old, &unit.entity));
            let after = new.workspace(&name).and_then(|unit| TransformerReads::new(new, &unit.entity));
            if before != after {
                self.transformers = true;
                let outputs = before.iter().chain(&after).map(|reading| reading.output.clone());
                self.datastores.extend(outputs);
            }
            self.workspaces.insert(name);
        }
        self.datastores.extend(units.datastores);
        let is_used = |key: &ContainerKey| fragments.sites.contains_key(key);
        self.containers.extend(units.containers.into_iter().filter(is_used));
    }

    /// Everybody who brings data to a container that changed, or captures from it.
    fn add_containers(&mut self, fragments: &Fragments) {
        if self.containers.is_empty() {
            return;
        }
        let users = fragments.workplaces.iter().filter(|(_, user)| self.containers.contains(&user.site.key));
        self.workspaces.extend(users.map(|(name, _)| name.clone()));
        let sources =
            fragments.datastore_fragments.iter().filter(|(_, datastore_fragment)| match &datastore_fragment
                .origin
            {
                Origin::Captured { site, .. } => self.containers.contains(&site.key),
                Origin::Made { .. } => false,
            });
        self.datastores.extend(sources.map(|(name, _)| name.clone()));
    }
}

/// Whether the fragments of this ecosystem have the same platforms. If not, they are looked for in all assignments.
pub(super) fn keeps_platforms(
    fragments: &Fragments,
    ecosystem: &Valid<Ecosystem>,
    assignments: &Assignments,
) -> bool {
    let is_known =
        |stages: &Stages| stages.keys().all(|platform| ecosystem.platforms().get(platform).is_some());
    let groups = fragments.assignments.changed_groups(assignments);
    let primaries = fragments.assignments.changed_primaries(assignments);
    let mut stages = groups
        .flat_map(|(_, before, after)| before.into_iter().chain(after))
        .chain(primaries.flat_map(|(_, before, after)| before.into_iter().chain(after)));
    fragments.ecosystem.platforms().names().eq(ecosystem.platforms().names()) && stages.all(is_known)
}

/// What a transformer makes, and whose output it reads.
#[derive(PartialEq, Eq)]
struct TransformerReads<'e> {
    output: &'e DatastoreName,
    of: Vec<&'e WorkspaceName>,
}

impl<'e> TransformerReads<'e> {
    fn new(ecosystem: &'e Valid<Ecosystem>, workspace: &'e Workspace) -> Option<Self> {
        let transformer = workspace.transformer().filter(|_| transforms(workspace))?;
        Some(Self { output: transformer.output(), of: producers(ecosystem, workspace) })
    }
}

/// Units that are in one model and not in the other, or not the same in both.
#[derive(Default)]
struct Units {
    datastores: BTreeSet<DatastoreName>,
    workspaces: BTreeSet<WorkspaceName>,
    containers: BTreeSet<ContainerKey>,
}

impl Units {
    /// What both models share in memory is not looked at.
    fn between(old: &Ecosystem, new: &Ecosystem) -> Self {
        let mut units = Self::default();
        for (before, after) in old.zones().difference(new.zones()) {
            let Some(zone) = before.or(after).map(Entity::name) else { continue };
            let teams = |zone: Option<&ZoneDeclaration>| {
                zone.and_then(|zone| zone.definition()).map(|zone| zone.teams().clone()).unwrap_or_default()
            };
            for (before, after) in teams(before).difference(&teams(after)) {
                let Some(name) = before.or(after).map(Entity::name) else { continue };
                let team = |team: Option<&TeamDeclaration>| {
                    team.and_then(|team| team.definition()).cloned().unwrap_or_default()
                };
                units.add_team(&TeamKey::new(zone, name), &team(before), &team(after));
            }
        }
        units
    }

    fn add_team(&mut self, key: &TeamKey, old: &Team, new: &Team) {
        self.datastores.extend(differing(old.datastores(), new.datastores()));
        self.workspaces.extend(differing(old.workspaces(), new.workspaces()));
        let containers = differing(old.containers(), new.containers());
        self.containers.extend(containers.map(|name| ContainerKey::new(&key.zone, &key.team, name)));
    }
}

fn differing<'e, T: Entity>(old: &'e Named<T>, new: &'e Named<T>) -> impl Iterator<Item = T::Name> {
    old.difference(new).filter_map(|(before, after)| before.or(after).map(Entity::name).cloned())
}
