//! A database that a plan changes and that a consumer reads: a file, or one of a server.

use super::{
    breakpoint::Breakpoint,
    context::{Batch, batch_of},
    database::{Database, Parameters},
    server::Server,
};
use crate::{prelude::*, server_address::ServerAddress, sql::script::Script};
use datasurface_platform::RuntimeContext;

/// An open database.
#[derive(Debug)]
pub(super) enum Container<'a> {
    File(Database<'a>),
    Server(Server<'a>),
}

impl<'a> Container<'a> {
    /// Opens a database. A file that is not there is made; a server must have its database.
    pub(super) fn open(
        site: &RuntimeContext<'_>,
        database: &str,
        breakpoint: &'a Breakpoint,
    ) -> Result<Self, PlatformError> {
        match ServerAddress::read(database) {
            None => Database::open(site, database, breakpoint).map(Self::File),
            Some(address) => Server::open(site, &address, breakpoint).map(Self::Server),
        }
    }

    /// Opens a database if it is there.
    pub(super) fn open_if_there(
        site: &RuntimeContext<'_>,
        database: &str,
        breakpoint: &'a Breakpoint,
    ) -> Result<Option<Self>, PlatformError> {
        Ok(match ServerAddress::read(database) {
            None => Database::open_if_there(site, database, breakpoint)?.map(Self::File),
            Some(address) => Server::open_if_there(site, &address, breakpoint)?.map(Self::Server),
        })
    }

    /// Opens a database to read it, if it is there.
    pub(super) fn open_to_read(
        site: &RuntimeContext<'_>,
        database: &str,
        breakpoint: &'a Breakpoint,
    ) -> Result<Option<Self>, PlatformError> {
        match ServerAddress::read(database) {
            None => Ok(Database::open_to_read(site, database, breakpoint)?.map(Self::File)),
            Some(_) => Self::open_if_there(site, database, breakpoint),
        }
    }

    /// Keeps out whoever else works on a server for a platform with its database in a file of this name.
    pub(super) fn alone(self, own: &str) -> Result<Self, PlatformError> {
        match &self {
            // Whoever works on the files of a platform is alone already.
            Self::File(_) => {}
            Self::Server(server) => server.alone(own)?,
        }
        Ok(self)
    }

    /// Whether it has a table of this name.
    pub(super) fn has_table(&self, table: &str) -> Result<bool, PlatformError> {
        match self {
            Self::File(file) => file.has_table(table),
            Self::Server(server) => server.has_table(table),
        }
    }

    /// Executes the statements of a section.
    pub(super) fn execute(
        &self,
        script: &Script,
        section: &str,
        values: Parameters<'_>,
    ) -> Result<(), PlatformError> {
        match self {
            Self::File(file) => file.execute(script, section, values),
            Self::Server(server) => server.execute(script, section, values),
        }
    }

    /// Makes what is rendered in these, within a transaction.
    pub(super) fn create_all<'s>(
        &self,
        scripts: impl IntoIterator<Item = &'s Script>,
    ) -> Result<(), PlatformError> {
        match self {
            Self::File(file) => file.make_all("main", scripts, "create"),
            Self::Server(server) => {
                scripts.into_iter().try_for_each(|script| server.execute(script, "create", &[]))
            }
        }
    }

    /// Does all of this or nothing.
    pub(super) fn in_transaction<T>(
        &self,
        work: impl FnOnce() -> Result<T, PlatformError>,
    ) -> Result<T, PlatformError> {
        match self {
            Self::File(file) => file.in_transaction(work),
            Self::Server(server) => server.in_transaction(work),
        }
    }

    /// The rows of a section that selects two texts.
    pub(super) fn pairs(
        &self,
        script: &Script,
        section: &str,
    ) -> Result<Vec<(String, String)>, PlatformError> {
        match self {
            Self::File(file) => file.rows(script, section, &[], |row| Ok((row.get(0)?, row.get(1)?))),
            Self::Server(server) => {
                server.rows(script, section, &[], |row| Ok((row.try_get(0)?, row.try_get(1)?)))
            }
        }
    }

    /// The rows of a section that selects one text.
    pub(super) fn texts(&self, script: &Script, section: &str) -> Result<Vec<String>, PlatformError> {
        match self {
            Self::File(file) => file.rows(script, section, &[], |row| row.get(0)),
            Self::Server(server) => server.rows(script, section, &[], |row| row.try_get(0)),
        }
    }

    /// The last batch that arrived in a copy.
    pub(super) fn applied(&self, copy: &Script) -> Result<Option<Batch>, PlatformError> {
        let batches = match self {
            Self::File(file) => file.rows(copy, "applied", &[], batch_of)?,
            Self::Server(server) => server.rows(copy, "applied", &[], |row| {
                let number: i64 = row.try_get(0)?;
                // Batches are counted from one.
                Ok(Batch { number: number.try_into().unwrap_or_default(), at: row.try_get(1)? })
            })?,
        };
        Ok(batches.into_iter().next())
    }
}
