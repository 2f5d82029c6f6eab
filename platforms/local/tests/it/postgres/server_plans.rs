//! Plans that change copies in a database of a consumer.

use super::server_fixture::{ServerFixture, everything, secret};
use crate::{
    example::{Example, plan_between},
    fixture::{Fixture, assert_same},
    flows::CUSTOMERS,
    northwind::{self, NorthWind},
    plans::files,
};
use datasurface_platform::prelude::*;
use std::collections::BTreeMap;

const WITH_VAT: &str =
    "customer_id VarChar(5) key, company_name VarChar(40) not null, city VarChar(15), vat VarChar(9)";
const WITHOUT_NAME: &str = "customer_id VarChar(5) key, city VarChar(15), vat VarChar(9)";
const CITY_IN_KEY: &str = "customer_id VarChar(5) key, company_name VarChar(40), city VarChar(15) key";

fn wind(customers: &'static str) -> NorthWind {
    NorthWind {
        customers,
        milestoning: Milestoning::LiveAndForensic,
        select: "SELECT customer_id, '***' AS company_name, NULL AS city FROM NW_Data_customers",
        ..NorthWind::default()
    }
}

/// All that is in the database, but the steps of plans, which are of each way.
fn made(server_fixture: &ServerFixture) -> Vec<String> {
    let steps = |line: &String| {
        line.starts_with("server datasurface_steps") || line.starts_with("server datasurface_applied")
    };
    let mut all: Vec<String> =
        everything(&mut server_fixture.owner()).into_iter().filter(|line| !steps(line)).collect();
    all.sort();
    all
}

/// Goes from one revision to the next, and compares with a database that was made as it is to be.
fn changed(database: &'static str, one: NorthWind, two: NorthWind) -> Option<(Example, Example)> {
    let server_fixture = ServerFixture::new(database)?;
    let (first, second) = (server_fixture.example(&one), server_fixture.example(&two));
    let fixture = Fixture::with_secret(&first, Some(secret()));
    fixture.change_source("ALTER TABLE Customers ADD COLUMN vat TEXT");
    fixture.change_source(
        &CUSTOMERS.replace("INTO Customers", "INTO Customers (customer_id, company_name, city)"),
    );
    fixture.run();
    fixture.change_source("UPDATE Customers SET vat = 'v' WHERE customer_id = 'ALFKI'");
    fixture.apply(Some((&first, "1")), (&second, "2"));
    let live = "SELECT count(*) FROM \"local__sales__analysis__nw_data__customers\"";
    assert_eq!(server_fixture.rows(live), ["8"], "{database}: what consumers read is never seen empty");
    fixture.run();
    let after = made(&server_fixture);
    server_fixture.lose();
    fixture.run();
    assert_same(&after, &made(&server_fixture), database);
    Some((first, second))
}

