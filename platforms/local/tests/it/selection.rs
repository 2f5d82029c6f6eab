//! Runs that are asked for by name, and repairs.

use crate::{
    fixture::{Fixture, moved},
    flows::CUSTOMERS,
    northwind::NorthWind,
    passes,
};
use datasurface_platform::{CopyComparison, RunRequest, prelude::*};

const NOTHING: [&str; 0] = [];

#[test]
fn what_is_named_runs_and_nothing_else() {
    let fixture = passes::fixture(&passes::example(passes::any, "desk.db"));
    fixture.change_source("UPDATE Customers SET city = 'y'; UPDATE products SET weight = 2");
    fixture.open("rates.db").execute_batch("INSERT INTO rates VALUES ('y', 5)").unwrap();
    let ran = |name: &str| moved(&fixture.ask(&RunRequest::until_idle().select(name)));
    assert_eq!(ran("Join"), NOTHING, "nothing that it reads has moved yet");
    assert_eq!(ran("Rates"), ["Rates/rates 2: +1 ~0 -0 =1"]);
    let together = ["NW_Data/customers 2: +0 ~1 -0 =0", "NW_Data/products 2: +0 ~1 -0 =0"];
    assert_eq!(ran("NW_Data/customers"), together, "what is read in one snapshot");
    assert_eq!(
        fixture.rows("desk.db", "SELECT weight FROM Local__Sales__analysis__NW_Data__products"),
        ["2.0"],
        "a capture brings its copies up to date"
    );
    assert_eq!(ran("transform.Join"), ["Joined/all 2: +0 ~1 -0 =0"]);
    assert_eq!(ran("Summed"), ["Summed/all 2: +0 ~1 -0 =0"]);
    for name in ["Rates/rates", "capture.Rates"] {
        assert_eq!(ran(name), ["Rates/rates 2: +0 ~0 -0 =2"], "{name}");
    }
    assert_eq!(ran("Sales").len(), 2, "a consumer: what it reads");
    assert_eq!(ran("Joined/all"), NOTHING, "nothing moved");
    assert_eq!(moved(&fixture.run()).len(), 3, "nothing is left for a run of everything but to look");
}

#[test]
fn names_are_those_that_people_use() {
    let fixture = passes::fixture(&passes::example(passes::any, "desk.db"));
    let names = fixture.names();
    let selectable: Vec<&str> = names.selectable.iter().map(String::as_str).collect();
    assert_eq!(
        selectable,
        [
            "Board",
            "Join",
            "Joined",
            "Joined/all",
            "NW_Data",
            "NW_Data/customers",
            "NW_Data/products",
            "Rates",
            "Rates/rates",
            "Sales",
            "Sum",
            "Summed",
            "Summed/all",
            "capture.Joined",
            "capture.NW_Data",
            "capture.Rates",
            "capture.Summed",
            "transform.Join",
            "transform.Sum"
        ]
    );
    let consumers: Vec<&str> = names.consumers.iter().map(String::as_str).collect();
    assert_eq!(consumers, ["Board", "Board/all", "Sales", "Sales/analysis", "USA/NorthWindTeam/Desk"]);
    assert_eq!(names.datasets.len(), 5);
}

#[test]
fn all_of_a_source_with_a_watermark_is_read_again_and_history_stays() {
    let wind =
        NorthWind { file: "desk.db", milestoning: Milestoning::LiveAndForensic, ..NorthWind::by_version() };
    let fixture = Fixture::with(&wind.example());
    fixture.change_source(
        "ALTER TABLE Customers ADD COLUMN version INTEGER; ALTER TABLE products ADD COLUMN version INTEGER;
         INSERT INTO Customers VALUES ('A', 'a', 'x', 1), ('B', 'b', 'x', 2), ('C', 'c', 'x', 3);
         INSERT INTO products VALUES (1, 'p', 1, 1, 1)",
    );
    fixture.run();
    // What a watermark does not see: a deletion, and a change that does not raise it.
    fixture.change_source(
        "DELETE FROM Customers WHERE customer_id = 'A'; UPDATE Customers SET city = 'y' WHERE customer_id = 'B';
         DELETE FROM products",
    );
    assert_eq!(moved(&fixture.run())[0], "NW_Data/customers 1: +0 ~0 -0 =3");
    let again = RunRequest::once().full_refresh("NW_Data/customers");
    assert_eq!(
        moved(&fixture.ask(&again)),
        ["NW_Data/customers 2: +0 ~1 -1 =1", "NW_Data/products 2: +0 ~0 -0 =1"],
        "of products, which nobody asked for, only what is new is read"
    );
    let history =
        "SELECT customer_id, city, batch_in, batch_out FROM Local__NW_Data__customers ORDER BY 1, 3";
    assert_eq!(fixture.rows("desk.db", history), ["A|x|1|2", "B|x|1|2", "B|y|2|-", "C|x|1|-"]);
    fixture.change_source("INSERT INTO Customers VALUES ('D', 'd', 'x', 4)");
    assert_eq!(moved(&fixture.run())[0], "NW_Data/customers 3: +1 ~0 -0 =2", "from the position on");
}

