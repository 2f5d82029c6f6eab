//! Who serves a dataset group.

use crate::{
    Choice,
    adjustment::{self, Adjustment},
    capability,
    criterion::{Criterion, Penalties, Ranking},
    decisions::{self, Decision, is_in_graph},
    explanation::{Explanation, PlatformTask, candidates},
    lack::{Lack, joined},
    policy::{GovernedTask, Pin},
    task::Task,
};
use datasurface_graph::{Assignments, Stage};
use datasurface_model::{
    CodeInfo, DatasetGroup, DatasetSink, Diagnostic, Entity, GroupKey, Located, ModelPath, PlatformName,
    Validate, Validation, Workspace, segment,
};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) static NO_PLATFORM: CodeInfo = CodeInfo::error(
    "choice/no-platform",
    "no platform can serve a dataset group",
    "A group is served by a platform that can bring data to its container, with the versions, the latency and the \
     retention that it asks for, that reads what the platforms offer that capture the data, and that all zones permit that have a say: \
     that of the workspace, and those of the data. Declare a platform that can, or ask for less.",
)
.giving_reasons();
pub(crate) static SEVERAL: CodeInfo = CodeInfo::warning(
    "choice/several",
    "several platforms can serve a dataset group",
    "Where several platforms can serve a group and no pin says which one should, that one is chosen which the group wishes; then \
     one that is not on its way out, is production as the workspace is, captures most of what the group reads, and costs least. Here \
     nothing but the names told them apart. What was chosen stays chosen. Pin the group to choose otherwise.",
);
pub(crate) static UNFULFILLED_WISH: CodeInfo = CodeInfo::warning(
    "choice/unfulfilled-wish",
    "a group is not served by the platform that it wishes",
    "A group can name the platform that it would like to be served by. That one is chosen if it can serve the group, and if nobody \
     who receives the data has something against it. It cannot, so another one was chosen. Ask for something that it can do, or \
     drop the wish.",
);
pub(crate) static CANNOT_SERVE: CodeInfo = CodeInfo::error(
    "choice/cannot-serve",
    "a platform cannot serve any more whom it serves",
    "The lock says that a platform serves this group, but the platform cannot do what the group asks for now. Ask for \
     less, or let it do so again. To have another one serve the group, pin that one: then a move begins, and the former one serves until it is \
     completed.",
);
pub(crate) static PIN_CANNOT_SERVE: CodeInfo = CodeInfo::error(
    "pin/cannot-serve",
    "a pinned platform cannot serve the dataset group",
    "A pin is an operator's wish; the platform must be able to do what the group asks for.",
);
pub(crate) static MOVE: CodeInfo = CodeInfo {
    severity: datasurface_model::Severity::Note,
    ..CodeInfo::error(
        "pin/move",
        "a pin starts a move of a dataset group",
        "The lock says that another platform serves the group. The pinned one is set up beside it; nothing is taken away \
         until the move is completed. So it is where the lock says that the pinned one is on its way out: it comes back. If \
         nothing else is in use, it stays.",
    )
};

/// Explains which platform serves a group.
pub(crate) fn explain(
    question: &Choice<'_>,
    workspace: &Located<Workspace>,
    group: &DatasetGroup,
) -> Explanation {
    let task = ServingTask::new(question, workspace, group);
    let mut assignments = Assignments::default();
    task.choose(&mut assignments, &mut Vec::new());
    let mut candidates = candidates(&task, assignments.group(&task.key()));
    let mut validity = BTreeMap::new();
    for candidate in candidates.iter_mut().filter(|candidate| !candidate.lacks.is_empty()) {
        let platform = &candidate.platform;
        let lacks = |group: &DatasetGroup| task.of_group(group).shortcomings(platform);
        let descriptor = question.platforms.get(platform);
        let adjusted = descriptor.and_then(|descriptor| adjustment::adjusted(group, descriptor, lacks));
        let is_valid = |group: &DatasetGroup| {
            *validity.entry(group.clone()).or_insert_with(|| task.is_valid_with(group))
        };
        candidate.change = adjusted
            .filter(is_valid)
            .map(|adjusted| Adjustment::between(group, &adjusted))
            .unwrap_or_default();
    }
    Explanation { task: PlatformTask::Group(task.key()), candidates }
}

