//! For whom a node exists: held against what the specification says that each group needs, served alone.

use super::{build, cases, picture::Picture, specification::specified};
use datasurface::{
    graph::{NodeKey, Stage, query::Queries},
    model::{GroupKey, PlatformName},
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Every group that is served, or whose transformer runs for others, on its platforms.
fn served(picture: &Picture) -> BTreeSet<(PlatformName, GroupKey)> {
    let consumers = picture.nodes.iter().flat_map(|(key, node)| {
        node.consumers.iter().map(move |group| (key.platform().clone(), group.clone()))
    });
    consumers.collect()
}

proptest! {
    /// A node is there for a group exactly if it would be there if nobody else were served.
    #[test]
    fn a_node_is_there_for_those_who_would_need_it_alone((ecosystem, assignments) in cases()) {
        let all = specified(&ecosystem, &assignments).expect("every datastore has a primary");
        let mut needed: BTreeMap<NodeKey, BTreeSet<GroupKey>> = BTreeMap::new();
        for (platform, group) in served(&all) {
            let mut alone = assignments.clone();
            alone.retain(|_| false, |_| true);
            let alone = alone.with_group(platform, group.clone(), Stage::Provisioned);
            let alone = specified(&ecosystem, &alone).expect("every datastore has a primary");
            for (key, _) in alone.nodes {
                needed.entry(key).or_default().insert(group.clone());
            }
        }
        let graphs = build(&ecosystem, &assignments).expect("every datastore has a primary");
        let questions = Queries::new(&graphs);
        let nodes = graphs.iter().flat_map(|graph| graph.nodes());
        let why: BTreeMap<NodeKey, BTreeSet<GroupKey>> =
            nodes.map(|node| (node.key(), questions.groups_served_by(&node.key()))).collect();
        prop_assert_eq!(why, needed);
    }
}
