//! Changes between two valid versions.

use super::{
    unit::{Content, UnitPlace},
    unit_diff::UnitChange,
};
use crate::ecosystem::DataContainer;
use datasurface_schema::{ContainerKey, DatastoreName, Entity, Named, Set, TeamKey, WorkspaceName, ZoneName};

/// The changes between two versions of an ecosystem: the names of added, removed and changed parts. The parts
/// themselves are in the versions: [`Valid::datastore`](super::Valid::datastore) and its like. A part that moved to
/// another team has changed.
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
    zones: Set<ZoneName>,
    containers: Set<ContainerKey>,
    datastores: Set<DatastoreName>,
    workspaces: Set<WorkspaceName>,
}

impl Changes {
    /// Whether nothing is different.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the frame of the ecosystem differs: vendors, platforms, pins, waivers, declarations of zones.
    #[must_use]
    pub fn is_ecosystem_changed(&self) -> bool {
        self.ecosystem
    }

    /// The zones whose frames differ: policies, declarations of teams.
    #[must_use]
    pub fn zones(&self) -> &Set<ZoneName> {
        &self.zones
    }

    /// The containers that differ.
    #[must_use]
    pub fn containers(&self) -> &Set<ContainerKey> {
        &self.containers
    }

    /// The datastores that differ in anything.
    #[must_use]
    pub fn datastores(&self) -> &Set<DatastoreName> {
        &self.datastores
    }

    /// The workspaces that differ in anything.
    #[must_use]
    pub fn workspaces(&self) -> &Set<WorkspaceName> {
        &self.workspaces
    }

    pub(super) fn from_units(units: &[UnitChange]) -> Self {
        let mut ecosystem = false;
        let (mut zones, mut containers) = (Vec::new(), Vec::new());
        let (mut datastores, mut workspaces) = (Vec::new(), Vec::new());
        for unit in units {
            match unit.key.place() {
                UnitPlace::Ecosystem => ecosystem = true,
                UnitPlace::Transformers => {}
                UnitPlace::Zone(zone) => zones.push(zone.clone()),
                UnitPlace::Team(team) => add_containers(team, unit, &mut containers),
                UnitPlace::Datastore(_, name) => datastores.push(name.clone()),
                UnitPlace::Workspace(_, name) => workspaces.push(name.clone()),
            }
        }
        Self {
            ecosystem,
            zones: zones.into(),
            containers: containers.into(),
            datastores: datastores.into(),
            workspaces: workspaces.into(),
        }
    }
}

fn add_containers(team: &TeamKey, unit: &UnitChange, keys: &mut Vec<ContainerKey>) {
    let (old, new) = (containers(unit.old.as_ref()), containers(unit.new.as_ref()));
    let differing = old.difference(&new).filter_map(|(old, new)| old.or(new));
    keys.extend(differing.map(|container| ContainerKey::new(&team.zone, &team.team, container.name())));
}

/// The containers of a team.
pub(super) fn containers(team: Option<&Content>) -> Named<DataContainer> {
    match team {
        Some(Content::Team(team)) => team.containers().clone(),
        _ => Named::default(),
    }
}
