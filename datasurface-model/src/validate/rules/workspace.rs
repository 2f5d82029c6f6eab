//! `workspace/…`: what a consumer asks for must be something that can be given.

use super::{
    RuleContext, access, container, credential, governance::ReceivedDataset, latency, lifecycle, reference,
};
use datasurface_ecosystem::{
    CodeInfo, ContainerUse, DatasetGroup, Deadline, Diagnostic, ModelPath, Reference, Requirements,
    Suggestion, Workspace,
};
use datasurface_schema::{ContainerKey, DatasetKey, Entity, GroupKey, segment};

pub(super) static NO_GROUPS: CodeInfo = CodeInfo::error(
    "workspace/no-groups",
    "a workspace has no dataset groups",
    "A workspace says what a consumer wants; without a group of datasets it wants nothing. Add a group, or leave the \
     workspace out until it is known what it needs.",
);

pub(super) static NO_SINKS: CodeInfo = CodeInfo::error(
    "workspace/no-sinks",
    "a dataset group wants no datasets",
    "The requirements of a group are about its datasets; without any, they are about nothing. Add the datasets, or \
     remove the group.",
);

pub(super) static NO_CONTAINER: CodeInfo = CodeInfo::error(
    "workspace/no-container",
    "nothing says where the data of a workspace goes",
    "The data that a consumer wants is brought to a container, in which it is read; so are the inputs of a transformer. \
     Name the container.",
);

pub(super) static DUPLICATE_SINK: CodeInfo = CodeInfo::error(
    "workspace/duplicate-sink",
    "a group wants a dataset twice",
    "All datasets of a group have the same requirements, so the second wish adds nothing, or contradicts what the \
     first one accepts. Keep one. A dataset that is needed with different requirements belongs into two groups.",
);

pub(super) static TRANSFORMER_REQUIREMENTS: CodeInfo = CodeInfo::error(
    "workspace/transformer-requirements",
    "the inputs of a transformer have requirements",
    "A transformer runs because something needs its output, and it is that consumer who says how late the data may be, \
     how much history it needs, and which platform it would like. Requirements on the inputs would contradict it: state them in \
     the groups that read the output.",
);

pub(super) static READ_ONLY: CodeInfo = CodeInfo::error(
    "workspace/read-only-container",
    "the data of a workspace goes where nothing can be written",
    "The data that a consumer wants is brought to the container of its workspace, which says that nothing can be written to \
     it. Name another container.",
);

pub(super) static PRODUCER_FILE: CodeInfo = CodeInfo::error(
    "workspace/producer-file",
    "the data of a workspace goes into a file that data is captured from",
    "A database that is a file belongs to the program that writes it: whoever brings data there makes tables of its own beside \
     those of the producer, and locks the file against it. Name another container: data that is captured, and data that is \
     brought, are in two files.",
);

pub(super) static DEADLINE_ZONE: CodeInfo = CodeInfo::error(
    "workspace/deadline-zone",
    "a deadline is in a time zone that does not exist",
    "Time zones are those of the IANA database: `Europe/Berlin`, `America/New_York`, `UTC`. Correct the name.",
);

pub(super) static EMPTY_REQUIREMENT: CodeInfo = CodeInfo::error(
    "workspace/empty-requirement",
    "a requirement of a dataset group gives no time",
    "No data is there in no time, so nobody could keep such a promise: a latency is at least a second. What must be kept for no \
     day need not be kept: a retention is at least a day. Give the time that is meant, or leave the requirement out.",
);

pub(super) static KEYLESS_HISTORY: CodeInfo = CodeInfo::error(
    "workspace/keyless-history",
    "a group asks for earlier versions of a dataset without a key",
    "A version is that of a record, and without a key nobody can tell which record is which: what a capture says to be `keyless` is \
     replaced as a whole, and what was there before is gone. Put the dataset into a group of its own that asks neither for \
     history nor for a retention, or give it a key.",
);

pub(super) static UNSEEN_VERSIONS: CodeInfo = CodeInfo::note(
    "workspace/unseen-versions",
    "a group has a retention, and sees the latest versions only",
    "A `retention` says for how long versions are kept that ceased to be true; `milestoning` says who sees them. Without it, a group \
     sees the latest versions as ever, and may be given the earlier ones later, back to when the retention began. If that is what \
     is meant, all is well. To see them now, ask for `live_and_forensic`, or for `forensic`.",
);

