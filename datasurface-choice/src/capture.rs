//! Who captures a datastore, for all platforms.

use crate::{
    Choice, capability,
    criterion::{Criterion, Penalties, Ranking},
    decisions::{self, Decision, is_in_graph},
    demand::Demand,
    explanation::{Explanation, PlatformTask, candidates},
    lack::{Lack, joined},
    policy::{DatasetReader, GovernedTask, Pin},
    task::Task,
};
use datasurface_graph::{Assignments, Stage};
use datasurface_model::{
    CodeInfo, DatasetName, DatasetSink, Datastore, DatastoreName, Diagnostic, Entity, Located, ModelPath,
    PlatformName, Severity, segment,
};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) static NO_CAPTURE: CodeInfo = CodeInfo::error(
    "choice/no-capture",
    "no platform can capture a datastore that somebody needs",
    "A datastore is captured once, by one platform, for all. That platform must be able to capture it from its \
     container, or to run the transformer that makes it, and to offer it in a format that those read who need it; and all zones must \
     permit it that have a say: that of the data, and those of what the transformer reads. Declare a platform that can.",
)
.giving_reasons();
pub(crate) static SEVERAL: CodeInfo = CodeInfo {
    severity: Severity::Note,
    ..CodeInfo::error(
        "choice/several-captures",
        "several platforms can capture a datastore",
        "Where several platforms can capture a datastore and no pin says which one should, that one is chosen which is not on its way \
         out, is production as the datastore is, serves somebody who asks for the data, is in use, and costs least. Here nothing but \
         the names told them apart. What was chosen stays chosen. Pin the datastore to choose otherwise.",
    )
};
pub(crate) static CANNOT_CAPTURE: CodeInfo = CodeInfo::error(
    "choice/cannot-capture",
    "a platform cannot capture any more what it captures",
    "The lock says that a platform captures this datastore, but the platform cannot do so as it is declared now. Let it \
     do so again. To have another one capture the datastore, pin that one: then a move begins, which takes the data from the former one \
     until it is completed.",
);
pub(crate) static SEVERAL_PRIMARIES: CodeInfo = CodeInfo::error(
    "lock/several-primaries",
    "the lock says that several platforms capture one datastore",
    "A datastore is captured once, by one platform, from which all others take its data. During a move, a second one is being set \
     up, or the first one is not used any more; the lock says which. Here it says the same of both, so nobody can tell who has \
     the data: an edit by hand, or a merge of two branches, may have done that.",
);
pub(crate) static PIN_CANNOT_CAPTURE: CodeInfo = CodeInfo::error(
    "pin/cannot-capture",
    "a pinned platform cannot capture the datastore",
    "A pin is an operator's wish; the platform must be able to capture the datastore.",
);
pub(crate) static MOVE: CodeInfo = CodeInfo {
    severity: Severity::Note,
    ..CodeInfo::error(
        "pin/capture-move",
        "a pin starts a move of a capture",
        "The lock says that another platform captures the datastore. The pinned one is set up beside it and takes its \
         data from there until the move is completed. So it is where the lock says that the pinned one is on its way out: it \
         comes back. If nothing else is in use, it stays.",
    )
};

/// Explains which platform captures a datastore. `None` if there is no such datastore.
pub(crate) fn explain(question: &Choice<'_>, name: &DatastoreName) -> Option<Explanation> {
    let store = question.ecosystem.datastore(name)?;
    let chosen = question.choose();
    let demand = Demand::new(question, &chosen, name);
    let task = CaptureTask::new(question, store, &demand, chosen.busy());
    let candidates = candidates(&task, chosen.assignments().primary_stages(name));
    Some(Explanation { task: PlatformTask::Datastore(name.clone()), candidates })
}

/// What it means to capture a datastore: its zone has a say, and those of all that its transformer reads, if it has one; and
/// about the places, the zones of all who read it.
fn governed_task<'a>(
    question: &'a Choice<'a>,
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

