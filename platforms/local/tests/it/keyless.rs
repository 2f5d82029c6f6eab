//! Datasets without a key: rows may come twice, and the table is replaced as a whole.

use crate::{
    fixture::{Fixture, moved},
    handover,
    northwind::{CUSTOMERS, NorthWind},
    site::statements,
};
use datasurface_local::testing::Breakpoint;
use datasurface_platform::{RunRequest, prelude::*};
use std::sync::{Arc, Mutex};

const SCHEMA: &str = "customer_id VarChar(5), company_name VarChar(40) not null, city VarChar(15)";

/// NorthWind, whose customers have no key. What a transformer makes of them has one.
pub(crate) fn wind() -> NorthWind {
    NorthWind {
        customers: SCHEMA,
        keyless: vec!["customers"],
        select: "SELECT customer_id, count(*) AS company_name, NULL AS city FROM NW_Data_customers \
                 WHERE customer_id IS NOT NULL GROUP BY customer_id",
        ..NorthWind::default()
    }
}

/// A table at the source in which rows may come twice.
pub(crate) const TABLE: &str =
    "DROP TABLE Customers; CREATE TABLE Customers (customer_id TEXT, company_name TEXT, city TEXT);
    INSERT INTO Customers VALUES ('A', 'a', 'x'), ('A', 'a', 'x'), (NULL, 'n', NULL)";

const MASKED: &str =
    "SELECT customer_id, company_name FROM Marketing__masked__Masked_NW_Data__customers ORDER BY 1";
const OWN: &str = "SELECT * FROM Sales__analysis__NW_Data__customers ORDER BY 1, 2";
const DESK: &str = "SELECT * FROM Local__Sales__analysis__NW_Data__customers ORDER BY 1, 2";

fn in_a_file() -> NorthWind {
    NorthWind { file: "desk.db", ..wind() }
}

#[test]
fn rows_come_twice_vanish_and_rest() {
    for (wind, file, view) in [(wind(), "northwind.db", OWN), (in_a_file(), "desk.db", DESK)] {
        let example = wind.example();
        assert_eq!(example.codes(), [] as [&str; 0]);
        let fixture = Fixture::with(&example);
        fixture.change_source(TABLE);
        assert_eq!(moved(&fixture.run())[0], "NW_Data/customers 1: +3 ~0 -0 =0");
        assert_eq!(fixture.rows(file, view), ["-|n|-", "A|a|x", "A|a|x"]);
        if file == "northwind.db" {
            assert_eq!(fixture.rows(file, MASKED), ["A|2"], "a transformer reads every row");
        }
        assert_eq!(moved(&fixture.run())[0], "NW_Data/customers 1: +0 ~0 -0 =3", "nothing is new");

        // As many rows, and each of them was there.
        fixture.change_source(
            "DELETE FROM Customers WHERE rowid = 1; INSERT INTO Customers VALUES (NULL, 'n', NULL)",
        );
        assert_eq!(moved(&fixture.run())[0], "NW_Data/customers 2: +3 ~0 -3 =0");
        assert_eq!(fixture.rows(file, view), ["-|n|-", "-|n|-", "A|a|x"]);

        // Another table of the datastore moves: this one rests, where consumers read it, too.
        fixture.change_source("INSERT INTO products VALUES (1, 'p', 1, 1)");
        assert_eq!(moved(&fixture.run())[0], "NW_Data/customers 3: +0 ~0 -0 =3");
        assert_eq!(fixture.rows(file, view), ["-|n|-", "-|n|-", "A|a|x"]);

        fixture.change_source("DELETE FROM Customers");
        assert_eq!(moved(&fixture.run())[0], "NW_Data/customers 4: +0 ~0 -3 =0");
        assert_eq!(fixture.rows(file, view), [] as [&str; 0]);
        assert_eq!(moved(&fixture.run())[0], "NW_Data/customers 4: +0 ~0 -0 =0");
        let kept = "SELECT count(*) FROM NW_Data__customers";
        assert_eq!(fixture.rows("northwind.db", kept), ["0"], "no earlier version is kept");
    }
}

