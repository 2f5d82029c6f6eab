//! The cost of changes: what restarts a connector, what reads tables or topics again, what needs a new topic, and what is refused.
//!
//! | what changes | what happens |
//! |---|---|
//! | a source comes | a snapshot of its tables |
//! | a source gets tables or columns | it is restarted, and a snapshot of these tables is taken while changes go on |
//! | anything else of a source | it is restarted |
//! | a source reads another database, or a dataset is captured from another container | refused |
//! | a sink comes, or gets tables | it reads their topics from their beginning |
//! | anything else of a sink | it is restarted |
//! | a sink loses a column that must have a value | refused |
//! | a topic keeps versions for another time | in place |
//! | a topic gets another name, key, count of partitions or of replicas, or a column another type | refused |
//! | a topic would go on in another format, or with a registry that has other schemas | refused |
//! | a column of a topic in Avro must have a value that earlier records do not have | refused |
//! | a job comes | it reads the topics of its inputs from their beginning |
//! | anything else of a job | its output is deleted, and made again |
//! | statements for a database of consumers | whoever they are for runs them again |
//! | the list of brokers | nothing; refused if no broker is in both lists |

use crate::{
    codes,
    render::{self, SinkForm},
    transition::{grown_tables, members},
};
use datasurface_platform::prelude::*;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Judges a change.
pub(crate) fn judge(change: &JudgedChange<'_>) -> Judgement {
    match change {
        JudgedChange::Created(resource) => created(resource),
        JudgedChange::Retired(resource) => retired(resource),
        JudgedChange::Changed(change) => match change.after.kind() {
            render::TOPIC => topic(change),
            render::SOURCE => source(change),
            kind if SinkForm::of_kind(kind).is_some() => sink(change),
            render::CLUSTER => cluster(change),
            render::JOB => Judgement::update(
                Effect::Rebuild,
                "the rows of its output are deleted, and made again from the beginning of its inputs",
            ),
            render::ACL => Judgement::update(Effect::InPlace, "other rules"),
            render::STATEMENTS => Judgement::update(Effect::InPlace, "the user of the sink runs them again"),
            _ => Judgement::update(Effect::InPlace, ""),
        },
        // A new kind of change is one of which nothing is known.
        _ => Judgement::effect(Effect::Rebuild, "nothing is known of its cost"),
    }
}

fn created(resource: &Resource) -> Judgement {
    // Of both kinds of connectors, this attribute has the tables.
    let tables = || {
        let tables: Option<BTreeMap<String, IgnoredAny>> = resource.attribute_as(render::SOURCE_TABLES);
        tables.map_or(0, |tables| tables.len())
    };
    match resource.kind() {
        render::SOURCE => {
            Judgement::effect(Effect::Backfill, format!("a snapshot reads {}", counted(tables(), "table")))
        }
        render::JOB => Judgement::effect(Effect::Backfill, "it reads its inputs from their beginning"),
        kind if SinkForm::of_kind(kind).is_some() => Judgement::effect(
            Effect::Backfill,
            format!("it reads {} from the beginning", counted(tables(), "topic")),
        ),
        _ => Judgement::effect(Effect::None, ""),
    }
}

fn retired(resource: &Resource) -> Judgement {
    match resource.kind() {
        render::SOURCE => {
            let slot = text(resource, render::SLOT);
            Judgement::effect(Effect::None, format!("its source drops the replication slot `{slot}`"))
        }
        render::JOB => {
            Judgement::effect(Effect::None, "its topics stay as they are, as long as somebody is owed them")
        }
        kind if SinkForm::of_kind(kind).is_some() => {
            Judgement::effect(Effect::None, "tables of consumers stay as they are")
        }
        _ => Judgement::effect(Effect::None, ""),
    }
}

