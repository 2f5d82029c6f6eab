//! Signals: what sources are asked for, and which of it is done.
//!
//! A signal has an ID, by which its source says in a topic of notifications when it began and when it ended. A source commits what it has read
//! of signals when it stops in good order only: one that was killed reads them again, and tables once more.
//!
//! So an end of which a source said so before it was started again may be void, and its rows lost on the way to brokers. What counts is in
//! [`SourceReport::is_final`].

use super::clients::{Clients, kafka_failed};
use crate::{render::Connector, transition::Signal};
use chrono::{DateTime, Utc};
use datasurface_kafka_client::{KafkaClient, NewRecord, Record};
use datasurface_platform::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;

/// The ends of a snapshot, as notifications call them.
const ENDS: [&str; 3] = ["COMPLETED", "ABORTED", "SKIPPED"];

/// What Debezium says of a table that it could not read. The snapshot goes on with the next one.
const UNREAD: [&str; 3] = ["SQL_EXCEPTION", "UNKNOWN_SCHEMA", "NO_PRIMARY_KEY"];

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

/// How far a source is, as Connect has committed it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Committed<'o> {
    /// The offset of the source.
    pub(super) offset: Option<&'o Value>,
    /// The time of the last transaction before it, by the clock of the database; none where the offset has none.
    pub(super) until: Option<DateTime<Utc>>,
}

/// Returns the topics of tables that a source was asked to read and has not read, each with the reason.
///
/// # Errors
///
/// If the brokers cannot be asked.
pub(super) fn waiting_topics(
    clients: &mut Clients,
    source: &Connector,
    committed: Committed<'_>,
) -> Result<BTreeMap<String, String>, PlatformError> {
    let setting = |member: &str| source.config.get(member).map(String::as_str).unwrap_or_default();
    let topic = setting("signal.kafka.topic");
    let signals: Vec<Asked> =
        records(&mut clients.kafka, topic)?.iter().filter_map(Asked::from_record).collect();
    if signals.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut notifications = Vec::new();
    for record in records(&mut clients.kafka, setting("notification.sink.topic.name"))? {
        let at = DateTime::from_timestamp_millis(record.timestamp).unwrap_or_default();
        let payload = clients.payload(&record.value.unwrap_or_default())?;
        notifications.extend(payload.map(|payload| Notification { at, payload }));
    }
    let failed = |error| kafka_failed(format!("reading how far `{topic}` was read"), error);
    let groups = clients.kafka.group_offsets(setting("signal.kafka.groupId")).map_err(failed)?;
    let next = groups.get(topic).and_then(|next| next.get(&0)).copied().unwrap_or_default();
    let report = SourceReport { signals, notifications, next, committed };
    let routed: BTreeMap<String, String> = source.routed().into_iter().collect();
    let prefix = setting("topic.prefix");
    let topic_of = |table: &str| routed.get(&format!("{prefix}.{table}")).cloned();
    Ok(report.waiting().into_iter().filter_map(|(table, reason)| Some((topic_of(&table)?, reason))).collect())
}

/// The records of a topic of a source itself, which has one partition; none if it is not there.
fn records(kafka: &mut KafkaClient, topic: &str) -> Result<Vec<Record>, PlatformError> {
    let failed = |error| kafka_failed(format!("reading the topic `{topic}`"), error);
    if kafka.topic(topic).map_err(failed)?.is_none() {
        return Ok(Vec::new());
    }
    let [first, end] = [kafka.first_offsets(topic), kafka.end_offsets(topic)];
    let [first, end] = [first.map_err(failed)?, end.map_err(failed)?]
        .map(|offsets| offsets.get(&0).copied().unwrap_or_default());
    kafka.records(topic, 0, first..end).map(|record| record.map_err(failed)).collect()
}

/// A signal in its topic.
#[derive(Debug)]
struct Asked {
    place: i64,
    id: String,
    tables: Vec<String>,
}

impl Asked {
    fn from_record(record: &Record) -> Option<Self> {
        let value: Value = serde_json::from_slice(record.value.as_deref()?).ok()?;
        let tables = value.pointer("/data/data-collections")?.as_array()?.iter();
        Some(Self {
            place: record.offset,
            id: value.get("id")?.as_str()?.to_owned(),
            tables: tables.filter_map(Value::as_str).map(str::to_owned).collect(),
        })
    }
}

/// What a source tells of itself.
#[derive(Debug)]
struct Notification {
    /// When a broker got it, by its clock.
    at: DateTime<Utc>,
    payload: Value,
}

impl Notification {
    fn text(&self, path: &str) -> &str {
        self.payload.pointer(path).and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether it is the first one of a source that was started: each begins with its first snapshot, if only to say that there is no need of it.
    fn is_start(&self) -> bool {
        self.text("/aggregate_type") == "Initial Snapshot"
            && matches!(self.text("/type"), "STARTED" | "SKIPPED")
    }
}

/// What is known of a source.
#[derive(Debug)]
struct SourceReport<'o> {
    signals: Vec<Asked>,
    notifications: Vec<Notification>,
    /// The place of the first signal that the source reads when it is started again.
    next: i64,
    committed: Committed<'o>,
}

