//! Signals: what sources are asked for, and which of it is done.
//!
//! A signal has an ID, by which its source says in a topic of notifications when it began and when it ended. A source commits what it has read
//! of signals when it stops in good order only: one that was killed reads them again, and tables once more.

use super::clients::{Clients, kafka_failed};
use crate::{render::Connector, transition::Signal};
use chrono::{DateTime, Utc};
use datasurface_kafka_client::{KafkaClient, NewRecord};
use datasurface_platform::prelude::*;
use serde_json::Value;
use std::collections::BTreeSet;

/// The ends of a snapshot, as notifications call them.
const ENDS: [&str; 3] = ["COMPLETED", "ABORTED", "SKIPPED"];

/// Sends a source a record.
///
/// # Errors
///
/// If the brokers refuse it.
pub(super) fn send(
    kafka: &mut KafkaClient,
    signal: &Signal,
    now: DateTime<Utc>,
) -> Result<(), PlatformError> {
    let failed = |error| kafka_failed(format!("asking `{}` for a snapshot", signal.key), error);
    let end = kafka.end_offsets(&signal.topic).map_err(failed)?.get(&0).copied().unwrap_or_default();
    // Its place is an ID that no other one has.
    let mut value = signal.value.clone();
    if let Some(members) = value.as_object_mut() {
        members.insert("id".to_owned(), format!("{}/{end}", signal.topic).into());
    }
    let record = NewRecord {
        key: Some(signal.key.clone().into_bytes()),
        value: Some(value.to_string().into_bytes()),
        timestamp: now.timestamp_millis(),
        ..NewRecord::default()
    };
    kafka.produce(&signal.topic, 0, &[record]).map_err(failed)?;
    Ok(())
}

/// Returns the topics of tables of which a source was asked for a snapshot that has not ended.
///
/// # Errors
///
/// If the brokers cannot be asked.
pub(super) fn waiting_topics(
    clients: &mut Clients,
    source: &Connector,
) -> Result<BTreeSet<String>, PlatformError> {
    let topic = |member: &str| source.config.get(member).map(String::as_str).unwrap_or_default();
    let asked = values(&mut clients.kafka, topic("signal.kafka.topic"))?;
    let mut asked: Vec<Value> =
        asked.iter().filter_map(|signal| serde_json::from_slice(signal).ok()).collect();
    if asked.is_empty() {
        return Ok(BTreeSet::new());
    }
    let text = |value: &Value, path: &str| value.pointer(path).and_then(Value::as_str).map(str::to_owned);
    let mut ended = BTreeSet::new();
    for value in values(&mut clients.kafka, topic("notification.sink.topic.name"))? {
        let Some(notification) = clients.payload(&value)? else { continue };
        if text(&notification, "/type").is_some_and(|kind| ENDS.contains(&&*kind)) {
            ended.extend(text(&notification, "/id"));
        }
    }
    asked.retain(|signal| text(signal, "/id").is_some_and(|id| !ended.contains(&id)));
    let tables = asked.iter().filter_map(|signal| signal.pointer("/data/data-collections")?.as_array());
    let tables = tables.flatten().filter_map(Value::as_str);
    let events: BTreeSet<String> = tables.map(|table| format!("{}.{table}", topic("topic.prefix"))).collect();
    let routed = source.routed().into_iter().filter(|(event, _)| events.contains(event));
    Ok(routed.map(|(_, topic)| topic).collect())
}

/// The values of a topic of a source itself, which has one partition; none if it is not there.
fn values(kafka: &mut KafkaClient, topic: &str) -> Result<Vec<Vec<u8>>, PlatformError> {
    let failed = |error| kafka_failed(format!("reading the topic `{topic}`"), error);
    if kafka.topic(topic).map_err(failed)?.is_none() {
        return Ok(Vec::new());
    }
    let [first, end] = [kafka.first_offsets(topic), kafka.end_offsets(topic)];
    let [first, end] = [first.map_err(failed)?, end.map_err(failed)?]
        .map(|offsets| offsets.get(&0).copied().unwrap_or_default());
    let mut values = Vec::new();
    for record in kafka.records(topic, 0, first..end) {
        values.extend(record.map_err(failed)?.value);
    }
    Ok(values)
}
