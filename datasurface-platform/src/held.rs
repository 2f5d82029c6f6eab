//! Held state: data that nobody needs any more, but that was promised.

use crate::{
    plan::Revision,
    rendering::ResourceAddress,
    shared::SharedKey,
    view::{NodeView, Scope},
};
use chrono::NaiveDate;
use datasurface_graph::{Custody, DatasetFacts};
use datasurface_model::{DatasetKey, ShardName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The data in a resource that cannot be made again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "HeldStateWire", into = "HeldStateWire")]
#[non_exhaustive]
pub struct HeldState {
    /// The resource.
    pub resource: ResourceAddress,
    /// The scope that it is rendered in.
    pub scope: HeldScope,
    /// The data that the resource holds.
    pub holds: HeldData,
    /// The last day on which the data is retained; `None`: until it is released.
    pub owed_until: Option<NaiveDate>,
    /// The revision at which it was released.
    pub released_by: Option<Revision>,
    /// The reason for the release, in the words of whoever released it.
    pub released_for: Option<String>,
    /// The node that it came from, as last rendered, with this dataset alone.
    pub node: NodeView,
}

/// A scope in which data is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeldScope {
    /// A shard. It is shown the node, as held.
    Shard(ShardName),
    /// A shared scope. It is rendered on from what the node shares.
    Shared(SharedKey),
}

impl HeldScope {
    /// The shard; none for a shared scope.
    #[must_use]
    pub fn shard(&self) -> Option<&ShardName> {
        match self {
            Self::Shard(shard) => Some(shard),
            Self::Shared(_) => None,
        }
    }
}

impl From<HeldScope> for Scope {
    fn from(scope: HeldScope) -> Self {
        match scope {
            HeldScope::Shard(shard) => Self::Shard(shard),
            HeldScope::Shared(key) => Self::Shared(key),
        }
    }
}

impl From<ShardName> for HeldScope {
    fn from(shard: ShardName) -> Self {
        Self::Shard(shard)
    }
}

/// What is read and written: the scope is one of two members.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct HeldStateWire {
    resource: ResourceAddress,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shard: Option<ShardName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shared: Option<SharedKey>,
    holds: HeldData,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owed_until: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    released_by: Option<Revision>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    released_for: Option<String>,
    node: NodeView,
}

impl TryFrom<HeldStateWire> for HeldState {
    type Error = &'static str;

    fn try_from(wire: HeldStateWire) -> Result<Self, Self::Error> {
        let scope = match (wire.shard, wire.shared) {
            (Some(shard), None) => HeldScope::Shard(shard),
            (None, Some(key)) => HeldScope::Shared(key),
            _ => return Err("what is held is in a `shard`, or in what is `shared`"),
        };
        let HeldStateWire { resource, holds, owed_until, released_by, released_for, node, .. } = wire;
        Ok(Self { resource, scope, holds, owed_until, released_by, released_for, node })
    }
}

impl From<HeldState> for HeldStateWire {
    fn from(state: HeldState) -> Self {
        let (shard, shared) = match state.scope {
            HeldScope::Shard(shard) => (Some(shard), None),
            HeldScope::Shared(key) => (None, Some(key)),
        };
        let HeldState { resource, holds, owed_until, released_by, released_for, node, .. } = state;
        Self { resource, shard, shared, holds, owed_until, released_by, released_for, node }
    }
}

/// The reason for which held data may go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
        scope: impl Into<HeldScope>,
        holds: HeldData,
        node: NodeView,
        owed_until: Option<NaiveDate>,
    ) -> Self {
        Self { resource, scope: scope.into(), holds, owed_until, released_by: None, released_for: None, node }
    }

    /// Marks the state as released at a revision, for a reason: a person looked at that revision, and lets the data go.
    #[must_use]
    pub fn released(mut self, at: Revision, reason: impl Into<String>) -> Self {
        (self.released_by, self.released_for) = (Some(at), Some(reason.into()));
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
