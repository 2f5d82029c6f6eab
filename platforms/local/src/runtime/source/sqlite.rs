//! Sources in SQLite files.

use super::{POSITION, RowCallback, Select, Source, file_path::source_path};
use crate::{
    prelude::*,
    runtime::{
        database::{bind, disable_quoted_text, outside},
        server::error::table_of,
    },
    sandbox::functions,
};
use datasurface_platform::RuntimeContext;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::{
    fmt::Display,
    time::{Duration, Instant},
};

/// An SQLite file, opened to be read only.
#[derive(Debug)]
pub(super) struct Sqlite {
    file: String,
    connection: Connection,
    timeout_seconds: u32,
}

/// For how many seconds reading a table may take where nothing is set.
const STATEMENT_TIMEOUT: u32 = 3600;

/// After how many of its instructions SQLite asks whether it is time to stop.
const INSTRUCTIONS: i32 = 100_000;

impl Sqlite {
    /// Opens the file; one that is not there is not made.
    pub(super) fn open(
        file: &str,
        site: &RuntimeContext<'_>,
        timeout_seconds: Option<u32>,
    ) -> Result<Self, PlatformError> {
        let path = source_path(site, file)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_NOFOLLOW;
        let opened = Connection::open_with_flags(&path, flags).and_then(|connection| {
            connection.busy_timeout(BUSY_TIMEOUT)?;
            disable_quoted_text(&connection)?;
            // What is called a table may be a view of its owner.
            functions::install(&connection, i32::MAX)?;
            Ok(connection)
        });
        let connection = opened.map_err(|error| outside(format!("opening the source `{file}`"), error))?;
        let timeout_seconds = timeout_seconds.unwrap_or(STATEMENT_TIMEOUT);
        Ok(Self { file: file.to_owned(), connection, timeout_seconds })
    }

    /// Stops what is read from now on when its time is over: what is called a table may be a view of its owner that never ends.
    fn begin_timeout(&mut self) -> rusqlite::Result<()> {
        if self.timeout_seconds == 0 {
            return Ok(());
        }
        let (began, limit) = (Instant::now(), Duration::from_secs(self.timeout_seconds.into()));
        self.connection.progress_handler(INSTRUCTIONS, Some(move || began.elapsed() >= limit))
    }

    fn doing<T>(&self, operation: impl Display, result: rusqlite::Result<T>) -> Result<T, PlatformError> {
        result.map_err(|error| {
            let context = format!("{operation} the source `{}`", self.file);
            match error.sqlite_error_code() {
                Some(ErrorCode::OperationInterrupted) => {
                    let cause = format!(
                        "it took longer than {} s, the setting `sqlite_statement_timeout_seconds`",
                        self.timeout_seconds
                    );
                    PlatformError::new(PlatformErrorKind::External, context).caused_by(cause)
                }
                _ => outside(context, error),
            }
        })
    }
}

/// For how long a source may be locked by somebody else.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

impl Source for Sqlite {
    fn begin(&mut self, statements: &[String]) -> Result<(), PlatformError> {
        for statement in statements {
            self.doing("beginning to read", self.connection.execute_batch(statement))?;
        }
        Ok(())
    }

    fn read(&mut self, select: &Select<'_>, each: &mut RowCallback<'_>) -> Result<(), PlatformError> {
        let sql = select.since.map_or(select.whole, |(sql, _)| sql);
        let reading = format!("reading {} of", table_of(select.whole));
        let limited = self.begin_timeout();
        self.doing(&reading, limited)?;
        let mut statement = self.doing(&reading, self.connection.prepare(sql))?;
        if let Some((_, position)) = select.since {
            self.doing(&reading, bind(&mut statement, &[(POSITION, position.clone())]))?;
        }
        let width = statement.column_count();
        let mut rows = statement.raw_query();
        while let Some(row) = self.doing(&reading, rows.next())? {
            let mut values = Vec::with_capacity(width);
            for column in 0..width {
                values.push(self.doing(&reading, row.get_ref(column))?);
            }
            each(&values)?;
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), PlatformError> {
        self.doing("ending to read", self.connection.execute_batch("COMMIT"))
    }
}