impl SourceReport<'_> {
    /// The tables that the source was asked to read and has not read, each with the reason.
    fn waiting(&self) -> BTreeMap<String, String> {
        // Signals are followed in order. One that arrives within the snapshot of another one gives it more tables, and its own ID.
        let ended = self.signals.iter().rev().find(|signal| self.is_ended(signal)).map(|signal| signal.place);
        let mut waiting = BTreeMap::new();
        for signal in &self.signals {
            for table in &signal.tables {
                let reason = match ended {
                    Some(ended) if signal.place <= ended => self.unread(table),
                    _ => Some("is not complete".to_owned()),
                };
                waiting.extend(reason.map(|reason| (table.clone(), reason)));
            }
        }
        waiting
    }

    fn is_ended(&self, signal: &Asked) -> bool {
        let mut ends = self.notifications.iter().enumerate().rev();
        let end = ends.find(|(_, one)| one.text("/id") == signal.id && ENDS.contains(&one.text("/type")));
        end.is_some_and(|(place, end)| self.is_final(signal, place, end))
    }

    /// Whether an end is one for good.
    ///
    /// All rows are with the brokers when a later transaction is committed, since a source commits in order. One that was started again after that
    /// does all of it again, unless it stopped in good order, and not in the middle.
    fn is_final(&self, signal: &Asked, place: usize, end: &Notification) -> bool {
        let is_committed = self.committed.until.is_none_or(|until| until >= end.at);
        let is_started_again = self.notifications.iter().skip(place).any(Notification::is_start);
        let is_in_the_middle = self
            .committed
            .offset
            .is_some_and(|offset| offset.get("incremental_snapshot_collections").is_some());
        is_committed && (!is_started_again || signal.place < self.next && !is_in_the_middle)
    }

    /// Why the source did not read a table when it came to it the last time.
    fn unread(&self, table: &str) -> Option<String> {
        let mut scans = self.notifications.iter().rev();
        let scan = scans.find(|one| one.text("/additional_data/scanned_collection") == table)?;
        let status = scan.text("/additional_data/status");
        UNREAD.contains(&status).then(|| {
            format!("could not read its table ({status}; look into the log of Connect, and apply again)")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn signal(place: i64, table: &str) -> Asked {
        Asked { place, id: place.to_string(), tables: vec![table.to_owned()] }
    }

    fn notified(seconds: i64, id: &str, kind: &str) -> Notification {
        let aggregate_type = if id.is_empty() { "Initial Snapshot" } else { "Incremental Snapshot" };
        let payload = json!({"aggregate_type": aggregate_type, "id": id, "type": kind});
        Notification { at: at(seconds), payload }
    }

    fn scanned(seconds: i64, table: &str, status: &str) -> Notification {
        let data = json!({"scanned_collection": table, "status": status});
        let payload = json!({"id": "0", "type": "TABLE_SCAN_COMPLETED", "additional_data": data});
        Notification { at: at(seconds), payload }
    }

    /// The tables that are waited for, of a source that has committed up to a time, and reads signals from this place on.
    fn waiting(
        signals: Vec<Asked>,
        notifications: Vec<Notification>,
        next: i64,
        until: i64,
        offset: Value,
    ) -> Vec<String> {
        let committed = Committed { offset: Some(&offset), until: Some(at(until)) };
        let report = SourceReport { signals, notifications, next, committed };
        report.waiting().into_iter().map(|(table, reason)| format!("{table} {reason}")).collect()
    }

    #[test]
    fn an_end_counts_when_what_is_before_it_is_committed() {
        let of = |until| {
            let notifications =
                vec![notified(1, "", "SKIPPED"), notified(2, "0", "STARTED"), notified(5, "0", "COMPLETED")];
            waiting(vec![signal(0, "a")], notifications, 0, until, json!({}))
        };
        assert_eq!(of(4), ["a is not complete"]);
        assert!(of(5).is_empty());
    }

    #[test]
    fn a_source_that_was_killed_does_it_again() {
        let of = |mut more: Vec<Notification>, next, offset| {
            let mut notifications = vec![notified(1, "", "SKIPPED"), notified(5, "0", "COMPLETED")];
            notifications.append(&mut more);
            waiting(vec![signal(0, "a")], notifications, next, 20, offset)
        };
        let again = || notified(7, "", "SKIPPED");
        assert_eq!(of(vec![again()], 0, json!({})), ["a is not complete"]);
        assert!(of(vec![again(), notified(9, "0", "COMPLETED")], 0, json!({})).is_empty());
        // It stopped in good order, and reads the signal no more: what was in the middle then goes on.
        assert!(of(vec![again()], 1, json!({})).is_empty());
        let middle = json!({"incremental_snapshot_collections": "[{}]"});
        assert_eq!(of(vec![again()], 1, middle), ["a is not complete"]);
    }

    #[test]
    fn signals_end_with_a_later_one() {
        let signals = || vec![signal(0, "a"), signal(1, "b"), signal(2, "c")];
        let notifications =
            vec![notified(1, "", "SKIPPED"), notified(5, "1", "COMPLETED"), notified(6, "2", "STARTED")];
        assert_eq!(waiting(signals(), notifications, 0, 20, json!({})), ["c is not complete"]);
    }

    #[test]
    fn a_table_that_could_not_be_read_is_told() {
        let of = |mut scans: Vec<Notification>| {
            scans.push(notified(5, "0", "COMPLETED"));
            waiting(vec![signal(0, "a")], scans, 0, 20, json!({}))
        };
        let unread =
            "a could not read its table (SQL_EXCEPTION; look into the log of Connect, and apply again)";
        assert_eq!(of(vec![scanned(3, "a", "SQL_EXCEPTION")]), [unread]);
        assert!(of(vec![scanned(3, "a", "EMPTY"), scanned(3, "b", "SQL_EXCEPTION")]).is_empty());
        assert!(of(vec![scanned(3, "a", "SQL_EXCEPTION"), scanned(4, "a", "SUCCEEDED")]).is_empty());
    }
}
