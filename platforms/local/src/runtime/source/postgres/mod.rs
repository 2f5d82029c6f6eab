//! Sources in PostgreSQL.
//!
//! Rows are streamed: however large a table is, only what is on its way is in memory. A failed read gives the connection
//! up, so that nothing can be read outside of its snapshot afterwards.

mod values;

use super::{POSITION, RowCallback, Select, Source};
use crate::{
    prelude::*,
    runtime::server::{
        client::Client,
        connect::{Connector, connect},
        error::{ServerError, table_of},
    },
    server_address::ServerAddress,
    sql::statements::statements,
};
use datasurface_platform::RuntimeContext;
use rusqlite::types::Value;
use std::{borrow::Cow, fmt};
use tokio_postgres::{Statement, types::ToSql};
use values::ColumnKinds;

/// A database, connected to.
pub(super) struct Postgres {
    /// The server and its database, for messages.
    place: String,
    connector: Connector,
    /// None once something failed.
    client: Option<Client>,
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Postgres").field("place", &self.place).finish_non_exhaustive()
    }
}

impl Postgres {
    /// Connects; what the session is to be like is in the statements that begin.
    pub(super) fn open(address: &ServerAddress, site: &RuntimeContext<'_>) -> Result<Self, PlatformError> {
        let (client, connector) = connect(address, site, "")?;
        Ok(Self { place: address.place(), connector, client: Some(client) })
    }

    /// Does something with the connection, and gives it up when that fails.
    fn with_client<T>(
        &mut self,
        operation: impl FnOnce(&str) -> String,
        run: impl FnOnce(&mut Client, &Connector) -> Result<T, Stop>,
    ) -> Result<T, PlatformError> {
        let Some(mut client) = self.client.take() else {
            return Err(ServerError::new("reading was given up after a failure")
                .into_platform_error(operation(&self.place)));
        };
        match run(&mut client, &self.connector) {
            Ok(value) => {
                self.client = Some(client);
                Ok(value)
            }
            Err(Stop::Server(server_error)) => Err(server_error.into_platform_error(operation(&self.place))),
            Err(Stop::Caller(error)) => Err(error),
        }
    }
}

/// Why reading stopped.
enum Stop {
    Server(ServerError),
    /// The caller wants no more; what it says is handed on.
    Caller(PlatformError),
}

impl From<ServerError> for Stop {
    fn from(server_error: ServerError) -> Self {
        Self::Server(server_error)
    }
}

impl From<tokio_postgres::Error> for Stop {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Server(ServerError::from_postgres(&error))
    }
}

impl Source for Postgres {
    fn begin(&mut self, statements: &[String]) -> Result<(), PlatformError> {
        self.with_client(
            |place| format!("cannot begin to read {place}"),
            |client, _| {
                for statement in statements {
                    client.batch_execute(statement)?;
                }
                Ok(())
            },
        )
    }

    fn read(&mut self, select: &Select<'_>, each: &mut RowCallback<'_>) -> Result<(), PlatformError> {
        let reading = PreparedSelect::new(select)?;
        self.with_client(
            |place| format!("cannot read {} of {place}", table_of(select.whole)),
            |client, connector| {
                let statement = client
                    .prepare(&reading.sql)
                    .map_err(|error| ServerError::from_postgres(&error).in_column_at(&error, &reading.sql))?;
                let kinds = ColumnKinds::from_columns(statement.columns())?;
                let result = stream(client, &statement, reading.position, &kinds, each);
                if let Err(Stop::Caller(_)) = result {
                    // The rest of the table would come before the connection can be closed.
                    connector.cancel(client);
                }
                result.map_err(|stop| match stop {
                    Stop::Server(server_error) if server_error.is_about_a_value() => {
                        Stop::Server(blame(client, &statement, select.whole, server_error))
                    }
                    other => other,
                })
            },
        )
    }

    fn end(&mut self) -> Result<(), PlatformError> {
        self.with_client(
            |place| format!("cannot end to read {place}"),
            |client, _| Ok(client.batch_execute("COMMIT")?),
        )
    }
}

/// A SELECT, as the server takes it.
struct PreparedSelect<'a> {
    sql: Cow<'a, str>,
    position: Option<&'a (dyn ToSql + Sync)>,
}

impl<'a> PreparedSelect<'a> {
    fn new(select: &Select<'a>) -> Result<Self, PlatformError> {
        let Some((since, position)) = select.since else {
            return Ok(Self { sql: select.whole.into(), position: None });
        };
        let position: &(dyn ToSql + Sync) = match position {
            Value::Integer(number) => number,
            Value::Text(text) => text,
            _ => {
                let context =
                    format!("`{POSITION}` is neither a number nor a time: this is a bug in datasurface");
                return Err(PlatformError::new(PlatformErrorKind::Internal, context));
            }
        };
        let numbered = statements(since).into_iter().next().unwrap_or_default();
        Ok(Self { sql: numbered.sql.into(), position: Some(position) })
    }
}

fn stream(
    client: &mut Client,
    statement: &Statement,
    position: Option<&(dyn ToSql + Sync)>,
    kinds: &ColumnKinds,
    each: &mut RowCallback<'_>,
) -> Result<(), Stop> {
    let mut rows = client.stream(statement, position.as_slice())?;
    let mut some = Vec::new();
    loop {
        rows.next_some(&mut some)?;
        if some.is_empty() {
            return Ok(());
        }
        for row in &some {
            each(&kinds.read(row)?).map_err(Stop::Caller)?;
        }
    }
}

/// The server does not say in which column the value is that cannot be converted. Reading the columns one by one finds
/// it: the server computes none that is not asked for.
fn blame(client: &mut Client, statement: &Statement, select: &str, server_error: ServerError) -> ServerError {
    if client.batch_execute("ROLLBACK; BEGIN READ ONLY").is_err() {
        return server_error;
    }
    for column in statement.columns() {
        let name = crate::sql::quote::quoted(column.name());
        if let Err(error) = client.query_one(&format!("SELECT count({name}) FROM ({select}) AS read"), &[]) {
            let found = ServerError::from_postgres(&error);
            if !found.is_about_a_value() {
                return server_error;
            }
            let source = type_of(client, &name, select).unwrap_or_else(|| "another type".to_owned());
            return found.with_source_type(&source).in_column(column.name());
        }
    }
    server_error
}

/// The type that a column has at the source: rendered SELECTs call it as the source does.
fn type_of(client: &mut Client, name: &str, select: &str) -> Option<String> {
    client.batch_execute("ROLLBACK; BEGIN READ ONLY").ok()?;
    let sql = format!("SELECT pg_typeof({name})::text FROM {} LIMIT 1", table_of(select));
    client.query_one(&sql, &[]).ok()?.try_get(0).ok()
}
