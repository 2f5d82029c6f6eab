//! Versions that nobody is owed any longer go from a database of a consumer, also where one of its copies cannot be changed.

use super::server_fixture::ServerFixture;
use crate::{fixture::Fixture, flows::CUSTOMERS, northwind::NorthWind, support::postgres::Server};
use datasurface_local::testing::Breakpoint;
use datasurface_platform::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};

const CUSTOMERS_COPY: &str = "local__nw_data__customers";

/// A consumer whose copies have versions each that nobody is owed any longer.
fn with_old_versions(server_fixture: &ServerFixture) -> Fixture {
    let wind = NorthWind {
        milestoning: Milestoning::LiveAndForensic,
        retention: Some(Retention::days(30)),
        ..NorthWind::default()
    };
    let mut fixture = server_fixture.fixture(&wind);
    fixture.change_source(CUSTOMERS);
    fixture.change_source("INSERT INTO products VALUES (1, 'p', 1, 1)");
    fixture.run();
    fixture.change_source("UPDATE Customers SET city = 'Ulm'; UPDATE products SET unit_price = 2");
    fixture.run();
    fixture.now = "2036-01-01T00:00:00Z".to_owned();
    fixture
}

fn prices(server_fixture: &ServerFixture) -> Vec<String> {
    server_fixture
        .rows("SELECT unit_price FROM local__sales__analysis__nw_data__products__history ORDER BY 1")
}

/// Runs, where the copy of one dataset cannot be purged: the other one is, and nothing else is said.
fn is_purged_but_for_one(server_fixture: &ServerFixture, fixture: &Fixture, reason: &str) {
    assert_eq!(prices(server_fixture), ["1.00", "2.00"]);
    let report = fixture.try_run().unwrap();
    let failed: Vec<&str> = report.failures.iter().map(|failure| failure.job.as_str()).collect();
    assert_eq!(failed, ["copy.USA/NorthWindTeam/Desk.NW_Data.customers"], "{report:?}");
    assert!(report.failures[0].reason.contains(reason), "{report:?}");
    assert_eq!(prices(server_fixture), ["2.00"]);
}

#[test]
fn a_copy_that_is_dropped_meanwhile_keeps_no_other_one() {
    let Some(server_fixture) = ServerFixture::new("purged_dropped") else { return };
    let fixture = with_old_versions(&server_fixture);
    let is_dropped = AtomicBool::new(false);
    let fixture = fixture.stopping_at(Breakpoint::new(move |what| {
        if what.ends_with("[purge]") && what.starts_with("copy.") && !is_dropped.swap(true, Ordering::SeqCst)
        {
            let drop = format!("DROP TABLE {CUSTOMERS_COPY} CASCADE");
            Server::shared().unwrap().owner("purged_dropped").batch_execute(&drop).unwrap();
        }
    }));
    is_purged_but_for_one(&server_fixture, &fixture, "does not exist");
    fixture.run();
    assert_eq!(
        server_fixture.rows(&format!("SELECT count(*) FROM {CUSTOMERS_COPY} WHERE batch_out IS NOT NULL")),
        ["0"]
    );
}

#[test]
fn a_copy_that_may_not_be_changed_keeps_no_other_one() {
    let Some(server_fixture) = ServerFixture::new("purged_refused") else { return };
    let fixture = with_old_versions(&server_fixture);
    let mut owner = server_fixture.owner();
    owner.batch_execute(&format!("REVOKE DELETE ON {CUSTOMERS_COPY} FROM writer")).unwrap();
    is_purged_but_for_one(&server_fixture, &fixture, "permission denied");
    owner.batch_execute(&format!("GRANT DELETE ON {CUSTOMERS_COPY} TO writer")).unwrap();
    fixture.run();
    assert_eq!(
        server_fixture.rows(&format!("SELECT count(*) FROM {CUSTOMERS_COPY} WHERE batch_out IS NOT NULL")),
        ["0"]
    );
}
