//! What jobs did: how long it took, and how many records they moved.

use crate::rendering::ResourceAddress;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A job that ran, or began to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JobRun {
    /// The address of the job, or of what it brought up to date.
    pub job: ResourceAddress,
    /// The time at which the run began that the job was a part of.
    pub began_at: DateTime<Utc>,
    /// The duration, in milliseconds. `None` for a job that is still running, or was cut off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub milliseconds: Option<u64>,
    /// The number of records that the job moved: those that a capture inserted, updated or deleted, those that a
    /// transformer made, or those that changed in the batches that a copy received. `None` where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records: Option<u64>,
    /// The outcome of the job.
    pub outcome: JobOutcome,
}

/// The outcome of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum JobOutcome {
    /// A success.
    Done,
    /// A failure, with its reason. The reason has no value of data.
    Failed(String),
    /// A job that has not ended: it is still running, or was cut off.
    Unfinished,
}

impl fmt::Display for JobOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Done => "done",
            Self::Failed(_) => "failed",
            Self::Unfinished => "unfinished",
        })
    }
}
