//! Production: whether the business depends on it.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The production status of a datastore, a workspace or a platform: whether the business depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ProductionStatus {
    /// A part for development, tests, or trying out.
    #[default]
    NotProduction,
    /// A part on which the business depends.
    Production,
}

impl fmt::Display for ProductionStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotProduction => "not production",
            Self::Production => "production",
        })
    }
}
