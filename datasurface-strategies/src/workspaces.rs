//! Workspaces of consumers, and pins of their groups.

use super::{
    datastores::{AvailableDataset, Stores},
    names::{REGULATORS, choose, word},
    plan::{Choice, GroupPlan, WorkspacePlan},
};
use chrono::NaiveTime;
use datasurface_model::{
    ContainerKey, DatasetGroup, Deadline, GroupKey, Latency, Milestoning, PlatformName, Priority, Retention,
    Workspace,
};
use std::collections::BTreeSet;

/// Workspaces, each with the choice of its team, and wishes for their groups.
#[derive(Default)]
pub(super) struct Consumers {
    pub(super) workspaces: Vec<(Choice, Workspace)>,
    pub(super) pins: Vec<(GroupKey, Vec<PlatformName>)>,
}

pub(super) fn consumers(
    plans: &[WorkspacePlan],
    stores: &Stores,
    targets: &[ContainerKey],
    platforms: &[PlatformName],
) -> Consumers {
    let mut consumers = Consumers::default();
    if stores.datasets().is_empty() {
        return consumers;
    }
    for (number, plan) in (1..).zip(plans) {
        let name = format!("Workspace{number}");
        let mut workspace = Workspace::new(name.as_str());
        if let Some(container) = choose(targets, plan.container) {
            workspace = workspace.with_container(container);
        }
        if let Some(choice) = plan.priority {
            workspace = with_priority_and_deadline(workspace, choice);
        }
        for (group_plan, number) in plan.groups.iter().zip(1..) {
            let group = format!("group_{number}");
            let wanted = distinct_sinks(&group_plan.sinks, stores.datasets());
            let sinks = wanted.iter().map(AvailableDataset::sink);
            let has_keyless = wanted.iter().any(AvailableDataset::is_keyless);
            workspace = workspace.group(requirements(
                DatasetGroup::new(group.as_str()).with_sinks(sinks),
                group_plan,
                has_keyless,
                wanted.iter().any(|wanted| stores.is_timed(wanted)),
            ));
            let wished: BTreeSet<_> =
                group_plan.pins.iter().filter_map(|choice| choose(platforms, *choice)).cloned().collect();
            if !wished.is_empty() {
                let key = GroupKey::new(name.as_str(), group);
                consumers.pins.push((key, wished.into_iter().collect()));
            }
        }
        consumers.workspaces.push((plan.team, workspace));
    }
    consumers
}

/// The datasets that choices mean, each once.
pub(super) fn distinct_sinks(choices: &[Choice], datasets: &[AvailableDataset]) -> Vec<AvailableDataset> {
    let mut seen = BTreeSet::new();
    let chosen = choices.iter().filter_map(|choice| choose(datasets, *choice));
    chosen.filter(|wanted| seen.insert(wanted.key.clone())).cloned().collect()
}

/// The group with what is asked of its datasets. There are no versions of what has no key.
fn requirements(group: DatasetGroup, plan: &GroupPlan, has_keyless: bool, is_timed: bool) -> DatasetGroup {
    let mut group = group.with_milestoning(match plan.milestoning % 3 {
        _ if has_keyless => Milestoning::Live,
        0 => Milestoning::Live,
        1 => Milestoning::Forensic,
        _ => Milestoning::LiveAndForensic,
    });
    if let Some(choice) = plan.latency {
        let number = u64::from(choice / 3 % 24) + 1;
        group = group.with_latency(match choice % 3 {
            // What is captured and transformed once a month, or twice a year, comes no sooner.
            _ if is_timed => Latency::hours(number * 50_000),
            0 => Latency::hours(number),
            1 => Latency::minutes(number),
            _ => Latency::seconds(number),
        });
    }
    if let Some(choice) = plan.retention.filter(|_| !has_keyless) {
        group = group.with_retention(Retention::days(u32::from(choice % 3000) + 1));
    }
    match plan.regulator {
        Some(choice) => group.regulator(word(&REGULATORS, choice)),
        None => group,
    }
}

/// The workspace with a priority, and for every other choice with a deadline, too.
pub(super) fn with_priority_and_deadline(workspace: Workspace, choice: Choice) -> Workspace {
    let workspace = workspace.with_priority(priority(choice));
    if (choice / 4).is_multiple_of(2) {
        return workspace;
    }
    let zone = if (choice / 8).is_multiple_of(2) { "UTC" } else { "Europe/Berlin" };
    let minutes = u32::from(choice) % (24 * 60);
    match NaiveTime::from_hms_opt(minutes / 60, minutes % 60, 0) {
        Some(time) => workspace.with_deadline(Deadline::new(time, zone)),
        None => workspace,
    }
}

pub(super) fn priority(choice: Choice) -> Priority {
    match choice % 4 {
        0 => Priority::Medium,
        1 => Priority::Low,
        2 => Priority::High,
        _ => Priority::Critical,
    }
}
