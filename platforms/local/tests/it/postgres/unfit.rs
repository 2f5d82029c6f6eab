//! Values that fit their types, and that PostgreSQL has not: set aside for that consumer alone.

use super::server_fixture::ServerFixture;
use crate::{fixture::Fixture, northwind::NorthWind};
use datasurface_platform::{RunRequest, prelude::*};

fn reasons(fixture: &Fixture) -> Vec<String> {
    let report = fixture.try_run().unwrap();
    report.failures.iter().map(|failure| format!("{}: {}", failure.job, failure.reason)).collect()
}

const NAMES: &str =
    "SELECT customer_id, company_name FROM \"local__nw_data__customers\" WHERE batch_out IS NULL ORDER BY 1";
const ASIDE: &str =
    "SELECT \"column\", rule, batch_in, batch_out FROM datasurface_aside ORDER BY batch_in, batch_out";
const NUL: &str = "must not have the character NUL, which PostgreSQL has not";

fn unfit(fixture: &Fixture) -> Vec<String> {
    let sinks = fixture.status().sinks.into_iter();
    // What a transformer makes of it has the same keys.
    let sinks = sinks.filter(|sink| sink.unfit > 0 && sink.group != "Marketing/masked".into());
    sinks.map(|sink| format!("{} {}: {}", sink.group, sink.dataset, sink.unfit)).collect()
}

#[test]
fn a_text_with_nul_is_set_aside_and_the_rest_goes_on() {
    for milestoning in [Milestoning::Live, Milestoning::LiveAndForensic] {
        let Some(server_fixture) = ServerFixture::new("unfit_text") else { return };
        let fixture = server_fixture.fixture(&NorthWind { milestoning, ..NorthWind::default() });
        let has_history = milestoning.has_history();
        fixture.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x'), ('B', 'b', 'x')");
        fixture.run();
        fixture.change_source(
            "UPDATE Customers SET company_name = 'b' || char(0) || 'b' WHERE customer_id = 'B';
             INSERT INTO Customers VALUES ('C', 'c', 'x'), ('D', 'd' || char(0), 'x');
             INSERT INTO products VALUES (1, 'p', 1, 1)",
        );
        assert_eq!(reasons(&fixture), [] as [&str; 0]);
        assert_eq!(server_fixture.rows(NAMES), ["A|a", "C|c"]);
        assert_eq!(server_fixture.rows("SELECT product_id FROM \"local__nw_data__products\""), ["1"]);
        assert_eq!(
            server_fixture.rows(ASIDE),
            [format!("company_name|{NUL}|2|-"), format!("company_name|{NUL}|2|-")]
        );
        assert_eq!(unfit(&fixture), ["Sales/analysis NW_Data/customers: 2"]);
        let kept = "SELECT count(*) FROM NW_Data__customers WHERE batch_out IS NULL";
        assert_eq!(fixture.rows("northwind.db", kept), ["4"], "the platform has all of them");
        assert_eq!(reasons(&fixture), [] as [&str; 0], "nothing is sent again");

        fixture.change_source(
            "UPDATE Customers SET company_name = 'mended' WHERE customer_id = 'B';
             DELETE FROM Customers WHERE customer_id = 'D'; INSERT INTO Customers VALUES ('E', 'e', 'x')",
        );
        assert_eq!(reasons(&fixture), [] as [&str; 0]);
        assert_eq!(server_fixture.rows(NAMES), ["A|a", "B|mended", "C|c", "E|e"]);
        assert_eq!(unfit(&fixture), [] as [&str; 0]);
        let ended = if has_history { 2 } else { 0 };
        assert_eq!(server_fixture.rows("SELECT count(*) FROM datasurface_aside"), [ended.to_string()]);

        // A consumer that joins, or lost its database, is not held up by what was.
        server_fixture.lose();
        assert_eq!(reasons(&fixture), [] as [&str; 0]);
        assert_eq!(server_fixture.rows(NAMES), ["A|a", "B|mended", "C|c", "E|e"]);
        if has_history {
            let all =
                "SELECT customer_id, batch_in, batch_out FROM \"local__nw_data__customers\" ORDER BY 1, 2";
            assert_eq!(server_fixture.rows(all), ["A|1|-", "B|1|2", "B|3|-", "C|2|-", "E|3|-"]);
            assert_eq!(
                server_fixture.rows("SELECT count(*) FROM datasurface_aside WHERE batch_out = 3"),
                ["2"]
            );
        }
    }
}

