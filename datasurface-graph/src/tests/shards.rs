//! What is tricky about shards: a platform on which only a part of a circle runs, and captures that take another form.

use super::{CONTAINER, Fixture, group};
use crate::{
    IntentionGraphs, Node, NodeDetail, NodeKey, NodeWeight, Placement, Shards,
    query::{Step, in_order},
};
use datasurface_model::{
    Capture, Consistency, Dataset, DatasetGroup, Datastore, DatastoreName, PlatformDeclaration, ShardName,
    Workspace,
};
use std::collections::{BTreeMap, BTreeSet};

/// Data goes from `z` over `m` to `a`, and back to `z` on another platform. By name, it would be the other way round.
fn open_circle() -> IntentionGraphs {
    Fixture::new()
        .platform(PlatformDeclaration::new("Two", "local"))
        .captured("Raw")
        .made("z", "FromZ", &["Raw", "Back"])
        .made("m", "FromM", &["FromZ"])
        .made("a", "FromA", &["FromM"])
        .made("elsewhere", "Back", &["FromA"])
        .served("One", Workspace::new("Reader"), group("wanted", &["FromA"]))
        .primary("One", &["Raw", "FromZ", "FromM", "FromA"])
        .primary("Two", &["Back"])
        .graphs()
}

#[test]
fn what_closes_a_circle_elsewhere_gives_an_order_here() {
    let graphs = open_circle();
    let graph = graphs.graph(&"One".into()).unwrap();
    let weigh = |_: &Node<'_>| NodeWeight { whole: [1].into(), per_dataset: Box::default() };
    for limit in 1..graph.len() as u64 {
        let shards = Shards::build(graph, &Placement::default(), &[limit], &weigh);
        let placement = shards.placement();
        let shard = |node: &Node<'_>| placement.shard(&node.key()).unwrap().clone();
        let links = graph.edges().map(|(from, to)| (shard(&from), shard(&to)));
        let links: BTreeSet<_> = links.filter(|(from, to)| from != to).collect();
        let order = in_order(placement.shards(), &links);
        assert!(order.iter().all(|step| matches!(step, Step::One(_))), "{limit}: {order:?}");
    }
}

/// Two datasets that are captured in this way, beside a datastore with one.
fn captured(capture: Capture) -> IntentionGraphs {
    let table = |name: &str| Dataset::new(name, "id Integer key");
    let tables = Datastore::new("Tables").captured(capture).dataset(table("a")).dataset(table("b"));
    Fixture::new()
        .captured("Near")
        .datastore(tables)
        .primary("One", &["Near", "Tables"])
        .served("One", Workspace::new("Neighbour"), group("group", &["Near"]))
        .served(
            "One",
            Workspace::new("Reader"),
            DatasetGroup::new("group").with_sinks(["Tables/a", "Tables/b"]),
        )
        .graphs()
}

/// The other store has the heaviest piece, which would be the first to leave.
#[test]
fn a_capture_that_takes_another_form_makes_room_for_itself() {
    let capture = Capture::sql_snapshot(CONTAINER);
    let (whole, single) =
        (captured(capture.clone()), captured(capture.with_consistency(Consistency::SingleDataset)));
    // Each form once as the heavier one: what a capture of all weighs, and that of one.
    for (before, after, of_all, of_one) in [(&whole, &single, 2, 3), (&single, &whole, 8, 1)] {
        let weigh = |node: &Node<'_>| {
            let whole = match node.key() {
                NodeKey::Ingest { datastore, .. } if datastore.as_str() == "Near" => 9,
                NodeKey::Ingest { dataset: None, .. } => of_all,
                NodeKey::Ingest { .. } => of_one,
                _ => 1,
            };
            NodeWeight { whole: [whole].into(), per_dataset: [1].into() }
        };
        let [before, after] = [before, after].map(|graphs| graphs.graph(&"One".into()).unwrap());
        // All of it fits, and nothing else would.
        let datasets = 3;
        let limit = before.nodes().map(|node| weigh(&node).whole[0]).sum::<u64>() + datasets;
        let old = Shards::build(before, &Placement::default(), &[limit], &weigh);
        assert_eq!(old.placement().shards().len(), 1);
        let text = serde_json::to_string(old.placement()).unwrap();
        let read: Placement = serde_json::from_str(&text).unwrap();
        assert_eq!(&read, old.placement());
        for shards in [old.rebuild(after, &weigh), Shards::build(after, &read, &[limit], &weigh)] {
            let placement = shards.placement();
            let nodes = after.nodes().map(|node| node.key());
            let elsewhere = nodes.filter(|key| placement.shard(key) != old.placement().shard(key));
            let elsewhere: Vec<NodeKey> = elsewhere.collect();
            assert!(!elsewhere.is_empty());
            assert!(elsewhere.iter().all(|key| before.node(key).is_none()), "{elsewhere:?}");
        }
    }
}

