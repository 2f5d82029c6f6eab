//! A database of a PostgreSQL server that is worked on: everything that is executed in a consumer's server passes
//! through here.

mod authentication;
pub(super) mod client;
pub(super) mod connect;
pub(super) mod error;
mod login;
mod rows;
mod socket;
mod tls;

use self::error::ServerError;
use super::{
    breakpoint::Breakpoint,
    database::{Parameters, section_of},
    source::RowCallback,
};
use crate::{
    prelude::*,
    server_address::ServerAddress,
    sql::{
        postgres::copy::MAY_BE_NULL,
        quote::{literal, quoted},
        script::Script,
        statements::{Statement, statements},
    },
};
use client::Client;
use connect::{connect, connect_if_there};
use datasurface_platform::RuntimeContext;
use rows::RowWriter;
use rusqlite::types::Value;
use std::{
    cell::{RefCell, RefMut},
    fmt,
};
use tokio_postgres::{Error, Row, error::SqlState, types::ToSql};

/// What text means must not depend on how somebody set up the server, and neither somebody who holds a lock nor a
/// statement that does not end stop everything for ever.
fn session(address: &ServerAddress) -> String {
    let set = format!(
        "-c datestyle=ISO,YMD -c timezone=UTC -c standard_conforming_strings=on -c lock_timeout=5s \
         -c client_min_messages=warning -c statement_timeout={}s",
        address.settings.statement_timeout_seconds()
    );
    match &address.schema {
        None => set,
        Some(schema) => format!("{set} -c search_path={}", option(&quoted(schema))),
    }
}

/// A value among the options of a session, where a blank ends it.
fn option(value: &str) -> String {
    let escaped = |character: char| match character.is_ascii_whitespace() || character == '\\' {
        true => format!("\\{character}"),
        false => character.to_string(),
    };
    value.chars().map(escaped).collect()
}

/// A database, connected to.
pub(super) struct Server<'a> {
    client: RefCell<Client>,
    place: String,
    schema: Option<String>,
    breakpoint: &'a Breakpoint,
}

impl fmt::Debug for Server<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("place", &self.place).finish_non_exhaustive()
    }
}

impl<'a> Server<'a> {
    /// Connects; a database that is not there is not made.
    pub(super) fn open(
        site: &RuntimeContext<'_>,
        address: &ServerAddress,
        breakpoint: &'a Breakpoint,
    ) -> Result<Self, PlatformError> {
        Ok(Self::new(connect(address, site, &session(address))?.0, address, breakpoint))
    }

    /// Connects if the server has such a database.
    pub(super) fn open_if_there(
        site: &RuntimeContext<'_>,
        address: &ServerAddress,
        breakpoint: &'a Breakpoint,
    ) -> Result<Option<Self>, PlatformError> {
        let client = connect_if_there(address, site, &session(address))?;
        Ok(client.map(|client| Self::new(client, address, breakpoint)))
    }

    fn new(client: Client, address: &ServerAddress, breakpoint: &'a Breakpoint) -> Self {
        let (place, schema) = (address.place(), address.schema.clone());
        Self { client: RefCell::new(client), place, schema, breakpoint }
    }

    /// Keeps out whoever else works here for a platform with its database in a file of this name, as long as the
    /// connection lasts: the same platform may run in another folder.
    pub(super) fn alone(&self, own: &str) -> Result<(), PlatformError> {
        let message = match &self.schema {
            None => own.to_owned(),
            Some(schema) => format!("{own} {schema}"),
        };
        let alone =
            format!("SELECT pg_advisory_lock(hashtext('datasurface'), hashtext({}))", literal(&message));
        let locked = self.client()?.batch_execute(&alone);
        locked.map_err(|error| match error.code() {
            Some(&SqlState::LOCK_NOT_AVAILABLE) => {
                let context = format!("another run is at work on {}; wait until it has ended", self.place);
                PlatformError::new(PlatformErrorKind::External, context)
            }
            _ => ServerError::from_postgres(&error)
                .into_platform_error(format!("cannot begin to work on {}", self.place)),
        })
    }

