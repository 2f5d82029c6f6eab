//! A database file that is worked on: everything that is executed passes through here.

use super::{breakpoint::Breakpoint, place, server::error::without_values, source::RowCallback};
use crate::{
    prelude::*,
    sql::{
        quote::quoted,
        script::{Attached, Script},
    },
};
use datasurface_platform::RuntimeContext;
use rusqlite::{
    Batch, Connection, ErrorCode, OpenFlags, Row, Statement, config::DbConfig,
    fallible_iterator::FallibleIterator, ffi, types::Value,
};
use std::{fs, path::Path, time::Duration};

/// Values of the named parameters of statements; each statement takes those that it has.
pub(super) type Parameters<'a> = &'a [(&'a str, Value)];

/// For how long somebody else may keep a database locked.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How much of a file is held in memory where rows move, in KiB, which SQLite counts below zero.
const CACHE: i32 = -16_384;

/// An open database file.
#[derive(Debug)]
pub(super) struct Database<'a> {
    pub(super) connection: Connection,
    pub(super) file: String,
    pub(super) breakpoint: &'a Breakpoint,
}

impl<'a> Database<'a> {
    /// Opens a file, relative to the root of the site, and makes it, and its folder, if it is not there.
    pub(super) fn open(
        site: &RuntimeContext<'_>,
        file: &str,
        breakpoint: &'a Breakpoint,
    ) -> Result<Self, PlatformError> {
        // Not a URI: a file may have any name.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_NOFOLLOW;
        let (path, _) = place::database_path(site, file)?;
        make_folder_of(&path)?;
        let opened = Connection::open_with_flags(path, flags).and_then(|connection| {
            connection.busy_timeout(BUSY_TIMEOUT)?;
            disable_quoted_text(&connection)?;
            // Nothing of ours has one: it would be SQL of somebody else, on a connection that writes.
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
            // Nor a foreign key: tables that refer to a copy would refuse what is due, or lose their rows with those of the copy.
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, false)?;
            // Readers then never wait for us, nor we for them.
            connection.pragma_update(None, "journal_mode", "WAL")?;
            for (schema, file) in [("main", file), ("temp", "temp")] {
                if let Some(pages) = breakpoint.room(file) {
                    connection.pragma_update(Some(schema), "max_page_count", pages)?;
                }
            }
            Ok(connection)
        });
        let connection = opened.map_err(|error| outside(format!("opening `{file}`"), error))?;
        Ok(Self { connection, file: file.to_owned(), breakpoint })
    }

    /// Holds more of the file in memory, and of what is staged: SQLite's 2 MB are fewer than the indexes of a table that grows,
    /// and what is not held is written and read again and again. Where tables are only made, it would be no help.
    pub(super) fn raise_cache_size(&self) -> Result<(), PlatformError> {
        for schema in ["main", "temp"] {
            let held = self.connection.pragma_update(Some(schema), "cache_size", CACHE);
            held.map_err(|error| outside(format!("setting up `{}`", self.file), error))?;
        }
        Ok(())
    }

    /// Opens a file if it is there.
    pub(super) fn open_if_there(
        site: &RuntimeContext<'_>,
        file: &str,
        breakpoint: &'a Breakpoint,
    ) -> Result<Option<Self>, PlatformError> {
        let (_, is_there) = place::database_path(site, file)?;
        is_there.then(|| Self::open(site, file, breakpoint)).transpose()
    }

    /// Opens what a script is to be executed with: its database, and the one that it reads.
    pub(super) fn open_for(
        site: &RuntimeContext<'_>,
        script: &Script,
        breakpoint: &'a Breakpoint,
    ) -> Result<Self, PlatformError> {
        let database = Self::open(site, script.database(), breakpoint)?;
        database.attach_for(site, script)?;
        Ok(database)
    }

    /// Attaches the database that a script reads, unless it is attached already.
    pub(super) fn attach_for(&self, site: &RuntimeContext<'_>, script: &Script) -> Result<(), PlatformError> {
        let Some(Attached { file, schema }) = script.attached() else {
            return Ok(());
        };
        if self.connection.is_readonly(schema.as_str()).is_ok() {
            return Ok(());
        }
        let (path, _) = place::database_path(site, file)?;
        let path = path.to_str().ok_or_else(|| {
            let context = format!("attaching `{file}`: the path {} is no text", path.display());
            PlatformError::new(PlatformErrorKind::External, context)
        })?;
        let attach = format!("ATTACH DATABASE ?1 AS {}", quoted(schema));
        let attached = self.connection.execute(&attach, [path]);
        attached.map_err(|error| outside(format!("attaching `{file}`"), error))?;
        Ok(())
    }

    /// Whether it has a table of this name.
    pub(super) fn has_table(&self, table: &str) -> Result<bool, PlatformError> {
        self.has_table_in("main", table)
    }

    /// Whether it, or the one that is attached as this schema, has a table of this name.
    pub(super) fn has_table_in(&self, schema: &str, table: &str) -> Result<bool, PlatformError> {
        let there = self.connection.table_exists(Some(schema), table);
        there.map_err(|error| outside(format!("looking into `{}`", self.file), error))
    }

    /// Whether a table has a column of this name.
    pub(super) fn has_column(&self, table: &str, column: &str) -> Result<bool, PlatformError> {
        let there = self.connection.column_exists(Some("main"), table, column);
        there.map_err(|error| outside(format!("looking into `{}`", self.file), error))
    }

    /// Executes the statements of a section.
    pub(super) fn execute(
        &self,
        script: &Script,
        section: &str,
        values: Parameters<'_>,
    ) -> Result<(), PlatformError> {
        let context = || format!("{} [{section}]", script.resource());
        let failed = |error| outside(context(), error);
        let mut batch = Batch::new(&self.connection, section_of(script, section)?);
        while let Some(mut statement) = batch.next().map_err(failed)? {
            bind(&mut statement, values).map_err(failed)?;
            self.breakpoint.before(context);
            statement.raw_execute().map_err(failed)?;
        }
        Ok(())
    }

    /// The rows of a section's statement.
    pub(super) fn rows<T>(
        &self,
        script: &Script,
        section: &str,
        values: Parameters<'_>,
        mut each: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, PlatformError> {
        let context = || format!("{} [{section}]", script.resource());
        let sql = section_of(script, section)?;
        let mut read = || {
            let mut statement = self.connection.prepare(sql)?;
            bind(&mut statement, values)?;
            self.breakpoint.before(context);
            let mut rows = statement.raw_query();
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(each(row)?);
            }
            Ok(found)
        };
        read().map_err(|error| outside(context(), error))
    }

    /// The rows of a section's statement, one after the other: however many there are, only one is in memory.
    pub(super) fn stream(
        &self,
        script: &Script,
        section: &str,
        values: Parameters<'_>,
        each: &mut RowCallback<'_>,
    ) -> Result<(), PlatformError> {
        let context = || format!("{} [{section}]", script.resource());
        let failed = |error| outside(context(), error);
        let mut statement = self.connection.prepare(section_of(script, section)?).map_err(failed)?;
        bind(&mut statement, values).map_err(failed)?;
        self.breakpoint.before(context);
        let width = statement.column_count();
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(failed)? {
            let read = (0..width).map(|column| row.get_ref(column)).collect::<rusqlite::Result<Vec<_>>>();
            each(&read.map_err(failed)?)?;
        }
        Ok(())
    }

    /// The number that a section selects.
    pub(super) fn count(&self, script: &Script, section: &str) -> Result<i64, PlatformError> {
        let counted = self.rows(script, section, &[], |row| row.get(0))?;
        Ok(counted.into_iter().next().unwrap_or_default())
    }

    /// Does all of this or nothing. It waits for others that write before it looks at anything.
    pub(super) fn in_transaction<T>(
        &self,
        work: impl FnOnce() -> Result<T, PlatformError>,
    ) -> Result<T, PlatformError> {
        self.within("BEGIN IMMEDIATE", work)
    }

    /// Does all of this or nothing, and locks only those attached files that it writes to.
    pub(super) fn in_deferred_transaction<T>(
        &self,
        work: impl FnOnce() -> Result<T, PlatformError>,
    ) -> Result<T, PlatformError> {
        self.within("BEGIN", work)
    }

    fn within<T>(
        &self,
        begin: &str,
        work: impl FnOnce() -> Result<T, PlatformError>,
    ) -> Result<T, PlatformError> {
        self.control(begin)?;
        let done = work().and_then(|value| {
            self.control("COMMIT")?;
            Ok(value)
        });
        if done.is_err() {
            // What went wrong has been said; where there is nothing to undo, SQLite did it itself.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        done
    }

    fn control(&self, statement: &str) -> Result<(), PlatformError> {
        self.breakpoint.before(|| format!("{statement} {}", self.file));
        let done = self.connection.execute_batch(statement);
        done.map_err(|error| outside(format!("{statement} in `{}`", self.file), error))
    }
}

pub(super) fn section_of<'s>(script: &'s Script, section: &str) -> Result<&'s str, PlatformError> {
    script.section(section).ok_or_else(|| {
        let context = format!("the file of `{}` has no section `{section}`", script.resource());
        PlatformError::new(PlatformErrorKind::Rendering, context)
    })
}