/// Whether data may be brought to a container.
fn check_target(key: &ContainerKey, scope: &mut RuleContext<'_>) {
    let Some(container) = scope.facts.container(key) else { return };
    let path = scope.path().attribute(segment::CONTAINER);
    if container.is_read_only() {
        let message = format!("nothing can be written to the container `{key}`");
        let finding = Diagnostic::new(&READ_ONLY, path.clone(), message)
            .with_help("name a container that can be written to")
            .related_place(container::path_of(key), "is read-only");
        scope.report(finding);
    }
    let captured = container.file_address().and_then(|file| scope.facts.first_capture_at(&file));
    if let Some(producer) = captured.and_then(|datastore| scope.facts.datastore_unit(datastore)) {
        let message =
            format!("`{}` is captured from the file that the container `{key}` is", producer.name());
        let finding = Diagnostic::new(&PRODUCER_FILE, path, message)
            .with_help("name a container that is another file")
            .related_place(producer.path(), "is captured from it");
        scope.report(finding);
    }
}

/// Gives the datasets back that the workspace receives, for whoever judges them further.
pub(super) fn check<'a>(workspace: &'a Workspace, scope: &mut RuleContext<'a>) -> Vec<ReceivedDataset<'a>> {
    let name = workspace.name();
    if workspace.groups().is_empty() {
        let message = format!("the workspace `{name}` has no groups");
        let finding = Diagnostic::new(&NO_GROUPS, scope.path().attribute(segment::GROUPS), message)
            .with_help("add a group with the datasets that are wanted");
        scope.report(finding);
    }
    match workspace.container() {
        Some(key) => {
            reference::check(Reference::Container(key.clone()), scope, |unit| {
                unit.attribute(segment::CONTAINER)
            });
            let user = format_args!("the workspace `{name}`");
            container::users::check_use(key, ContainerUse::Write, &user, scope, |unit| {
                unit.attribute(segment::CONTAINER)
            });
            credential::check_use(workspace.credential(), key, scope, |unit| {
                unit.attribute(segment::CREDENTIAL)
            });
            check_target(key, scope);
        }
        None => {
            let message = format!("the workspace `{name}` has no container");
            let finding = Diagnostic::new(&NO_CONTAINER, scope.path().attribute(segment::CONTAINER), message)
                .with_help("name the container in which the data is read, as `zone/team/container`");
            scope.report(finding);
        }
    }
    if let Some(deadline) = workspace.deadline() {
        let at = |unit: ModelPath| unit.attribute(segment::DEADLINE);
        super::time_zone(Some(deadline.zone()), &DEADLINE_ZONE, scope, at, |path, nearest| {
            Suggestion::put(path, Deadline::new(deadline.time(), nearest).to_string())
        });
    }
    let mut received = Vec::new();
    for group in workspace.groups() {
        check_group(workspace, group, &mut received, scope);
        match workspace.transformer() {
            Some(_) => requirements(group, scope),
            None => {
                unseen_versions(group, scope);
                latency::check(group, scope);
            }
        }
    }
    received
}

/// Judges the requirements of a group that feeds a transformer: there should be none.
fn requirements(group: &DatasetGroup, scope: &mut RuleContext<'_>) {
    let (asked, nothing) = (group.requirements(), Requirements::default());
    for (attribute, is_asked) in [
        (segment::MILESTONING, asked.milestoning != nothing.milestoning),
        (segment::LATENCY, asked.latency.is_some()),
        (segment::RETENTION, asked.retention.is_some()),
        (segment::REGULATORS, !asked.regulators.is_empty()),
        (segment::WISHED_PLATFORM, group.preferred_platform().is_some()),
    ] {
        if is_asked {
            let path = scope.path().child(segment::GROUPS, group.name()).attribute(attribute);
            let message = format!("the group `{}` feeds a transformer, and says `{attribute}`", group.name());
            let finding = Diagnostic::new(&TRANSFORMER_REQUIREMENTS, path.clone(), message)
                .with_help("take it away, and state it in the groups that read the transformer's output")
                .with_suggestion(Suggestion::remove(path));
            scope.report(finding);
        }
    }
}