    /// Whether it has a table of this name.
    pub(super) fn has_table(&self, table: &str) -> Result<bool, PlatformError> {
        let found = self.client()?.query_one("SELECT to_regclass($1) IS NOT NULL", &[&quoted(table)]);
        let found = found.and_then(|row| row.try_get(0));
        found.map_err(|error| {
            ServerError::from_postgres(&error).into_platform_error(format!("looking into {}", self.place))
        })
    }

    /// What the server says of these names. The second parameter of the query is whether it may wait for what somebody has locked, the
    /// third one the comment of columns that may be NULL for now.
    pub(super) fn look<T>(
        &self,
        query: &str,
        names: &Vec<String>,
        read: impl FnMut(&Row) -> Result<T, Error>,
    ) -> Result<Vec<T>, PlatformError> {
        let mut client = self.client()?;
        let found = client.query(query, &[names, &true, &MAY_BE_NULL]).or_else(|error| match error.code() {
            Some(&SqlState::LOCK_NOT_AVAILABLE) => client.query(query, &[names, &false, &MAY_BE_NULL]),
            _ => Err(error),
        });
        let found = found.and_then(|rows| rows.iter().map(read).collect());
        found.map_err(|error| {
            ServerError::from_postgres(&error).into_platform_error(format!("looking into {}", self.place))
        })
    }

    /// Executes the statements of a section.
    pub(super) fn execute(
        &self,
        script: &Script,
        section: &str,
        values: Parameters<'_>,
    ) -> Result<(), PlatformError> {
        for statement in statements(section_of(script, section)?) {
            self.breakpoint.before(|| description(script, section));
            let done = self.query(&statement, values).map(|_| ());
            done.map_err(|server_error| self.failed(server_error, script, section))?;
        }
        Ok(())
    }

    /// The rows of a section's statements.
    pub(super) fn rows<T>(
        &self,
        script: &Script,
        section: &str,
        values: Parameters<'_>,
        mut each: impl FnMut(&Row) -> Result<T, Error>,
    ) -> Result<Vec<T>, PlatformError> {
        let mut found = Vec::new();
        for statement in statements(section_of(script, section)?) {
            self.breakpoint.before(|| description(script, section));
            let rows = self.query(&statement, values);
            for row in &rows.map_err(|server_error| self.failed(server_error, script, section))? {
                let read = each(row).map_err(|error| ServerError::from_postgres(&error));
                found.push(read.map_err(|server_error| self.failed(server_error, script, section))?);
            }
        }
        Ok(found)
    }

    /// The number that a section selects.
    pub(super) fn count(&self, script: &Script, section: &str) -> Result<i64, PlatformError> {
        let counted = self.rows(script, section, &[], |row| row.try_get(0))?;
        Ok(counted.into_iter().next().unwrap_or_default())
    }

    fn query(&self, statement: &Statement, values: Parameters<'_>) -> Result<Vec<Row>, ServerError> {
        let parameters = statement.parameters.iter().map(|name| parameter(name, values));
        let parameters = parameters.collect::<Result<Vec<_>, _>>()?;
        let mut client = self.client.try_borrow_mut().map_err(|error| ServerError::new(error.to_string()))?;
        client.query(&statement.sql, &parameters).map_err(|error| ServerError::from_postgres(&error))
    }