#[test]
fn what_a_transformer_made_is_made_again() {
    let fixture = passes::fixture(&passes::example(passes::any, "northwind.db"));
    // Somebody edited it.
    let edit = "UPDATE Joined__all SET rate = 99 WHERE batch_out IS NULL";
    fixture.open("northwind.db").execute_batch(edit).unwrap();
    assert_eq!(moved(&fixture.run()).len(), 3, "nobody sees that");
    let again = RunRequest::until_idle().full_refresh("Joined/all");
    assert_eq!(moved(&fixture.ask(&again)), ["Joined/all 2: +0 ~1 -0 =0"]);
    assert_eq!(fixture.rows("northwind.db", "SELECT rate FROM Joined__all WHERE batch_out IS NULL"), ["1"]);
}

/// NorthWind with history in a file of the consumer, after three batches.
fn with_history() -> Fixture {
    let fixture = Fixture::with(&NorthWind::in_a_file().example());
    fixture.change_source(CUSTOMERS);
    fixture.run();
    for city in ["Ulm", "Bonn"] {
        fixture.change_source(&format!("UPDATE Customers SET city = '{city}' WHERE customer_id < 'B'"));
        fixture.run();
    }
    fixture
}

fn copies(fixture: &Fixture) -> Vec<String> {
    let tables = ["NW_Data__customers", "NW_Data__products", "Masked_NW_Data__customers"];
    let all =
        |table: &str| fixture.rows("desk.db", &format!("SELECT * FROM Local__{table} ORDER BY 1, batch_in"));
    tables.into_iter().flat_map(all).collect()
}

const EDITS: &str = "UPDATE Local__NW_Data__customers SET city = 'edited';
    DELETE FROM Local__NW_Data__customers WHERE customer_id = 'PARIS';
    INSERT INTO Local__NW_Data__customers VALUES ('FAKE', 'f', 'x', 2, NULL), ('OLD', 'f', 'x', 2, 3);
    DELETE FROM Local__Masked_NW_Data__customers";

#[test]
fn the_copies_of_a_consumer_are_made_again() {
    for (consumer, is_all) in [("USA/NorthWindTeam/Desk", true), ("Sales", false), ("Sales/analysis", false)]
    {
        let fixture = with_history();
        let before = copies(&fixture);
        fixture.open("desk.db").execute_batch(EDITS).unwrap();
        std::fs::remove_file(fixture.path("source.db")).unwrap();
        let report = fixture.ask(&RunRequest::once().resync(consumer));
        assert_eq!(report.failures, [], "{consumer}: no producer is asked");
        let masked = fixture.rows("desk.db", "SELECT * FROM Local__Masked_NW_Data__customers");
        assert_eq!(masked.is_empty(), !is_all, "{consumer}: nobody else's copies are touched");
        let of_customers =
            |rows: &[String]| rows.iter().filter(|row| !row.contains("***")).cloned().collect::<Vec<_>>();
        assert_eq!(of_customers(&copies(&fixture)), of_customers(&before), "{consumer}");
    }
}

#[test]
fn a_reader_sees_copies_as_they_were_until_all_is_there() {
    let fixture = with_history();
    fixture.open("desk.db").execute_batch(EDITS).unwrap();
    let reader = fixture.open("desk.db");
    let count =
        || reader.query_row("SELECT count(*) FROM Local__NW_Data__customers", [], |row| row.get::<_, i64>(0));
    reader.execute_batch("BEGIN").unwrap();
    let before = count().unwrap();
    fixture.ask(&RunRequest::once().resync("Sales"));
    assert_eq!(count().unwrap(), before);
    reader.execute_batch("COMMIT").unwrap();
    assert_ne!(count().unwrap(), before);
}

#[test]
fn history_from_before_the_platforms_database_was_lost_stays() {
    let fixture = with_history();
    for file in ["northwind.db", "northwind.db-wal", "northwind.db-shm"] {
        let _ = std::fs::remove_file(fixture.path(file));
    }
    let example = NorthWind::in_a_file().example();
    fixture.apply(None, (&example, "1"));
    // Before anything is known here again, nothing is taken away there.
    let lost = copies(&fixture);
    let report = fixture.ask(&RunRequest::once().resync("Sales"));
    assert_eq!((report.failures, copies(&fixture)), (vec![], lost));
    fixture.run();
    let before = copies(&fixture);
    assert!(before.iter().any(|row| row.contains("|Ulm|2|3")), "{before:?}");
    let edit = "UPDATE Local__NW_Data__customers SET city = 'edited' WHERE batch_out IS NULL";
    fixture.open("desk.db").execute_batch(edit).unwrap();
    let report = fixture.ask(&RunRequest::once().resync("Sales"));
    assert_eq!((report.failures, copies(&fixture)), (vec![], before));
}

