//! Transformers: how new data is derived.

use super::{CodeArtifact, Cron, Release, Removal, Select, TransformTrigger};
use datasurface_schema::{Classification, ColumnName, DatasetName, DatastoreName, Set};
use std::collections::BTreeMap;

/// A transformer, which turns the data of its workspace into the datasets of another datastore. The name of the
/// workspace is its identity.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DataTransformer {
    artifact: CodeArtifact,
    output: DatastoreName,
    trigger: TransformTrigger,
    releases: Set<Release>,
    removes: BTreeMap<DatasetName, BTreeMap<Classification, Removal>>,
}

impl DataTransformer {
    /// Creates a transformer in SQL that fills the datastore `output`, whenever at least one of its inputs has moved.
    pub fn sql(output: impl Into<DatastoreName>) -> Self {
        Self::new(CodeArtifact::Sql { selects: Vec::new() }, output)
    }

    /// Creates a transformer that fills the datastore `output`, whenever at least one of its inputs has moved.
    /// Statements are put in the order of their datasets.
    pub fn new(artifact: CodeArtifact, output: impl Into<DatastoreName>) -> Self {
        Self {
            artifact: ordered(artifact),
            output: output.into(),
            trigger: TransformTrigger::AnyInputMoved,
            releases: Set::new(),
            removes: BTreeMap::new(),
        }
    }

    /// Adds the statement that makes an output dataset. Code that is not SQL is replaced by SQL.
    #[must_use]
    pub fn select(mut self, dataset: impl Into<DatasetName>, sql: impl Into<String>) -> Self {
        let mut selects = match self.artifact {
            CodeArtifact::Sql { selects } => selects,
            _ => Vec::new(),
        };
        selects.push(Select { dataset: dataset.into(), sql: sql.into() });
        self.artifact = ordered(CodeArtifact::Sql { selects });
        self
    }

    /// Replaces the code.
    pub(crate) fn with_artifact(mut self, artifact: CodeArtifact) -> Self {
        self.artifact = ordered(artifact);
        self
    }

    /// Replaces all removals by these.
    pub(crate) fn with_removals(
        mut self,
        removals: BTreeMap<DatasetName, BTreeMap<Classification, Removal>>,
    ) -> Self {
        self.removes = removals;
        self
    }

    /// Fills another datastore, in the same way.
    pub(crate) fn filling(mut self, output: DatastoreName) -> Self {
        self.output = output;
        self
    }

    /// Replaces all releases by these.
    pub(crate) fn with_releases(mut self, releases: impl IntoIterator<Item = Release>) -> Self {
        self.releases = releases.into_iter().collect();
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

    /// Declares that a classification of the inputs is not in some columns of an output dataset any more.
    #[must_use]
    pub fn removal(
        mut self,
        dataset: impl Into<DatasetName>,
        classification: impl Into<Classification>,
        removal: Removal,
    ) -> Self {
        self.removes.entry(dataset.into()).or_default().insert(classification.into(), removal);
        self
    }

    /// Asks that an output be free from the policies of a zone from which it derives.
    #[must_use]
    pub fn release(mut self, release: Release) -> Self {
        self.releases.insert(release);
        self
    }

    /// The requests to be free from the policies of zones.
    #[must_use]
    pub fn releases(&self) -> &Set<Release> {
        &self.releases
    }

    /// The code.
    #[must_use]
    pub fn artifact(&self) -> &CodeArtifact {
        &self.artifact
    }

    /// The datastore that the transformer fills.
    #[must_use]
    pub fn output(&self) -> &DatastoreName {
        &self.output
    }

    /// The trigger.
    #[must_use]
    pub fn trigger(&self) -> &TransformTrigger {
        &self.trigger
    }

    /// The classifications of the inputs that output datasets do not have any more, by dataset.
    #[must_use]
    pub fn removals(&self) -> &BTreeMap<DatasetName, BTreeMap<Classification, Removal>> {
        &self.removes
    }

    /// Whether a column of an output is said not to have a classification of the inputs any more.
    #[must_use]
    pub fn removes_from(
        &self,
        dataset: &DatasetName,
        classification: &Classification,
        column: &ColumnName,
    ) -> bool {
        let removal = self.removes.get(dataset).and_then(|removals| removals.get(classification));
        removal.is_some_and(|removal| removal.columns().contains_key(column))
    }
}

/// Puts statements in order: the code, and what is made of it, must not depend on the order in which they are declared.
fn ordered(mut artifact: CodeArtifact) -> CodeArtifact {
    if let CodeArtifact::Sql { selects } = &mut artifact {
        selects.sort();
    }
    artifact
}
