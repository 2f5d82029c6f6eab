//! Decisions: one type for each set of them that an event admits.

use super::answer::MAX_NOTE_LENGTH;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::fmt;

/// A decision about an event. Where several hooks decide, the greatest decision holds, so that their order does not matter.
pub trait Decision: Ord + Clone + fmt::Debug + Serialize + DeserializeOwned {
    /// The reason why the event is refused, if it is.
    fn blocking_reason(&self) -> Option<&str>;
}

/// A decision about a transformer that is about to run. Without one it runs in full.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TriggerDecision {
    /// A run that makes those outputs again that read an input that moved, and leaves the others as they are. An output that an operator asked
    /// for is made again, too.
    RunIncrementally,
    /// A run that makes all outputs again.
    RunInFull,
    /// No run now. What moved counts as moved until there is one.
    Skip,
    /// No run: the job fails with this reason, and what reads its outputs waits.
    Refuse(#[schemars(length(min = 1, max = MAX_NOTE_LENGTH))] String),
}

/// A decision about a plan that is about to be written. Without one it is written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlanDecision {
    /// Permission to write the plan.
    Write,
    /// A veto against the plan, for this reason; the plans of other platforms are not written either.
    Refuse(#[schemars(length(min = 1, max = MAX_NOTE_LENGTH))] String),
}

/// The decision about an event that admits none: there is no value of this type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum NoDecision {}

impl Decision for TriggerDecision {
    fn blocking_reason(&self) -> Option<&str> {
        match self {
            Self::Refuse(reason) => Some(reason),
            Self::RunIncrementally | Self::RunInFull | Self::Skip => None,
        }
    }
}

impl Decision for PlanDecision {
    fn blocking_reason(&self) -> Option<&str> {
        match self {
            Self::Refuse(reason) => Some(reason),
            Self::Write => None,
        }
    }
}

impl Decision for NoDecision {
    fn blocking_reason(&self) -> Option<&str> {
        match *self {}
    }
}
