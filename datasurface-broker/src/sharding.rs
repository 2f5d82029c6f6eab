//! Shards: each graph, cut into what its platform can bear.

use crate::configured_platform::ConfiguredPlatform;
use datasurface_graph::{
    Custody, DatasetFacts, IntentionGraph, Node, NodeFacts, NodeWeight, Placement, Shards,
};
use datasurface_model::{DatasetKey, DatastoreName};
use datasurface_platform::HeldState;
use datasurface_state::storage::StorageRecord;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The shards of a platform, and what they were made with.
#[derive(Debug)]
pub(crate) struct PlacedShards {
    shards: Shards,
    weigher: Weigher,
}

/// What weights depend on beside the facts of nodes.
#[derive(Debug)]
struct Weigher {
    configured: Option<Arc<ConfiguredPlatform>>,
    held: HeldCustody,
    names: StorageRecord,
}

impl PlacedShards {
    /// Places the nodes of a graph: where they were, as far as the limits of the platform allow. Shards that were placed earlier save work, and
    /// change nothing else.
    pub(crate) fn place(
        graph: &IntentionGraph,
        configured: Option<&Arc<ConfiguredPlatform>>,
        held: &[HeldState],
        before: &Placement,
        names: &StorageRecord,
        earlier: Option<&Self>,
    ) -> Self {
        let (configured, names) = (configured.cloned(), names.clone());
        let weigher = Weigher { configured, held: HeldCustody::new(held), names };
        let weigh = |node: &Node<'_>| weigher.weigh(node);
        let known = earlier.and_then(|earlier| Some((earlier, weigher.reweighed(&earlier.weigher)?)));
        let shards = match known {
            Some((earlier, reweighed)) => {
                let was = |node: &Node<'_>| earlier.weigher.weigh(node);
                earlier.shards.rebuild_from(before, graph, &reweighed, [&was, &weigh])
            }
            None => Shards::build(graph, before, &weigher.limits(), &weigh),
        };
        Self { shards, weigher }
    }

    /// The placement of all nodes.
    pub(crate) fn placement(&self) -> &Placement {
        self.shards.placement()
    }
}

impl Weigher {
    fn limits(&self) -> Vec<u64> {
        let configured = self.configured.iter();
        configured.flat_map(|one| one.platform().descriptor().limits().values().copied()).collect()
    }

    fn weigh(&self, node: &Node<'_>) -> NodeWeight {
        let Some(configured) = &self.configured else { return NodeWeight::default() };
        let platform = configured.platform();
        let weights = platform.weigh(&self.held.join(node.facts().with_storage(&self.names)));
        let each = || platform.descriptor().limits().keys().map(|limit| weights.get(limit));
        NodeWeight {
            whole: each().map(|weight| weight.whole).collect(),
            per_dataset: each().map(|weight| weight.per_dataset).collect(),
        }
    }

    /// Returns the datastores whose nodes may weigh something else than before; `None` if all nodes may.
    fn reweighed(&self, before: &Self) -> Option<BTreeSet<DatastoreName>> {
        let is_same = match (&self.configured, &before.configured) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        };
        let (mut reweighed, workspaces) = self.names.renamed_since(&before.names).filter(|_| is_same)?;
        reweighed.extend(self.names.stores_of(&self.held.changed_since(&before.held)));
        workspaces.is_empty().then_some(reweighed)
    }
}

/// What must be kept of datasets since something holds them, by their storage names.
#[derive(Debug)]
pub(crate) struct HeldCustody(BTreeMap<DatasetKey, Custody>);

impl HeldCustody {
    pub(crate) fn new(held: &[HeldState]) -> Self {
        let mut owed: BTreeMap<DatasetKey, Custody> = BTreeMap::new();
        for state in held {
            let custody = owed.entry(state.holds.dataset.clone()).or_default();
            *custody = custody.join(state.holds.custody);
        }
        Self(owed)
    }

    /// The facts of a node, with what is held joined into what is owed.
    pub(crate) fn join(&self, facts: NodeFacts) -> NodeFacts {
        facts.map_datasets(|facts: DatasetFacts| {
            let custody = self.0.get(facts.storage_key()).copied().unwrap_or_default();
            Some(facts.joined_with(custody))
        })
    }

    /// Returns the datasets of which something else must be kept than before.
    pub(crate) fn changed_since<'c>(&'c self, before: &'c Self) -> BTreeSet<&'c DatasetKey> {
        let all = self.0.keys().chain(before.0.keys());
        all.filter(|dataset| self.0.get(*dataset) != before.0.get(*dataset)).collect()
    }
}
