//! Versions that a copy on a server cannot have: they are set aside for that copy alone, and the others go on.
//!
//! No version that was kept holds up a later one.

use super::{context::number, database::text, declared::container, server::Server, source::RowCallback};
use crate::{prelude::*, render::CheckedColumn, sql::script::Script};
use datasurface_platform::graph::Fingerprint;
use rusqlite::types::{Value, ValueRef};
use std::collections::BTreeSet;

/// Judges the versions that are sent to a copy.
pub(super) struct CopyFilter<'a> {
    columns: &'a [CheckedColumn],
    judges: Vec<container::Column>,
    /// The positions of the columns of the key, in its order.
    key: Vec<usize>,
    aside: Vec<SetAsideVersion>,
}

/// A version that is set aside.
struct SetAsideVersion {
    version: String,
    column: ColumnName,
    rule: container::UnsupportedValue,
    batch_in: i64,
    batch_out: Option<i64>,
}

impl<'a> CopyFilter<'a> {
    /// The judge of a copy of a dataset with these columns.
    pub(super) fn new(columns: &'a [CheckedColumn]) -> Self {
        let mut key: Vec<(usize, usize)> =
            columns.iter().enumerate().filter_map(|(at, column)| Some((column.key?, at))).collect();
        key.sort_unstable();
        Self {
            columns,
            judges: columns.iter().map(|column| container::Column::from_type(&column.data_type)).collect(),
            key: key.into_iter().map(|(_, at)| at).collect(),
            aside: Vec::new(),
        }
    }

    fn is_keyless(&self) -> bool {
        self.key.is_empty()
    }

    /// Sends a version, its columns and the two batches, unless the copy cannot have it.
    pub(super) fn send(
        &mut self,
        row: &[ValueRef<'_>],
        send: &mut RowCallback<'_>,
    ) -> Result<(), PlatformError> {
        for ((value, judge), column) in row.iter().zip(&self.judges).zip(self.columns) {
            let Err(rule) = judge.judge(*value) else { continue };
            let batch = |at: usize| match row.get(at) {
                Some(ValueRef::Integer(batch)) => Some(*batch),
                _ => None,
            };
            let batch_in = batch(self.columns.len()).unwrap_or_default();
            let version = match self.is_keyless() {
                false => {
                    let key = self.key.iter().filter_map(|at| row.get(*at).copied());
                    version(&key.collect::<Vec<_>>(), batch_in)
                }
                // Each row is one of its own.
                true => {
                    let place = i64::try_from(self.aside.len()).unwrap_or(i64::MAX);
                    version(&[ValueRef::Integer(place)], batch_in)
                }
            };
            self.aside.push(SetAsideVersion {
                version,
                column: column.name.clone(),
                rule,
                batch_in,
                batch_out: batch(self.columns.len() + 1),
            });
            return Ok(());
        }
        send(row)
    }

    /// Remembers what was set aside, in the transaction of what was sent.
    pub(super) fn remember(&self, server: &Server<'_>, script: &Script) -> Result<(), PlatformError> {
        for aside in &self.aside {
            let values = [
                (":version", text(&aside.version)),
                (":column", text(&aside.column)),
                (":rule", text(aside.rule)),
                (":batch_in", Value::Integer(aside.batch_in)),
                (":batch_out", Value::Integer(aside.batch_out.unwrap_or_default())),
            ];
            server.execute(script, "set_aside", &values)?;
        }
        Ok(())
    }

    /// Sends which versions are live, keys and the batch in which they came, but for those that the copy cannot have.
    /// What is set aside and not among them has ended.
    pub(super) fn send_live(
        &self,
        server: &Server<'_>,
        script: &Script,
        last: u64,
        stream: impl FnOnce(&mut RowCallback<'_>) -> Result<(), PlatformError>,
    ) -> Result<(), PlatformError> {
        // Without a key, what is set aside ends with the batch in which it came, and is closed with that.
        let aside = match self.is_keyless() {
            true => Vec::new(),
            false => server.rows(script, "live_aside", &[], |row| row.try_get::<_, String>(0))?,
        };
        let mut ended: BTreeSet<String> = aside.into_iter().collect();
        let judges: Vec<&container::Column> = self.key.iter().filter_map(|at| self.judges.get(*at)).collect();
        server.load(script, "load_live", |load| {
            stream(&mut |row| {
                if !ended.is_empty()
                    && let Some((ValueRef::Integer(batch), key)) = row.split_last()
                {
                    ended.remove(&version(key, *batch));
                }
                let has_it = row.iter().zip(&judges).all(|(value, judge)| judge.judge(*value).is_ok());
                if has_it { load(row) } else { Ok(()) }
            })
        })?;
        for version in ended {
            let values = [(":version", text(version)), (":batch", number(last)?)];
            server.execute(script, "close_aside", &values)?;
        }
        Ok(())
    }
}

/// What a version is called that is set aside: values of keys are not repeated, and may be what the server cannot have.
fn version(key: &[ValueRef<'_>], batch_in: i64) -> String {
    let part = |value: &ValueRef<'_>| match value {
        ValueRef::Null => "null".to_owned(),
        ValueRef::Integer(number) => format!("integer {number}"),
        ValueRef::Real(number) => format!("real {number:?}"),
        ValueRef::Text(text) => format!("text {}", String::from_utf8_lossy(text)),
        ValueRef::Blob(bytes) => format!("bytes {bytes:?}"),
    };
    let key: Vec<String> = key.iter().map(part).collect();
    Fingerprint::of(&(key, batch_in)).to_string()
}
