//! Changes as records of Debezium's form, in JSON with their schema, as the converters of sinks read them.
//!
//! A record says in `source` when its batch became visible (`ts_us`), and the number of the batch (`lsn`). A header has that number, too, since a record
//! that deletes a key has no value.

use super::{
    changes::{Change, Version},
    moment,
};
use crate::{record_schema, record_type::RecordType, render::ReceivedDataset};
use chrono::{DateTime, Utc};
use datasurface_kafka_client::{Header, NewRecord};
use datasurface_platform::{BATCH_IN, BATCH_OUT, ReadBatch, prelude::*};
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
    /// The beginnings of keys and of values, with their schemas.
    key: String,
    value: String,
}

#[derive(Debug)]
struct FormColumn<'d> {
    name: &'d str,
    kind: RecordType,
    is_nullable: bool,
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
    /// Creates the form.
    ///
    /// # Errors
    ///
    /// If a column has a type that batches have no values of, which lint reports.
    pub(super) fn new(dataset: &'d ReceivedDataset) -> Result<Self, PlatformError> {
        let column = |column: &'d crate::render::ReceivedColumn| {
            let data_type: Option<DataType> = column.data_type.parse().ok();
            let kind = data_type.as_ref().and_then(RecordType::new).ok_or_else(|| {
                let context = format!("writing the type `{}` of `{}`", column.data_type, column.name);
                PlatformError::new(PlatformErrorKind::Unsupported, context)
            })?;
            let name = column.name.as_str();
            Ok(FormColumn {
                name,
                kind,
                is_nullable: column.nullable,
                member: format!("{}:", Value::from(name)),
            })
        };
        let columns: Vec<FormColumn<'d>> =
            dataset.columns.iter().map(column).collect::<Result<_, PlatformError>>()?;
        let fields: Vec<Value> =
            columns.iter().map(|column| column.kind.field(column.name, column.is_nullable)).collect();
        let is_key = |column: &&FormColumn<'d>| dataset.key.iter().any(|key| key.as_str() == column.name);
        let key_fields = columns.iter().filter(is_key).map(|column| column.kind.field(column.name, false));
        let key = record_schema::key(&dataset.topic, &key_fields.collect::<Vec<_>>());
        let value = record_schema::envelope(&dataset.topic, &fields.iter().collect::<Vec<_>>());
        let [key, value] = [key, value].map(|schema| format!("{{\"schema\":{schema},\"payload\":"));
        Ok(Self { dataset, columns, key, value })
    }

    /// Returns the key of a line, as records have it.
    ///
    /// # Errors
    ///
    /// If a value is not of its type.
    pub(super) fn key(&self, line: &Map<String, Value>) -> Result<Vec<u8>, PlatformError> {
        let is_key =
            |column: &&FormColumn<'_>| self.dataset.key.iter().any(|key| key.as_str() == column.name);
        let mut key = self.key.clone();
        self.write_members(self.columns.iter().filter(is_key), line, &mut key)?;
        key.push('}');
        Ok(key.into_bytes())
    }

    /// Returns the version of a line.
    ///
    /// # Errors
    ///
    /// If a value is not of its type, or the line does not say between which batches it was true.
    pub(super) fn version(&self, line: &Map<String, Value>) -> Result<Version, PlatformError> {
        let mut row = String::new();
        self.write_members(self.columns.iter(), line, &mut row)?;
        let batch_in = line.get(BATCH_IN).and_then(Value::as_u64).ok_or_else(|| {
            let context = format!("a version of `{}` does not say its batch", self.dataset.dataset);
            PlatformError::new(PlatformErrorKind::External, context)
        })?;
        Ok(Version { batch_in, batch_out: line.get(BATCH_OUT).and_then(Value::as_u64), row })
    }

    /// A column that came later has no value in earlier versions.
    fn write_members<'c>(
        &self,
        columns: impl Iterator<Item = &'c FormColumn<'c>>,
        line: &Map<String, Value>,
        output: &mut String,
    ) -> Result<(), PlatformError> {
        let refused = |column: &FormColumn<'_>, reason: &str| {
            let context = format!("`{}` of `{}` has {reason}", column.name, self.dataset.dataset);
            PlatformError::new(PlatformErrorKind::External, context)
        };
        for (at, column) in columns.enumerate() {
            output.push(if at == 0 { '{' } else { ',' });
            *output += &column.member;
            let value = line.get(column.name).unwrap_or(&Value::Null);
            if value.is_null() && !column.is_nullable {
                let reason = "no value in a version that is kept, and must have one: let the column be null";
                return Err(refused(column, reason));
            }
            column.kind.write(value, output).map_err(|reason| refused(column, reason))?;
        }
        output.push('}');
        Ok(())
    }

    /// Returns the times of the batches of a part.
    ///
    /// # Errors
    ///
    /// If one is none.
    pub(super) fn times(&self, read: &ReadBatch) -> Result<BatchTimes, PlatformError> {
        let time = |counts: &datasurface_platform::BatchCounts| {
            let at = moment(&counts.visible_at).ok_or_else(|| {
                let context = format!(
                    "the manifest {} does not say when batch {} became visible",
                    read.batch, counts.batch
                );
                PlatformError::new(PlatformErrorKind::External, context)
            })?;
            Ok((counts.batch, at.timestamp_micros()))
        };
        read.part.batches.iter().map(time).collect::<Result<_, _>>().map(BatchTimes)
    }

    /// Returns the records of a change: behind that of a deletion, one without a value, by which compaction forgets the key.
    pub(super) fn records(&self, change: &Change, at: i64, now: DateTime<Utc>) -> Vec<NewRecord> {
        let shown = |row: &Option<String>| row.as_deref().unwrap_or("null").to_owned();
        let (before, after, batch) = (shown(&change.before), shown(&change.after), change.batch);
        let op = match (&change.before, &change.after) {
            (_, None) => 'd',
            (Some(_), Some(_)) => 'u',
            (None, Some(_)) => 'c',
        };
        let value = format!(
            "{}{{\"before\":{before},\"after\":{after},\"source\":{{\"ts_us\":{at},\"lsn\":{batch}}},\"op\":\"{op}\"}}}}",
            self.value
        );
        let record = |value: Option<String>| NewRecord {
            key: Some(change.key.clone()),
            value: value.map(String::into_bytes),
            headers: vec![Header {
                name: BATCH.to_owned(),
                value: Some(format!("{BATCH_BEGINNING}{batch}}}").into_bytes()),
            }],
            timestamp: now.timestamp_millis(),
        };
        let mut records = vec![record(Some(value))];
        if op == 'd' {
            records.push(record(None));
        }
        records
    }
}

/// Returns the batch that a record is of, by its headers; none if somebody else wrote it.
pub(super) fn batch_of(headers: &[Header]) -> Option<u64> {
    let header = headers.iter().find(|header| header.name == BATCH)?;
    let value: Value = serde_json::from_slice(header.value.as_deref()?).ok()?;
    value.get("payload")?.as_u64()
}
