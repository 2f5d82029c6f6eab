//! What is not the same in two versions of a node.

use super::{CONTAINER, Fixture, group, key};
use crate::{GraphDiff, IntentionGraphs};
use datasurface_model::{
    Capture, Dataset, DatasetGroup, Datastore, Deadline, Latency, Priority, QualityCheck, Workspace,
};

fn differences(old: &IntentionGraphs, new: &IntentionGraphs, node: &str) -> Vec<String> {
    let facts = |graphs: &IntentionGraphs| graphs.node(&key(node)).unwrap().facts();
    facts(old).differences(&facts(new)).iter().map(ToString::to_string).collect()
}

#[test]
fn a_field_that_changed_is_named() {
    let of = |priority: Priority, latency: Option<Latency>| {
        let wanted = latency.into_iter().fold(group("group", &["Raw"]), DatasetGroup::with_latency);
        let fixture = Fixture::new().captured("Raw").primary("One", &["Raw"]);
        fixture.served("One", Workspace::new("Reader").with_priority(priority), wanted).graphs()
    };
    let (low, high) = (of(Priority::Low, None), of(Priority::High, Some(Latency::hours(1))));
    assert_eq!(differences(&low, &high, "Ingest/One/Raw"), ["obligation.latency", "obligation.priority"]);
    let reader = "detail.export.consumers.Reader/group";
    let expected = [
        &format!("{reader}.priority"),
        &format!("{reader}.requirements.latency"),
        "obligation.latency",
        "obligation.priority",
    ];
    let export = format!("Export/One/{CONTAINER}/Raw/data");
    assert_eq!(differences(&low, &high, &export), expected);
    assert!(differences(&low, &low, &export).is_empty());
}

/// Nothing is the same in memory.
#[test]
fn graphs_of_models_that_were_loaded_apart_differ_in_what_differs() {
    let of = |schema: &str, other: &str| {
        let store = |name: &str, schema: &str| {
            let store = Datastore::new(name).captured(Capture::sql_snapshot(CONTAINER));
            store.dataset(Dataset::new("data", schema))
        };
        let fixture = Fixture::new().datastore(store("Raw", schema)).datastore(store("Other", other));
        let fixture = fixture.made("Mask", "Masked", &["Raw"]).primary("One", &["Raw", "Other", "Masked"]);
        fixture.served("One", Workspace::new("Reader"), group("group", &["Masked", "Other"])).graphs()
    };
    let diff = |new: &IntentionGraphs| {
        let old = of("id Integer key", "id Integer key");
        GraphDiff::between(old.iter().next().unwrap(), new.iter().next().unwrap())
    };
    assert!(diff(&of("id Integer key", "id Integer key")).is_empty());
    let reads_more = diff(&of("id Integer key, city VarChar(9)", "id Integer key"));
    let raw = [&format!("Export/One/{CONTAINER}/Raw/data"), "Ingest/One/Raw", "Transform/One/Mask"];
    assert_eq!(reads_more.changed, raw.map(key), "{reads_more:?}");
    let elsewhere = diff(&of("id Integer key", "id Integer key, city VarChar(9)"));
    let other = [&format!("Export/One/{CONTAINER}/Other/data"), "Ingest/One/Other"];
    assert_eq!(elsewhere.changed, other.map(key), "{elsewhere:?}");
}

#[test]
fn what_was_added_to_a_list_is_named_and_what_is_gone() {
    let of = |datasets: [Dataset; 2], readers: &[&str]| {
        let names = datasets.clone().map(|dataset| format!("Orders/{}", super::name(&dataset)));
        let store = Datastore::new("Orders").captured(Capture::sql_snapshot(CONTAINER));
        let fixture = Fixture::new().primary("One", &["Orders"]);
        let fixture = fixture.datastore(datasets.into_iter().fold(store, Datastore::dataset));
        let deadline = Deadline::from_text("06:30 Europe/Berlin").unwrap();
        let served = |fixture: Fixture, reader: &&str| {
            let group = DatasetGroup::new("all").with_sinks(names.iter().map(String::as_str));
            fixture.served("One", Workspace::new(*reader).with_deadline(deadline.clone()), group)
        };
        readers.iter().fold(fixture, served).graphs()
    };
    let heads = Dataset::new("heads", "id Integer key").classified("Secret");
    let first = Dataset::new("lines", "id Integer key, price Integer, city VarChar(9)");
    let then = Dataset::new("lines", "id Integer key, city VarChar(3), cost Integer");
    let old = of([heads, first], &["Board", "Archive"]);
    let rows = QualityCheck::rows(1, None);
    let new = of([then.quality_check(rows), Dataset::new("taxes", "id Integer key")], &["Board", "Clerk"]);
    let lines = "detail.ingest.datasets.Orders/lines";
    let expected = [
        "detail.ingest.datasets +Orders/taxes -Orders/heads".to_owned(),
        format!("{lines}.checks +{{\"rows\":{{\"at_least\":1,\"at_most\":null}}}}"),
        format!("{lines}.schema.columns +cost -price"),
        format!("{lines}.schema.columns.city.type"),
    ];
    let found = differences(&old, &new, "Ingest/One/Orders");
    assert!(expected.iter().all(|one| found.contains(one)), "{found:#?}");
    let export = differences(&old, &new, &format!("Export/One/{CONTAINER}/Orders/lines"));
    assert_eq!(export[0], "detail.export.consumers +Clerk/all -Archive/all");
    let back = differences(&new, &old, "Ingest/One/Orders");
    assert!(back.contains(&"detail.ingest.datasets +Orders/heads -Orders/taxes".to_owned()), "{back:#?}");
}

#[test]
fn a_list_in_another_order_is_another_one() {
    let of = |schema: &str| {
        let store = Datastore::new("Orders").captured(Capture::sql_snapshot(CONTAINER));
        let fixture = Fixture::new().datastore(store.dataset(Dataset::new("data", schema)));
        let fixture = fixture.primary("One", &["Orders"]);
        fixture.served("One", Workspace::new("Reader"), group("group", &["Orders"])).graphs()
    };
    let (one, other) =
        (of("id Integer key, a Integer, b VarChar(9)"), of("id Integer key, b VarChar(9), a Integer"));
    let columns = "detail.ingest.datasets.Orders/data.schema.columns";
    assert_eq!(differences(&one, &other, "Ingest/One/Orders"), [columns]);
}
