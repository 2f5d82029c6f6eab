//! Topics of outputs: what is deleted of them before a job begins anew.

use super::clients::kafka_failed;
use chrono::{DateTime, Utc};
use datasurface_kafka_client::{KafkaClient, NewRecord};
use datasurface_platform::prelude::*;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// The most records of one batch.
const BATCH: usize = 500;

/// A record of a change, as far as a deletion repeats it. What it repeats stays as it was written, with all digits.
#[derive(Deserialize)]
struct Written<'w> {
    #[serde(borrow)]
    schema: &'w RawValue,
    #[serde(borrow)]
    payload: Payload<'w>,
}

#[derive(Deserialize)]
struct Payload<'w> {
    #[serde(borrow, default)]
    after: Option<&'w RawValue>,
}

/// Deletes every row that a topic has, by a record for the deletion, and one without a value. An earlier call may have been killed: then the
/// rest is deleted.
///
/// # Errors
///
/// If the brokers cannot be asked, or refuse the records.
pub(super) fn clear(kafka: &mut KafkaClient, topic: &str, now: DateTime<Utc>) -> Result<(), PlatformError> {
    let failed = |error| kafka_failed(format!("deleting the rows of the topic `{topic}`"), error);
    let first = kafka.first_offsets(topic).map_err(failed)?;
    for (partition, end) in kafka.end_offsets(topic).map_err(failed)? {
        let mut rows: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
        let begin = first.get(&partition).copied().unwrap_or_default();
        for record in kafka.records(topic, partition, begin..end) {
            let record = record.map_err(failed)?;
            let Some(key) = record.key else { continue };
            match record.value.and_then(|value| deletion(&value, now)) {
                Some(deletion) => rows.insert(key, deletion),
                None => rows.remove(&key),
            };
        }
        let timestamp = now.timestamp_millis();
        let record = |key: &[u8], value| NewRecord {
            key: Some(key.to_vec()),
            value,
            timestamp,
            ..NewRecord::default()
        };
        let records: Vec<NewRecord> = rows
            .into_iter()
            .flat_map(|(key, value)| [record(&key, Some(value)), record(&key, None)])
            .collect();
        for batch in records.chunks(BATCH) {
            kafka.produce(topic, partition, batch).map_err(failed)?;
        }
    }
    Ok(())
}

/// Returns the record that deletes what another one left; none if that left nothing.
fn deletion(value: &[u8], now: DateTime<Utc>) -> Option<Vec<u8>> {
    let written: Written<'_> = serde_json::from_slice(value).ok()?;
    let row = written.payload.after.filter(|after| after.get() != "null")?;
    let at = now.timestamp_micros();
    let schema = written.schema;
    let deletion = format!(
        r#"{{"schema":{schema},"payload":{{"before":{row},"after":null,"source":{{"ts_us":{at},"lsn":null}},"op":"d"}}}}"#
    );
    Some(deletion.into_bytes())
}

/// Forgets how far a job had read. A job has no members in its group.
///
/// # Errors
///
/// If the brokers refuse it.
pub(super) fn forget_group(kafka: &mut KafkaClient, group: &str) -> Result<(), PlatformError> {
    let failed = |error| kafka_failed(format!("forgetting how far `{group}` had read"), error);
    kafka.delete_group(group).map_err(failed)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deletion_has_the_row_as_it_was_written() {
        let now = DateTime::from_timestamp_micros(7).unwrap();
        let written =
            br#"{"schema":{"a":1},"payload":{"before":null,"after":{"x":1.50000000000000000001},"op":"c"}}"#;
        let deleted = String::from_utf8(deletion(written, now).unwrap()).unwrap();
        let expected = r#"{"schema":{"a":1},"payload":{"before":{"x":1.50000000000000000001},"after":null,"source":{"ts_us":7,"lsn":null},"op":"d"}}"#;
        assert_eq!(deleted, expected);
        assert_eq!(deletion(deleted.as_bytes(), now), None);
        assert_eq!(deletion(b"other", now), None);
    }
}
