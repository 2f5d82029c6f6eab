//! The cone of a change, on graphs small enough to know what is in it.

use super::{CONTAINER, Fixture, group};
use crate::{IntentionGraphs, query::cone};
use datasurface_model::{Priority, Workspace};

/// `Raw` → `Masked`, which somebody wants beside `Raw` and `Aside`.
fn graphs(priority: Priority) -> IntentionGraphs {
    Fixture::new()
        .captured("Raw")
        .captured("Aside")
        .made("Mask", "Masked", &["Raw"])
        .primary("One", &["Raw", "Aside", "Masked"])
        .served("One", Workspace::new("Board").priority(priority), group("group", &["Masked"]))
        .served("One", Workspace::new("Elsewhere"), group("group", &["Aside"]))
        .graphs()
}

#[test]
fn a_priority_reaches_all_that_a_consumer_depends_on_and_nothing_else() {
    let cone = cone(&graphs(Priority::Low), &graphs(Priority::High));
    let keys: Vec<String> = cone.iter().map(ToString::to_string).collect();
    let export = |of: &str| format!("Export/One/{CONTAINER}/{of}/data");
    let expected = [
        export("Masked"),
        export("Raw"),
        "Ingest/One/Masked".to_owned(),
        "Ingest/One/Raw".to_owned(),
        "Transform/One/Mask".to_owned(),
        "Trigger/One/Mask".to_owned(),
    ];
    assert_eq!(keys, expected);
}

#[test]
fn nothing_is_reached_where_nothing_changed() {
    let graphs = graphs(Priority::Low);
    assert!(cone(&graphs, &graphs).is_empty());
}
