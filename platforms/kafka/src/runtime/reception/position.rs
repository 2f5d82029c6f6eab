//! Positions: how far each dataset is, as the topic of a reception says it. The last record of a dataset counts.

use super::super::clients::kafka_failed;
use chrono::{DateTime, Utc};
use datasurface_kafka_client::{KafkaClient, NewRecord, Offsets};
use datasurface_platform::prelude::*;
use std::collections::BTreeMap;

/// How far a dataset is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) struct Position {
    /// The batch up to which all changes are in the topic.
    pub(in super::super) batch: u64,
    /// Whether some changes of later batches are there, too.
    pub(in super::super) has_begun: bool,
    /// The time at which all that was published was there.
    pub(in super::super) received_at: DateTime<Utc>,
    /// The offset behind the last record that was written, for each partition: no topic ends before it, but one that was made anew.
    pub(super) ends: Offsets,
    /// The number that is added to those of the publication: a platform that lost its database begins again with 1, and batches of a topic only grow.
    #[serde(default)]
    pub(super) shift: u64,
    /// The first and the last batch of the dataset that were written, by which a publication is known; none before one was.
    #[serde(default)]
    pub(super) written: Option<WrittenBatches>,
    /// The failure of the last run, if it failed.
    #[serde(default)]
    pub(in super::super) failure: Option<String>,
}

/// The first and the last batch of a dataset that were written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct WrittenBatches {
    /// The time at which the first one became visible, as the publication says it.
    pub(super) first_visible_at: String,
    /// The number of the last one in the publication.
    pub(super) last: u64,
    /// The time at which the last one became visible.
    pub(super) last_visible_at: String,
}

/// The positions of datasets, by their topics.
#[derive(Debug, Default)]
pub(super) struct Positions(pub(super) BTreeMap<String, Position>);

impl Positions {
    /// Reads the positions; none if the topic is not there.
    ///
    /// # Errors
    ///
    /// If the brokers cannot be asked, or a position is not of a form that this version writes.
    pub(super) fn read(kafka: &mut KafkaClient, topic: &str) -> Result<Self, PlatformError> {
        let context = || format!("reading the positions in the topic `{topic}`");
        let failed = |error| kafka_failed(context(), error);
        let mut positions = Self::default();
        if kafka.topic(topic).map_err(failed)?.is_none() {
            return Ok(positions);
        }
        let first = kafka.first_offsets(topic).map_err(failed)?.get(&0).copied().unwrap_or_default();
        let end = kafka.end_offsets(topic).map_err(failed)?.get(&0).copied().unwrap_or_default();
        for record in kafka.records(topic, 0, first..end) {
            let record = record.map_err(failed)?;
            let (Some(key), Some(value)) = (record.key, record.value) else { continue };
            let position = serde_json::from_slice(&value).map_err(|error| {
                PlatformError::new(PlatformErrorKind::External, context()).caused_by(error)
            })?;
            positions.0.insert(String::from_utf8_lossy(&key).into_owned(), position);
        }
        Ok(positions)
    }
}

impl Position {
    /// Returns the record that says it.
    ///
    /// # Errors
    ///
    /// If it cannot be written, which is an error of this program.
    pub(super) fn record(&self, topic: &str, timestamp: i64) -> Result<NewRecord, PlatformError> {
        let value = serde_json::to_vec(self).map_err(|error| {
            PlatformError::new(PlatformErrorKind::Internal, "writing a position").caused_by(error)
        })?;
        let key = Some(topic.as_bytes().to_vec());
        Ok(NewRecord { key, value: Some(value), timestamp, ..NewRecord::default() })
    }
}

/// Whether a topic is not the one that was written before: somebody deleted it, and it was made again.
pub(super) fn is_recreated(position: &Position, ends: &Offsets) -> bool {
    position.ends.iter().any(|(partition, end)| ends.get(partition).is_none_or(|found| found < end))
}
