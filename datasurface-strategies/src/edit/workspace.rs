//! Workspaces, groups and transformers, changed a little.

use crate::plan::Choice;
use datasurface_model::{DataTransformer, DatasetGroup, Entity, Priority, Workspace, WorkspaceName};

/// The same workspace, with its name in upper case.
pub(super) fn with_upper_case_name(old: &Workspace) -> Workspace {
    let name = old.name().as_str().to_ascii_uppercase().into();
    rebuilt(old, name, old.groups().iter().cloned(), old.priority(), old.transformer().cloned())
}

pub(super) fn prioritised(old: &Workspace, priority: Option<Priority>) -> Workspace {
    let groups = old.groups().iter().cloned();
    rebuilt(old, old.name().clone(), groups, priority, old.transformer().cloned())
}

pub(super) fn with_groups(old: &Workspace, groups: impl IntoIterator<Item = DatasetGroup>) -> Workspace {
    let priority = old.priority();
    rebuilt(old, old.name().clone(), groups, priority, old.transformer().cloned())
}

pub(super) fn triggered(old: &DataTransformer, cron: Option<&'static str>) -> DataTransformer {
    let transformer = DataTransformer::new(old.artifact().clone(), old.output());
    let removals = old.removals().iter().flat_map(|(dataset, removals)| {
        removals.iter().map(move |(classification, removal)| (dataset, classification, removal.clone()))
    });
    let transformer = removals.fold(transformer, |transformer, (dataset, classification, removal)| {
        transformer.removal(dataset, classification, removal)
    });
    cron.into_iter().fold(transformer, DataTransformer::with_cron)
}

pub(super) fn without_sink(old: &DatasetGroup, choice: Choice) -> DatasetGroup {
    let chosen = usize::from(choice).checked_rem(old.sinks().len());
    let kept = old.sinks().iter().enumerate().filter(|(at, _)| Some(*at) != chosen);
    let requirements = old.requirements();
    let mut group = DatasetGroup::new(old.name())
        .with_sinks(kept.map(|(_, sink)| sink.clone()))
        .with_milestoning(requirements.milestoning);
    if let Some(latency) = requirements.latency {
        group = group.with_latency(latency);
    }
    if let Some(retention) = requirements.retention {
        group = group.with_retention(retention);
    }
    requirements.regulators.iter().fold(group, |group, regulator| group.regulator(regulator))
}

fn rebuilt(
    old: &Workspace,
    name: WorkspaceName,
    groups: impl IntoIterator<Item = DatasetGroup>,
    priority: Option<Priority>,
    transformer: Option<DataTransformer>,
) -> Workspace {
    let mut workspace = groups.into_iter().fold(Workspace::new(name), Workspace::group);
    if let Some(container) = old.container() {
        workspace = workspace.with_container(container);
    }
    if let Some(credential) = old.credential() {
        workspace = workspace.with_credential(credential);
    }
    if let Some(priority) = priority {
        workspace = workspace.with_priority(priority);
    }
    if let Some(deadline) = old.deadline() {
        workspace = workspace.with_deadline(deadline.clone());
    }
    transformer.into_iter().fold(workspace, Workspace::with_transformer)
}
