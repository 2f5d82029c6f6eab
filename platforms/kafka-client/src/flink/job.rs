//! Jobs of a cluster.

use std::fmt;

/// A job of a cluster of Flink.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FlinkJob {
    /// The identifier that the cluster gave it.
    pub id: String,
    /// The name.
    pub name: String,
    /// The state.
    pub state: JobState,
}

/// The state of a job, as far as it matters to who started it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JobState {
    /// The state of one that is being started, for the first time or again.
    Starting,
    /// The state of one that runs.
    Running,
    /// The state of one that failed, and is being started again or waits for that.
    Restarting,
    /// The state of one that ended by itself or was stopped, or is about to be.
    Over,
    /// The state of one that failed, and that the cluster does not start again.
    Failed,
}

impl JobState {
    /// Reads a state by its word; one that is not known is taken for that of a job that is being started.
    pub(super) fn read(word: &str) -> Self {
        match word {
            "RUNNING" => Self::Running,
            "RESTARTING" | "FAILING" => Self::Restarting,
            "FAILED" => Self::Failed,
            "FINISHED" | "CANCELED" | "CANCELLING" | "SUSPENDED" => Self::Over,
            _ => Self::Starting,
        }
    }

    /// Whether the cluster still has to do with it.
    #[must_use]
    pub fn is_alive(self) -> bool {
        matches!(self, Self::Starting | Self::Running | Self::Restarting)
    }
}

impl fmt::Display for JobState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Starting => "is starting",
            Self::Running => "runs",
            Self::Restarting => "failed, and is starting again",
            Self::Over => "is over",
            Self::Failed => "failed",
        })
    }
}
