//! Metadata: what people know of a node beside its facts. What must happen does not depend on it; a platform may show it, as a
//! comment, a tag or a label.

use datasurface_graph::StorageNames;
use datasurface_model::{
    ColumnName, DatasetKey, DatastoreName, Deprecation, Documentation, ProductionStatus, Repository, TeamKey,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// The metadata of a node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct NodeMetadata {
    /// The parts of the model that the node is there for, in order: the datastore of a capture, the workspace of a transformer and of its
    /// trigger, the workspaces of the consumers of an export.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<SubjectMetadata>,
    /// The datasets that the node captures, exports or makes, of which more is known than their facts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub datasets: BTreeMap<DatasetKey, DatasetMetadata>,
}

/// The metadata of a datastore or a workspace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SubjectMetadata {
    /// The name of the datastore or workspace.
    pub name: String,
    /// The team that it belongs to, with its zone.
    pub team: TeamKey,
    /// The repository of the team: who may change it there owns it.
    pub owner: Repository,
    /// The production status.
    pub production_status: ProductionStatus,
    /// The documentation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub documentation: Option<Documentation>,
    /// The deprecation of a datastore.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecation: Option<Deprecation<DatastoreName>>,
}

/// The metadata of a dataset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct DatasetMetadata {
    /// The documentation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub documentation: Option<Documentation>,
    /// The deprecation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecation: Option<Deprecation>,
    /// The documentation of columns, of those that have one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<ColumnName, Documentation>,
}

impl NodeMetadata {
    /// Adds a subject.
    #[must_use]
    pub fn subject(mut self, subject: SubjectMetadata) -> Self {
        self.subjects.reserve_exact(1);
        self.subjects.push(subject);
        self.subjects.sort();
        self.subjects.dedup();
        self
    }

    /// Adds what is known of a dataset, if anything is.
    #[must_use]
    pub fn dataset(mut self, key: DatasetKey, metadata: DatasetMetadata) -> Self {
        if metadata != DatasetMetadata::default() {
            self.datasets.insert(key, metadata);
        }
        self
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.subjects.is_empty() && self.datasets.is_empty()
    }

    /// The same, with datasets written in storage names.
    pub(super) fn in_storage_names(&self, names: &StorageNames) -> Self {
        let stored =
            |(key, metadata): (&DatasetKey, &DatasetMetadata)| (names.dataset(key), metadata.clone());
        Self { datasets: self.datasets.iter().map(stored).collect(), subjects: self.subjects.clone() }
    }

    /// The same, of these datasets alone.
    pub(super) fn of_datasets<'a>(self: &Arc<Self>, keys: impl Iterator<Item = &'a DatasetKey>) -> Arc<Self> {
        if self.datasets.is_empty() {
            return Arc::clone(self);
        }
        let known = keys.filter_map(|key| self.datasets.get_key_value(key));
        let datasets = known.map(|(key, metadata)| (key.clone(), metadata.clone())).collect();
        Arc::new(Self { datasets, subjects: self.subjects.clone() })
    }
}

impl SubjectMetadata {
    /// Creates the metadata of a datastore or workspace without documentation.
    pub fn new(name: impl Into<String>, team: TeamKey, owner: Repository, status: ProductionStatus) -> Self {
        Self {
            name: name.into(),
            team,
            owner,
            production_status: status,
            documentation: None,
            deprecation: None,
        }
    }

    /// Sets the documentation, if there is one.
    #[must_use]
    pub fn with_documentation(mut self, documentation: Option<&Documentation>) -> Self {
        self.documentation = documentation.cloned();
        self
    }

    /// Sets the deprecation, if there is one.
    #[must_use]
    pub fn with_deprecation(mut self, deprecation: Option<&Deprecation<DatastoreName>>) -> Self {
        self.deprecation = deprecation.cloned();
        self
    }
}

impl DatasetMetadata {
    /// Creates the metadata of a dataset with this documentation, and this deprecation.
    #[must_use]
    pub fn new(documentation: Option<&Documentation>, deprecation: Option<&Deprecation>) -> Self {
        Self {
            documentation: documentation.cloned(),
            deprecation: deprecation.cloned(),
            columns: BTreeMap::new(),
        }
    }

    /// Adds the documentation of a column.
    #[must_use]
    pub fn column(mut self, name: ColumnName, documentation: Documentation) -> Self {
        self.columns.insert(name, documentation);
        self
    }
}
