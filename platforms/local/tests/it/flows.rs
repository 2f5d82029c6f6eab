//! Data that moves: from a source through tables and transformers to consumers.

use crate::{
    fixture::{Fixture, assert_same, in_container, moved},
    northwind::NorthWind,
};
use datasurface_platform::prelude::*;

fn wind(file: &'static str) -> NorthWind {
    NorthWind { file, milestoning: Milestoning::LiveAndForensic, ..NorthWind::default() }
}

/// Where the customers that consumers read are kept: in the platform's database, or in a copy.
const SHELVES: [(&str, &str, &str); 2] = [
    ("northwind.db", "NW_Data__customers", "Masked_NW_Data__customers"),
    ("desk.db", "Local__NW_Data__customers", "Local__Masked_NW_Data__customers"),
];

pub(crate) const CUSTOMERS: &str = "INSERT INTO Customers VALUES ('ALFKI', 'Alfreds', 'Berlin'), ('ANATR', 'Ana', 'México'), \
    ('AROUT', 'Around', 'London'), ('BERGS', 'Berglunds', 'Luleå'), ('BLAUS', 'Blauer', 'Mannheim'), \
    ('FISSA', 'Fabrica', 'Madrid'), ('PARIS', 'Paris', 'Paris'), ('WOLZA', 'Wolski', 'Warszawa');";

pub(crate) const CHANGES: &str = "UPDATE Customers SET company_name = company_name || '!' WHERE customer_id IN ('ALFKI', 'ANATR'); \
    UPDATE Customers SET city = NULL WHERE customer_id = 'AROUT'; \
    UPDATE Customers SET city = CASE city WHEN 'Luleå' THEN 'Mannheim' ELSE 'Luleå' END \
    WHERE customer_id IN ('BERGS', 'BLAUS'); \
    DELETE FROM Customers WHERE customer_id IN ('FISSA', 'PARIS'); \
    INSERT INTO Customers VALUES ('N1', 'x', ''), ('N2', 'y', NULL), ('N3', 'z', 'z');";

