//! Sources that are read from a watermark on: nothing that is new or was changed is lost, and nothing else is read.

use crate::{
    example::Example,
    fixture::{Fixture, moved},
    northwind::NorthWind,
    quality::checked,
    site::script,
    types::by_columns_of_their_own,
};
use datasurface_local::testing::Breakpoint;
use datasurface_platform::prelude::*;
use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert_eq, proptest};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

pub(crate) const TABLES: &str =
    "CREATE TABLE Customers (customer_id TEXT PRIMARY KEY, company_name TEXT, city TEXT, version INTEGER);
    CREATE TABLE products (product_id INTEGER PRIMARY KEY, product_name TEXT, version INTEGER);";

fn history() -> NorthWind {
    NorthWind { milestoning: Milestoning::LiveAndForensic, ..NorthWind::by_version() }
}

fn fixture(example: &Example, tables: &str) -> Fixture {
    let fixture = Fixture::new();
    fixture.change_source(tables);
    fixture.apply(None, (example, "1"));
    fixture
}

const KEPT: &str =
    "SELECT customer_id, city, version, batch_in, batch_out FROM NW_Data__customers ORDER BY 1, 4";
const LIVE: &str = "SELECT customer_id, company_name, city, version FROM NW_Data__customers WHERE batch_out IS NULL ORDER BY 1";
const SOURCE: &str = "SELECT customer_id, company_name, city, version FROM Customers ORDER BY 1";

#[test]
fn only_what_is_new_is_read_and_what_was_deleted_stays() {
    let fixture = fixture(&history().example(), TABLES);
    let read = Arc::new(AtomicUsize::new(0));
    let reading = Arc::clone(&read);
    let fixture = fixture.stopping_at(Breakpoint::new(move |what| {
        reading.fetch_add(usize::from(what == "table.NW_Data.customers [load]"), Ordering::SeqCst);
    }));
    fixture.change_source(
        "INSERT INTO Customers VALUES ('A', 'a', 'x', 1), ('B', 'b', 'x', 2), ('C', 'c', 'x', 2), ('D', 'd', 'x', 3)",
    );
    assert_eq!(moved(&fixture.run())[0], "NW_Data/customers 1: +4 ~0 -0 =0");
    assert_eq!(read.swap(0, Ordering::SeqCst), 4, "at first, everything");
    // One that is as high as what was seen, one that is higher, one that was changed, and one that is gone.
    fixture.change_source(
        "INSERT INTO Customers VALUES ('E', 'e', 'x', 3), ('F', 'f', 'x', 4);
         UPDATE Customers SET city = 'y', version = 4 WHERE customer_id = 'A';
         DELETE FROM Customers WHERE customer_id = 'B'",
    );
    assert_eq!(moved(&fixture.run())[0], "NW_Data/customers 2: +2 ~1 -0 =3");
    assert_eq!(read.swap(0, Ordering::SeqCst), 4, "D, which is just there, E, F and A");
    assert_eq!(
        fixture.rows("northwind.db", KEPT),
        ["A|x|1|1|2", "A|y|4|2|-", "B|x|2|1|-", "C|x|2|1|-", "D|x|3|1|-", "E|x|3|2|-", "F|x|4|2|-"]
    );
    assert!(moved(&fixture.run()).iter().all(|line| line.contains("+0 ~0 -0")));
    assert_eq!(read.swap(0, Ordering::SeqCst), 2, "F and A again");
    // A source of which nothing is left as high as that.
    fixture.change_source(
        "DELETE FROM Customers WHERE version = 4; INSERT INTO Customers VALUES ('G', 'g', 'x', 5)",
    );
    assert_eq!(moved(&fixture.run())[0], "NW_Data/customers 3: +1 ~0 -0 =6");
    assert_eq!(read.load(Ordering::SeqCst), 1);
}

#[test]
fn what_has_no_watermark_is_read_every_time() {
    let fixture = fixture(&history().example(), TABLES);
    fixture.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x', NULL), ('B', 'b', 'x', 1)");
    fixture.run();
    fixture.change_source("UPDATE Customers SET city = 'y' WHERE customer_id = 'A'; INSERT INTO Customers VALUES ('C', 'c', 'x', NULL)");
    assert_eq!(moved(&fixture.run())[0], "NW_Data/customers 2: +1 ~1 -0 =1");
    assert_eq!(fixture.rows("northwind.db", LIVE), fixture.rows("source.db", SOURCE));
}

