//! Obligations: what is owed to consumers, joined on the way to producers.

use datasurface_model::{Latency, Milestoning, Priority, Regulator, Requirements, Retention};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a node owes to those behind it. All of it is a join: priority is the highest, latency the lowest, custody and
/// regulators the union.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Obligation {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    priority: Option<Priority>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    latency: Option<Latency>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    regulators: BTreeSet<Regulator>,
    custody: Custody,
}

impl Obligation {
    /// What a consumer with these requirements, in a workspace of this priority, is owed.
    #[must_use]
    pub fn to_consumer(requirements: &Requirements, priority: Option<Priority>) -> Self {
        Self {
            priority,
            latency: requirements.latency(),
            regulators: requirements.regulators().clone(),
            custody: Custody::for_consumer(requirements),
        }
    }

    /// What is owed when both are.
    #[must_use]
    pub fn join(self, other: &Self) -> Self {
        let mut regulators = self.regulators;
        regulators.extend(other.regulators.iter().cloned());
        Self {
            priority: self.priority.max(other.priority),
            latency: match (self.latency, other.latency) {
                (Some(one), Some(two)) => Some(one.min(two)),
                (one, two) => one.or(two),
            },
            regulators,
            custody: self.custody.join(other.custody),
        }
    }

    /// The part that a transformer passes on to its inputs: how much it matters, how late it may be, and to whom proof
    /// is owed; not what must be kept, since a long history of the output must not force one of the inputs.
    #[must_use]
    pub fn across_transformer(mut self) -> Self {
        self.custody = Custody::default();
        self
    }

    pub(crate) fn with_custody(mut self, custody: Custody) -> Self {
        self.custody = custody;
        self
    }

    /// The highest priority of those behind; none if none of them has one.
    #[must_use]
    pub fn priority(&self) -> Option<Priority> {
        self.priority
    }

    /// The strictest latency of those behind.
    #[must_use]
    pub fn latency(&self) -> Option<Latency> {
        self.latency
    }

    /// To whom proof is owed.
    #[must_use]
    pub fn regulators(&self) -> &BTreeSet<Regulator> {
        &self.regulators
    }

    /// What must be kept.
    #[must_use]
    pub fn custody(&self) -> Custody {
        self.custody
    }
}

/// What must be kept of a dataset, and for how long it must be possible to reproduce it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Custody {
    /// The latest version of each record.
    pub live: bool,
    /// Every version of each record.
    pub history: bool,
    /// For how long it is owed; none means for as long as there is a consumer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<Retention>,
}

impl Custody {
    pub(crate) fn for_consumer(requirements: &Requirements) -> Self {
        let milestoning: Milestoning = requirements.milestoning();
        Self {
            live: milestoning.has_live(),
            history: milestoning.has_history(),
            retention: requirements.retention(),
        }
    }

    /// Whether earlier versions of records must stay: where they are shown, and where what was shown must stay
    /// reproducible.
    #[must_use]
    pub fn keeps_versions(self) -> bool {
        self.history || self.retention.is_some()
    }

    /// What must be kept when both must be.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self {
            live: self.live || other.live,
            history: self.history || other.history,
            retention: self.retention.max(other.retention),
        }
    }

    /// Whether keeping this keeps `other` too.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        self.join(other) == self
    }
}
