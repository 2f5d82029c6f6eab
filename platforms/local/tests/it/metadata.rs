//! The books of the platform's own database: which schema each batch has, and books that a later revision of the software
//! keeps.

use crate::{
    applied::WIDER,
    example::Example,
    fixture::{Fixture, moved},
    northwind::{CUSTOMERS, NorthWind},
    schemas::history,
    watermarks,
};
use datasurface_platform::prelude::*;

const SCHEMAS: &str = "SELECT datastore || '/' || dataset, version, first_batch, columns, key \
    FROM datasurface_schemas ORDER BY 1, 2";

fn schemas(fixture: &Fixture) -> String {
    fixture.rows("northwind.db", SCHEMAS).join("\n")
}

/// With a source that has more columns than anybody asked for.
fn fixture(example: &Example) -> Fixture {
    let fixture = Fixture::with(example);
    fixture.change_source(
        "ALTER TABLE Customers ADD COLUMN vat; INSERT INTO Customers VALUES ('A', 'a', 'x', 'v')",
    );
    fixture
}

/// The version of the schema that customers have where `Sales` reads them.
fn shown(fixture: &Fixture) -> Option<u64> {
    let sinks = fixture.status().sinks;
    let sink = sinks.iter().find(|sink| sink.group == GroupKey::from("Sales/analysis")).unwrap();
    assert_eq!(sink.dataset, DatasetKey::from("NW_Data/customers"));
    sink.schema_version
}

