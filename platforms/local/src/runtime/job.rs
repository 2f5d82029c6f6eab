//! Jobs, as `jobs.json` lists them.

use super::source::Producer;
use crate::{
    prelude::*,
    render::{CaptureStart, CheckedColumn},
    sandbox::SelectLimits,
    server_settings::ServerSettings,
    sql::milestoned::StoredColumn,
};
use std::collections::{BTreeMap, BTreeSet};

/// The list of a shard.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct JobList {
    pub(super) jobs: Vec<Job>,
}

/// One of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Job {
    Capture(Box<CaptureJob>),
    Trigger(TriggerJob),
    Transform(TransformJob),
}

/// Captures a datastore, or one dataset of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct CaptureJob {
    pub(super) job: String,
    pub(super) datastore: DatastoreName,
    pub(super) trigger: CaptureStart,
    #[serde(default)]
    pub(super) priority: Option<Priority>,
    #[serde(default)]
    pub(super) latency_seconds: Option<Latency>,
    /// Where the source is; none where a transformer makes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) source: Option<ContainerKind>,
    #[serde(default)]
    pub(super) credential: Option<CredentialKey>,
    #[serde(default, skip_serializing_if = "ServerSettings::is_default")]
    pub(super) server: Box<ServerSettings>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sqlite_statement_timeout_seconds: Option<u32>,
    /// The folder of batches that is received first, if another platform publishes there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) receives: Option<String>,
    /// The folder in which what is captured is published, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) publishes: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) begin: Vec<String>,
    pub(super) datasets: Vec<CapturedDataset>,
    #[serde(default, skip_serializing_if = "StorageNames::is_empty")]
    pub(super) called: StorageNames,
}

/// A dataset of a capture: where it is merged into, the SELECT that reads all of it or the address of a transformer's, the one that
/// reads it from a position on, and what its values are judged by.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct CapturedDataset {
    pub(super) dataset: DatasetKey,
    pub(super) into: String,
    pub(super) read: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) since: Option<String>,
    pub(super) columns: Vec<CheckedColumn>,
    /// The name of the dataset in the batches that are received.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) published_as: Option<DatasetName>,
    /// The topic that is read first into the table that is captured from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) topic: Option<String>,
}

/// Decides whether a transformer should run.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct TriggerJob {
    pub(super) job: String,
    pub(super) workspace: WorkspaceName,
    pub(super) trigger: TransformTrigger,
    #[serde(default)]
    pub(super) priority: Option<Priority>,
    pub(super) inputs: Vec<DatasetKey>,
    pub(super) starts: String,
    #[serde(default)]
    pub(super) called: StorageNames,
}

/// Runs a transformer.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct TransformJob {
    pub(super) job: String,
    pub(super) runs: String,
    pub(super) outputs: Vec<DatasetKey>,
    /// The columns of each output, in the order of its SELECT.
    #[serde(default)]
    pub(super) types: BTreeMap<DatasetName, Vec<StoredColumn>>,
    /// How much each SELECT may take.
    #[serde(default)]
    pub(super) limits: SelectLimits,
}

/// When a job runs.
#[derive(Clone, Copy, Debug)]
pub(super) enum JobStart<'a> {
    /// At the times that this names.
    Timetable(&'a Cron),
    /// When somebody asks for it.
    Asked,
    /// When something moved before it.
    Moved,
}

impl TriggerJob {
    pub(super) fn when(&self) -> JobStart<'_> {
        match &self.trigger {
            TransformTrigger::Cron(timetable) => JobStart::Timetable(timetable),
            TransformTrigger::AnyInputMoved | TransformTrigger::AllInputsMoved => JobStart::Moved,
            _ => JobStart::Asked,
        }
    }
}

impl CaptureJob {
    pub(super) fn when(&self) -> JobStart<'_> {
        match &self.trigger {
            CaptureStart::Cron(timetable) => JobStart::Timetable(timetable),
            CaptureStart::External => JobStart::Asked,
            CaptureStart::Transformer(_) | CaptureStart::Platform(_) => JobStart::Moved,
        }
    }

    /// Where it reads.
    pub(super) fn producer(&self) -> Result<Producer, PlatformError> {
        let Some(container) = self.source.clone() else {
            let context = format!("`{}` reads what a transformer makes, and has no source", self.job);
            return Err(PlatformError::new(PlatformErrorKind::Rendering, context));
        };
        Ok(Producer {
            container,
            credential: self.credential.clone(),
            server: (*self.server).clone(),
            sqlite_statement_timeout_seconds: self.sqlite_statement_timeout_seconds,
        })
    }

    /// Whether it reads what a producer wrote, rather than what this platform or another one did.
    pub(super) fn is_of_producer(&self) -> bool {
        match self.trigger {
            CaptureStart::Cron(_) | CaptureStart::External => true,
            CaptureStart::Transformer(_) | CaptureStart::Platform(_) => false,
        }
    }

    /// The same job for some of its datasets; `None` if it has none of them.
    pub(super) fn restricted_to(&self, datasets: &BTreeSet<DatasetKey>) -> Option<Self> {
        let is_among = |captured: &&CapturedDataset| datasets.contains(&captured.dataset);
        let restricted: Vec<CapturedDataset> = self.datasets.iter().filter(is_among).cloned().collect();
        (!restricted.is_empty()).then(|| Self { datasets: restricted, ..self.clone() })
    }

    /// The workspace whose transformer made what it captures.
    pub(super) fn transformer(&self) -> Option<&WorkspaceName> {
        match &self.trigger {
            CaptureStart::Transformer(workspace) => Some(workspace),
            _ => None,
        }
    }
}