pub(super) fn bind(statement: &mut Statement<'_>, values: Parameters<'_>) -> rusqlite::Result<()> {
    for (name, value) in values {
        if let Some(position) = statement.parameter_index(name)? {
            statement.raw_bind_parameter(position, value)?;
        }
    }
    Ok(())
}

/// Without this, SQLite takes a name in double quotes that it does not know for a text: where a column is missing, every
/// record would have the column's name for a value.
pub(super) fn disable_quoted_text(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    Ok(())
}

/// A failure of SQLite while something was being done.
pub(super) fn outside(context: String, error: rusqlite::Error) -> PlatformError {
    let failure = PlatformError::new(PlatformErrorKind::External, context);
    match error {
        // The statement can be read in its file.
        rusqlite::Error::SqlInputError { msg, .. } => failure.caused_by(without_hint(&msg)),
        error if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
            let seconds = BUSY_TIMEOUT.as_secs();
            failure.caused_by(format!("somebody else has had the database locked for {seconds} seconds"))
        }
        error if is_for_want_of_room(&error) => {
            failure.caused_by("the disk is full; nothing of it is visible: make room, and run again")
        }
        // Its code says nothing more. What it quotes may be a value.
        rusqlite::Error::SqliteFailure(_, Some(said)) => failure.caused_by(without_values(&said, '\'')),
        error => failure.caused_by(error),
    }
}

/// Whether the disk is full. Where that shows in the file that readers and writers share, SQLite speaks of input and output.
fn is_for_want_of_room(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DiskFull)
        || error.sqlite_error().is_some_and(|error| error.extended_code == ffi::SQLITE_IOERR_SHMSIZE)
}

/// What SQLite says, without its guess that a name was meant as a text: names are always quoted here.
pub(crate) fn without_hint(said: &str) -> String {
    let (said, _) = said.split_once(" - should this be a string literal").unwrap_or((said, ""));
    said.to_owned()
}

/// Makes the folder that a file is to be in, if it is not there.
pub(super) fn make_folder_of(file: &Path) -> Result<(), PlatformError> {
    let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir())
    else {
        return Ok(());
    };
    fs::create_dir_all(folder).map_err(|error| {
        let context = format!("making the folder {} for {}", folder.display(), file.display());
        PlatformError::new(PlatformErrorKind::External, context).caused_by(error)
    })
}

/// A text, as a value.
pub(super) fn text(text: impl ToString) -> Value {
    Value::Text(text.to_string())
}
