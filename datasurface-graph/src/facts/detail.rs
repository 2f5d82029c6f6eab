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
pub struct DatasetFacts {
    pub(crate) key: DatasetKey,
    pub(crate) schema: Schema,
    #[serde(default, skip_serializing_if = "Set::is_empty")]
    pub(crate) classifications: Set<Classification>,
    pub(crate) custody: Custody,
    #[serde(default, skip_serializing_if = "Set::is_empty")]
    pub(crate) checks: Set<QualityCheck>,
    #[serde(default, skip_serializing_if = "InvalidRows::is_default")]
    pub(crate) invalid_rows: InvalidRows,
}

impl DatasetFacts {
    /// Which dataset it is.
    #[must_use]
    pub fn key(&self) -> &DatasetKey {
        &self.key
    }

    /// Its shape.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// How sensitive it is as a whole.
    #[must_use]
    pub fn classifications(&self) -> &Set<Classification> {
        &self.classifications
    }

    /// What must be kept of it.
    #[must_use]
    pub fn custody(&self) -> Custody {
        self.custody
    }

    /// What must hold of its data before anybody sees it. A capture from a producer or from a transformer has these; all
    /// behind it gets what passed, so a change of a check touches nothing but the capture.
    #[must_use]
    pub fn checks(&self) -> &Set<QualityCheck> {
        &self.checks
    }

    /// Where rows go that break what the schema says. A capture from a producer or from a transformer asks; all behind it
    /// gets what passed.
    #[must_use]
    pub fn invalid_rows(&self) -> InvalidRows {
        self.invalid_rows
    }

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
pub struct CaptureFacts {
    pub(crate) container_key: ContainerKey,
    pub(crate) container: DataContainer,
    pub(crate) capture: Capture,
}

impl CaptureFacts {
    /// How the container is called.
    #[must_use]
    pub fn container_key(&self) -> &ContainerKey {
        &self.container_key
    }

    /// The container.
    #[must_use]
    pub fn container(&self) -> &DataContainer {
        &self.container
    }

    /// How its data is captured.
    #[must_use]
    pub fn capture(&self) -> &Capture {
        &self.capture
    }
}

/// The facts of an ingest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IngestFacts {
    pub(crate) datastore: DatastoreName,
    pub(crate) source: IngestSource,
    pub(crate) datasets: Vec<DatasetFacts>,
}

impl IngestFacts {
    /// What is captured.
    #[must_use]
    pub fn datastore(&self) -> &DatastoreName {
        &self.datastore
    }

    /// Where the data comes from.
    #[must_use]
    pub fn source(&self) -> &IngestSource {
        &self.source
    }

    /// The datasets that somebody needs, ordered by name. They are captured together.
    #[must_use]
    pub fn datasets(&self) -> &[DatasetFacts] {
        &self.datasets
    }

    pub(crate) fn map_datasets(mut self, change: impl FnMut(DatasetFacts) -> Option<DatasetFacts>) -> Self {
        self.datasets = self.datasets.into_iter().filter_map(change).collect();
        self
    }
}

/// The facts of an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportFacts {
    pub(crate) container_key: ContainerKey,
    pub(crate) container: DataContainer,
    pub(crate) dataset: DatasetFacts,
    pub(crate) consumers: Vec<Consumer>,
}

impl ExportFacts {
    /// How the container that the data is brought to is called.
    #[must_use]
    pub fn container_key(&self) -> &ContainerKey {
        &self.container_key
    }

    /// The container that the data is brought to.
    #[must_use]
    pub fn container(&self) -> &DataContainer {
        &self.container
    }

    /// What is brought there.
    #[must_use]
    pub fn dataset(&self) -> &DatasetFacts {
        &self.dataset
    }

    /// For whom, ordered by workspace and group.
    #[must_use]
    pub fn consumers(&self) -> &[Consumer] {
        &self.consumers
    }
}

/// For whom data is exported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consumer {
    pub(crate) group: GroupKey,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) priority: Option<Priority>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) deadline: Option<Deadline>,
    pub(crate) requirements: Requirements,
    pub(crate) transforms: bool,
    #[serde(default, skip_serializing_if = "Entitlement::is_empty")]
    pub(crate) entitlement: Entitlement,
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

    /// The workspace and its group.
    #[must_use]
    pub fn group(&self) -> &GroupKey {
        &self.group
    }

    /// The priority of the workspace.
    #[must_use]
    pub fn priority(&self) -> Option<Priority> {
        self.priority
    }

    /// By when the workspace must have its data, every day.
    #[must_use]
    pub fn deadline(&self) -> Option<&Deadline> {
        self.deadline.as_ref()
    }

    /// What the group asks for.
    #[must_use]
    pub fn requirements(&self) -> &Requirements {
        &self.requirements
    }

    /// Whether the data is the input of a transformer.
    #[must_use]
    pub fn transforms(&self) -> bool {
        self.transforms
    }

    /// Who may read what the workspace gets.
    #[must_use]
    pub fn entitlement(&self) -> &Entitlement {
        &self.entitlement
    }
}

/// The facts of a trigger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TriggerFacts {
    pub(crate) workspace: WorkspaceName,
    pub(crate) trigger: TransformTrigger,
    pub(crate) inputs: Vec<DatasetKey>,
}

impl TriggerFacts {
    /// The transformer's workspace.
    #[must_use]
    pub fn workspace(&self) -> &WorkspaceName {
        &self.workspace
    }

    /// When the transformer should run.
    #[must_use]
    pub fn trigger(&self) -> &TransformTrigger {
        &self.trigger
    }

    /// The datasets that it reads, in order.
    #[must_use]
    pub fn inputs(&self) -> &[DatasetKey] {
        &self.inputs
    }
}

/// The facts of a transform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransformFacts {
    pub(crate) workspace: WorkspaceName,
    pub(crate) container_key: ContainerKey,
    pub(crate) container: DataContainer,
    pub(crate) artifact: CodeArtifact,
    pub(crate) inputs: Vec<DatasetFacts>,
    pub(crate) output: DatastoreName,
    pub(crate) outputs: Vec<DatasetFacts>,
}

impl TransformFacts {
    /// The transformer's workspace.
    #[must_use]
    pub fn workspace(&self) -> &WorkspaceName {
        &self.workspace
    }

    /// How the container that its inputs are brought to is called.
    #[must_use]
    pub fn container_key(&self) -> &ContainerKey {
        &self.container_key
    }

    /// The container that its inputs are brought to.
    #[must_use]
    pub fn container(&self) -> &DataContainer {
        &self.container
    }

    /// The code.
    #[must_use]
    pub fn artifact(&self) -> &CodeArtifact {
        &self.artifact
    }

    /// The datasets that it reads, in order.
    #[must_use]
    pub fn inputs(&self) -> &[DatasetFacts] {
        &self.inputs
    }

    /// The datastore that it fills.
    #[must_use]
    pub fn output(&self) -> &DatastoreName {
        &self.output
    }

    /// The datasets that it fills, ordered by name.
    #[must_use]
    pub fn outputs(&self) -> &[DatasetFacts] {
        &self.outputs
    }
}
