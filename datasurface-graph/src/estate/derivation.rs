//! Derivations: transformers that run.

use super::{DatasetId, Memo, PlatformId, Run, Site, Workplace};
use crate::obligation::Obligation;
use datasurface_model::{
    DataTransformer, Datastore, DatastoreName, Ecosystem, Entity, Valid, Workspace, WorkspaceName,
};
use std::{collections::BTreeSet, sync::Arc};

/// A transformer that runs: its trigger, and its transform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Derivation {
    pub(crate) workspace: Arc<Workspace>,
    pub(crate) transformer: DataTransformer,
    /// Where its inputs are brought.
    pub(crate) site: Arc<Site>,
    pub(crate) on: PlatformId,
    pub(crate) owing: Arc<Obligation>,
    /// The datasets that it reads, each once, ordered by key.
    pub(crate) inputs: Box<[(Arc<Datastore>, DatasetId)]>,
    pub(crate) output: Arc<Datastore>,
    pub(crate) trigger: Memo,
    pub(crate) transform: Memo,
}

impl Derivation {
    /// The derivation of a workplace, if its transformer runs.
    pub(crate) fn of(workplace: &Workplace, ecosystem: &Valid<Ecosystem>) -> Option<Self> {
        let Run { on, owing } = workplace.run.clone()?;
        let transformer = workplace.workspace.data_transformer()?.clone();
        let sinks = workplace.workspace.groups().iter().flat_map(|group| group.wanted());
        let keys: BTreeSet<_> = sinks.map(|sink| sink.name()).collect();
        let inputs = keys.into_iter().filter_map(|key| {
            let datastore = ecosystem.datastore(&key.datastore)?.entity();
            Some((Arc::clone(datastore), DatasetId::at(datastore.datasets().index_of(&key.dataset)?)))
        });
        Some(Self {
            inputs: inputs.collect(),
            output: Arc::clone(ecosystem.datastore(transformer.output())?.entity()),
            workspace: Arc::clone(&workplace.workspace),
            transformer,
            site: Arc::clone(&workplace.site),
            on,
            owing,
            trigger: Memo::default(),
            transform: Memo::default(),
        })
    }

    pub(crate) fn name(&self) -> &WorkspaceName {
        self.workspace.name()
    }

    pub(crate) fn output(&self) -> &DatastoreName {
        self.output.name()
    }
}
