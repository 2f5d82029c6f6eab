//! What runs: triggers, checks of data, and grants.

use crate::platform_under_test::list;
use datasurface_model::Principal;
use datasurface_platform::{CheckKind, PlatformDescriptor, PrincipalKind, TriggerKind};
use serde_json::{Map, Value, json};

/// Starts what cannot be started so in a claimed way.
pub(super) fn start(job: &mut Map<String, Value>, descriptor: &PlatformDescriptor, others: &[TriggerKind]) {
    let kind = |trigger: &Value| {
        let word = trigger.as_object().and_then(|trigger| trigger.keys().next().cloned());
        serde_json::from_value::<TriggerKind>(word.map_or_else(|| trigger.clone(), Value::String)).ok()
    };
    let is_claimed = |kind: &TriggerKind| descriptor.triggers().contains(kind);
    // Silence is a trigger, too, and not the same one everywhere.
    let now = job.get("trigger").map_or_else(|| others.first().copied(), kind);
    if !now.is_some_and(|now| is_claimed(&now))
        && let Some(other) = others.iter().find(|kind| is_claimed(kind))
    {
        job.insert("trigger".to_owned(), json!(other));
    }
}

/// Leaves out the checks of a dataset that are not claimed, and a place for invalid rows where there is none.
pub(super) fn check(dataset: &mut Value, descriptor: &PlatformDescriptor) {
    let is_claimed = |check: &Value| {
        let word = check.as_object().and_then(|check| check.keys().next().cloned());
        let kind = serde_json::from_value::<CheckKind>(json!(word));
        kind.is_ok_and(|kind| descriptor.quality_checks().contains(&kind))
    };
    let Some(dataset) = dataset.as_object_mut() else {
        return;
    };
    if let Some(checks) = dataset.get_mut("quality_checks").and_then(Value::as_array_mut) {
        checks.retain(is_claimed);
    }
    if !descriptor.sets_rows_aside() {
        dataset.shift_remove("invalid_rows");
    }
}

/// Leaves out whoever cannot be granted what a workspace reads, in any of the claimed containers.
pub(super) fn grant(workspace: &mut Value, descriptor: &PlatformDescriptor) {
    let is_granted = |kind: PrincipalKind| {
        descriptor
            .export_targets()
            .iter()
            .all(|container| descriptor.grants().get(container).is_some_and(|kinds| kinds.contains(&kind)))
    };
    if let Some(principals) = workspace.get_mut("entitlement").and_then(Value::as_array_mut) {
        principals.retain(|principal| {
            let principal = principal.as_str().and_then(Principal::from_text);
            principal.is_some_and(|principal| is_granted((&principal).into()))
        });
    }
}

/// Rewrites what runs for the datastores and workspaces of a team.
pub(super) fn rewrite(team: &mut Value, descriptor: &PlatformDescriptor) {
    for store in list(team, "datastores") {
        if let Some(capture) = store.get_mut("capture").and_then(Value::as_object_mut) {
            start(capture, descriptor, &[TriggerKind::External, TriggerKind::Cron]);
        }
        list(store, "datasets").for_each(|dataset| check(dataset, descriptor));
    }
    for workspace in list(team, "workspaces") {
        grant(workspace, descriptor);
        if let Some(transformer) = workspace.get_mut("transformer").and_then(Value::as_object_mut) {
            let others = [TriggerKind::AnyInputMoved, TriggerKind::AllInputsMoved, TriggerKind::External];
            start(transformer, descriptor, &others);
        }
    }
}
