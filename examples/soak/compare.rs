//! Compares what consumers have with what the expected is.

use crate::{
    Result,
    expected::{Expected, of_rows},
};
use rusqlite::{Connection, types::Value};
use std::{collections::BTreeMap, path::Path};

/// Where consumers read, and what their views begin with.
const PLACES: [(&str, &str); 2] = [("platform.db", "Own__all"), ("desk.db", "Local__Desk__all")];

/// Fingerprints of the records at each batch.
#[derive(Debug, Default)]
pub(crate) struct History(BTreeMap<i64, u64>);

/// Compares live rows, history and the transformer's output, in each place.
pub(crate) fn all(folder: &Path, expected: &Expected, history: &mut History) -> Result<()> {
    let platform = Connection::open(folder.join("platform.db"))?;
    let batch = "SELECT max(batch) FROM datasurface_batches WHERE datastore = 'S'";
    let batch: i64 = platform.query_row(batch, [], |row| row.get(0))?;
    history.0.insert(batch, expected.fingerprint());
    for (file, view) in PLACES {
        let database = Connection::open(folder.join(file))?;
        let records = "SELECT id, part, amount, note FROM";
        let live = rows(&database, &format!("{records} \"{view}__S__records\" ORDER BY id"))?;
        same(file, "the number of live records", &live.len(), &expected.len())?;
        same(file, "the live records", &of_rows(live), &expected.fingerprint())?;
        let parts = rows(
            &database,
            &format!("SELECT part, records, amount FROM \"{view}__D__parts\" ORDER BY part"),
        )?;
        same(file, "the transformer's output", &parts, &expected.parts())?;
        // All generations would take longer with each: the last one, the first one, and some between.
        let known: Vec<(&i64, &u64)> = history.0.iter().collect();
        let some = known.iter().step_by(1 + known.len() / 4).chain(known.last());
        for (batch, expected) in some {
            let then = rows(
                &database,
                &format!(
                    "{records} \"{view}__S__records__history\" WHERE batch_in <= {batch} \
                     AND (batch_out IS NULL OR batch_out > {batch}) ORDER BY id"
                ),
            )?;
            same(file, &format!("the records as of batch {batch}"), &of_rows(then), expected)?;
        }
    }
    Ok(())
}

/// Asks SQLite whether the files are whole.
pub(crate) fn integrity(folder: &Path) -> Result<()> {
    for (file, _) in PLACES {
        let database = Connection::open(folder.join(file))?;
        same(file, "its integrity", &rows(&database, "PRAGMA integrity_check")?, &vec!["ok".to_owned()])?;
    }
    Ok(())
}

fn same<T: PartialEq + std::fmt::Debug>(file: &str, what: &str, found: &T, expected: &T) -> Result<()> {
    match found == expected {
        true => Ok(()),
        false => Err(format!("{file}: {what} differs: found {found:?}, expected {expected:?}").into()),
    }
}

fn rows(database: &Connection, query: &str) -> Result<Vec<String>> {
    let mut statement = database.prepare(query)?;
    let width = statement.column_count();
    let rows = statement.query_map([], |row| {
        let shown = (0..width).map(|column| row.get(column).map(|value| show(&value)));
        Ok(shown.collect::<rusqlite::Result<Vec<_>>>()?.join("|"))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn show(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Blob(bytes) => format!("{bytes:?}"),
    }
}
