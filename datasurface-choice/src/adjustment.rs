//! Adjustments: the smallest change of a group with which a platform could serve it.

use crate::lack::Lack;
use datasurface_model::{DatasetGroup, DatasetKey, DatasetSink, Entity, Latency, Milestoning, Retention};
use datasurface_platform::{Ability, PlatformDescriptor};
use serde::Serialize;
use std::fmt;

/// A part of a change of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Adjustment {
    /// Asks for other versions of a record.
    Milestoning(Milestoning),
    /// Asks for another latency.
    Latency(Latency),
    /// Asks for another retention.
    Retention(Retention),
    /// Leaves out these datasets.
    LeaveOut(Vec<DatasetKey>),
}

impl fmt::Display for Adjustment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Milestoning(milestoning) => write!(f, "ask for {milestoning}"),
            Self::Latency(latency) => write!(f, "ask for a latency of {latency}"),
            Self::Retention(retention) => write!(f, "ask for a retention of {retention}"),
            Self::LeaveOut(datasets) => {
                let datasets: Vec<String> = datasets.iter().map(|dataset| format!("`{dataset}`")).collect();
                write!(f, "leave out {}", datasets.join(", "))
            }
        }
    }
}

impl Adjustment {
    /// What makes the one group the other.
    pub(crate) fn between(before: &DatasetGroup, after: &DatasetGroup) -> Vec<Self> {
        let (old, new) = (before.requirements(), after.requirements());
        let milestoning = (old.milestoning != new.milestoning).then_some(Self::Milestoning(new.milestoning));
        let latency = new.latency.filter(|_| old.latency != new.latency).map(Self::Latency);
        let retention = new.retention.filter(|_| old.retention != new.retention).map(Self::Retention);
        let sinks = before.sinks().iter().map(DatasetSink::name);
        let left_out: Vec<_> = sinks.filter(|key| after.sinks().get(*key).is_none()).cloned().collect();
        let left_out = (!left_out.is_empty()).then_some(Self::LeaveOut(left_out));
        [milestoning, latency, retention, left_out].into_iter().flatten().collect()
    }
}

/// The group that asks for as little less as possible so that a platform can serve it; `None` if it cannot, whatever the group asks
/// for. `lacks` tells what the platform lacks for a group.
pub(crate) fn adjusted(
    group: &DatasetGroup,
    descriptor: &PlatformDescriptor,
    lacks: impl Fn(&DatasetGroup) -> Vec<Lack>,
) -> Option<DatasetGroup> {
    let mut group = group.clone();
    // Versions come first, since retention depends on them; a platform that is fast enough by itself may be too late all the same.
    for adjust in [with_versions, with_latency, with_latency, with_retention] {
        let found = lacks(&group);
        group = found.iter().fold(group, |group, lack| adjust(group, lack, descriptor));
    }
    let is_served_alone = |sink: &DatasetSink| lacks(&group.clone().wanting([sink.clone()])).is_empty();
    let served: Vec<DatasetSink> = match lacks(&group).is_empty() {
        true => return Some(group),
        false => group.sinks().iter().filter(|sink| is_served_alone(sink)).cloned().collect(),
    };
    let group = group.wanting(served);
    (!group.sinks().is_empty() && lacks(&group).is_empty()).then_some(group)
}

fn with_versions(group: DatasetGroup, lack: &Lack, descriptor: &PlatformDescriptor) -> DatasetGroup {
    let most_first = [Milestoning::LiveAndForensic, Milestoning::Forensic, Milestoning::Live];
    match (lack, most_first.into_iter().find(|shown| descriptor.milestonings().contains(shown))) {
        (Lack::Ability(Ability::Milestoning(_)), Some(shown)) => group.with_milestoning(shown),
        _ => group,
    }
}

fn with_latency(group: DatasetGroup, lack: &Lack, _: &PlatformDescriptor) -> DatasetGroup {
    match lack {
        Lack::Latency { best, .. } => group.with_latency(*best),
        Lack::EndToEndLatency { sum, .. } => group.with_latency(*sum),
        _ => group,
    }
}

fn with_retention(group: DatasetGroup, lack: &Lack, _: &PlatformDescriptor) -> DatasetGroup {
    match lack {
        Lack::Retention { longest, .. } => group.with_retention(*longest),
        _ => group,
    }
}
