//! Obligations: what is owed to consumers, joined on the way to producers.

use datasurface_model::{Deadline, Latency, Milestoning, Priority, Regulator, Requirements, Retention, Set};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, collections::BTreeSet, fmt, mem};

/// What a node owes to those behind it. All of it is a join: priority is the highest, latency the lowest, of deadlines
/// the earliest counts, custody and regulators are the union.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// What a consumer with these requirements, in a workspace of this priority and with this deadline, is owed.
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

    /// What is owed when both are.
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

    /// What is owed when all of these are; nothing, if there are none. Where one of them says it all, it is that.
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

    /// Whether owing this is owing the other, too.
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

    /// The part that a transformer passes on to its inputs: how much it matters, how late it may be, by when it must be
    /// there, and to whom proof is owed; not what must be kept, since a long history of the output must not force one of the inputs.
    #[must_use]
    pub fn across_transformer(mut self) -> Self {
        self.custody = Custody::default();
        self
    }

    /// The same, but this is what must be kept.
    pub(crate) fn with_custody(owed: Cow<'_, Self>, custody: Custody) -> Cow<'_, Self> {
        match owed.custody == custody {
            true => owed,
            false => Cow::Owned(Self { custody, ..owed.into_owned() }),
        }
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

    /// By when data must be complete, every day: the earliest time of day in each time zone in which somebody has one.
    /// Which of two zones comes first may depend on the day.
    #[must_use]
    pub fn deadlines(&self) -> &BTreeSet<Deadline> {
        &self.deadlines
    }

    /// To whom proof is owed.
    #[must_use]
    pub fn regulators(&self) -> &Set<Regulator> {
        &self.regulators
    }

    /// What must be kept.
    #[must_use]
    pub fn custody(&self) -> Custody {
        self.custody
    }
}

/// The first of each zone: deadlines are ordered by time.
fn earliest(deadlines: BTreeSet<Deadline>) -> BTreeSet<Deadline> {
    if deadlines.len() < 2 {
        return deadlines;
    }
    let mut zones = BTreeSet::new();
    deadlines.into_iter().filter(|deadline| zones.insert(deadline.zone().to_owned())).collect()
}

/// What must be kept of a dataset: which versions of its records are shown, and for how long those stay that ceased to
/// be true.
///
/// | a consumer asks for | is shown | earlier versions stay |
/// |---|---|---|
/// | live | the latest | not at all |
/// | live, a retention | the latest | for that long, so that what was shown can be reproduced |
/// | history | every one that stays | for ever |
/// | history, a retention | every one that stays | for that long |
///
/// What several consumers ask for is joined: the facets are a union, and the longest time counts. So history that is kept
/// for a while is let go by its age, never before, and never as long as somebody sees it without an end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Custody {
    /// The latest version of each record.
    pub live: bool,
    /// Every version of each record.
    pub history: bool,
    /// For how long a version stays after it ceased to be true; none means that it need not. All of
    /// this is owed as long as there is a consumer, and, where a time was promised, for that long after the last one left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<RetentionPeriod>,
}

/// For how long a version stays after it ceased to be true. More is stricter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetentionPeriod {
    /// That long.
    For(Retention),
    /// As long as there is somebody to see it.
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
    /// What a consumer with these requirements is owed.
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

    /// Whether earlier versions of records must stay: where they are shown, and where what was shown must stay
    /// reproducible.
    #[must_use]
    pub fn keeps_versions(self) -> bool {
        self.history || self.retention.is_some()
    }

    /// The time that was promised; none where there is no promise, or one without an end.
    #[must_use]
    pub fn promised_retention(self) -> Option<Retention> {
        match self.retention {
            Some(RetentionPeriod::For(time)) => Some(time),
            Some(RetentionPeriod::ForEver) | None => None,
        }
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