#[test]
fn a_key_that_the_database_cannot_have_is_set_aside() {
    let Some(server_fixture) = ServerFixture::new("unfit_key") else { return };
    let fixture = server_fixture.fixture(&NorthWind::default());
    fixture.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x'), ('B' || char(0), 'b', 'x')");
    fixture.run();
    assert_eq!(server_fixture.rows(NAMES), ["A|a"]);
    fixture.change_source(
        "DELETE FROM Customers WHERE customer_id = 'A'; INSERT INTO Customers VALUES ('C', 'c', 'x')",
    );
    fixture.run();
    assert_eq!(server_fixture.rows(NAMES), ["C|c"]);
    assert_eq!(unfit(&fixture), ["Sales/analysis NW_Data/customers: 1"]);
    fixture.change_source("DELETE FROM Customers WHERE customer_id <> 'C'");
    fixture.run();
    assert_eq!(unfit(&fixture), [] as [&str; 0]);
}

#[test]
fn ends_that_were_forgotten_while_the_server_was_away_are_found() {
    let Some(server_fixture) = ServerFixture::new("unfit_away") else { return };
    let mut fixture = server_fixture.fixture(&NorthWind::default());
    fixture.change_source("INSERT INTO Customers VALUES ('A', 'a' || char(0), 'x'), ('B', 'b', 'x'), ('C', 'c' || char(0), 'x')");
    fixture.run();
    let secret = fixture.secret.replace("nobody:wrong".to_owned());
    fixture.change_source(
        "DELETE FROM Customers WHERE customer_id < 'C'; INSERT INTO Customers VALUES ('D', 'd', 'x')",
    );
    fixture.try_run().unwrap();
    fixture.secret = secret;
    fixture.run();
    assert_eq!(server_fixture.rows(NAMES), ["D|d"]);
    assert_eq!(unfit(&fixture), ["Sales/analysis NW_Data/customers: 1"], "the one that is still there");
}

#[test]
fn years_that_postgres_has_not_are_set_aside() {
    let Some(server_fixture) = ServerFixture::new("unfit_years") else { return };
    let wind = NorthWind {
        customers: "customer_id VarChar(5) key, company_name VarChar(40), city Date",
        ..NorthWind::default()
    };
    let fixture = server_fixture.fixture(&wind);
    fixture.change_source(
        "INSERT INTO Customers VALUES ('A', 'a', '0000-01-01'), ('B', 'b', '0001-12-31 BC'), ('C', 'c', '5874898-01-01')",
    );
    assert_eq!(reasons(&fixture), [] as [&str; 0]);
    assert_eq!(server_fixture.rows(NAMES), ["B|b"]);
    assert_eq!(unfit(&fixture), ["Sales/analysis NW_Data/customers: 2"]);
}

#[test]
fn an_old_version_that_breaks_its_type_holds_nothing_up() {
    let Some(server_fixture) = ServerFixture::new("unfit_old") else { return };
    let fixture = server_fixture
        .fixture(&NorthWind { milestoning: Milestoning::LiveAndForensic, ..NorthWind::default() });
    fixture.change_source("INSERT INTO products VALUES (1, 'p', 1, 1)");
    fixture.run();
    // As an earlier revision of the software kept it.
    let old = "INSERT INTO NW_Data__products (product_id, product_name, batch_in, batch_out) VALUES (5000000000, 'q', 1, 1)";
    fixture.open("northwind.db").execute_batch(old).unwrap();
    server_fixture.lose();
    fixture.change_source("UPDATE products SET unit_price = 2");
    assert_eq!(reasons(&fixture), [] as [&str; 0]);
    let all = "SELECT product_id, unit_price, batch_in FROM \"local__nw_data__products\" ORDER BY batch_in";
    assert_eq!(server_fixture.rows(all), ["1|1.00|1", "1|2.00|2"]);
    assert_eq!(
        server_fixture.rows("SELECT count(*) FROM datasurface_aside WHERE \"column\" = 'product_id'"),
        ["1"]
    );
}

/// Who fails, by group and dataset.
fn failing(fixture: &Fixture) -> Vec<String> {
    let sinks = fixture.status().sinks.into_iter().filter(|sink| sink.last_failure.is_some());
    sinks.map(|sink| format!("{} {}", sink.group, sink.dataset)).collect()
}

const COPY: &str = "copy.USA/NorthWindTeam/Desk.NW_Data";

