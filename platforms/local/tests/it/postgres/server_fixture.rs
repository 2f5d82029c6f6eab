//! NorthWind, whose consumers have a database of a PostgreSQL server.

use crate::{
    example::Example,
    fixture::Fixture,
    northwind::NorthWind,
    support::postgres::{PASSWORD, Server, WRITER},
};
use datasurface_platform::prelude::*;
use postgres::{Client, SimpleQueryMessage};

/// A database of a consumer.
pub(crate) struct ServerFixture {
    server: &'static Server,
    database: &'static str,
}

impl ServerFixture {
    /// An empty database of this name; nothing if there is no server.
    pub(crate) fn new(database: &'static str) -> Option<Self> {
        let server_fixture = Self { server: Server::shared()?, database };
        server_fixture.lose();
        Some(server_fixture)
    }

    /// Makes the database anew, empty.
    pub(crate) fn lose(&self) {
        self.server.renew(self.database, "template1");
    }

    /// Makes the database anew, empty, in this way.
    pub(crate) fn lose_to(&self, how: &str) {
        self.drop_database();
        let create = format!("CREATE DATABASE \"{}\" OWNER {WRITER} TEMPLATE template0 {how}", self.database);
        self.server.owner("postgres").batch_execute(&create).unwrap();
    }

    pub(crate) fn example(&self, wind: &NorthWind) -> Example {
        self.edited(wind, |team| team)
    }

    /// The same, with another team.
    pub(crate) fn edited(&self, wind: &NorthWind, edit: impl FnOnce(Team) -> Team) -> Example {
        let example = edited(self.server.port, self.database, wind, edit);
        assert_eq!(example.codes(), [] as [&str; 0]);
        example
    }

    /// Where the runtime works, with this applied.
    pub(crate) fn fixture(&self, wind: &NorthWind) -> Fixture {
        Fixture::with_secret(&self.example(wind), Some(secret()))
    }

    pub(crate) fn owner(&self) -> Client {
        self.server.owner(self.database)
    }

    pub(crate) fn drop_database(&self) {
        let drop = format!("DROP DATABASE \"{}\" WITH (FORCE)", self.database);
        self.server.owner("postgres").batch_execute(&drop).unwrap();
    }

    /// The rows of a query, each as the server writes it.
    pub(crate) fn rows(&self, query: &str) -> Vec<String> {
        rows(&mut self.owner(), query)
    }
}

/// NorthWind, whose consumers have this database of a server here.
pub(crate) fn example(port: u16, database: &str, wind: &NorthWind) -> Example {
    edited(port, database, wind, |team| team)
}

fn edited(port: u16, database: &str, wind: &NorthWind, edit: impl FnOnce(Team) -> Team) -> Example {
    let kind = ContainerKind::Postgres { host: "127.0.0.1".into(), port, database: database.into() };
    let ecosystem = wind.ecosystem().edit_team("USA", "NorthWindTeam", |team| {
        edit(
            team.without_container(&"Desk".into())
                .container(DataContainer::new("Desk", kind).with_credential("desk")),
        )
    });
    Example::new(ecosystem, &NorthWind::assignments())
}

/// All that is in a database: how everything is made, every row, and who may read what.
pub(crate) fn everything(client: &mut Client) -> Vec<String> {
    let tables = rows(client, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
    let mut all = Vec::new();
    for table in tables {
        // By name: a column that was added later is the last one.
        let contents = rows(client, &format!("SELECT to_jsonb(t) FROM \"{table}\" AS t"));
        all.extend(contents.into_iter().map(|row| format!("server {table}: {row}")));
    }
    for made in [
        "SELECT relname, attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute
         JOIN pg_class ON pg_class.oid = attrelid
         WHERE relnamespace = 'public'::regnamespace AND relkind <> 'i' AND attnum > 0 AND NOT attisdropped",
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "SELECT viewname, definition FROM pg_views WHERE schemaname = 'public'",
        "SELECT relname, relkind, relacl FROM pg_class WHERE relnamespace = 'public'::regnamespace",
    ] {
        all.extend(rows(client, made));
    }
    all
}

/// Who writes.
pub(crate) fn secret() -> String {
    format!("{WRITER}:{PASSWORD}")
}

/// The rows of a query, each as the server writes it.
pub(crate) fn rows(client: &mut Client, query: &str) -> Vec<String> {
    let messages = client.simple_query(query).unwrap_or_else(|error| panic!("{error:?}: {query}"));
    let rows = messages.into_iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => {
            let shown = (0..row.len()).map(|at| row.get(at).unwrap_or("-").to_owned());
            Some(shown.collect::<Vec<_>>().join("|"))
        }
        _ => None,
    });
    rows.collect()
}
