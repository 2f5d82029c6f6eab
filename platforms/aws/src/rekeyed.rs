//! Changes of keys: what is written from then on, what is written again, and what nobody could read.

use crate::{
    codes,
    render::{KMS_KEY, parameter},
    settings::AwsSettings,
    types::{S3_ENDPOINT, TABLE},
};
use datasurface_platform::prelude::*;
use serde_json::Value;

/// Judges a change of the key by which a table or a target is written; none if the key stays, or it is another resource.
pub(crate) fn judge_keys(settings: &AwsSettings, changed: &ResourceChange<'_>) -> Option<Judgement> {
    let (before, after) = (changed.before, changed.after);
    if after.kind() == TABLE.name() {
        let (was, is) = (parameter(before, KMS_KEY), parameter(after, KMS_KEY));
        return (was != is).then(|| judge_table(settings, after, was, is));
    }
    if after.kind() == S3_ENDPOINT.name() {
        let (was, is) = (target_key(before), target_key(after));
        return (was != is).then(|| judge_target(after, was.as_deref(), is.as_deref()));
    }
    None
}

/// Judges another key of a table, whose objects keep the key that they were written by.
fn judge_table(settings: &AwsSettings, table: &Resource, was: Option<&str>, is: Option<&str>) -> Judgement {
    let rewritten = Judgement::update(
        Effect::InPlace,
        format!(
            "what is written from now on is encrypted by {}; the next maintenance writes again what is there, and files of before go {} days later",
            is.map_or_else(|| "a key of S3".to_owned(), |key| format!("`{key}`")),
            settings.maintenance.snapshot_days,
        ),
    );
    match was.filter(|was| !settings.keys_of_all_jobs().contains(was)) {
        None => rewritten,
        Some(was) => {
            let reason =
                format!("`{}` is encrypted by `{was}`, by which no role may read any more", table.address());
            let help = "name it in `former_kms_keys` until no object has it any more";
            let broken =
                Judgement::update(Effect::Pause, "jobs fail until they may read by the key of before");
            Judgement::refuse(&codes::UNREADABLE_KEY, reason, help).or(broken)
        }
    }
}

/// Judges another key of a target, which DMS takes up again with its task.
fn judge_target(target: &Resource, was: Option<&str>, is: Option<&str>) -> Judgement {
    let paused = Judgement::update(
        Effect::Pause,
        "DMS writes by another key once its task was stopped and resumed; files of before go by their age",
    );
    if was.is_some() || is.is_none() {
        return paused;
    }
    let reason =
        format!("`{}` writes by keys of S3, and DMS does not change that to a key of KMS", target.address());
    let help = "keep the settings as they are, or declare another platform with a `kms_key`";
    Judgement::refuse(&codes::TARGET_ENCRYPTION, reason, help).or(paused)
}

/// Returns the key of KMS by which a target is written.
fn target_key(target: &Resource) -> Option<String> {
    let arguments = target.attributes().get("arguments")?;
    arguments.get("server_side_encryption_kms_key_id").and_then(Value::as_str).map(str::to_owned)
}
