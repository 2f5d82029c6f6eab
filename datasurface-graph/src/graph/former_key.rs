//! How a node was called before something that its key names was renamed.

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
    /// How its platform was called before it was renamed, if the model still says so.
    #[must_use]
    pub fn former_platform(&self) -> Option<&PlatformName> {
        self.fragments().ecosystem.platforms().get(self.platform())?.former_name()
    }
}

impl Node<'_> {
    /// The key under which it was in an earlier graph, of the same platform or of one that has become this one; none, if all that its
    /// key names was called as it is now, as far as the model says. Whether there was such a node is for the earlier graph to say.
    ///
    /// A key is identity for ever: under another key there was another node. This says which one that was. What the model says of former
    /// names stays there for long, so the earlier model tells which of them were to come.
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
                container: then.container(&self.graph().fragments().ecosystem, &export.site),
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

/// An earlier version of the model, asked how things were called then.
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
        let ContainerKey { zone, team, container, .. } = &site.key;
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

/// How a thing was called in an earlier version, given whether there was something of a name then. A former name is free once the thing
/// has another: who finds something of that name finds the thing itself.
fn name_then<'n, N>(now: &'n N, former: Option<&'n N>, was_there: impl Fn(&N) -> bool) -> &'n N {
    former.filter(|former| was_there(former)).unwrap_or(now)
}
