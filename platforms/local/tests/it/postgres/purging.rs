//! Versions that nobody is owed any longer go from a database of a consumer, also where one of its copies cannot be changed.

use super::desk::Desk;
use crate::{flows::CUSTOMERS, ground::Ground, northwind::NorthWind, support::postgres::Server};
use datasurface_local::Breakpoint;
use datasurface_platform::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};

const CUSTOMERS_COPY: &str = "local__nw_data__customers";

/// A consumer whose copies have versions each that nobody is owed any longer.
fn with_old_versions(desk: &Desk) -> Ground {
    let wind = NorthWind {
        milestoning: Milestoning::LiveAndForensic,
        retention: Some(Retention::days(30)),
        ..NorthWind::default()
    };
    let mut ground = desk.ground(&wind);
    ground.change_source(CUSTOMERS);
    ground.change_source("INSERT INTO products VALUES (1, 'p', 1, 1)");
    ground.run();
    ground.change_source("UPDATE Customers SET city = 'Ulm'; UPDATE products SET unit_price = 2");
    ground.run();
    ground.now = "2036-01-01T00:00:00Z".to_owned();
    ground
}

fn prices(desk: &Desk) -> Vec<String> {
    desk.rows("SELECT unit_price FROM local__sales__analysis__nw_data__products__history ORDER BY 1")
}

/// Runs, where the copy of one dataset cannot be purged: the other one is, and nothing else is said.
fn is_purged_but_for_one(desk: &Desk, ground: &Ground, reason: &str) {
    assert_eq!(prices(desk), ["1.00", "2.00"]);
    let report = ground.try_run().unwrap();
    let failed: Vec<&str> = report.failures.iter().map(|failure| failure.job.as_str()).collect();
    assert_eq!(failed, ["copy.USA/NorthWindTeam/Desk.NW_Data.customers"], "{report:?}");
    assert!(report.failures[0].reason.contains(reason), "{report:?}");
    assert_eq!(prices(desk), ["2.00"]);
}

#[test]
fn a_copy_that_is_dropped_meanwhile_keeps_no_other_one() {
    let Some(desk) = Desk::new("purged_dropped") else { return };
    let ground = with_old_versions(&desk);
    let is_dropped = AtomicBool::new(false);
    let ground = ground.stopping_at(Breakpoint::new(move |what| {
        if what.ends_with("[purge]") && what.starts_with("copy.") && !is_dropped.swap(true, Ordering::SeqCst)
        {
            let drop = format!("DROP TABLE {CUSTOMERS_COPY} CASCADE");
            Server::shared().unwrap().owner("purged_dropped").batch_execute(&drop).unwrap();
        }
    }));
    is_purged_but_for_one(&desk, &ground, "does not exist");
    ground.run();
    assert_eq!(
        desk.rows(&format!("SELECT count(*) FROM {CUSTOMERS_COPY} WHERE batch_out IS NOT NULL")),
        ["0"]
    );
}

#[test]
fn a_copy_that_may_not_be_changed_keeps_no_other_one() {
    let Some(desk) = Desk::new("purged_refused") else { return };
    let ground = with_old_versions(&desk);
    let mut owner = desk.owner();
    owner.batch_execute(&format!("REVOKE DELETE ON {CUSTOMERS_COPY} FROM writer")).unwrap();
    is_purged_but_for_one(&desk, &ground, "permission denied");
    owner.batch_execute(&format!("GRANT DELETE ON {CUSTOMERS_COPY} TO writer")).unwrap();
    ground.run();
    assert_eq!(
        desk.rows(&format!("SELECT count(*) FROM {CUSTOMERS_COPY} WHERE batch_out IS NOT NULL")),
        ["0"]
    );
}