fn check_group<'a>(
    workspace: &Workspace,
    group: &'a DatasetGroup,
    received: &mut Vec<ReceivedDataset<'a>>,
    scope: &mut RuleContext<'a>,
) {
    let name = group.name();
    let group_key = GroupKey::new(workspace.name(), name);
    if group.sinks().is_empty() {
        let message = format!("the group `{name}` wants no datasets");
        let path = scope.path().child(segment::GROUPS, name).attribute(segment::SINKS);
        scope.report(
            Diagnostic::new(&NO_SINKS, path, message)
                .with_help("add the datasets that are wanted, or remove the group"),
        );
    }
    empty_requirements(group, scope);
    if let Some(platform) = group.preferred_platform() {
        reference::check(Reference::Platform(platform.clone()), scope, |unit| {
            unit.child(segment::GROUPS, name).attribute(segment::WISHED_PLATFORM)
        });
    }
    let mut before = None;
    let found = scope.facts.datasets(group.sinks().iter().map(Entity::name));
    for (sink, found) in group.sinks().iter().zip(found) {
        let key = sink.name();
        let at = |unit: ModelPath| unit.child(segment::GROUPS, name).child(segment::SINKS, key.to_string());
        // The sinks are sorted: one that is there twice stands beside itself.
        if before == Some(key) {
            let path = at(scope.path());
            let message = format!("the group `{name}` wants the dataset `{key}` twice");
            let finding = Diagnostic::new(&DUPLICATE_SINK, path.clone(), message)
                .with_help("keep one of the two")
                .related_place(path, "wants it first");
            scope.report(finding);
        }
        match found {
            None => {
                let is_wanted = |nearest: &str| group.sinks().get(&DatasetKey::from(nearest)).is_some();
                reference::check_element(Reference::Dataset(key.clone()), scope, at, is_wanted);
            }
            Some(dataset) => {
                lifecycle::consent::check(sink, dataset, scope, at);
                access::check(&group_key, key, dataset, scope, at);
                if dataset.is_keyless() {
                    keyless(group, key, scope, at);
                }
                received.push(ReceivedDataset {
                    group: name,
                    key,
                    dataset,
                    is_alone: group.sinks().len() == 1,
                });
            }
        }
        before = Some(key);
    }
}

/// What is asked for of a dataset without a key.
fn keyless(
    group: &DatasetGroup,
    key: &DatasetKey,
    scope: &mut RuleContext<'_>,
    at: impl Fn(ModelPath) -> ModelPath,
) {
    let requirements = group.requirements();
    let (attribute, wanted) = match requirements.retention {
        _ if requirements.milestoning.has_history() => (segment::MILESTONING, "shows every version"),
        Some(_) => (segment::RETENTION, "keeps earlier versions"),
        None => return,
    };
    let message = format!("the group `{}` {wanted} of `{key}`, which has no key", group.name());
    let asked = scope.path().child(segment::GROUPS, group.name()).attribute(attribute);
    let help = "put the dataset into a group without `milestoning` and `retention`, or give it a key";
    let finding = Diagnostic::new(&KEYLESS_HISTORY, at(scope.path()), message)
        .with_help(help)
        .related_place(asked, "asks for them");
    scope.report(finding);
}

/// Says what a retention gives where no history is seen.
fn unseen_versions(group: &DatasetGroup, scope: &mut RuleContext<'_>) {
    let (name, requirements) = (group.name(), group.requirements());
    let Some(retention) = requirements.retention.filter(|retention| retention.as_days() > 0) else {
        return;
    };
    if requirements.milestoning.has_history() {
        return;
    }
    let path = scope.path().child(segment::GROUPS, name).attribute(segment::RETENTION);
    let message = format!(
        "the group `{name}` sees the latest versions only; earlier ones are kept for {retention}, and not shown to it"
    );
    let finding = Diagnostic::new(&UNSEEN_VERSIONS, path, message).with_help(
        "ask for `milestoning: live_and_forensic` if they are to be seen, too; otherwise leave it as it is",
    );
    scope.report(finding);
}

fn empty_requirements(group: &DatasetGroup, scope: &mut RuleContext<'_>) {
    let (name, requirements) = (group.name(), group.requirements());
    let latency = requirements.latency.filter(|latency| latency.as_seconds() == 0);
    let retention = requirements.retention.filter(|retention| retention.as_days() == 0);
    let empty = [
        (segment::LATENCY, latency.map(|none| format!("the group `{name}` wants its data within `{none}`"))),
        (
            segment::RETENTION,
            retention.map(|none| format!("the group `{name}` wants its data kept for `{none}`")),
        ),
    ];
    for (attribute, message) in empty {
        if let Some(message) = message {
            let path = scope.path().child(segment::GROUPS, name).attribute(attribute);
            let help = format!("give the time that is meant, or leave the {attribute} out");
            scope.report(Diagnostic::new(&EMPTY_REQUIREMENT, path, message).with_help(help));
        }
    }
}
