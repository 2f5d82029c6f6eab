//! The intention graph of one platform: its part of the fragments that all platforms share.

use super::{Node, order::Order};
use crate::fragments::{DatastoreFragment, Fragments, NodeRef, PlatformPart, TransformerFragment};
use datasurface_model::{DatastoreName, PlatformName, WorkspaceName};
use std::sync::{Arc, OnceLock};

/// The intention graph of one platform: everything that must happen there.
pub struct IntentionGraph {
    pub(super) platform: PlatformName,
    pub(super) fragments: Arc<Fragments>,
    /// The order of all nodes, computed on first use.
    order: OnceLock<Order>,
}

impl IntentionGraph {
    pub(super) fn new(platform: &PlatformName, fragments: &Arc<Fragments>) -> Self {
        Self { platform: platform.clone(), fragments: Arc::clone(fragments), order: OnceLock::new() }
    }

    /// The platform that does all this.
    #[must_use]
    pub fn platform(&self) -> &PlatformName {
        &self.platform
    }

    /// The graph of the same platform if it had nothing to do: what a graph is compared with if there was none before, or
    /// is none after a change.
    #[must_use]
    pub fn emptied(&self) -> Self {
        let Fragments { ecosystem, assignments, platforms, .. } = self.fragments();
        let nothing = Fragments::new(ecosystem.clone(), assignments.clone(), Arc::clone(platforms));
        Self::new(&self.platform, &Arc::new(nothing))
    }

    /// Returns the number of nodes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.order().len()
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.datastore_fragments().next().is_none()
    }

    pub(crate) fn fragments(&self) -> &Fragments {
        &self.fragments
    }

    /// Clones the graph for a holder that outlives this one.
    pub(crate) fn share(&self) -> Self {
        Self::new(&self.platform, &self.fragments)
    }

    /// The datastores that this platform does something for, by name.
    pub(super) fn datastore_fragments(&self) -> impl Iterator<Item = (&DatastoreFragment, &PlatformPart)> {
        let datastore_fragments = self.fragments.datastore_fragments.values();
        datastore_fragments.filter_map(|datastore_fragment| {
            Some((&**datastore_fragment, datastore_fragment.part(&self.platform)?))
        })
    }

    /// Returns the captures of a datastore.
    pub fn captures(&self, datastore: &DatastoreName) -> impl Iterator<Item = Node<'_>> {
        let fragment = self.fragments.datastore_fragments.get(datastore);
        let part = fragment.and_then(|fragment| Some((fragment, fragment.part(&self.platform)?)));
        part.into_iter().flat_map(move |(datastore_fragment, part)| {
            let ingests = part.ingests.iter();
            ingests.map(move |ingest| Node::new(self, NodeRef::Ingest { datastore_fragment, part, ingest }))
        })
    }

    /// A transformer that runs on this platform.
    pub(crate) fn transformer_fragment(&self, workspace: &WorkspaceName) -> Option<&TransformerFragment> {
        let transformer_fragment = self.fragments.transformer_fragments.get(workspace)?;
        (transformer_fragment.on == self.platform).then_some(transformer_fragment)
    }

    pub(super) fn order(&self) -> &Order {
        self.order.get_or_init(|| Order::new(&self.fragments, &self.platform))
    }
}
