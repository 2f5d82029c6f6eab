//! Jobs that wait: who waits for what.

use crate::rendering::ResourceAddress;
use datasurface_model::DatasetKey;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A job that has something to do, and waits. What it made last stays as it is.
///
/// ```
/// use datasurface_platform::{WaitingJob, WaitReason};
/// let waiting = WaitingJob {
///     job: "transform.Mask".into(),
///     waits_for: WaitReason::Repaired(vec!["capture.Sales".into()]),
/// };
/// assert_eq!(waiting.to_string(), "`transform.Mask` waits until `capture.Sales`, which failed, works again");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WaitingJob {
    /// The address of the job.
    pub job: ResourceAddress,
    /// The reason why the job waits.
    pub waits_for: WaitReason,
}

/// A reason why a job waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WaitReason {
    /// A failure of these jobs before it, or data that they did not bring up to date: some inputs are new, and others are
    /// not.
    Repaired(Vec<ResourceAddress>),
    /// Inputs that never arrived.
    Arrived(Vec<DatasetKey>),
    /// Inputs that did not move since the last run of a job that waits for all of them.
    Moved(Vec<DatasetKey>),
    /// Hooks, which decided that the job does not run now.
    Hooks,
}

impl fmt::Display for WaitingJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` waits until {}", self.job, self.waits_for)
    }
}

impl fmt::Display for WaitReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Repaired(jobs) if jobs.len() == 1 => {
                write!(f, "{}, which failed, works again", listed(jobs))
            }
            Self::Repaired(jobs) => write!(f, "{}, which failed, work again", listed(jobs)),
            Self::Arrived(inputs) => write!(f, "there is a first batch of {}", listed(inputs)),
            Self::Moved(inputs) => write!(f, "there is a new batch of {}", listed(inputs)),
            Self::Hooks => f.write_str("no hook skips it"),
        }
    }
}

fn listed(names: &[impl fmt::Display]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
