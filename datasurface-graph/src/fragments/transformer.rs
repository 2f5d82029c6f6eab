//! Derivations: transformers that run.

use super::{DatasetId, FingerprintCache, KeyedContainer, TransformerRun, WorkspaceFragment};
use crate::obligation::Obligation;
use datasurface_model::{
    DataTransformer, DatasetKey, Datastore, DatastoreName, Entity, Named, PlatformName, TransformTrigger,
    Workspace, WorkspaceName,
};
use std::sync::Arc;

/// A transformer that runs: its trigger, and its transform.
#[derive(Clone, Debug)]
pub(crate) struct TransformerFragment {
    pub(crate) workspace: Arc<Workspace>,
    pub(crate) transformer: Arc<DataTransformer>,
    /// Where its inputs are brought.
    pub(crate) site: Arc<KeyedContainer>,
    pub(crate) on: PlatformName,
    pub(crate) owing: Arc<Obligation>,
    /// The datastores that it reads. Most often, one of many is another than before.
    sources: Named<Arc<Datastore>>,
    pub(crate) output: Arc<Datastore>,
    pub(crate) trigger: FingerprintCache,
    pub(crate) transform: FingerprintCache,
}

/// What of its inputs a transformer waits for before it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StartCondition {
    /// It waits for something other than its inputs.
    Nothing,
    /// It waits until one of them is there.
    Any,
    /// It waits until all of them are there.
    All,
}

impl TransformerFragment {
    /// The fragment of a workspace, if its transformer runs.
    pub(crate) fn build(
        workspace_fragment: &WorkspaceFragment,
        datastore: impl Fn(&DatastoreName) -> Option<Arc<Datastore>>,
    ) -> Option<Self> {
        let TransformerRun { on, owing } = workspace_fragment.run()?.clone();
        let transformer = workspace_fragment.workspace.transformer()?.clone();
        let mut names: Vec<_> = wanted(&workspace_fragment.workspace).map(|key| &key.datastore).collect();
        names.sort_unstable();
        names.dedup();
        Some(Self {
            sources: names.into_iter().filter_map(&datastore).collect(),
            output: datastore(transformer.output())?,
            workspace: Arc::clone(&workspace_fragment.workspace),
            transformer: Arc::new(transformer),
            site: Arc::clone(&workspace_fragment.site),
            on,
            owing,
            trigger: FingerprintCache::default(),
            transform: FingerprintCache::default(),
        })
    }

    /// The fragment of a workspace, if its transformer still runs, after these datastores have changed. Only where the
    /// workspace has changed, too, all that it reads is looked up again.
    pub(crate) fn rebuild(
        &self,
        workspace_fragment: &WorkspaceFragment,
        changed: &[Arc<Datastore>],
        datastore: impl Fn(&DatastoreName) -> Option<Arc<Datastore>>,
    ) -> Option<Self> {
        if !Arc::ptr_eq(&self.workspace, &workspace_fragment.workspace) {
            return Self::build(workspace_fragment, datastore);
        }
        let TransformerRun { on, owing } = workspace_fragment.run()?.clone();
        let (trigger, transform) = Default::default();
        let mut again = Self {
            site: Arc::clone(&workspace_fragment.site),
            on,
            owing,
            trigger,
            transform,
            ..self.clone()
        };
        for datastore in changed {
            if again.sources.remove(datastore.name()).is_some() {
                again.sources.insert(Arc::clone(datastore));
            }
            if again.output() == datastore.name() {
                again.output = Arc::clone(datastore);
            }
        }
        Some(again)
    }

    pub(crate) fn name(&self) -> &WorkspaceName {
        self.workspace.name()
    }

    pub(crate) fn output(&self) -> &DatastoreName {
        self.output.name()
    }

    /// What of its inputs it waits for.
    pub(crate) fn waits(&self) -> StartCondition {
        match self.transformer.trigger() {
            TransformTrigger::AllInputsMoved => StartCondition::All,
            TransformTrigger::AnyInputMoved => StartCondition::Any,
            _ => StartCondition::Nothing,
        }
    }

    /// Whether all is the same in both, if the datastores of one name are.
    pub(super) fn is_same_but_for_sources(&self, other: &Self) -> bool {
        self.workspace == other.workspace
            && self.transformer == other.transformer
            && self.site == other.site
            && self.on == other.on
            && self.owing == other.owing
            && self.output == other.output
    }

    /// The datastores that it reads, by name.
    pub(crate) fn sources(&self) -> &Named<Arc<Datastore>> {
        &self.sources
    }

    /// The datasets that it reads, each once, ordered by key.
    pub(crate) fn inputs(&self) -> impl Iterator<Item = (&Datastore, DatasetId)> {
        let mut keys: Vec<&DatasetKey> = wanted(&self.workspace).collect();
        keys.sort_unstable();
        keys.dedup();
        keys.into_iter().filter_map(|key| {
            let datastore = self.sources.get(&key.datastore)?;
            Some((&**datastore, DatasetId::from_index(datastore.datasets().index_of(&key.dataset)?)))
        })
    }
}

/// What it reads must be the same in memory. To look whether it is as it was elsewhere, too, takes long, for many read the same:
/// [the difference of two estates](super::EstateDifference) looks once.
impl PartialEq for TransformerFragment {
    fn eq(&self, other: &Self) -> bool {
        let same = |(one, two): (&Arc<Datastore>, &Arc<Datastore>)| Arc::ptr_eq(one, two);
        self.is_same_but_for_sources(other)
            && self.sources.len() == other.sources.len()
            && self.sources.iter().zip(&other.sources).all(same)
    }
}

impl Eq for TransformerFragment {}

fn wanted(workspace: &Workspace) -> impl Iterator<Item = &DatasetKey> {
    workspace.groups().iter().flat_map(|group| group.sinks()).map(Entity::name)
}
