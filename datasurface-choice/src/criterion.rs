//! Criteria: what decides between platforms that can all do a task.

use datasurface_model::PlatformName;
use serde::Serialize;

/// A criterion: it decides for a platform, or against it. The first one that tells two platforms apart decides between them; so
/// they are ordered here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Criterion {
    /// A pin of whoever operates the platforms.
    Pin,
    /// The decision of before, in the lock.
    Lock,
    /// The ability to do the task.
    Capability,
    /// The permission of all zones whose workspaces receive the data for the places where it keeps them.
    Readers,
    /// The latency that the group asks for, kept from end to end.
    Latency,
    /// The platform that the group wishes.
    Wish,
    /// A deprecation of the platform.
    Deprecation,
    /// The production status, which is that of the task.
    ProductionStatus,
    /// The count of datastores that a group reads and that would have to be handed over, since a pin or the lock says that another
    /// platform captures them.
    Handover,
    /// The service of somebody who asks for the data, where it is captured.
    Demand,
    /// Any other use of the platform, where a datastore is captured.
    Use,
    /// The cost that the platform claims, if each one that can do the task claims one.
    Cost,
    /// The name, so that the choice is the same everywhere.
    Name,
}

impl Criterion {
    /// Returns the advantage of a platform that is chosen by this, as a sentence about it.
    #[must_use]
    pub fn advantage(self) -> &'static str {
        match self {
            Self::Pin => "it is pinned",
            Self::Lock => "it was chosen before, as the lock says",
            Self::Capability => "no other one can",
            Self::Readers => "all who receive the data permit the places where it keeps them",
            Self::Latency => "by no other one does the data come in time",
            Self::Wish => "the group wishes it",
            Self::Deprecation => "it is not on its way out",
            Self::ProductionStatus => "it is of the same production status",
            Self::Handover => "it captures more of the data already",
            Self::Demand => "it serves somebody who asks for the data",
            Self::Use => "it is in use already",
            Self::Cost => "it costs less",
            Self::Name => "its name comes first",
        }
    }

    /// Returns the disadvantage of a platform that can do the task and is not chosen, as a sentence about it.
    #[must_use]
    pub fn disadvantage(self) -> &'static str {
        match self {
            Self::Pin => "another one is pinned",
            Self::Lock => "another one was chosen before, as the lock says",
            Self::Capability => "another one can do more",
            Self::Readers => "somebody who receives the data does not permit the places where it keeps them",
            Self::Latency => "the data comes too late by it",
            Self::Wish => "the group wishes another one",
            Self::Deprecation => "it is on its way out",
            Self::ProductionStatus => "it is of the other production status",
            Self::Handover => "less of the data is captured by it",
            Self::Demand => "it serves nobody who asks for the data",
            Self::Use => "it has nothing else to do",
            Self::Cost => "it costs more",
            Self::Name => "its name comes later",
        }
    }
}

/// How far each criterion speaks against a platform, in the order of the criteria: the less, the better.
pub(crate) type Penalties = Vec<(Criterion, u64)>;

/// The platforms that can do a task, the best one first.
#[derive(Debug)]
pub(crate) struct Ranking<'p> {
    pub(crate) best: &'p PlatformName,
    /// What decided for it against the last of the others that was left.
    pub(crate) because: Criterion,
    /// The others, each with what decided against it.
    pub(crate) others: Vec<(&'p PlatformName, Criterion)>,
}

impl<'p> Ranking<'p> {
    /// Ranks platforms by their penalties. `None` if there are no platforms.
    pub(crate) fn new(candidates: impl IntoIterator<Item = (&'p PlatformName, Penalties)>) -> Option<Self> {
        let mut candidates: Vec<_> = candidates.into_iter().collect();
        candidates
            .sort_by(|(one, penalties), (other, more)| penalties.cmp(more).then_with(|| one.cmp(other)));
        let mut candidates = candidates.into_iter();
        let (best, least) = candidates.next()?;
        let others: Vec<_> =
            candidates.map(|(platform, penalties)| (platform, decisive(&least, &penalties))).collect();
        let because = others.iter().map(|(_, criterion)| *criterion).max().unwrap_or(Criterion::Capability);
        Some(Self { best, because, others })
    }

    /// What decided against a platform.
    pub(crate) fn decisive_against(&self, platform: &PlatformName) -> Option<Criterion> {
        self.others.iter().find(|(other, _)| *other == platform).map(|(_, criterion)| *criterion)
    }

    /// The platforms that nothing but their names tells from the best one.
    pub(crate) fn equals(&self) -> impl Iterator<Item = &'p PlatformName> {
        self.others.iter().filter(|(_, criterion)| *criterion == Criterion::Name).map(|(name, _)| *name)
    }
}

fn decisive(least: &Penalties, more: &Penalties) -> Criterion {
    let differing = least.iter().zip(more).find(|(one, other)| one != other);
    differing.map_or(Criterion::Name, |((criterion, _), _)| *criterion)
}