#[test]
fn who_reads_the_platforms_own_database_has_no_copies() {
    let fixture = Fixture::with(&NorthWind::default().example());
    let report = fixture.ask(&RunRequest::once().resync("Sales"));
    assert_eq!(
        report.failures[0].reason,
        "`Sales` has no copies that could be made again: it reads the platform's own database"
    );
}

/// What was compared: missing, added and different versions, by dataset.
fn compared(fixture: &Fixture) -> Vec<String> {
    let report = fixture.ask(&RunRequest::once().resync("USA/NorthWindTeam/Desk").verify());
    assert_eq!(report.failures, []);
    assert_eq!(report.datasets, [], "nothing runs");
    let line = |compared: &CopyComparison| {
        let CopyComparison { dataset, missing, added, different, .. } = compared;
        format!("{dataset} -{missing} +{added} ~{different}")
    };
    report.compared.iter().map(line).collect()
}

#[test]
fn edits_are_found_by_comparing_and_nothing_is_changed() {
    for milestoning in [Milestoning::Live, Milestoning::LiveAndForensic] {
        let wind = NorthWind { milestoning, ..NorthWind::in_a_file() };
        let fixture = Fixture::with(&wind.example());
        fixture.change_source(CUSTOMERS);
        fixture.run();
        fixture.change_source(
            "UPDATE Customers SET city = 'Ulm' WHERE customer_id < 'B'; DELETE FROM Customers WHERE customer_id > 'W'",
        );
        fixture.run();
        let same =
            ["Masked_NW_Data/customers -0 +0 ~0", "NW_Data/customers -0 +0 ~0", "NW_Data/products -0 +0 ~0"];
        assert_eq!(compared(&fixture), same);

        let live = "batch_out IS NULL AND customer_id";
        let edit = format!(
            "UPDATE Local__NW_Data__customers SET city = 'edited' WHERE {live} = 'ALFKI';
             UPDATE Local__NW_Data__customers SET city = NULL WHERE {live} = 'PARIS';
             UPDATE Local__NW_Data__customers SET customer_id = 'MOVED' WHERE {live} = 'BLAUS';
             DELETE FROM Local__NW_Data__customers WHERE {live} = 'FISSA';
             INSERT INTO Local__NW_Data__customers VALUES ('FAKE', 'f', 'x', 2, NULL), ('OLD', 'f', 'x', 1, 2);
             DELETE FROM Local__Masked_NW_Data__customers"
        );
        fixture.open("desk.db").execute_batch(&edit).unwrap();
        let before = fixture.everything();
        assert_eq!(
            compared(&fixture),
            ["Masked_NW_Data/customers -7 +0 ~0", "NW_Data/customers -2 +3 ~2", "NW_Data/products -0 +0 ~0"],
            "{milestoning:?}"
        );
        assert_eq!(fixture.everything(), before);
        fixture.ask(&RunRequest::once().resync("USA/NorthWindTeam/Desk"));
        assert_eq!(compared(&fixture), same);
    }
}

#[test]
fn a_copy_that_cannot_be_compared_says_so() {
    let fixture = with_history();
    let verify = || fixture.ask(&RunRequest::once().resync("Sales").verify()).failures;
    assert_eq!(verify(), []);
    std::fs::rename(fixture.path("desk.db"), fixture.path("away.db")).unwrap();
    let failures = verify();
    assert!(
        failures[0].reason.ends_with("is at batch 0, and what is kept here at 3: run first"),
        "{failures:?}"
    );
    assert!(!fixture.path("desk.db").exists(), "nothing is made");
    std::fs::rename(fixture.path("away.db"), fixture.path("desk.db")).unwrap();
    let fixture = Fixture::with(&NorthWind::default().example());
    let report = fixture.ask(&RunRequest::once().resync("Sales").verify());
    assert!(report.failures[0].reason.contains("has no copies"), "{report:?}");
}

#[test]
fn versions_that_are_not_owed_any_more_are_not_missed() {
    let wind = NorthWind { retention: Some(Retention::days(10)), ..NorthWind::in_a_file() };
    let mut fixture = Fixture::with(&wind.example());
    fixture.change_source(CUSTOMERS);
    fixture.run();
    fixture.change_source("DELETE FROM Customers WHERE customer_id > 'B'");
    fixture.run();
    fixture.now = "2026-12-20T10:00:00Z".to_owned();
    assert_eq!(compared(&fixture)[1], "NW_Data/customers -0 +0 ~0", "before they go");
    fixture.run();
    assert_eq!(compared(&fixture)[1], "NW_Data/customers -0 +0 ~0", "after they went");
}
