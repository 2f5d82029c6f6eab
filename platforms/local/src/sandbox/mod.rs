//! The sandbox: a connection on which the SELECTs of a transformer, which anybody may have written, read the inputs of
//! that transformer and nothing else.
//!
//! | what could go wrong | what stands in the way |
//! |---|---|
//! | a statement that writes, or several statements | the connection is read-only; a statement is judged by SQLite before it runs: one, without parameters, and only reading |
//! | a table that is no input | `authorizer.rs` allows tables only behind the inputs; `tables.rs` then looks at which tables the compiled statement opens |
//! | earlier versions of an input, through the table behind it | that table can be read only through a view with an unguessable name ([`RUN`]) |
//! | a statement without end, or one that takes all memory | `watchdog.rs` interrupts it |
//! | a single function that takes hours: none is interrupted | `functions.rs` refuses its arguments |
//!
//! Either of `authorizer.rs` and `tables.rs` would be enough against other tables. There are two because a hole in one
//! gives away the data of other teams.

mod authorizer;
pub(crate) mod functions;
mod limits;
mod sum;
mod tables;
mod watchdog;

pub use limits::SelectLimits;

use crate::{prelude::*, sql::script::Script};
use authorizer::DeniedName;
use datasurface_platform::{NoObserver, RunObserver};
use rusqlite::{Connection, Error, OpenFlags, Row, Statement, config::DbConfig, limits::Limit};
use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::Path,
    time::Duration,
};

/// Stands in rendered statements for a word that nobody can guess and that is another one each time. No name in a model
/// has a brace.
pub(crate) const RUN: &str = "{run}";

/// For how long the file may be locked by somebody else.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The longest pattern of `LIKE` and `GLOB`: matching takes the product of both lengths, and is not interrupted.
const LONGEST_PATTERN: i32 = 1_000;

/// A connection that sees the inputs of one transformer.
#[derive(Debug)]
pub(crate) struct Sandbox {
    connection: Connection,
    refused: DeniedName,
    /// The root pages of the tables behind the inputs, and of their indexes.
    pages: BTreeSet<i64>,
    /// The same for each input, by the name that the transformer knows, and for each view behind one.
    pages_by_view: BTreeMap<String, BTreeSet<i64>>,
    limits: SelectLimits,
    /// Whether functions that nothing could stop are replaced. Those who do not call one would pay for it: the inputs do, with short texts.
    is_bounded: Cell<bool>,
}

/// Why a SELECT did not run, or not to its end.
#[derive(Debug)]
pub(crate) enum SelectError {
    /// It uses something that is no input.
    NotAnInput(String),
    /// It is not one statement that reads, and that is all it is.
    NotOneSelect(&'static str),
    /// It took more than it may.
    Stopped(watchdog::Stop),
    /// SQLite cannot compile or execute it.
    Sqlite(Error),
    /// The receiver of its rows failed.
    Receiver(PlatformError),
}

impl fmt::Display for SelectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnInput(name) => {
                write!(f, "the transformer uses {name}, which is not one of its inputs")
            }
            Self::NotOneSelect(problem) => write!(f, "it is not one SELECT: {problem}"),
            Self::Stopped(reason) => write!(f, "{reason}"),
            Self::Sqlite(error) => write!(f, "{error}"),
            Self::Receiver(error) => write!(f, "{error}"),
        }
    }
}

impl From<Error> for SelectError {
    fn from(error: Error) -> Self {
        Self::Sqlite(error)
    }
}

impl Sandbox {
    /// Opens a file and makes the inputs visible by the rendered statements. All that is read afterwards is one snapshot.
    pub(crate) fn open(file: &Path, inputs: &str, limits: SelectLimits) -> rusqlite::Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(file, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        Self::new(connection, inputs, limits)
    }

    /// The same over empty tables, which these statements create: it tells whether a SELECT can be compiled.
    pub(crate) fn without_data(tables: &str, inputs: &str, limits: SelectLimits) -> rusqlite::Result<Self> {
        let connection = Connection::open_in_memory()?;
        connection.execute_batch(tables)?;
        Self::new(connection, inputs, limits)
    }

