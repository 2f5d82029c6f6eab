//! The answers to questions. An answer is equal to another if a rule cannot tell them apart: it shows nothing that
//! is not compared.

use crate::{
    ecosystem::{Dataset, Datastore, Deprecation, TransformTrigger, Workspace},
    name::{Classification, DatasetName, DatastoreName},
    named::Entity,
    validate::unit::UnitKey,
};
use std::{collections::BTreeSet, sync::Arc};

/// What a consumer may know of a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DatasetFact<'a> {
    pub(crate) deprecation: Option<&'a Deprecation>,
}

/// What a pin may know of a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WorkspaceFact {
    pub(crate) transforms: bool,
}

/// The classifications of a dataset, if it exists: its own, and those of its columns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Classified<'a>(pub(super) Option<&'a Dataset>);

impl<'a> Classified<'a> {
    pub(crate) fn iter(self) -> impl Iterator<Item = &'a Classification> {
        self.0.into_iter().flat_map(classifications_of)
    }
}

impl PartialEq for Classified<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self.0, other.0) {
            (Some(one), Some(two)) if std::ptr::eq(one, two) => true,
            _ => self.iter().collect::<BTreeSet<_>>() == other.iter().collect(),
        }
    }
}

/// What the transformer that fills a datastore may know of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OutputFact<'a>(pub(super) &'a Arc<Datastore>);

impl<'a> OutputFact<'a> {
    pub(crate) fn has(self, dataset: &DatasetName) -> bool {
        self.0.datasets().get(dataset).is_some()
    }

    pub(crate) fn datasets(self) -> impl Iterator<Item = &'a DatasetName> {
        self.0.datasets().names()
    }

    /// Every classification of every dataset, columns included.
    pub(crate) fn classifications(self) -> BTreeSet<&'a Classification> {
        self.0.datasets().iter().flat_map(classifications_of).collect()
    }
}

impl PartialEq for OutputFact<'_> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(self.0, other.0)
            || (self.datasets().eq(other.datasets()) && self.classifications() == other.classifications())
    }
}

fn classifications_of(dataset: &Dataset) -> impl Iterator<Item = &Classification> {
    let columns = dataset.schema().table().columns().iter();
    dataset.classifications().iter().chain(columns.flat_map(|column| column.classifications()))
}

/// A transformer, as one node of the graph of all of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Transformer {
    unit: UnitKey,
    output: DatastoreName,
    waits_for_inputs: bool,
    inputs: Arc<[DatastoreName]>,
}

impl Transformer {
    /// The transformer of a workspace, if it has one.
    pub(super) fn of(unit: &UnitKey, workspace: &Workspace) -> Option<Self> {
        let transformer = workspace.data_transformer()?;
        let sinks = workspace.groups().iter().flat_map(|group| group.wanted());
        let mut inputs: Vec<_> = sinks.map(|sink| sink.name().datastore.clone()).collect();
        inputs.sort();
        inputs.dedup();
        Some(Self {
            unit: unit.clone(),
            output: transformer.output().clone(),
            waits_for_inputs: matches!(transformer.trigger(), TransformTrigger::AllInputsMoved),
            inputs: inputs.into(),
        })
    }

    /// The unit of its workspace.
    pub(crate) fn unit(&self) -> &UnitKey {
        &self.unit
    }

    /// What it fills.
    pub(crate) fn output(&self) -> &DatastoreName {
        &self.output
    }

    /// Whether nothing but its inputs makes it run.
    pub(crate) fn waits_for_inputs(&self) -> bool {
        self.waits_for_inputs
    }

    /// The datastores that it reads, each once.
    pub(crate) fn inputs(&self) -> &[DatastoreName] {
        &self.inputs
    }
}

impl Entity for Transformer {
    type Name = UnitKey;

    fn name(&self) -> &UnitKey {
        &self.unit
    }
}
