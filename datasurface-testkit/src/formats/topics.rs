//! Topics, by way of whatever speaks to a broker. A topic has no numbers of batches: each record is taken for one, by its offset.

use super::{FormatReader, FormatWriter, History, Version, malformed, no_address};
use datasurface_model::{DatasetKey, TableSchema};
use datasurface_platform::{Format, KafkaTopicAddress, PlatformError, TopicEncoding};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A record of a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicRecord {
    /// The key.
    pub key: Value,
    /// The value; none for a tombstone.
    pub value: Option<Value>,
}

/// A broker, as far as tests need one.
pub trait TopicBroker {
    /// Appends records to a topic, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// If the broker does not take them.
    fn append(&self, address: &KafkaTopicAddress, records: Vec<TopicRecord>) -> Result<(), PlatformError>;

    /// Returns all records below the end that the topic has now, those of one key in order.
    ///
    /// # Errors
    ///
    /// If the broker does not hand them on.
    fn records(&self, address: &KafkaTopicAddress) -> Result<Vec<TopicRecord>, PlatformError>;
}

/// Topics of a broker.
#[derive(Clone, Debug)]
pub struct Topics<B> {
    broker: B,
}

impl<B> Topics<B> {
    /// Writes and reads topics of this broker.
    pub fn new(broker: B) -> Self {
        Self { broker }
    }
}

/// The member of Debezium's messages that has the data where the schema is beside it.
const PAYLOAD: &str = "payload";

fn written(
    encoding: TopicEncoding,
    key: &Map<String, Value>,
    rows: [Option<&Map<String, Value>>; 2],
) -> TopicRecord {
    let [before, after] = rows;
    let value = match encoding {
        TopicEncoding::Json => after.map(|row| json!(row)),
        _ => {
            let operation = match (before, after) {
                (None, _) => "c",
                (_, None) => "d",
                _ => "u",
            };
            Some(json!({"schema": null, PAYLOAD: {"before": before, "after": after, "op": operation}}))
        }
    };
    let key = match encoding {
        TopicEncoding::Json => json!(key),
        _ => json!({"schema": null, PAYLOAD: key}),
    };
    TopicRecord { key, value }
}

/// The row that a record leaves; none if it deletes one.
fn row_after(encoding: TopicEncoding, record: &TopicRecord) -> Option<Map<String, Value>> {
    let value = record.value.as_ref()?;
    match encoding {
        TopicEncoding::Json => value.as_object().cloned(),
        _ => value.get(PAYLOAD).unwrap_or(value).get("after")?.as_object().cloned(),
    }
}

impl<B: TopicBroker> FormatWriter for Topics<B> {
    fn format(&self) -> Format {
        Format::KafkaTopic
    }

    fn write(&self, address: &str, history: &History) -> Result<(), PlatformError> {
        let to = KafkaTopicAddress::read(address).ok_or_else(|| no_address(&Format::KafkaTopic, address))?;
        if to.encoding == TopicEncoding::DebeziumAvro {
            return Err(malformed("the testkit writes topics in JSON alone"));
        }
        let mut records = Vec::new();
        for batch in &history.batches {
            let ended = history.versions.iter().filter(|version| version.batch_out == Some(*batch));
            let begun = history.versions.iter().filter(|version| version.batch_in == *batch);
            let mut changes: BTreeMap<String, [Option<&Map<String, Value>>; 2]> = BTreeMap::new();
            for (side, version) in ended.map(|one| (0, one)).chain(begun.map(|one| (1, one))) {
                let key = Value::Object(History::key_of(&history.schema, &version.values)).to_string();
                if let Some(row) = changes.entry(key).or_default().get_mut(side) {
                    *row = Some(&version.values);
                }
            }
            for rows in changes.into_values() {
                let Some(row) = rows.into_iter().flatten().next() else { continue };
                let key = History::key_of(&history.schema, row);
                let record = written(to.encoding, &key, rows);
                let is_deletion = rows.last().is_some_and(Option::is_none) && record.value.is_some();
                let tombstone = is_deletion.then(|| TopicRecord { key: record.key.clone(), value: None });
                records.extend(std::iter::once(record).chain(tombstone));
            }
        }
        self.broker.append(&to, records)
    }
}

impl<B: TopicBroker> FormatReader for Topics<B> {
    fn format(&self) -> Format {
        Format::KafkaTopic
    }

    fn read(
        &self,
        address: &str,
        dataset: &DatasetKey,
        schema: &TableSchema,
    ) -> Result<History, PlatformError> {
        let from =
            KafkaTopicAddress::read(address).ok_or_else(|| no_address(&Format::KafkaTopic, address))?;
        let mut live: BTreeMap<String, Version> = BTreeMap::new();
        let (mut ended, mut batches) = (Vec::new(), Vec::new());
        for (batch, record) in (1..).zip(self.broker.records(&from)?) {
            batches.push(batch);
            let key = record.key.to_string();
            if let Some(before) = live.remove(&key) {
                ended.push(Version { batch_out: Some(batch), ..before });
            }
            if let Some(values) = row_after(from.encoding, &record) {
                live.insert(key, Version { values, batch_in: batch, batch_out: None });
            }
        }
        Ok(History::new(
            dataset.clone(),
            schema.clone(),
            batches,
            ended.into_iter().chain(live.into_values()),
        ))
    }
}