#[test]
fn a_copy_that_was_lost_or_slept_has_all_of_it() {
    let fixture = Fixture::with(&in_a_file().example());
    fixture.change_source(TABLE);
    fixture.run();
    std::fs::remove_file(fixture.path("desk.db")).unwrap();
    fixture.run();
    assert_eq!(fixture.rows("desk.db", DESK), ["-|n|-", "A|a|x", "A|a|x"]);
    let before = std::fs::read(fixture.path("desk.db")).unwrap();
    for city in ["y", "z"] {
        fixture.change_source(&format!("UPDATE Customers SET city = '{city}'"));
        fixture.run();
    }
    std::fs::write(fixture.path("desk.db"), before).unwrap();
    fixture.run();
    assert_eq!(fixture.rows("desk.db", DESK), ["-|n|z", "A|a|z", "A|a|z"]);
}

#[test]
fn rows_that_break_the_schema_fail_the_dataset_or_are_set_aside_each_of_them() {
    let set_aside = |invalid_rows| {
        let ecosystem = wind().ecosystem().edit_team("USA", "NorthWindTeam", |team| {
            let source = std::sync::Arc::unwrap_or_clone(team.datastores().get("NW_Data").unwrap().clone());
            let customers = Dataset::new("customers", SCHEMA).with_invalid_rows(invalid_rows);
            let others = source.datasets().iter().filter(|dataset| dataset.name().as_str() != "customers");
            let datasets: Vec<_> = others.cloned().chain([customers]).collect();
            team.without_datastore(&"NW_Data".into()).datastore(source.with_datasets(datasets))
        });
        crate::example::Example::new(ecosystem, &NorthWind::assignments())
    };
    let wrong = "INSERT INTO Customers VALUES ('toolong', 'b', 'x'), ('toolong', 'b', 'x'), ('C', NULL, 'x')";
    let fixture = Fixture::with(&set_aside(InvalidRows::Fail));
    fixture.change_source(TABLE);
    fixture.run();
    fixture.change_source(wrong);
    let report = fixture.try_run().unwrap();
    assert!(report.failures[0].reason.contains("`customer_id VarChar(5)`"), "{:?}", report.failures);
    assert_eq!(fixture.rows("northwind.db", OWN), ["-|n|-", "A|a|x", "A|a|x"], "the last good data stays");

    let fixture = Fixture::with(&set_aside(InvalidRows::SetAside));
    fixture.change_source(TABLE);
    fixture.change_source(wrong);
    let report = fixture.run();
    let customers = report.datasets.iter().find(|run| run.dataset == "NW_Data/customers".into()).unwrap();
    assert_eq!(customers.rejected, 3);
    assert_eq!(fixture.rows("northwind.db", OWN), ["-|n|-", "A|a|x", "A|a|x"]);
    let rejected =
        "SELECT \"column\", \"rows\", batch_in, batch_out FROM \"NW_Data__customers.rejected\" ORDER BY 1";
    assert_eq!(fixture.rows("northwind.db", rejected), ["company_name|1|1|-", "customer_id|2|1|-"]);
    fixture.change_source("DELETE FROM Customers WHERE customer_id = 'toolong'");
    fixture.run();
    assert_eq!(fixture.rows("northwind.db", rejected), ["company_name|1|1|-"]);
}

