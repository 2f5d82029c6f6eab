//! Staging: what a source has is judged by the declared types, and put where a batch is put together.

use super::{
    bulk_schema::named_by,
    context::RunContext,
    declared::{ValueChecker, ValueError},
    job::{CaptureJob, CapturedDataset},
    loader::Loader,
    source::{self, RowCallback, Select},
    stale::DatasetFailure,
    watermark::Watermark,
};
use crate::{prelude::*, render::CheckedColumn, sql::script::Script};
use rusqlite::types::ValueRef;
use std::collections::BTreeMap;

/// How many rows are examples of what is wrong.
const MOST_EXAMPLES: usize = 5;
/// As much of a value as is shown.
const SHOWN: usize = 60;

/// A dataset, part of which, or all of it, is staged.
#[derive(Clone, Debug)]
pub(super) struct Staged<'a> {
    pub(super) dataset: &'a DatasetKey,
    pub(super) table: &'a Script,
    pub(super) watermark: Option<Watermark<'a>>,
}

/// The datasets of a capture: those that are staged, and why others cannot be captured.
pub(super) type StagedDatasets<'a> = Vec<Result<Staged<'a>, DatasetFailure>>;

impl Staged<'_> {
    /// Whether only that was read which is new.
    pub(super) fn is_partial(&self) -> bool {
        self.watermark.as_ref().and_then(Watermark::lower_bound).is_some()
    }
}

impl RunContext<'_> {
    /// Reads the source.
    pub(super) fn stage<'j>(&'j self, job: &'j CaptureJob) -> Result<StagedDatasets<'j>, PlatformError> {
        let mut source = source::open(&job.producer()?, &self.site)?;
        source.begin(&job.begin)?;
        let staged = self.stage_rows(job, |_, select, each| source.read(select, each))?;
        source.end()?;
        Ok(staged)
    }

    /// Stages the rows that `read` hands on of each dataset. The platform's database is not locked meanwhile: stages are temporary. A
    /// dataset with rows that its table refuses is read to its end, since the snapshot is that of the others, too.
    pub(super) fn stage_rows<'j>(
        &'j self,
        job: &'j CaptureJob,
        mut read: impl FnMut(&'j CapturedDataset, &Select<'_>, &mut RowCallback<'_>) -> Result<(), PlatformError>,
    ) -> Result<StagedDatasets<'j>, PlatformError> {
        self.own.in_deferred_transaction(|| {
            let mut staged = Vec::new();
            let names = |captured: &&CapturedDataset| {
                self.rendered.find(&captured.into).map_or_else(Vec::new, |table| named_by(table, "stage"))
            };
            self.own.make_many("temp", &job.datasets, names, |captured| {
                let table = self.rendered.script(&captured.into)?;
                let watermark = self.watermark(job, captured, table)?;
                self.own.execute(table, "stage", &[])?;
                let rejects = table.section("reject").map(|_| self.own.loader(table, "reject"));
                let mut intake = RowValidator::new(self.own.loader(table, "load")?, &captured.columns);
                intake.rejects = rejects.transpose()?;
                let since = watermark.as_ref().and_then(|watermark| watermark.lower_bound());
                read(captured, &Select { whole: &captured.read, since }, &mut |row| intake.take(row))?;
                intake.finish()?;
                staged.push(match intake.failure(&captured.dataset) {
                    None => Ok(Staged { dataset: &captured.dataset, table, watermark }),
                    Some(failure) => Err(failure),
                });
                Ok(())
            })?;
            Ok(staged)
        })
    }
}

/// Where rows go that have what their columns say.
pub(super) trait RowSink {
    /// Sets a value of the next row; the first one has the position 1.
    fn set(&mut self, position: usize, value: ValueRef<'_>) -> Result<(), PlatformError>;

    /// Adds the row; returns why it is refused, or one before it, if it is.
    fn add(&mut self) -> Result<Option<PlatformError>, PlatformError>;

    /// Adds what is left; returns why one of it is refused, if it is.
    fn finish(&mut self) -> Result<Option<PlatformError>, PlatformError> {
        Ok(None)
    }
}

impl RowSink for Loader<'_> {
    fn set(&mut self, position: usize, value: ValueRef<'_>) -> Result<(), PlatformError> {
        Loader::set(self, position, value)
    }

    fn add(&mut self) -> Result<Option<PlatformError>, PlatformError> {
        self.load()
    }

    fn finish(&mut self) -> Result<Option<PlatformError>, PlatformError> {
        Loader::finish(self)
    }
}

/// Takes the rows of a dataset.
pub(super) struct RowValidator<'a, R> {
    columns: &'a [CheckedColumn],
    rows: R,
    /// Where rows go that are set aside; without it, they fail the dataset.
    rejects: Option<Loader<'a>>,
    judges: Vec<ValueChecker>,
    /// Where values are brought into the form in which they are kept.
    room: String,
    /// What is wrong in which column, in how many rows.
    broken: BTreeMap<(usize, ValueError), u64>,
    /// Why the table refuses a row that has what its columns say.
    refused: Option<PlatformError>,
    /// Public values of rows that are broken.
    examples: Vec<String>,
}

