//! Requests: what a runtime is to run.

use serde::{Deserialize, Serialize};

/// What is to be run. It will have more fields: build it from its mode.
///
/// ```
/// use datasurface_platform::{RunMode, RunRequest};
/// assert_eq!(RunRequest::from(RunMode::UntilIdle), RunRequest::until_idle());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RunRequest {
    /// Which jobs run, and how often.
    pub mode: RunMode,
}

/// Which jobs run, and how often.
///
/// A pass runs the captures that are to run, and then each transformer at most once, producers before consumers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunMode {
    /// One pass over all jobs.
    #[default]
    Once,
    /// Passes until no job has anything left to move. Captures run in the first one.
    UntilIdle,
    /// Jobs whose timetable named a time since they last began, and jobs that wait for others, until none has anything
    /// left to move. Jobs that wait for somebody to ask for them stand still.
    Due,
}

impl RunRequest {
    /// One pass over all jobs.
    #[must_use]
    pub fn once() -> Self {
        RunMode::Once.into()
    }

    /// Passes until no job has anything left to move.
    #[must_use]
    pub fn until_idle() -> Self {
        RunMode::UntilIdle.into()
    }

    /// The jobs that are due, and those that wait for them.
    #[must_use]
    pub fn due() -> Self {
        RunMode::Due.into()
    }
}

impl From<RunMode> for RunRequest {
    fn from(mode: RunMode) -> Self {
        Self { mode }
    }
}
