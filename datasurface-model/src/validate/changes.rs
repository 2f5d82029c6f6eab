//! What is different between two valid versions.

use super::{
    cut::UnitChange,
    unit::{Content, UnitPlace},
};
use crate::{
    ecosystem::DataContainer,
    name::{ContainerKey, DatastoreName, TeamKey, WorkspaceName, ZoneName},
    named::{Entity, Named},
};
use std::collections::BTreeSet;

/// What was added, removed or changed between two versions of an ecosystem, by name. What it was, and what it is, can be
/// asked of the versions: [`Valid::datastore`](super::Valid::datastore) and its like. What moved from one team to another
/// has changed.
///
/// ```
/// use datasurface_model::{Ecosystem, InfrastructureVendor, Valid};
/// let old = Valid::assume_valid(Ecosystem::new("NorthWind", "github:nw/model@main", "github:nw/live@main"));
/// let new = Valid::assume_valid(old.clone().into_inner().vendor(InfrastructureVendor::new("Azure")));
/// let changes = new.changes_since(&old);
/// assert!(changes.ecosystem() && changes.datastores().is_empty());
/// assert!(old.changes_since(&old).is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    ecosystem: bool,
    zones: BTreeSet<ZoneName>,
    containers: BTreeSet<ContainerKey>,
    datastores: BTreeSet<DatastoreName>,
    workspaces: BTreeSet<WorkspaceName>,
}

impl Changes {
    /// Whether nothing is different.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether something is different that the ecosystem says itself: vendors, platforms, pins, waivers, declarations of
    /// zones.
    #[must_use]
    pub fn ecosystem(&self) -> bool {
        self.ecosystem
    }

    /// Zones that differ in what they say themselves: policies, declarations of teams.
    #[must_use]
    pub fn zones(&self) -> &BTreeSet<ZoneName> {
        &self.zones
    }

    /// Containers that differ.
    #[must_use]
    pub fn containers(&self) -> &BTreeSet<ContainerKey> {
        &self.containers
    }

    /// Datastores that differ in anything.
    #[must_use]
    pub fn datastores(&self) -> &BTreeSet<DatastoreName> {
        &self.datastores
    }

    /// Workspaces that differ in anything.
    #[must_use]
    pub fn workspaces(&self) -> &BTreeSet<WorkspaceName> {
        &self.workspaces
    }

    pub(super) fn of(units: &[UnitChange]) -> Self {
        let mut changes = Self::default();
        for unit in units {
            match unit.key.place() {
                UnitPlace::Ecosystem => changes.ecosystem = true,
                UnitPlace::Transformers => {}
                UnitPlace::Zone(zone) => drop(changes.zones.insert(zone.clone())),
                UnitPlace::Team(team) => changes.add_containers(team, unit),
                UnitPlace::Datastore(_, name) => drop(changes.datastores.insert(name.clone())),
                UnitPlace::Workspace(_, name) => drop(changes.workspaces.insert(name.clone())),
            }
        }
        changes
    }

    fn add_containers(&mut self, team: &TeamKey, unit: &UnitChange) {
        let (old, new) = (containers(unit.old.as_ref()), containers(unit.new.as_ref()));
        let differing = old.difference(&new).filter_map(|(old, new)| old.or(new));
        let keys = differing.map(|container| ContainerKey::new(&team.zone, &team.team, container.name()));
        self.containers.extend(keys);
    }
}

/// The containers of a team.
pub(super) fn containers(team: Option<&Content>) -> Named<DataContainer> {
    match team {
        Some(Content::Team(team)) => team.containers().clone(),
        _ => Named::default(),
    }
}
