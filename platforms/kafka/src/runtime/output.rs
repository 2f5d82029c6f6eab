//! Topics of outputs: what is deleted of them before a job begins anew.

use super::clients::{Clients, kafka_failed};
use crate::record_avro::push_integer;
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
            let at = ChangeSource { at: now.timestamp_micros(), number: None };
            let deletion = match record.value {
                Some(value) => deletion(avro.as_mut(), &value, at).map_err(|error| {
                    let context = format!("deleting the rows of the topic `{topic}`");
                    PlatformError::new(PlatformErrorKind::External, context).caused_by(error)
                })?,
                None => None,
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

/// What a record says of the change that it is of.
#[derive(Clone, Copy, Debug)]
pub(super) struct ChangeSource {
    /// The time, in microseconds since 1970.
    pub(super) at: i64,
    /// Its place among changes, if there is one.
    pub(super) number: Option<i64>,
}

/// Returns the record that deletes what another one left; none if that left nothing.
///
/// # Errors
///
/// If the registry does not say the schema.
pub(super) fn deletion(
    avro: Option<&mut AvroReader>,
    value: &[u8],
    source: ChangeSource,
) -> Result<Option<Vec<u8>>, AvroError> {
    match avro {
        Some(avro) if AvroReader::is_avro(value) => avro_deletion(avro, value, source),
        _ => Ok(json_deletion(value, source)),
    }
}

fn json_deletion(value: &[u8], source: ChangeSource) -> Option<Vec<u8>> {
    let written: Written<'_> = serde_json::from_slice(value).ok()?;
    let row = written.payload.after.filter(|after| after.get() != "null")?;
    let (schema, source) = (written.schema, source.to_json());
    let deletion = format!(
        r#"{{"schema":{schema},"payload":{{"before":{row},"after":null,"source":{source},"op":"d"}}}}"#
    );
    Some(deletion.into_bytes())
}

/// The same in Avro, of what this platform wrote: a variant that is null is a byte of 0, and one that is not is a byte of 2. The row stays as it was written.
fn avro_deletion(
    avro: &mut AvroReader,
    value: &[u8],
    source: ChangeSource,
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
            "source" => source.push_to(&mut deletion),
            "op" => deletion.extend([2, b'd']),
            _ => deletion.extend(bytes),
        }
    }
    Ok(Some(deletion))
}

impl ChangeSource {
    /// Returns it in JSON.
    pub(super) fn to_json(self) -> String {
        let Self { at, number } = self;
        let number = number.map_or_else(|| "null".to_owned(), |number| number.to_string());
        format!(r#"{{"ts_us":{at},"lsn":{number}}}"#)
    }

    /// Adds the bytes in Avro.
    pub(super) fn push_to(self, bytes: &mut Vec<u8>) {
        bytes.extend([2, 2]);
        push_integer(bytes, self.at);
        match self.number {
            Some(number) => {
                bytes.push(2);
                push_integer(bytes, number);
            }
            None => bytes.push(0),
        }
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
    fn a_deletion_has_the_row_as_it_was_written() {
        let source = ChangeSource { at: 7, number: None };
        let written =
            br#"{"schema":{"a":1},"payload":{"before":null,"after":{"x":1.50000000000000000001},"op":"c"}}"#;
        let deleted = String::from_utf8(deletion(None, written, source).unwrap().unwrap()).unwrap();
        let expected = r#"{"schema":{"a":1},"payload":{"before":{"x":1.50000000000000000001},"after":null,"source":{"ts_us":7,"lsn":null},"op":"d"}}"#;
        assert_eq!(deleted, expected);
        assert_eq!(deletion(None, deleted.as_bytes(), source).unwrap(), None);
        assert_eq!(deletion(None, b"other", source).unwrap(), None);
    }
}
