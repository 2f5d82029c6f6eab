//! Who may read is a fact of the exports that somebody reads, and of nothing else.

use super::{Fixture, group};
use crate::{GraphDiff, IntentionGraphs, NodeDetail, NodeKey};
use datasurface_model::{Principal, Workspace};

fn graphs(sales: Workspace) -> IntentionGraphs {
    Fixture::new()
        .captured("Raw")
        .primary("One", &["Raw"])
        .served("One", sales, group("all", &["Raw"]))
        .graphs()
}

#[test]
fn who_may_read_is_told_with_the_export() {
    let nobody = graphs(Workspace::new("Sales"));
    let analysts = graphs(Workspace::new("Sales").granted(Principal::group("analysts")));
    let key: NodeKey = "Export/One/USA/Team/Lake/Raw/data".parse().unwrap();
    let facts = analysts.node(&key).unwrap().facts();
    let NodeDetail::Export(export) = &facts.detail else { panic!("{facts:?}") };
    let entitled: Vec<String> =
        export.consumers[0].entitlement.principals().map(ToString::to_string).collect();
    assert_eq!(entitled, ["group:analysts"]);

    let one = "One".into();
    let changed = GraphDiff::between(nobody.graph(&one).unwrap(), analysts.graph(&one).unwrap());
    assert_eq!(changed.changed, [key]);
    assert!(changed.added.is_empty() && changed.removed.is_empty());
}
