//! Transformers: how new data is derived.

use super::{Cron, TransformTrigger};
use crate::name::{Classification, DatasetName, DatastoreName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Turns the data of its workspace into the datasets of another datastore. Its workspace's name is its identity.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DataTransformer {
    artifact: CodeArtifact,
    output: DatastoreName,
    trigger: TransformTrigger,
    removes: BTreeMap<Classification, String>,
}

/// The code of a transformer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum CodeArtifact {
    /// One SELECT for each output dataset. Inputs are visible as `<datastore>_<dataset>`, and nothing else is.
    Sql {
        /// The statements, ordered by dataset.
        selects: Vec<Select>,
    },
}

impl CodeArtifact {
    /// What people call this kind of code; also what a platform's descriptor lists.
    #[must_use]
    pub fn technology(&self) -> &'static str {
        match self {
            Self::Sql { .. } => "sql",
        }
    }
}

/// The statement that makes one output dataset.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Select {
    /// The output dataset.
    pub dataset: DatasetName,
    /// One SELECT, whose columns are those of the dataset's schema, by name.
    pub sql: String,
}

impl DataTransformer {
    /// A transformer in SQL that fills the datastore `output`, whenever all its inputs have moved.
    pub fn sql(output: impl Into<DatastoreName>) -> Self {
        Self::new(CodeArtifact::Sql { selects: Vec::new() }, output)
    }

    /// A transformer that fills the datastore `output`, whenever all its inputs have moved.
    pub fn new(artifact: CodeArtifact, output: impl Into<DatastoreName>) -> Self {
        Self {
            artifact,
            output: output.into(),
            trigger: TransformTrigger::AllInputsMoved,
            removes: BTreeMap::new(),
        }
    }

    /// Makes an output dataset by this statement.
    #[must_use]
    pub fn select(mut self, dataset: impl Into<DatasetName>, sql: impl Into<String>) -> Self {
        let CodeArtifact::Sql { selects } = &mut self.artifact;
        selects.push(Select { dataset: dataset.into(), sql: sql.into() });
        selects.sort();
        self
    }

    /// Runs on a timetable.
    #[must_use]
    pub fn cron(mut self, cron: impl Into<Cron>) -> Self {
        self.trigger = TransformTrigger::Cron(cron.into());
        self
    }

    /// Says that a classification of the inputs is not in the output any more, and why.
    #[must_use]
    pub fn removing(mut self, classification: impl Into<Classification>, reason: impl Into<String>) -> Self {
        self.removes.insert(classification.into(), reason.into());
        self
    }

    /// The code.
    #[must_use]
    pub fn artifact(&self) -> &CodeArtifact {
        &self.artifact
    }

    /// The datastore that it fills.
    #[must_use]
    pub fn output(&self) -> &DatastoreName {
        &self.output
    }

    /// When it runs.
    #[must_use]
    pub fn trigger(&self) -> &TransformTrigger {
        &self.trigger
    }

    /// Which classifications it removes, and why.
    #[must_use]
    pub fn removes(&self) -> &BTreeMap<Classification, String> {
        &self.removes
    }
}
