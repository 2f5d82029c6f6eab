//! Loading again: what stands in a document that did not change is the very same in memory.

use datasurface_document::{Documents, Loader};
use datasurface_model::*;
use std::sync::Arc;

const FRAME: &str = "
format: datasurface/1
name: NorthWind
owner: github:nw/model@main
live: github:nw/live@main
vendors:
- name: Azure
  locations:
  - USA
zones:
- name: USA
  owner: github:nw/usa@main
  definition:
    teams:
    - name: Sales
      owner: github:nw/sales@main
    - name: Stock
      owner: github:nw/stock@main
";

fn team(name: &str, containers: &str, store: &str, columns: &str) -> String {
    format!(
        "
format: datasurface/1
team: USA/{name}
{containers}
datastores:
- name: {store}
  capture:
    container: USA/Sales/Source
    kind:
      sql_snapshot:
        tables: {{d: {store}}}
  datasets:
  - name: d
    schema: {columns}
"
    )
}

/// The model in five files: of each team two, which say a datastore each.
fn files(orders: &str) -> Documents {
    let source = "containers:\n- name: Source\n  kind:\n    sqlite:\n      file: a.db\n  locations:\n  - Azure/USA\n  \
         usable_by: {read: [zone USA]}";
    Documents::new()
        .document("model.yaml", FRAME)
        .document("sales/customers.yaml", team("Sales", source, "Customers", "id Integer key"))
        .document("sales/orders.yaml", team("Sales", "", "Orders", orders))
        .document("stock/items.yaml", team("Stock", "", "Items", "id Integer key"))
        .document("stock/places.yaml", team("Stock", "", "Places", "id Integer key"))
}

#[test]
fn what_is_unchanged_is_shared_and_so_validated_at_no_cost() {
    let on = Validation::on(chrono::NaiveDate::MIN);
    let mut loader = Loader::new();
    let first = loader.load(&files("id Integer key")).unwrap();
    let first = first.validate(&on).unwrap();
    let second = loader.load(&files("id Integer key, at Date")).unwrap();
    let second = second.validate(&on.since(&first)).unwrap();

    let store = |checked: &Checked, name: &str| {
        Arc::clone(&checked.ecosystem().datastore(&name.into()).unwrap().entity)
    };
    for name in ["Customers", "Items", "Places"] {
        assert!(Arc::ptr_eq(&store(&first, name), &store(&second, name)), "{name} was made anew");
    }
    assert_ne!(store(&first, "Orders"), store(&second, "Orders"));
    let checked: Vec<_> = second.stats().checked().iter().map(ToString::to_string).collect();
    assert_eq!(checked, ["zones/USA/teams/Sales/datastores/Orders"]);
    let from_nothing = files("id Integer key, at Date").load().unwrap();
    assert_eq!(**second.ecosystem(), from_nothing);
}

#[test]
fn with_another_name_or_after_a_slip_a_document_is_still_the_same() {
    let mut loader = Loader::new();
    let of = |ecosystem: &Ecosystem| {
        let zone = ecosystem.zones().get("USA").unwrap().definition().unwrap();
        Arc::clone(
            zone.teams().get("Stock").unwrap().definition().unwrap().datastores().get("Items").unwrap(),
        )
    };
    let first = loader.load(&files("id Integer key")).unwrap();
    let broken = files("id Integer key").document("model.yaml", "format: datasurface/1\nnaem: NorthWind");
    assert!(loader.load(&broken).is_err());
    let mended = files("id Integer key").document("notes.yaml", "format: datasurface/1\n");
    let second = loader.load(&mended).unwrap();
    assert!(Arc::ptr_eq(&of(&first), &of(&second)));
}