fn shown((before, after): (Example, Example)) -> String {
    let plan = plan_between(Some((&before, "1")), (&after, "2"), BTreeMap::new());
    let of_copies = |line: &&str| line.contains("copy.USA") || line.contains("view.Sales");
    plan.to_string().lines().filter(of_copies).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_column_more() {
    let Some(scenes) = changed("one_more", wind(northwind::CUSTOMERS), wind(WITH_VAT)) else { return };
    insta::assert_snapshot!(shown(scenes), @r#"
    update  copy copy.USA/NorthWindTeam/Desk.NW_Data.customers, with a backfill: `vat` is new: NULL until the next batch brings it
    update  view view.Sales.analysis.NW_Data.customers, in place: shows the columns of its table
    "#);
}

#[test]
fn a_column_less() {
    let Some(scenes) = changed("one_less", wind(WITH_VAT), wind(WITHOUT_NAME)) else { return };
    let plan = plan_between(Some((&scenes.0, "1")), (&scenes.1, "2"), BTreeMap::new());
    let files = files(&plan);
    let copy = files.split("########").find(|file| file.contains("resource: copy.")).unwrap();
    assert!(
        copy.contains("ALTER TABLE \"local__nw_data__customers\"\n  DROP COLUMN \"company_name\";"),
        "{copy}"
    );
    insta::assert_snapshot!(shown(scenes), @r#"
    update  copy copy.USA/NorthWindTeam/Desk.NW_Data.customers, in place: without `company_name`
    update  view view.Sales.analysis.NW_Data.customers, in place: loses `company_name` (breaks `Sales/analysis`)
    "#);
}

#[test]
fn another_key() {
    let Some(scenes) = changed("other_key", wind(northwind::CUSTOMERS), wind(CITY_IN_KEY)) else { return };
    insta::assert_snapshot!(shown(scenes), @r#"
    update  copy copy.USA/NorthWindTeam/Desk.NW_Data.customers, by a rebuild: the key is another one; filled again from the platform's own database
    update  view view.Sales.analysis.NW_Data.customers, in place: shows the columns of its table
    "#);
}

#[test]
fn another_type() {
    const NUMBER: &str = "customer_id VarChar(5) key, company_name VarChar(40) not null, city Integer";
    let Some(server_fixture) = ServerFixture::new("other_type") else { return };
    let (first, second) =
        (server_fixture.example(&wind(northwind::CUSTOMERS)), server_fixture.example(&wind(NUMBER)));
    let shown = "SELECT customer_id, city, batch_in, batch_out FROM \"local__sales__analysis__nw_data__customers__history\" ORDER BY 1, 3";
    for (city, then) in [("7", vec!["A|7|1|-"]), ("x", vec![])] {
        server_fixture.lose();
        let fixture = Fixture::with_secret(&first, Some(secret()));
        fixture.change_source(&format!("INSERT INTO Customers VALUES ('A', 'a', '{city}')"));
        fixture.run();
        fixture.apply(Some((&first, "1")), (&second, "2"));
        assert_eq!(server_fixture.rows(shown), then, "a value that fits is there at once");
        // What does not fit cannot be shown; what comes next can.
        fixture.change_source("UPDATE Customers SET city = '8'");
        let report = fixture.try_run().unwrap();
        assert_eq!(report.failures, [], "an earlier version holds nothing up");
        let ended = if city == "7" { vec!["A|7|1|2", "A|8|2|-"] } else { vec!["A|8|2|-"] };
        assert_eq!(server_fixture.rows(shown), ended);
    }
}

#[test]
fn history_begins_and_ends() {
    let live = || NorthWind { milestoning: Milestoning::Live, ..wind(WITH_VAT) };
    if changed("history_begins", live(), wind(WITH_VAT)).is_some() {
        changed("history_ends", wind(WITH_VAT), live());
    }
}

#[test]
fn a_consumer_that_moves_finds_its_data_and_leaves_nothing() {
    let Some(server_fixture) = ServerFixture::new("moving") else { return };
    let file = NorthWind { file: "desk.db", ..wind(WITH_VAT) };
    let (there, here) = (server_fixture.example(&file), file.example());
    let fixture = Fixture::with_secret(&there, Some(secret()));
    fixture.change_source(
        "ALTER TABLE Customers ADD COLUMN vat TEXT; INSERT INTO Customers VALUES ('A', 'a', 'x', 'v')",
    );
    fixture.run();
    fixture.apply(Some((&there, "1")), (&here, "2"));
    fixture.run();
    let view = "local__sales__analysis__nw_data__customers";
    assert_eq!(fixture.rows("desk.db", &format!("SELECT * FROM {view}")), ["A|a|x|v"]);
    let left = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname LIKE '%NW_Data%'";
    assert_eq!(server_fixture.rows(left), [] as [&str; 0]);
    fixture.apply(Some((&here, "2")), (&there, "3"));
    fixture.run();
    assert_eq!(server_fixture.rows(&format!("SELECT * FROM \"{view}\"")), ["A|a|x|v"]);
}

#[test]
fn what_nobody_wants_any_more_goes_and_what_is_owed_stays_with_the_platform() {
    let Some(server_fixture) = ServerFixture::new("left") else { return };
    let owed = NorthWind { retention: Some(Retention::years(1)), ..wind(WITH_VAT) };
    let less = NorthWind { datasets: vec!["NW_Data/customers"], ..owed.clone() };
    let (before, mut after) = (server_fixture.example(&owed), server_fixture.example(&less));
    after.held.push(before.hold("table.NW_Data.products", "Ingest/Local/NW_Data", "products"));
    let fixture = Fixture::with_secret(&before, Some(secret()));
    fixture.change_source(
        "ALTER TABLE Customers ADD COLUMN vat TEXT; INSERT INTO products VALUES (1, 'p', 1, 1)",
    );
    fixture.run();
    fixture.apply(Some((&before, "1")), (&after, "2"));
    fixture.run();
    let left = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname LIKE '%products%'";
    assert_eq!(server_fixture.rows(left), [] as [&str; 0]);
    assert_eq!(fixture.rows("northwind.db", "SELECT count(*) FROM NW_Data__products"), ["1"]);
}

#[test]
fn long_names_end_in_a_hash_and_stay_apart() {
    let Some(server_fixture) = ServerFixture::new("long") else { return };
    let column = |end: &str| format!("{}{end}", "c".repeat(80));
    let schema = format!("{} VarChar key, {} VarChar, {} VarChar", column("a"), column("b"), column("d"));
    let wind = NorthWind { datasets: vec!["NW_Data/customers"], ..NorthWind::default() };
    let long = "L".repeat(100);
    let example = server_fixture.edited(&wind, |team| {
        let capture = Capture::sql_snapshot("USA/NorthWindTeam/Source").table(long.as_str(), "Long");
        let store = Datastore::new("NW_Data")
            .captured(capture.table("customers", "Customers"))
            .dataset(Dataset::new("customers", northwind::CUSTOMERS))
            .dataset(Dataset::new(long.as_str(), schema.as_str()));
        let sink = format!("NW_Data/{long}");
        let reader = Workspace::new("Sales").with_container("USA/NorthWindTeam/Desk").group(
            DatasetGroup::new("analysis").sink(sink.as_str()).with_milestoning(Milestoning::LiveAndForensic),
        );
        team.without_datastore(&"NW_Data".into())
            .datastore(store)
            .without_workspace(&"Sales".into())
            .workspace(reader)
    });
    let fixture = Fixture::with_secret(&example, Some(secret()));
    fixture.change_source(&format!(
        "CREATE TABLE Long ({}, {}, {}); INSERT INTO Long VALUES ('1', '2', '3')",
        column("a"),
        column("b"),
        column("d")
    ));
    fixture.run();
    let views = server_fixture
        .rows("SELECT viewname FROM pg_views WHERE viewname LIKE 'local\\_\\_sales%' ORDER BY 1");
    assert_eq!(views.len(), 2, "{views:?}");
    assert!(views.iter().all(|view| view.len() <= 63), "{views:?}");
    let live = views.iter().map(|view| server_fixture.rows(&format!("SELECT * FROM \"{view}\"")).remove(0));
    let mut live: Vec<String> = live.collect();
    live.sort();
    assert_eq!(live, ["1|2|3", "1|2|3|1|-"]);
}
