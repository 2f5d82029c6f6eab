//! Held state: data that nobody needs any more, but that was promised.

use crate::{plan::Revision, rendering::ResourceAddress, view::NodeView};
use chrono::NaiveDate;
use datasurface_graph::{Custody, DatasetFacts};
use datasurface_model::{DatasetKey, ShardName};
use serde::{Deserialize, Serialize};

/// The data in a resource that cannot be made again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldData {
    /// The storage name of the dataset.
    pub dataset: DatasetKey,
    /// The versions that must be kept of the dataset, and for how long.
    pub custody: Custody,
}

impl HeldData {
    /// Holds this dataset, of which this must be kept.
    pub fn new(dataset: impl Into<DatasetKey>, custody: Custody) -> Self {
        Self { dataset: dataset.into(), custody }
    }
}

impl From<&DatasetFacts> for HeldData {
    /// All that must be kept of a dataset.
    fn from(dataset: &DatasetFacts) -> Self {
        Self::new(dataset.storage_key(), dataset.custody)
    }
}

/// A resource whose last consumer left, and which is rendered on, unfed, until it may go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct HeldState {
    /// The resource.
    pub resource: ResourceAddress,
    /// The shard that it is rendered in.
    pub shard: ShardName,
    /// The data that the resource holds.
    pub holds: HeldData,
    /// The last day on which the data is retained; `None`: until it is released.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owed_until: Option<NaiveDate>,
    /// The revision at which it was released.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released_by: Option<Revision>,
    /// The node that it came from, as last rendered, with this dataset alone.
    pub node: NodeView,
}

/// The reason for which held data may go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Guard {
    /// An end of the promise: this day was the last one, and has passed.
    Expired(NaiveDate),
    /// A release by a person, at this revision.
    Released(Revision),
}

impl HeldState {
    /// Holds a resource as its node was last rendered, until a day; without a day, until it is released.
    pub fn new(
        resource: ResourceAddress,
        shard: ShardName,
        holds: HeldData,
        node: NodeView,
        owed_until: Option<NaiveDate>,
    ) -> Self {
        Self { resource, shard, holds, owed_until, released_by: None, node }
    }

    /// Marks the state as released at a revision: a person looked at that revision, and lets the data go.
    #[must_use]
    pub fn released(mut self, at: Revision) -> Self {
        self.released_by = Some(at);
        self
    }

    /// Removes the last day: the data is held until it is released.
    #[must_use]
    pub fn without_expiry(mut self) -> Self {
        self.owed_until = None;
        self
    }

    /// Returns the reason for which the data may go on this day; `None` if it must stay. `reached` is the base revision: a
    /// release counts for the revision that the person looked at.
    #[must_use]
    pub fn release_reason(&self, on: NaiveDate, reached: Option<&Revision>) -> Option<Guard> {
        let released = self.released_by.as_ref().filter(|release| Some(*release) == reached);
        let expired = self.owed_until.filter(|until| *until < on);
        released.map(|at| Guard::Released(at.clone())).or_else(|| expired.map(Guard::Expired))
    }
}
