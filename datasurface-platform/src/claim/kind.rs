//! Kinds of what is asked for: one word each for checks, triggers and principals, in descriptors, findings and on the wire.

use datasurface_model::{CaptureTrigger, Principal, QualityCheck, TransformTrigger};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A kind of quality checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CheckKind {
    /// The least share of rows that have a value in a column.
    NotNull,
    /// Uniqueness of columns.
    Unique,
    /// The count of rows.
    Rows,
    /// The age of the latest value of a column.
    Fresh,
    /// The only values of a column.
    AcceptedValues,
}

impl CheckKind {
    /// Every kind of quality checks.
    pub const ALL: [Self; 5] = [Self::NotNull, Self::Unique, Self::Rows, Self::Fresh, Self::AcceptedValues];
}

impl From<&QualityCheck> for CheckKind {
    fn from(check: &QualityCheck) -> Self {
        match check {
            QualityCheck::NotNull { .. } => Self::NotNull,
            QualityCheck::Unique { .. } => Self::Unique,
            QualityCheck::Rows { .. } => Self::Rows,
            QualityCheck::Fresh { .. } => Self::Fresh,
            QualityCheck::AcceptedValues { .. } => Self::AcceptedValues,
        }
    }
}

impl fmt::Display for CheckKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// A kind of triggers of captures and transformers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TriggerKind {
    /// A timetable.
    Cron,
    /// A signal from outside.
    External,
    /// A move of at least one input of a transformer.
    AnyInputMoved,
    /// A move of each input of a transformer.
    AllInputsMoved,
}

impl TriggerKind {
    /// Every kind of triggers.
    pub const ALL: [Self; 4] = [Self::Cron, Self::External, Self::AnyInputMoved, Self::AllInputsMoved];
}

impl From<&CaptureTrigger> for TriggerKind {
    fn from(trigger: &CaptureTrigger) -> Self {
        match trigger {
            CaptureTrigger::Cron(_) => Self::Cron,
            CaptureTrigger::External => Self::External,
        }
    }
}

impl From<&TransformTrigger> for TriggerKind {
    fn from(trigger: &TransformTrigger) -> Self {
        match trigger {
            TransformTrigger::Cron(_) => Self::Cron,
            TransformTrigger::External => Self::External,
            TransformTrigger::AnyInputMoved => Self::AnyInputMoved,
            TransformTrigger::AllInputsMoved => Self::AllInputsMoved,
        }
    }
}

/// The words follow "it cannot start a job".
impl fmt::Display for TriggerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cron => "by a timetable",
            Self::External => "on a signal from outside",
            Self::AnyInputMoved => "when one of its inputs moved",
            Self::AllInputsMoved => "when all of its inputs moved",
        })
    }
}

/// A kind of principals to whom data is granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PrincipalKind {
    /// A group of people.
    Group,
    /// A role that people or services can take.
    Role,
    /// A program.
    Service,
}

impl PrincipalKind {
    /// Every kind of principals.
    pub const ALL: [Self; 3] = [Self::Group, Self::Role, Self::Service];
}

impl From<&Principal> for PrincipalKind {
    fn from(principal: &Principal) -> Self {
        match principal {
            Principal::Group(_) => Self::Group,
            Principal::Role(_) => Self::Role,
            Principal::Service(_) => Self::Service,
        }
    }
}
