//! Obligations: what is owed to consumers, joined on the way to producers.

use datasurface_model::{Deadline, Latency, Milestoning, Priority, Regulator, Requirements, Retention, Set};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, collections::BTreeSet, fmt, mem};

/// The obligation of a node to its consumers: priority, latency, deadlines, regulators and custody.
/// All of it is a join: the highest priority, the lowest latency, the earliest deadline of each time zone, and the
/// union of custody and regulators.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Obligation {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    priority: Option<Priority>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    latency: Option<Latency>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    deadlines: BTreeSet<Deadline>,
    #[serde(default, skip_serializing_if = "Set::is_empty")]
    regulators: Set<Regulator>,
    custody: Custody,
}

impl Obligation {
    /// Creates the obligation to a consumer with these requirements.
    /// Priority and deadline are those of its workspace.
    #[must_use]
    pub fn for_consumer(
        requirements: &Requirements,
        priority: Option<Priority>,
        deadline: Option<&Deadline>,
    ) -> Self {
        Self {
            priority,
            latency: requirements.latency,
            deadlines: deadline.into_iter().cloned().collect(),
            regulators: requirements.regulators.clone(),
            custody: Custody::for_consumer(requirements),
        }
    }

    /// Joins two obligations, so that the result covers both.
    #[must_use]
    pub fn join(self, other: &Self) -> Self {
        let mut regulators = self.regulators;
        for regulator in &other.regulators {
            regulators.insert(regulator.clone());
        }
        let mut deadlines = self.deadlines;
        deadlines.extend(other.deadlines.iter().cloned());
        Self {
            priority: self.priority.max(other.priority),
            latency: match (self.latency, other.latency) {
                (Some(one), Some(two)) => Some(one.min(two)),
                (one, two) => one.or(two),
            },
            deadlines: earliest(deadlines),
            regulators,
            custody: self.custody.join(other.custody),
        }
    }

    /// Joins all of these obligations; the default, if there are none.
    /// The result is borrowed where one of them covers all others.
    pub(crate) fn join_all<'o>(mut owed: impl Iterator<Item = &'o Self>) -> Cow<'o, Self> {
        let Some(first) = owed.next() else { return Cow::default() };
        let mut all = Cow::Borrowed(first);
        // In place: there may be many, and most add nothing.
        owed.for_each(|one| {
            if !all.covers(one) {
                all = Cow::Owned(mem::take(&mut all).into_owned().join(one));
            }
        });
        all
    }

    /// Whether this obligation includes the other one.
    fn covers(&self, other: &Self) -> bool {
        let is_as_early = |deadline: &Deadline| {
            let mut known = self.deadlines.iter();
            known.any(|known| known.zone() == deadline.zone() && known <= deadline)
        };
        self.priority >= other.priority
            && other.latency.is_none_or(|other| self.latency.is_some_and(|latency| latency <= other))
            && other.deadlines.iter().all(is_as_early)
            && other.regulators.iter().all(|regulator| self.regulators.contains(regulator))
            && self.custody.covers(other.custody)
    }

    /// Reduces the obligation to the part that a transformer passes on to its inputs: everything but the custody.
    /// The custody is not passed on, since a long history of the output must not force one of the inputs.
    #[must_use]
    pub fn across_transformer(mut self) -> Self {
        self.custody = Custody::default();
        self
    }

    /// Replaces the custody.
    pub(crate) fn with_custody(owed: Cow<'_, Self>, custody: Custody) -> Cow<'_, Self> {
        match owed.custody == custody {
            true => owed,
            false => Cow::Owned(Self { custody, ..owed.into_owned() }),
        }
    }

    /// The highest priority of the consumers; `None` if none of them has one.
    #[must_use]
    pub fn priority(&self) -> Option<Priority> {
        self.priority
    }

    /// The strictest latency of the consumers; `None` if none of them has one.
    #[must_use]
    pub fn latency(&self) -> Option<Latency> {
        self.latency
    }

    /// The times of day by which data must be complete: the earliest one in each time zone that a consumer names.
    /// Which of two zones comes first may depend on the day.
    #[must_use]
    pub fn deadlines(&self) -> &BTreeSet<Deadline> {
        &self.deadlines
    }

    /// The regulators to which proof must be given.
    #[must_use]
    pub fn regulators(&self) -> &Set<Regulator> {
        &self.regulators
    }

    /// The custody: the versions of records that must be retained, and for how long.
    #[must_use]
    pub fn custody(&self) -> Custody {
        self.custody
    }
}

/// Keeps the first deadline of each zone: deadlines are ordered by time.
fn earliest(deadlines: BTreeSet<Deadline>) -> BTreeSet<Deadline> {
    if deadlines.len() < 2 {
        return deadlines;
    }
    let mut zones = BTreeSet::new();
    deadlines.into_iter().filter(|deadline| zones.insert(deadline.zone().to_owned())).collect()
}

/// The duty to retain a dataset: which versions of its records are visible, and how long superseded ones stay.
///
/// | a consumer asks for | is visible | earlier versions stay |
/// |---|---|---|
/// | live | the latest | not at all |
/// | live, a retention | the latest | for that long, so that what was visible can be reproduced |
/// | history | every one that stays | for ever |
/// | history, a retention | every one that stays | for that long |
///
/// What several consumers ask for is joined: the facets are a union, and the longest time counts. So history that is
/// retained for a while expires by its age, never before, and never as long as a consumer has it without an end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Custody {
    /// Whether the latest version of each record is visible.
    pub live: bool,
    /// Whether every version of each record is visible.
    pub history: bool,
    /// The time that a version stays after it was superseded; `None` if it need not stay.
    /// The whole custody lasts as long as there is a consumer, and, if a time was promised, for that long after the
    /// last one left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<RetentionPeriod>,
}

/// The time that a version stays after it was superseded. More is stricter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RetentionPeriod {
    /// A limited time.
    For(Retention),
    /// No limit, as long as there is a consumer of the history.
    ForEver,
}

impl fmt::Display for RetentionPeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::For(retention) => retention.fmt(f),
            Self::ForEver => f.write_str("ever"),
        }
    }
}

impl Custody {
    /// Creates the custody that a consumer with these requirements asks for.
    /// History without a retention stays for ever.
    #[must_use]
    pub fn for_consumer(requirements: &Requirements) -> Self {
        let milestoning: Milestoning = requirements.milestoning;
        let for_ever = milestoning.has_history().then_some(RetentionPeriod::ForEver);
        Self {
            live: milestoning.has_live(),
            history: milestoning.has_history(),
            retention: requirements.retention.map(RetentionPeriod::For).or(for_ever),
        }
    }

    /// Whether earlier versions of records must stay.
    /// They stay if they are visible, and if what was visible must be reproducible.
    #[must_use]
    pub fn keeps_versions(self) -> bool {
        self.history || self.retention.is_some()
    }

    /// Returns the promised retention; `None` if there is no promise, or one without an end.
    #[must_use]
    pub fn promised_retention(self) -> Option<Retention> {
        match self.retention {
            Some(RetentionPeriod::For(time)) => Some(time),
            Some(RetentionPeriod::ForEver) | None => None,
        }
    }

    /// Joins two custodies, so that the result covers both.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self {
            live: self.live || other.live,
            history: self.history || other.history,
            retention: self.retention.max(other.retention),
        }
    }

    /// Whether retaining this includes retaining `other`.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        self.join(other) == self
    }
}
