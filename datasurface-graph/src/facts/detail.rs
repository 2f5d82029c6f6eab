//! The facts of each kind of node.

use crate::obligation::{Custody, Obligation};
use datasurface_model::{
    Capture, Classification, CodeArtifact, ContainerKey, DataContainer, DatasetGroup, DatasetKey,
    DatastoreName, Deadline, Entitlement, Entity, GroupKey, InvalidRows, PlatformName, Priority,
    QualityCheck, Requirements, Schema, Set, TransformTrigger, Workspace, WorkspaceName,
};
use serde::{Deserialize, Serialize};

/// The details of a node, by kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeDetail {
    /// Data is captured and kept.
    Ingest(IngestFacts),
    /// Data comes into an asset that workspaces use.
    Export(ExportFacts),
    /// It is decided whether a transformer should run.
    Trigger(TriggerFacts),
    /// A transformer runs.
    Transform(TransformFacts),
}

/// A dataset on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct DatasetFacts {
    /// Which dataset it is.
    pub key: DatasetKey,
    /// Its shape.
    pub schema: Schema,
    /// How sensitive it is as a whole.
    #[serde(default, skip_serializing_if = "Set::is_empty")]
    pub classifications: Set<Classification>,
    /// What must be kept of it.
    pub custody: Custody,
    /// What must hold of its data before anybody sees it. A capture from a producer or from a transformer has these; all
    /// behind it gets what passed, so a change of a check touches nothing but the capture.
    #[serde(default, skip_serializing_if = "Set::is_empty")]
    pub checks: Set<QualityCheck>,
    /// Where rows go that break what the schema says. A capture from a producer or from a transformer asks; all behind it
    /// gets what passed.
    #[serde(default, skip_serializing_if = "InvalidRows::is_default")]
    pub invalid_rows: InvalidRows,
}

impl DatasetFacts {
    /// The same dataset, of which this must be kept too.
    #[must_use]
    pub fn joined_with(mut self, custody: Custody) -> Self {
        self.custody = self.custody.join(custody);
        self
    }
}

/// Where the data of an ingest comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IngestSource {
    /// A producer's container.
    Container(Box<CaptureFacts>),
    /// A transformer on the same platform.
    Transformer {
        /// The transformer's workspace.
        workspace: WorkspaceName,
    },
    /// The platform that captures the datastore for all.
    Platform {
        /// Its name.
        platform: PlatformName,
    },
}

/// How data is captured from a producer's container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CaptureFacts {
    /// How the container is called.
    pub container_key: ContainerKey,
    /// The container.
    pub container: DataContainer,
    /// How its data is captured.
    pub capture: Capture,
}

/// The facts of an ingest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct IngestFacts {
    /// What is captured.
    pub datastore: DatastoreName,
    /// Where the data comes from.
    pub source: IngestSource,
    /// The datasets that somebody needs, ordered by name. They are captured together.
    pub datasets: Vec<DatasetFacts>,
}

impl IngestFacts {
    pub(crate) fn map_datasets(mut self, change: impl FnMut(DatasetFacts) -> Option<DatasetFacts>) -> Self {
        self.datasets = self.datasets.into_iter().filter_map(change).collect();
        self
    }
}

/// The facts of an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ExportFacts {
    /// How the container that the data is brought to is called.
    pub container_key: ContainerKey,
    /// The container that the data is brought to.
    pub container: DataContainer,
    /// What is brought there.
    pub dataset: DatasetFacts,
    /// For whom, ordered by workspace and group.
    pub consumers: Vec<Consumer>,
}

/// For whom data is exported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Consumer {
    /// The workspace and its group.
    pub group: GroupKey,
    /// The priority of the workspace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// By when the workspace must have its data, every day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Deadline>,
    /// What the group asks for.
    pub requirements: Requirements,
    /// Whether the data is the input of a transformer.
    pub transforms: bool,
    /// Who may read what the workspace gets.
    #[serde(default, skip_serializing_if = "Entitlement::is_empty")]
    pub entitlement: Entitlement,
}

impl Consumer {
    pub(crate) fn new(workspace: &Workspace, group: &DatasetGroup) -> Self {
        Self {
            group: GroupKey::new(workspace.name(), group.name()),
            priority: workspace.priority(),
            deadline: workspace.deadline().cloned(),
            requirements: group.requirements().clone(),
            transforms: workspace.transformer().is_some(),
            entitlement: workspace.entitlement().clone(),
        }
    }

    /// What the group itself is owed.
    pub(crate) fn is_owed(&self) -> Obligation {
        Obligation::for_consumer(&self.requirements, self.priority, self.deadline.as_ref())
    }
}

/// The facts of a trigger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TriggerFacts {
    /// The transformer's workspace.
    pub workspace: WorkspaceName,
    /// When the transformer should run.
    pub trigger: TransformTrigger,
    /// The datasets that it reads, in order.
    pub inputs: Vec<DatasetKey>,
}

/// The facts of a transform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TransformFacts {
    /// The transformer's workspace.
    pub workspace: WorkspaceName,
    /// How the container that its inputs are brought to is called.
    pub container_key: ContainerKey,
    /// The container that its inputs are brought to.
    pub container: DataContainer,
    /// The code.
    pub artifact: CodeArtifact,
    /// The datasets that it reads, in order.
    pub inputs: Vec<DatasetFacts>,
    /// The datastore that it fills.
    pub output: DatastoreName,
    /// The datasets that it fills, ordered by name.
    pub outputs: Vec<DatasetFacts>,
}