#[test]
fn numbers_in_a_column_of_texts_are_compared_as_numbers() {
    let tables = TABLES.replace("version INTEGER", "version TEXT");
    let fixture = fixture(&history().example(), &tables);
    fixture.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x', '9')");
    fixture.run();
    fixture.change_source("INSERT INTO Customers VALUES ('B', 'b', 'x', '10')");
    fixture.run();
    fixture.change_source("INSERT INTO Customers VALUES ('C', 'c', 'x', '100'), ('D', 'd', 'x', '11')");
    assert_eq!(moved(&fixture.run())[0], "NW_Data/customers 3: +2 ~0 -0 =2");
}

#[test]
fn times_are_watermarks_too() {
    const SCHEMA: &str =
        "customer_id VarChar(5) key, company_name VarChar(40) not null, city VarChar(15), version Timestamp";
    let wind =
        NorthWind { customers: SCHEMA, products: "product_id Integer key, version Timestamp", ..history() };
    let fixture = fixture(&wind.example(), &TABLES.replace("version INTEGER", "version TIMESTAMP"));
    fixture.change_source(
        "INSERT INTO Customers VALUES ('A', 'a', 'x', '2026-01-31 12:00:00'), ('B', 'b', 'x', '2026-01-31 12:00:00.25')",
    );
    fixture.run();
    fixture.change_source(
        "INSERT INTO Customers VALUES ('C', 'c', 'x', '2026-01-31 12:00:00.25'), ('D', 'd', 'x', '2026-01-31 12:00:00.3'),
           ('E', 'e', 'x', '2026-01-31 12:00:00.2')",
    );
    assert_eq!(moved(&fixture.run())[0], "NW_Data/customers 2: +2 ~0 -0 =2");
}

#[test]
fn each_dataset_is_read_by_a_column_of_its_own() {
    let example = by_columns_of_their_own(
        Dataset::new("a", "id Integer key, version BigInt, at VarChar(30)"),
        Dataset::new("b", "id Integer key, at Timestamp, version VarChar(9)"),
    );
    let [note] = &example.found()[..] else { panic!("{:?}", example.found()) };
    assert!(note.message().contains("by the watermark `at`, `version`"), "{note}");
    for (table, column) in [("table.S.a", "version"), ("table.S.b", "at")] {
        let reached = script(&example.rendering(), table);
        let reached = reached.section("reached").unwrap();
        assert!(reached.contains(&format!("max(\"{column}\")")), "{table}: {reached}");
    }
    let read = Arc::new(Mutex::new(Vec::new()));
    let reading = Arc::clone(&read);
    let fixture = fixture(
        &example,
        "CREATE TABLE a (id INTEGER PRIMARY KEY, version INTEGER, at TEXT);
         CREATE TABLE b (id INTEGER PRIMARY KEY, at TEXT, version TEXT);
         INSERT INTO a VALUES (1, 1, 'z'), (2, 10, 'a'); INSERT INTO b VALUES (1, '2026-01-31 12:00:00', 'z'), (2, '2026-02-01 12:00:00', 'a')",
    );
    let fixture = fixture.stopping_at(Breakpoint::new(move |what| {
        reading.lock().unwrap().extend(what.strip_suffix(" [load]").map(str::to_owned));
    }));
    assert_eq!(moved(&fixture.run()), ["S/a 1: +2 ~0 -0 =0", "S/b 1: +2 ~0 -0 =0"]);
    read.lock().unwrap().clear();
    // What is lower by its own column is not read, whatever the other one says.
    fixture.change_source(
        "INSERT INTO a VALUES (3, 9, 'zz'), (4, 11, 'aa'); INSERT INTO b VALUES (3, '2026-01-01 12:00:00', 'zz'), (4, '2026-02-02 12:00:00', 'aa')",
    );
    assert_eq!(moved(&fixture.run()), ["S/a 2: +1 ~0 -0 =2", "S/b 2: +1 ~0 -0 =2"]);
    assert_eq!(*read.lock().unwrap(), ["table.S.a", "table.S.a", "table.S.b", "table.S.b"]);
    let positions =
        fixture.rows("northwind.db", "SELECT \"table\", position FROM datasurface_positions ORDER BY 1");
    assert_eq!(positions, ["S__a|11", "S__b|2026-02-02 12:00:00"]);
}

#[test]
fn a_watermark_that_is_not_what_the_schema_says_is_never_passed_over() {
    let fixture = fixture(&history().example(), TABLES);
    fixture.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x', 7)");
    fixture.run();
    fixture.change_source("INSERT INTO Customers VALUES ('B', 'b', 'x', 'seven')");
    let report = fixture.try_run().unwrap();
    assert!(
        report.failures[0].reason.contains("`version Integer` must have a value of its type"),
        "{report:?}"
    );
}

