//! Units: the parts of an ecosystem that are checked and cached, each on its own.

use datasurface_ecosystem::{Datastore, Ecosystem, GovernanceZone, ModelPath, Team, UnitPlace, Workspace};
use datasurface_schema::{TeamKey, ZoneName};
use std::sync::Arc;

/// The identity of a unit: the same in every revision of an ecosystem. A cheap handle; the order is the canonical
/// one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct UnitKey {
    place: Arc<UnitPlace>,
    /// The count of units of the same place before this one, in canonical order.
    ordinal: usize,
}

/// The content of a unit, without the parts that are units of their own. Comparison takes no time where it is shared
/// in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// The ecosystem with its zones undefined.
    Ecosystem(Arc<Ecosystem>),
    /// All transformers, as a graph. The content is empty: the rules read facts about them.
    Transformers,
    /// A zone with its teams undefined.
    Zone(Arc<GovernanceZone>),
    /// A team with its containers only.
    Team(Arc<Team>),
    /// A whole datastore.
    Datastore(Arc<Datastore>),
    /// A whole workspace.
    Workspace(Arc<Workspace>),
}

impl Content {
    /// The datastore, if it is one.
    pub(crate) fn datastore(&self) -> Option<&Arc<Datastore>> {
        match self {
            Self::Datastore(datastore) => Some(datastore),
            _ => None,
        }
    }

    /// The workspace, if it is one.
    pub(crate) fn workspace(&self) -> Option<&Arc<Workspace>> {
        match self {
            Self::Workspace(workspace) => Some(workspace),
            _ => None,
        }
    }

    /// Whether waivers are declared in it.
    pub(super) fn has_waivers(&self) -> bool {
        let waivers = match self {
            Self::Ecosystem(ecosystem) => ecosystem.waivers(),
            Self::Zone(zone) => zone.waivers(),
            Self::Team(team) => team.waivers(),
            Self::Transformers | Self::Datastore(_) | Self::Workspace(_) => return false,
        };
        !waivers.is_empty()
    }
}

impl UnitKey {
    pub(super) fn new(place: UnitPlace) -> Self {
        Self { place: Arc::new(place), ordinal: 0 }
    }

    /// Returns the key of another unit of the same place.
    pub(super) fn numbered(&self, ordinal: usize) -> Self {
        Self { place: Arc::clone(&self.place), ordinal }
    }

    /// Returns the key that is next in order, whether there is such a unit or not.
    pub(super) fn next(&self) -> Self {
        self.numbered(self.ordinal.saturating_add(1))
    }

    pub(super) fn place(&self) -> &UnitPlace {
        &self.place
    }

    /// The path of the unit. Units of one place have one path.
    pub(crate) fn path(&self) -> ModelPath {
        self.place.path()
    }

    /// The zone that the unit is, or belongs to.
    pub(crate) fn zone(&self) -> Option<&ZoneName> {
        match &*self.place {
            UnitPlace::Zone(zone) => Some(zone),
            _ => self.team().map(|team| &team.zone),
        }
    }

    /// The team that the unit is, or belongs to.
    pub(crate) fn team(&self) -> Option<&Arc<TeamKey>> {
        match &*self.place {
            UnitPlace::Team(team) | UnitPlace::Datastore(team, _) | UnitPlace::Workspace(team, _) => {
                Some(team)
            }
            UnitPlace::Ecosystem | UnitPlace::Transformers | UnitPlace::Zone(_) => None,
        }
    }

    /// The name of the unit; empty for the ecosystem and the transformers.
    pub(crate) fn name(&self) -> &str {
        match &*self.place {
            UnitPlace::Ecosystem | UnitPlace::Transformers => "",
            UnitPlace::Zone(zone) => zone.as_str(),
            UnitPlace::Team(team) => team.team.as_str(),
            UnitPlace::Datastore(_, name) => name.as_str(),
            UnitPlace::Workspace(_, name) => name.as_str(),
        }
    }
}
