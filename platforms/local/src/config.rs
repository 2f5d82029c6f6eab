//! Settings of an instance.

use crate::{file_name::database_name_problem, prelude::*};

/// The settings of a local platform.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LocalConfig {
    /// The file of the platform's own SQLite database, relative to where the platform runs.
    pub database: String,
    /// Where that file is, such as `Company/Frankfurt`: governance asks for it.
    #[serde(default)]
    pub place: Option<String>,
}

impl LocalConfig {
    /// Keeps its data in this file.
    pub fn new(database: impl Into<String>) -> Self {
        Self { database: database.into(), place: None }
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