/// It is as heavy as can be said: with it, everything else in its shard would be forgotten.
#[test]
fn what_is_too_heavy_for_any_shard_leaves_behind_what_the_others_weigh() {
    let graphs = captured(Capture::sql_snapshot(CONTAINER));
    let graph = graphs.graph(&"One".into()).unwrap();
    let heavy: NodeKey = "Ingest/One/Near".parse().unwrap();
    let weigh = |node: &Node<'_>| {
        let whole = if node.key() == heavy { u64::MAX } else { 1 };
        NodeWeight { whole: [whole].into(), per_dataset: Box::default() }
    };
    let together = Shards::build(graph, &Placement::default(), &[], &weigh);
    assert_eq!(together.placement().shards().len(), 1);
    let shards = Shards::build(graph, together.placement(), &[2], &weigh);
    assert_eq!(shards.oversized().map(|(node, _)| node).collect::<Vec<_>>(), [&heavy]);
    let mut borne: BTreeMap<&ShardName, Vec<NodeKey>> = BTreeMap::new();
    for key in graph.nodes().map(|node| node.key()) {
        borne.entry(shards.placement().shard(&key).unwrap()).or_default().push(key);
    }
    for nodes in borne.values() {
        assert!(nodes.len() <= 2 && (nodes.len() == 1 || !nodes.contains(&heavy)), "{borne:?}");
    }
}

/// The nodes of one datastore, and the transformers beside it, get heavier or lighter; and the lock says that something is elsewhere.
#[test]
fn what_is_placed_again_is_placed_as_from_nothing() {
    let graphs = open_circle();
    let graph = graphs.graph(&"One".into()).unwrap();
    let is_about = |node: &Node<'_>, store: &DatastoreName| {
        let facts = node.facts();
        let datasets = match &facts.detail {
            NodeDetail::Transform(transform) => [&transform.inputs[..], &transform.outputs].concat(),
            NodeDetail::Export(export) => vec![export.dataset.clone()],
            _ => facts.datasets().to_vec(),
        };
        datasets.iter().any(|dataset| dataset.key.datastore == *store)
    };
    let mut moves = 0;
    for limit in 2..graph.len() as u64 {
        for (store, [was, is]) in ["Raw", "FromZ", "FromM", "FromA", "Back"]
            .into_iter()
            .flat_map(|store| [[1, 2], [2, 1]].map(|weights| (DatastoreName::from(store), weights)))
        {
            let weigh = |node: &Node<'_>, weight| {
                let whole = if is_about(node, &store) { weight } else { 1 };
                NodeWeight { whole: [whole].into(), per_dataset: [0].into() }
            };
            let (was, is) = (|node: &Node<'_>| weigh(node, was), |node: &Node<'_>| weigh(node, is));
            let old = Shards::build(graph, &Placement::default(), &[limit], &was);
            let elsewhere = graph.nodes().map(|node| {
                let mut placement = old.placement().clone();
                placement.place(node.key(), old.placement().shards().into_iter().next_back().unwrap());
                placement
            });
            for given in elsewhere.chain([old.placement().clone(), Placement::default()]) {
                let again = old.rebuild_from(&given, graph, &[store.clone()].into(), [&was, &is]);
                let anew = Shards::build(graph, &given, &[limit], &is);
                assert_eq!(again.placement(), anew.placement(), "{limit} {store}");
                let [loads, others] = [&again, &anew].map(|shards| {
                    let text = format!("{shards:?}");
                    text.rsplit_once("loads: ").unwrap().1.to_owned()
                });
                assert_eq!(loads, others, "{limit} {store}");
                moves += usize::from(again.placement() != old.placement());
            }
        }
    }
    assert!(moves > 20, "{moves}");
}
