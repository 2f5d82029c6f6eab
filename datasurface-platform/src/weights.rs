//! What a node costs of each limit.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The share of a node in one limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Weight {
    /// The share of the node itself, where it is placed.
    pub whole: u64,
    /// The share of each of its datasets, where that is placed.
    pub per_dataset: u64,
}

impl Weight {
    /// Costs this much where the node itself is placed, and nothing for its datasets.
    #[must_use]
    pub const fn whole(whole: u64) -> Self {
        Self { whole, per_dataset: 0 }
    }

    /// Costs this much for each of its datasets, where that is placed, and nothing for itself.
    #[must_use]
    pub const fn per_dataset(per_dataset: u64) -> Self {
        Self { whole: 0, per_dataset }
    }
}

/// The shares of a node, by limit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Weights(BTreeMap<String, Weight>);

impl Weights {
    /// Costs nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Costs this much of a limit.
    #[must_use]
    pub fn with_weight(mut self, limit: impl Into<String>, weight: Weight) -> Self {
        self.0.insert(limit.into(), weight);
        self
    }

    /// Returns the share in a limit; none is zero.
    #[must_use]
    pub fn get(&self, limit: &str) -> Weight {
        self.0.get(limit).copied().unwrap_or_default()
    }
}
