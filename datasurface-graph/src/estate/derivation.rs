//! Derivations: transformers that run.

use super::{DatasetId, Memo, PlatformId, Run, Site, Workplace};
use crate::obligation::Obligation;
use datasurface_model::{
    DataTransformer, DatasetKey, Datastore, DatastoreName, Entity, Workspace, WorkspaceName,
};
use std::sync::Arc;

/// A transformer that runs: its trigger, and its transform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Derivation {
    pub(crate) workspace: Arc<Workspace>,
    pub(crate) transformer: DataTransformer,
    /// Where its inputs are brought.
    pub(crate) site: Arc<Site>,
    pub(crate) on: PlatformId,
    pub(crate) owing: Arc<Obligation>,
    /// The datastores that it reads, by name.
    sources: Box<[Arc<Datastore>]>,
    pub(crate) output: Arc<Datastore>,
    pub(crate) trigger: Memo,
    pub(crate) transform: Memo,
}

impl Derivation {
    /// The derivation of a workplace, if its transformer runs.
    pub(crate) fn of(
        workplace: &Workplace,
        datastore: impl Fn(&DatastoreName) -> Option<Arc<Datastore>>,
    ) -> Option<Self> {
        let Run { on, owing } = workplace.run()?.clone();
        let transformer = workplace.workspace.data_transformer()?.clone();
        let mut names: Vec<_> = wanted(&workplace.workspace).map(|key| &key.datastore).collect();
        names.sort_unstable();
        names.dedup();
        Some(Self {
            sources: names.into_iter().filter_map(&datastore).collect(),
            output: datastore(transformer.output())?,
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

    /// The datastores that it reads, by name.
    pub(crate) fn sources(&self) -> &[Arc<Datastore>] {
        &self.sources
    }

    /// The datasets that it reads, each once, ordered by key.
    pub(crate) fn inputs(&self) -> impl Iterator<Item = (&Datastore, DatasetId)> {
        let mut keys: Vec<&DatasetKey> = wanted(&self.workspace).collect();
        keys.sort_unstable();
        keys.dedup();
        keys.into_iter().filter_map(|key| {
            let at = self.sources.binary_search_by(|source| source.name().cmp(&key.datastore)).ok()?;
            let datastore = self.sources.get(at)?;
            Some((&**datastore, DatasetId::at(datastore.datasets().index_of(&key.dataset)?)))
        })
    }
}

fn wanted(workspace: &Workspace) -> impl Iterator<Item = &DatasetKey> {
    workspace.groups().iter().flat_map(|group| group.wanted()).map(Entity::name)
}
