//! Batches: three and more of them, with all that can happen to a record.

use crate::{
    northwind::NorthWind,
    site::{Site, text},
};
use datasurface_platform::prelude::Milestoning;
use rusqlite::types::Value;

fn customer(id: &str, name: &str, city: Option<&str>) -> Vec<Value> {
    vec![text(id), text(name), city.map_or(Value::Null, text)]
}

fn history() -> NorthWind {
    NorthWind { milestoning: Milestoning::LiveAndForensic, ..NorthWind::default() }
}

const VERSIONS: &str = "SELECT customer_id, city, batch_in, batch_out FROM NW_Data__customers ORDER BY 1, 3";

#[test]
fn records_come_change_go_and_come_again() {
    let rendering = history().example().rendering();
    let site = Site::with(&history().example());
    let run =
        |batch, records: &[Vec<Value>]| site.batch(&rendering, "NW_Data/customers", batch, records).unwrap();

    let [a, b, c] = ["A", "B", "C"].map(|id| customer(id, "x", Some("Bonn")));
    assert_eq!(run(1, &[a.clone(), b, c.clone()]), [3, 0, 0, 0]);
    let moved = customer("B", "x", None);
    assert_eq!(run(2, &[a.clone(), moved.clone()]), [0, 1, 1, 1]);
    assert_eq!(run(3, &[a.clone(), moved.clone(), c.clone()]), [1, 0, 0, 2]);
    assert_eq!(run(4, &[a, moved, c]), [0, 0, 0, 3]);
    assert_eq!(
        site.rows("northwind.db", VERSIONS),
        ["A|Bonn|1|-", "B|Bonn|1|2", "B|-|2|-", "C|Bonn|1|2", "C|Bonn|3|-"]
    );
    let as_of = |batch: u64| {
        let query = format!(
            "SELECT customer_id, city FROM NW_Data__customers \
             WHERE batch_in <= {batch} AND (batch_out IS NULL OR batch_out > {batch}) ORDER BY 1"
        );
        site.rows("northwind.db", &query)
    };
    assert_eq!(as_of(1), ["A|Bonn", "B|Bonn", "C|Bonn"]);
    assert_eq!(as_of(2), ["A|Bonn", "B|-"]);
    assert_eq!(as_of(3), ["A|Bonn", "B|-", "C|Bonn"]);
}

#[test]
fn merging_a_batch_again_changes_nothing() {
    let rendering = history().example().rendering();
    let site = Site::with(&history().example());
    let records = [customer("A", "x", None), customer("B", "x", None)];
    site.batch(&rendering, "NW_Data/customers", 1, &records[..1]).unwrap();
    for _ in 0..2 {
        site.batch(&rendering, "NW_Data/customers", 2, &records[1..]).unwrap();
        assert_eq!(site.rows("northwind.db", VERSIONS), ["A|-|1|2", "B|-|2|-"]);
    }
}

#[test]
fn where_no_history_is_owed_none_is_kept() {
    let live = NorthWind::default();
    let rendering = live.example().rendering();
    let site = Site::with(&live.example());
    let run =
        |batch, records: &[Vec<Value>]| site.batch(&rendering, "NW_Data/customers", batch, records).unwrap();
    run(1, &[customer("A", "x", Some("Bonn")), customer("B", "x", None)]);
    assert_eq!(run(2, &[customer("A", "x", Some("Ulm"))]), [0, 1, 1, 0]);
    assert_eq!(site.rows("northwind.db", VERSIONS), ["A|Ulm|2|-"]);
}

#[test]
fn a_key_that_comes_twice_and_a_null_that_must_not_be_are_refused_before_anybody_sees_them() {
    let rendering = NorthWind::default().example().rendering();
    let site = Site::with(&NorthWind::default().example());
    let twice = [customer("A", "x", None), customer("A", "y", None)];
    assert!(site.batch(&rendering, "NW_Data/customers", 1, &twice).is_err());
    let null = [vec![text("A"), Value::Null, Value::Null]];
    assert!(site.batch(&rendering, "NW_Data/customers", 1, &null).is_err());
    assert!(site.rows("northwind.db", VERSIONS).is_empty());
}

#[test]
fn names_that_are_keywords_and_odd_numbers_are_kept() {
    let wind = NorthWind { datasets: vec!["NW_Data/orders", "NW_Data/products"], ..NorthWind::default() };
    let rendering = wind.example().rendering();
    let site = Site::with(&wind.example());
    let order = |group: &str| vec![Value::Integer(1), Value::Integer(2), text(group)];
    site.batch(&rendering, "NW_Data/orders", 1, &[order("a")]).unwrap();
    assert_eq!(site.batch(&rendering, "NW_Data/orders", 2, &[order("b")]).unwrap(), [0, 1, 0, 0]);
    assert_eq!(site.rows("northwind.db", "SELECT * FROM Sales__analysis__NW_Data__orders"), ["1|2|b"]);

    let product = |id, weight| vec![Value::Integer(id), Value::Null, text("1.10"), weight];
    let products = [
        product(1, text(datasurface_local::NOT_A_NUMBER)),
        product(2, Value::Real(f64::NEG_INFINITY)),
        product(3, Value::Real(0.5)),
    ];
    site.batch(&rendering, "NW_Data/products", 1, &products).unwrap();
    let again = site.batch(&rendering, "NW_Data/products", 2, &products).unwrap();
    assert_eq!(again, [0, 0, 0, 3]);
    assert_eq!(
        site.rows("northwind.db", "SELECT unit_price, weight FROM Sales__analysis__NW_Data__products"),
        ["1.10|NaN", "1.10|-inf", "1.10|0.5"]
    );
}

#[test]
fn the_widest_table_works() {
    let columns: Vec<String> = (0..1997).map(|column| format!(", c{column} Integer")).collect();
    let schema = format!("id Integer key{}", columns.concat());
    let wind = NorthWind {
        customers: Box::leak(schema.into_boxed_str()),
        datasets: vec!["NW_Data/customers"],
        select: "SELECT 'x' AS customer_id, '' AS company_name, '' AS city",
        ..history()
    };
    let example = wind.example();
    assert!(example.codes().is_empty());
    let rendering = example.rendering();
    let site = Site::with(&example);
    let record = |last| {
        let mut record = vec![Value::Integer(1); 1998];
        record[1997] = Value::Integer(last);
        record
    };
    site.batch(&rendering, "NW_Data/customers", 1, &[record(1)]).unwrap();
    assert_eq!(site.batch(&rendering, "NW_Data/customers", 2, &[record(2)]).unwrap(), [0, 1, 0, 0]);
}
