//! What a topic has of each row already.

use super::{super::clients::kafka_failed, records};
use datasurface_kafka_client::KafkaClient;
use datasurface_platform::prelude::*;
use serde_json::value::RawValue;
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
    /// The row, if it is there and was asked for.
    pub(super) content: Option<String>,
}

/// A record of a change, as far as the row is concerned. It stays as it was written, with all digits.
#[derive(Deserialize)]
struct Message<'m> {
    #[serde(borrow)]
    payload: Payload<'m>,
}

#[derive(Deserialize)]
struct Payload<'m> {
    #[serde(borrow, default)]
    after: Option<&'m RawValue>,
}

impl Written {
    /// Reads a topic from its beginning, of the rows that are chosen, and also what they are.
    ///
    /// # Errors
    ///
    /// If the brokers cannot be asked.
    pub(super) fn read(
        kafka: &mut KafkaClient,
        topic: &str,
        has_content: bool,
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
                let content = record.value.filter(|_| has_content).and_then(|value| {
                    let message: Message<'_> = serde_json::from_slice(&value).ok()?;
                    let after = message.payload.after.filter(|after| after.get() != "null")?;
                    Some(after.get().to_owned())
                });
                let batch = records::batch_of(&record.headers).unwrap_or_default();
                written.rows.insert(key, WrittenRow { batch, content });
            }
        }
        Ok(written)
    }
}
