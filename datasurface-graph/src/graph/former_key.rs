//! The key of a node before something that the key names was renamed.

use super::{intention_graph::IntentionGraph, node::Node};
use crate::{
    fragments::{DatasetId, DatastoreFragment, KeyedContainer, NodeRef},
    key::NodeKey,
};
use datasurface_model::{
    ContainerKey, DatasetKey, DatasetName, DatastoreName, Ecosystem, Entity, PlatformName, Valid, Workspace,
    WorkspaceName,
};

impl IntentionGraph {
    /// Returns the name of the platform before it was renamed.
    /// `None` if the model does not declare a former name of it.
    #[must_use]
    pub fn former_platform(&self) -> Option<&PlatformName> {
        self.fragments().ecosystem.platforms().get(self.platform())?.former_name()
    }
}

impl Node<'_> {
    /// Returns the key of the node in an earlier graph, if something that the key names was renamed since.
    /// `None` if every name in it is the same, as far as the model says, or if the platform of `earlier` has neither
    /// the present nor the former name of this one. The earlier graph need not have a node of that key.
    ///
    /// A key is the identity of a node for ever: another key is another node. The model declares former names for a
    /// long time, so the names in the earlier model decide which renames took place since.
    #[must_use]
    pub fn former_key(&self, earlier: &IntentionGraph) -> Option<NodeKey> {
        let platform = earlier.platform().clone();
        if platform != *self.graph().platform() && Some(&platform) != self.graph().former_platform() {
            return None;
        }
        let then = EarlierNames(&earlier.fragments().ecosystem);
        let formerly = match self.node_ref() {
            NodeRef::Export { datastore_fragment, export, .. } => NodeKey::Export {
                platform,
                dataset: DatasetKey::new(
                    then.datastore(datastore_fragment),
                    then.dataset(datastore_fragment, export.dataset),
                ),
                container: then.container(&self.graph().fragments().ecosystem, &export.site).into(),
            },
            NodeRef::Ingest { datastore_fragment, part, ingest } => {
                let alone = part.kept(ingest).first().filter(|_| !part.whole);
                NodeKey::Ingest {
                    platform,
                    datastore: then.datastore(datastore_fragment).clone(),
                    dataset: alone.map(|(dataset, _)| then.dataset(datastore_fragment, *dataset).clone()),
                }
            }
            NodeRef::Transform(transformer_fragment) => NodeKey::Transform {
                platform,
                workspace: then.workspace(&transformer_fragment.workspace).clone(),
            },
            NodeRef::Trigger(transformer_fragment) => NodeKey::Trigger {
                platform,
                workspace: then.workspace(&transformer_fragment.workspace).clone(),
            },
        };
        (formerly != self.key()).then_some(formerly)
    }
}

/// The names in an earlier version of the model.
#[derive(Clone, Copy)]
struct EarlierNames<'e>(&'e Valid<Ecosystem>);

impl EarlierNames<'_> {
    fn datastore(self, datastore_fragment: &DatastoreFragment) -> &DatastoreName {
        let former = datastore_fragment.datastore.former_name();
        name_then(datastore_fragment.name(), former, |name| self.0.datastore(name).is_some())
    }

    fn dataset(self, datastore_fragment: &DatastoreFragment, id: DatasetId) -> &DatasetName {
        let datastore = self.0.datastore(self.datastore(datastore_fragment)).map(|then| &then.entity);
        let dataset = datastore_fragment.dataset(id);
        let was_there = |name: &_| datastore.is_some_and(|then| then.datasets().get(name).is_some());
        name_then(dataset.name(), dataset.former_name(), was_there)
    }

    fn workspace(self, workspace: &Workspace) -> &WorkspaceName {
        name_then(workspace.name(), workspace.former_name(), |name| self.0.workspace(name).is_some())
    }

    fn container(self, now: &Valid<Ecosystem>, site: &KeyedContainer) -> ContainerKey {
        let ContainerKey { zone, team, container, .. } = &*site.key;
        let declared = now.zones().get(zone);
        let former = declared.and_then(|zone| zone.former_name());
        let zone = name_then(zone, former, |name| self.0.zones().get(name).is_some());
        let former = declared.and_then(|zone| zone.definition()?.teams().get(team)?.former_name());
        let then = self.0.zones().get(zone).and_then(|zone| zone.definition());
        let team = name_then(team, former, |name| then.is_some_and(|zone| zone.teams().get(name).is_some()));
        let former = site.container.former_name();
        let was_there = |name: &_| self.0.container(&ContainerKey::new(zone, team, name)).is_some();
        ContainerKey::new(zone, team, name_then(container, former, was_there))
    }
}

/// Returns the name of an entity in an earlier version, in which `was_there` says whether a name was in use.
/// A former name is free once the entity has another, so what has that name there is the entity itself.
fn name_then<'n, N>(now: &'n N, former: Option<&'n N>, was_there: impl Fn(&N) -> bool) -> &'n N {
    former.filter(|former| was_there(former)).unwrap_or(now)
}
