//! References: how one part of the model speaks of another.

use datasurface_schema::{
    ContainerKey, CredentialKey, DatasetKey, DatastoreName, GroupKey, Place, PlatformName, PolicyKey,
    TeamKey, VendorName, WorkspaceName, ZoneName,
};
use std::fmt;

/// A reference to a part of the model that may not exist.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reference {
    /// A vendor of infrastructure.
    Vendor(VendorName),
    /// A location of a vendor.
    Location(Place),
    /// A platform.
    Platform(PlatformName),
    /// A container of any team.
    Container(ContainerKey),
    /// A credential of the team that refers to it.
    Credential(CredentialKey),
    /// A datastore, in any team.
    Datastore(DatastoreName),
    /// A dataset of a datastore.
    Dataset(DatasetKey),
    /// A workspace, in any team.
    Workspace(WorkspaceName),
    /// A dataset group of a workspace.
    Group(GroupKey),
    /// A zone.
    Zone(ZoneName),
    /// A team of a zone.
    Team(TeamKey),
    /// A policy of the zone that refers to it.
    Policy(PolicyKey),
}

impl Reference {
    /// Returns the reference to the part that must exist for this one to exist.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        match self {
            Self::Location(place) => Some(Self::Vendor(place.vendor().clone())),
            Self::Dataset(key) => Some(Self::Datastore(key.datastore.clone())),
            Self::Group(key) => Some(Self::Workspace(key.workspace.clone())),
            Self::Team(key) => Some(Self::Zone(key.zone.clone())),
            Self::Vendor(_)
            | Self::Zone(_)
            | Self::Platform(_)
            | Self::Container(_)
            | Self::Credential(_)
            | Self::Datastore(_)
            | Self::Workspace(_)
            | Self::Policy(_) => None,
        }
    }

    /// Returns the reference to what has the same name inside of a parent of another name.
    #[must_use]
    pub fn within(&self, parent: &str) -> Self {
        match self {
            Self::Location(place) => Self::Location(Place::new(parent, place.path().to_vec())),
            Self::Dataset(key) => Self::Dataset(DatasetKey::new(parent, &key.dataset)),
            Self::Group(key) => Self::Group(GroupKey::new(parent, &key.group)),
            Self::Team(key) => Self::Team(TeamKey::new(parent, &key.team)),
            alone => alone.clone(),
        }
    }
}

impl fmt::Display for Reference {
    /// As it is written where something is referred to.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vendor(name) => name.fmt(f),
            Self::Location(place) => place.fmt(f),
            Self::Platform(name) => name.fmt(f),
            Self::Container(key) => key.fmt(f),
            Self::Credential(key) => key.credential.fmt(f),
            Self::Datastore(name) => name.fmt(f),
            Self::Dataset(key) => key.fmt(f),
            Self::Workspace(name) => name.fmt(f),
            Self::Group(key) => key.fmt(f),
            Self::Zone(name) => name.fmt(f),
            Self::Team(key) => key.fmt(f),
            Self::Policy(key) => key.policy.fmt(f),
        }
    }
}
