//! What goes wrong with a database of a consumer: a clear message, nothing half-visible, and the rest goes on.

use super::desk::{Desk, secret};
use crate::{
    flows::CUSTOMERS,
    ground::{Ground, moved},
    northwind::NorthWind,
    scene::plan_between,
    support::postgres::{PASSWORD, Server},
};
use datasurface_platform::RunReport;
use std::collections::BTreeMap;

const VIEW: &str = "SELECT * FROM \"local__sales__analysis__nw_data__customers\" ORDER BY 1";

/// Why a job failed; never a secret.
fn reason(report: &RunReport, job: &str) -> String {
    let failed = report.failures.iter().find(|failure| failure.job.as_str().contains(job));
    let reason = &failed.unwrap_or_else(|| panic!("{report:?}")).reason;
    assert!(!reason.contains(PASSWORD) && !reason.contains("hunter2"), "{reason}");
    reason.replace(&Server::shared().unwrap().port.to_string(), "PORT")
}

#[test]
fn a_server_that_is_locked_or_gone_stops_nobody_else_and_is_filled_later() {
    let Some(desk) = Desk::new("locked") else { return };
    let mut ground = desk.ground(&NorthWind::default());
    ground.change_source(CUSTOMERS);
    let mut somebody = desk.owner();
    somebody.batch_execute("BEGIN; LOCK TABLE \"local__nw_data__customers\"").unwrap();
    let report = ground.try_run().unwrap();
    assert_eq!(moved(&report)[0], "NW_Data/customers 1: +8 ~0 -0 =0", "it is captured");
    assert_eq!(moved(&report)[2], "Masked_NW_Data/customers 1: +8 ~0 -0 =0", "and the transformer runs");
    insta::assert_snapshot!(reason(&report, "NW_Data.customers"), @"copy.USA/NorthWindTeam/Desk.NW_Data.customers [merge] in `locked` at 127.0.0.1:PORT: somebody else has had it locked for too long (the session's `lock_timeout`)");
    somebody.batch_execute("ROLLBACK").unwrap();
    assert_eq!(desk.rows(VIEW), [] as [&str; 0]);

    ground.secret = Some("writer:wrong".to_owned());
    insta::assert_snapshot!(reason(&ground.try_run().unwrap(), "NW_Data.customers"), @"cannot connect to `locked` at 127.0.0.1:PORT with the credential `desk`: the server refuses this user and password, or wants TLS (`sslmode`)");
    let status = ground.status();
    let sink = status.sinks.iter().find(|sink| sink.dataset == "NW_Data/customers".into()).unwrap();
    assert!(sink.last_failure.as_ref().unwrap().contains("the server refuses this user"), "{sink:?}");

    ground.secret = Some(secret());
    ground.run();
    assert_eq!(desk.rows(VIEW).len(), 8);
    let status = ground.status();
    let sink = status.sinks.iter().find(|sink| sink.dataset == "NW_Data/customers".into()).unwrap();
    assert_eq!((sink.last_batch.unwrap().0, sink.last_failure.as_ref()), (1, None));
}

#[test]
fn a_statement_that_takes_too_long_is_stopped() {
    let Some(desk) = Desk::new("slow") else { return };
    let servers = r#"{"127.0.0.1": {"statement_timeout_seconds": 1}}"#;
    let ground = desk.ground(&NorthWind { servers, ..NorthWind::default() });
    ground.change_source(CUSTOMERS);
    let slow = "
        CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); RETURN NEW; END';
        CREATE TRIGGER slow BEFORE INSERT ON \"local__nw_data__customers\" FOR EACH ROW EXECUTE FUNCTION slow()";
    desk.owner().batch_execute(slow).unwrap();
    insta::assert_snapshot!(reason(&ground.try_run().unwrap(), "NW_Data.customers"), @"copy.USA/NorthWindTeam/Desk.NW_Data.customers [merge] in `slow` at 127.0.0.1:PORT: it took longer than `statement_timeout_seconds` allows, or somebody stopped it");
    desk.owner().batch_execute("DROP FUNCTION slow CASCADE").unwrap();
    ground.run();
    assert_eq!(desk.rows(VIEW).len(), 8);
}

#[test]
fn a_value_that_does_not_fit_names_its_column_and_stays_at_its_source() {
    let Some(desk) = Desk::new("unfit") else { return };
    let ground = desk.ground(&NorthWind::default());
    ground.change_source("INSERT INTO products VALUES (1, 'p', 1, 1)");
    ground.run();
    ground.change_source(
        "UPDATE products SET unit_price = 2; INSERT INTO products VALUES (5000000000, 'secret-record', 1, 1)",
    );
    insta::assert_snapshot!(reason(&ground.try_run().unwrap(), "capture.NW_Data"), @"`NW_Data/products` fails the rule that `product_id Integer` must be within the range of its type: 1 row");
    let prices = "SELECT unit_price FROM \"local__sales__analysis__nw_data__products\"";
    assert_eq!(desk.rows(prices), ["1.00"]);
    ground.change_source("DELETE FROM products WHERE product_id > 1");
    ground.run();
    assert_eq!(desk.rows(prices), ["2.00"]);
}

#[test]
fn a_database_that_is_not_there_is_named_when_a_plan_needs_it() {
    let Some(desk) = Desk::new("missing_one") else { return };
    let scene = desk.scene(&NorthWind::default());
    desk.drop_database();
    let ground = Ground::new().knowing(Some(secret()));
    let plan = plan_between(None, (&scene, "1"), BTreeMap::new());
    ground.render(&scene, &plan);
    let port = Server::shared().unwrap().port.to_string();
    let said = ground.apply_plan(&plan).unwrap_err().report().replace(&port, "PORT");
    insta::assert_snapshot!(said, @r#"cannot connect to `missing_one` at 127.0.0.1:PORT with the credential `desk`: database "missing_one" does not exist"#);
    let ground = ground.knowing(None);
    let said = ground.apply_plan(&plan).unwrap_err().report().replace(&port, "PORT");
    insta::assert_snapshot!(said, @"`missing_one` at 127.0.0.1:PORT cannot be reached: there is no value for the credential `desk`; set DATASURFACE_CREDENTIAL_DESK or DATASURFACE_CREDENTIAL_DESK_FILE");
}

#[test]
fn two_runs_at_once_in_two_folders_are_one_too_many() {
    let Some(desk) = Desk::new("twice") else { return };
    let ground = desk.ground(&NorthWind::default());
    ground.change_source(CUSTOMERS);
    let mut other = desk.owner();
    other
        .batch_execute("SELECT pg_advisory_lock(hashtext('datasurface'), hashtext('northwind.db'))")
        .unwrap();
    insta::assert_snapshot!(reason(&ground.try_run().unwrap(), "NW_Data.customers"), @"another run is at work on `twice` at 127.0.0.1:PORT; wait until it has ended");
    drop(other);
    ground.run();
    assert_eq!(desk.rows(VIEW).len(), 8);
}
