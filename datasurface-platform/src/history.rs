//! What jobs did: how long it took, and how many records they moved.

use crate::rendering::ResourceAddress;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A job that ran, or began to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobRun {
    /// The address of the job, or of what it brought up to date.
    pub job: ResourceAddress,
    /// When the run began that it was a part of.
    pub began_at: DateTime<Utc>,
    /// How long it took, in milliseconds. None where that is not known: it is still running, or was cut off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub milliseconds: Option<u64>,
    /// How many records it moved: those that a capture inserted, updated or deleted, those that a transformer made, or
    /// those that changed in the batches that a copy was brought. None where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records: Option<u64>,
    /// How it ended.
    pub outcome: JobOutcome,
}

/// How a job ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum JobOutcome {
    /// It went well.
    Done,
    /// It failed, for this reason. No value of data is in it.
    Failed(String),
    /// It has not ended: it is still running, or was cut off.
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
