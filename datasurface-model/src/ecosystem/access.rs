//! Access: who may ask for the data of a datastore.

use datasurface_schema::{DatasetName, GroupKey, Set};

/// Who may have a sink on a datastore.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Access {
    /// Everybody.
    #[default]
    Open,
    /// Who was approved. An empty list means: nobody yet.
    Approved(Set<Approval>),
}

/// A dataset group of a workspace may have a dataset of the datastore.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Approval {
    /// The group, which is `workspace/group`.
    pub group: GroupKey,
    /// The dataset.
    pub dataset: DatasetName,
}

impl Approval {
    /// The group may have the dataset.
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
