//! SQLite files, written and read as their documentation says.

use super::{FormatReader, FormatWriter, History, Version, malformed, no_address};
use datasurface_model::{Column, DataType, DatasetKey, TableSchema};
use datasurface_platform::{BATCH_IN, BATCH_OUT, Format, PlatformError, SqliteAddress};
use rusqlite::{Connection, OpenFlags, params_from_iter, types::Value as Stored};
use serde_json::Value;
use std::path::PathBuf;

/// SQLite files below a root.
#[derive(Clone, Debug)]
pub struct SqliteFiles {
    root: PathBuf,
}

impl SqliteFiles {
    /// Writes and reads below this root.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }
}

const BATCHES: &str = "CREATE TABLE IF NOT EXISTS datasurface_batches (datastore TEXT, dataset TEXT, batch INTEGER, \
    visible_at TEXT, inserted INTEGER, updated INTEGER, deleted INTEGER, unchanged INTEGER, \
    PRIMARY KEY (datastore, dataset, batch))";

fn failed(address: &str) -> impl FnOnce(rusqlite::Error) -> PlatformError {
    let context = address.to_owned();
    move |error| malformed(context).caused_by(error)
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn columns(schema: &TableSchema) -> Vec<String> {
    let own = schema.columns().iter().map(|column| quoted(column.name().as_str()));
    own.chain([quoted(BATCH_IN), quoted(BATCH_OUT)]).collect()
}

/// A value, as SQLite keeps it.
fn stored(value: &Value) -> Result<Stored, PlatformError> {
    Ok(match value {
        Value::Null => Stored::Null,
        Value::Bool(truth) => Stored::Integer((*truth).into()),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(number), _) => Stored::Integer(number),
            (_, Some(number)) => Stored::Real(number),
            _ => return Err(malformed(format!("`{number}` is too large"))),
        },
        Value::String(text) => Stored::Text(text.clone()),
        other => return Err(malformed(format!("`{other}` is no value of a column"))),
    })
}

/// A value, as lines of the format `batches` have it.
fn shown(value: Stored, column: &Column) -> Result<Value, PlatformError> {
    Ok(match value {
        Stored::Null => Value::Null,
        Stored::Integer(number) if *column.data_type() == DataType::Boolean => Value::Bool(number != 0),
        Stored::Integer(number) => number.into(),
        Stored::Real(number) => serde_json::Number::from_f64(number)
            .map(Value::Number)
            .ok_or_else(|| malformed(format!("`{number}` in `{}`", column.name())))?,
        Stored::Text(text) => text.into(),
        Stored::Blob(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into(),
    })
}

impl FormatWriter for SqliteFiles {
    fn format(&self) -> Format {
        Format::Sqlite
    }

    fn write(&self, address: &str, history: &History) -> Result<(), PlatformError> {
        let to = SqliteAddress::read(address).ok_or_else(|| no_address(&Format::Sqlite, address))?;
        let mut database = Connection::open(self.root.join(to.file)).map_err(failed(address))?;
        let names = columns(&history.schema);
        let batch = database.transaction().map_err(failed(address))?;
        let table = quoted(&to.table);
        let create = format!("{BATCHES}; CREATE TABLE {table} ({});", names.join(", "));
        batch.execute_batch(&create).map_err(failed(address))?;
        let places = vec!["?"; names.len()].join(", ");
        let insert = format!("INSERT INTO {table} ({}) VALUES ({places})", names.join(", "));
        for version in &history.versions {
            let own = history
                .schema
                .columns()
                .iter()
                .map(|column| stored(version.values.get(column.name().as_str()).unwrap_or(&Value::Null)));
            let batches = [Value::from(version.batch_in), version.batch_out.map_or(Value::Null, Value::from)];
            let values: Vec<Stored> =
                own.chain(batches.iter().map(stored)).collect::<Result<_, PlatformError>>()?;
            batch.execute(&insert, params_from_iter(values)).map_err(failed(address))?;
        }
        for number in &history.batches {
            let (DatasetKey { datastore, dataset, .. }, number) = (&history.dataset, number.to_string());
            let counted =
                "INSERT INTO datasurface_batches VALUES (?, ?, ?, '2026-01-01T00:00:00.000000Z', 1, 0, 0, 0)";
            let values = [datastore.as_str(), dataset.as_str(), &number];
            batch.execute(counted, values).map_err(failed(address))?;
        }
        batch.commit().map_err(failed(address))
    }
}

impl FormatReader for SqliteFiles {
    fn format(&self) -> Format {
        Format::Sqlite
    }

    fn read(
        &self,
        address: &str,
        dataset: &DatasetKey,
        schema: &TableSchema,
    ) -> Result<History, PlatformError> {
        let from = SqliteAddress::read(address).ok_or_else(|| no_address(&Format::Sqlite, address))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
        let database =
            Connection::open_with_flags(self.root.join(from.file), flags).map_err(failed(address))?;
        // One state of the file, so that the batches are those of the versions.
        database.execute_batch("BEGIN").map_err(failed(address))?;
        let read = format!("SELECT {} FROM {}", columns(schema).join(", "), quoted(&from.table));
        let width = schema.columns().len();
        let rows = |sql: &str| -> rusqlite::Result<Vec<Vec<Stored>>> {
            let mut statement = database.prepare(sql)?;
            let width = statement.column_count();
            statement.query_map([], |row| (0..width).map(|at| row.get(at)).collect())?.collect()
        };
        let number = |value: Option<&Stored>| match value {
            Some(Stored::Integer(number)) => u64::try_from(*number).ok(),
            _ => None,
        };
        let mut versions = Vec::new();
        for row in rows(&read).map_err(failed(address))? {
            let batch_in =
                number(row.get(width)).ok_or_else(|| malformed(format!("{address}: no `{BATCH_IN}`")))?;
            let batch_out = number(row.get(width + 1));
            let named = schema.columns().iter().zip(row);
            let values = named.map(|(column, value)| Ok((column.name().to_string(), shown(value, column)?)));
            versions.push(Version {
                values: values.collect::<Result<_, PlatformError>>()?,
                batch_in,
                batch_out,
            });
        }
        let literal = |name: &str| format!("'{}'", name.replace('\'', "''"));
        let listed = format!(
            "SELECT batch FROM datasurface_batches WHERE datastore = {} AND dataset = {}",
            literal(dataset.datastore.as_str()),
            literal(dataset.dataset.as_str())
        );
        let batches = rows(&listed).map_err(failed(address))?;
        let batches = batches.iter().filter_map(|row| number(row.first()));
        Ok(History::new(dataset.clone(), schema.clone(), batches, versions))
    }
}