fn topic(change: &ResourceChange<'_>) -> Judgement {
    let address = change.after.address();
    let changed = change.attributes();
    if changed.contains(render::NAME) {
        let help = "leave `topic_prefix` as it is, or declare another platform and move there";
        let reason = format!("`{address}` would be another topic, which is empty");
        let lost = Judgement::replace(Effect::DataLoss, "a new topic, without what the former one keeps");
        return Judgement::refuse(&codes::OTHER_TOPIC, reason, help).or(lost);
    }
    if changed.contains(render::KEY) {
        let help = "declare another dataset, and let consumers move there";
        let reason = format!("the key of `{address}` is another one");
        let rebuilt = Judgement::update(Effect::Backfill, "each record is taken for a new one");
        return Judgement::refuse(&codes::OTHER_KEY, reason, help).or(rebuilt);
    }
    if is_avro(change.before) != is_avro(change.after) {
        let help = "leave `schema_registry` as it is, or declare another platform and move there";
        let [before, after] =
            [change.before, change.after].map(|one| if is_avro(one) { "Avro" } else { "JSON" });
        let reason = format!("`{address}` has {before}, and would go on in {after}");
        let mixed = Judgement::update(Effect::Backfill, "sinks fail at records in the other format");
        return Judgement::refuse(&codes::OTHER_FORMAT, reason, help).or(mixed);
    }
    let [before, after] = [change.before, change.after].map(|one| text(one, render::CAPTURED_FROM));
    if before != after && !before.is_empty() && !after.is_empty() {
        let help = "waive this if it is the same database, or declare another datastore";
        let reason =
            format!("`{address}` has what was captured from `{before}`, and is to have that of `{after}`");
        let mixed = Judgement::update(Effect::Backfill, "a snapshot is added to what the topic has");
        return Judgement::refuse(&codes::OTHER_SOURCE, reason, help).or(mixed);
    }
    for count in [render::PARTITIONS, render::REPLICATION_FACTOR] {
        if changed.contains(count) {
            let help = "leave it as it is, in the hint and in the settings";
            let reason = format!("`{count}` of `{address}` would be another one");
            let kept = Judgement::update(Effect::None, "the topic stays as it is until somebody changes it");
            return Judgement::refuse(&codes::OTHER_PARTITIONS, reason, help).or(kept);
        }
    }
    if let Some((column, before, after)) = other_type(change) {
        let help = "leave the column as it is, and declare another one";
        let reason = format!("`{column}` was `{before}` and is to be `{after}`");
        let kept = Judgement::update(Effect::Backfill, "sinks fail until tables of consumers are changed");
        return Judgement::refuse(&codes::OTHER_TYPE, reason, help).or(kept);
    }
    if let Some(column) = newly_required(change) {
        let help = "let the column be null, or declare another one";
        let reason = format!("earlier records of `{address}` may have no value for `{column}`");
        let failing =
            Judgement::update(Effect::Pause, "the source fails, since the registry takes no such schema");
        return Judgement::refuse(&codes::UNREADABLE_BEFORE, reason, help).or(failing);
    }
    match changed.contains(render::CONFIGS) {
        true => Judgement::update(Effect::InPlace, "another configuration of the topic"),
        false if changed.contains(render::ROW_SCHEMA) => {
            Judgement::update(Effect::None, "the registry gets the schema of its producer")
        }
        false => Judgement::update(Effect::None, "later records have other columns"),
    }
}

fn source(change: &ResourceChange<'_>) -> Judgement {
    let changed = change.attributes();
    if changed.contains(render::SOURCE_ADDRESS) {
        let [before, after] = [change.before, change.after].map(|one| text(one, render::SOURCE_ADDRESS));
        let help = "waive this if it is the same database, or declare another datastore";
        let reason = format!("`{}` read `{before}` and is to read `{after}`", change.after.address());
        let resumed =
            Judgement::update(Effect::Pause, "it goes on where it was, in the log of the other address");
        return Judgement::refuse(&codes::OTHER_SOURCE, reason, help).or(resumed);
    }
    if changed.contains(render::SLOT) || changed.contains(render::SERVER) {
        return Judgement::update(Effect::Backfill, "another replication slot begins with a snapshot");
    }
    let grown = grown_tables(change.before, change.after);
    match grown.is_empty() {
        true => Judgement::update(Effect::Pause, "Connect starts it again, and it goes on where it was"),
        false => {
            let names: Vec<String> = grown.iter().map(|table| format!("`{table}`")).collect();
            let reason = format!("Connect starts it again, and a snapshot reads {}", names.join(" and "));
            Judgement::update(Effect::Backfill, reason)
        }
    }
}

