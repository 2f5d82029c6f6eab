//! Copies in a database of a consumer: brought up to date by what changed.

use super::server_fixture::ServerFixture;
use crate::{
    fixture::{Fixture, moved},
    flows::{CHANGES, CUSTOMERS},
    northwind::NorthWind,
};
use datasurface_local::testing::Breakpoint;
use datasurface_platform::{CopyComparison, RunRequest, prelude::*};
use std::sync::{Arc, Mutex};

fn wind(milestoning: Milestoning) -> NorthWind {
    NorthWind { milestoning, ..NorthWind::default() }
}

const VERSIONS: &str = "SELECT customer_id, company_name, city, batch_in, batch_out FROM";

/// The copy has what the platform's own table has.
fn assert_same(fixture: &Fixture, server_fixture: &ServerFixture, when: &str) {
    let here = fixture
        .rows("northwind.db", &format!("{VERSIONS} NW_Data__customers ORDER BY customer_id, batch_in"));
    let there = server_fixture.rows(&format!(
        "{VERSIONS} \"local__nw_data__customers\" ORDER BY customer_id COLLATE \"C\", batch_in"
    ));
    assert_eq!(there, here, "{when}");
}

#[test]
fn exactly_what_changed_moves() {
    for milestoning in [Milestoning::Live, Milestoning::LiveAndForensic] {
        let Some(server_fixture) = ServerFixture::new("moves") else { return };
        let fixture = server_fixture.fixture(&wind(milestoning));
        fixture.change_source(CUSTOMERS);
        fixture.run();
        assert_same(&fixture, &server_fixture, "first load");
        // Who wrote a row last: a transaction of the server.
        let written = || {
            server_fixture.rows(
                "SELECT customer_id, xmin FROM \"local__nw_data__customers\"
                 WHERE customer_id IN ('WOLZA', 'AROUT') AND batch_in = 1 ORDER BY 1",
            )
        };
        let before = written();
        fixture.change_source(CHANGES);
        assert_eq!(moved(&fixture.run())[0], "NW_Data/customers 2: +3 ~5 -2 =1");
        assert_same(&fixture, &server_fixture, "changes");
        let after = written();
        assert_eq!(before.last(), after.last(), "what did not change was not written again");
        assert_ne!(before.first(), after.first());
        let live =
            server_fixture.rows("SELECT * FROM \"local__sales__analysis__nw_data__customers\" ORDER BY 1");
        assert_eq!(live.len(), 9);
        assert_eq!(live[0], "ALFKI|Alfreds!|Berlin");
        let masked = "SELECT * FROM \"local__marketing__masked__masked_nw_data__customers\" ORDER BY 1";
        assert_eq!(server_fixture.rows(masked)[2], "AROUT|***|-");
        fixture.run();
        assert_eq!(written(), after, "nothing changed, so nothing is written");
    }
}

#[test]
fn what_went_is_sent_and_not_searched_for() {
    let Some(server_fixture) = ServerFixture::new("went") else { return };
    let said = Arc::new(Mutex::new(Vec::new()));
    let saying = Arc::clone(&said);
    let fixture =
        server_fixture.fixture(&wind(Milestoning::Live)).stopping_at(Breakpoint::new(move |what| {
            saying.lock().unwrap().push(what.to_owned());
        }));
    fixture.change_source(CUSTOMERS);
    fixture.run();
    fixture.change_source("DELETE FROM Customers WHERE customer_id IN ('FISSA', 'PARIS')");
    fixture.run();
    assert_same(&fixture, &server_fixture, "two less");
    let said = said.lock().unwrap();
    assert!(said.iter().any(|what| what.ends_with("customers [load]")));
    assert!(!said.iter().any(|what| what.ends_with("[live_versions]")), "{said:?}");
}

#[test]
fn a_copy_catches_up_from_any_distance() {
    for milestoning in [Milestoning::Live, Milestoning::LiveAndForensic] {
        let Some(server_fixture) = ServerFixture::new("distance") else { return };
        let mut fixture = server_fixture.fixture(&wind(milestoning));
        let changes = [
            "INSERT INTO Customers VALUES ('A', 'a', '1'), ('B', 'b', '1'), ('C', 'c', '1'), ('D', 'd', '1')",
            "DELETE FROM Customers WHERE customer_id IN ('A', 'D')",
            "UPDATE Customers SET city = '2' WHERE customer_id = 'B'; INSERT INTO Customers VALUES ('D', 'd', '2')",
            "DELETE FROM Customers WHERE customer_id IN ('B', 'C')",
            "INSERT INTO Customers VALUES ('A', 'a', '1'), ('B', 'b', '1')",
        ];
        let known = fixture.secret.clone();
        for (number, change) in changes.iter().enumerate() {
            fixture.change_source(change);
            if [1, 2, 3].contains(&number) {
                fixture.secret = Some("writer:forgotten".to_owned());
                assert!(!fixture.try_run().unwrap().failures.is_empty());
                fixture.secret = known.clone();
            } else {
                fixture.run();
                assert_same(&fixture, &server_fixture, change);
            }
        }
    }
}

