//! Kinds of containers: which technology keeps the data, and how it is reached.

use super::ContainerTechnology;
use datasurface_schema::{Json, Text};
use serde::{Deserialize, Serialize};

/// The technology of a container, and its address. There are no secrets: credentials are names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ContainerKind {
    /// An SQLite database file.
    Sqlite {
        /// The file, relative to where the platform runs.
        file: Text,
    },
    /// A DuckDB database file.
    #[serde(rename = "duckdb", alias = "duck_db")]
    DuckDb {
        /// The file, relative to where the platform runs.
        file: Text,
    },
    /// A PostgreSQL database.
    Postgres {
        /// Host name or address.
        host: Text,
        /// TCP port.
        port: u16,
        /// Name of the database.
        database: Text,
    },
    /// A MySQL database.
    #[serde(rename = "mysql", alias = "my_sql")]
    MySql {
        /// Host name or address.
        host: Text,
        /// TCP port.
        port: u16,
        /// Name of the database.
        database: Text,
    },
    /// A database of Microsoft SQL DatabaseServer.
    SqlServer {
        /// Host name or address.
        host: Text,
        /// TCP port.
        port: u16,
        /// Name of the database.
        database: Text,
    },
    /// An Oracle database.
    Oracle {
        /// Host name or address.
        host: Text,
        /// TCP port.
        port: u16,
        /// Name of the service.
        database: Text,
    },
    /// A DB2 database.
    Db2 {
        /// Host name or address.
        host: Text,
        /// TCP port.
        port: u16,
        /// Name of the database.
        database: Text,
    },
    /// A Snowflake database.
    Snowflake {
        /// The account identifier, as in `organization-account`.
        account: Text,
        /// Name of the database.
        database: Text,
    },
    /// A bucket of an object storage that speaks the protocol of S3, or of its vendor.
    ObjectStorage {
        /// The bucket.
        bucket: Text,
        /// The prefix of the keys of all objects; empty for the whole bucket.
        prefix: Text,
        /// The address of the service, unless it is the vendor's usual one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        endpoint: Option<Text>,
    },
    /// A Kafka cluster.
    Kafka {
        /// The brokers that are asked first, each as `host:port`.
        brokers: Vec<Text>,
    },
    /// A container that is provided by the platform that serves the data.
    PlatformManaged,
    /// A technology that only a platform's plug-in supports.
    Custom {
        /// The plug-in's name for the technology.
        technology: Text,
        /// The properties that the plug-in needs for access.
        properties: Json,
    },
}

/// The address of a database server, and the database on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatabaseServer<'a> {
    /// The host.
    pub host: &'a str,
    /// The port.
    pub port: u16,
    /// The database.
    pub database: &'a str,
}

impl ContainerKind {
    /// The technology.
    #[must_use]
    pub fn technology(&self) -> ContainerTechnology {
        match self {
            Self::Sqlite { .. } => ContainerTechnology::Sqlite,
            Self::DuckDb { .. } => ContainerTechnology::DuckDb,
            Self::Postgres { .. } => ContainerTechnology::Postgres,
            Self::MySql { .. } => ContainerTechnology::MySql,
            Self::SqlServer { .. } => ContainerTechnology::SqlServer,
            Self::Oracle { .. } => ContainerTechnology::Oracle,
            Self::Db2 { .. } => ContainerTechnology::Db2,
            Self::Snowflake { .. } => ContainerTechnology::Snowflake,
            Self::ObjectStorage { .. } => ContainerTechnology::ObjectStorage,
            Self::Kafka { .. } => ContainerTechnology::Kafka,
            Self::PlatformManaged => ContainerTechnology::PlatformManaged,
            Self::Custom { technology, .. } => ContainerTechnology::from(technology.clone()),
        }
    }

    /// The longest identifier, in bytes, that the technology takes for a table or a column, where it has a limit.
    #[must_use]
    pub fn max_identifier_length(&self) -> Option<usize> {
        match self {
            Self::Postgres { .. } => Some(63),
            Self::MySql { .. } => Some(64),
            Self::SqlServer { .. } | Self::Oracle { .. } | Self::Db2 { .. } => Some(128),
            Self::Snowflake { .. } => Some(255),
            _ => None,
        }
    }

    /// Returns the name of a file without what leads nowhere: `.`, what `..` takes back, and one `/` after the other. Links are not
    /// followed, and the folder from which a relative name leads is not known here.
    ///
    /// ```
    /// use datasurface_ecosystem::ContainerKind;
    /// assert_eq!(ContainerKind::plain_file("./data//a/../shop.db"), "data/shop.db");
    /// assert_eq!(ContainerKind::plain_file("/../shop.db"), "/shop.db");
    /// assert_eq!(ContainerKind::plain_file("../shop.db"), "../shop.db");
    /// ```
    #[must_use]
    pub fn plain_file(file: &str) -> String {
        let root = if file.starts_with('/') { "/" } else { "" };
        let mut parts: Vec<&str> = Vec::new();
        for part in file.split('/') {
            match (part, parts.last()) {
                ("" | ".", _) => {}
                ("..", Some(last)) if *last != ".." => {
                    parts.pop();
                }
                // Above the root is the root.
                ("..", None) if !root.is_empty() => {}
                _ => parts.push(part),
            }
        }
        format!("{root}{}", parts.join("/"))
    }

    /// Returns the address of the server, for the kinds that are a database on one.
    #[must_use]
    pub fn server(&self) -> Option<DatabaseServer<'_>> {
        match self {
            Self::Postgres { host, port, database }
            | Self::MySql { host, port, database }
            | Self::SqlServer { host, port, database }
            | Self::Oracle { host, port, database }
            | Self::Db2 { host, port, database } => Some(DatabaseServer { host, port: *port, database }),
            _ => None,
        }
    }
}
