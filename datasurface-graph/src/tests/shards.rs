//! Shards of a platform on which only a part of a circle runs.

use super::{Fixture, group};
use crate::{
    Node, NodeWeight, Placement, Shards,
    query::{Step, in_order},
};
use datasurface_model::{PlatformDeclaration, Workspace};
use std::collections::BTreeSet;

/// Data goes from `z` over `m` to `a`, and back to `z` on another platform. By name, it would be the other way round.
#[test]
fn what_closes_a_circle_elsewhere_gives_an_order_here() {
    let fixture = Fixture::new()
        .platform(PlatformDeclaration::new("Two", "local"))
        .captured("Raw")
        .made("z", "FromZ", &["Raw", "Back"])
        .made("m", "FromM", &["FromZ"])
        .made("a", "FromA", &["FromM"])
        .made("elsewhere", "Back", &["FromA"])
        .served("One", Workspace::new("Reader"), group("wanted", &["FromA"]))
        .primary("One", &["Raw", "FromZ", "FromM", "FromA"])
        .primary("Two", &["Back"]);
    let graphs = fixture.graphs();
    let graph = graphs.graph(&"One".into()).unwrap();
    let weigh = |_: &Node<'_>| NodeWeight { whole: [1].into(), per_dataset: Box::default() };
    for limit in 1..graph.len() as u64 {
        let shards = Shards::of(graph, &Placement::default(), &[limit], &weigh);
        let placement = shards.placement();
        let shard = |node: &Node<'_>| placement.shard(&node.key()).unwrap().clone();
        let links = graph.edges().map(|(from, to)| (shard(&from), shard(&to)));
        let links: BTreeSet<_> = links.filter(|(from, to)| from != to).collect();
        let order = in_order(placement.shards(), &links);
        assert!(order.iter().all(|step| matches!(step, Step::One(_))), "{limit}: {order:?}");
    }
}