/// A datastore is to be captured, or the transformer run that fills it.
pub(crate) struct CaptureTask<'a> {
    question: &'a Choice<'a>,
    store: &'a Located<Datastore>,
    /// The datasets that somebody reads.
    wanted: BTreeSet<&'a DatasetName>,
    /// The platforms that have a use for it.
    asked_by: &'a BTreeSet<PlatformName>,
    /// The platforms that have anything to do.
    busy: &'a BTreeMap<PlatformName, usize>,
    governed: GovernedTask<'a>,
    decided: Vec<Decision<'a>>,
    pinned: &'a [PlatformName],
}

impl<'a> CaptureTask<'a> {
    pub(crate) fn new(
        question: &'a Choice<'a>,
        store: &'a Located<Datastore>,
        demand: &'a Demand<'a>,
        busy: &'a BTreeMap<PlatformName, usize>,
    ) -> Self {
        let name = store.entity.name();
        let pin = question.ecosystem.primary_pins().get(name);
        // Who reads it has a say only if a zone has policies.
        let readers = demand.readings(name).filter(|_| !question.policies.is_empty());
        Self {
            question,
            store,
            wanted: demand.datasets(name),
            asked_by: &demand.asked_by,
            busy,
            governed: governed_task(question, store, &readers.collect::<Vec<_>>()),
            decided: question.capturing(&store.entity),
            pinned: pin.map_or(&[], |pin| std::slice::from_ref(pin.platform())),
        }
    }

    fn name(&self) -> &'a DatastoreName {
        self.store.entity.name()
    }

    /// What a platform lacks by itself.
    fn lacks(&self, platform: &PlatformName) -> Vec<Lack> {
        let mut lacks = own_lacks(self.question, platform, self.store, &self.wanted);
        let producer = self.question.ecosystem.producer(self.name());
        let groups = producer.into_iter().flat_map(|workspace| workspace.entity.groups());
        let inputs = groups.flat_map(|group| group.sinks()).map(DatasetSink::name);
        // A transformer may read what it made before.
        let inputs = inputs.filter(|input| input.datastore != *self.name());
        lacks.extend(self.question.unreadable(platform, inputs));
        lacks
    }

    /// What a platform lacks to take over from the one that captures now: the history comes from there.
    fn lacks_as_successor(&self, platform: &PlatformName) -> Option<Lack> {
        let (before, _) = self.decided.iter().find(|(_, stage)| *stage == Stage::Provisioned)?;
        self.question.unreadable_from(platform, before, self.name())
    }

    /// Decides who captures the datastore, and adds what is to be said of it.
    pub(crate) fn choose(&self, assignments: &mut Assignments, found: &mut Vec<Diagnostic>) {
        self.keep(assignments, found);
        for platform in self.pinned {
            self.pin(platform, assignments, found);
        }
        if self.is_done() || !self.pinned.is_empty() {
            return;
        }
        match self.ranking() {
            Some(ranking) => {
                found.extend(self.governed.findings_of_choice(ranking.best));
                found.extend(self.several(&ranking));
                assignments.assign_primary(self.name().clone(), ranking.best.clone(), Stage::Provisioned);
            }
            None => {
                let message = format!("no platform can capture `{}`: {}", self.name(), self.reasons());
                let finding = Diagnostic::new(&NO_CAPTURE, self.store.path(), message);
                found.push(self.with_remedies(finding, None));
            }
        }
    }

    /// Keeps what was decided.
    fn keep(&self, assignments: &mut Assignments, found: &mut Vec<Diagnostic>) {
        let name = self.name();
        for decision @ (platform, stage) in &self.decided {
            assignments.assign_primary(name.clone(), (*platform).clone(), *stage);
            if is_in_graph(decision) && !self.pinned.contains(platform) {
                let lacks = self.lacks(platform);
                if !lacks.is_empty() {
                    let message = format!("`{platform}` captures `{name}`, but {}", joined(&lacks));
                    // The one that is pinned takes its data from there.
                    let help = match self.pinned {
                        [] => {
                            "let it do so again, and pin the datastore to a platform that can, to move there"
                        }
                        _ => "let it do so again, until the move to the pinned platform is completed",
                    };
                    found.push(Diagnostic::new(&CANNOT_CAPTURE, self.store.path(), message).with_help(help));
                }
                found.extend(self.governed.findings(platform, None));
            }
        }
        found.extend(contradiction(assignments, self.store));
    }

    fn pin(&self, platform: &PlatformName, assignments: &mut Assignments, found: &mut Vec<Diagnostic>) {
        let name = self.name();
        let path = ModelPath::root().child(segment::PRIMARY_PINS, name);
        let remedy = || self.can_go_unpinned().then(|| path.clone());
        let pin = Pin { at: &path.attribute(segment::PLATFORM), remedy: &remedy };
        found.extend(self.governed.findings(platform, Some(pin)));
        let mut lacks = self.lacks(platform);
        lacks.extend(self.lacks_as_successor(platform));
        if !lacks.is_empty() {
            let message = format!("`{platform}` cannot capture `{name}`: {}", joined(&lacks));
            found.push(Diagnostic::new(&PIN_CANNOT_CAPTURE, path, message).with_help("pin another platform"));
        } else if let Some(stage) = decisions::pinned(&self.decided, platform) {
            assignments.assign_primary(name.clone(), platform.clone(), stage);
            if self.is_done() {
                let action = format!("the capture of `{name}`");
                let both = "it takes its data from the other one until the move is completed in the lock";
                let (message, help) = decisions::decision_message(&action, platform, stage, both);
                found.push(Diagnostic::new(&MOVE, self.store.path(), message).with_help(help));
            }
        }
    }

    fn several(&self, ranking: &Ranking<'_>) -> Option<Diagnostic> {
        let others: Vec<String> = ranking.equals().map(|name| format!("`{name}`")).collect();
        let (best, name) = (ranking.best, self.name());
        let message = format!("`{best}` captures `{name}`, though {} could as well", others.join(", "));
        let help = "its name comes first; pin the datastore to choose otherwise";
        (!others.is_empty()).then(|| Diagnostic::new(&SEVERAL, self.store.path(), message).with_help(help))
    }
}

