//! The facts of each kind of node.

use crate::{
    obligation::{Custody, Obligation},
    storage::StorageNames,
};
use datasurface_model::{
    Capture, Classification, CodeArtifact, ContainerKey, CredentialKey, DataContainer, DatasetGroup,
    DatasetKey, DatasetName, DatastoreName, Deadline, Entitlement, Entity, GroupKey, InvalidRows,
    PlatformName, Priority, QualityCheck, Requirements, Schema, Set, Text, TransformTrigger, Workspace,
    WorkspaceName,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// The details of a node, by kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NodeDetail {
    /// The capture of data, and its retention.
    Ingest(IngestFacts),
    /// The delivery of data into an asset that workspaces use.
    Export(ExportFacts),
    /// The decision whether a transformer should run.
    Trigger(TriggerFacts),
    /// The run of a transformer.
    Transform(TransformFacts),
}

/// A dataset that a node works with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct DatasetFacts {
    /// The key of the dataset.
    pub key: DatasetKey,
    /// The schema of the dataset.
    pub schema: Schema,
    /// The classifications of the dataset as a whole.
    #[serde(default, skip_serializing_if = "Set::is_empty")]
    pub classifications: Set<Classification>,
    /// The versions of records that must be retained, and for how long.
    pub custody: Custody,
    /// The checks that data must pass before it is visible to anybody.
    /// Only a capture from a producer or from a transformer has them. Every node downstream gets data that passed, so a
    /// change of a check changes no node but the capture.
    #[serde(default, skip_serializing_if = "Set::is_empty")]
    pub checks: Set<QualityCheck>,
    /// The treatment of rows that violate the schema.
    /// Only a capture from a producer or from a transformer needs it. Every node downstream gets rows that passed.
    #[serde(default, skip_serializing_if = "InvalidRows::is_default")]
    pub invalid_rows: InvalidRows,
    /// The storage name of the dataset; `None` if it is the name of now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<DatasetKey>,
}

impl DatasetFacts {
    /// The storage name of the dataset: what keeps its data is addressed by this name.
    #[must_use]
    pub fn storage_key(&self) -> &DatasetKey {
        self.storage.as_ref().unwrap_or(&self.key)
    }

    pub(crate) fn remember_storage(&mut self, names: &StorageNames) {
        self.storage = Some(names.dataset(&self.key)).filter(|storage| *storage != self.key);
    }

    pub(crate) fn use_storage(&mut self) {
        if let Some(storage) = self.storage.take() {
            self.key = storage;
        }
    }

    /// Joins `custody` to the custody of the dataset, so that both are retained.
    #[must_use]
    pub fn joined_with(mut self, custody: Custody) -> Self {
        self.custody = self.custody.join(custody);
        self
    }
}

/// The source of the data of an ingest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
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
        /// The name of the platform.
        platform: PlatformName,
    },
}

/// The facts of a capture from a producer's container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CaptureFacts {
    /// The key of the container.
    pub container_key: ContainerKey,
    /// The container.
    pub container: Arc<DataContainer>,
    /// The method by which data is captured, and its schedule.
    pub capture: Capture,
    /// The credential for reading the container: that of the capture, or else the one that the container names for its team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<CredentialKey>,
}

impl CaptureFacts {
    /// The same capture without the attributes of other datasets.
    pub(super) fn restricted_to(&self, datasets: &Set<&DatasetName>) -> Self {
        Self {
            container_key: self.container_key.clone(),
            container: Arc::clone(&self.container),
            capture: self.capture.restricted_to(datasets),
            credential: self.credential.clone(),
        }
    }
}

/// The facts of an ingest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct IngestFacts {
    /// The datastore that is captured.
    pub datastore: DatastoreName,
    /// The source of the data.
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
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ExportFacts {
    /// The key of the container that the data is exported to.
    pub container_key: ContainerKey,
    /// The container that the data is exported to.
    pub container: Arc<DataContainer>,
    /// The dataset that is exported.
    pub dataset: DatasetFacts,
    /// The consumers of the data, ordered by workspace and group.
    pub consumers: Vec<Consumer>,
}

/// A consumer of exported data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Consumer {
    /// The workspace and its group.
    pub group: GroupKey,
    /// The priority of the workspace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// The time of day by which the workspace must have its data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Deadline>,
    /// The requirements of the group.
    pub requirements: Requirements,
    /// Whether the data is the input of a transformer.
    pub transforms: bool,
    /// The entitlement to read the data of the workspace.
    #[serde(default, skip_serializing_if = "Entitlement::is_empty")]
    pub entitlement: Entitlement,
    /// The credential for delivering the data: that of the workspace, or else the one that the container names for its team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<CredentialKey>,
}

impl Consumer {
    pub(crate) fn new(
        workspace: &Workspace,
        group: &DatasetGroup,
        credential: Option<CredentialKey>,
    ) -> Self {
        Self {
            group: GroupKey::new(workspace.name(), group.name()),
            priority: workspace.priority(),
            deadline: workspace.deadline().cloned(),
            requirements: group.requirements().clone(),
            transforms: workspace.transformer().is_some(),
            entitlement: workspace.entitlement().clone(),
            credential,
        }
    }

    /// Returns the obligation to the group itself.
    pub(crate) fn is_owed(&self) -> Obligation {
        Obligation::for_consumer(&self.requirements, self.priority, self.deadline.as_ref())
    }
}

/// The facts of a trigger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TriggerFacts {
    /// The transformer's workspace.
    pub workspace: WorkspaceName,
    /// The condition under which the transformer should run.
    pub trigger: TransformTrigger,
    /// The datasets that the transformer reads, in order.
    pub inputs: Vec<DatasetKey>,
}

/// The facts of a transform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TransformFacts {
    /// The transformer's workspace.
    pub workspace: WorkspaceName,
    /// The key of the container that the inputs are exported to.
    pub container_key: ContainerKey,
    /// The container that the inputs are exported to.
    pub container: Arc<DataContainer>,
    /// The code.
    pub artifact: CodeArtifact,
    /// The datasets that the transformer reads, in order.
    pub inputs: Vec<DatasetFacts>,
    /// The inputs that the code still calls by names that they had before, by these names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub former_inputs: BTreeMap<Text, DatasetKey>,
    /// The datastore that the transformer fills.
    pub output: DatastoreName,
    /// The datasets that the transformer fills, ordered by name.
    pub outputs: Vec<DatasetFacts>,
}

impl TransformFacts {
    /// Returns the names by which the code may call an input, the present one first. The code has the names of now, which `called` has
    /// where the facts are written in storage names.
    #[must_use]
    pub fn input_names(&self, input: &DatasetKey, called: &StorageNames) -> Vec<String> {
        let former = self.former_inputs.iter().filter(|(_, key)| *key == input);
        let former = former.map(|(name, _)| name.to_string());
        std::iter::once(called.dataset(input).input_name()).chain(former).collect()
    }
}
