//! Kinds of containers. A port that is the usual one of the kind is left out.

use super::settings::{Settings, is_empty};
use crate::shape::Shaped;
use datasurface_model::{ContainerKind, Text};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", expecting = "a kind of container, as an object")]
pub(super) enum KindObject {
    Sqlite(FileObject),
    #[serde(rename = "duckdb")]
    DuckDb(FileObject),
    Postgres(ServerObject),
    #[serde(rename = "mysql")]
    MySql(ServerObject),
    SqlServer(ServerObject),
    Oracle(ServerObject),
    Db2(ServerObject),
    Snowflake(SnowflakeObject),
    ObjectStorage(BucketObject),
    Kafka(BrokersObject),
    PlatformManaged,
    Custom(CustomObject),
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "the settings of a database file, as an object")]
pub(super) struct FileObject {
    file: Text,
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "the settings of a database on a server, as an object")]
pub(super) struct ServerObject {
    host: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    database: Text,
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "the settings of a Snowflake database, as an object")]
pub(super) struct SnowflakeObject {
    account: Text,
    database: Text,
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "the settings of an object storage, as an object")]
pub(super) struct BucketObject {
    bucket: Text,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    prefix: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    endpoint: Option<Text>,
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "the settings of a Kafka cluster, as an object")]
pub(super) struct BrokersObject {
    brokers: Vec<Text>,
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a technology and its settings, as an object")]
pub(super) struct CustomObject {
    technology: Text,
    #[serde(default, skip_serializing_if = "is_empty")]
    properties: Settings,
}

const POSTGRES: u16 = 5432;
const MYSQL: u16 = 3306;
const SQL_SERVER: u16 = 1433;
const ORACLE: u16 = 1521;
const DB2: u16 = 50_000;

impl ServerObject {
    fn parts(self, usual: u16) -> (Text, u16, Text) {
        (self.host, self.port.unwrap_or(usual), self.database)
    }

    fn new(host: Text, port: u16, database: Text, usual: u16) -> Self {
        Self { host, port: (port != usual).then_some(port), database }
    }
}

impl KindObject {
    pub(super) fn into_model(self) -> ContainerKind {
        match self {
            Self::Sqlite(FileObject { file }) => ContainerKind::Sqlite { file },
            Self::DuckDb(FileObject { file }) => ContainerKind::DuckDb { file },
            Self::Postgres(server) => {
                let (host, port, database) = server.parts(POSTGRES);
                ContainerKind::Postgres { host, port, database }
            }
            Self::MySql(server) => {
                let (host, port, database) = server.parts(MYSQL);
                ContainerKind::MySql { host, port, database }
            }
            Self::SqlServer(server) => {
                let (host, port, database) = server.parts(SQL_SERVER);
                ContainerKind::SqlServer { host, port, database }
            }
            Self::Oracle(server) => {
                let (host, port, database) = server.parts(ORACLE);
                ContainerKind::Oracle { host, port, database }
            }
            Self::Db2(server) => {
                let (host, port, database) = server.parts(DB2);
                ContainerKind::Db2 { host, port, database }
            }
            Self::Snowflake(SnowflakeObject { account, database }) => {
                ContainerKind::Snowflake { account, database }
            }
            Self::ObjectStorage(BucketObject { bucket, prefix, endpoint }) => {
                ContainerKind::ObjectStorage { bucket, prefix, endpoint }
            }
            Self::Kafka(BrokersObject { brokers }) => ContainerKind::Kafka { brokers },
            Self::PlatformManaged => ContainerKind::PlatformManaged,
            Self::Custom(CustomObject { technology, properties }) => {
                ContainerKind::Custom { technology, properties: properties.0 }
            }
        }
    }
}

impl From<&ContainerKind> for KindObject {
    fn from(kind: &ContainerKind) -> Self {
        match kind.clone() {
            ContainerKind::Sqlite { file } => Self::Sqlite(FileObject { file }),
            ContainerKind::DuckDb { file } => Self::DuckDb(FileObject { file }),
            ContainerKind::Postgres { host, port, database } => {
                Self::Postgres(ServerObject::new(host, port, database, POSTGRES))
            }
            ContainerKind::MySql { host, port, database } => {
                Self::MySql(ServerObject::new(host, port, database, MYSQL))
            }
            ContainerKind::SqlServer { host, port, database } => {
                Self::SqlServer(ServerObject::new(host, port, database, SQL_SERVER))
            }
            ContainerKind::Oracle { host, port, database } => {
                Self::Oracle(ServerObject::new(host, port, database, ORACLE))
            }
            ContainerKind::Db2 { host, port, database } => {
                Self::Db2(ServerObject::new(host, port, database, DB2))
            }
            ContainerKind::Snowflake { account, database } => {
                Self::Snowflake(SnowflakeObject { account, database })
            }
            ContainerKind::ObjectStorage { bucket, prefix, endpoint } => {
                Self::ObjectStorage(BucketObject { bucket, prefix, endpoint })
            }
            ContainerKind::Kafka { brokers } => Self::Kafka(BrokersObject { brokers }),
            ContainerKind::PlatformManaged => Self::PlatformManaged,
            ContainerKind::Custom { technology, properties } => {
                Self::Custom(CustomObject { technology, properties: Settings(properties) })
            }
        }
    }
}
