//! Requests: what a runtime is to run.

use datasurface_model::DatasetKey;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The jobs that are to run. There will be more fields: build a request from its mode.
///
/// ```
/// use datasurface_platform::{RunMode, RunRequest};
/// let all = RunRequest::from(RunMode::UntilIdle);
/// assert!(all.is_unrestricted());
/// assert!(!all.select("Sales/orders").is_unrestricted());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RunRequest {
    /// The mode: it selects the jobs, and says how often they run.
    pub mode: RunMode,
    /// The names of what is to run: datastores, datasets as `datastore/dataset`, workspaces, and addresses of jobs. Where
    /// nothing is asked for by name, here or below, everything runs.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub select: BTreeSet<String>,
    /// Datasets of which everything is read again, or made again, whatever was read before.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub full_refresh: BTreeSet<DatasetKey>,
    /// Consumers whose copies are made again from what the platform keeps: workspaces, groups as `workspace/group`, and
    /// containers as `zone/team/container`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub resync: BTreeSet<String>,
    /// Whether these copies are compared with what the platform keeps instead, and nothing is changed. A runtime that cannot do
    /// that refuses.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub verify: bool,
}

/// A choice of jobs, and how often they run.
///
/// A pass runs the captures that are to run, and then each transformer at most once, producers before consumers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunMode {
    /// A single pass over all jobs.
    #[default]
    Once,
    /// Passes until no job has anything left to move. Captures run in the first one.
    UntilIdle,
    /// Jobs whose timetable named a time since they last began, and jobs that wait for others, until none has anything
    /// left to move. Jobs that wait for somebody to ask for them stand still.
    Due,
}

/// The names by which a [request](RunRequest) can ask a runtime for something.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunNames {
    /// Names of what can run.
    pub selectable: BTreeSet<String>,
    /// Datasets that can be read again.
    pub datasets: BTreeSet<DatasetKey>,
    /// Names of consumers.
    pub consumers: BTreeSet<String>,
}

impl RunRequest {
    /// Creates a request for one pass over all jobs.
    #[must_use]
    pub fn once() -> Self {
        RunMode::Once.into()
    }

    /// Passes until no job has anything left to move.
    #[must_use]
    pub fn until_idle() -> Self {
        RunMode::UntilIdle.into()
    }

    /// Creates a request for the jobs that are due, and those that wait for them.
    #[must_use]
    pub fn due() -> Self {
        RunMode::Due.into()
    }

    /// Adds what is to run, by name.
    #[must_use]
    pub fn select(mut self, name: impl Into<String>) -> Self {
        self.select.insert(name.into());
        self
    }

    /// Adds a dataset of which everything is read again.
    #[must_use]
    pub fn full_refresh(mut self, dataset: impl Into<DatasetKey>) -> Self {
        self.full_refresh.insert(dataset.into());
        self
    }

    /// Adds a consumer whose copies are made again.
    #[must_use]
    pub fn resync(mut self, consumer: impl Into<String>) -> Self {
        self.resync.insert(consumer.into());
        self
    }

    /// Compares copies instead of making them again.
    #[must_use]
    pub fn verify(self) -> Self {
        Self { verify: true, ..self }
    }

    /// Whether everything is to run, and nothing is asked for by name.
    #[must_use]
    pub fn is_unrestricted(&self) -> bool {
        self.select.is_empty() && self.full_refresh.is_empty() && self.resync.is_empty()
    }

    /// Returns the part of the request that a runtime with these names can do; `None` if the request asks for other names
    /// only.
    #[must_use]
    pub fn restricted_to(&self, names: &RunNames) -> Option<Self> {
        let narrowed = Self {
            select: self.select.intersection(&names.selectable).cloned().collect(),
            full_refresh: self.full_refresh.intersection(&names.datasets).cloned().collect(),
            resync: self.resync.intersection(&names.consumers).cloned().collect(),
            ..self.clone()
        };
        (self.is_unrestricted() || !narrowed.is_unrestricted()).then_some(narrowed)
    }
}

impl From<RunMode> for RunRequest {
    fn from(mode: RunMode) -> Self {
        Self { mode, ..Self::default() }
    }
}
