//! Settings of an instance.

use crate::{
    file_name::database_name_error, prelude::*, sandbox::SelectLimits, server_settings::ServerSettings,
    sql::postgres::types::LONGEST_NAME,
};
use std::collections::BTreeMap;

/// The settings of a local platform.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LocalConfig {
    /// The file of the platform's own SQLite database, relative to where the platform runs.
    pub database: String,
    /// The folder, relative to where the platform runs, in which what is captured is published for other platforms: files of JSON lines, a
    /// batch as a whole or not at all. With it, others read these files; without it, the database.
    #[serde(default)]
    pub publish: Option<String>,
    /// The place of that file, such as `Company/Frankfurt`: governance asks for it.
    #[serde(default)]
    pub place: Option<String>,
    /// The holder of the keys, `vendor` or `company`, if the disk that the file is on is encrypted. Governance asks for it;
    /// the platform itself encrypts nothing.
    #[serde(default)]
    #[schemars(with = "Option<Keys>")]
    pub encryption: Option<KeyHolder>,
    /// The schemas of consumers' PostgreSQL containers that copies and views are made in, by container:
    /// `zone/team/container`. A schema must exist. Where there is none here, the search path of the user decides: usually
    /// `public`.
    #[serde(default)]
    pub schemas: BTreeMap<String, String>,
    /// The settings of connections to PostgreSQL servers, of producers and of consumers, by `host` or `host:port`; the
    /// latter counts where both are here.
    #[serde(default)]
    pub servers: BTreeMap<String, ServerSettings>,
    /// For how many seconds reading a table of an SQLite source may take; 3600 by default, and 0 for no limit. What is called a
    /// table may be a view that never ends.
    #[serde(default)]
    pub sqlite_statement_timeout_seconds: Option<u32>,
    /// The limits of each SELECT of a transformer.
    #[serde(default)]
    pub transformers: SelectLimits,
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
        Self {
            database: database.into(),
            publish: None,
            place: None,
            encryption: None,
            schemas: BTreeMap::new(),
            servers: BTreeMap::new(),
            sqlite_statement_timeout_seconds: None,
            transformers: SelectLimits::default(),
        }
    }

    /// Adds the settings of connections to the server at a `host` or a `host:port`.
    #[must_use]
    pub fn server(mut self, at: impl Into<String>, settings: ServerSettings) -> Self {
        self.servers.insert(at.into(), settings);
        self
    }

    /// How a server is spoken to.
    pub(crate) fn server_settings(&self, host: &str, port: u16) -> ServerSettings {
        let found = self.servers.get(&format!("{host}:{port}")).or_else(|| self.servers.get(host));
        found.cloned().unwrap_or_default()
    }

    /// Sets how much each SELECT of a transformer may take.
    #[must_use]
    pub fn with_transformer_limits(mut self, limits: SelectLimits) -> Self {
        self.transformers = limits;
        self
    }

    pub(crate) fn check(&self, instance: &PlatformName) -> Result<(), PlatformError> {
        let invalid = |message: String| Err(PlatformError::new(PlatformErrorKind::Config, message));
        if let Some(error) = database_name_error(&self.database) {
            return invalid(format!("the setting `database` of `{instance}` {error}"));
        }
        if let Some(error) = self.publish.as_deref().and_then(database_name_error) {
            return invalid(format!("the setting `publish` of `{instance}` {error}"));
        }
        if let Some(error) = self.transformers.error() {
            return invalid(format!("the setting `transformers` of `{instance}` {error}"));
        }
        for (container, schema) in &self.schemas {
            if schema.is_empty() || schema.len() > LONGEST_NAME || schema.contains('\0') {
                let error = format!("a name has 1 to {LONGEST_NAME} bytes, and none is 0");
                return invalid(format!("the setting `schemas` of `{instance}`, for `{container}`: {error}"));
            }
        }
        for (server, settings) in &self.servers {
            if let Some(error) = settings.error() {
                return invalid(format!("the setting `servers` of `{instance}`, for `{server}`: {error}"));
            }
        }
        Ok(())
    }
}
