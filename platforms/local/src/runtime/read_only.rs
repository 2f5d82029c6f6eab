//! Database files that are only read.

use super::{
    breakpoint::Breakpoint,
    database::{BUSY_TIMEOUT, Database, disable_quoted_text, outside},
    place,
};
use crate::prelude::*;
use datasurface_platform::RuntimeContext;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;

impl<'a> Database<'a> {
    /// Opens a file to read it, if it is there. Neither it nor its folder has to be writable.
    pub(super) fn open_to_read(
        site: &RuntimeContext<'_>,
        file: &str,
        breakpoint: &'a Breakpoint,
    ) -> Result<Option<Self>, PlatformError> {
        let (path, is_there) = place::database_path(site, file)?;
        if !is_there {
            return Ok(None);
        }
        let opened = read_only(&path, OpenFlags::empty()).or_else(|error| match unwritten(&path) {
            // Where SQLite cannot make the files beside it with which readers and writers agree, nobody writes either.
            Some(address) => read_only(Path::new(&address), OpenFlags::SQLITE_OPEN_URI),
            None => Err(error),
        });
        let connection = opened.map_err(|error| outside(format!("opening `{file}` to read it"), error))?;
        Ok(Some(Self { connection, file: file.to_owned(), breakpoint }))
    }
}

fn read_only(path: &Path, more: OpenFlags) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | more;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    disable_quoted_text(&connection)?;
    // What cannot be read says so now.
    connection.query_row("SELECT count(*) FROM main.sqlite_schema", [], |_| Ok(()))?;
    Ok(connection)
}

/// Returns the address of a file that nobody is writing to, as one that does not change.
fn unwritten(path: &Path) -> Option<String> {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let is_written = Path::new(&log).exists();
    let path = utf8_percent_encode(path.to_str()?, NON_ALPHANUMERIC);
    (!is_written).then(|| format!("file:{path}?immutable=1"))
}
