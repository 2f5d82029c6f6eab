//! Topics of outputs: what is deleted of them before a job begins anew.

use super::clients::{Clients, kafka_failed};
use chrono::{DateTime, Utc};
use datasurface_kafka_client::{AvroError, AvroReader, KafkaClient, NewRecord};
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
/// If the brokers or the registry cannot be asked, or the brokers refuse the records.
pub(super) fn clear(clients: &mut Clients, topic: &str, now: DateTime<Utc>) -> Result<(), PlatformError> {
    let Clients { kafka, avro, .. } = clients;
    let failed = |error| kafka_failed(format!("deleting the rows of the topic `{topic}`"), error);
    let first = kafka.first_offsets(topic).map_err(failed)?;
    for (partition, end) in kafka.end_offsets(topic).map_err(failed)? {
        let mut rows: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
        let begin = first.get(&partition).copied().unwrap_or_default();
        for record in kafka.records(topic, partition, begin..end) {
            let record = record.map_err(failed)?;
            let Some(key) = record.key else { continue };
            let deletion = match (record.value, avro.as_mut()) {
                (None, _) => None,
                (Some(value), Some(avro)) if AvroReader::is_avro(&value) => avro_deletion(avro, &value, now)
                    .map_err(|error| {
                        let context = format!("deleting the rows of the topic `{topic}`");
                        PlatformError::new(PlatformErrorKind::External, context).caused_by(error)
                    })?,
                (Some(value), _) => deletion(&value, now),
            };
            match deletion {
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

/// The same in Avro, of what a job wrote: a variant that is null is a byte of 0, and one that is not is a byte of 2. The row stays as it was written.
///
/// # Errors
///
/// If the registry does not say the schema.
fn avro_deletion(
    avro: &mut AvroReader,
    value: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<Vec<u8>>, AvroError> {
    let fields = match avro.fields(value) {
        Err(AvroError::NoId | AvroError::Malformed(_)) => return Ok(None),
        fields => fields?,
    };
    let row = fields.iter().find(|(name, _)| *name == "after").map(|(_, bytes)| *bytes);
    let Some(row) = row.filter(|row| row.first() == Some(&2)) else { return Ok(None) };
    let mut deletion: Vec<u8> = value.iter().take(5).copied().collect();
    for (name, bytes) in fields {
        match name {
            "before" => deletion.extend(row),
            "after" => deletion.push(0),
            "source" => {
                deletion.extend([2, 2]);
                push_integer(&mut deletion, now.timestamp_micros());
                deletion.push(0);
            }
            "op" => deletion.extend([2, b'd']),
            _ => deletion.extend(bytes),
        }
    }
    Ok(Some(deletion))
}

/// Adds a whole number: seven bits in a byte, the lowest ones first, the sign in the lowest bit of all.
fn push_integer(bytes: &mut Vec<u8>, number: i64) {
    let mut left = ((number << 1) ^ (number >> 63)).cast_unsigned();
    loop {
        let [low, ..] = left.to_le_bytes();
        left >>= 7;
        if left == 0 {
            return bytes.push(low & 0x7f);
        }
        bytes.push(low | 0x80);
    }
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
    fn a_number_is_written_as_avro_has_it() {
        for (number, written) in [
            (0, &[0][..]),
            (-1, &[1]),
            (63, &[0x7e]),
            (64, &[0x80, 1]),
            (i64::MIN, &[255, 255, 255, 255, 255, 255, 255, 255, 255, 1]),
        ] {
            let mut bytes = Vec::new();
            push_integer(&mut bytes, number);
            assert_eq!(bytes, written, "{number}");
        }
    }

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
