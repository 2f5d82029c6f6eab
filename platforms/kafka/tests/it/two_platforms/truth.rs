//! The truth about states: what the source had whenever both platforms had run, and what the history has of it.

use super::{
    model::{TABLES, schema},
    running::batches,
};
use datasurface_platform::prelude::*;
use postgres::Client;
use rusqlite::{Connection, OpenFlags, types::Value};
use std::path::Path;

/// The rows of a table, as texts.
type Rows = Vec<Vec<Option<String>>>;

/// The rows of a table at its source, as they are kept.
fn state(source: &mut Client, (table, columns, key): (&str, &str, &str)) -> Rows {
    let query = format!("SELECT ARRAY[{columns}] FROM {table} ORDER BY {key}");
    let mut rows: Rows = source.query(&query, &[]).unwrap().into_iter().map(|row| row.get(0)).collect();
    if table == "orders" {
        // Of two texts that are as short and as near to a number, PostgreSQL takes the other one.
        for freight in rows.iter_mut().filter_map(|row| row[3].as_mut()) {
            *freight = freight.parse::<f64>().unwrap().to_string();
        }
    }
    rows
}

/// The rows of a table as they were with a batch, as the history of its readers has them.
fn kept(folder: &Path, view: &str, (table, _, key): (&str, &str, &str), batch: u64) -> Rows {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let vault = Connection::open_with_flags(folder.join("vault.db"), flags).unwrap();
    let schema: TableSchema = schema(table).parse().unwrap();
    let columns: Vec<String> =
        schema.columns().iter().map(|column| format!("\"{}\"", column.name())).collect();
    let query = format!(
        "SELECT {} FROM {view} WHERE batch_in <= {batch} AND (batch_out IS NULL OR batch_out > {batch}) ORDER BY {key}",
        columns.join(", ")
    );
    let mut statement = vault.prepare(&query).unwrap();
    let rows = statement.query_map([], |row| {
        (0..columns.len()).map(|at| row.get(at).map(|value: Value| shown(&value))).collect()
    });
    rows.unwrap().map(Result::unwrap).collect()
}

fn shown(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Integer(number) => Some(number.to_string()),
        Value::Real(number) => Some(number.to_string()),
        Value::Text(text) => Some(text.clone()),
        Value::Blob(bytes) => Some(format!("{bytes:?}")),
    }
}

/// What the source had whenever both had run, and what the history has of it.
#[derive(Default)]
pub(super) struct Truth(pub(super) Vec<State>);

/// A table, the last batch that was made of it, and its rows.
type State = (&'static str, u64, Rows);

impl Truth {
    /// Remembers what the source has now, with the batches that were made of it.
    pub(super) fn remember(&mut self, source: &mut Client, folder: &Path) {
        let batches = batches(folder);
        for table in TABLES {
            let batch = batches
                .iter()
                .find(|(name, _)| *name == table.0 || table.0 == "customers" && *name == "clients");
            self.0.push((table.0, *batch.unwrap().1, state(source, table)));
        }
    }

    /// Compares all of it with the history.
    #[track_caller]
    pub(super) fn assert_kept(&self, folder: &Path, view_of: impl Fn(&str) -> String) {
        for (name, batch, rows) in &self.0 {
            let table = TABLES.into_iter().find(|(table, ..)| table == name).unwrap();
            let found = kept(folder, &view_of(name), table, *batch);
            let sorted = |mut rows: Rows| {
                rows.sort();
                rows
            };
            let (wanted, found) = (sorted(rows.clone()), sorted(found));
            let first = wanted.iter().zip(&found).find(|(wanted, found)| wanted != found);
            assert!(
                wanted == found,
                "{name} with batch {batch}: {} rows, and {}: {first:?}",
                wanted.len(),
                found.len()
            );
        }
    }
}

pub(super) fn history_view(name: &str) -> String {
    format!("Historians__Ever__NW_Data__{name}__history")
}
