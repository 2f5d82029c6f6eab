//! What executes the statements of a database.

use super::{milestoned::StoredColumn, postgres::types, quote::quoted};
use crate::server_address::ServerAddress;

/// An engine. Which one a database has follows from how it is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    /// The database is a file.
    Sqlite,
    /// The database is one of a server.
    Postgres,
}

impl Engine {
    /// The engine of a database that a rendered file or an attribute names.
    pub(crate) fn from_database(database: &str) -> Self {
        if ServerAddress::read(database).is_some() { Self::Postgres } else { Self::Sqlite }
    }

    /// What a column is declared as.
    pub(crate) fn column_type(self, column: &StoredColumn) -> &'static str {
        match self {
            Self::Sqlite => column.storage.as_sql(),
            Self::Postgres => types::column_type(&column.data_type),
        }
    }

    /// The quoted name of a column.
    pub(crate) fn column_name(self, name: &str) -> String {
        match self {
            Self::Sqlite => quoted(name),
            Self::Postgres => types::column_name(name),
        }
    }

    /// The longest name: PostgreSQL cuts what is longer, in bytes. SQLite sets no limit; people and other tools do.
    /// What belongs to a table has its name and up to seven characters more.
    pub(crate) fn longest_name(self) -> usize {
        match self {
            Self::Sqlite => 120,
            Self::Postgres => types::LONGEST_NAME - ".before".len(),
        }
    }
}
