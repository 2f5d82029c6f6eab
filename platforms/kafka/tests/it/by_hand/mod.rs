//! What is rendered against what somebody wrote by hand for the same tables: no setting costs more. `examples/by_hand.rs` lets both run in turns.

mod model;

use crate::shop::deployment;
use model::{Place, SINK, SOURCE, TABLES, TOPIC};
use std::collections::{BTreeMap, BTreeSet};

/// Names and addresses, which are others, and cost nothing.
const NAMES: [&str; 9] = [
    "connection.url",
    "publication.name",
    "slot.name",
    "table.include.list",
    "topic.prefix",
    "topics",
    "topics.regex",
    "transforms.regex",
    "transforms.replacement",
];

/// The settings of a source that nobody wrote by hand, and why none costs anything for each record.
const OF_SOURCES: [(&str, &str); 21] = [
    ("binary.handling.mode", "the usual one"),
    ("column.include.list", "columns that nobody declared are left out, which makes records smaller"),
    ("decimal.handling.mode", "the usual one"),
    ("header.converter", "a header is there where a key changed"),
    ("header.converter.decimal.format", "a header is there where a key changed"),
    ("header.converter.schemas.enable", "a header is there where a key changed"),
    (
        "heartbeat.action.query",
        "a message in the log at each heartbeat, which is every ten seconds by default",
    ),
    ("key.converter.decimal.format", "a number in place of a text"),
    ("message.key.columns", "the key is found once for each table"),
    ("message.prefix.include.list", "messages of applications are left out"),
    ("notification.enabled.channels", "at snapshots"),
    ("notification.sink.topic.name", "at snapshots"),
    ("read.only", "of snapshots beside changes"),
    (
        "replica.identity.autoset.values",
        "the log has long values that did not change, without which tables lose them",
    ),
    ("signal.consumer.enable.auto.commit", "one consumer of an empty topic"),
    ("signal.consumer.session.timeout.ms", "one consumer of an empty topic"),
    ("signal.enabled.channels", "one consumer of an empty topic"),
    ("signal.kafka.bootstrap.servers", "one consumer of an empty topic"),
    ("signal.kafka.groupId", "one consumer of an empty topic"),
    ("signal.kafka.topic", "one consumer of an empty topic"),
    ("value.converter.decimal.format", "a number in place of a text"),
];

/// Those that have other names for the same.
const USUAL: [&str; 2] = ["time.precision.mode", "tombstones.on.delete"];

const OF_SINKS: [(&str, &str); 8] = [
    ("connection.pool.acquire_increment", "one connection for a task, which uses one"),
    ("connection.pool.max_size", "two connections in place of 32"),
    ("connection.pool.min_size", "one connection in place of five"),
    ("header.converter", "a header is there where a key changed"),
    ("header.converter.decimal.format", "a header is there where a key changed"),
    ("header.converter.schemas.enable", "a header is there where a key changed"),
    ("key.converter.decimal.format", "a number in place of a text"),
    ("value.converter.decimal.format", "a number in place of a text"),
];

const OF_TOPICS: [(&str, &str); 2] = [
    ("message.timestamp.type", "the broker sets the time of a batch"),
    ("min.compaction.lag.ms", "the usual one, if nothing is owed"),
];

fn place() -> Place {
    Place {
        brokers: "localhost:9092".to_owned(),
        connect: "http://localhost:8083".to_owned(),
        port: 5432,
        secrets: "/opt/secrets".to_owned(),
    }
}

/// The settings with transformations under one name.
fn with_one_name(config: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let plain = |name: String| match name.strip_prefix("transforms.").and_then(|rest| rest.split_once('.')) {
        Some((_, setting)) => format!("transforms.{setting}"),
        None => name,
    };
    // How many they are is what costs.
    let count = |name: &str, value: String| match name {
        "transforms" => value.split(',').count().to_string(),
        _ => value,
    };
    config.into_iter().map(|(name, value)| (plain(name.clone()), count(&name, value))).collect()
}

/// Fails where a setting that was written by hand has another value, or is not there, and where one is rendered that has no reason.
#[track_caller]
fn assert_no_setting_costs_more(
    rendered: BTreeMap<String, String>,
    written: BTreeMap<String, String>,
    more: &[(&str, &str)],
) {
    let (rendered, written) = (with_one_name(rendered), with_one_name(written));
    for (name, value) in written.iter().filter(|(name, _)| !NAMES.contains(&name.as_str())) {
        assert_eq!(rendered.get(name), Some(value), "{name}");
    }
    let only_rendered: BTreeSet<&str> = rendered
        .keys()
        .map(String::as_str)
        .filter(|name| !written.contains_key(*name) && !NAMES.contains(name) && !USUAL.contains(name))
        .collect();
    let explained: BTreeSet<&str> = more.iter().map(|(name, _)| *name).collect();
    assert_eq!(only_rendered, explained);
}

#[test]
fn no_setting_costs_more_than_what_was_written_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let deployment = deployment(folder.path());
    deployment.render(&place().ecosystem()).unwrap();
    let scopes = deployment.scopes(&"Stream".into()).unwrap();
    let of = |kind: &'static str| {
        let all = scopes.iter().flat_map(|scope| scope.resources.values());
        all.filter(move |one| one.kind() == kind).map(|one| one.attributes()).collect::<Vec<_>>()
    };
    let ([source], [sink]) = (&of("source")[..], &of("sink")[..]) else { panic!("one of each") };
    let config = |value: &serde_json::Value| serde_json::from_value(value.clone()).unwrap();
    assert_no_setting_costs_more(config(&source["config"]), place().of(SOURCE), &OF_SOURCES);
    assert_no_setting_costs_more(config(&sink["config"]), place().of(SINK), &OF_SINKS);
    let topics = of("topic");
    assert_eq!(topics.len(), TABLES.len());
    let written: serde_json::Value = serde_json::from_str(TOPIC).unwrap();
    for topic in topics {
        for setting in ["partitions", "replication_factor"] {
            assert_eq!(topic[setting], written[setting]);
        }
        assert_no_setting_costs_more(config(&topic["configs"]), config(&written["configs"]), &OF_TOPICS);
    }
}
