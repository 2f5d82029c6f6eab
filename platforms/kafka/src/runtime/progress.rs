//! Progress: how far sources have read their databases, and how far jobs and sinks have read topics.
//!
//! What Connect has committed for a source is in topics, and all that the log has before it: it commits what brokers have confirmed, in order. So
//! the time of the last transaction there, by the clock of the database, is a time up to which nothing is missing. A heartbeat makes a
//! transaction in an idle database, too.
//!
//! A job says how far it has read when all that it made of it is written. So what it made is complete up to the time of what it has not read. Each
//! of these is looked at after what comes before it: nothing that is counted as delivered is still on its way.

use super::{
    clients::{Clients, kafka_failed, rest_failed},
    reception,
    rendered::Rendered,
    signals::{self, Committed},
};
use crate::render::{Connector, Delivery, Job};
use chrono::{DateTime, Utc};
use datasurface_kafka_client::{GroupOffsets, KafkaClient, KafkaError, Offsets, Record};
use datasurface_platform::prelude::*;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

/// The progress of all connectors at a moment.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// The progress of each source, by the name of the connector.
    pub(super) sources: BTreeMap<String, SourceProgress>,
    /// The ends of topics, later than the progress of sources.
    pub(super) ends: BTreeMap<String, Offsets>,
    /// The offsets that jobs and sinks read next, by their names; later than the ends.
    pub(super) groups: BTreeMap<String, GroupOffsets>,
    /// The time before which every change at the sources is in a topic, or in what jobs made of it there; of topics of which it is known.
    written_until: BTreeMap<String, DateTime<Utc>>,
    /// Why the last run did not receive what another platform publishes, by the topic of its dataset.
    pub(super) unreceived: BTreeMap<String, String>,
}

/// The progress of a source.
#[derive(Debug, Default)]
pub(super) struct SourceProgress {
    /// The time, by the clock of the database, before which every change is in its topic; none before the first snapshot is complete.
    pub(super) read_until: Option<DateTime<Utc>>,
    /// The topics of tables of which a snapshot was asked for, and is not there, each with the reason.
    pub(super) waiting_topics: BTreeMap<String, String>,
}

impl Progress {
    /// Reads the progress of all connectors.
    ///
    /// # Errors
    ///
    /// If the brokers or Connect cannot be asked.
    pub(super) fn read(clients: &mut Clients, rendered: &Rendered) -> Result<Self, PlatformError> {
        let mut progress = Self::default();
        for source in rendered.sources() {
            progress.sources.insert(source.name.clone(), source_progress(clients, source)?);
        }
        for (topic, position) in reception::positions(&mut clients.kafka, rendered)? {
            // Of one of which nothing is complete yet, nothing is known.
            if position.batch > 0 {
                progress.written_until.insert(topic.clone(), position.received_at);
            }
            progress.unreceived.extend(position.failure.map(|failure| (topic, failure)));
        }
        progress.ends = ends(&mut clients.kafka, rendered)?;
        for (topic, source) in rendered.sources_by_topic() {
            let Some(source) = progress.sources.get(&source.name) else { continue };
            let until = source.read_until.filter(|_| !source.waiting_topics.contains_key(&topic));
            progress.written_until.extend(until.map(|until| (topic, until)));
        }
        progress.read_jobs(clients, rendered)?;
        progress.groups.extend(groups(&mut clients.kafka, rendered)?);
        Ok(progress)
    }

    /// Reads how far jobs are, each behind those that make its inputs, and anew the ends of what they write.
    fn read_jobs(&mut self, clients: &mut Clients, rendered: &Rendered) -> Result<(), PlatformError> {
        let mut left: Vec<&Job> = rendered.jobs.values().collect();
        while !left.is_empty() {
            let made: BTreeSet<&String> = left.iter().flat_map(|job| &job.writes).collect();
            let (ready, waiting): (Vec<&Job>, Vec<&Job>) =
                left.iter().copied().partition(|job| !job.reads.iter().any(|topic| made.contains(topic)));
            // Those that wait for each other are never ready.
            if ready.is_empty() {
                break;
            }
            for job in ready {
                self.read_job(clients, job)?;
            }
            left = waiting;
        }
        Ok(())
    }

    fn read_job(&mut self, clients: &mut Clients, job: &Job) -> Result<(), PlatformError> {
        let failed = |error| kafka_failed(format!("reading how far `{}` is", job.name), error);
        let read = clients.kafka.group_offsets(&job.name).map_err(failed)?;
        let has_begun = !read.is_empty();
        self.groups.insert(job.name.clone(), read);
        let written = job.writes.iter().map(String::as_str).filter(|topic| self.ends.contains_key(*topic));
        let ends = ends_of(&mut clients.kafka, written)?;
        self.ends.extend(ends);
        let mut until = None;
        for (at, topic) in job.reads.iter().enumerate() {
            let Some(mut read_until) = self.written_until.get(topic).copied() else { return Ok(()) };
            for made_at in self.unread(clients, &job.name, topic)?.values() {
                read_until = read_until.min(*made_at);
            }
            until = if at == 0 { Some(read_until) } else { until.min(Some(read_until)) };
        }
        let known = until.filter(|_| has_begun).into_iter();
        self.written_until
            .extend(known.flat_map(|until| job.writes.iter().map(move |topic| (topic.clone(), until))));
        Ok(())
    }

