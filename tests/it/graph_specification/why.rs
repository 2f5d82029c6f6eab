//! For whom a node exists: held against graphs that are built for one group alone.

use super::{build, cases};
use datasurface::{
    graph::{IntentionGraphs, NodeKey, Stage, query::Questions},
    model::{GroupKey, PlatformName},
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Every group that is served, or whose transformer runs for others, on its platforms.
fn served(graphs: &IntentionGraphs) -> BTreeSet<(PlatformName, GroupKey)> {
    let nodes = graphs.iter().flat_map(|graph| graph.nodes());
    nodes
        .flat_map(|node| {
            let platform = node.graph().platform();
            node.consumers().map(move |consumer| (platform.clone(), consumer.group().clone()))
        })
        .collect()
}

proptest! {
    /// A node is there for a group exactly if it would be there if nobody else were served.
    #[test]
    fn a_node_is_there_for_those_who_would_need_it_alone((ecosystem, assignments) in cases()) {
        let graphs = build(&ecosystem, &assignments).expect("every datastore has a primary");
        let mut needed: BTreeMap<NodeKey, BTreeSet<GroupKey>> = BTreeMap::new();
        for (platform, group) in served(&graphs) {
            let mut alone = assignments.clone();
            alone.retain(|_| false, |_| true);
            let alone = alone.serves(platform, group.clone(), Stage::Provisioned);
            let alone = build(&ecosystem, &alone).expect("every datastore has a primary");
            for node in alone.iter().flat_map(|graph| graph.nodes()) {
                needed.entry(node.key()).or_default().insert(group.clone());
            }
        }
        let questions = Questions::about(&graphs);
        let nodes = graphs.iter().flat_map(|graph| graph.nodes());
        let why: BTreeMap<NodeKey, BTreeSet<GroupKey>> =
            nodes.map(|node| (node.key(), questions.why(&node.key()))).collect();
        prop_assert_eq!(why, needed);
    }
}
