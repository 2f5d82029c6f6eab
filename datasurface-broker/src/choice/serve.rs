//! Who serves a dataset group.

use super::{
    ChoiceContext,
    capability::serving_obstacles,
    decisions::{self, is_in_graph},
    policy::{GovernedTask, Pin, SoftPenalties},
};
use datasurface_graph::{Assignments, Stage};
use datasurface_model::{
    CodeInfo, DatasetGroup, Diagnostic, Entity, GroupKey, Located, ModelPath, PlatformName, Workspace,
    segment,
};
use std::collections::BTreeSet;

pub(super) static NO_PLATFORM: CodeInfo = CodeInfo::error(
    "choice/no-platform",
    "no platform can serve a dataset group",
    "A group is served by a platform that can bring data to its container, with the versions, the latency and the \
     retention that it asks for, and that all zones permit that have a say: that of the workspace, and those of the data. \
     Declare a platform that can, or ask for less.",
);
pub(super) static SEVERAL: CodeInfo = CodeInfo::warning(
    "choice/several",
    "several platforms can serve a dataset group",
    "Where several platforms can serve a group and no pin says which one should, the first by name is chosen, of those that \
     are not on their way out, production as the workspace is, and pinned to capture most of what the group reads. What was chosen stays chosen. Pin the group to choose \
     otherwise.",
);
pub(super) static CANNOT_SERVE: CodeInfo = CodeInfo::error(
    "choice/cannot-serve",
    "a platform cannot serve any more whom it serves",
    "The lock says that a platform serves this group, but the platform cannot do what the group asks for now. Ask for \
     less, or pin the group to a platform that can: then a move begins.",
);
pub(super) static PIN_CANNOT_SERVE: CodeInfo = CodeInfo::error(
    "pin/cannot-serve",
    "a pinned platform cannot serve the dataset group",
    "A pin is an operator's wish; the platform must be able to do what the group asks for.",
);
pub(super) static MOVE: CodeInfo = CodeInfo {
    severity: datasurface_model::Severity::Note,
    ..CodeInfo::error(
        "pin/move",
        "a pin starts a move of a dataset group",
        "The lock says that another platform serves the group. The pinned one is set up beside it; nothing is taken away \
         until the move is completed. So it is where the lock says that the pinned one is on its way out: it comes back. If \
         nothing else is in use, it stays.",
    )
};

pub(super) fn choose(
    question: &ChoiceContext<'_>,
    assignments: &mut Assignments,
    found: &mut Vec<Diagnostic>,
) {
    for workspace in question.ecosystem.workspaces() {
        if workspace.entity.transformer().is_some() {
            continue; // It runs because somebody needs its output.
        }
        for group in workspace.entity.groups() {
            choose_for(question, workspace, group, assignments, found);
        }
    }
}

