//! Shards: each graph, cut into what its platform can bear.

use crate::configured_platform::ConfiguredPlatform;
use datasurface_graph::{
    Custody, DatasetFacts, IntentionGraph, Node, NodeFacts, NodeWeight, Placement, Shards,
};
use datasurface_model::DatasetKey;
use datasurface_platform::HeldState;
use datasurface_state::storage::StorageRecord;
use std::{collections::BTreeMap, sync::Arc};

/// The shards of a platform, and what they were made with.
#[derive(Clone, Debug)]
pub(crate) struct PlacedShards {
    now: Arc<Shards>,
    /// The shards whose placement is the one that the lock had. Several placings can begin with one lock, and each of them begins there.
    begun: Arc<Shards>,
    /// What weights depend on beside the facts of nodes.
    configured: Option<Arc<ConfiguredPlatform>>,
    held: Vec<HeldState>,
    names: StorageRecord,
}

impl PlacedShards {
    /// Places the nodes of a graph: where they were, as far as the limits of the platform allow. Shards that were placed earlier from the same
    /// placement save work, and change nothing else.
    pub(crate) fn place(
        graph: &IntentionGraph,
        configured: Option<&Arc<ConfiguredPlatform>>,
        held: &[HeldState],
        before: &Placement,
        names: &StorageRecord,
        earlier: Option<&Self>,
    ) -> Self {
        let earlier = earlier.filter(|earlier| earlier.has_weights_of(configured, held, names));
        let mut begun = earlier.into_iter().flat_map(|earlier| [&earlier.now, &earlier.begun]);
        let begun = begun.find(|shards| shards.placement() == before);
        let now =
            Arc::new(place(graph, configured.map(|configured| &**configured), held, (before, begun), names));
        Self {
            begun: Arc::clone(begun.unwrap_or(&now)),
            now,
            configured: configured.cloned(),
            held: held.to_vec(),
            names: names.clone(),
        }
    }

    /// The placement of all nodes.
    pub(crate) fn placement(&self) -> &Placement {
        self.now.placement()
    }

    fn has_weights_of(
        &self,
        configured: Option<&Arc<ConfiguredPlatform>>,
        held: &[HeldState],
        names: &StorageRecord,
    ) -> bool {
        let is_same = match (&self.configured, configured) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        };
        is_same && self.held == held && self.names == *names
    }
}

/// Places the nodes of a graph: where they were `before`, which is where those shards have them that are given with it.
fn place(
    graph: &IntentionGraph,
    configured: Option<&ConfiguredPlatform>,
    held: &[HeldState],
    (before, begun): (&Placement, Option<&Arc<Shards>>),
    names: &StorageRecord,
) -> Shards {
    let place = |limits: &[u64], weigh: &dyn Fn(&Node<'_>) -> NodeWeight| match begun {
        Some(shards) => shards.rebuild(graph, weigh),
        None => Shards::build(graph, before, limits, weigh),
    };
    let Some(configured) =
        configured.filter(|configured| !configured.platform().descriptor().limits().is_empty())
    else {
        return place(&[], &|_| NodeWeight::default());
    };
    let descriptor = configured.platform().descriptor();
    let limits: Vec<u64> = descriptor.limits().values().copied().collect();
    let owing = HeldCustody::new(held);
    let weigh = |node: &Node<'_>| {
        let weights = configured.platform().weigh(&owing.join(node.facts().with_storage(names)));
        let each = || descriptor.limits().keys().map(|limit| weights.get(limit));
        NodeWeight {
            whole: each().map(|weight| weight.whole).collect(),
            per_dataset: each().map(|weight| weight.per_dataset).collect(),
        }
    };
    place(&limits, &weigh)
}

/// What must be kept of datasets since something holds them.
pub(crate) struct HeldCustody<'h>(BTreeMap<&'h DatasetKey, Custody>);

impl<'h> HeldCustody<'h> {
    pub(crate) fn new(held: &'h [HeldState]) -> Self {
        let mut owed: BTreeMap<&DatasetKey, Custody> = BTreeMap::new();
        for state in held {
            let custody = owed.entry(&state.holds.dataset).or_default();
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
}
