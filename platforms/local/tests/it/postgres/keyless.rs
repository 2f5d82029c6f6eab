//! Copies without a key in a database of a PostgreSQL server.

use super::server_fixture::ServerFixture;
use crate::{
    fixture::{Fixture, moved},
    keyless::{TABLE, compared, wind},
    northwind::{CUSTOMERS, NorthWind},
};
use datasurface_platform::RunRequest;

const SHOWN: &str = "SELECT * FROM Local__Sales__analysis__NW_Data__customers ORDER BY customer_id COLLATE \"C\" NULLS FIRST, company_name";

fn unfit(fixture: &Fixture) -> u64 {
    let mut sinks = fixture.status().sinks.into_iter();
    sinks.find(|sink| sink.group == "Sales/analysis".into()).unwrap().unfit
}

#[test]
fn rows_come_twice_vanish_and_rest() {
    let Some(server_fixture) = ServerFixture::new("keyless") else { return };
    let fixture = server_fixture.fixture(&wind());
    fixture.change_source(TABLE);
    fixture.run();
    assert_eq!(server_fixture.rows(SHOWN), ["-|n|-", "A|a|x", "A|a|x"]);
    // Who wrote a row last: a transaction of the server.
    let written = || server_fixture.rows("SELECT DISTINCT xmin FROM \"local__nw_data__customers\"");
    let before = written();
    fixture.run();
    fixture.change_source("INSERT INTO products VALUES (1, 'p', 1, 1)");
    fixture.run();
    assert_eq!(written(), before, "another table moved");
    fixture.change_source(
        "DELETE FROM Customers WHERE rowid = 1; INSERT INTO Customers VALUES (NULL, 'n', NULL)",
    );
    assert_eq!(moved(&fixture.run())[0], "NW_Data/customers 3: +3 ~0 -3 =0");
    assert_eq!(server_fixture.rows(SHOWN), ["-|n|-", "-|n|-", "A|a|x"]);
    fixture.change_source("DELETE FROM Customers");
    fixture.run();
    assert_eq!(server_fixture.rows(SHOWN), [] as [&str; 0]);
    fixture.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x'), ('A', 'a', 'x')");
    fixture.run();
    assert_eq!(server_fixture.rows(SHOWN), ["A|a|x", "A|a|x"]);
    server_fixture.lose();
    fixture.run();
    assert_eq!(server_fixture.rows(SHOWN), ["A|a|x", "A|a|x"]);
    assert_eq!(compared(&fixture), (0, 0, 0));
    server_fixture
        .owner()
        .batch_execute(
            "INSERT INTO local__nw_data__customers SELECT * FROM local__nw_data__customers LIMIT 1",
        )
        .unwrap();
    assert_eq!(compared(&fixture), (0, 1, 0));
}

#[test]
fn edits_of_a_copy_are_found_by_comparing_and_go_when_it_is_made_again() {
    let Some(server_fixture) = ServerFixture::new("keyless_edited") else { return };
    let fixture = server_fixture.fixture(&wind());
    fixture.change_source(TABLE);
    fixture.run();
    for (edit, differs) in [
        ("UPDATE local__nw_data__customers SET city = 'y' WHERE customer_id IS NULL", (1, 1, 0)),
        ("UPDATE local__nw_data__customers SET company_name = 'b' WHERE customer_id = 'A'", (2, 2, 0)),
        ("UPDATE local__nw_data__customers SET batch_in = 7 WHERE customer_id IS NULL", (1, 1, 0)),
        ("UPDATE local__nw_data__customers SET batch_out = 7 WHERE customer_id IS NULL", (1, 0, 0)),
        (
            "DELETE FROM local__nw_data__customers WHERE ctid = (SELECT min(ctid) FROM local__nw_data__customers)",
            (1, 0, 0),
        ),
    ] {
        server_fixture.owner().batch_execute(edit).unwrap();
        // A run brings what is new, and there is nothing: it does not look at rows.
        fixture.run();
        assert_eq!(compared(&fixture), differs, "{edit}");
        assert_eq!(fixture.ask(&RunRequest::once().resync("Sales")).failures, []);
        assert_eq!(compared(&fixture), (0, 0, 0), "{edit}");
        assert_eq!(server_fixture.rows(SHOWN), ["-|n|-", "A|a|x", "A|a|x"], "{edit}");
    }
}

