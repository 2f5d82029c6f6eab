//! States of connectors and their tasks.

use serde::Deserialize;

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
