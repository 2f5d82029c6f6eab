//! Whether the business depends on something: `production: true`.

use crate::ecosystem::ProductionStatus;
use serde::{Deserialize, Serialize};

pub(super) fn is_production(status: ProductionStatus) -> bool {
    status == ProductionStatus::Production
}

/// The status in a list of what a policy permits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", expecting = "`production` or `not_production`")]
pub(super) enum StatusWord {
    NotProduction,
    Production,
}

impl From<ProductionStatus> for StatusWord {
    fn from(status: ProductionStatus) -> Self {
        match status {
            ProductionStatus::NotProduction => Self::NotProduction,
            ProductionStatus::Production => Self::Production,
        }
    }
}

impl From<StatusWord> for ProductionStatus {
    fn from(word: StatusWord) -> Self {
        match word {
            StatusWord::NotProduction => Self::NotProduction,
            StatusWord::Production => Self::Production,
        }
    }
}
