//! The cost of changes, where the platform knows more of it than Terraform.

use crate::{
    codes,
    rekeyed::{judge_keys, judge_retired},
    render::{KEY, definition, parameter},
    settings::AwsSettings,
    types::{KMS_ALIAS, REPLICATION_CONFIG, REPLICATION_TASK, TABLE, TYPES},
};
use datasurface_platform::prelude::*;
use serde_json::Value;

/// Judges a change.
pub(crate) fn judge(settings: &AwsSettings, change: &JudgedChange<'_>) -> Judgement {
    match change {
        JudgedChange::Created(resource) if is_capture(resource) => {
            Judgement::effect(Effect::Backfill, "DMS loads every record first")
        }
        JudgedChange::Retired(resource) if is_capture(resource) => {
            Judgement::effect(Effect::None, "DMS drops its replication slot")
        }
        JudgedChange::Retired(resource) if resource.kind() == KMS_ALIAS.name() => {
            judge_retired(settings, resource)
        }
        JudgedChange::Changed(changed) => judge_changed(settings, change, changed),
        _ => TYPES.judge(change),
    }
}

/// Whether a resource reads a source: a task on a replication instance, or a replication without one.
fn is_capture(resource: &Resource) -> bool {
    [&REPLICATION_TASK, &REPLICATION_CONFIG].iter().any(|one| resource.kind() == one.name())
}

fn judge_changed(
    settings: &AwsSettings,
    change: &JudgedChange<'_>,
    changed: &ResourceChange<'_>,
) -> Judgement {
    let judged = TYPES.judge(change);
    let address = changed.after.address();
    if changed.after.kind() == TABLE.name() && parameter(changed.before, KEY) != parameter(changed.after, KEY)
    {
        let help = "declare another dataset, and let consumers move there";
        let rebuilt = Judgement::update(Effect::Backfill, "each record is taken for a new one");
        let reason = format!("the key of `{address}` is another one");
        return Judgement::refuse(&codes::OTHER_KEY, reason, help).or(rebuilt);
    }
    if let Some((column, before, after)) = other_type(changed) {
        let help = "leave the column as it is, and declare another one";
        let reason = format!("`{column}` was `{before}` and is to be `{after}`, of which values are kept");
        let converted =
            Judgement::update(Effect::Backfill, "the merge job fails until the column is dropped");
        return Judgement::refuse(&codes::OTHER_TYPE, reason, help).or(converted);
    }
    if judged != Judgement::update(Effect::InPlace, "") {
        return judged;
    }
    if is_capture(changed.after) {
        return Judgement::update(
            Effect::Pause,
            "DMS stops the replication, changes it, and starts it again",
        );
    }
    judge_keys(settings, changed).unwrap_or(judged)
}

/// Returns the first column that is kept in a type to which Iceberg does not widen its former one, with both types.
fn other_type(changed: &ResourceChange<'_>) -> Option<(String, String, String)> {
    let (before, after) = (columns(changed.before), columns(changed.after));
    after.into_iter().find_map(|(name, after)| {
        let (_, before) = before.iter().find(|(was, _)| was.eq_ignore_ascii_case(&name))?;
        (!widens(before, &after)).then(|| (name, before.clone(), after))
    })
}

/// The columns of a definition, each with its type; none if the resource is another one.
fn columns(resource: &Resource) -> Vec<(String, String)> {
    let definition: Value =
        definition(resource).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let columns = definition.get("columns").and_then(Value::as_array).cloned().unwrap_or_default();
    let text = |column: &Value, member: &str| column.get(member)?.as_str().map(str::to_owned);
    columns.iter().filter_map(|column| Some((text(column, "name")?, text(column, "type")?))).collect()
}

/// Whether Iceberg widens a type to another one in place, or both are one.
pub(crate) fn widens(before: &str, after: &str) -> bool {
    if before == after || matches!((before, after), ("int", "bigint") | ("float", "double")) {
        return true;
    }
    match (decimal(before), decimal(after)) {
        (Some((precision, scale)), Some((wider, same))) => wider >= precision && scale == same,
        _ => false,
    }
}

fn decimal(text: &str) -> Option<(u16, u16)> {
    let (precision, scale) = text.strip_prefix("decimal(")?.strip_suffix(')')?.split_once(',')?;
    Some((precision.parse().ok()?, scale.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_widened_as_iceberg_does_it() {
        for (before, after, is_widened) in [
            ("int", "int", true),
            ("int", "bigint", true),
            ("bigint", "int", false),
            ("float", "double", true),
            ("decimal(10,2)", "decimal(12,2)", true),
            ("decimal(10,2)", "decimal(12,3)", false),
            ("string", "binary", false),
        ] {
            assert_eq!(widens(before, after), is_widened, "{before} {after}");
        }
    }
}
