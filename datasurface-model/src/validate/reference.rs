//! References: how one part of the model speaks of another.

use crate::name::{
    ContainerKey, DatasetKey, DatastoreName, GroupKey, Place, PlatformName, PolicyKey, VendorName,
    WorkspaceName,
};

/// Something that a part of the model refers to, and that may not exist.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Reference {
    Vendor(VendorName),
    Location(Place),
    Platform(PlatformName),
    Container(ContainerKey),
    Datastore(DatastoreName),
    Dataset(DatasetKey),
    Workspace(WorkspaceName),
    Group(GroupKey),
    /// A policy of the zone that refers to it.
    Policy(PolicyKey),
}

impl Reference {
    /// What must exist for this to exist.
    pub(crate) fn parent(&self) -> Option<Self> {
        match self {
            Self::Location(place) => Some(Self::Vendor(place.vendor().clone())),
            Self::Dataset(key) => Some(Self::Datastore(key.datastore.clone())),
            Self::Group(key) => Some(Self::Workspace(key.workspace.clone())),
            Self::Vendor(_)
            | Self::Platform(_)
            | Self::Container(_)
            | Self::Datastore(_)
            | Self::Workspace(_)
            | Self::Policy(_) => None,
        }
    }
}
