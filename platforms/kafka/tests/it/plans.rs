//! What a change costs, and what is read again.

use crate::shop::{Shop, customers, deployment, orders, orders_with, plan};
use datasurface_platform::{EnvironmentCredentials, Plan, prelude::*};
use std::fs;

/// The plan from one revision of the shop to another one, and the texts of its transition files.
fn changed(before: &Shop, after: &Shop) -> (Plan, Vec<serde_json::Value>) {
    let folder = tempfile::tempdir().unwrap();
    let deployment = deployment(folder.path());
    deployment.render(&before.ecosystem()).unwrap();
    let revision = deployment.render(&after.ecosystem()).unwrap();
    let plan = plan(&revision).clone();
    let read = |file: &File| {
        let path = deployment.root().join("Stream").join(file.path().as_str());
        serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
    };
    let files = plan.transition_files().iter().map(read).collect();
    (plan, files)
}

fn steps(plan: &Plan) -> Vec<String> {
    plan.steps().iter().map(ToString::to_string).collect()
}

#[test]
fn a_first_plan_says_what_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop { reports: true, readers: vec![Principal::service("dashboard")], ..Shop::new() };
    let revision = deployment(folder.path()).render(&shop.ecosystem()).unwrap();
    insta::assert_snapshot!(steps(plan(&revision)).join("\n"));
    assert!(plan(&revision).transition_files().is_empty());
}

#[test]
fn a_table_that_is_added_is_read_by_a_signal() {
    let before = Shop { wanted: vec!["Store/customers"], ..Shop::new() };
    let (plan, files) = changed(&before, &Shop::new());
    insta::assert_snapshot!(steps(&plan).join("\n"));
    let [signal] = &files[..] else { panic!("{files:?}") };
    assert_eq!(signal["topic"], "Stream.Europe-Sales-Till.signals");
    assert_eq!(signal["key"], "Stream.Europe-Sales-Till");
    assert_eq!(signal["value"]["type"], "execute-snapshot");
    assert_eq!(signal["value"]["data"]["data-collections"], json!(["sales.orders"]));
}

#[test]
fn a_column_that_is_added_is_read_by_a_signal() {
    let wider =
        "id BigInt key, customer Integer not null, amount Decimal(12,2), placed Timestamp(UTC), note VarChar";
    let after = Shop { datasets: vec![orders_with(wider), customers()], ..Shop::new() };
    let (plan, files) = changed(&Shop::new(), &after);
    let [signal] = &files[..] else { panic!("{files:?}") };
    assert_eq!(signal["value"]["data"]["data-collections"], json!(["sales.orders"]));
    assert!(steps(&plan).iter().any(|step| step.contains("a snapshot reads `sales.orders`")), "{plan:?}");
}

#[test]
fn nothing_is_read_again_where_a_column_goes() {
    let narrower = "id BigInt key, customer Integer not null, amount Decimal(12,2)";
    let after = Shop { datasets: vec![orders_with(narrower), customers()], ..Shop::new() };
    let (_, files) = changed(&Shop::new(), &after);
    assert_eq!(files, Vec::<serde_json::Value>::new());
}

#[test]
fn what_is_held_is_kept_and_read_no_more() {
    let after = Shop { wanted: vec!["Store/customers"], ..Shop::new() };
    let folder = tempfile::tempdir().unwrap();
    let deployment = deployment(folder.path());
    deployment.render(&Shop::new().ecosystem()).unwrap();
    let revision = deployment.render(&after.ecosystem()).unwrap();
    let held = plan(&revision).steps().iter().filter(|step| step.action == Action::Hold);
    assert_eq!(held.map(|step| step.resource.as_str()).collect::<Vec<_>>(), ["topic.Store-orders"]);
    let scopes = deployment.scopes(&"Stream".into()).unwrap();
    let resources = || scopes.iter().flat_map(|scope| scope.resources.values());
    let find = |address: &str| resources().find(|one| one.address().as_str() == address);
    assert!(find("topic.Store-orders").is_some());
    let source = find("source.Europe-Sales-Till").unwrap();
    assert_eq!(source.attributes()["tables"], json!({"public.customers": ["id", "name"]}));
}

#[test]
fn what_is_owed_for_longer_is_kept_for_longer_in_place() {
    let before = Shop { retention: None, ..Shop::new() };
    let (plan, _) = changed(&before, &Shop::new());
    let expected = "update  topic topic.Store-orders, in place: another configuration of the topic";
    assert!(steps(&plan).iter().any(|step| step.starts_with(expected)), "{:#?}", steps(&plan));
}

#[test]
fn a_rename_changes_no_name() {
    let renamed =
        Dataset::new("purchases", orders().schema().clone()).renamed_from("orders").classified("Public");
    let after = Shop {
        datasets: vec![renamed, customers()],
        wanted: vec!["Store/purchases", "Store/customers"],
        orders_table: None,
        ..Shop::new()
    };
    let (plan, files) = changed(&Shop { orders_table: None, ..Shop::new() }, &after);
    let moved = [Action::Create, Action::Retire, Action::Replace, Action::Hold];
    let of_data = |step: &&Step| step.kind == "topic" && moved.contains(&step.action);
    assert_eq!(plan.steps().iter().filter(of_data).count(), 0, "{:#?}", steps(&plan));
    assert_eq!(files, Vec::<serde_json::Value>::new());
}

/// Nothing is asked for then: there are no engines here.
#[test]
fn more_connectors_than_the_cluster_takes_are_refused_before_anything_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let deployment = deployment(folder.path());
    let applied = |most: u32| {
        let mut shop = Shop { reports: true, ..Shop::new() };
        shop.settings["connectors"] = json!(most);
        shop.settings["bootstrap_servers"] = json!(["localhost:1"]);
        deployment.render(&shop.ecosystem()).unwrap();
        deployment.apply(&EnvironmentCredentials).unwrap_err().to_string()
    };
    let refused = applied(1);
    assert!(refused.contains("2 are rendered, and `connectors` is 1"), "{refused}");
    let tried = applied(2);
    assert!(!tried.contains("are rendered"), "{tried}");
}
