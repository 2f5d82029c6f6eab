//! Where consumers find data: in the platform's own database, or in one of their own.

use crate::{
    config::LocalConfig,
    file_name::{FileIdentity, compare, database_name_error},
    lint::codes,
    names,
    prelude::*,
    server_address::ServerAddress,
    sql::engine::Engine,
};
use std::fmt::Display;

/// A container that data is brought to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ConsumerDatabase {
    /// The platform's own database: nothing has to be brought anywhere.
    Own,
    /// Another SQLite file, which gets a copy.
    File(String),
    /// A database of a PostgreSQL server, which gets a copy.
    Server(Box<ServerAddress>),
}

impl ConsumerDatabase {
    /// Where the data of an export is brought. It is written with the credential of the first consumer that has one.
    pub(crate) fn for_export(export: &ExportFacts, config: &LocalConfig) -> Result<Self, LintDiagnostic> {
        let credential = export.consumers.iter().find_map(|consumer| consumer.credential.as_ref());
        Self::from_container(&export.container_key, &export.container, credential, config)
    }

    fn from_container(
        key: &ContainerKey,
        container: &DataContainer,
        credential: Option<&CredentialKey>,
        config: &LocalConfig,
    ) -> Result<Self, LintDiagnostic> {
        match container.kind() {
            ContainerKind::Sqlite { file } => Self::from_file(container, file, config),
            ContainerKind::Postgres { host, port, database } => Ok(Self::Server(Box::new(ServerAddress {
                host: host.to_string(),
                port: *port,
                database: database.to_string(),
                schema: config.schemas.get(&key.to_string()).cloned(),
                credential: credential.cloned(),
                settings: config.server_settings(host.as_ref(), *port),
            }))),
            other => Err(LintDiagnostic::new(
                &codes::UNCLAIMED_CONTAINER,
                format!("the container `{}` is of the kind `{}`", container.name(), other.technology()),
                "a local platform brings data to `sqlite` and `postgres` containers; use one, or pin the group to \
                 another platform",
            )),
        }
    }

    fn from_file(
        container: &DataContainer,
        file: &str,
        config: &LocalConfig,
    ) -> Result<Self, LintDiagnostic> {
        if let Some(error) = database_name_error(file) {
            return Err(LintDiagnostic::new(
                &codes::FILE_NAME,
                format!("the file name of the container `{}` {error}", container.name()),
                "the platform writes there: give the path of a file, in one line",
            ));
        }
        match compare(file, &config.database) {
            FileIdentity::Same => Ok(Self::Own),
            FileIdentity::Different => Ok(Self::File(file.to_owned())),
            FileIdentity::Unclear => Err(unclear(container.name(), file, config)),
        }
    }

    /// Where a transformer that works for this container finds its inputs. What is on a server was taken from the
    /// platform's own database, where transformers run.
    pub(crate) fn for_inputs(
        key: &ContainerKey,
        container: &DataContainer,
        config: &LocalConfig,
    ) -> Result<Self, LintDiagnostic> {
        Ok(match Self::from_container(key, container, None, config)? {
            Self::Server(_) => Self::Own,
            other => other,
        })
    }

    /// The database, as rendered files name it.
    pub(crate) fn database(&self, config: &LocalConfig) -> String {
        match self {
            Self::Own => config.database.clone(),
            Self::File(file) => file.clone(),
            Self::Server(server) => server.to_string(),
        }
    }

    /// What executes statements here.
    pub(crate) fn engine(&self) -> Engine {
        match self {
            Self::Own | Self::File(_) => Engine::Sqlite,
            Self::Server(_) => Engine::Postgres,
        }
    }

    /// The name of the table of a dataset here.
    pub(crate) fn table_name(&self, platform: &PlatformName, dataset: &DatasetKey) -> String {
        match self {
            Self::Own => names::table(dataset),
            Self::File(_) | Self::Server(_) => names::copy(self.engine(), platform, dataset),
        }
    }

    /// The resource that this table is.
    pub(crate) fn resource(&self, container: &ContainerKey, dataset: &DatasetKey) -> String {
        match self {
            Self::Own => names::address::table(dataset),
            Self::File(_) | Self::Server(_) => names::address::copy(container, dataset),
        }
    }
}

/// Whether a container is the platform's own database depends on the system.
pub(crate) fn unclear(container: impl Display, file: &str, config: &LocalConfig) -> LintDiagnostic {
    let own = &config.database;
    LintDiagnostic::new(
        &codes::UNCLEAR_FILE,
        format!("the file of the container `{container}` is `{file}`, and the platform's own is `{own}`"),
        format!("write `{own}` if they are one file; if they are two, give one of them another name"),
    )
}
