//! Events: what happened or is about to happen, and all that a hook is given to decide by.

use super::decision::{Decision, NoDecision, PlanDecision, TriggerDecision};
use crate::{
    plan::{Plan, Revision},
    rendering::ResourceAddress,
    runtime::DatasetRun,
};
use chrono::{DateTime, Utc};
use datasurface_model::{DatasetKey, Diagnostic, PlatformName, TransformTrigger, WorkspaceName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventKind {
    /// [`DatasetLoaded`].
    DatasetLoaded,
    /// [`TriggerDue`].
    TriggerDue,
    /// [`PlanReady`].
    PlanReady,
    /// [`FindingRaised`].
    FindingRaised,
}

/// An event, with the decisions that it admits.
pub trait Event {
    /// A decision about the event.
    type Decision: Decision;

    /// The kind of the event.
    const KIND: EventKind;
}

/// A batch of a dataset became visible. That cannot be taken back, so there is nothing to decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DatasetLoaded {
    /// The instance of the platform, if the host named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<PlatformName>,
    /// The present time.
    pub now: DateTime<Utc>,
    /// The batch: its dataset, its number, and how many records it changed.
    pub batch: DatasetRun,
}

/// A transformer is about to run: its trigger fires, and nothing prevents it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TriggerDue {
    /// The instance of the platform, if the host named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<PlatformName>,
    /// The present time.
    pub now: DateTime<Utc>,
    /// The workspace of the transformer.
    pub workspace: WorkspaceName,
    /// The address of the job that runs the transformer.
    pub job: ResourceAddress,
    /// The trigger, as it is declared.
    pub trigger: TransformTrigger,
    /// The inputs, in order.
    pub inputs: Vec<TriggerInput>,
    /// The datasets that the transformer makes, in order.
    pub outputs: Vec<DatasetKey>,
    /// The last time that the transformer began to run; `None` if it never did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_run: Option<DateTime<Utc>>,
    /// Whether an operator asked for an output to be made again.
    #[serde(default)]
    pub is_requested: bool,
}

/// An input of a transformer that is about to run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TriggerInput {
    /// The dataset.
    pub dataset: DatasetKey,
    /// The last batch that changed the dataset.
    pub batch: u64,
    /// The batch that the transformer saw when it last ran; 0 if it never did, or was another one then.
    pub seen_batch: u64,
    /// The number of records that changed since that batch.
    pub changed_records: u64,
}

impl TriggerDue {
    /// Returns the inputs that moved since the transformer last ran.
    pub fn moved(&self) -> impl Iterator<Item = &TriggerInput> {
        self.inputs.iter().filter(|input| input.batch > input.seen_batch)
    }
}

/// The plan of a platform is about to be written into its target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanReady {
    /// The instance of the platform.
    pub platform: PlatformName,
    /// The revision that the target is at; `None` if nothing was rendered there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached: Option<Revision>,
    /// The revision that the target will be at.
    pub revision: Revision,
    /// The plan.
    pub plan: Plan,
}

/// A finding is about to be reported. A hook can neither hide it nor change it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FindingRaised {
    /// The finding.
    pub finding: Diagnostic,
}

impl Event for DatasetLoaded {
    type Decision = NoDecision;

    const KIND: EventKind = EventKind::DatasetLoaded;
}

impl Event for TriggerDue {
    type Decision = TriggerDecision;

    const KIND: EventKind = EventKind::TriggerDue;
}

impl Event for PlanReady {
    type Decision = PlanDecision;

    const KIND: EventKind = EventKind::PlanReady;
}

impl Event for FindingRaised {
    type Decision = NoDecision;

    const KIND: EventKind = EventKind::FindingRaised;
}

impl EventKind {
    /// Returns the word for the kind, in the protocol and in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DatasetLoaded => "dataset_loaded",
            Self::TriggerDue => "trigger_due",
            Self::PlanReady => "plan_ready",
            Self::FindingRaised => "finding_raised",
        }
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