fn sink(change: &ResourceChange<'_>) -> Judgement {
    if let Some((table, column)) = removed_column(change) {
        let help = "let the column take NULL in the tables of consumers and waive this";
        let reason = format!("`{column}` is removed, without which `{table}` takes no row");
        let failing = Judgement::update(Effect::Pause, "it fails until the column takes NULL");
        return Judgement::refuse(&codes::REMOVED_COLUMN, reason, help).or(failing);
    }
    let before = members(change.before, render::SINK_TABLES);
    let tables = members(change.after, render::SINK_TABLES).into_iter().flat_map(Map::keys);
    let added = tables.filter(|table| before.is_none_or(|before| !before.contains_key(*table))).count();
    match added {
        0 => Judgement::update(Effect::Pause, "Connect starts it again, and it goes on where it was"),
        added => {
            let reason = format!("it reads {} from the beginning", counted(added, "further topic"));
            Judgement::update(Effect::Backfill, reason)
        }
    }
}

fn cluster(change: &ResourceChange<'_>) -> Judgement {
    let brokers = |resource: &Resource| -> BTreeSet<String> {
        let listed = resource.attributes().get("bootstrap_servers").and_then(Value::as_array);
        listed.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    if brokers(change.before).is_disjoint(&brokers(change.after)) {
        let help = "let one broker be in both lists, or waive this if it is the same cluster";
        let same = Judgement::update(Effect::Pause, "connectors are started again");
        return Judgement::refuse(&codes::OTHER_CLUSTER, "no broker is in both lists", help).or(same);
    }
    let [before, after] = [change.before, change.after].map(registry);
    if let (Some(before), Some(after)) = (before, after)
        && before != after
    {
        let help = "leave it as it is, or waive this if it is the same registry under another address";
        let reason = format!("schemas are in `{before}`, and are looked for in `{after}`");
        let same = Judgement::update(Effect::Pause, "connectors are started again");
        return Judgement::refuse(&codes::OTHER_REGISTRY, reason, help).or(same);
    }
    Judgement::update(Effect::None, "another configuration")
}

/// The address of the registry of schemas.
fn registry(cluster: &Resource) -> Option<&str> {
    cluster.attributes().get(render::REGISTRY)?.get("url")?.as_str()
}

fn is_avro(topic: &Resource) -> bool {
    topic.attributes().contains_key(render::SUBJECTS)
}

/// Returns the first column that must have a value now, where a registry judges that.
fn newly_required(change: &ResourceChange<'_>) -> Option<String> {
    let [before, after] =
        [change.before, change.after].map(|one| one.attributes().get(render::REQUIRED)?.as_array());
    let before = before?;
    after?.iter().find(|column| !before.contains(column))?.as_str().map(str::to_owned)
}

/// Returns the first column that is kept in another type, with both types.
fn other_type(change: &ResourceChange<'_>) -> Option<(String, String, String)> {
    let (before, after) = (members(change.before, render::COLUMNS)?, members(change.after, render::COLUMNS)?);
    after.iter().find_map(|(name, after)| {
        let (before, after) = (before.get(name)?.as_str()?, after.as_str()?);
        (before != after).then(|| (name.clone(), before.to_owned(), after.to_owned()))
    })
}

/// Returns the first table that loses a column which must have a value, with the column.
fn removed_column(change: &ResourceChange<'_>) -> Option<(String, String)> {
    let after = members(change.after, render::SINK_TABLES)?;
    members(change.before, render::SINK_TABLES)?.iter().find_map(|(name, table)| {
        let [before, after] =
            [table, after.get(name)?].map(|table| table.get(render::SINK_COLUMNS)?.as_object());
        let (before, after) = (before?, after?);
        let mut removed = before.iter().filter(|(column, _)| !after.contains_key(*column));
        let (column, _) = removed.find(|(_, column)| column.get("nullable") == Some(&Value::Bool(false)))?;
        Some((name.clone(), column.clone()))
    })
}

fn text(resource: &Resource, attribute: &str) -> String {
    resource.attributes().get(attribute).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
