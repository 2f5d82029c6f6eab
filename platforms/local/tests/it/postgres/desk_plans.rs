//! Plans that change copies in a database of a consumer.

use super::desk::{Desk, everything, secret};
use crate::{
    flows::CUSTOMERS,
    ground::{Ground, assert_same},
    northwind::{self, NorthWind},
    plans::files,
    scene::{Scene, plan_between},
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
fn made(desk: &Desk) -> Vec<String> {
    let steps = |line: &String| {
        line.starts_with("server datasurface_steps") || line.starts_with("server datasurface_applied")
    };
    let mut all: Vec<String> =
        everything(&mut desk.owner()).into_iter().filter(|line| !steps(line)).collect();
    all.sort();
    all
}

/// Goes from one revision to the next, and compares with a database that was made as it is to be.
fn changed(database: &'static str, one: NorthWind, two: NorthWind) -> Option<(Scene, Scene)> {
    let desk = Desk::new(database)?;
    let (first, second) = (desk.scene(&one), desk.scene(&two));
    let ground = Ground::with_secret(&first, Some(secret()));
    ground.change_source("ALTER TABLE Customers ADD COLUMN vat TEXT");
    ground.change_source(
        &CUSTOMERS.replace("INTO Customers", "INTO Customers (customer_id, company_name, city)"),
    );
    ground.run();
    ground.change_source("UPDATE Customers SET vat = 'v' WHERE customer_id = 'ALFKI'");
    ground.apply(Some((&first, "1")), (&second, "2"));
    let live = "SELECT count(*) FROM \"local__sales__analysis__nw_data__customers\"";
    assert_eq!(desk.rows(live), ["8"], "{database}: what consumers read is never seen empty");
    ground.run();
    let after = made(&desk);
    desk.lose();
    ground.run();
    assert_same(&after, &made(&desk), database);
    Some((first, second))
}

fn shown((before, after): (Scene, Scene)) -> String {
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
    let Some(desk) = Desk::new("other_type") else { return };
    let (first, second) = (desk.scene(&wind(northwind::CUSTOMERS)), desk.scene(&wind(NUMBER)));
    let shown = "SELECT customer_id, city, batch_in, batch_out FROM \"local__sales__analysis__nw_data__customers__history\" ORDER BY 1, 3";
    for (city, then) in [("7", vec!["A|7|1|-"]), ("x", vec![])] {
        desk.lose();
        let ground = Ground::with_secret(&first, Some(secret()));
        ground.change_source(&format!("INSERT INTO Customers VALUES ('A', 'a', '{city}')"));
        ground.run();
        ground.apply(Some((&first, "1")), (&second, "2"));
        assert_eq!(desk.rows(shown), then, "a value that fits is there at once");
        // What does not fit cannot be shown; what comes next can.
        ground.change_source("UPDATE Customers SET city = '8'");
        let report = ground.try_run().unwrap();
        assert_eq!(report.failures, [], "an earlier version holds nothing up");
        let ended = if city == "7" { vec!["A|7|1|2", "A|8|2|-"] } else { vec!["A|8|2|-"] };
        assert_eq!(desk.rows(shown), ended);
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
    let Some(desk) = Desk::new("moving") else { return };
    let file = NorthWind { file: "desk.db", ..wind(WITH_VAT) };
    let (there, here) = (desk.scene(&file), file.scene());
    let ground = Ground::with_secret(&there, Some(secret()));
    ground.change_source(
        "ALTER TABLE Customers ADD COLUMN vat TEXT; INSERT INTO Customers VALUES ('A', 'a', 'x', 'v')",
    );
    ground.run();
    ground.apply(Some((&there, "1")), (&here, "2"));
    ground.run();
    let view = "local__sales__analysis__nw_data__customers";
    assert_eq!(ground.rows("desk.db", &format!("SELECT * FROM {view}")), ["A|a|x|v"]);
    let left = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname LIKE '%NW_Data%'";
    assert_eq!(desk.rows(left), [] as [&str; 0]);
    ground.apply(Some((&here, "2")), (&there, "3"));
    ground.run();
    assert_eq!(desk.rows(&format!("SELECT * FROM \"{view}\"")), ["A|a|x|v"]);
}

#[test]
fn what_nobody_wants_any_more_goes_and_what_is_owed_stays_with_the_platform() {
    let Some(desk) = Desk::new("left") else { return };
    let owed = NorthWind { retention: Some(Retention::years(1)), ..wind(WITH_VAT) };
    let less = NorthWind { datasets: vec!["NW_Data/customers"], ..owed.clone() };
    let (before, mut after) = (desk.scene(&owed), desk.scene(&less));
    after.held.push(before.hold("table.NW_Data.products", "Ingest/Local/NW_Data", "products"));
    let ground = Ground::with_secret(&before, Some(secret()));
    ground.change_source(
        "ALTER TABLE Customers ADD COLUMN vat TEXT; INSERT INTO products VALUES (1, 'p', 1, 1)",
    );
    ground.run();
    ground.apply(Some((&before, "1")), (&after, "2"));
    ground.run();
    let left = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname LIKE '%products%'";
    assert_eq!(desk.rows(left), [] as [&str; 0]);
    assert_eq!(ground.rows("northwind.db", "SELECT count(*) FROM NW_Data__products"), ["1"]);
}

#[test]
fn long_names_end_in_a_hash_and_stay_apart() {
    let Some(desk) = Desk::new("long") else { return };
    let column = |end: &str| format!("{}{end}", "c".repeat(80));
    let schema = format!("{} VarChar key, {} VarChar, {} VarChar", column("a"), column("b"), column("d"));
    let wind = NorthWind { datasets: vec!["NW_Data/customers"], ..NorthWind::default() };
    let long = "L".repeat(100);
    let scene = desk.edited(&wind, |team| {
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
    let ground = Ground::with_secret(&scene, Some(secret()));
    ground.change_source(&format!(
        "CREATE TABLE Long ({}, {}, {}); INSERT INTO Long VALUES ('1', '2', '3')",
        column("a"),
        column("b"),
        column("d")
    ));
    ground.run();
    let views = desk.rows("SELECT viewname FROM pg_views WHERE viewname LIKE 'local\\_\\_sales%' ORDER BY 1");
    assert_eq!(views.len(), 2, "{views:?}");
    assert!(views.iter().all(|view| view.len() <= 63), "{views:?}");
    let live = views.iter().map(|view| desk.rows(&format!("SELECT * FROM \"{view}\"")).remove(0));
    let mut live: Vec<String> = live.collect();
    live.sort();
    assert_eq!(live, ["1|2|3", "1|2|3|1|-"]);
}
