//! Latency from end to end: what data passes on its way from the source to a group, by timetables, and by what platforms
//! claim at best.
//!
//! All of it is the least that is certain. What is not known adds nothing, so no promise is refused that could be kept.

use crate::{Choice, lack::Lack, order};
use datasurface_graph::Assignments;
use datasurface_model::{
    CodeInfo, DatasetGroup, DatasetKey, DatasetSink, DatastoreName, Diagnostic, Entity, Latency,
    PlatformName, segment,
};
use serde::Serialize;
use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet},
    fmt,
};

pub(crate) static END_TO_END: CodeInfo = CodeInfo::error(
    "latency/end-to-end",
    "a group wants data sooner than it can come, from end to end",
    "A change passes timetables, the platform that captures it, each platform that runs a transformer on the way, and the one that \
     serves the group. Each platform claims a best latency; data that stays on a platform passes it once. What all of them need \
     together is more than the group permits, though none of them needs so much alone. Let one platform do it all by a pin, let \
     data be captured more often, or ask for a latency that can be kept.",
)
.waivable();

/// The count of platforms, one after the other, whose time is added up. What comes behind them adds nothing.
const LONGEST_WAY: usize = 32;

/// A time that data needs on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Delay {
    /// The time that timetables of captures and transformers let pass, at most.
    Timetables(Latency),
    /// The time that a platform needs, at best.
    Platform {
        /// The platform.
        platform: PlatformName,
        /// The best latency that it claims.
        latency: Latency,
    },
}

impl Delay {
    /// The time.
    #[must_use]
    pub fn latency(&self) -> Latency {
        match self {
            Self::Timetables(latency) | Self::Platform { latency, .. } => *latency,
        }
    }

    /// The time of all of them together.
    pub(crate) fn sum(delays: &[Self]) -> Latency {
        let seconds = delays.iter().map(|delay| delay.latency().as_seconds());
        Latency::seconds(seconds.fold(0, u64::saturating_add))
    }

    pub(crate) fn list(delays: &[Self]) -> String {
        delays.iter().map(Self::to_string).collect::<Vec<_>>().join(" + ")
    }
}

impl fmt::Display for Delay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timetables(latency) => write!(f, "{latency} by timetables"),
            Self::Platform { platform, latency } => write!(f, "{latency} by `{platform}`"),
        }
    }
}

/// The way of data from its source to where it is kept.
#[derive(Clone, Debug)]
struct Way {
    /// What timetables let pass; none if there are none.
    timetables: Option<Latency>,
    /// The platforms on the way that claim a best latency, from the source on.
    platforms: Vec<Delay>,
    /// Where the data is; `None` if that is not known.
    end: Option<PlatformName>,
}

impl Way {
    fn sum(&self) -> Latency {
        let timetables = self.timetables.map_or(0, Latency::as_seconds);
        Latency::seconds(Delay::sum(&self.platforms).as_seconds().saturating_add(timetables))
    }

    /// The way that goes on to a platform, if that is known.
    fn continued(mut self, question: &Choice<'_>, platform: Option<PlatformName>) -> Self {
        let Some(platform) = platform.filter(|platform| self.end.as_ref() != Some(platform)) else {
            return self;
        };
        let latency = claimed_latency(question, &platform).filter(|_| self.platforms.len() < LONGEST_WAY);
        self.platforms.extend(latency.map(|latency| Delay::Platform { platform: platform.clone(), latency }));
        Self { end: Some(platform), ..self }
    }

    fn delays(self) -> Vec<Delay> {
        self.timetables.map(Delay::Timetables).into_iter().chain(self.platforms).collect()
    }
}

/// The ways to all datastores.
#[derive(Debug)]
pub(crate) struct Ways(BTreeMap<DatastoreName, Way>);