#[test]
fn a_server_that_was_away_has_all_of_it() {
    let Some(server_fixture) = ServerFixture::new("keyless_away") else { return };
    let mut fixture = server_fixture.fixture(&wind());
    fixture.change_source(TABLE);
    fixture.run();
    for last in ["UPDATE Customers SET city = 'z'", "DELETE FROM Customers"] {
        let secret = fixture.secret.replace("nobody:wrong".to_owned());
        for change in ["UPDATE Customers SET city = 'y'", last] {
            fixture.change_source(change);
            fixture.try_run().unwrap();
        }
        fixture.secret = secret;
        fixture.run();
        let cities = "SELECT city FROM Local__Sales__analysis__NW_Data__customers";
        let here = fixture.rows("northwind.db", "SELECT city FROM NW_Data__customers");
        assert_eq!(server_fixture.rows(cities), here, "{last}");
    }
}

#[test]
fn rows_that_the_database_cannot_have_are_set_aside_each_of_them() {
    let Some(server_fixture) = ServerFixture::new("keyless_unfit") else { return };
    let fixture = server_fixture.fixture(&wind());
    fixture.change_source(TABLE);
    let with_nul = "INSERT INTO Customers VALUES ('B', 'b' || char(0), 'x'), ('B', 'b' || char(0), 'x')";
    fixture.change_source(with_nul);
    fixture.run();
    assert_eq!(server_fixture.rows(SHOWN), ["-|n|-", "A|a|x", "A|a|x"]);
    assert_eq!(unfit(&fixture), 2);
    // Those of the batch before are not counted any more.
    fixture.change_source(
        "DELETE FROM Customers WHERE rowid = 1; INSERT INTO Customers VALUES ('C', 'c' || char(0), 'x')",
    );
    fixture.run();
    assert_eq!(server_fixture.rows(SHOWN), ["-|n|-", "A|a|x"]);
    assert_eq!(unfit(&fixture), 3);
    fixture.change_source("DELETE FROM Customers WHERE customer_id IS NULL OR customer_id = 'A'");
    fixture.run();
    assert_eq!(server_fixture.rows(SHOWN), [] as [&str; 0], "nothing fits");
    assert_eq!(unfit(&fixture), 3);
    fixture.change_source("DELETE FROM Customers; INSERT INTO Customers VALUES ('D', 'd', 'x')");
    fixture.run();
    assert_eq!(server_fixture.rows(SHOWN), ["D|d|x"]);
    assert_eq!(unfit(&fixture), 0);
    assert_eq!(server_fixture.rows("SELECT count(*) FROM datasurface_aside"), ["0"]);
}

#[test]
fn a_key_that_goes_or_comes_ends_right() {
    let Some(server_fixture) = ServerFixture::new("keyless_key") else { return };
    let keyed = NorthWind { customers: CUSTOMERS, keyless: Vec::new(), ..wind() };
    let (a, b, c) =
        (server_fixture.example(&keyed), server_fixture.example(&wind()), server_fixture.example(&keyed));
    let fixture = server_fixture.fixture(&keyed);
    fixture.change_source(&TABLE.replace("('A', 'a', 'x'), (NULL, 'n', NULL)", "('B', 'b', 'x')"));
    fixture.run();
    fixture.change_source("UPDATE Customers SET city = 'y' WHERE customer_id = 'A'");
    fixture.run();
    fixture.apply(Some((&a, "A")), (&b, "B"));
    assert_eq!(server_fixture.rows(SHOWN), ["A|a|y", "B|b|x"]);
    fixture.change_source("INSERT INTO Customers VALUES ('A', 'a', 'y')");
    fixture.run();
    assert_eq!(server_fixture.rows(SHOWN), ["A|a|y", "A|a|y", "B|b|x"]);
    fixture.apply(Some((&b, "B")), (&c, "C"));
    fixture.change_source("DELETE FROM Customers WHERE rowid = 1");
    fixture.run();
    assert_eq!(server_fixture.rows(SHOWN), ["A|a|y", "B|b|x"]);
}
