//! The books of the platform's own database: which schema each batch has, and books that a later revision of the software
//! keeps.

use crate::{
    applied::WIDER,
    ground::{Ground, moved},
    northwind::{CUSTOMERS, NorthWind},
    scene::Scene,
    schemas::history,
    watermarks,
};
use datasurface_platform::prelude::*;

const SCHEMAS: &str = "SELECT datastore || '/' || dataset, version, first_batch, columns, key \
    FROM datasurface_schemas ORDER BY 1, 2";

fn schemas(ground: &Ground) -> String {
    ground.rows("northwind.db", SCHEMAS).join("\n")
}

/// With a source that has more columns than anybody asked for.
fn ground(scene: &Scene) -> Ground {
    let ground = Ground::with(scene);
    ground.change_source(
        "ALTER TABLE Customers ADD COLUMN vat; INSERT INTO Customers VALUES ('A', 'a', 'x', 'v')",
    );
    ground
}

/// The version of the schema that customers have where `Sales` reads them.
fn shown(ground: &Ground) -> Option<u64> {
    let sinks = ground.status().sinks;
    let sink = sinks.iter().find(|sink| sink.group == GroupKey::from("Sales/analysis")).unwrap();
    assert_eq!(sink.dataset, DatasetKey::from("NW_Data/customers"));
    sink.schema_version
}

#[test]
fn a_schema_has_a_number_from_the_first_batch_on_that_has_it() {
    let (narrow, wide) = (history(CUSTOMERS).scene(), history(WIDER).scene());
    let ground = ground(&narrow);
    assert_eq!((schemas(&ground).as_str(), shown(&ground)), ("", None));
    ground.run();
    let first = schemas(&ground);
    insta::assert_snapshot!(first, @r#"
    Masked_NW_Data/customers|1|1|customer_id VarChar(5) not null, company_name VarChar(40) not null, city VarChar(15)|"customer_id"
    NW_Data/customers|1|1|customer_id VarChar(5) not null, company_name VarChar(40) not null, city VarChar(15)|"customer_id"
    NW_Data/products|1|1|product_id Integer not null, product_name VarChar(40), unit_price Decimal(10,2), weight Double|"product_id"
    "#);
    assert_eq!(shown(&ground), Some(1));

    ground.apply(Some((&narrow, "1")), (&wide, "2"));
    assert_eq!((schemas(&ground), shown(&ground)), (first, Some(1)), "no batch has it yet");
    assert_eq!(moved(&ground.run())[0], "NW_Data/customers 2: +0 ~1 -0 =0");
    let second = schemas(&ground);
    insta::assert_snapshot!(second, @r#"
    Masked_NW_Data/customers|1|1|customer_id VarChar(5) not null, company_name VarChar(40) not null, city VarChar(15)|"customer_id"
    NW_Data/customers|1|1|customer_id VarChar(5) not null, company_name VarChar(40) not null, city VarChar(15)|"customer_id"
    NW_Data/customers|2|2|customer_id VarChar(5) not null, company_name VarChar(40) not null, city VarChar(15), vat VarChar(9)|"customer_id"
    NW_Data/products|1|1|product_id Integer not null, product_name VarChar(40), unit_price Decimal(10,2), weight Double|"product_id"
    "#);
    ground.change_source("UPDATE Customers SET vat = 'w'");
    assert_eq!(moved(&ground.run())[0], "NW_Data/customers 3: +0 ~1 -0 =0");
    assert_eq!(
        (schemas(&ground), shown(&ground)),
        (second, Some(2)),
        "the schema of batch 3 is no other one"
    );

    ground.apply(Some((&wide, "2")), (&narrow, "1"));
    ground.change_source("UPDATE Customers SET city = 'y'");
    ground.run();
    let last = "SELECT version, first_batch, columns FROM datasurface_schemas ORDER BY version DESC LIMIT 1";
    assert_eq!(
        ground.rows("northwind.db", last),
        ["3|4|customer_id VarChar(5) not null, company_name VarChar(40) not null, city VarChar(15)"]
    );
}

#[test]
fn a_run_that_moves_nothing_writes_no_schema_down() {
    let longer = "customer_id VarChar(5) key, company_name VarChar(40) not null, city VarChar(30)";
    let (one, two) = (history(CUSTOMERS).scene(), history(longer).scene());
    let ground = ground(&one);
    ground.run();
    let before = schemas(&ground);
    ground.apply(Some((&one, "1")), (&two, "2"));
    assert_eq!(moved(&ground.run())[0], "NW_Data/customers 1: +0 ~0 -0 =1");
    assert_eq!(schemas(&ground), before);
    ground.change_source("UPDATE Customers SET city = 'y'");
    ground.run();
    let last =
        "SELECT version, first_batch FROM datasurface_schemas WHERE dataset = 'customers' AND version = 2";
    assert_eq!(ground.rows("northwind.db", last), ["2|2"]);
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
        let (one, two) = (history(CUSTOMERS).scene(), history(customers).scene());
        let ground = ground(&one);
        ground.run();
        ground.apply(Some((&one, "1")), (&two, "2"));
        ground.change_source("UPDATE Customers SET city = 'y'");
        ground.run();
        assert_eq!(ground.rows("northwind.db", last), [expected]);
    }
}

#[test]
fn a_copy_that_waits_has_the_schema_of_what_arrived() {
    let desk = |customers| NorthWind { file: "desk.db", ..history(customers) }.scene();
    let (narrow, wide) = (desk(CUSTOMERS), desk(WIDER));
    let ground = ground(&narrow);
    ground.run();
    ground.apply(Some((&narrow, "1")), (&wide, "2"));
    let consumer = ground.open("desk.db");
    consumer.execute_batch("BEGIN IMMEDIATE").unwrap();
    let report = ground.try_run().unwrap();
    assert_eq!(moved(&report)[0], "NW_Data/customers 2: +0 ~1 -0 =0");
    assert_eq!(shown(&ground), Some(1));
    consumer.execute_batch("ROLLBACK").unwrap();
    ground.run();
    assert_eq!(shown(&ground), Some(2));
}

#[test]
fn books_that_a_database_was_made_without_are_added() {
    let scene = NorthWind::by_version().scene();
    let ground = Ground::new();
    ground.change_source(watermarks::TABLES);
    ground.apply(None, (&scene, "1"));
    ground.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x', 1)");
    ground.run();
    let later = "DROP TABLE datasurface_positions; DROP TABLE datasurface_schemas";
    ground.open("northwind.db").execute_batch(later).unwrap();
    assert_eq!(shown(&ground), None, "that can be asked before anything is applied");

    ground.apply_plan(&Plan::default()).unwrap();
    ground.change_source("INSERT INTO Customers VALUES ('B', 'b', 'x', 2)");
    assert_eq!(moved(&ground.run())[0], "NW_Data/customers 2: +1 ~0 -0 =1");
    assert_eq!(shown(&ground), Some(1));
    let first = "SELECT version, first_batch FROM datasurface_schemas WHERE dataset = 'customers'";
    assert_eq!(ground.rows("northwind.db", first)[..1], ["1|2"]);
    ground.change_source("INSERT INTO Customers VALUES ('C', 'c', 'x', 3)");
    ground.run();
    assert_eq!(ground.rows("northwind.db", "SELECT count(*) FROM datasurface_positions"), ["2"]);
}