    /// Sends rows through a section's statement, a COPY: `send` gives them to what it is given.
    pub(super) fn load(
        &self,
        script: &Script,
        section: &str,
        send: impl FnOnce(&mut RowCallback<'_>) -> Result<(), PlatformError>,
    ) -> Result<(), PlatformError> {
        let failed = |server_error| self.failed(server_error, script, section);
        self.breakpoint.before(|| description(script, section));
        let mut client = self.client()?;
        let copy = client.copy_in(section_of(script, section)?);
        let mut rows = RowWriter::new(copy.map_err(|error| failed(ServerError::from_postgres(&error)))?);
        send(&mut |row| rows.write(row).map_err(failed))?;
        self.breakpoint.before(|| format!("{} end", description(script, section)));
        rows.finish().map_err(failed)
    }

    /// Does all of this or nothing.
    pub(super) fn in_transaction<T>(
        &self,
        work: impl FnOnce() -> Result<T, PlatformError>,
    ) -> Result<T, PlatformError> {
        self.control("BEGIN")?;
        let done = work().and_then(|value| {
            self.control("COMMIT")?;
            Ok(value)
        });
        if done.is_err() {
            // What went wrong has been said; where the connection is lost, the server undoes it by itself.
            let _ = self.client().map(|mut client| client.batch_execute("ROLLBACK"));
        }
        done
    }

    /// Does all of this, and undoes it: what was found remains.
    pub(super) fn rolled_back<T>(
        &self,
        work: impl FnOnce() -> Result<T, PlatformError>,
    ) -> Result<T, PlatformError> {
        self.control("BEGIN")?;
        let done = work();
        let undone = self.control("ROLLBACK");
        done.and_then(|done| undone.map(|()| done))
    }

    /// Does all of this, within what is done at once; nothing of it if the server refuses a value, and then why.
    pub(super) fn in_savepoint_if_supported(
        &self,
        work: impl FnOnce() -> Result<(), PlatformError>,
    ) -> Result<Option<PlatformError>, PlatformError> {
        self.unless(ServerError::is_value_behind, work)
    }

    /// The same, also if the server refuses it since a table is not as it was made.
    pub(super) fn in_savepoint(
        &self,
        work: impl FnOnce() -> Result<(), PlatformError>,
    ) -> Result<Option<PlatformError>, PlatformError> {
        self.unless(ServerError::is_of_a_table, work)
    }

    fn unless(
        &self,
        is_its_own: fn(&PlatformError) -> bool,
        work: impl FnOnce() -> Result<(), PlatformError>,
    ) -> Result<Option<PlatformError>, PlatformError> {
        self.control("SAVEPOINT fitting")?;
        match work() {
            Err(error) if is_its_own(&error) => {
                self.control("ROLLBACK TO SAVEPOINT fitting").map(|()| Some(error))
            }
            done => done.map(|()| None),
        }
    }

    fn control(&self, statement: &str) -> Result<(), PlatformError> {
        self.breakpoint.before(|| format!("{statement} {}", self.place));
        let done = self.client()?.batch_execute(statement);
        done.map_err(|error| {
            ServerError::from_postgres(&error).into_platform_error(format!("{statement} in {}", self.place))
        })
    }

    fn client(&self) -> Result<RefMut<'_, Client>, PlatformError> {
        self.client.try_borrow_mut().map_err(|error| {
            let context = format!("{} is in use: this is a bug in datasurface", self.place);
            PlatformError::new(PlatformErrorKind::Internal, context).caused_by(error)
        })
    }

    fn failed(&self, server_error: ServerError, script: &Script, section: &str) -> PlatformError {
        server_error.into_platform_error(format!("{} in {}", description(script, section), self.place))
    }
}

/// The value of a parameter. Numbers and texts are all that the metadata tables and the copies know.
fn parameter<'v>(name: &str, values: Parameters<'v>) -> Result<&'v (dyn ToSql + Sync), ServerError> {
    match values.iter().find(|(known, _)| *known == name) {
        Some((_, Value::Integer(number))) => Ok(number),
        Some((_, Value::Text(text))) => Ok(text),
        _ => Err(ServerError::new(format!("nothing is known that `{name}` could be"))),
    }
}

fn description(script: &Script, section: &str) -> String {
    format!("{} [{section}]", script.resource())
}
