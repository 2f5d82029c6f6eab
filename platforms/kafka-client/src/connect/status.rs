//! States of connectors and their tasks.

use serde::Deserialize;
use std::fmt;

/// The state of a connector.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConnectorStatus {
    /// The state of the connector itself.
    pub state: ConnectorState,
    /// The cause, if it failed.
    pub trace: Option<String>,
    /// The tasks, which do the work.
    pub tasks: Vec<TaskStatus>,
}

/// The state of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TaskStatus {
    /// The number of the task, from 0.
    pub id: u32,
    /// The state.
    pub state: ConnectorState,
    /// The cause, if it failed.
    pub trace: Option<String>,
}

/// A state of a connector or a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[non_exhaustive]
pub enum ConnectorState {
    /// No worker has it yet.
    #[serde(rename = "UNASSIGNED")]
    Unassigned,
    /// A worker runs it.
    #[serde(rename = "RUNNING")]
    Running,
    /// Paused: it keeps its resources.
    #[serde(rename = "PAUSED")]
    Paused,
    /// Stopped: it has no tasks.
    #[serde(rename = "STOPPED")]
    Stopped,
    /// Failed: it does not start again by itself.
    #[serde(rename = "FAILED")]
    Failed,
    /// On its way to run again.
    #[serde(rename = "RESTARTING")]
    Restarting,
    /// A state that this client does not know.
    #[serde(other)]
    Unknown,
}

impl ConnectorStatus {
    /// Whether the connector runs, with at least one task, and all of them run.
    #[must_use]
    pub fn is_running(&self) -> bool {
        let is_running = |state| state == ConnectorState::Running;
        is_running(self.state)
            && !self.tasks.is_empty()
            && self.tasks.iter().all(|task| is_running(task.state))
    }

    /// The cause of the first failure, of the connector or of a task.
    #[must_use]
    pub fn failure(&self) -> Option<&str> {
        let own = (self.state == ConnectorState::Failed).then_some(self.trace.as_deref());
        let tasks = self.tasks.iter().filter(|task| task.state == ConnectorState::Failed);
        let tasks = tasks.map(|task| task.trace.as_deref());
        own.into_iter().chain(tasks).next().map(Option::unwrap_or_default)
    }
}

/// Writes the states in a sentence, such as `it is RUNNING, its tasks are RUNNING, FAILED`.
impl fmt::Display for ConnectorStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it is {}, ", self.state)?;
        let states: Vec<String> = self.tasks.iter().map(|task| task.state.to_string()).collect();
        match states.as_slice() {
            [] => f.write_str("it has no tasks"),
            [state] => write!(f, "its task is {state}"),
            states => write!(f, "its tasks are {}", states.join(", ")),
        }
    }
}

/// Writes the state as Kafka Connect does, such as `RUNNING`.
impl fmt::Display for ConnectorState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unassigned => "UNASSIGNED",
            Self::Running => "RUNNING",
            Self::Paused => "PAUSED",
            Self::Stopped => "STOPPED",
            Self::Failed => "FAILED",
            Self::Restarting => "RESTARTING",
            Self::Unknown => "in a state of a later Connect",
        })
    }
}

/// A status as the REST API has it.
#[derive(Deserialize)]
pub(super) struct StatusAnswer {
    connector: ConnectorAnswer,
    #[serde(default)]
    tasks: Vec<TaskAnswer>,
}

#[derive(Deserialize)]
struct ConnectorAnswer {
    state: ConnectorState,
    trace: Option<String>,
}

#[derive(Deserialize)]
struct TaskAnswer {
    id: u32,
    state: ConnectorState,
    trace: Option<String>,
}

impl From<StatusAnswer> for ConnectorStatus {
    fn from(answer: StatusAnswer) -> Self {
        let task = |TaskAnswer { id, state, trace }| TaskStatus { id, state, trace };
        let ConnectorAnswer { state, trace } = answer.connector;
        Self { state, trace, tasks: answer.tasks.into_iter().map(task).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_a_sentence() {
        let task = |state| TaskStatus { id: 0, state, trace: None };
        let mut status =
            ConnectorStatus { state: ConnectorState::Unassigned, trace: None, tasks: Vec::new() };
        assert_eq!(status.to_string(), "it is UNASSIGNED, it has no tasks");
        status.tasks.push(task(ConnectorState::Running));
        assert_eq!(status.to_string(), "it is UNASSIGNED, its task is RUNNING");
        status.tasks.push(task(ConnectorState::Failed));
        assert_eq!(status.to_string(), "it is UNASSIGNED, its tasks are RUNNING, FAILED");
    }
}
