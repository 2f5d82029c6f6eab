//! Copies and views in a schema of their own, and what their columns are declared as.

use super::server_fixture::{ServerFixture, rows, secret};
use crate::{
    example::{plan_between, plan_from_other_text},
    fixture::Fixture,
    flows::CUSTOMERS,
    northwind::{self, NorthWind},
};
use datasurface_platform::prelude::*;
use std::collections::BTreeMap;

const SCHEMA: &str = "Sales' \"data\" \\ here";
const MAKE: &str = r#"CREATE SCHEMA "Sales' ""data"" \ here" AUTHORIZATION writer"#;

/// Whether nothing of ours is outside of the schema.
const OUTSIDE: &str = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace";

#[test]
fn everything_is_in_the_schema_that_was_named() {
    let Some(server_fixture) = ServerFixture::new("schemas") else { return };
    let (none, some) = (NorthWind::default(), NorthWind { schema: Some(SCHEMA), ..NorthWind::default() });
    server_fixture.owner().batch_execute("CREATE ROLE reader_of_a_schema").unwrap();
    let granted = |wind: &NorthWind| {
        let sales = wind.consumer().granted(Principal::role("reader_of_a_schema"));
        server_fixture.edited(wind, |team| team.without_workspace(&"Sales".into()).workspace(sales))
    };
    let (before, after) = (granted(&none), granted(&some));

    // One that is not there is not made.
    let fixture = Fixture::new().knowing(Some(secret()));
    let plan = plan_between(None, (&after, "1"), BTreeMap::new());
    fixture.render(&after, &plan);
    let said = fixture.apply_plan(&plan).unwrap_err().report();
    assert!(
        said.ends_with("the schema is not there; make it, and let the user of the credential create in it"),
        "{said}"
    );

    let fixture = Fixture::with_secret(&before, Some(secret()));
    fixture.change_source(CUSTOMERS);
    fixture.run();
    assert_ne!(server_fixture.rows(OUTSIDE), ["0"]);
    server_fixture.owner().batch_execute(MAKE).unwrap();
    fixture.apply(Some((&before, "1")), (&after, "2"));
    fixture.run();
    let mut reader = server_fixture.owner();
    // Nobody has to write quotes, and every case will do.
    let path = r#"SET ROLE reader_of_a_schema; SET search_path = "Sales' ""data"" \ here""#;
    reader.batch_execute(path).unwrap();
    let view = "SELECT count(*) FROM Local__Sales__analysis__NW_Data__customers";
    assert_eq!(rows(&mut reader, view), ["8"]);
    let left = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
        AND relkind IN ('r', 'v') AND relname NOT LIKE 'datasurface_%'";
    assert_eq!(server_fixture.rows(left), [] as [&str; 0], "what was outside is gone");
    fixture.change_source("DELETE FROM Customers WHERE customer_id = 'ALFKI'");
    fixture.run();
    assert_eq!(rows(&mut reader, view), ["7"]);
}

/// How the columns of the copy of customers are declared.
fn declared(server_fixture: &ServerFixture) -> String {
    let sql = "SELECT column_name, data_type, character_maximum_length, is_nullable
        FROM information_schema.columns WHERE table_name = 'local__nw_data__customers'
        AND column_name NOT LIKE 'batch_%' ORDER BY ordinal_position";
    server_fixture.rows(sql).join("; ")
}

const WIDER: &str = "customer_id VarChar(5) key, company_name VarChar(60), city VarChar(15)";
const NARROW: &str = "customer_id VarChar(5) key, company_name VarChar(2) not null, city VarChar(15)";

#[test]
fn a_copy_without_history_has_limits_and_one_with_history_has_none() {
    let Some(server_fixture) = ServerFixture::new("limits") else { return };
    let wind = |customers: &'static str, milestoning| NorthWind {
        customers,
        milestoning,
        select: "SELECT customer_id, '***' AS company_name, city FROM NW_Data_customers",
        ..NorthWind::default()
    };
    let live = server_fixture.example(&wind(northwind::CUSTOMERS, Milestoning::Live));
    let fixture = Fixture::with_secret(&live, Some(secret()));
    fixture.change_source(CUSTOMERS);
    fixture.run();
    insta::assert_snapshot!(declared(&server_fixture), @"customer_id|character varying|5|NO; company_name|character varying|40|NO; city|character varying|15|YES");
    let view = "SELECT count(*), min(length(company_name)) FROM Local__Sales__analysis__NW_Data__customers";
    let all = server_fixture.rows(view);

    let wider = server_fixture.example(&wind(WIDER, Milestoning::Live));
    fixture.apply(Some((&live, "1")), (&wider, "2"));
    insta::assert_snapshot!(declared(&server_fixture), @"customer_id|character varying|5|NO; company_name|character varying|60|YES; city|character varying|15|YES");
    assert_eq!(server_fixture.rows(view), all, "nothing was lost on the way");

    // What is there keeps no such limit yet, and stays.
    let narrow = server_fixture.example(&wind(NARROW, Milestoning::Live));
    fixture.apply(Some((&wider, "2")), (&narrow, "3"));
    insta::assert_snapshot!(declared(&server_fixture), @"customer_id|character varying|5|NO; company_name|character varying|60|NO; city|character varying|15|YES");
    assert_eq!(server_fixture.rows(view), all);

    let history = server_fixture.example(&wind(NARROW, Milestoning::LiveAndForensic));
    fixture.apply(Some((&narrow, "3")), (&history, "4"));
    insta::assert_snapshot!(declared(&server_fixture), @"customer_id|text|-|NO; company_name|text|-|YES; city|text|-|YES");
    assert_eq!(server_fixture.rows(view), all);
}

#[test]
fn a_copy_that_is_called_otherwise_is_made_anew() {
    let wind = NorthWind { datasets: vec!["NW_Data/products"], ..NorthWind::default() };
    let example = super::server_fixture::example(5432, "sales", &wind);
    let plan = plan_from_other_text(&example, |text| {
        text.replace("local__nw_data__products", "Local__NW_Data__products")
    });
    let files: Vec<&str> = plan.transition_files().iter().map(|file| file.text().unwrap()).collect();
    let copy = files.iter().find(|file| file.contains("copy.USA")).unwrap();
    let drop = copy.find(r#"DROP TABLE IF EXISTS "Local__NW_Data__products""#).unwrap();
    let create = copy.find(r#"CREATE TABLE IF NOT EXISTS "local__nw_data__products""#).unwrap();
    assert!(drop < create, "{copy}");
    let said = plan.to_string();
    assert!(
        said.contains("is called `local__nw_data__products`, and was called `Local__NW_Data__products`"),
        "{said}"
    );
}

#[test]
fn what_retires_goes_though_the_server_is_spoken_to_in_another_way() {
    let Some(server_fixture) = ServerFixture::new("otherwise") else { return };
    let both = server_fixture.example(&NorthWind::default());
    let servers = r#"{"127.0.0.1": {"connect_timeout_seconds": 9}}"#;
    let one = NorthWind { datasets: vec!["NW_Data/customers"], servers, ..NorthWind::default() };
    let one = server_fixture.example(&one);
    let fixture = Fixture::with_secret(&both, Some(secret()));
    fixture.change_source(CUSTOMERS);
    fixture.run();
    fixture.apply(Some((&both, "1")), (&one, "2"));
    fixture.run();
    let views = "SELECT viewname FROM pg_views WHERE viewname LIKE 'local__sales%'";
    assert_eq!(server_fixture.rows(views), ["local__sales__analysis__nw_data__customers"]);
}
