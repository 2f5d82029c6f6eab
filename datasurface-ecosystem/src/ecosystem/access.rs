//! Access: who may ask for the data of a datastore.

use datasurface_schema::{DatasetName, GroupKey, Set, TeamKey};
use serde::{Deserialize, Serialize};

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
///
/// It may come before the group: it names the team, so that it fits nobody else's group of that name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Approval {
    /// The team of the group.
    pub team: TeamKey,
    /// The group, which is `workspace/group`.
    pub group: GroupKey,
    /// The dataset.
    pub dataset: DatasetName,
    /// The readers of what a transformer of the group derives from the dataset.
    pub onward: Onward,
}

/// The readers of what a transformer derives from an approved dataset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Onward {
    /// Groups with an approval for the dataset itself.
    #[default]
    Closed,
    /// Every reader of the derived dataset.
    Open,
}

impl Approval {
    /// Creates the approval of the group of a team for the dataset. What is derived from it stays closed.
    pub fn new(
        team: impl Into<TeamKey>,
        group: impl Into<GroupKey>,
        dataset: impl Into<DatasetName>,
    ) -> Self {
        Self { team: team.into(), group: group.into(), dataset: dataset.into(), onward: Onward::Closed }
    }

    /// Opens what a transformer of the group derives from the dataset.
    #[must_use]
    pub fn open_onward(self) -> Self {
        Self { onward: Onward::Open, ..self }
    }
}

impl Access {
    /// Whether the group of a team may have the dataset.
    #[must_use]
    pub fn admits(&self, team: &TeamKey, group: &GroupKey, dataset: &DatasetName) -> bool {
        self.onward(team, group, dataset).is_some()
    }

    /// Returns who may have what the group of a team derives from the dataset; none if the group may not have the dataset itself.
    #[must_use]
    pub fn onward(&self, team: &TeamKey, group: &GroupKey, dataset: &DatasetName) -> Option<Onward> {
        match self {
            Self::Open => Some(Onward::Open),
            Self::Approved(approvals) => {
                let closed = Approval::new(team.clone(), group.clone(), dataset.clone());
                // Where both are said, the narrower one holds.
                let is_closed = approvals.contains(&closed);
                let is_open = !is_closed && approvals.contains(&closed.open_onward());
                is_closed.then_some(Onward::Closed).or(is_open.then_some(Onward::Open))
            }
        }
    }
}