    /// Returns the partitions of a topic in which a job or a sink has changes still to read, each with the time at which the first one was made.
    fn unread(
        &self,
        clients: &mut Clients,
        reader: &str,
        topic: &str,
    ) -> Result<BTreeMap<i32, DateTime<Utc>>, PlatformError> {
        let mut found = BTreeMap::new();
        for (partition, offsets) in unread(&self.ends, &self.groups, reader, topic) {
            let made_at = first_made_at(clients, topic, partition, offsets)?;
            found.extend(made_at.map(|made_at| (partition, made_at)));
        }
        Ok(found)
    }

    /// Returns how far a topic is delivered to a consumer who reads what these sinks make of it.
    ///
    /// What a job made has the time at which it was written. So what a job catches up with is as old as that, for the moment until its sink has read it.
    ///
    /// # Errors
    ///
    /// If the brokers cannot be asked.
    pub(super) fn delivered<'d>(
        &self,
        clients: &mut Clients,
        topic: &str,
        job: Option<&Job>,
        deliveries: impl IntoIterator<Item = &'d Delivery>,
    ) -> Result<Delivered, PlatformError> {
        let mut delivered = Delivered { until: self.written_until.get(topic).copied(), undelivered: None };
        for delivery in deliveries {
            let unread = self.unread(clients, &delivery.sink, topic)?;
            delivered.until =
                unread.values().fold(delivered.until, |until, made_at| until.min(Some(*made_at)));
            let records = self.count(&delivery.sink, topic, &unread);
            delivered.undelivered = Some(delivered.undelivered.unwrap_or_default().max(records));
        }
        let (Some(undelivered), Some(job)) = (&mut delivered.undelivered, job) else { return Ok(delivered) };
        for input in &job.reads {
            let unread = self.unread(clients, &job.name, input)?;
            *undelivered += self.count(&job.name, input, &unread);
        }
        Ok(delivered)
    }

    /// The records in partitions that are still to be read.
    fn count(&self, reader: &str, topic: &str, partitions: &BTreeMap<i32, DateTime<Utc>>) -> u64 {
        let unread = unread(&self.ends, &self.groups, reader, topic).into_iter();
        let counts = unread.filter(|(partition, _)| partitions.contains_key(partition));
        counts.map(|(_, offsets)| u64::try_from(offsets.end - offsets.start).unwrap_or_default()).sum()
    }
}

/// How far a topic is delivered to a consumer.
#[derive(Debug)]
pub(super) struct Delivered {
    /// The time before which every change at the sources is delivered; none if a snapshot is not complete, or nothing is known.
    pub(super) until: Option<DateTime<Utc>>,
    /// The records that are in topics, and still to be delivered; none where the consumer reads the topic itself.
    pub(super) undelivered: Option<u64>,
}

/// Returns the ends of the topics of datasets that are there.
///
/// # Errors
///
/// If the brokers cannot be asked.
pub(super) fn ends(
    kafka: &mut KafkaClient,
    rendered: &Rendered,
) -> Result<BTreeMap<String, Offsets>, PlatformError> {
    let failed = |error| kafka_failed("listing topics", error);
    let existing: BTreeSet<String> =
        kafka.topics().map_err(failed)?.into_iter().map(|topic| topic.name).collect();
    let topics: BTreeSet<&str> = rendered.subscriptions.iter().map(|one| one.topic.as_str()).collect();
    ends_of(kafka, topics.into_iter().filter(|topic| existing.contains(*topic)))
}

/// Returns the ends of topics.
///
/// # Errors
///
/// If the brokers cannot be asked, or one is not there.
pub(super) fn ends_of<'t>(
    kafka: &mut KafkaClient,
    topics: impl IntoIterator<Item = &'t str>,
) -> Result<BTreeMap<String, Offsets>, PlatformError> {
    let end = |topic: &str| {
        let failed = |error| kafka_failed(format!("reading the end of the topic `{topic}`"), error);
        Ok((topic.to_owned(), kafka.end_offsets(topic).map_err(failed)?))
    };
    topics.into_iter().map(end).collect()
}

