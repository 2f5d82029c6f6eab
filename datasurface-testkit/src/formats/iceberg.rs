//! Iceberg tables, by way of whatever engine has them. A table says at which moments a version was true, and knows no numbers of batches: each
//! moment at which something changed is taken for one, in their order.

use super::{FormatReader, FormatWriter, History, Version, malformed, no_address};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use datasurface_model::{DatasetKey, TableSchema};
use datasurface_platform::{Format, IcebergAddress, PlatformError};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// An engine that writes and reads Iceberg tables, as far as tests need one. Moments are texts as in RFC 3339.
pub trait TableEngine {
    /// Makes these rows the only ones of a table, in one snapshot. The table is made, with the columns of the dataset and the moments between
    /// which a version was true, if it is not there.
    ///
    /// # Errors
    ///
    /// If the engine does not write them.
    fn overwrite(
        &self,
        address: &IcebergAddress,
        schema: &TableSchema,
        rows: Vec<Map<String, Value>>,
    ) -> Result<(), PlatformError>;

    /// Returns the rows of the latest snapshot of a table.
    ///
    /// # Errors
    ///
    /// If the engine does not read them.
    fn rows(&self, address: &IcebergAddress) -> Result<Vec<Map<String, Value>>, PlatformError>;
}

/// Iceberg tables of an engine.
#[derive(Clone, Debug)]
pub struct IcebergTables<E> {
    engine: E,
}

impl<E> IcebergTables<E> {
    /// Writes and reads tables with this engine.
    pub fn new(engine: E) -> Self {
        Self { engine }
    }
}

/// The column with the moment from which on a version was true.
const VALID_FROM: &str = "_valid_from";

/// The column with the moment from which on it was not true any more; without a value while it is.
const VALID_TO: &str = "_valid_to";

/// The moment of a batch: one minute after the other.
fn moment(batch: u64) -> Option<String> {
    let minutes = TimeDelta::try_minutes(i64::try_from(batch).ok()?)?;
    let moment = DateTime::<Utc>::UNIX_EPOCH.checked_add_signed(minutes)?;
    Some(moment.to_rfc3339_opts(SecondsFormat::Secs, true))
}

/// The row of a version in the snapshot of a batch; none if it comes later.
fn row_at(version: &Version, batch: u64) -> Option<Map<String, Value>> {
    let is_over = |end: &u64| *end <= batch;
    let ended = version.batch_out.filter(is_over).and_then(moment);
    let mut row = version.values.clone();
    row.insert(VALID_FROM.to_owned(), json!(moment(version.batch_in)?));
    row.insert(VALID_TO.to_owned(), json!(ended));
    (version.batch_in <= batch).then_some(row)
}

impl<E: TableEngine> FormatWriter for IcebergTables<E> {
    fn format(&self) -> Format {
        Format::Iceberg
    }

    fn write(&self, address: &str, history: &History) -> Result<(), PlatformError> {
        let to = IcebergAddress::read(address).ok_or_else(|| no_address(&Format::Iceberg, address))?;
        for batch in &history.batches {
            let rows = history.versions.iter().filter_map(|version| row_at(version, *batch)).collect();
            self.engine.overwrite(&to, &history.schema, rows)?;
        }
        Ok(())
    }
}

/// The moment in a column of a row; none where there is no value.
fn moment_in(row: &mut Map<String, Value>, column: &str) -> Result<Option<DateTime<Utc>>, PlatformError> {
    let read = |text: &str| Some(DateTime::parse_from_rfc3339(text).ok()?.to_utc());
    match row.remove(column) {
        Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if read(&text).is_some() => Ok(read(&text)),
        Some(other) => Err(malformed(format!("`{column}` is `{other}`, which is no moment"))),
        None => Err(malformed(format!("the table has no column `{column}`"))),
    }
}

impl<E: TableEngine> FormatReader for IcebergTables<E> {
    fn format(&self) -> Format {
        Format::Iceberg
    }

    fn read(
        &self,
        address: &str,
        dataset: &DatasetKey,
        schema: &TableSchema,
    ) -> Result<History, PlatformError> {
        let from = IcebergAddress::read(address).ok_or_else(|| no_address(&Format::Iceberg, address))?;
        let mut rows = Vec::new();
        for mut row in self.engine.rows(&from)? {
            let (begin, end) = (moment_in(&mut row, VALID_FROM)?, moment_in(&mut row, VALID_TO)?);
            let begin = begin.ok_or_else(|| malformed(format!("a version has no `{VALID_FROM}`")))?;
            rows.push((row, begin, end));
        }
        let moments: BTreeSet<DateTime<Utc>> =
            rows.iter().flat_map(|(_, begin, end)| [*begin].into_iter().chain(*end)).collect();
        let batch = |moment: DateTime<Utc>| (1..).zip(&moments).find(|(_, one)| **one == moment);
        let number = |moment| batch(moment).map(|(number, _)| number);
        let versions = rows.iter().filter_map(|(row, begin, end)| {
            // A table may have columns of its platform beside those of the dataset.
            let known = row.iter().filter(|(name, _)| schema.column(&name.as_str().into()).is_some());
            Some(Version {
                values: known.map(|(name, value)| (name.clone(), value.clone())).collect(),
                batch_in: number(*begin)?,
                batch_out: end.and_then(number),
            })
        });
        Ok(History::new(
            dataset.clone(),
            schema.clone(),
            (1..).zip(&moments).map(|(number, _)| number),
            versions,
        ))
    }
}