fn choose_for(
    question: &ChoiceContext<'_>,
    workspace: &Located<Workspace>,
    group: &DatasetGroup,
    assignments: &mut Assignments,
    found: &mut Vec<Diagnostic>,
) {
    let key = GroupKey::new(workspace.entity.name(), group.name());
    let path = workspace.path().child(segment::GROUPS, group.name());
    let pin = ModelPath::root().child(segment::GROUP_PINS, key.to_string());
    let pinned: &[PlatformName] =
        question.ecosystem.group_pins().get(&key).map_or(&[], |pin| pin.platforms());
    let task = governed_task(question, workspace, group, &path);
    let unable = |platform: &PlatformName| match question.platforms.get(platform) {
        Some(configured) => serving_obstacles(
            configured.platform().descriptor(),
            question.ecosystem,
            &workspace.entity,
            group,
        ),
        None => vec!["it is not available".to_owned()],
    };
    let obstacles = |platform: &PlatformName| {
        let mut obstacles = unable(platform);
        obstacles.extend(task.obstacles(platform));
        obstacles
    };
    let decided = question.serving(&workspace.entity, group);

    for decision @ (platform, stage) in &decided {
        assignments.assign_group(key.clone(), (*platform).clone(), *stage);
        if is_in_graph(decision) && !pinned.contains(platform) {
            let reasons = unable(platform);
            if !reasons.is_empty() {
                let message = format!("`{platform}` serves `{key}`, but {}", reasons.join(", and "));
                let help = "ask for less, or pin the group to a platform that can";
                found.push(Diagnostic::new(&CANNOT_SERVE, path.clone(), message).with_help(help));
            }
            found.extend(task.findings(platform, None));
        }
    }
    let serves = decided.iter().any(is_in_graph);
    // Without a pin, those serve that do already, or whoever can.
    let would_be_served = || {
        let mut serving =
            decided.iter().filter(|decision| is_in_graph(decision)).map(|(platform, _)| *platform);
        let is_free = |platform: &PlatformName| obstacles(platform).is_empty();
        if serves { serving.all(is_free) } else { question.platforms.keys().any(is_free) }
    };
    for platform in pinned {
        let at = pin.child(segment::PLATFORMS, platform);
        let remedy = || match pinned {
            [_] => would_be_served().then(|| pin.clone()),
            _ => Some(at.clone()),
        };
        found.extend(task.findings(platform, Some(Pin { at: &at, remedy: &remedy })));
        let reasons = unable(platform);
        if !reasons.is_empty() {
            let message = format!("`{platform}` cannot serve `{key}`: {}", reasons.join(", and "));
            let help = "pin another platform, or ask for less";
            found.push(Diagnostic::new(&PIN_CANNOT_SERVE, pin.clone(), message).with_help(help));
        } else if let Some(stage) = decisions::pinned(&decided, platform) {
            assignments.assign_group(key.clone(), platform.clone(), stage);
            if serves {
                let both = "both platforms serve it until the move is completed in the lock";
                let (message, help) = decisions::decision_message(&format!("`{key}`"), platform, stage, both);
                found.push(Diagnostic::new(&MOVE, path.clone(), message).with_help(help));
            }
        }
    }
    if serves || !pinned.is_empty() {
        return;
    }

    let names = question.platforms.keys().filter(|name| obstacles(name).is_empty());
    // What another platform captures by a pin would have to be handed over.
    let handed_over = |platform: &PlatformName| {
        let stores: BTreeSet<_> = group.sinks().iter().map(|sink| &sink.name().datastore).collect();
        let pins = stores.into_iter().filter_map(|store| question.ecosystem.primary_pins().get(store));
        pins.filter(|pin| pin.platform() != platform).count()
    };
    let fitting: Vec<((SoftPenalties, usize), &PlatformName)> =
        names.map(|name| ((task.drawbacks(name), handed_over(name)), name)).collect();
    let least = fitting.iter().map(|(drawbacks, _)| *drawbacks).min();
    let best: Vec<&PlatformName> =
        fitting.iter().filter(|(drawbacks, _)| Some(*drawbacks) == least).map(|(_, name)| *name).collect();
    match best.as_slice() {
        [] => {
            let message = format!("no platform can serve `{key}`: {}", question.obstacles(obstacles));
            let help = "declare a platform that can, or ask for less";
            found.push(Diagnostic::new(&NO_PLATFORM, path, message).with_help(help));
        }
        [first, others @ ..] => {
            found.extend(task.findings_of_choice(first));
            if !others.is_empty() {
                let others: Vec<String> = others.iter().map(|name| format!("`{name}`")).collect();
                let message = format!("`{first}` serves `{key}`, though {} could as well", others.join(", "));
                let help = "its name comes first; pin the group to choose otherwise";
                found.push(Diagnostic::new(&SEVERAL, path, message).with_help(help));
            }
            assignments.assign_group(key, (*first).clone(), Stage::Provisioned);
        }
    }
}

/// What it means to serve a group: the zone of the workspace, and those of all that it reads, have a say.
fn governed_task<'a>(
    question: &'a ChoiceContext<'a>,
    workspace: &'a Located<Workspace>,
    group: &'a DatasetGroup,
    path: &ModelPath,
) -> GovernedTask<'a> {
    let action = format!("serve the group `{}/{}`", workspace.entity.name(), group.name());
    let mut task = GovernedTask::new(question, action, path.clone(), workspace.entity.production_status());
    task.add_zone(&workspace.team.zone);
    if let Some(container) = workspace.entity.container() {
        task.add_zone(&container.zone);
    }
    for sink in group.sinks() {
        task.add_data(sink.name());
    }
    task
}
