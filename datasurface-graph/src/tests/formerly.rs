//! What nodes were called before something was renamed.

use super::{CONTAINER, Fixture, datastore, group, key};
use crate::{GraphDiff, IntentionGraphs};
use datasurface_model::{Capture, DataTransformer, Dataset, DatasetGroup, Datastore, Entity, Workspace};

/// A datastore that a transformer reads, and somebody else, too.
fn graphs(store: Datastore, dataset: &str, masking: Workspace) -> IntentionGraphs {
    let name = store.name().to_string();
    let mut fixture = Fixture::new().primary("One", &[&name, "Masked"]).served(
        "One",
        Workspace::new("Reader"),
        group("group", &["Masked"]),
    );
    let inputs = DatasetGroup::new("inputs").sink(format!("{name}/{dataset}").as_str());
    let transformer = DataTransformer::sql("Masked").cron("0 * * * *");
    fixture.team = fixture
        .team
        .datastore(store.captured(Capture::sql_snapshot(CONTAINER)))
        .datastore(datastore("Masked"))
        .workspace(masking.container(CONTAINER).group(inputs).transformer(transformer));
    fixture.graphs()
}

fn before() -> IntentionGraphs {
    let orders = Datastore::new("Orders").dataset(Dataset::new("all", "id Integer key"));
    graphs(orders, "all", Workspace::new("Mask"))
}

#[test]
fn a_renamed_node_says_what_it_may_have_been() {
    let dataset = Dataset::new("every", "id Integer key").renamed_from("all");
    let purchases = Datastore::new("Purchases").renamed_from("Orders").dataset(dataset);
    let after = graphs(purchases, "every", Workspace::new("Hide").renamed_from("Mask"));
    let export = after.node(&key(&format!("Export/One/{CONTAINER}/Purchases/every"))).unwrap();
    let formerly = ["Orders/every", "Purchases/all", "Orders/all"];
    let formerly = formerly.map(|name| key(&format!("Export/One/{CONTAINER}/{name}")));
    assert_eq!(export.formerly(), formerly);
    let [trigger] = &after.node(&key("Trigger/One/Hide")).unwrap().formerly()[..] else { panic!("one key") };
    assert_eq!(*trigger, key("Trigger/One/Mask"));
    assert!(after.node(&key("Ingest/One/Masked")).unwrap().formerly().is_empty());
}

#[test]
fn a_diff_pairs_what_was_renamed() {
    let dataset = Dataset::new("all", "id Integer key");
    let purchases = Datastore::new("Purchases").renamed_from("Orders").dataset(dataset);
    let (before, after) = (before(), graphs(purchases, "all", Workspace::new("Mask")));
    let diff = GraphDiff::between(before.iter().next().unwrap(), after.iter().next().unwrap());
    let export = |name: &str| key(&format!("Export/One/{CONTAINER}/{name}/all"));
    let renamed =
        [(export("Orders"), export("Purchases")), (key("Ingest/One/Orders"), key("Ingest/One/Purchases"))];
    assert_eq!(diff.renamed(), renamed);
    for (old, new) in diff.renamed() {
        assert!(diff.removed().contains(old) && diff.added().contains(new));
    }
    // Without a word about it, what is gone and what is new have nothing to do with each other.
    let other = Datastore::new("Purchases").dataset(Dataset::new("all", "id Integer key"));
    let after = graphs(other, "all", Workspace::new("Mask"));
    let diff = GraphDiff::between(before.iter().next().unwrap(), after.iter().next().unwrap());
    assert!(diff.renamed().is_empty() && !diff.added().is_empty());
}
