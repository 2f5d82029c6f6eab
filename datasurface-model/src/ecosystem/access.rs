//! Access: who may ask for the data of a datastore.

use datasurface_schema::{DatasetName, GroupKey, Set};

/// The access to a datastore: the groups that may have a sink on it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Access {
    /// Open access, for every group.
    #[default]
    Open,
    /// The groups with an approval. Empty: none yet.
    Approved(Set<Approval>),
}

/// An approval: the permission of one dataset group for one dataset of the datastore.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Approval {
    /// The group, which is `workspace/group`.
    pub group: GroupKey,
    /// The dataset.
    pub dataset: DatasetName,
}

impl Approval {
    /// Creates the approval of the group for the dataset.
    pub fn new(group: impl Into<GroupKey>, dataset: impl Into<DatasetName>) -> Self {
        Self { group: group.into(), dataset: dataset.into() }
    }
}

impl Access {
    /// Whether the group may have the dataset.
    #[must_use]
    pub fn admits(&self, group: &GroupKey, dataset: &DatasetName) -> bool {
        match self {
            Self::Open => true,
            Self::Approved(approvals) => {
                approvals.contains(&Approval { group: group.clone(), dataset: dataset.clone() })
            }
        }
    }
}