#[test]
fn exactly_what_changed_moves() {
    for (file, customers, masked) in SHELVES {
        let fixture = Fixture::with(&wind(file).example());
        fixture.change_source(CUSTOMERS);
        assert_eq!(
            moved(&fixture.run()),
            [
                "NW_Data/customers 1: +8 ~0 -0 =0",
                "NW_Data/products 1: +0 ~0 -0 =0",
                "Masked_NW_Data/customers 1: +8 ~0 -0 =0"
            ]
        );
        fixture.change_source(CHANGES);
        assert_eq!(
            moved(&fixture.run()),
            [
                "NW_Data/customers 2: +3 ~5 -2 =1",
                "NW_Data/products 2: +0 ~0 -0 =0",
                "Masked_NW_Data/customers 2: +3 ~3 -2 =3"
            ]
        );
        let all = |table: &str| {
            let query = format!(
                "SELECT customer_id, company_name, city, batch_in, batch_out FROM {table} ORDER BY 1, 4"
            );
            fixture.rows(file, &query)
        };
        insta::allow_duplicates! {
            insta::assert_snapshot!(all(customers).join("\n"), @r"
            ALFKI|Alfreds|Berlin|1|2
            ALFKI|Alfreds!|Berlin|2|-
            ANATR|Ana|México|1|2
            ANATR|Ana!|México|2|-
            AROUT|Around|London|1|2
            AROUT|Around|-|2|-
            BERGS|Berglunds|Luleå|1|2
            BERGS|Berglunds|Mannheim|2|-
            BLAUS|Blauer|Mannheim|1|2
            BLAUS|Blauer|Luleå|2|-
            FISSA|Fabrica|Madrid|1|2
            N1|x||2|-
            N2|y|-|2|-
            N3|z|z|2|-
            PARIS|Paris|Paris|1|2
            WOLZA|Wolski|Warszawa|1|-
            ");
        }
        // Nobody asked for the history of the masked ones, so none is kept.
        assert_eq!(
            all(masked),
            [
                "ALFKI|***|Berlin|1|-",
                "ANATR|***|México|1|-",
                "AROUT|***|-|2|-",
                "BERGS|***|Mannheim|2|-",
                "BLAUS|***|Luleå|2|-",
                "N1|***||2|-",
                "N2|***|-|2|-",
                "N3|***|z|2|-",
                "WOLZA|***|Warszawa|1|-"
            ]
        );
        let live = fixture.rows(
            file,
            &in_container(file, "SELECT * FROM Marketing__masked__Masked_NW_Data__customers ORDER BY 1"),
        );
        assert_eq!(live.len(), 9);

        assert_eq!(
            moved(&fixture.run()),
            ["NW_Data/customers 2: +0 ~0 -0 =9", "NW_Data/products 2: +0 ~0 -0 =0"],
            "nothing changed, so nothing moves, and no transformer runs"
        );
    }
}

#[test]
fn a_change_that_is_masked_moves_nothing_any_further() {
    let fixture = Fixture::with(&wind("desk.db").example());
    fixture.change_source(CUSTOMERS);
    fixture.run();
    fixture.change_source("UPDATE Customers SET company_name = 'other' WHERE customer_id = 'ALFKI'");
    assert_eq!(
        moved(&fixture.run()),
        [
            "NW_Data/customers 2: +0 ~1 -0 =7",
            "NW_Data/products 2: +0 ~0 -0 =0",
            "Masked_NW_Data/customers 1: +0 ~0 -0 =8"
        ]
    );
}

#[test]
fn a_key_that_comes_again_reopens() {
    for (file, customers, _) in SHELVES {
        let fixture = Fixture::with(&wind(file).example());
        for change in [
            "INSERT INTO Customers VALUES ('A', 'x', 'Bonn')",
            "UPDATE Customers SET city = 'Ulm'",
            "DELETE FROM Customers",
            "INSERT INTO Customers VALUES ('A', 'x', 'Ulm')",
        ] {
            fixture.change_source(change);
            fixture.run();
        }
        let versions = format!("SELECT city, batch_in, batch_out FROM {customers} ORDER BY 2");
        assert_eq!(fixture.rows(file, &versions), ["Bonn|1|2", "Ulm|2|3", "Ulm|4|-"]);
    }
}

#[test]
fn every_batch_can_be_read_as_the_source_was() {
    for (file, customers, _) in SHELVES {
        let fixture = Fixture::with(&wind(file).example());
        let mut snapshots = Vec::new();
        let mut state: u64 = 7;
        let mut random = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for _ in 0..12 {
            for _ in 0..6 {
                let (key, city) = (random(10), random(4));
                fixture.change_source(&match random(3) {
                    0 => format!("DELETE FROM Customers WHERE customer_id = 'C{key}'"),
                    1 => format!("INSERT OR REPLACE INTO Customers VALUES ('C{key}', 'x', 'city {city}')"),
                    _ => format!("INSERT OR REPLACE INTO Customers VALUES ('C{key}', 'y', NULL)"),
                });
            }
            fixture.run();
            let batch = fixture.rows("northwind.db", "SELECT max(batch) FROM datasurface_batches").remove(0);
            snapshots.push((batch, fixture.rows("source.db", "SELECT * FROM Customers ORDER BY 1")));
        }
        for (batch, snapshot) in snapshots {
            let as_of = format!(
                "SELECT customer_id, company_name, city FROM {customers} \
                 WHERE batch_in <= {batch} AND (batch_out IS NULL OR batch_out > {batch}) ORDER BY 1"
            );
            assert_eq!(fixture.rows(file, &as_of), snapshot, "batch {batch}");
        }
    }
}

#[test]
fn values_arrive_as_they_are() {
    let fixture = Fixture::with(&wind("desk.db").example());
    fixture.change_source(
        "INSERT INTO Customers VALUES ('A', '', NULL), ('B', 'it''s \"quoted\"', 'two\nlines\r\n\ttab'),
           ('C', '🦀 naïve', '\u{202e}'), ('D', ' ', 'NULL');
         INSERT INTO products VALUES (1, NULL, 18, 9e999), (2, '', 18.5, -9e999), (3, '3', '0.10', 'NaN'),
           (-2147483648, 'least', NULL, 5e-324), (2147483647, 'most', -0.01, -0.0);",
    );
    fixture.run();
    let customers = "SELECT customer_id, typeof(company_name), company_name, typeof(city), city";
    assert_eq!(
        fixture.rows("desk.db", &format!("{customers} FROM Local__NW_Data__customers ORDER BY 1")),
        fixture.rows("source.db", &format!("{customers} FROM Customers ORDER BY 1"))
    );
    assert_eq!(
        fixture.rows("desk.db", "SELECT * FROM Local__Sales__analysis__NW_Data__products ORDER BY 1"),
        [
            "-2147483648|least|-|5e-324",
            "1|-|18.00|inf",
            "2||18.50|-inf",
            "3|3|0.10|NaN",
            "2147483647|most|-0.01|0.0",
        ]
    );
    assert!(moved(&fixture.run()).iter().all(|line| line.contains("+0 ~0 -0")));
}

#[test]
fn what_was_rendered_is_what_runs() {
    let example = wind("northwind.db").example();
    let fixture = Fixture::new();
    let plan = crate::example::plan_between(None, (&example, "1"), std::collections::BTreeMap::new());
    fixture.render(&example, &plan);
    let view = fixture.path("rendered/Local/shards/main/views/Sales/analysis/NW_Data/customers.sql");
    let text = std::fs::read_to_string(&view).unwrap();
    let edited = text.replacen("\"company_name\"", "upper(\"company_name\") AS \"company_name\"", 1);
    assert_ne!(text, edited);
    std::fs::write(&view, edited).unwrap();
    fixture.change_source(
        "CREATE TABLE Customers (customer_id, company_name, city); CREATE TABLE products (product_id, \
         product_name, unit_price, weight); INSERT INTO Customers VALUES ('A', 'quiet', 'x')",
    );
    fixture.apply_plan(&plan).unwrap();
    fixture.run();
    assert_eq!(
        fixture.rows("northwind.db", "SELECT * FROM Sales__analysis__NW_Data__customers"),
        ["A|QUIET|x"]
    );
}

#[test]
fn a_lost_file_is_filled_again_without_the_producer() {
    let fixture = Fixture::with(&wind("desk.db").example());
    fixture.change_source(CUSTOMERS);
    fixture.run();
    fixture.change_source(CHANGES);
    fixture.run();
    // The plan that made the file is not in its books any more: it was not made by a plan.
    let everything = || {
        let steps = "desk.db datasurface_steps";
        fixture.everything().into_iter().filter(|line| !line.starts_with(steps)).collect::<Vec<_>>()
    };
    let before = everything();
    for file in ["desk.db", "desk.db-wal", "desk.db-shm"] {
        let _ = std::fs::remove_file(fixture.path(file));
    }
    std::fs::remove_file(fixture.path("source.db")).unwrap();
    let report = fixture.try_run().unwrap();
    assert_eq!(report.failures.len(), 1, "{report:?}");
    assert!(report.failures[0].reason.contains("the source `source.db` is not there"), "{report:?}");
    assert_same(&everything(), &before, "filled again");
}
