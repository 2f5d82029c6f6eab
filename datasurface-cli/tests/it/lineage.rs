//! `lineage`.

use crate::{
    models,
    run::{Fixture, Said},
};
use serde_json::json;

fn lineage(fixture: &Fixture, more: &str) -> Said {
    fixture.run(&format!("lineage model.json --on 2026-02-01 {more}"))
}

#[test]
fn text_says_what_a_dataset_is_made_of_column_by_column() {
    let fixture = Fixture::new(&models::transformed());
    let said = lineage(&fixture, "Masked/customers").good();
    let expected = "\
Masked/customers
  made of    NW_Data/customers
  made into  nothing

column  made of
id      NW_Data/customers/id
city    no column
";
    assert_eq!(said.out, expected);
    let said = lineage(&fixture, "NW_Data/customers").good();
    assert_eq!(said.out, "NW_Data/customers\n  made of    nothing\n  made into  Masked/customers\n");
    let said = lineage(&fixture, "Masked/customers --column id").good();
    assert!(said.out.ends_with("\ncolumn  made of\nid      NW_Data/customers/id\n"), "{said:?}");
}

#[test]
fn json_says_the_same() {
    let fixture = Fixture::new(&models::transformed());
    let said = lineage(&fixture, "Masked/customers --format json").good().json();
    assert_eq!(said["made_of"], json!(["NW_Data/customers"]));
    assert_eq!(said["made_into"], json!([]));
    let id = json!({"known": [{"dataset": "NW_Data/customers", "column": "id"}]});
    assert_eq!(said["columns"][0], json!({"column": "id", "made_of": id}));
    assert_eq!(said["columns"][1], json!({"column": "city", "made_of": {"known": []}}));
}

#[test]
fn what_nobody_needs_is_not_made() {
    let fixture = Fixture::new(&models::first());
    let said = lineage(&fixture, "Masked/customers").good();
    assert_eq!(said.out, "Masked/customers\n  nobody needs it, so nothing makes it\n");
    let said = lineage(&fixture, "Masked/customers --format json").good().json();
    assert_eq!((&said["is_needed"], &said["is_made"]), (&json!(false), &json!(false)));
    assert_eq!(said["columns"][0], json!({"column": "id", "made_of": {"unknown": "not_made"}}));
}

#[test]
fn what_is_made_along_with_something_else_is_made() {
    let fixture = Fixture::new(&models::along_with());
    let said = lineage(&fixture, "Masked/products").good();
    let expected = "\
Masked/products
  nobody needs it; it is made along with what else its transformer makes
  made of    NW_Data/customers
  made into  nothing

column  made of
id      NW_Data/customers/id
";
    assert_eq!(said.out, expected);
    let said = lineage(&fixture, "Masked/products --format json").good().json();
    assert_eq!((&said["is_needed"], &said["is_made"]), (&json!(false), &json!(true)));
    let said = lineage(&fixture, "NW_Data/customers --format json").good().json();
    assert_eq!(said["made_into"], json!(["Masked/customers", "Masked/products"]));
}

#[test]
fn what_is_not_there_has_no_lineage() {
    let fixture = Fixture::new(&models::transformed());
    let said = lineage(&fixture, "NW_Data/custmers").bad();
    said.complains("lineage/unknown-dataset", "`NW_Data/custmers`");
    assert!(said.err.contains("did you mean `NW_Data/customers`?"), "{said:?}");
    let said = lineage(&fixture, "Masked/customers --column cit").bad();
    said.complains("lineage/unknown-column", "`cit`");
    assert!(said.err.contains("did you mean `city`?"), "{said:?}");
    let said = lineage(&fixture, "Elsewhere/customers --format json").bad();
    assert_eq!(said.codes(), ["lineage/unknown-dataset"]);
}