impl Ways {
    /// Follows data through all transformers. `captures` says which platform captures a datastore, or runs the transformer that fills
    /// it, as far as that is known.
    pub(crate) fn new(
        question: &Choice<'_>,
        captures: impl Fn(&DatastoreName) -> Option<PlatformName>,
    ) -> Self {
        let ecosystem = question.ecosystem;
        let timetables = ecosystem.timetable_delays();
        let mut ways = BTreeMap::new();
        let mut made = BTreeSet::new();
        for name in ecosystem.datastores().into_iter().map(|datastore| datastore.entity.name()) {
            if ecosystem.producer(name).is_some() {
                made.insert(name.clone());
                continue;
            }
            let source = Way { timetables: timetables.get(name).copied(), platforms: Vec::new(), end: None };
            ways.insert(name.clone(), source.continued(question, captures(name)));
        }
        for output in order::outputs_first(ecosystem, &made).datastores.into_iter().rev() {
            let inputs = order::inputs(ecosystem, output).into_iter().filter_map(|input| ways.get(input));
            let followed = timetables.get(output).copied();
            let ways_of_inputs = through_transformer(inputs.collect(), followed).into_iter();
            let ways_to_output = ways_of_inputs.map(|way| way.continued(question, captures(output)));
            if let Some(latest) = ways_to_output.max_by_key(Way::sum) {
                ways.insert(output.clone(), latest);
            }
        }
        Self(ways)
    }

    /// The first of the datasets of a group that come latest, with the delays on its way: if it comes later than the group permits,
    /// and that is no matter of timetables alone, or of the serving platform alone.
    pub(crate) fn late<'g>(
        &self,
        question: &Choice<'_>,
        group: &'g DatasetGroup,
        platform: &PlatformName,
    ) -> Option<(&'g DatasetKey, Lack)> {
        let wanted = group.requirements().latency?;
        let mut latest: Option<(&DatasetKey, Way)> = None;
        let mut last: Option<&DatastoreName> = None;
        // Sinks are sorted: those of one datastore are beside each other.
        for sink in group.sinks().iter().map(DatasetSink::name) {
            if last.replace(&sink.datastore) == Some(&sink.datastore) {
                continue;
            }
            let way = self.0.get(&sink.datastore).cloned();
            let way = way.map(|way| way.continued(question, Some(platform.clone())));
            if let Some(way) = way
                && latest.as_ref().is_none_or(|(_, latest)| way.sum() > latest.sum())
            {
                latest = Some((sink, way));
            }
        }
        let (sink, way) = latest.filter(|(_, way)| way.sum() > wanted)?;
        let is_reported = way.timetables > Some(wanted)
            || claimed_latency(question, platform).is_some_and(|latency| latency > wanted);
        let sum = way.sum();
        (!is_reported).then(|| (sink, Lack::EndToEndLatency { wanted, sum, delays: way.delays() }))
    }
}

/// The ways through a transformer of its inputs. What its own timetable adds is known of the input that the timetables before it bring
/// last: together it is `followed`.
fn through_transformer(inputs: Vec<&Way>, followed: Option<Latency>) -> Vec<Way> {
    let slowest = inputs.iter().map(|way| way.timetables).max().flatten();
    let is_one = inputs.iter().filter(|way| way.timetables == slowest).count() == 1;
    let through = |way: &Way| match is_one && way.timetables == slowest {
        true => Way { timetables: followed, ..way.clone() },
        false => way.clone(),
    };
    inputs.into_iter().map(through).collect()
}

fn claimed_latency(question: &Choice<'_>, platform: &PlatformName) -> Option<Latency> {
    question.platforms.get(platform)?.best_latency()
}

/// Judges the promises to all groups that are served, now that it is known who captures what.
pub(crate) fn check(question: &Choice<'_>, assignments: &Assignments, found: &mut Vec<Diagnostic>) {
    if !question.claims_latency() {
        return;
    }
    let ways = OnceCell::new();
    for (key, platform) in assignments.served_groups() {
        let Some(workspace) = question.ecosystem.workspace(&key.workspace) else { continue };
        let group = workspace.entity.groups().get(&key.group);
        let Some(group) = group.filter(|group| group.requirements().latency.is_some()) else { continue };
        let ways =
            ways.get_or_init(|| Ways::new(question, |datastore| assignments.primary(datastore).cloned()));
        let Some((sink, lack @ Lack::EndToEndLatency { sum, .. })) = ways.late(question, group, platform)
        else {
            continue;
        };
        let name = group.name();
        let message = format!("`{platform}` brings `{sink}` to the group `{name}` too late: {lack}");
        let path = workspace.path().child(segment::GROUPS, name).attribute(segment::LATENCY);
        found.push(Diagnostic::new(&END_TO_END, path, message).with_help(format!(
            "let one platform capture and serve it, let it be captured more often, or ask for no less than `{sum}`"
        )));
    }
}
