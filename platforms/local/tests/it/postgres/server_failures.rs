//! What goes wrong with a database of a consumer: a clear message, nothing half-visible, and the rest goes on.

use super::server_fixture::{ServerFixture, secret};
use crate::{
    example::plan_between,
    fixture::{Fixture, moved},
    flows::CUSTOMERS,
    northwind::NorthWind,
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
    let Some(server_fixture) = ServerFixture::new("locked") else { return };
    let mut fixture = server_fixture.fixture(&NorthWind::default());
    fixture.change_source(CUSTOMERS);
    let mut somebody = server_fixture.owner();
    somebody.batch_execute("BEGIN; LOCK TABLE \"local__nw_data__customers\"").unwrap();
    let report = fixture.try_run().unwrap();
    assert_eq!(moved(&report)[0], "NW_Data/customers 1: +8 ~0 -0 =0", "it is captured");
    assert_eq!(moved(&report)[2], "Masked_NW_Data/customers 1: +8 ~0 -0 =0", "and the transformer runs");
    insta::assert_snapshot!(reason(&report, "NW_Data.customers"), @"copy.USA/NorthWindTeam/Desk.NW_Data.customers [merge] in `locked` at 127.0.0.1:PORT: somebody else has had it locked for too long (the session's `lock_timeout`)");
    somebody.batch_execute("ROLLBACK").unwrap();
    assert_eq!(server_fixture.rows(VIEW), [] as [&str; 0]);

    fixture.secret = Some("writer:wrong".to_owned());
    insta::assert_snapshot!(reason(&fixture.try_run().unwrap(), "NW_Data.customers"), @"cannot connect to `locked` at 127.0.0.1:PORT with the credential `USA/NorthWindTeam/desk`: the server refuses this user and password, or wants TLS (`sslmode`)");
    let status = fixture.status();
    let sink = status.sinks.iter().find(|sink| sink.dataset == "NW_Data/customers".into()).unwrap();
    assert!(sink.last_failure.as_ref().unwrap().contains("the server refuses this user"), "{sink:?}");

    fixture.secret = Some(secret());
    fixture.run();
    assert_eq!(server_fixture.rows(VIEW).len(), 8);
    let status = fixture.status();
    let sink = status.sinks.iter().find(|sink| sink.dataset == "NW_Data/customers".into()).unwrap();
    assert_eq!((sink.last_batch.unwrap().0, sink.last_failure.as_ref()), (1, None));
}

#[test]
fn a_statement_that_takes_too_long_is_stopped() {
    let Some(server_fixture) = ServerFixture::new("slow") else { return };
    let servers = r#"{"127.0.0.1": {"statement_timeout_seconds": 1}}"#;
    let fixture = server_fixture.fixture(&NorthWind { servers, ..NorthWind::default() });
    fixture.change_source(CUSTOMERS);
    let slow = "
        CREATE FUNCTION slow(bigint) RETURNS bigint IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); RETURN 1; END';
        CREATE INDEX slow ON \"local__nw_data__customers\" (slow(batch_in))";
    server_fixture.owner().batch_execute(slow).unwrap();
    insta::assert_snapshot!(reason(&fixture.try_run().unwrap(), "NW_Data.customers"), @"copy.USA/NorthWindTeam/Desk.NW_Data.customers [merge] in `slow` at 127.0.0.1:PORT: it took longer than `statement_timeout_seconds` allows, or somebody stopped it");
    server_fixture.owner().batch_execute("DROP FUNCTION slow CASCADE").unwrap();
    fixture.run();
    assert_eq!(server_fixture.rows(VIEW).len(), 8);
}

#[test]
fn a_value_that_does_not_fit_names_its_column_and_stays_at_its_source() {
    let Some(server_fixture) = ServerFixture::new("unfit") else { return };
    let fixture = server_fixture.fixture(&NorthWind::default());
    fixture.change_source("INSERT INTO products VALUES (1, 'p', 1, 1)");
    fixture.run();
    fixture.change_source(
        "UPDATE products SET unit_price = 2; INSERT INTO products VALUES (5000000000, 'secret-record', 1, 1)",
    );
    insta::assert_snapshot!(reason(&fixture.try_run().unwrap(), "capture.NW_Data"), @"`NW_Data/products` fails the rule that `product_id Integer` must be within the range of its type: 1 row");
    let prices = "SELECT unit_price FROM \"local__sales__analysis__nw_data__products\"";
    assert_eq!(server_fixture.rows(prices), ["1.00"]);
    fixture.change_source("DELETE FROM products WHERE product_id > 1");
    fixture.run();
    assert_eq!(server_fixture.rows(prices), ["2.00"]);
}

#[test]
fn a_database_that_is_not_there_is_named_when_a_plan_needs_it() {
    let Some(server_fixture) = ServerFixture::new("missing_one") else { return };
    let example = server_fixture.example(&NorthWind::default());
    server_fixture.drop_database();
    let fixture = Fixture::new().knowing(Some(secret()));
    let plan = plan_between(None, (&example, "1"), BTreeMap::new());
    fixture.render(&example, &plan);
    let port = Server::shared().unwrap().port.to_string();
    let said = fixture.apply_plan(&plan).unwrap_err().report().replace(&port, "PORT");
    insta::assert_snapshot!(said, @r#"cannot connect to `missing_one` at 127.0.0.1:PORT with the credential `USA/NorthWindTeam/desk`: database "missing_one" does not exist"#);
    let fixture = fixture.knowing(None);
    let said = fixture.apply_plan(&plan).unwrap_err().report().replace(&port, "PORT");
    insta::assert_snapshot!(said, @"`missing_one` at 127.0.0.1:PORT cannot be reached: there is no value for the credential `USA/NorthWindTeam/desk`; set DATASURFACE_CREDENTIAL_USA__NorthWindTeam__desk or DATASURFACE_CREDENTIAL_USA__NorthWindTeam__desk_FILE");
}

#[test]
fn two_runs_at_once_in_two_folders_are_one_too_many() {
    let Some(server_fixture) = ServerFixture::new("twice") else { return };
    let fixture = server_fixture.fixture(&NorthWind::default());
    fixture.change_source(CUSTOMERS);
    let mut other = server_fixture.owner();
    other
        .batch_execute("SELECT pg_advisory_lock(hashtext('datasurface'), hashtext('northwind.db'))")
        .unwrap();
    insta::assert_snapshot!(reason(&fixture.try_run().unwrap(), "NW_Data.customers"), @"another run is at work on `twice` at 127.0.0.1:PORT; wait until it has ended");
    drop(other);
    fixture.run();
    assert_eq!(server_fixture.rows(VIEW).len(), 8);
}
