//! Modes by which a registry judges a schema that a subject gets.

use serde::{Deserialize, Serialize};

/// The mode by which a registry judges a schema that a subject gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Compatibility {
    /// Every schema is taken.
    #[serde(rename = "NONE")]
    None,
    /// The new schema reads what was written by the latest one.
    #[serde(rename = "BACKWARD")]
    Backward,
    /// The new schema reads what was written by each of the earlier ones.
    #[serde(rename = "BACKWARD_TRANSITIVE")]
    BackwardTransitive,
    /// The latest schema reads what is written by the new one.
    #[serde(rename = "FORWARD")]
    Forward,
    /// Each of the earlier schemas reads what is written by the new one.
    #[serde(rename = "FORWARD_TRANSITIVE")]
    ForwardTransitive,
    /// The latest schema and the new one read what the other one writes.
    #[serde(rename = "FULL")]
    Full,
    /// The new schema and each of the earlier ones read what the other one writes.
    #[serde(rename = "FULL_TRANSITIVE")]
    FullTransitive,
}
