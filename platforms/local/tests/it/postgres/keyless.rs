//! Copies without a key in a database of a PostgreSQL server.

use super::desk::Desk;
use crate::{
    ground::{Ground, moved},
    keyless::{TABLE, compared, wind},
    northwind::{CUSTOMERS, NorthWind},
};
use datasurface_platform::RunRequest;

const SHOWN: &str = "SELECT * FROM Local__Sales__analysis__NW_Data__customers ORDER BY customer_id COLLATE \"C\" NULLS FIRST, company_name";

fn unfit(ground: &Ground) -> u64 {
    let mut sinks = ground.status().sinks.into_iter();
    sinks.find(|sink| sink.group == "Sales/analysis".into()).unwrap().unfit
}

#[test]
fn rows_come_twice_vanish_and_rest() {
    let Some(desk) = Desk::new("keyless") else { return };
    let ground = desk.ground(&wind());
    ground.change_source(TABLE);
    ground.run();
    assert_eq!(desk.rows(SHOWN), ["-|n|-", "A|a|x", "A|a|x"]);
    // Who wrote a row last: a transaction of the server.
    let written = || desk.rows("SELECT DISTINCT xmin FROM \"local__nw_data__customers\"");
    let before = written();
    ground.run();
    ground.change_source("INSERT INTO products VALUES (1, 'p', 1, 1)");
    ground.run();
    assert_eq!(written(), before, "another table moved");
    ground.change_source(
        "DELETE FROM Customers WHERE rowid = 1; INSERT INTO Customers VALUES (NULL, 'n', NULL)",
    );
    assert_eq!(moved(&ground.run())[0], "NW_Data/customers 3: +3 ~0 -3 =0");
    assert_eq!(desk.rows(SHOWN), ["-|n|-", "-|n|-", "A|a|x"]);
    ground.change_source("DELETE FROM Customers");
    ground.run();
    assert_eq!(desk.rows(SHOWN), [] as [&str; 0]);
    ground.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x'), ('A', 'a', 'x')");
    ground.run();
    assert_eq!(desk.rows(SHOWN), ["A|a|x", "A|a|x"]);
    desk.lose();
    ground.run();
    assert_eq!(desk.rows(SHOWN), ["A|a|x", "A|a|x"]);
    assert_eq!(compared(&ground), (0, 0, 0));
    desk.owner()
        .batch_execute(
            "INSERT INTO local__nw_data__customers SELECT * FROM local__nw_data__customers LIMIT 1",
        )
        .unwrap();
    assert_eq!(compared(&ground), (0, 1, 0));
}

#[test]
fn edits_of_a_copy_are_found_by_comparing_and_go_when_it_is_made_again() {
    let Some(desk) = Desk::new("keyless_edited") else { return };
    let ground = desk.ground(&wind());
    ground.change_source(TABLE);
    ground.run();
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
        desk.owner().batch_execute(edit).unwrap();
        // A run brings what is new, and there is nothing: it does not look at rows.
        ground.run();
        assert_eq!(compared(&ground), differs, "{edit}");
        assert_eq!(ground.ask(&RunRequest::once().resync("Sales")).failures, []);
        assert_eq!(compared(&ground), (0, 0, 0), "{edit}");
        assert_eq!(desk.rows(SHOWN), ["-|n|-", "A|a|x", "A|a|x"], "{edit}");
    }
}

#[test]
fn a_server_that_was_away_has_all_of_it() {
    let Some(desk) = Desk::new("keyless_away") else { return };
    let mut ground = desk.ground(&wind());
    ground.change_source(TABLE);
    ground.run();
    for last in ["UPDATE Customers SET city = 'z'", "DELETE FROM Customers"] {
        let secret = ground.secret.replace("nobody:wrong".to_owned());
        for change in ["UPDATE Customers SET city = 'y'", last] {
            ground.change_source(change);
            ground.try_run().unwrap();
        }
        ground.secret = secret;
        ground.run();
        let cities = "SELECT city FROM Local__Sales__analysis__NW_Data__customers";
        let here = ground.rows("northwind.db", "SELECT city FROM NW_Data__customers");
        assert_eq!(desk.rows(cities), here, "{last}");
    }
}

#[test]
fn rows_that_the_database_cannot_have_are_set_aside_each_of_them() {
    let Some(desk) = Desk::new("keyless_unfit") else { return };
    let ground = desk.ground(&wind());
    ground.change_source(TABLE);
    let with_nul = "INSERT INTO Customers VALUES ('B', 'b' || char(0), 'x'), ('B', 'b' || char(0), 'x')";
    ground.change_source(with_nul);
    ground.run();
    assert_eq!(desk.rows(SHOWN), ["-|n|-", "A|a|x", "A|a|x"]);
    assert_eq!(unfit(&ground), 2);
    // Those of the batch before are not counted any more.
    ground.change_source(
        "DELETE FROM Customers WHERE rowid = 1; INSERT INTO Customers VALUES ('C', 'c' || char(0), 'x')",
    );
    ground.run();
    assert_eq!(desk.rows(SHOWN), ["-|n|-", "A|a|x"]);
    assert_eq!(unfit(&ground), 3);
    ground.change_source("DELETE FROM Customers WHERE customer_id IS NULL OR customer_id = 'A'");
    ground.run();
    assert_eq!(desk.rows(SHOWN), [] as [&str; 0], "nothing fits");
    assert_eq!(unfit(&ground), 3);
    ground.change_source("DELETE FROM Customers; INSERT INTO Customers VALUES ('D', 'd', 'x')");
    ground.run();
    assert_eq!(desk.rows(SHOWN), ["D|d|x"]);
    assert_eq!(unfit(&ground), 0);
    assert_eq!(desk.rows("SELECT count(*) FROM datasurface_aside"), ["0"]);
}

#[test]
fn a_key_that_goes_or_comes_ends_right() {
    let Some(desk) = Desk::new("keyless_key") else { return };
    let keyed = NorthWind { customers: CUSTOMERS, keyless: Vec::new(), ..wind() };
    let (a, b, c) = (desk.scene(&keyed), desk.scene(&wind()), desk.scene(&keyed));
    let ground = desk.ground(&keyed);
    ground.change_source(&TABLE.replace("('A', 'a', 'x'), (NULL, 'n', NULL)", "('B', 'b', 'x')"));
    ground.run();
    ground.change_source("UPDATE Customers SET city = 'y' WHERE customer_id = 'A'");
    ground.run();
    ground.apply(Some((&a, "A")), (&b, "B"));
    assert_eq!(desk.rows(SHOWN), ["A|a|y", "B|b|x"]);
    ground.change_source("INSERT INTO Customers VALUES ('A', 'a', 'y')");
    ground.run();
    assert_eq!(desk.rows(SHOWN), ["A|a|y", "A|a|y", "B|b|x"]);
    ground.apply(Some((&b, "B")), (&c, "C"));
    ground.change_source("DELETE FROM Customers WHERE rowid = 1");
    ground.run();
    assert_eq!(desk.rows(SHOWN), ["A|a|y", "B|b|x"]);
}