impl<'a> Task<'a> for CaptureTask<'a> {
    fn question(&self) -> &'a Choice<'a> {
        self.question
    }

    fn decided(&self) -> &[Decision<'a>] {
        &self.decided
    }

    fn pinned(&self) -> &[PlatformName] {
        self.pinned
    }

    fn obstacles(&self, platform: &PlatformName) -> Vec<Lack> {
        let mut lacks = self.lacks(platform);
        lacks.extend(self.question.unread(platform, self.asked_by));
        lacks.extend(self.governed.obstacles(platform));
        lacks
    }

    fn penalties(&self, platform: &PlatformName) -> Penalties {
        vec![
            (Criterion::Readers, self.governed.is_denied_by_readers(platform).into()),
            (Criterion::Deprecation, self.governed.is_deprecated(platform).into()),
            (Criterion::ProductionStatus, self.governed.is_mixed(platform).into()),
            (Criterion::Demand, (!self.asked_by.contains(platform)).into()),
            (Criterion::Use, (!self.busy.contains_key(platform)).into()),
        ]
    }
}

/// What a platform lacks to capture these datasets of a datastore, or to run the transformer that fills it, whatever others offer and
/// read.
pub(crate) fn own_lacks(
    question: &Choice<'_>,
    platform: &PlatformName,
    store: &Located<Datastore>,
    datasets: &BTreeSet<&DatasetName>,
) -> Vec<Lack> {
    let Some(descriptor) = question.platforms.get(platform) else {
        return vec![Lack::Configuration];
    };
    let producer = question.ecosystem.producer(store.entity.name()).map(|located| &located.entity);
    match producer.and_then(|workspace| Some((workspace, workspace.transformer()?))) {
        Some((workspace, transformer)) => {
            let output = &store.entity;
            capability::for_transformer(
                descriptor,
                question.ecosystem,
                workspace,
                transformer,
                (output, datasets),
            )
        }
        None => capability::for_capture(descriptor, question.ecosystem, (&store.entity, datasets)),
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