#[test]
fn whoever_looks_while_it_is_replaced_sees_what_was_there_or_what_comes() {
    let example = in_a_file().example();
    let fixture = Fixture::with(&example);
    fixture.change_source(TABLE);
    fixture.run();
    let (own, server_fixture) = (fixture.path("northwind.db"), fixture.path("desk.db"));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let looks = Arc::clone(&seen);
    let fixture = fixture.stopping_at(Breakpoint::new(move |_| {
        for (file, view) in [(&own, "NW_Data__customers"), (&server_fixture, "Local__NW_Data__customers")] {
            let database = rusqlite::Connection::open(file).unwrap();
            let query = format!("SELECT group_concat(city, '') FROM {view} WHERE batch_out IS NULL");
            let cities: Option<String> = database.query_row(&query, [], |row| row.get(0)).unwrap();
            looks.lock().unwrap().push(cities.unwrap_or_default());
        }
    }));
    fixture.change_source(
        "DELETE FROM Customers; INSERT INTO Customers VALUES ('A', 'a', 'y'), ('A', 'a', 'y')",
    );
    fixture.run();
    let seen = seen.lock().unwrap();
    assert!(seen.contains(&"xx".to_owned()) && seen.contains(&"yy".to_owned()), "{seen:?}");
    assert!(seen.iter().all(|cities| ["xx", "yy"].contains(&cities.as_str())), "{seen:?}");
}

#[test]
fn a_successor_takes_it_as_it_is() {
    let example = handover::of(wind(), "Local");
    assert_eq!(example.codes(), [] as [&str; 0]);
    let (first, second) = handover::grounds(&example);
    let all = "SELECT customer_id, company_name, city, batch_in, batch_out FROM NW_Data__customers ORDER BY 1, 2, 4";
    let batches = "SELECT * FROM datasurface_batches WHERE datastore = 'NW_Data' ORDER BY batch";
    first.change_source(TABLE);
    for change in [
        "",
        "UPDATE Customers SET city = 'y'",
        "DELETE FROM Customers WHERE rowid = 2",
        "DELETE FROM Customers",
    ] {
        first.change_source(change);
        first.run();
        second.run();
        for query in [all, batches] {
            assert_eq!(second.rows("second.db", query), first.rows("northwind.db", query), "{change}");
        }
    }
    assert_eq!(moved(&second.run()), ["NW_Data/customers 4: +0 ~0 -0 =0"]);
    // It captures from now on.
    second.render(&handover::of(wind(), "Second"), &Plan::default());
    second.change_source("INSERT INTO Customers VALUES ('B', 'b', 'y'), ('B', 'b', 'y')");
    assert_eq!(moved(&second.run()), ["NW_Data/customers 5: +2 ~0 -0 =0"]);
}

#[test]
fn a_key_that_goes_or_comes_ends_right() {
    let keyed = || NorthWind { customers: CUSTOMERS, keyless: Vec::new(), ..in_a_file() };
    for is_asleep in [false, true] {
        let (a, b, c) = (keyed().example(), in_a_file().example(), keyed().example());
        let fixture = Fixture::new();
        fixture.change_source(
            "CREATE TABLE Customers (customer_id TEXT, company_name TEXT, city TEXT);
             CREATE TABLE products (product_id INTEGER PRIMARY KEY, product_name TEXT, unit_price NUMERIC, weight REAL);
             INSERT INTO Customers VALUES ('A', 'a', 'x'), ('B', 'b', 'x')",
        );
        fixture.apply(None, (&a, "A"));
        fixture.run();
        let server_fixture = std::fs::read(fixture.path("desk.db")).unwrap();
        fixture.change_source("UPDATE Customers SET city = 'y' WHERE customer_id = 'A'");
        fixture.run();
        fixture.change_source("DELETE FROM Customers WHERE customer_id = 'B'");
        fixture.run();
        if is_asleep {
            std::fs::write(fixture.path("desk.db"), &server_fixture).unwrap();
        }

        fixture.apply(Some((&a, "A")), (&b, "B"));
        let shown = fixture.rows("desk.db", DESK);
        assert_eq!(
            shown,
            if is_asleep { vec!["A|a|x", "B|b|x"] } else { vec!["A|a|y"] },
            "before the next run"
        );
        assert!(moved(&fixture.run())[0].contains("+0 ~0 -0 =1"), "the same rows are no new batch");
        assert_eq!(fixture.rows("desk.db", DESK), ["A|a|y"]);
        assert_eq!(compared(&fixture), (0, 0, 0));
        fixture
            .change_source("INSERT INTO Customers VALUES ('A', 'a', 'y'), ('B', 'b', 'y'), ('B', 'c', 'y')");
        fixture.run();
        assert_eq!(fixture.rows("desk.db", DESK), ["A|a|y", "A|a|y", "B|b|y", "B|c|y"]);

        fixture.apply(Some((&b, "B")), (&c, "C"));
        assert!(
            fixture.try_run().unwrap().failures[0].reason.contains("customers"),
            "a key that comes twice"
        );
        fixture.change_source(
            "DELETE FROM Customers WHERE rowid > (SELECT min(rowid) FROM Customers) AND company_name <> 'c'",
        );
        fixture.run();
        assert_eq!(fixture.rows("desk.db", DESK), ["A|a|y", "B|c|y"]);
        assert_eq!(fixture.rows("desk.db", "SELECT count(*) FROM Local__NW_Data__customers"), ["2"]);
    }
}

