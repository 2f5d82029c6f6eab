//! Who captures a datastore, for all platforms.

use super::{
    ChoiceContext,
    capability::{capture_obstacles, transformer_obstacles},
    decisions::{self, is_in_graph},
    policy::{DatasetReader, GovernedTask, Pin},
};
use datasurface_graph::{Assignments, Stage, datastores_needed};
use datasurface_model::{
    CodeInfo, Datastore, DatastoreName, Diagnostic, Entity, GroupKey, Located, ModelPath, PlatformName,
    Severity, segment,
};
use std::collections::{BTreeMap, BTreeSet};

pub(super) static NO_CAPTURE: CodeInfo = CodeInfo::error(
    "choice/no-capture",
    "no platform can capture a datastore that somebody needs",
    "A datastore is captured once, by one platform, for all. That platform must be able to capture it from its \
     container, or to run the transformer that makes it, and all zones must permit it that have a say: that of the data, and \
     those of what the transformer reads. Declare a platform that can.",
);
pub(super) static CANNOT_CAPTURE: CodeInfo = CodeInfo::error(
    "choice/cannot-capture",
    "a platform cannot capture any more what it captures",
    "The lock says that a platform captures this datastore, but the platform cannot do so as it is declared now. Pin the \
     datastore to a platform that can: then a move begins.",
);
pub(super) static SEVERAL_PRIMARIES: CodeInfo = CodeInfo::error(
    "lock/several-primaries",
    "the lock says that several platforms capture one datastore",
    "A datastore is captured once, by one platform, from which all others take its data. During a move, a second one is being set \
     up, or the first one is not used any more; the lock says which. Here it says the same of both, so nobody can tell who has \
     the data: an edit by hand, or a merge of two branches, may have done that.",
);
pub(super) static PIN_CANNOT_CAPTURE: CodeInfo = CodeInfo::error(
    "pin/cannot-capture",
    "a pinned platform cannot capture the datastore",
    "A pin is an operator's wish; the platform must be able to capture the datastore.",
);
pub(super) static MOVE: CodeInfo = CodeInfo {
    severity: Severity::Note,
    ..CodeInfo::error(
        "pin/capture-move",
        "a pin starts a move of a capture",
        "The lock says that another platform captures the datastore. The pinned one is set up beside it and takes its \
         data from there until the move is completed. So it is where the lock says that the pinned one is on its way out: it \
         comes back. If nothing else is in use, it stays.",
    )
};

pub(super) fn choose(
    question: &ChoiceContext<'_>,
    assignments: &mut Assignments,
    found: &mut Vec<Diagnostic>,
) {
    let needed = datastores_needed(question.ecosystem, assignments);
    let serving = assignments.clone();
    let mut askers = askers(question, &serving);
    let busy = busy_platforms(question, &serving, &needed);
    let readings = readings(question, &serving, &needed);
    for name in outputs_first(question, &needed) {
        if let Some(store) = question.ecosystem.datastore(name) {
            let asked_by = askers.remove(name).unwrap_or_default();
            let task = governed_task(question, store, readings.get(name).map_or(&[], Vec::as_slice));
            choose_for(question, store, &Demand { asked_by, busy: &busy }, &task, assignments, found);
        }
        // A transformer runs where its output is captured: that platform asks for the inputs.
        let running: Vec<PlatformName> = assignments.capturing_platforms(name).cloned().collect();
        for input in inputs(question, name) {
            askers.entry(input).or_default().extend(running.iter().cloned());
        }
    }
}

/// The platforms that have a use for a datastore, and those that have anything to do.
struct Demand<'a> {
    asked_by: BTreeSet<PlatformName>,
    busy: &'a BTreeSet<PlatformName>,
}

/// The datastores that the transformer reads which fills a datastore.
fn inputs<'a>(question: &ChoiceContext<'a>, output: &DatastoreName) -> BTreeSet<&'a DatastoreName> {
    let producer = question.ecosystem.producer(output);
    let groups = producer.into_iter().flat_map(|workspace| workspace.entity.groups());
    groups.flat_map(|group| group.sinks().iter().map(|sink| &sink.name().datastore)).collect()
}

