//! Who serves a dataset group.

use super::{
    Question,
    capability::unserved,
    is_standing,
    policy::{forbidden, zones_of_group},
};
use datasurface_graph::{Assignments, Stage};
use datasurface_model::{
    CodeInfo, DatasetGroup, Diagnostic, Entity, GroupKey, Located, ModelPath, PlatformName, Workspace,
};

pub(super) static NO_PLATFORM: CodeInfo = CodeInfo::error(
    "choice/no-platform",
    "no platform can serve a dataset group",
    "A group is served by a platform that can bring data to its container, with the versions, the latency and the \
     retention that it asks for. Declare a platform that can, or ask for less.",
);
pub(super) static SEVERAL: CodeInfo = CodeInfo::warning(
    "choice/several",
    "several platforms can serve a dataset group",
    "Where several platforms can serve a group and no pin says which one should, the first by name is chosen. What was \
     chosen stays chosen. Pin the group to choose otherwise.",
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
         until the move is completed.",
    )
};

pub(super) fn choose(question: &Question<'_>, assignments: &mut Assignments, found: &mut Vec<Diagnostic>) {
    for workspace in question.ecosystem.workspaces() {
        if workspace.entity().data_transformer().is_some() {
            continue; // It runs because somebody needs its output.
        }
        for group in workspace.entity().groups() {
            choose_for(question, workspace, group, assignments, found);
        }
    }
}

fn choose_for(
    question: &Question<'_>,
    workspace: &Located<Workspace>,
    group: &DatasetGroup,
    assignments: &mut Assignments,
    found: &mut Vec<Diagnostic>,
) {
    let key = GroupKey::new(workspace.entity().name(), group.name());
    let path = path_of(workspace, group);
    let pinned: &[PlatformName] =
        question.ecosystem.group_pins().get(&key).map_or(&[], |pin| pin.platforms());
    let zones = zones_of_group(question, workspace, group);
    let obstacles = |platform: &PlatformName| match question.platforms.get(platform) {
        Some(hosted) => {
            let descriptor = hosted.platform().descriptor();
            let mut reasons = unserved(descriptor, question.ecosystem, workspace.entity(), group);
            let status = workspace.entity().production_status();
            reasons.extend(forbidden(question, &zones, platform, status, pinned.contains(platform)));
            reasons
        }
        None => vec!["it is not available".to_owned()],
    };
    let decided: Vec<_> = question.decided(question.lock.assignments().group(&key)).collect();

    for decision @ (platform, stage) in &decided {
        assignments.assign(key.clone(), (*platform).clone(), *stage);
        let reasons = obstacles(platform);
        if is_standing(decision) && !reasons.is_empty() {
            let message = format!("`{platform}` serves `{key}`, but {}", reasons.join(", and "));
            let help = "ask for less, or pin the group to a platform that can";
            found.push(Diagnostic::new(&CANNOT_SERVE, path.clone(), message).help(help));
        }
    }
    let serves = decided.iter().any(is_standing);
    for platform in pinned {
        let reasons = obstacles(platform);
        if !reasons.is_empty() {
            let message = format!("`{platform}` cannot serve `{key}`: {}", reasons.join(", and "));
            let pin = ModelPath::root().child("group_pins", key.to_string());
            let help = "pin another platform, or ask for less";
            found.push(Diagnostic::new(&PIN_CANNOT_SERVE, pin, message).help(help));
        } else if !serves {
            assignments.assign(key.clone(), platform.clone(), Stage::Provisioned);
        } else if !decided.iter().filter(|decision| is_standing(decision)).any(|(by, _)| *by == platform) {
            assignments.assign(key.clone(), platform.clone(), Stage::Provisioning);
            let message = format!("`{key}` begins to move to `{platform}`");
            let help = "both platforms serve it until the move is completed in the lock";
            found.push(Diagnostic::new(&MOVE, path.clone(), message).help(help));
        }
    }
    if serves || !pinned.is_empty() {
        return;
    }

    let fitting: Vec<&PlatformName> =
        question.platforms.keys().filter(|name| obstacles(name).is_empty()).collect();
    match fitting.as_slice() {
        [] => {
            let message = format!("no platform can serve `{key}`: {}", question.obstacles(obstacles));
            let help = "declare a platform that can, or ask for less";
            found.push(Diagnostic::new(&NO_PLATFORM, path, message).help(help));
        }
        [only] => assignments.assign(key, (*only).clone(), Stage::Provisioned),
        [first, others @ ..] => {
            let others: Vec<String> = others.iter().map(|name| format!("`{name}`")).collect();
            let message = format!("`{first}` serves `{key}`, though {} could as well", others.join(", "));
            let help = "its name comes first; pin the group to choose otherwise";
            found.push(Diagnostic::new(&SEVERAL, path, message).help(help));
            assignments.assign(key, (*first).clone(), Stage::Provisioned);
        }
    }
}

fn path_of(workspace: &Located<Workspace>, group: &DatasetGroup) -> ModelPath {
    ModelPath::root()
        .child("zones", &workspace.team().zone)
        .child("teams", &workspace.team().team)
        .child("workspaces", workspace.entity().name())
        .child("groups", group.name())
}
