//! How far the writer of topics has read its source.

use super::{avro, connect::kafka_failed};
use crate::{
    prelude::*,
    runtime::{
        context::{RunContext, time},
        database::Database,
        job::CaptureJob,
    },
};
use chrono::{DateTime, SecondsFormat, Utc};
use datasurface_kafka_client::{AvroReader, KafkaClient};
use datasurface_platform::{KafkaTopicAddress, RuntimeContext};

/// How far the writer is.
pub(super) struct Progress {
    /// The time before which every change of the source is in topics; none if that is not known.
    pub(super) complete_until: Option<DateTime<Utc>>,
}

/// What is read of a message of the writer.
#[derive(Deserialize)]
struct Message {
    payload: Payload,
}

#[derive(Deserialize)]
struct Payload {
    source: Source,
}

#[derive(Deserialize)]
struct Source {
    ts_us: i64,
}

impl Progress {
    /// Reads how far the writer is. One that does not say so is taken to be where its topics are.
    ///
    /// # Errors
    ///
    /// If its first snapshot is not complete, or the brokers cannot be asked.
    pub(super) fn read(
        kafka: &mut KafkaClient,
        avro: Option<&mut AvroReader>,
        address: &KafkaTopicAddress,
        site: &RuntimeContext<'_>,
    ) -> Result<Self, PlatformError> {
        let Some(topic) = &address.progress else { return Ok(Self { complete_until: Some(site.now) }) };
        let failed = |error| kafka_failed(format!("reading the topic `{topic}`"), error);
        let is_there = kafka.topic(topic).map_err(failed)?.is_some();
        let end = match is_there {
            true => kafka.end_offsets(topic).map_err(failed)?.get(&0).copied().unwrap_or_default(),
            false => 0,
        };
        if end == 0 {
            let context = format!(
                "the first snapshot of the topic `{}` is not complete: let the platform that captures it run, and run again",
                address.topic
            );
            return Err(PlatformError::new(PlatformErrorKind::External, context));
        }
        let first = kafka.first_offsets(topic).map_err(failed)?.get(&0).copied().unwrap_or_default();
        let last = kafka.records(topic, 0, first.max(end - 1)..end).last().transpose().map_err(failed)?;
        // A writer that says nothing for long is behind, and nobody knows how far.
        let at = match last.and_then(|record| record.value) {
            Some(value) => written_at(avro, &value).map_err(|reason| {
                let context = format!("reading the topic `{topic}`");
                PlatformError::new(PlatformErrorKind::External, context).caused_by(reason)
            })?,
            None => None,
        };
        // Its clock may be ahead.
        Ok(Self { complete_until: at.map(|at| at.min(site.now)) })
    }
}

/// Returns the time up to which the writer has read its source, by a message of it; none if it does not say.
fn written_at(avro: Option<&mut AvroReader>, value: &[u8]) -> Result<Option<DateTime<Utc>>, String> {
    let at = match avro {
        None => serde_json::from_slice::<Message>(value).ok().map(|message| message.payload.source.ts_us),
        Some(avro) => avro::source_time(avro, value)?,
    };
    Ok(at.and_then(DateTime::from_timestamp_micros))
}

/// Returns a time as it is kept.
pub(super) fn as_kept(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// Returns the time before which nothing is missing of what a job last read of a topic; none if it reads none, or nothing is known.
///
/// # Errors
///
/// If the file cannot be read that has it.
pub(in crate::runtime) fn confirmed(
    work: &RunContext<'_>,
    job: &CaptureJob,
) -> Result<Option<DateTime<Utc>>, PlatformError> {
    let Some(captured) = job.datasets.iter().find(|captured| captured.topic.is_some()) else {
        return Ok(None);
    };
    let table = work.rendered.script(&captured.into)?;
    let Some(attached) = table.attached() else { return Ok(None) };
    let Some(read) = Database::open_to_read(&work.site, &attached.file, work.breakpoint)? else {
        return Ok(None);
    };
    if !read.has_table("datasurface_topics")? {
        return Ok(None);
    }
    let until = read.rows(table, "topic_confirmed", &[], |row| row.get::<_, String>(0))?;
    until.first().map(|until| time(until)).transpose()
}