/// Makes a table refuse values as a column that is too narrow does (22001), or a constraint (23514): these themselves would be drift, and
/// so would a trigger.
fn refusing(table: &str, code: &str) -> String {
    format!(
        "ENABLE TRIGGER USER;
         CREATE FUNCTION narrow(bigint) RETURNS bigint IMMUTABLE LANGUAGE plpgsql AS
           'BEGIN RAISE EXCEPTION ''value too long for type character varying(3)'' USING ERRCODE = ''{code}''; END';
         CREATE INDEX narrow ON local__nw_data__{table} (narrow(batch_in))"
    )
}

const REFUSING_NO_MORE: &str = "ENABLE TRIGGER USER; DROP FUNCTION narrow CASCADE";

#[test]
fn what_only_the_server_refuses_holds_up_its_own_copy_and_no_other() {
    // Of either copy of the datastore, what somebody did to it, and what mends it.
    for (table, changed, mended) in [
        ("products", &*refusing("products", "22001"), REFUSING_NO_MORE),
        ("products", &*refusing("products", "23514"), REFUSING_NO_MORE),
        ("customers", &*refusing("customers", "22001"), REFUSING_NO_MORE),
    ] {
        let Some(server_fixture) = ServerFixture::new("unfit_refused") else { return };
        let fixture = server_fixture.fixture(&NorthWind::default());
        fixture.run();
        let alter = |how: &str| {
            server_fixture.owner().batch_execute(&format!("ALTER TABLE local__nw_data__{table} {how}"))
        };
        alter(changed).unwrap();
        fixture.change_source(
            "INSERT INTO products VALUES (1, 'too long', 1, 1); INSERT INTO Customers VALUES ('A', 'too long', 'x')",
        );
        let other = if table == "products" { "customers" } else { "products" };
        let count =
            |table: &str| server_fixture.rows(&format!("SELECT count(*) FROM local__nw_data__{table}"));
        for _ in 0..2 {
            let reasons = reasons(&fixture);
            let [reason] = &reasons[..] else { panic!("{changed}: {reasons:?}") };
            assert!(reason.starts_with(&format!("{COPY}.{table}: ")), "{changed}: {reason}");
            assert!(!reason.contains("too long '") && !reason.contains("'too long"), "{reason}");
            assert_eq!(
                (count(table), count(other)),
                (vec!["0".to_owned()], vec!["1".to_owned()]),
                "{changed}"
            );
            assert_eq!(failing(&fixture), [format!("Sales/analysis NW_Data/{table}")], "{changed}");
        }
        // Made anew, it stays as it is, too, and so does the other one.
        let mut request = RunRequest::default();
        request.resync.insert("Sales/analysis".to_owned());
        let failures = fixture.ask(&request).failures;
        assert!(
            failures.iter().all(|failure| failure.job.as_str() == format!("{COPY}.{table}")),
            "{failures:?}"
        );
        assert!(!failures.is_empty());
        assert_eq!((count(table), count(other)), (vec!["0".to_owned()], vec!["1".to_owned()]), "{changed}");
        assert_eq!(failing(&fixture), [format!("Sales/analysis NW_Data/{table}")], "{changed}");
        alter(mended).unwrap();
        assert_eq!(reasons(&fixture), [] as [&str; 0], "{changed}");
        assert_eq!(count(table), ["1"]);
        assert_eq!(failing(&fixture), [] as [&str; 0], "{changed}");
    }
}

#[test]
fn a_text_that_the_encoding_of_the_server_has_not_holds_up_its_own_copy_and_no_other() {
    let Some(server_fixture) = ServerFixture::new("unfit_encoding") else { return };
    server_fixture.lose_to("ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'");
    let fixture = server_fixture.fixture(&NorthWind::default());
    fixture.change_source(
        "INSERT INTO products VALUES (1, 'Łódź', 1, 1); INSERT INTO Customers VALUES ('A', 'a', 'x')",
    );
    let reasons = reasons(&fixture);
    assert!(reasons.iter().all(|reason| reason.starts_with(&format!("{COPY}.products: "))), "{reasons:?}");
    assert!(!reasons.is_empty() && !reasons[0].contains("0xc5"), "{reasons:?}");
    assert_eq!(server_fixture.rows(NAMES), ["A|a"]);
    assert_eq!(failing(&fixture), ["Sales/analysis NW_Data/products"]);
}
