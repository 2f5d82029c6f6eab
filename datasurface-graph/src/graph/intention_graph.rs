//! What must happen on one platform: a platform's view of the estate.

use super::order::Order;
use crate::fragments::{DatastoreFragment, Fragments, PlatformPart, TransformerFragment};
use datasurface_model::{PlatformName, WorkspaceName};
use std::sync::{Arc, OnceLock};

/// What must happen on one platform.
pub struct IntentionGraph {
    pub(super) platform: PlatformName,
    pub(super) estate: Arc<Fragments>,
    /// Made when somebody wants to see all of it.
    order: OnceLock<Order>,
}

impl IntentionGraph {
    pub(super) fn new(platform: &PlatformName, estate: &Arc<Fragments>) -> Self {
        Self { platform: platform.clone(), estate: Arc::clone(estate), order: OnceLock::new() }
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
        let Fragments { ecosystem, assignments, platforms, .. } = self.estate();
        let nothing = Fragments::new(ecosystem.clone(), assignments.clone(), Arc::clone(platforms));
        Self::new(&self.platform, &Arc::new(nothing))
    }

    /// How many nodes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.order().len()
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.supplies().next().is_none()
    }

    pub(crate) fn estate(&self) -> &Fragments {
        &self.estate
    }

    /// The same graph, for somebody who keeps it.
    pub(crate) fn share(&self) -> Self {
        Self::new(&self.platform, &self.estate)
    }

    /// The datastores that this platform does something for, by name.
    pub(super) fn supplies(&self) -> impl Iterator<Item = (&DatastoreFragment, &PlatformPart)> {
        let supplies = self.estate.supplies.values();
        supplies.filter_map(|supply| Some((&**supply, supply.part(&self.platform)?)))
    }

    /// A transformer that runs on this platform.
    pub(crate) fn derivation(&self, workspace: &WorkspaceName) -> Option<&TransformerFragment> {
        let derivation = self.estate.derivations.get(workspace)?;
        (derivation.on == self.platform).then_some(derivation)
    }

    pub(super) fn order(&self) -> &Order {
        self.order.get_or_init(|| Order::new(&self.estate, &self.platform))
    }
}
