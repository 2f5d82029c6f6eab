//! Places of units: of what is validated, and built, on its own.

use crate::diagnostic::ModelPath;
use datasurface_schema::{DatastoreName, TeamKey, WorkspaceName, ZoneName, segment};
use std::sync::Arc;

/// The place of a unit in an ecosystem. The order is the canonical one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnitPlace {
    /// The ecosystem without its zones.
    Ecosystem,
    /// The transformers of all workspaces, as a graph.
    Transformers,
    /// A zone without its teams.
    Zone(ZoneName),
    /// A team without its datastores and workspaces.
    Team(Arc<TeamKey>),
    /// A whole datastore.
    Datastore(Arc<TeamKey>, DatastoreName),
    /// A whole workspace.
    Workspace(Arc<TeamKey>, WorkspaceName),
}

impl UnitPlace {
    /// The path of the place.
    #[must_use]
    pub fn path(&self) -> ModelPath {
        let root = ModelPath::root();
        match self {
            Self::Ecosystem => root,
            Self::Transformers => root.attribute(segment::TRANSFORMERS),
            Self::Zone(zone) => root.child(segment::ZONES, zone),
            Self::Team(team) => ModelPath::team(team),
            Self::Datastore(team, name) => ModelPath::team(team).child(segment::DATASTORES, name),
            Self::Workspace(team, name) => ModelPath::team(team).child(segment::WORKSPACES, name),
        }
    }
}
