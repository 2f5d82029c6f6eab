//! Shards: each graph, cut into what its platform can bear.

use crate::configured_platform::ConfiguredPlatform;
use datasurface_graph::{
    Custody, DatasetFacts, IntentionGraph, Node, NodeFacts, NodeWeight, Placement, Shards,
};
use datasurface_model::DatasetKey;
use datasurface_platform::HeldState;
use datasurface_state::storage::StorageRecord;
use std::collections::BTreeMap;

/// Places the nodes of a graph: where they were, as far as the limits of the platform allow.
pub(crate) fn place(
    graph: &IntentionGraph,
    configured: Option<&ConfiguredPlatform>,
    held: &[HeldState],
    before: &Placement,
    names: &StorageRecord,
) -> Shards {
    let Some(configured) =
        configured.filter(|configured| !configured.platform().descriptor().limits().is_empty())
    else {
        return Shards::build(graph, before, &[], &|_| NodeWeight::default());
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
    Shards::build(graph, before, &limits, &weigh)
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