/// A group is to be served.
pub(crate) struct ServingTask<'a> {
    question: &'a Choice<'a>,
    workspace: &'a Located<Workspace>,
    group: &'a DatasetGroup,
    governed: GovernedTask<'a>,
    decided: Vec<Decision<'a>>,
    pinned: &'a [PlatformName],
}

impl<'a> ServingTask<'a> {
    pub(crate) fn new(
        question: &'a Choice<'a>,
        workspace: &'a Located<Workspace>,
        group: &'a DatasetGroup,
    ) -> Self {
        let key = GroupKey::new(workspace.entity.name(), group.name());
        let pin = question.ecosystem.group_pins().get(&key);
        Self {
            question,
            workspace,
            group,
            governed: governed_task(question, workspace, group),
            decided: question.serving(&workspace.entity, group),
            pinned: pin.map_or(&[], |pin| pin.platforms()),
        }
    }

    /// What a platform lacks by itself.
    fn lacks(&self, platform: &PlatformName) -> Vec<Lack> {
        let Some(descriptor) = self.question.platforms.get(platform) else {
            return vec![Lack::Configuration];
        };
        let mut lacks =
            capability::for_group(descriptor, self.question.ecosystem, &self.workspace.entity, self.group);
        let datasets = self.group.sinks().iter().map(DatasetSink::name);
        lacks.extend(self.question.unreadable(platform, datasets));
        lacks
    }

    /// The same, if this were the group.
    pub(crate) fn of_group<'g>(&'g self, group: &'g DatasetGroup) -> ServingTask<'g> {
        ServingTask::new(self.question, self.workspace, group)
    }

    /// Whether the model would be valid if this were the group.
    fn is_valid_with(&self, group: &DatasetGroup) -> bool {
        let Some(on) = self.question.ecosystem.validated_on() else { return true };
        let ecosystem = self.question.ecosystem.clone().into_inner();
        let with_group = |workspace: Workspace| workspace.edit_group(group.name(), |_| group.clone());
        let changed = ecosystem.edit_workspace(self.workspace.entity.name(), with_group);
        changed.validate(&Validation::on(on)).is_ok()
    }

    fn key(&self) -> GroupKey {
        GroupKey::new(self.workspace.entity.name(), self.group.name())
    }

    fn path(&self) -> ModelPath {
        self.workspace.path().child(segment::GROUPS, self.group.name())
    }

