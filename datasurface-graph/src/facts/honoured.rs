//! Facts that change no data, and that a platform need not honour.

use serde::{Deserialize, Serialize};

/// A kind of facts that some platforms honour: of the others, a descriptor promises nothing, and nothing is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HonouredFact {
    /// The priority of consumers.
    Priority,
    /// The deadlines of consumers.
    Deadline,
    /// The classifications of a dataset as a whole.
    Classification,
}
