//! Changes of keys: what is written from then on, what is written again, and what nobody could read.

use crate::{
    codes,
    render::{KMS_KEY, parameter},
    settings::AwsSettings,
    types::{KMS_ALIAS, S3_ENDPOINT, TABLE},
};
use datasurface_platform::prelude::*;
use serde_json::Value;

/// Judges another key behind an alias. Whatever refers to the alias stays as it is.
fn judge_alias(settings: &AwsSettings, changed: &ResourceChange<'_>) -> Option<Judgement> {
    let (was, is) = (target_of(changed.before), target_of(changed.after));
    (was != is).then(|| judge_written(settings, was, is))
}

/// Judges an alias that goes: the key may have encrypted something that is kept.
pub(crate) fn judge_retired(settings: &AwsSettings, alias: &Resource) -> Judgement {
    let gone = Judgement::effect(Effect::None, "nothing refers to the key by it any more");
    let former = settings.arn("kms", &format!("alias/{}", settings.former_beginning()));
    let is_former = argument(alias, "name").is_some_and(|name| settings.alias_arn(name).starts_with(&former));
    match target_of(alias).filter(|key| !is_former && !settings.is_readable_by_all(key)) {
        None => gone,
        Some(key) => refused(key, gone),
    }
}

/// Judges a change of the key by which a table or a target is written; none if the key stays, or it is another resource.
pub(crate) fn judge_keys(settings: &AwsSettings, changed: &ResourceChange<'_>) -> Option<Judgement> {
    let (before, after) = (changed.before, changed.after);
    if after.kind() == KMS_ALIAS.name() {
        return judge_alias(settings, changed);
    }
    if after.kind() == TABLE.name() {
        let (was, is) = (parameter(before, KMS_KEY), parameter(after, KMS_KEY));
        let behind = |alias: Option<&'_ str>| alias.and_then(|alias| settings.key_behind(alias));
        // A key whose alias goes is judged with that.
        return (was != is).then(|| judge_written(settings, behind(was), behind(is)));
    }
    if after.kind() == S3_ENDPOINT.name() {
        let (was, is) = (target_key(before), target_key(after));
        return (was != is).then(|| judge_target(after, was.as_deref(), is.as_deref()));
    }
    None
}

/// Judges another key of tables, whose objects keep the key that they were written by.
fn judge_written(settings: &AwsSettings, was: Option<&str>, is: Option<&str>) -> Judgement {
    let rewritten = Judgement::update(
        Effect::InPlace,
        format!(
            "what is written from now on is encrypted by {}; the next maintenance writes again what is there, and files of before go {} days later",
            is.map_or_else(|| "a key of S3".to_owned(), |key| format!("`{key}`")),
            settings.maintenance.snapshot_days,
        ),
    );
    match was.filter(|was| !settings.is_readable_by_all(was)) {
        None => rewritten,
        Some(was) => {
            let broken =
                Judgement::update(Effect::Pause, "jobs fail until they may read by the key of before");
            refused(was, broken)
        }
    }
}

fn refused(was: &str, otherwise: Judgement) -> Judgement {
    let reason = format!("objects are encrypted by `{was}`, by which no role may read any more");
    let help = "name it in `former_kms_keys` until no object has it any more";
    Judgement::refuse(&codes::UNREADABLE_KEY, reason, help).or(otherwise)
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

/// Returns the alias of the key of KMS by which a target is written.
fn target_key(target: &Resource) -> Option<String> {
    argument(target, "server_side_encryption_kms_key_id").map(str::to_owned)
}

/// Returns the key behind an alias.
fn target_of(alias: &Resource) -> Option<&str> {
    argument(alias, "target_key_id")
}

fn argument<'r>(resource: &'r Resource, name: &str) -> Option<&'r str> {
    resource.attributes().get("arguments")?.get(name).and_then(Value::as_str)
}