    fn new(mut connection: Connection, inputs: &str, limits: SelectLimits) -> rusqlite::Result<Self> {
        // A double-quoted name that is no column would be a text.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
        // The file may be a consumer's, so its own views and triggers are not trusted.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        sum::install(&connection)?;
        let word: String = connection.query_row("SELECT lower(hex(randomblob(16)))", [], |row| row.get(0))?;
        connection.execute_batch(&inputs.replace(RUN, &word))?;
        connection.pragma_update(None, "query_only", true)?;
        connection.execute_batch("BEGIN")?;
        let pages_by_view = tables::behind_inputs(&connection)?;
        let pages = pages_by_view.values().flatten().copied().collect();
        connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
        connection.set_limit(Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, LONGEST_PATTERN)?;
        connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, limits.value_bytes())?;
        let refused = authorizer::install(&mut connection, &word)?;
        Ok(Self { connection, refused, pages, pages_by_view, limits, is_bounded: Cell::new(false) })
    }

    /// Returns why a rendered SELECT cannot be compiled, if it cannot.
    pub(crate) fn check(&self, select: &str) -> Result<(), SelectError> {
        watchdog::watch(&self.connection, self.limits, &NoObserver, || self.prepare(select).map(|_| ()))
    }

    /// Whether a rendered SELECT reads one of these inputs, which are given by the names that the transformer knows. A SELECT that reads no
    /// input at all is said to: nothing tells when what it makes is another one.
    ///
    /// SQLite's own listing of the compiled statement says so: what is not opened cannot change what is made.
    pub(crate) fn reads_any(&self, select: &str, inputs: &BTreeSet<String>) -> Result<bool, SelectError> {
        watchdog::watch(&self.connection, self.limits, &NoObserver, || {
            self.prepare(select)?;
            let opened = tables::read_pages(&self.connection, &format!("EXPLAIN {select}"))?;
            let of_inputs = |name: &String| self.pages_by_view.get(name).into_iter().flatten();
            Ok(opened.is_empty() || inputs.iter().flat_map(of_inputs).any(|page| opened.contains(page)))
        })
    }

    /// Hands each row of a rendered SELECT to `each`. What `each` fails with ends it.
    pub(crate) fn rows(
        &self,
        select: &str,
        watcher: &dyn RunObserver,
        mut each: impl FnMut(&Row<'_>) -> Result<(), PlatformError>,
    ) -> Result<(), SelectError> {
        // Compiling can take as long as executing: common table expressions that double each other are copied for each use.
        watchdog::watch(&self.connection, self.limits, watcher, || {
            let mut statement = self.prepare(select)?;
            let mut rows = statement.raw_query();
            while let Some(row) = rows.next()? {
                each(row).map_err(SelectError::Receiver)?;
            }
            Ok(())
        })
    }

    /// Compiles a SELECT, and judges what came out.
    fn prepare(&self, select: &str) -> Result<Statement<'_>, SelectError> {
        if !self.is_bounded.get() && functions::may_be_called(select) {
            functions::install(&self.connection, self.limits.value_bytes())?;
            self.is_bounded.set(true);
        }
        let statement = self.connection.prepare(select).map_err(|error| self.explain(error))?;
        if statement.parameter_count() > 0 {
            return Err(SelectError::NotOneSelect("it has parameters, and nobody gives them values"));
        }
        if !statement.readonly() || statement.is_explain() != 0 || statement.column_count() == 0 {
            return Err(SelectError::NotOneSelect("it does more than read"));
        }
        let explained = format!("EXPLAIN {select}");
        if !tables::opens_only(&self.connection, &explained, &self.pages)
            .map_err(|error| self.explain(error))?
        {
            return Err(SelectError::NotAnInput("a table".to_owned()));
        }
        Ok(statement)
    }

    fn explain(&self, error: Error) -> SelectError {
        match self.refused.take() {
            Some(name) => SelectError::NotAnInput(name),
            None if matches!(error, Error::MultipleStatement) => {
                SelectError::NotOneSelect("something follows its end")
            }
            None => SelectError::Sqlite(error),
        }
    }
}

/// The file in which the inputs of a transformer are.
pub(crate) fn file_of_inputs(script: &Script) -> &str {
    script.attached().map_or(script.database(), |attached| attached.file.as_str())
}