/// The datastores in an order in which each comes after the outputs of all transformers that read it. Where transformers read each
/// other in a circle, the first by name begins.
fn outputs_first<'n>(
    question: &ChoiceContext<'_>,
    needed: &'n BTreeSet<DatastoreName>,
) -> Vec<&'n DatastoreName> {
    let mut undecided_readers: BTreeMap<&DatastoreName, usize> = BTreeMap::new();
    for output in needed {
        for input in inputs(question, output).into_iter().filter(|input| *input != output) {
            *undecided_readers.entry(input).or_default() += 1;
        }
    }
    let mut waiting: BTreeSet<&DatastoreName> = needed.iter().collect();
    let mut ready: BTreeSet<&DatastoreName> =
        needed.iter().filter(|name| !undecided_readers.contains_key(name)).collect();
    let mut order = Vec::with_capacity(needed.len());
    while let Some(next) = ready.pop_first().or_else(|| waiting.first().copied()) {
        if !waiting.remove(next) {
            continue;
        }
        order.push(next);
        for input in inputs(question, next).into_iter().filter(|input| *input != next) {
            if let Some(readers) = undecided_readers.get_mut(input) {
                *readers = readers.saturating_sub(1);
                if *readers == 0
                    && let Some(input) = needed.get(input)
                {
                    ready.insert(input);
                }
            }
        }
    }
    order
}

/// The platforms that serve a group, or capture one of these datastores by a pin or by the lock.
fn busy_platforms(
    question: &ChoiceContext<'_>,
    serving: &Assignments,
    needed: &BTreeSet<DatastoreName>,
) -> BTreeSet<PlatformName> {
    let mut busy: BTreeSet<PlatformName> =
        serving.served_groups().map(|(_, platform)| platform.clone()).collect();
    for name in needed {
        busy.extend(question.ecosystem.primary_pins().get(name).map(|pin| pin.platform().clone()));
        if let Some(store) = question.ecosystem.datastore(name) {
            let decided = question.capturing(&store.entity).into_iter().filter(is_in_graph);
            busy.extend(decided.map(|(platform, _)| platform.clone()));
        }
    }
    busy
}

/// The platforms that serve somebody who wants a datastore directly.
fn askers<'a>(
    question: &ChoiceContext<'a>,
    assignments: &Assignments,
) -> BTreeMap<&'a DatastoreName, BTreeSet<PlatformName>> {
    let mut askers: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for (key, platform) in assignments.served_groups() {
        let workspace = question.ecosystem.workspace(&key.workspace);
        let group = workspace.and_then(|workspace| workspace.entity.groups().get(&key.group));
        for sink in group.into_iter().flat_map(|group| group.sinks()) {
            askers.entry(&sink.name().datastore).or_default().insert(platform.clone());
        }
    }
    askers
}

/// Who reads each of the datastores that are needed, transformers included; for the policies of their zones, if there are
/// any.
fn readings<'a>(
    question: &ChoiceContext<'a>,
    serving: &Assignments,
    needed: &'a BTreeSet<DatastoreName>,
) -> BTreeMap<&'a DatastoreName, Vec<DatasetReader<'a>>> {
    let mut readings: BTreeMap<_, Vec<_>> = BTreeMap::new();
    if question.policies.is_empty() {
        return readings;
    }
    let group = |key: &GroupKey| {
        let workspace = question.ecosystem.workspace(&key.workspace)?;
        Some((workspace, workspace.entity.groups().get(&key.group)?))
    };
    let served = serving.served_groups().filter_map(|(key, _)| group(key));
    let producers = needed.iter().filter_map(|name| question.ecosystem.producer(name));
    let of_producers =
        producers.flat_map(|workspace| workspace.entity.groups().iter().map(move |group| (workspace, group)));
    for (workspace, group) in served.chain(of_producers) {
        for sink in group.sinks() {
            let reading = DatasetReader { workspace, group: group.name(), dataset: sink.name() };
            readings.entry(&sink.name().datastore).or_default().push(reading);
        }
    }
    readings
}

/// What it means to capture a datastore: its zone has a say, and those of all that its transformer reads, if it has one; and
/// about the places, the zones of all who read it.
fn governed_task<'a>(
    question: &'a ChoiceContext<'a>,
    store: &'a Located<Datastore>,
    readings: &[DatasetReader<'a>],
) -> GovernedTask<'a> {
    let name = store.entity.name();
    let action = format!("capture the datastore `{name}`");
    let mut task = GovernedTask::new(question, action, store.path(), store.entity.production_status());
    task.add_zone(&store.team.zone);
    if let Some(capture) = store.entity.capture() {
        task.add_zone(&capture.container().zone);
    }
    for reading in readings {
        task.add_data(reading.dataset);
    }
    let producer = question.ecosystem.producer(name);
    for group in producer.into_iter().flat_map(|workspace| workspace.entity.groups()) {
        for sink in group.sinks() {
            task.add_input(sink.name());
        }
    }
    for reading in readings {
        task.add_reader(reading);
    }
    task
}

