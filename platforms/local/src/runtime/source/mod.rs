//! Where captured data comes from.

mod file_path;
mod postgres;
mod sqlite;

use super::stage::{RowSink, RowValidator};
use crate::{
    prelude::*, render::CheckedColumn, server_address::ServerAddress, server_settings::ServerSettings,
};
use datasurface_platform::RuntimeContext;
use rusqlite::types::{Value, ValueRef};

/// A producer's database, opened for one capture.
pub(crate) trait Source {
    /// Begins the one snapshot that everything is read in, by the statements that were rendered.
    fn begin(&mut self, statements: &[String]) -> Result<(), PlatformError>;

    /// Reads the rows of a rendered SELECT, in order of its columns, as what SQLite stores. A failure of `each` is
    /// handed on as it is.
    fn read(&mut self, select: &Select<'_>, each: &mut RowCallback<'_>) -> Result<(), PlatformError>;

    /// Ends the snapshot.
    fn end(&mut self) -> Result<(), PlatformError>;
}

/// A rendered SELECT.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Select<'a> {
    /// It reads a table as a whole.
    pub(crate) whole: &'a str,
    /// Instead of it: the one that reads from a position on, and the position.
    pub(crate) since: Option<(&'a str, &'a Value)>,
}

/// What the position is called in a SELECT.
const POSITION: &str = ":position";

/// What is done with a row: its values, borrowed from where they were read.
pub(crate) type RowCallback<'a> = dyn FnMut(&[ValueRef<'_>]) -> Result<(), PlatformError> + 'a;

/// The part of a capture job that says where its source is, and how it is spoken to: fields of its entry in `jobs.json`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Producer {
    /// Where the data is, and how it is reached; never a secret.
    pub(crate) container: ContainerKind,
    /// The credential that it is reached with.
    pub(crate) credential: Option<CredentialKey>,
    /// How a server is spoken to.
    pub(crate) server: ServerSettings,
    /// For how long reading a table of a file may take, if something is set for that.
    pub(crate) sqlite_statement_timeout_seconds: Option<u32>,
}

/// Opens the source of a capture.
pub(crate) fn open(producer: &Producer, site: &RuntimeContext<'_>) -> Result<Box<dyn Source>, PlatformError> {
    match &producer.container {
        ContainerKind::Sqlite { file } => {
            Ok(Box::new(sqlite::Sqlite::open(file, site, producer.sqlite_statement_timeout_seconds)?))
        }
        ContainerKind::Postgres { host, port, database } => {
            let address = ServerAddress {
                host: host.to_string(),
                port: *port,
                database: database.to_string(),
                schema: None,
                credential: producer.credential.clone(),
                settings: producer.server.clone(),
            };
            Ok(Box::new(postgres::Postgres::open(&address, site)?))
        }
        other => Err(PlatformError::new(
            PlatformErrorKind::Unsupported,
            format!("a local platform does not read `{}` sources", other.technology()),
        )),
    }
}

/// Reads what a capture would read, as it would keep it, and hands on each row with its dataset. `begin` are the statements that begin
/// the reading; a select is a dataset, its SELECT and its columns as they are rendered.
///
/// # Errors
///
/// If the source cannot be opened or read, or a value breaks its declared type.
pub fn read_source(
    container: &ContainerKind,
    credential: Option<&CredentialKey>,
    server: &ServerSettings,
    site: &RuntimeContext<'_>,
    begin: &[String],
    selects: &[(DatasetKey, String, serde_json::Value)],
    mut each: impl FnMut(&DatasetKey, &[ValueRef<'_>]) -> Result<(), PlatformError>,
) -> Result<(), PlatformError> {
    let failed = |kind, dataset: &DatasetKey| PlatformError::new(kind, format!("cannot capture `{dataset}`"));
    let producer = Producer {
        container: container.clone(),
        credential: credential.cloned(),
        server: server.clone(),
        sqlite_statement_timeout_seconds: None,
    };
    let mut source = open(&producer, site)?;
    source.begin(begin)?;
    for (dataset, select, columns) in selects {
        let select = Select { whole: select, since: None };
        let columns: Vec<CheckedColumn> = serde_json::from_value(columns.clone())
            .map_err(|error| failed(PlatformErrorKind::Rendering, dataset).caused_by(error))?;
        let rows = Collected { row: Vec::new(), each: &mut |row| each(dataset, row) };
        let mut intake = RowValidator::new(rows, &columns);
        source
            .read(&select, &mut |row| intake.take(row))
            .map_err(|error| failed(error.kind(), dataset).caused_by(error))?;
        if let Some(failure) = intake.failure(dataset) {
            return Err(failed(PlatformErrorKind::External, dataset).caused_by(failure.reason));
        }
    }
    source.end()
}

/// Hands rows on.
struct Collected<'a> {
    row: Vec<Value>,
    each: &'a mut RowCallback<'a>,
}

impl RowSink for Collected<'_> {
    fn set(&mut self, _position: usize, value: ValueRef<'_>) -> Result<(), PlatformError> {
        let value = Value::try_from(value).map_err(|error| {
            PlatformError::new(PlatformErrorKind::External, "reading a value").caused_by(error)
        })?;
        self.row.push(value);
        Ok(())
    }

    fn add(&mut self) -> Result<Option<PlatformError>, PlatformError> {
        let row: Vec<ValueRef<'_>> = self.row.iter().map(ValueRef::from).collect();
        let handed = (self.each)(&row);
        self.row.clear();
        handed.map(|()| None)
    }
}