#[test]
fn a_change_of_what_is_read_reads_everything_again() {
    const WIDER: &str = "customer_id VarChar(5) key, company_name VarChar(40) not null, city VarChar(15), version Integer, vat VarChar(9)";
    let (one, two) = (history().example(), NorthWind { customers: WIDER, ..history() }.example());
    let fixture =
        fixture(&one, &TABLES.replace("city TEXT, version INTEGER", "city TEXT, version INTEGER, vat TEXT"));
    fixture.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x', 1, 'v'), ('B', 'b', 'x', 2, 'w'), ('C', 'c', 'x', 2, NULL)");
    fixture.run();
    fixture.change_source("DELETE FROM Customers WHERE customer_id = 'C'");
    // There and back again, without a run in between: the column is empty then, and nobody may take it for read.
    let vat = "SELECT customer_id, vat FROM NW_Data__customers WHERE batch_out IS NULL ORDER BY 1";
    fixture.apply(Some((&one, "1")), (&two, "2"));
    assert_eq!(moved(&fixture.run())[0], "NW_Data/customers 2: +0 ~2 -1 =0");
    assert_eq!(fixture.rows("northwind.db", vat), ["A|v", "B|w"]);
    fixture.apply(Some((&two, "2")), (&one, "3"));
    fixture.apply(Some((&one, "3")), (&two, "4"));
    assert_eq!(fixture.rows("northwind.db", vat), ["A|-", "B|-"]);
    fixture.run();
    assert_eq!(fixture.rows("northwind.db", vat), ["A|v", "B|w"]);
}

#[test]
fn a_table_that_was_taken_away_is_filled_as_a_whole_when_it_comes_again() {
    let both = history().example();
    let one = NorthWind { datasets: vec!["NW_Data/customers"], ..history() }.example();
    let fixture = fixture(&both, TABLES);
    fixture.change_source("INSERT INTO products VALUES (1, 'p', 1), (2, 'q', 2)");
    fixture.run();
    fixture.open("northwind.db").execute_batch("DROP VIEW Sales__analysis__NW_Data__products; DROP VIEW Sales__analysis__NW_Data__products__history; DROP TABLE NW_Data__products").unwrap();
    fixture.apply(Some((&one, "1")), (&both, "2"));
    fixture.run();
    assert_eq!(fixture.rows("northwind.db", "SELECT product_id FROM NW_Data__products"), ["1", "2"]);
}

#[test]
fn checks_judge_what_was_not_read_again_too() {
    let checks = [QualityCheck::rows(3, None), QualityCheck::unique(["city"])];
    let example = checked(&history(), "NW_Data/customers", checks);
    let fixture = fixture(&example, TABLES);
    fixture.change_source(
        "INSERT INTO Customers VALUES ('A', 'a', 'x', 1), ('B', 'b', 'y', 2), ('C', 'c', 'z', 3)",
    );
    fixture.run();
    fixture.change_source("INSERT INTO Customers VALUES ('D', 'd', 'x', 4)");
    let before = fixture.rows("northwind.db", KEPT);
    let report = fixture.try_run().unwrap();
    assert!(report.failures[0].reason.contains("2 like others"), "{report:?}");
    assert_eq!(fixture.rows("northwind.db", KEPT), before);
    // What failed is read again.
    fixture.change_source("UPDATE Customers SET city = 'w' WHERE customer_id = 'D'");
    assert_eq!(moved(&fixture.run())[0], "NW_Data/customers 2: +1 ~0 -0 =3");
}

/// What happens at the source: what somebody writes, for which key, how much higher the watermark is, and whether it is
/// captured then.
fn changes() -> impl Strategy<Value = Vec<(u8, u8, i64, bool)>> {
    proptest::collection::vec((0..6_u8, 0..4_u8, 0..2_i64, any::<bool>()), 1..24)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_is_written_with_a_rising_column_arrives(changes in changes()) {
        let fixture = fixture(&NorthWind { file: "desk.db", ..history() }.example(), TABLES);
        let mut version = 0;
        let source = fixture.open("source.db");
        for (key, city, rise, captured) in changes {
            version += rise;
            source.execute(
                "INSERT INTO Customers VALUES ('K' || ?1, 'n', nullif('c' || ?2, 'c0'), ?3)
                 ON CONFLICT DO UPDATE SET city = excluded.city, version = excluded.version",
                (key, city, version),
            ).unwrap();
            if captured {
                fixture.run();
                prop_assert_eq!(fixture.rows("northwind.db", LIVE), fixture.rows("source.db", SOURCE));
            }
        }
        fixture.run();
        prop_assert_eq!(fixture.rows("northwind.db", LIVE), fixture.rows("source.db", SOURCE));
        let copy = LIVE.replace("NW_Data__customers", "Local__NW_Data__customers");
        prop_assert_eq!(fixture.rows("desk.db", &copy), fixture.rows("source.db", SOURCE));
    }
}
