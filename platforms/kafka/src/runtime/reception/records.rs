//! Changes as records of Debezium's form, in JSON with their schema or in Avro, as the converters of sinks read them.
//!
//! A record says in `source` when its batch became visible (`ts_us`), and the number of the batch (`lsn`). A header has that number, too, since a record
//! that deletes a key has no value.

use super::{
    super::{clients::rest_failed, output::ChangeSource},
    changes::{Change, Version},
    moment,
};
use crate::{
    record_avro, record_schema,
    record_type::RecordType,
    render::{ReceivedColumn, ReceivedDataset},
};
use chrono::{DateTime, Utc};
use datasurface_kafka_client::{Header, NewRecord, RegistryClient};
use datasurface_platform::{BATCH_IN, BATCH_OUT, BatchCounts, ReadBatch, prelude::*};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The header with the number of the batch, in the form of the converter of headers.
const BATCH: &str = "datasurface.batch";
const BATCH_BEGINNING: &str = r#"{"schema":{"type":"int64","optional":false},"payload":"#;

/// The form of the records of a dataset.
#[derive(Debug)]
pub(super) struct RecordForm<'d> {
    dataset: &'d ReceivedDataset,
    columns: Vec<FormColumn<'d>>,
    /// The beginnings of keys and of values: with their schemas in JSON, with the IDs of these in Avro.
    key: Vec<u8>,
    value: Vec<u8>,
    is_avro: bool,
    /// The number that is added to those of batches.
    shift: u64,
}

#[derive(Debug)]
struct FormColumn<'d> {
    name: &'d str,
    kind: RecordType,
    is_nullable: bool,
    is_key: bool,
    /// The name as JSON has it, with the colon behind it.
    member: String,
}

/// The times at which batches became visible.
#[derive(Debug)]
pub(super) struct BatchTimes(BTreeMap<u64, i64>);

impl BatchTimes {
    /// Returns the time of a batch, in microseconds since 1970. The time of one that is not listed is that of the batch before it.
    pub(super) fn of(&self, batch: u64) -> i64 {
        let before = self.0.range(..=batch).next_back().or_else(|| self.0.iter().next());
        before.map(|(_, at)| *at).unwrap_or_default()
    }
}