impl<'a, R: RowSink> RowValidator<'a, R> {
    pub(super) fn new(rows: R, columns: &'a [CheckedColumn]) -> Self {
        let judge = |column: &CheckedColumn| ValueChecker::new(&column.data_type, column.nullable);
        Self {
            columns,
            rows,
            rejects: None,
            judges: columns.iter().map(judge).collect(),
            room: String::new(),
            broken: BTreeMap::new(),
            refused: None,
            examples: Vec::new(),
        }
    }

    pub(super) fn take(&mut self, row: &[ValueRef<'_>]) -> Result<(), PlatformError> {
        if let Some((column, broken)) = self.set(row)? {
            if let Some(rejects) = &mut self.rejects {
                let rule = (self.columns.get(column), broken);
                return reject(rejects, self.columns, &self.judges, row, rule);
            }
            *self.broken.entry((column, broken)).or_default() += 1;
            if self.examples.len() < MOST_EXAMPLES {
                self.examples.extend(example(self.columns, row));
            }
        } else if self.broken.is_empty() && self.refused.is_none() {
            self.refused = self.rows.add()?;
        }
        Ok(())
    }

    /// Loads what is left.
    pub(super) fn finish(&mut self) -> Result<(), PlatformError> {
        if self.broken.is_empty() && self.refused.is_none() {
            self.refused = self.rows.finish()?;
        }
        match &mut self.rejects {
            None => Ok(()),
            Some(rejects) => rejects.finish()?.map_or(Ok(()), Err),
        }
    }

    /// Sets the values of the row that is loaded next, unless one of them is broken: which one, and how.
    fn set(&mut self, row: &[ValueRef<'_>]) -> Result<Option<(usize, ValueError)>, PlatformError> {
        for (at, (value, judge)) in row.iter().zip(&self.judges).enumerate() {
            match judge.keep(*value, &mut self.room) {
                Ok(kept) => self.rows.set(at + 1, kept)?,
                Err(broken) => return Ok(Some((at, broken))),
            }
        }
        Ok(None)
    }

    /// Why the dataset cannot be captured, if it cannot.
    pub(super) fn failure(self, dataset: &DatasetKey) -> Option<DatasetFailure> {
        let rule = |((at, broken), rows): (&(usize, ValueError), &u64)| {
            let column = self.columns.get(*at)?;
            let rows = if *rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") };
            Some(format!(
                "`{dataset}` fails the rule that `{} {}` {broken}: {rows}",
                column.name, column.data_type
            ))
        };
        let mut reasons: Vec<String> = self.broken.iter().filter_map(rule).collect();
        reasons.extend(self.refused.map(|error| error.report()));
        (!reasons.is_empty()).then(|| DatasetFailure {
            dataset: dataset.clone(),
            reason: reasons.join("; "),
            examples: self.examples,
        })
    }
}

/// Sets a row aside.
fn reject(
    rejects: &mut Loader<'_>,
    columns: &[CheckedColumn],
    judges: &[ValueChecker],
    row: &[ValueRef<'_>],
    (column, broken): (Option<&CheckedColumn>, ValueError),
) -> Result<(), PlatformError> {
    let json = as_json(columns, row);
    let column = column.map_or("", |column| column.name.as_str());
    for (position, text) in (1..).zip([json.as_str(), column, &broken.to_string()]) {
        rejects.set(position, ValueRef::Text(text.as_bytes()))?;
    }
    for ((column, judge), value) in columns.iter().zip(judges).zip(row) {
        if let Some(place) = column.key {
            let mut room = String::new();
            // A key that is broken, too, is that of no row.
            rejects.set(3 + place, judge.keep(*value, &mut room).unwrap_or(ValueRef::Null))?;
        }
    }
    match rejects.load()? {
        None => Ok(()),
        Some(refused) => Err(refused),
    }
}

/// A row, as the source has it. Bytes, and texts that are none, are written as `{"hex": "…"}`.
fn as_json(columns: &[CheckedColumn], row: &[ValueRef<'_>]) -> String {
    let hex = |bytes: &[u8]| {
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        json!({ "hex": digits })
    };
    let value = |value: &ValueRef<'_>| match value {
        ValueRef::Null => serde_json::Value::Null,
        ValueRef::Integer(number) => json!(number),
        ValueRef::Real(number) if number.is_finite() => json!(number),
        ValueRef::Real(number) => json!(number.to_string()),
        ValueRef::Text(bytes) => str::from_utf8(bytes).map_or_else(|_| hex(bytes), |text| json!(text)),
        ValueRef::Blob(bytes) => hex(bytes),
    };
    let fields = columns.iter().zip(row).map(|(column, of)| (column.name.to_string(), value(of)));
    serde_json::Value::Object(fields.collect()).to_string()
}

/// The public values of a row, such as `id: 3, city: Oslo`, if there are any.
fn example(columns: &[CheckedColumn], row: &[ValueRef<'_>]) -> Option<String> {
    let public = columns.iter().zip(row).filter(|(column, _)| column.public);
    let named: Vec<String> =
        public.map(|(column, value)| format!("{}: {}", column.name, shown(*value))).collect();
    (!named.is_empty()).then(|| named.join(", "))
}

/// A value, as people read it.
pub(super) fn shown(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "NULL".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => shortened(&String::from_utf8_lossy(text)),
        ValueRef::Blob(bytes) => format!("{} bytes", bytes.len()),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN).and_then(|(end, _)| text.get(..end)) {
        Some(beginning) => format!("{beginning}…"),
        None => text.to_owned(),
    }
}
