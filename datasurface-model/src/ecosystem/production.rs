//! Production: whether the business depends on it.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Whether the business depends on a datastore, a workspace or a platform.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductionStatus {
    /// It is for development, tests, or trying out.
    #[default]
    NotProduction,
    /// The business depends on it.
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
