//! Transformers: how new data is derived.

use super::{CodeArtifact, Cron, Select, TransformTrigger};
use datasurface_schema::{Classification, DatasetName, DatastoreName};
use std::collections::BTreeMap;

/// Turns the data of its workspace into the datasets of another datastore. Its workspace's name is its identity.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DataTransformer {
    artifact: CodeArtifact,
    output: DatastoreName,
    trigger: TransformTrigger,
    removes: BTreeMap<Classification, String>,
}

impl DataTransformer {
    /// A transformer in SQL that fills the datastore `output`, whenever at least one of its inputs has moved.
    pub fn sql(output: impl Into<DatastoreName>) -> Self {
        Self::new(CodeArtifact::Sql { selects: Vec::new() }, output)
    }

    /// A transformer that fills the datastore `output`, whenever at least one of its inputs has moved.
    pub fn new(artifact: CodeArtifact, output: impl Into<DatastoreName>) -> Self {
        Self {
            artifact,
            output: output.into(),
            trigger: TransformTrigger::AnyInputMoved,
            removes: BTreeMap::new(),
        }
    }

    /// Makes an output dataset by this statement. Code that is not SQL becomes SQL.
    #[must_use]
    pub fn select(mut self, dataset: impl Into<DatasetName>, sql: impl Into<String>) -> Self {
        let mut selects = match self.artifact {
            CodeArtifact::Sql { selects } => selects,
            _ => Vec::new(),
        };
        selects.push(Select { dataset: dataset.into(), sql: sql.into() });
        selects.sort();
        self.artifact = CodeArtifact::Sql { selects };
        self
    }

    /// Sets the trigger. The default is [`AnyInputMoved`](TransformTrigger::AnyInputMoved).
    #[must_use]
    pub fn with_trigger(mut self, trigger: TransformTrigger) -> Self {
        self.trigger = trigger;
        self
    }

    /// Sets a timetable as the trigger.
    #[must_use]
    pub fn with_cron(self, cron: impl Into<Cron>) -> Self {
        self.with_trigger(TransformTrigger::Cron(cron.into()))
    }

    /// Says that a classification of the inputs is not in the output any more, and why.
    #[must_use]
    pub fn removal(mut self, classification: impl Into<Classification>, reason: impl Into<String>) -> Self {
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
    pub fn removals(&self) -> &BTreeMap<Classification, String> {
        &self.removes
    }
}
