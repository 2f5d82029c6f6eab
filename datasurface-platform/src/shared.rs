//! Shares: what nodes have in common, and is there once for all of them.

use crate::error::{PlatformError, PlatformErrorKind};
use datasurface_model::{Json, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// The place of a shared scope in the order of scopes. The foundation comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SharedStage {
    /// Before the shards: what nodes depend on, such as a key for each classification, or a database for each datastore.
    Before,
    /// After the shards: what depends on nodes, such as a sink for each container, or a role for each principal.
    After,
}

/// The identity of a shared scope: what exists once for several nodes of a platform, in whatever shard they are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SharedKey {
    /// The place in the order of scopes.
    pub stage: SharedStage,
    /// The kind of thing, in the words of the platform: `sink`, `role`.
    #[schemars(with = "String")]
    pub kind: Text,
    /// The name of the thing among those of its kind. It is made of storage names, so that a rename does not change it. Where
    /// one scope would be too large, it also has the number of a part of it.
    #[schemars(with = "String")]
    pub name: Text,
}

impl fmt::Display for SharedStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

impl SharedKey {
    /// Identifies what must be there before the shards.
    pub fn before(kind: impl Into<Text>, name: impl Into<Text>) -> Self {
        Self { stage: SharedStage::Before, kind: kind.into(), name: name.into() }
    }

    /// Identifies what comes after the shards.
    pub fn after(kind: impl Into<Text>, name: impl Into<Text>) -> Self {
        Self { stage: SharedStage::After, kind: kind.into(), name: name.into() }
    }
}

impl fmt::Display for SharedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`", self.kind, self.name)
    }
}

/// The contribution of a node to a shared scope. Nodes that add the same part add it once: a scope is rendered from its distinct parts, and
/// an edit that brings no new one renders nothing anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SharedPart {
    /// The shared scope.
    pub key: SharedKey,
    /// The part: all that the scope needs to know of the node. What holds data here has the custody of that data in its part.
    pub part: Json,
    /// Whether the part is there only while data of the node is fed: a table that a connector reads. What is held adds no such part, so that
    /// nothing feeds it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub while_fed: bool,
    /// The cost of the part, by limit. A limit that is not there costs nothing.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub weights: BTreeMap<String, u64>,
}

impl SharedPart {
    /// Adds this part to a shared scope. A part that cannot be written as JSON becomes null.
    pub fn new(key: SharedKey, part: impl Serialize) -> Self {
        let part = serde_json::to_value(part).unwrap_or_default().into();
        Self { key, part, while_fed: false, weights: BTreeMap::new() }
    }

    /// Adds the part only while data of the node is fed.
    #[must_use]
    pub fn only_while_fed(mut self) -> Self {
        self.while_fed = true;
        self
    }

    /// Costs this much of a limit.
    #[must_use]
    pub fn with_weight(mut self, limit: impl Into<String>, weight: u64) -> Self {
        self.weights.insert(limit.into(), weight);
        self
    }
}

/// Reads a part as the type that it was written from.
pub(crate) fn read_part<'p, T: Deserialize<'p>>(part: &'p Json) -> Result<T, PlatformError> {
    serde_json::from_str(part.as_str()).map_err(|error| {
        PlatformError::new(PlatformErrorKind::Internal, format!("a part cannot be read: {part}"))
            .caused_by(error)
    })
}
