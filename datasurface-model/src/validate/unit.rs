//! Units: the parts of an ecosystem that are checked, and remembered, each on its own.

use crate::{
    diagnostic::ModelPath,
    ecosystem::{Datastore, Ecosystem, GovernanceZone, Team, Workspace},
    name::{DatastoreName, TeamKey, WorkspaceName, ZoneName},
    named::Entity,
};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Which unit it is: the same one in every revision of an ecosystem.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct UnitKey {
    place: UnitPlace,
    /// How many units of the same place come before it, in canonical order.
    ordinal: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum UnitPlace {
    Ecosystem,
    Transformers,
    Zone(ZoneName),
    Team(TeamKey),
    Datastore(TeamKey, DatastoreName),
    Workspace(TeamKey, WorkspaceName),
}

/// What a unit consists of, without what is a unit of its own. Equal in no time where it is shared in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// The ecosystem with its zones undefined.
    Ecosystem(Arc<Ecosystem>),
    /// All transformers, as a graph. There is nothing in it: what is to be known of them are facts.
    Transformers,
    /// A zone with its teams undefined.
    Zone(GovernanceZone),
    /// A team with its containers only.
    Team(Team),
    /// A whole datastore.
    Datastore(Arc<Datastore>),
    /// A whole workspace.
    Workspace(Arc<Workspace>),
}

/// Every unit of an ecosystem, in canonical order.
#[derive(Debug)]
pub(super) struct Units {
    frame: Arc<Ecosystem>,
    all: Vec<(UnitKey, Content)>,
    claimed: FxHashMap<UnitPlace, usize>,
}

impl Units {
    pub(super) fn of(ecosystem: &Ecosystem) -> Self {
        let mut units =
            Self { frame: Arc::new(ecosystem.frame()), all: Vec::new(), claimed: FxHashMap::default() };
        units.add(UnitPlace::Ecosystem, Content::Ecosystem(Arc::clone(&units.frame)));
        units.add(UnitPlace::Transformers, Content::Transformers);
        for declaration in ecosystem.zones() {
            if let Some(zone) = declaration.definition() {
                units.add_zone(declaration.name(), zone);
            }
        }
        units
    }

    /// The ecosystem with its zones undefined.
    pub(super) fn frame(&self) -> &Arc<Ecosystem> {
        &self.frame
    }

    pub(super) fn iter(&self) -> std::slice::Iter<'_, (UnitKey, Content)> {
        self.all.iter()
    }

    pub(super) fn into_vec(self) -> Vec<(UnitKey, Content)> {
        self.all
    }

    fn add_zone(&mut self, name: &ZoneName, zone: &GovernanceZone) {
        self.add(UnitPlace::Zone(name.clone()), Content::Zone(zone.frame()));
        for declaration in zone.teams() {
            if let Some(team) = declaration.definition() {
                self.add_team(&TeamKey::new(name, declaration.name()), team);
            }
        }
    }

    fn add_team(&mut self, key: &TeamKey, team: &Team) {
        self.add(UnitPlace::Team(key.clone()), Content::Team(team.frame()));
        for datastore in team.datastores() {
            self.add(
                UnitPlace::Datastore(key.clone(), datastore.name().clone()),
                Content::Datastore(Arc::clone(datastore)),
            );
        }
        for workspace in team.workspaces() {
            self.add(
                UnitPlace::Workspace(key.clone(), workspace.name().clone()),
                Content::Workspace(Arc::clone(workspace)),
            );
        }
    }

    fn add(&mut self, place: UnitPlace, content: Content) {
        let claimed = self.claimed.entry(place.clone()).or_default();
        let ordinal = *claimed;
        *claimed += 1;
        self.all.push((UnitKey { place, ordinal }, content));
    }
}

impl UnitKey {
    /// Where the unit is. Units of one place have one path.
    pub(crate) fn path(&self) -> ModelPath {
        let root = ModelPath::root();
        let team_path = |key: &TeamKey| root.child("zones", &key.zone).child("teams", &key.team);
        match &self.place {
            UnitPlace::Ecosystem => root,
            UnitPlace::Transformers => root.attribute("transformers"),
            UnitPlace::Zone(zone) => root.child("zones", zone),
            UnitPlace::Team(team) => team_path(team),
            UnitPlace::Datastore(team, name) => team_path(team).child("datastores", name),
            UnitPlace::Workspace(team, name) => team_path(team).child("workspaces", name),
        }
    }

    /// The team that the unit is, or belongs to.
    pub(crate) fn team(&self) -> Option<&TeamKey> {
        match &self.place {
            UnitPlace::Team(team) | UnitPlace::Datastore(team, _) | UnitPlace::Workspace(team, _) => {
                Some(team)
            }
            UnitPlace::Ecosystem | UnitPlace::Transformers | UnitPlace::Zone(_) => None,
        }
    }

    /// What people call this very unit.
    pub(crate) fn name(&self) -> &str {
        match &self.place {
            UnitPlace::Ecosystem | UnitPlace::Transformers => "",
            UnitPlace::Zone(zone) => zone.as_str(),
            UnitPlace::Team(team) => team.team.as_str(),
            UnitPlace::Datastore(_, name) => name.as_str(),
            UnitPlace::Workspace(_, name) => name.as_str(),
        }
    }
}