/// Returns the offsets that each sink reads next.
///
/// # Errors
///
/// If the brokers cannot be asked.
pub(super) fn groups(
    kafka: &mut KafkaClient,
    rendered: &Rendered,
) -> Result<BTreeMap<String, GroupOffsets>, PlatformError> {
    let deliveries = rendered.subscriptions.iter().flat_map(|one| &one.deliveries);
    let sinks: BTreeSet<&String> = deliveries.map(|delivery| &delivery.sink).collect();
    sinks
        .into_iter()
        .map(|sink| {
            let failed = |error| kafka_failed(format!("reading how far `{sink}` is"), error);
            // Connect calls the group of a sink so.
            Ok((sink.clone(), kafka.group_offsets(&format!("connect-{sink}")).map_err(failed)?))
        })
        .collect()
}

/// Returns the offsets of a topic that a sink has still to read before these ends, by partition.
pub(super) fn unread(
    ends: &BTreeMap<String, Offsets>,
    groups: &BTreeMap<String, GroupOffsets>,
    sink: &str,
    topic: &str,
) -> BTreeMap<i32, Range<i64>> {
    let read = groups.get(sink).and_then(|topics| topics.get(topic));
    let ends = ends.get(topic).into_iter().flatten();
    let ranges = ends.map(|(partition, end)| {
        let next = read.and_then(|read| read.get(partition)).copied().unwrap_or_default();
        (*partition, next..*end)
    });
    ranges.filter(|(_, offsets)| !offsets.is_empty()).collect()
}

fn source_progress(clients: &mut Clients, source: &Connector) -> Result<SourceProgress, PlatformError> {
    let name = &source.name;
    let failed = |error| rest_failed(format!("reading how far `{name}` is"), error);
    let offsets = match clients.connect.offsets(name) {
        // It is not there, which is drift.
        Err(error) if error.status() == Some(404) => return Ok(SourceProgress::default()),
        offsets => offsets.map_err(failed)?,
    };
    // A source has one offset, since it reads one database. Others than PostgreSQL's have no time in it, or one that stays in an idle database.
    let offset = offsets.first().and_then(|offset| offset.get("offset"));
    let read_until = offset.filter(|_| source.is_source_with_times()).and_then(read_until);
    let committed = Committed { offset, until: read_until };
    Ok(SourceProgress { read_until, waiting_topics: signals::waiting_topics(clients, source, committed)? })
}

/// The time of the last transaction that was read; none within a snapshot of the beginning.
fn read_until(offset: &Value) -> Option<DateTime<Utc>> {
    let is_snapshot =
        offset.get("snapshot").is_some_and(|kind| !kind.is_null() && kind != &Value::Bool(false));
    let at = offset.get("ts_usec")?.as_i64()?;
    DateTime::from_timestamp_micros(at).filter(|_| !is_snapshot)
}

/// Returns the time at which the first change in a range was made at its source; none if there is no change in it.
///
/// Behind a deletion, there is a record without a value, by which compaction forgets the key. It changes nothing, and a sink that leaves it out
/// does not commit it either.
///
/// # Errors
///
/// If the brokers cannot be asked.
pub(super) fn first_made_at(
    clients: &mut Clients,
    topic: &str,
    partition: i32,
    offsets: Range<i64>,
) -> Result<Option<DateTime<Utc>>, PlatformError> {
    let failed = |error| kafka_failed(format!("reading the topic `{topic}`"), error);
    let kafka = &mut clients.kafka;
    let first = kafka.first_offsets(topic).map_err(failed)?.get(&partition).copied().unwrap_or_default();
    let mut records = kafka.records(topic, partition, offsets.start.max(first)..offsets.end);
    let is_change = |record: &Result<Record, KafkaError>| !matches!(record, Ok(Record { value: None, .. }));
    let Some(record) = records.find(is_change).transpose().map_err(failed)? else { return Ok(None) };
    let change = clients.payload(&record.value.unwrap_or_default())?;
    let at = change.and_then(|change| change.pointer("/source/ts_us")?.as_i64());
    let appended = DateTime::from_timestamp_millis(record.timestamp).unwrap_or_default();
    Ok(Some(at.and_then(DateTime::from_timestamp_micros).unwrap_or(appended)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_of_the_beginning_is_not_complete() {
        let at = |offset: Value| read_until(&offset).map(|at| at.timestamp_micros());
        assert_eq!(at(json!({"ts_usec": 5, "lsn": 1})), Some(5));
        assert_eq!(at(json!({"ts_usec": 5, "snapshot": "INITIAL", "snapshot_completed": false})), None);
        assert_eq!(at(json!({})), None);
    }

    #[test]
    fn a_partition_that_was_never_read_is_unread_from_its_beginning() {
        let ends = BTreeMap::from([("t".to_owned(), Offsets::from([(0, 5), (1, 3), (2, 0)]))]);
        let read = GroupOffsets::from([("t".to_owned(), Offsets::from([(0, 5)]))]);
        let groups = BTreeMap::from([("sink".to_owned(), read)]);
        assert_eq!(unread(&ends, &groups, "sink", "t"), BTreeMap::from([(1, 0..3)]));
        assert_eq!(unread(&ends, &groups, "other", "t"), BTreeMap::from([(0, 0..5), (1, 0..3)]));
    }
}
