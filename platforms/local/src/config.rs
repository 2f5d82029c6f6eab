//! Settings of an instance.

use crate::{file_name::database_name_problem, prelude::*};
use std::collections::BTreeMap;

/// The settings of a local platform.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LocalConfig {
    /// The file of the platform's own SQLite database, relative to where the platform runs.
    pub database: String,
    /// Where that file is, such as `Company/Frankfurt`: governance asks for it.
    #[serde(default)]
    pub place: Option<String>,
    /// Who holds the keys with which the disk is encrypted that the file is on, if it is: `vendor` or `company`.
    /// Governance asks for it; the platform itself encrypts nothing.
    #[serde(default)]
    #[schemars(with = "Option<Keys>")]
    pub encryption: Option<KeyHolder>,
    /// The names of the credentials that consumers' PostgreSQL containers are written with, by container:
    /// `zone/team/container`. A container that is not here is written as the user `postgres`, without a password.
    #[serde(default)]
    pub credentials: BTreeMap<String, String>,
}

/// How [`KeyHolder`] is written.
#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "it is there for the JSON Schema of the settings alone")]
enum Keys {
    Vendor,
    Company,
}

impl LocalConfig {
    /// Keeps its data in this file.
    pub fn new(database: impl Into<String>) -> Self {
        Self { database: database.into(), place: None, encryption: None, credentials: BTreeMap::new() }
    }

    /// The same, where a consumer's container (`zone/team/container`) is written with the credential of this name.
    #[must_use]
    pub fn credential(mut self, container: impl Into<String>, credential: impl Into<String>) -> Self {
        self.credentials.insert(container.into(), credential.into());
        self
    }

    /// The credential that a container is written with.
    pub(crate) fn credential_for(&self, container: &ContainerKey) -> Option<CredentialName> {
        self.credentials.get(&container.to_string()).map(|name| name.as_str().into())
    }

    pub(crate) fn check(&self, instance: &PlatformName) -> Result<(), PlatformError> {
        match database_name_problem(&self.database) {
            None => Ok(()),
            Some(problem) => Err(PlatformError::new(
                PlatformErrorKind::Config,
                format!("the setting `database` of `{instance}` {problem}"),
            )),
        }
    }
}