#[test]
fn a_schema_that_changes_keeps_every_row() {
    let other = NorthWind {
        customers: "customer_id VarChar(5), company_name VarChar(40), since Date",
        ..in_a_file()
    };
    let fixture = Fixture::with(&in_a_file().example());
    fixture.change_source(TABLE);
    fixture.run();
    fixture.apply(Some((&in_a_file().example(), "A")), (&other.example(), "B"));
    assert_eq!(fixture.rows("desk.db", DESK), ["-|n|-", "A|a|-", "A|a|-"]);
    fixture.change_source("ALTER TABLE Customers ADD since TEXT; UPDATE Customers SET since = '2026-01-31'");
    fixture.run();
    let day = "2026-01-31";
    assert_eq!(
        fixture.rows("desk.db", DESK),
        [format!("-|n|{day}"), format!("A|a|{day}"), format!("A|a|{day}")]
    );
}

#[test]
fn statements_of_a_table_without_a_key_are_rendered_for_people() {
    let script = crate::site::script(&in_a_file().example().rendering(), "table.NW_Data.customers");
    let merge: Vec<&str> = statements(script.section("merge").unwrap()).collect();
    assert_eq!(merge.len(), 2);
    insta::assert_snapshot!(merge.join("\n\n"));
}

#[test]
fn edits_of_a_copy_are_found_by_comparing() {
    let fixture = Fixture::with(&in_a_file().example());
    fixture.change_source(TABLE);
    fixture.run();
    assert_eq!(compared(&fixture), (0, 0, 0));
    let edit = "DELETE FROM Local__NW_Data__customers WHERE rowid = 1;
        UPDATE Local__NW_Data__customers SET city = 'y' WHERE customer_id IS NULL";
    fixture.open("desk.db").execute_batch(edit).unwrap();
    assert_eq!(compared(&fixture), (2, 1, 0));
    let make_again = || {
        assert_eq!(fixture.ask(&RunRequest::once().resync("Sales")).failures, []);
        assert_eq!(compared(&fixture), (0, 0, 0));
        assert_eq!(fixture.rows("desk.db", DESK), ["-|n|-", "A|a|x", "A|a|x"]);
    };
    make_again();
    // Rows of that batch would be taken for those that are due.
    let batch = "UPDATE Local__NW_Data__customers SET batch_in = 2 WHERE customer_id IS NULL";
    fixture.open("desk.db").execute_batch(batch).unwrap();
    assert_eq!(compared(&fixture), (1, 1, 0));
    make_again();
}

/// How many versions of the customers are missing in a copy, were added, and read otherwise.
pub(crate) fn compared(fixture: &Fixture) -> (u64, u64, u64) {
    let report = fixture.ask(&RunRequest::once().resync("Sales").verify());
    assert_eq!(report.failures, []);
    let mut compared = report.compared.into_iter();
    let customers = compared.find(|one| one.dataset == DatasetKey::from("NW_Data/customers")).unwrap();
    (customers.missing, customers.added, customers.different)
}
