//! The cone of a change, on graphs small enough to know what is in it.

use super::{CONTAINER, Fixture, group};
use crate::{IntentionGraphs, query::cone};
use datasurface_model::{PlatformDeclaration, Priority, Workspace};

/// `Raw` → `Masked`, which somebody wants beside `Raw` and `Aside`.
fn graphs(priority: Priority) -> IntentionGraphs {
    fixture(priority).graphs()
}

fn fixture(priority: Priority) -> Fixture {
    Fixture::new()
        .captured("Raw")
        .captured("Aside")
        .made("Mask", "Masked", &["Raw"])
        .primary("One", &["Raw", "Aside", "Masked"])
        .served("One", Workspace::new("Board").with_priority(priority), group("group", &["Masked"]))
        .served("One", Workspace::new("Elsewhere"), group("group", &["Aside"]))
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

/// What the first group gets, and what is captured for it, is as it was.
#[test]
fn a_group_more_reaches_what_it_asks_for_and_nothing_else() {
    let reader = || Workspace::new("Reader").with_container(CONTAINER).group(group("first", &["Aside"]));
    let fixture = || fixture(Priority::Low).captured("Apart").primary("One", &["Apart"]);
    let before = fixture().served("One", reader(), group("second", &[])).graphs();
    let after = fixture().served("One", reader(), group("second", &["Apart"])).graphs();
    let expected = [format!("Export/One/{CONTAINER}/Apart/data"), "Ingest/One/Apart".to_owned()];
    for reached in [cone(&before, &after), cone(&after, &before)] {
        assert_eq!(reached.iter().map(ToString::to_string).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn nothing_is_reached_where_nothing_changed() {
    let graphs = graphs(Priority::Low);
    assert!(cone(&graphs, &graphs).is_empty());
}

/// Neither way: what happens on the others, and between them, is the same.
#[test]
fn a_platform_that_comes_reaches_what_happens_there_and_nothing_else() {
    let before = graphs(Priority::Low);
    let fixture = fixture(Priority::Low).platform(PlatformDeclaration::new("Another", "local"));
    let declared = fixture.graphs();
    assert!(cone(&before, &declared).is_empty() && cone(&declared, &before).is_empty());

    let served = fixture.served("Another", Workspace::new("Guest"), group("group", &["Aside"])).graphs();
    let expected = [format!("Export/Another/{CONTAINER}/Aside/data"), "Ingest/Another/Aside".to_owned()];
    for reached in [cone(&declared, &served), cone(&before, &served), cone(&served, &before)] {
        let there = reached.iter().filter(|key| key.platform().as_str() == "Another");
        assert!(there.map(ToString::to_string).eq(expected.iter().cloned()));
        // Who hands the data over.
        let others: Vec<String> =
            reached.iter().map(ToString::to_string).filter(|key| !expected.contains(key)).collect();
        assert_eq!(others, ["Ingest/One/Aside"]);
    }
}
