//! Who captures a datastore, for all platforms.

use super::{
    Question,
    capability::{uncaptured, unserved_transformer},
    is_standing,
    policy::{forbidden, zone_of_store},
};
use datasurface_graph::{Assignments, Stage, datastores_needed};
use datasurface_model::{
    CodeInfo, Datastore, DatastoreName, Diagnostic, Entity, Located, ModelPath, PlatformName, Severity,
};
use std::collections::{BTreeMap, BTreeSet};

pub(super) static NO_CAPTURE: CodeInfo = CodeInfo::error(
    "choice/no-capture",
    "no platform can capture a datastore that somebody needs",
    "A datastore is captured once, by one platform, for all. That platform must be able to capture it from its \
     container, or to run the transformer that makes it. Declare a platform that can.",
);
pub(super) static CANNOT_CAPTURE: CodeInfo = CodeInfo::error(
    "choice/cannot-capture",
    "a platform cannot capture any more what it captures",
    "The lock says that a platform captures this datastore, but the platform cannot do so as it is declared now. Pin the \
     datastore to a platform that can: then a move begins.",
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
         data from there until the move is completed.",
    )
};

pub(super) fn choose(question: &Question<'_>, assignments: &mut Assignments, found: &mut Vec<Diagnostic>) {
    let needed = datastores_needed(question.ecosystem, assignments);
    let serving = assignments.clone();
    let askers = askers(question, &serving);
    for name in &needed {
        if let Some(store) = question.ecosystem.datastore(name) {
            let asked_by = askers.get(name).cloned().unwrap_or_default();
            choose_for(question, store, &asked_by, assignments, found);
        }
    }
}

/// The platforms that serve somebody who wants a datastore directly.
fn askers<'a>(
    question: &'a Question<'_>,
    assignments: &'a Assignments,
) -> BTreeMap<&'a DatastoreName, BTreeSet<&'a PlatformName>> {
    let mut askers: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for (key, platform) in assignments.serving() {
        let workspace = question.ecosystem.workspace(&key.workspace);
        let group = workspace.and_then(|workspace| workspace.entity().groups().get(&key.group));
        for sink in group.into_iter().flat_map(|group| group.wanted()) {
            askers.entry(&sink.name().datastore).or_default().insert(platform);
        }
    }
    askers
}

fn choose_for(
    question: &Question<'_>,
    store: &Located<Datastore>,
    asked_by: &BTreeSet<&PlatformName>,
    assignments: &mut Assignments,
    found: &mut Vec<Diagnostic>,
) {
    let name = store.entity().name();
    let path = ModelPath::root()
        .child("zones", &store.team().zone)
        .child("teams", &store.team().team)
        .child("datastores", name);
    let pin = question.ecosystem.primary_pins().get(name);
    let zones = zone_of_store(question, store);
    let obstacles = |platform: &PlatformName| {
        let mut reasons = obstacles(question, store.entity(), platform);
        let is_pinned = pin.is_some_and(|pin| pin.platform() == platform);
        let status = store.entity().production_status();
        reasons.extend(forbidden(question, &zones, platform, status, is_pinned));
        reasons
    };
    let decided: Vec<_> = question.decided(question.lock.assignments().primaries_of(name)).collect();
    for decision @ (platform, stage) in &decided {
        assignments.make_primary(name.clone(), (*platform).clone(), *stage);
        let reasons = obstacles(platform);
        if is_standing(decision) && !reasons.is_empty() {
            let message = format!("`{platform}` captures `{name}`, but {}", reasons.join(", and "));
            let help = "pin the datastore to a platform that can";
            found.push(Diagnostic::new(&CANNOT_CAPTURE, path.clone(), message).help(help));
        }
    }
    let captures = decided.iter().any(is_standing);
    if let Some(pin) = pin {
        let platform = pin.platform();
        let reasons = obstacles(platform);
        if !reasons.is_empty() {
            let message = format!("`{platform}` cannot capture `{name}`: {}", reasons.join(", and "));
            let pin = ModelPath::root().child("primary_pins", name);
            found.push(Diagnostic::new(&PIN_CANNOT_CAPTURE, pin, message).help("pin another platform"));
        } else if !captures {
            assignments.make_primary(name.clone(), platform.clone(), Stage::Provisioned);
        } else if !decided.iter().filter(|decision| is_standing(decision)).any(|(by, _)| *by == platform) {
            assignments.make_primary(name.clone(), platform.clone(), Stage::Provisioning);
            let message = format!("the capture of `{name}` begins to move to `{platform}`");
            let help = "it takes its data from the other one until the move is completed in the lock";
            found.push(Diagnostic::new(&MOVE, path, message).help(help));
        }
        return;
    }
    if captures {
        return;
    }
    let fitting = question.platforms.keys().filter(|platform| obstacles(platform).is_empty());
    match fitting.min_by_key(|platform| (!asked_by.contains(platform), *platform)) {
        Some(platform) => assignments.make_primary(name.clone(), platform.clone(), Stage::Provisioned),
        None => {
            let message = format!("no platform can capture `{name}`: {}", question.obstacles(obstacles));
            found.push(Diagnostic::new(&NO_CAPTURE, path, message).help("declare a platform that can"));
        }
    }
}

fn obstacles(question: &Question<'_>, store: &Datastore, platform: &PlatformName) -> Vec<String> {
    let Some(hosted) = question.platforms.get(platform) else {
        return vec!["it is not available".to_owned()];
    };
    let descriptor = hosted.platform().descriptor();
    let producer = question.ecosystem.producer(store.name()).map(Located::entity);
    match producer.and_then(|workspace| Some((workspace, workspace.data_transformer()?))) {
        Some((workspace, transformer)) => {
            unserved_transformer(descriptor, question.ecosystem, workspace, transformer)
        }
        None => uncaptured(descriptor, question.ecosystem, store),
    }
}