#[test]
fn a_schema_has_a_number_from_the_first_batch_on_that_has_it() {
    let (narrow, wide) = (history(CUSTOMERS).example(), history(WIDER).example());
    let fixture = fixture(&narrow);
    assert_eq!((schemas(&fixture).as_str(), shown(&fixture)), ("", None));
    fixture.run();
    let first = schemas(&fixture);
    insta::assert_snapshot!(first, @r#"
    Masked_NW_Data/customers|1|1|customer_id VarChar(5) not null, company_name VarChar(40) not null, city VarChar(15)|"customer_id"
    NW_Data/customers|1|1|customer_id VarChar(5) not null, company_name VarChar(40) not null, city VarChar(15)|"customer_id"
    NW_Data/products|1|1|product_id Integer not null, product_name VarChar(40), unit_price Decimal(10,2), weight Double|"product_id"
    "#);
    assert_eq!(shown(&fixture), Some(1));

    fixture.apply(Some((&narrow, "1")), (&wide, "2"));
    assert_eq!((schemas(&fixture), shown(&fixture)), (first, Some(1)), "no batch has it yet");
    assert_eq!(moved(&fixture.run())[0], "NW_Data/customers 2: +0 ~1 -0 =0");
    let second = schemas(&fixture);
    insta::assert_snapshot!(second, @r#"
    Masked_NW_Data/customers|1|1|customer_id VarChar(5) not null, company_name VarChar(40) not null, city VarChar(15)|"customer_id"
    NW_Data/customers|1|1|customer_id VarChar(5) not null, company_name VarChar(40) not null, city VarChar(15)|"customer_id"
    NW_Data/customers|2|2|customer_id VarChar(5) not null, company_name VarChar(40) not null, city VarChar(15), vat VarChar(9)|"customer_id"
    NW_Data/products|1|1|product_id Integer not null, product_name VarChar(40), unit_price Decimal(10,2), weight Double|"product_id"
    "#);
    fixture.change_source("UPDATE Customers SET vat = 'w'");
    assert_eq!(moved(&fixture.run())[0], "NW_Data/customers 3: +0 ~1 -0 =0");
    assert_eq!(
        (schemas(&fixture), shown(&fixture)),
        (second, Some(2)),
        "the schema of batch 3 is no other one"
    );

    fixture.apply(Some((&wide, "2")), (&narrow, "1"));
    fixture.change_source("UPDATE Customers SET city = 'y'");
    fixture.run();
    let last = "SELECT version, first_batch, columns FROM datasurface_schemas ORDER BY version DESC LIMIT 1";
    assert_eq!(
        fixture.rows("northwind.db", last),
        ["3|4|customer_id VarChar(5) not null, company_name VarChar(40) not null, city VarChar(15)"]
    );
}

#[test]
fn a_run_that_moves_nothing_writes_no_schema_down() {
    let longer = "customer_id VarChar(5) key, company_name VarChar(40) not null, city VarChar(30)";
    let (one, two) = (history(CUSTOMERS).example(), history(longer).example());
    let fixture = fixture(&one);
    fixture.run();
    let before = schemas(&fixture);
    fixture.apply(Some((&one, "1")), (&two, "2"));
    assert_eq!(moved(&fixture.run())[0], "NW_Data/customers 1: +0 ~0 -0 =1");
    assert_eq!(schemas(&fixture), before);
    fixture.change_source("UPDATE Customers SET city = 'y'");
    fixture.run();
    let last =
        "SELECT version, first_batch FROM datasurface_schemas WHERE dataset = 'customers' AND version = 2";
    assert_eq!(fixture.rows("northwind.db", last), ["2|2"]);
}

#[test]
fn keys_and_columns_that_may_be_null_make_another_schema() {
    let last = "SELECT columns, key FROM datasurface_schemas WHERE datastore = 'NW_Data' AND dataset = 'customers' AND version = 2";
    for (customers, expected) in [
        (
            "customer_id VarChar(5) key, company_name VarChar(40), city VarChar(15)",
            r#"customer_id VarChar(5) not null, company_name VarChar(40), city VarChar(15)|"customer_id""#,
        ),
        (
            "customer_id VarChar(5) key, company_name VarChar(40) key, city VarChar(15)",
            r#"customer_id VarChar(5) not null, company_name VarChar(40) not null, city VarChar(15)|"customer_id", "company_name""#,
        ),
    ] {
        let (one, two) = (history(CUSTOMERS).example(), history(customers).example());
        let fixture = fixture(&one);
        fixture.run();
        fixture.apply(Some((&one, "1")), (&two, "2"));
        fixture.change_source("UPDATE Customers SET city = 'y'");
        fixture.run();
        assert_eq!(fixture.rows("northwind.db", last), [expected]);
    }
}

#[test]
fn a_copy_that_waits_has_the_schema_of_what_arrived() {
    let server_fixture = |customers| NorthWind { file: "desk.db", ..history(customers) }.example();
    let (narrow, wide) = (server_fixture(CUSTOMERS), server_fixture(WIDER));
    let fixture = fixture(&narrow);
    fixture.run();
    fixture.apply(Some((&narrow, "1")), (&wide, "2"));
    let consumer = fixture.open("desk.db");
    consumer.execute_batch("BEGIN IMMEDIATE").unwrap();
    let report = fixture.try_run().unwrap();
    assert_eq!(moved(&report)[0], "NW_Data/customers 2: +0 ~1 -0 =0");
    assert_eq!(shown(&fixture), Some(1));
    consumer.execute_batch("ROLLBACK").unwrap();
    fixture.run();
    assert_eq!(shown(&fixture), Some(2));
}

#[test]
fn books_that_a_database_was_made_without_are_added() {
    let example = NorthWind::by_version().example();
    let fixture = Fixture::new();
    fixture.change_source(watermarks::TABLES);
    fixture.apply(None, (&example, "1"));
    fixture.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x', 1)");
    fixture.run();
    let later = "DROP TABLE datasurface_positions; DROP TABLE datasurface_schemas";
    fixture.open("northwind.db").execute_batch(later).unwrap();
    assert_eq!(shown(&fixture), None, "that can be asked before anything is applied");

    fixture.apply_plan(&Plan::default()).unwrap();
    fixture.change_source("INSERT INTO Customers VALUES ('B', 'b', 'x', 2)");
    assert_eq!(moved(&fixture.run())[0], "NW_Data/customers 2: +1 ~0 -0 =1");
    assert_eq!(shown(&fixture), Some(1));
    let first = "SELECT version, first_batch FROM datasurface_schemas WHERE dataset = 'customers'";
    assert_eq!(fixture.rows("northwind.db", first)[..1], ["1|2"]);
    fixture.change_source("INSERT INTO Customers VALUES ('C', 'c', 'x', 3)");
    fixture.run();
    assert_eq!(fixture.rows("northwind.db", "SELECT count(*) FROM datasurface_positions"), ["2"]);
}
