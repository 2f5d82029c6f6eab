//! Changes between two valid versions.

use super::{unit::Content, unit_diff::UnitChange};
use datasurface_ecosystem::{Credential, DataContainer, UnitPlace};
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
/// assert!(changes.is_ecosystem_changed && changes.datastores.is_empty());
/// assert!(old.changes_since(&old).is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Changes {
    /// Whether the frame of the ecosystem differs: vendors, platforms, pins, waivers, declarations of zones.
    pub is_ecosystem_changed: bool,
    /// The zones whose frames differ: policies, declarations of teams.
    pub zones: Set<ZoneName>,
    /// The teams whose frames differ: containers, credentials, documentation.
    pub teams: Set<TeamKey>,
    /// The containers that differ.
    pub containers: Set<ContainerKey>,
    /// The datastores that differ in anything.
    pub datastores: Set<DatastoreName>,
    /// The workspaces that differ in anything.
    pub workspaces: Set<WorkspaceName>,
}

impl Changes {
    /// Whether nothing is different.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn from_units(units: &[UnitChange]) -> Self {
        let mut is_ecosystem_changed = false;
        let (mut zones, mut teams, mut containers) = (Vec::new(), Vec::new(), Vec::new());
        let (mut datastores, mut workspaces) = (Vec::new(), Vec::new());
        for unit in units {
            match unit.key.place() {
                UnitPlace::Ecosystem => is_ecosystem_changed = true,
                UnitPlace::Transformers => {}
                UnitPlace::Zone(zone) => zones.push(zone.clone()),
                UnitPlace::Team(team) => {
                    teams.push(TeamKey::clone(team));
                    add_containers(team, unit, &mut containers);
                }
                UnitPlace::Datastore(_, name) => datastores.push(name.clone()),
                UnitPlace::Workspace(_, name) => workspaces.push(name.clone()),
            }
        }
        Self {
            is_ecosystem_changed,
            zones: zones.into(),
            teams: teams.into(),
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

/// The credentials of a team.
pub(super) fn credentials(team: Option<&Content>) -> Named<Credential> {
    match team {
        Some(Content::Team(team)) => team.credentials().clone(),
        _ => Named::default(),
    }
}