#[test]
fn a_lost_database_is_filled_again_without_the_producer() {
    let Some(server_fixture) = ServerFixture::new("lost") else { return };
    let fixture = server_fixture.fixture(&wind(Milestoning::LiveAndForensic));
    fixture.change_source(CUSTOMERS);
    fixture.run();
    fixture.change_source(CHANGES);
    fixture.run();
    let views = "SELECT viewname FROM pg_views WHERE schemaname = 'public' ORDER BY 1";
    let before = server_fixture.rows(views);
    server_fixture.lose();
    std::fs::remove_file(fixture.path("source.db")).unwrap();
    let report = fixture.try_run().unwrap();
    assert_eq!(report.failures.len(), 1, "{report:?}");
    assert!(report.failures[0].reason.contains("the source `source.db` is not there"), "{report:?}");
    assert_same(&fixture, &server_fixture, "filled again");
    assert_eq!(server_fixture.rows(views), before);
}

/// What was compared: missing, added and different versions, by dataset.
fn compared(fixture: &Fixture) -> Vec<String> {
    let report = fixture.ask(&RunRequest::once().resync("USA/NorthWindTeam/Desk").verify());
    assert_eq!(report.failures, []);
    let line = |compared: &CopyComparison| {
        let CopyComparison { dataset, missing, added, different, .. } = compared;
        format!("{dataset} -{missing} +{added} ~{different}")
    };
    report.compared.iter().map(line).collect()
}

const SAME: [&str; 3] =
    ["Masked_NW_Data/customers -0 +0 ~0", "NW_Data/customers -0 +0 ~0", "NW_Data/products -0 +0 ~0"];

#[test]
fn edits_are_found_by_comparing_and_go_when_copies_are_made_again() {
    for milestoning in [Milestoning::Live, Milestoning::LiveAndForensic] {
        let Some(server_fixture) = ServerFixture::new("edits") else { return };
        let fixture = server_fixture.fixture(&wind(milestoning));
        fixture.change_source(CUSTOMERS);
        fixture.change_source(
            "INSERT INTO products VALUES (1, 'p', 1.5, 'NaN'), (2, 'q', 18, 0.1), (3, NULL, NULL, NULL)",
        );
        fixture.run();
        fixture.change_source(CHANGES);
        fixture.run();
        assert_eq!(compared(&fixture), SAME);
        server_fixture.owner()
            .batch_execute(
                "UPDATE local__nw_data__customers SET city = 'edited' WHERE batch_out IS NULL AND customer_id = 'ALFKI';
                 DELETE FROM local__nw_data__customers WHERE batch_out IS NULL AND customer_id = 'AROUT';
                 INSERT INTO local__nw_data__customers VALUES ('FAKE', 'f', 'x', 2, NULL), ('OLD', 'f', 'x', 1, 2);
                 UPDATE local__nw_data__products SET product_name = 'r' WHERE product_id = 3",
            )
            .unwrap();
        let edited = super::server_fixture::everything(&mut server_fixture.owner());
        let found = compared(&fixture);
        assert_eq!(
            found,
            ["Masked_NW_Data/customers -0 +0 ~0", "NW_Data/customers -1 +2 ~1", "NW_Data/products -0 +0 ~1"],
            "{milestoning:?}"
        );
        assert_eq!(
            super::server_fixture::everything(&mut server_fixture.owner()),
            edited,
            "nothing is changed"
        );
        std::fs::remove_file(fixture.path("source.db")).unwrap();
        let report = fixture.ask(&RunRequest::once().resync("Sales"));
        assert_eq!(report.failures, [], "no producer is asked");
        assert_eq!(compared(&fixture), SAME);
        assert_same(&fixture, &server_fixture, "made again");
    }
}

#[test]
fn what_a_server_cannot_have_is_not_missed() {
    let Some(server_fixture) = ServerFixture::new("unfit_compared") else { return };
    let fixture = server_fixture.fixture(&wind(Milestoning::LiveAndForensic));
    fixture.change_source("INSERT INTO Customers VALUES ('A', 'a' || char(0), 'x'), ('B', 'b', 'y')");
    fixture.run();
    assert_eq!(compared(&fixture), SAME);
}
