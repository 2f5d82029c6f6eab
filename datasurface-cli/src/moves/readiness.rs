//! Whether the next step of a move can be taken: what was decided before is rendered and applied, and the new platform has its data.

use super::{arguments::Subject, finding};
use crate::{clock::now, codes::MOVE_NOT_READY, target};
use datasurface_broker::{ApplyState, Broker, PlatformRecord, PlatformTask, Target};
use datasurface_graph::{Assignments, Stage};
use datasurface_model::{Findings, PlatformName};
use datasurface_platform::SinkStatus;

/// Refuses a completion that comes too early, and says what is missing.
pub(super) fn check(
    subject: &Subject,
    decided: &Assignments,
    target: &Target,
    broker: &Broker,
) -> Result<(), Findings> {
    let task = &subject.task;
    let refuse = |message: String, help: &str| Err(finding(&MOVE_NOT_READY, task, message, help));
    let stages = task.stages(decided);
    let manifest = target.manifest();
    let recorded = manifest.and_then(|manifest| manifest.recorded_lock());
    if recorded.and_then(|lock| task.stages(lock.assignments())) != stages {
        let message = format!("what was decided about `{task}` is not rendered yet");
        return refuse(message, "render it first: `datasurface render`");
    }
    let at = |wanted: Stage| {
        stages.into_iter().flatten().find(|(_, stage)| **stage == wanted).map(|(platform, _)| platform)
    };
    let concerned = stages.into_iter().flatten().filter(|(_, stage)| **stage != Stage::Decommissioned);
    let records = concerned.filter_map(|(name, _)| Some((name, manifest?.platform(name)?)));
    let is_behind = |(name, record): (&PlatformName, &PlatformRecord)| match record.waits_for.first() {
        _ if record.reached.is_some() => Some(format!("`{name}` stayed when others went forward")),
        other => other.map(|other| format!("parts of `{name}` wait for `{other}`")),
    };
    if let Some(message) = records.into_iter().find_map(is_behind) {
        return refuse(message, "take all forward first: `datasurface advance`");
    }
    // The second time, it is in use.
    let Some(new) = at(Stage::Provisioning).or(at(Stage::Provisioned)) else { return Ok(()) };
    let Some(record) = manifest.and_then(|manifest| manifest.platform(new)) else {
        return refuse(format!("nothing is rendered for `{new}`"), "render it first: `datasurface render`");
    };
    if matches!(record.standing, ApplyState::Behind(_)) {
        let message = format!("what is rendered for `{new}` was not applied yet");
        return refuse(message, "apply it first: `datasurface run`");
    }
    let root = target::root(&subject.site, target);
    let report = broker.status(target, &target::operation(&root, now()));
    match report.done.get(new) {
        Some(status) => match missing(task, new, &status.sinks) {
            Some(message) => {
                refuse(message, "run it first: `datasurface run`; `datasurface status` shows how far it is")
            }
            None => Ok(()),
        },
        None if report.findings.has_errors() => Err(report.findings),
        // Another tool applies it.
        None if record.has_transitions() => {
            let message = format!("nobody recorded that what is rendered for `{new}` was applied");
            refuse(message, "apply it, and record that: `datasurface applied`")
        }
        None => Ok(()),
    }
}

/// What has not arrived on the new platform.
fn missing(task: &PlatformTask, new: &PlatformName, sinks: &[SinkStatus]) -> Option<String> {
    let mut concerned = sinks.iter().filter(|sink| match task {
        PlatformTask::Group(group) => sink.group == *group,
        PlatformTask::Datastore(datastore) => sink.dataset.datastore == *datastore,
    });
    // A platform that streams has no batches, and says up to when all has arrived.
    concerned.find_map(|sink| {
        match (&sink.last_failure, sink.last_batch.is_some() || sink.confirmed_at.is_some()) {
            (Some(_), _) => {
                Some(format!("bringing `{}` to `{}` failed on `{new}`", sink.dataset, sink.group))
            }
            (None, false) => {
                Some(format!("`{}` has not arrived at `{}` on `{new}`", sink.dataset, sink.group))
            }
            (None, true) => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::slice;

    #[test]
    fn all_that_moves_must_have_arrived() {
        let sink = |dataset: &str, last_batch: Option<u64>, last_failure: Option<&str>| -> SinkStatus {
            let last_batch = last_batch.map(|batch| json!([batch, "2026-02-01T00:00:00Z"]));
            let status = json!({
                "group": "Sales/live", "dataset": dataset, "last_batch": last_batch, "last_failure": last_failure
            });
            serde_json::from_value(status).unwrap()
        };
        let new = PlatformName::from("New");
        let said = |task: &str, sinks: &[SinkStatus]| missing(&task.parse().unwrap(), &new, sinks);
        let (there, not_there) = (sink("Shop/orders", Some(1), None), sink("Shop/items", None, None));
        let failed = sink("Shop/items", Some(1), Some("the disk is full"));
        assert_eq!(said("Sales/live", slice::from_ref(&there)), None);
        let message = "`Shop/items` has not arrived at `Sales/live` on `New`";
        assert_eq!(said("Sales/live", &[there.clone(), not_there.clone()]), Some(message.to_owned()));
        assert_eq!(said("Shop", &[there.clone(), not_there.clone()]), Some(message.to_owned()));
        let message = "bringing `Shop/items` to `Sales/live` failed on `New`";
        assert_eq!(said("Sales/live", &[there, failed]), Some(message.to_owned()));
        let streamed =
            SinkStatus { confirmed_at: Some("2026-02-01T00:00:00Z".parse().unwrap()), ..not_there.clone() };
        assert_eq!(said("Sales/live", &[streamed]), None, "it has no batches");
        assert_eq!(said("Sales/history", &[not_there]), None, "it stays where it is");
    }
}
