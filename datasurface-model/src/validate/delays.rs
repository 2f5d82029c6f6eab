//! Delays: the time that timetables let pass between a change of data at its source and the data that a consumer reads.
//!
//! The model alone knows timetables, and nothing of how long captures and transformers take, or of when signals from outside come.
//! So a delay is the least that the longest one can be: no platform keeps a promise that is shorter.

use super::{
    components::{components, reversed},
    unit::{Content, UnitKey},
    unit_diff::UnitChange,
    unit_index::UnitIndex,
};
use datasurface_ecosystem::{CaptureTrigger, Cron, Datastore, TransformTrigger, Workspace};
use datasurface_schema::{DatastoreName, Entity, Text};
use rustc_hash::FxHashMap;
use std::{collections::BTreeSet, sync::Arc};

/// The count of timetables, of those that data passes one after the other, whose common effect is computed. What comes behind them
/// counts by itself.
const LONGEST_CHAIN: usize = 8;

/// The delay of all data of a datastore, or of that which arrives last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Delay {
    /// The least that the longest delay can be.
    pub(crate) minutes: u64,
    /// The timetables on the way, from the source on.
    pub(crate) stages: Vec<Stage>,
}

/// A timetable that data passes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stage {
    /// The captured datastore, or the workspace of a transformer.
    pub(crate) unit: UnitKey,
    /// Whether it is that of a capture.
    pub(crate) is_capture: bool,
    pub(crate) cron: Cron,
    /// The longest time between two starts, in minutes.
    pub(crate) gap: u64,
}

/// The delays of the datastores that transformers fill. Those of others follow from the datastore alone.
#[derive(Debug)]
pub(super) struct Delays(FxHashMap<DatastoreName, Arc<Delay>>);

impl Delays {
    /// Whether a change can have another delay as its consequence.
    pub(super) fn depend_on(change: &UnitChange) -> bool {
        let (old, new) = (change.old.as_ref(), change.new.as_ref());
        let timed = |content: Option<&Content>| match content {
            Some(Content::Datastore(datastore)) => capture_cron(datastore).cloned(),
            _ => None,
        };
        let made = |content: Option<&Content>| match content {
            Some(Content::Workspace(workspace)) => workspace.transformer().map(|transformer| {
                (transformer.output().clone(), transformer.trigger().clone(), inputs(workspace))
            }),
            _ => None,
        };
        timed(old) != timed(new) || made(old) != made(new)
    }

    pub(super) fn new(directory: &UnitIndex) -> Self {
        let mut nodes: Vec<Node<'_>> =
            directory.producers().keys().filter_map(|output| Node::find(output, directory)).collect();
        nodes.sort_by_key(|node| node.output);
        let numbers: FxHashMap<&DatastoreName, usize> =
            nodes.iter().zip(0..).map(|(node, number)| (node.output, number)).collect();
        let own_inputs = |node: &Node<'_>| {
            node.inputs.iter().filter_map(|input| numbers.get(input).copied()).collect::<Vec<_>>()
        };
        let predecessors: Vec<Vec<usize>> = nodes.iter().map(own_inputs).collect();
        let all: Vec<usize> = (0..nodes.len()).collect();
        let mut delays = DelayBuilder { directory, known: FxHashMap::default(), waits: FxHashMap::default() };
        for component in components(&all, &reversed(&predecessors), &predecessors) {
            let feeds_itself = |node: &usize| predecessors.get(*node).is_some_and(|from| from.contains(node));
            let is_cycle = component.len() > 1 || component.iter().any(feeds_itself);
            let members: Vec<&Node<'_>> = component.iter().filter_map(|node| nodes.get(*node)).collect();
            delays.add(&members, is_cycle);
        }
        Self(delays.known)
    }

    pub(super) fn get(&self, datastore: &DatastoreName, directory: &UnitIndex) -> Option<Arc<Delay>> {
        if directory.producers().get(datastore).is_some() {
            return self.0.get(datastore).cloned();
        }
        captured(datastore, directory)
    }
}

/// A datastore that a transformer fills.
struct Node<'a> {
    output: &'a DatastoreName,
    unit: &'a UnitKey,
    trigger: &'a TransformTrigger,
    inputs: BTreeSet<DatastoreName>,
}