    /// Decides who serves the group, and adds what is to be said of it.
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
                found.extend(self.not_as_wished(&ranking));
                found.extend(self.several(&ranking));
                assignments.assign_group(self.key(), ranking.best.clone(), Stage::Provisioned);
            }
            None => {
                let message = format!("no platform can serve `{}`: {}", self.key(), self.reasons());
                let finding = Diagnostic::new(&NO_PLATFORM, self.path(), message);
                found.push(self.with_remedies(finding, Some("ask for less")));
            }
        }
    }

    /// Keeps what was decided.
    fn keep(&self, assignments: &mut Assignments, found: &mut Vec<Diagnostic>) {
        for decision @ (platform, stage) in &self.decided {
            assignments.assign_group(self.key(), (*platform).clone(), *stage);
            if is_in_graph(decision) && !self.pinned.contains(platform) {
                let lacks = self.lacks(platform);
                if !lacks.is_empty() {
                    let message = format!("`{platform}` serves `{}`, but {}", self.key(), joined(&lacks));
                    let help = match self.pinned {
                        [] => "ask for less, or let it do so again, and pin the group to a platform that can",
                        _ => {
                            "ask for less, or let it do so again, until the move to a pinned platform is completed"
                        }
                    };
                    found.push(Diagnostic::new(&CANNOT_SERVE, self.path(), message).with_help(help));
                }
                found.extend(self.governed.findings(platform, None));
            }
        }
    }

    fn pin(&self, platform: &PlatformName, assignments: &mut Assignments, found: &mut Vec<Diagnostic>) {
        let key = self.key();
        let pin = ModelPath::root().child(segment::GROUP_PINS, key.to_string());
        let at = pin.child(segment::PLATFORMS, platform);
        let remedy = || match self.pinned {
            [_] => self.can_go_unpinned().then(|| pin.clone()),
            _ => Some(at.clone()),
        };
        found.extend(self.governed.findings(platform, Some(Pin { at: &at, remedy: &remedy })));
        let lacks = self.lacks(platform);
        if !lacks.is_empty() {
            let message = format!("`{platform}` cannot serve `{key}`: {}", joined(&lacks));
            let help = "pin another platform, or ask for less";
            found.push(Diagnostic::new(&PIN_CANNOT_SERVE, pin, message).with_help(help));
        } else if let Some(stage) = decisions::pinned(&self.decided, platform) {
            assignments.assign_group(key.clone(), platform.clone(), stage);
            if self.is_done() {
                let both = "both platforms serve it until the move is completed in the lock";
                let (message, help) = decisions::decision_message(&format!("`{key}`"), platform, stage, both);
                found.push(Diagnostic::new(&MOVE, self.path(), message).with_help(help));
            }
        }
    }

    fn not_as_wished(&self, ranking: &Ranking<'_>) -> Option<Diagnostic> {
        let wished = self.group.preferred_platform().filter(|wished| *wished != ranking.best)?;
        let lacks = self.shortcomings(wished);
        let criterion = ranking.decisive_against(wished).filter(|_| lacks.is_empty());
        let reason =
            criterion.map_or_else(|| joined(&lacks), |criterion| criterion.disadvantage().to_owned());
        let message = format!(
            "`{}` wishes `{wished}`, and `{}` serves it: of `{wished}`, {reason}",
            self.key(),
            ranking.best
        );
        let path = self.path().attribute(segment::WISHED_PLATFORM);
        let help = "ask for something that it can do, or drop the wish";
        Some(Diagnostic::new(&UNFULFILLED_WISH, path, message).with_help(help))
    }

    fn several(&self, ranking: &Ranking<'_>) -> Option<Diagnostic> {
        let others: Vec<String> = ranking.equals().map(|name| format!("`{name}`")).collect();
        let message =
            format!("`{}` serves `{}`, though {} could as well", ranking.best, self.key(), others.join(", "));
        let help = "its name comes first; pin the group to choose otherwise";
        (!others.is_empty()).then(|| Diagnostic::new(&SEVERAL, self.path(), message).with_help(help))
    }
}

impl<'a> Task<'a> for ServingTask<'a> {
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
        lacks.extend(self.governed.obstacles(platform));
        lacks
    }

    fn shortcomings(&self, platform: &PlatformName) -> Vec<Lack> {
        let mut lacks = self.obstacles(platform);
        lacks.extend(self.question.late(self.group, platform));
        lacks
    }

    fn penalties(&self, platform: &PlatformName) -> Penalties {
        let stores: BTreeSet<_> = self.group.sinks().iter().map(|sink| &sink.name().datastore).collect();
        let captured = stores.into_iter().filter_map(|store| self.question.known_capture(store));
        let handed_over = captured.filter(|capturing| capturing != platform).count();
        let is_wish_for_another = self.group.preferred_platform().is_some_and(|wished| wished != platform);
        vec![
            (Criterion::Readers, self.governed.is_denied_by_readers(platform).into()),
            (Criterion::Latency, self.question.late(self.group, platform).is_some().into()),
            (Criterion::Wish, is_wish_for_another.into()),
            (Criterion::Deprecation, self.governed.is_deprecated(platform).into()),
            (Criterion::ProductionStatus, self.governed.is_mixed(platform).into()),
            (Criterion::Handover, u64::try_from(handed_over).unwrap_or(u64::MAX)),
        ]
    }
}

/// What it means to serve a group: the zone of the workspace, and those of all that it reads, have a say.
fn governed_task<'a>(
    question: &'a Choice<'a>,
    workspace: &'a Located<Workspace>,
    group: &'a DatasetGroup,
) -> GovernedTask<'a> {
    let action = format!("serve the group `{}/{}`", workspace.entity.name(), group.name());
    let path = workspace.path().child(segment::GROUPS, group.name());
    let mut task = GovernedTask::new(question, action, path, workspace.entity.production_status());
    task.add_zone(&workspace.team.zone);
    if let Some(container) = workspace.entity.container() {
        task.add_zone(&container.zone);
    }
    for sink in group.sinks() {
        task.add_data(sink.name());
    }
    task
}
