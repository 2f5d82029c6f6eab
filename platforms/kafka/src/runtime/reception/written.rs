//! What a topic has of each row already.

use super::{
    super::{
        clients::kafka_failed,
        output::{self, ChangeSource},
    },
    records,
};
use datasurface_kafka_client::{AvroReader, KafkaClient};
use datasurface_platform::prelude::*;
use std::collections::BTreeMap;

/// The rows of which a topic has a record.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub(super) rows: BTreeMap<Vec<u8>, WrittenRow>,
}

/// The last record of a row.
#[derive(Debug)]
pub(super) struct WrittenRow {
    /// The batch that it is of; 0 if somebody else wrote it.
    pub(super) batch: u64,
    /// The record that deletes the row, if it is there, and such records were asked for.
    pub(super) deletion: Option<Vec<u8>>,
}

impl Written {
    /// Reads a topic from its beginning, of the rows that are chosen. With what a deletion says, it has those, too.
    ///
    /// # Errors
    ///
    /// If the brokers cannot be asked, or the registry.
    pub(super) fn read(
        kafka: &mut KafkaClient,
        avro: &mut Option<AvroReader>,
        topic: &str,
        deletions: Option<ChangeSource>,
        is_chosen: impl Fn(&[u8]) -> bool,
    ) -> Result<Self, PlatformError> {
        let failed = |error| kafka_failed(format!("reading the topic `{topic}`"), error);
        let mut written = Self::default();
        let first = kafka.first_offsets(topic).map_err(failed)?;
        for (partition, end) in kafka.end_offsets(topic).map_err(failed)? {
            let begin = first.get(&partition).copied().unwrap_or_default();
            for record in kafka.records(topic, partition, begin..end) {
                let record = record.map_err(failed)?;
                let Some(key) = record.key.filter(|key| is_chosen(key)) else { continue };
                let deletion = match (record.value, deletions) {
                    (Some(value), Some(source)) => {
                        output::deletion(avro.as_mut(), &value, source).map_err(|error| {
                            let context = format!("reading the topic `{topic}`");
                            PlatformError::new(PlatformErrorKind::External, context).caused_by(error)
                        })?
                    }
                    _ => None,
                };
                let batch = records::batch_of(&record.headers).unwrap_or_default();
                written.rows.insert(key, WrittenRow { batch, deletion });
            }
        }
        Ok(written)
    }
}

/// Returns the highest batch of which a topic has a record; 0 if it has none.
///
/// # Errors
///
/// If the brokers cannot be asked.
pub(super) fn highest_batch(kafka: &mut KafkaClient, topic: &str) -> Result<u64, PlatformError> {
    let written = Written::read(kafka, &mut None, topic, None, |_| true)?;
    Ok(written.rows.values().map(|row| row.batch).max().unwrap_or_default())
}