impl<'d> RecordForm<'d> {
    /// Creates the form: in Avro, if there is a registry.
    ///
    /// # Errors
    ///
    /// If a column has a type that batches have no values of, which lint reports, or the registry refuses a schema.
    pub(super) fn new(
        dataset: &'d ReceivedDataset,
        registry: Option<&RegistryClient>,
        shift: u64,
    ) -> Result<Self, PlatformError> {
        let columns = dataset.columns.iter().map(|column| FormColumn::new(column, dataset));
        let columns: Vec<FormColumn<'d>> = columns.collect::<Result<_, _>>()?;
        let keys = || columns.iter().filter(|column| column.is_key);
        let topic = &dataset.topic;
        let [key, value] = match registry {
            Some(registry) => {
                let field = |column: &FormColumn<'_>| {
                    record_avro::field(column.name, &column.kind.avro(), column.is_nullable)
                };
                let (keys, fields): (Vec<_>, Vec<_>) =
                    (keys().map(field).collect(), columns.iter().map(field).collect());
                let key = registered(registry, topic, "key", &record_avro::record("Key", topic, &keys))?;
                [key, registered(registry, topic, "value", &record_avro::envelope(topic, &fields))?]
            }
            None => {
                let field = |column: &FormColumn<'_>| column.kind.field(column.name, column.is_nullable);
                let (keys, fields): (Vec<_>, Vec<_>) =
                    (keys().map(field).collect(), columns.iter().map(field).collect());
                let value = record_schema::envelope(topic, &fields.iter().collect::<Vec<_>>());
                [record_schema::key(topic, &keys), value]
                    .map(|schema| format!("{{\"schema\":{schema},\"payload\":").into_bytes())
            }
        };
        Ok(Self { dataset, columns, key, value, is_avro: registry.is_some(), shift })
    }

    /// Returns the key of a line, as records have it.
    ///
    /// # Errors
    ///
    /// If a value is not of its type.
    pub(super) fn key(&self, line: &Map<String, Value>) -> Result<Vec<u8>, PlatformError> {
        let mut key = self.key.clone();
        self.write_row(self.columns.iter().filter(|column| column.is_key), line, &mut key)?;
        if !self.is_avro {
            key.push(b'}');
        }
        Ok(key)
    }

    /// Returns the version of a line.
    ///
    /// # Errors
    ///
    /// If a value is not of its type, or the line does not say between which batches it was true.
    pub(super) fn version(&self, line: &Map<String, Value>) -> Result<Version, PlatformError> {
        let mut row = Vec::new();
        self.write_row(self.columns.iter(), line, &mut row)?;
        let batch_in = line.get(BATCH_IN).and_then(Value::as_u64).ok_or_else(|| {
            let context = format!("a version of `{}` does not say its batch", self.dataset.dataset);
            PlatformError::new(PlatformErrorKind::External, context)
        })?;
        let batch_out = line.get(BATCH_OUT).and_then(Value::as_u64);
        let shifted = |batch: u64| batch.saturating_add(self.shift);
        Ok(Version { batch_in: shifted(batch_in), batch_out: batch_out.map(shifted), row })
    }

    /// Writes columns of a line. A column that came later has no value in earlier versions.
    fn write_row<'c>(
        &self,
        columns: impl Iterator<Item = &'c FormColumn<'c>>,
        line: &Map<String, Value>,
        output: &mut Vec<u8>,
    ) -> Result<(), PlatformError> {
        let mut text = String::from("{");
        for (at, column) in columns.enumerate() {
            let value = line.get(column.name).unwrap_or(&Value::Null);
            let written = match (self.is_avro, column.kind.is_null(value)) {
                (_, true) if !column.is_nullable => {
                    Err("no value in a version that is kept, and must have one: let the column be null")
                }
                (true, is_null) => {
                    // A variant that is null is a byte of 0, and one that is not is a byte of 2.
                    output.extend(column.is_nullable.then_some(if is_null { 0 } else { 2 }));
                    if is_null { Ok(()) } else { column.kind.write_avro(value, output) }
                }
                (false, _) => {
                    text += if at == 0 { "" } else { "," };
                    text += &column.member;
                    column.kind.write(value, &mut text)
                }
            };
            written.map_err(|reason| {
                let context = format!("`{}` of `{}` has {reason}", column.name, self.dataset.dataset);
                PlatformError::new(PlatformErrorKind::External, context)
            })?;
        }
        if !self.is_avro {
            text.push('}');
            output.extend_from_slice(text.as_bytes());
        }
        Ok(())
    }

    /// Returns the times of the batches of a part.
    ///
    /// # Errors
    ///
    /// If one is none.
    pub(super) fn times(&self, read: &ReadBatch) -> Result<BatchTimes, PlatformError> {
        let time = |counts: &BatchCounts| {
            let at = moment(&counts.visible_at).ok_or_else(|| {
                let context = format!(
                    "the manifest {} does not say when batch {} of `{}` became visible",
                    read.batch, counts.batch, self.dataset.dataset
                );
                PlatformError::new(PlatformErrorKind::External, context)
            })?;
            Ok((counts.batch, at.timestamp_micros()))
        };
        read.part.batches.iter().map(time).collect::<Result<_, _>>().map(BatchTimes)
    }

    /// Returns the records of a change: behind that of a deletion, one without a value, by which compaction forgets the key.
    pub(super) fn records(&self, change: &Change, at: i64, now: DateTime<Utc>) -> Vec<NewRecord> {
        let value = change.record.clone().unwrap_or_else(|| self.value(change, source_of(at, change.batch)));
        let record = |value: Option<Vec<u8>>| NewRecord {
            key: Some(change.key.clone()),
            value,
            headers: vec![Header {
                name: BATCH.to_owned(),
                value: Some(format!("{BATCH_BEGINNING}{}}}", change.batch).into_bytes()),
            }],
            timestamp: now.timestamp_millis(),
        };
        let mut records = vec![record(Some(value))];
        if change.after.is_none() {
            records.push(record(None));
        }
        records
    }

    /// The value of a change.
    fn value(&self, change: &Change, source: ChangeSource) -> Vec<u8> {
        let op = match (&change.before, &change.after) {
            (_, None) => b'd',
            (Some(_), Some(_)) => b'u',
            (None, Some(_)) => b'c',
        };
        let rows = [&change.before, &change.after];
        let mut value = self.value.clone();
        if self.is_avro {
            for row in rows {
                value.push(if row.is_some() { 2 } else { 0 });
                value.extend(row.iter().flatten());
            }
            source.push_to(&mut value);
            record_avro::push_bytes(&mut value, &[op]);
            return value;
        }
        for (name, row) in [&b"{\"before\":"[..], b",\"after\":"].into_iter().zip(rows) {
            value.extend_from_slice(name);
            value.extend_from_slice(row.as_deref().unwrap_or(b"null"));
        }
        let (source, op) = (source.to_json(), char::from(op));
        value.extend_from_slice(format!(",\"source\":{source},\"op\":\"{op}\"}}}}").as_bytes());
        value
    }
}

impl<'d> FormColumn<'d> {
    fn new(column: &'d ReceivedColumn, dataset: &ReceivedDataset) -> Result<Self, PlatformError> {
        let data_type: Option<DataType> = column.data_type.parse().ok();
        let kind = data_type.as_ref().and_then(RecordType::new).ok_or_else(|| {
            let context = format!("writing the type `{}` of `{}`", column.data_type, column.name);
            PlatformError::new(PlatformErrorKind::Unsupported, context)
        })?;
        let name = column.name.as_str();
        let is_key = dataset.key.contains(&column.name);
        let is_nullable = column.nullable && !is_key;
        Ok(Self { name, kind, is_nullable, is_key, member: format!("{}:", Value::from(name)) })
    }
}

/// What a record says of a change: when its batch became visible, and the number of the batch.
pub(super) fn source_of(at: i64, batch: u64) -> ChangeSource {
    ChangeSource { at, number: i64::try_from(batch).ok() }
}

/// Registers a schema, and returns the beginning of what is written by it: a byte of 0, and the ID.
fn registered(
    registry: &RegistryClient,
    topic: &str,
    part: &str,
    schema: &Value,
) -> Result<Vec<u8>, PlatformError> {
    let subject = format!("{topic}-{part}");
    let failed = |error| rest_failed(format!("registering a schema as `{subject}`"), error);
    let id = registry.register(&subject, &schema.to_string()).map_err(failed)?;
    Ok([&[0], &id.to_be_bytes()[..]].concat())
}

/// Returns the batch that a record is of, by its headers; none if somebody else wrote it.
pub(super) fn batch_of(headers: &[Header]) -> Option<u64> {
    let header = headers.iter().find(|header| header.name == BATCH)?;
    let value: Value = serde_json::from_slice(header.value.as_deref()?).ok()?;
    value.get("payload")?.as_u64()
}