fn choose_for(
    question: &ChoiceContext<'_>,
    store: &Located<Datastore>,
    demand: &Demand<'_>,
    task: &GovernedTask<'_>,
    assignments: &mut Assignments,
    found: &mut Vec<Diagnostic>,
) {
    let name = store.entity.name();
    let pin = question.ecosystem.primary_pins().get(name);
    let is_pinned = |platform: &PlatformName| pin.is_some_and(|pin| pin.platform() == platform);
    let decided = question.capturing(&store.entity);
    for decision @ (platform, stage) in &decided {
        assignments.assign_primary(name.clone(), (*platform).clone(), *stage);
        if is_in_graph(decision) && !is_pinned(platform) {
            let reasons = unable(question, &store.entity, platform);
            if !reasons.is_empty() {
                let message = format!("`{platform}` captures `{name}`, but {}", reasons.join(", and "));
                let help = "pin the datastore to a platform that can";
                found.push(Diagnostic::new(&CANNOT_CAPTURE, store.path(), message).with_help(help));
            }
            found.extend(task.findings(platform, None));
        }
    }
    found.extend(contradiction(assignments, store));
    let captures = decided.iter().any(is_in_graph);
    let obstacles = |platform: &PlatformName| {
        let mut obstacles = unable(question, &store.entity, platform);
        obstacles.extend(task.obstacles(platform));
        obstacles
    };
    if let Some(pin) = pin {
        let platform = pin.platform();
        let path = ModelPath::root().child(segment::PRIMARY_PINS, name);
        // Without a pin, those capture that do already, or whoever can.
        let would_be_captured = || {
            let mut capturing =
                decided.iter().filter(|decision| is_in_graph(decision)).map(|(platform, _)| *platform);
            let is_free = |platform: &PlatformName| obstacles(platform).is_empty();
            if captures { capturing.all(is_free) } else { question.platforms.keys().any(is_free) }
        };
        let remedy = || would_be_captured().then(|| path.clone());
        found.extend(
            task.findings(platform, Some(Pin { at: &path.attribute(segment::PLATFORM), remedy: &remedy })),
        );
        let reasons = unable(question, &store.entity, platform);
        if !reasons.is_empty() {
            let message = format!("`{platform}` cannot capture `{name}`: {}", reasons.join(", and "));
            found.push(Diagnostic::new(&PIN_CANNOT_CAPTURE, path, message).with_help("pin another platform"));
        } else if let Some(stage) = decisions::pinned(&decided, platform) {
            assignments.assign_primary(name.clone(), platform.clone(), stage);
            if captures {
                let action = format!("the capture of `{name}`");
                let both = "it takes its data from the other one until the move is completed in the lock";
                let (message, help) = decisions::decision_message(&action, platform, stage, both);
                found.push(Diagnostic::new(&MOVE, store.path(), message).with_help(help));
            }
        }
        return;
    }
    if captures {
        return;
    }
    let fitting = question.platforms.keys().filter(|platform| obstacles(platform).is_empty());
    let rank = |platform: &PlatformName| {
        (task.drawbacks(platform), !demand.asked_by.contains(platform), !demand.busy.contains(platform))
    };
    match fitting.min_by_key(|platform| (rank(platform), *platform)) {
        Some(platform) => {
            found.extend(task.findings_of_choice(platform));
            assignments.assign_primary(name.clone(), platform.clone(), Stage::Provisioned);
        }
        None => {
            let message = format!("no platform can capture `{name}`: {}", question.obstacles(obstacles));
            found.push(
                Diagnostic::new(&NO_CAPTURE, store.path(), message).with_help("declare a platform that can"),
            );
        }
    }
}

/// What is wrong if several platforms are said to capture a datastore for all.
fn contradiction(assignments: &Assignments, store: &Located<Datastore>) -> Option<Diagnostic> {
    let name = store.entity.name();
    let platforms: Vec<String> =
        assignments.primary_candidates(name).map(|platform| format!("`{platform}`")).collect();
    if platforms.len() < 2 {
        return None;
    }
    let message = format!("the lock says of {} that each captures `{name}` for all", platforms.join(" and "));
    let help =
        "in the lock, let one of them be `provisioned`, and the others `provisioning` or `decommissioning`";
    Some(Diagnostic::new(&SEVERAL_PRIMARIES, store.path(), message).with_help(help))
}

fn unable(question: &ChoiceContext<'_>, store: &Datastore, platform: &PlatformName) -> Vec<String> {
    let Some(configured) = question.platforms.get(platform) else {
        return vec!["it is not available".to_owned()];
    };
    let descriptor = configured.platform().descriptor();
    let producer = question.ecosystem.producer(store.name()).map(|located| &located.entity);
    match producer.and_then(|workspace| Some((workspace, workspace.transformer()?))) {
        Some((workspace, transformer)) => {
            transformer_obstacles(descriptor, question.ecosystem, workspace, transformer)
        }
        None => capture_obstacles(descriptor, question.ecosystem, store),
    }
}