impl<'a> Node<'a> {
    fn find(output: &'a DatastoreName, directory: &'a UnitIndex) -> Option<Self> {
        let (_, name) = directory.producers().first(output)?;
        let (unit, workspace) = directory.workspaces().get(name)?;
        let trigger = workspace.entity().transformer()?.trigger();
        Some(Self { output, unit, trigger, inputs: inputs(workspace.entity()) })
    }

    fn stage(&self) -> Option<Stage> {
        match self.trigger {
            TransformTrigger::Cron(cron) => stage(self.unit, cron, false),
            _ => None,
        }
    }
}

/// Computes the delays of datastores, each after those that it derives from.
struct DelayBuilder<'a> {
    directory: &'a UnitIndex,
    known: FxHashMap<DatastoreName, Arc<Delay>>,
    /// The waits of chains of timetables. Many datastores have the same.
    waits: FxHashMap<Vec<Text>, u64>,
}

impl DelayBuilder<'_> {
    fn add(&mut self, members: &[&Node<'_>], is_cycle: bool) {
        let is_member = |input: &DatastoreName| is_cycle && members.iter().any(|node| node.output == input);
        let inputs: BTreeSet<_> = members.iter().flat_map(|node| &node.inputs).collect();
        let outside = inputs.into_iter().filter(|input| !is_member(input));
        let slowest = outside.filter_map(|input| self.of_input(input)).max();
        for node in members {
            // Which way data takes round a cycle, nobody knows: only what it certainly waits for counts.
            let delay = match (node.stage(), slowest.as_deref()) {
                (Some(stage), Some(before)) if !is_cycle => Some(self.followed(before, stage)),
                (Some(stage), before) => {
                    let alone = Delay { minutes: stage.gap, stages: vec![stage] };
                    before.cloned().max(Some(alone))
                }
                (None, before) => before.cloned(),
            };
            if let Some(delay) = delay {
                self.known.insert(node.output.clone(), Arc::new(delay));
            }
        }
    }

    fn of_input(&self, input: &DatastoreName) -> Option<Arc<Delay>> {
        match self.directory.producers().get(input) {
            Some(_) => self.known.get(input).cloned(),
            None => captured(input, self.directory),
        }
    }

    /// The delay of data that passes another timetable behind those of `before`.
    fn followed(&mut self, before: &Delay, stage: Stage) -> Delay {
        let least = before.minutes.max(stage.gap);
        if before.stages.len() >= LONGEST_CHAIN {
            return Delay { minutes: least, stages: before.stages.clone() };
        }
        let stages: Vec<Stage> = before.stages.iter().cloned().chain([stage]).collect();
        let crons: Vec<&Cron> = stages.iter().map(|stage| &stage.cron).collect();
        let key = crons.iter().map(|cron| cron.as_str().into()).collect();
        let wait = *self.waits.entry(key).or_insert_with(|| Cron::longest_wait(&crons).unwrap_or_default());
        Delay { minutes: least.max(wait), stages }
    }
}

/// The delay of a captured datastore.
fn captured(datastore: &DatastoreName, directory: &UnitIndex) -> Option<Arc<Delay>> {
    let (unit, found) = directory.datastores().get(datastore)?;
    let stage = stage(unit, capture_cron(found.entity())?, true)?;
    Some(Arc::new(Delay { minutes: stage.gap, stages: vec![stage] }))
}

fn stage(unit: &UnitKey, cron: &Cron, is_capture: bool) -> Option<Stage> {
    let gap = cron.longest_gap()?;
    Some(Stage { unit: unit.clone(), is_capture, cron: cron.clone(), gap })
}

fn capture_cron(datastore: &Datastore) -> Option<&Cron> {
    match datastore.capture()?.trigger() {
        CaptureTrigger::Cron(cron) => Some(cron),
        CaptureTrigger::External => None,
    }
}

/// The datastores that a workspace reads, each once.
fn inputs(workspace: &Workspace) -> BTreeSet<DatastoreName> {
    let sinks = workspace.groups().iter().flat_map(|group| group.sinks());
    sinks.map(|sink| sink.name().datastore.clone()).collect()
}
