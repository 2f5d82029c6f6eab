//! Who is entitled may read what a workspace gets, and nobody else may.

use super::server_fixture::{ServerFixture, secret};
use crate::{
    example::Example, example::plan_between, fixture::Fixture, northwind::NorthWind,
    support::postgres::Server,
};
use datasurface_platform::prelude::*;
use std::collections::BTreeMap;

/// NorthWind, whose analysts are these.
fn granted(server_fixture: &ServerFixture, wind: &NorthWind, principals: &[Principal]) -> Example {
    server_fixture.edited(wind, |team| {
        let sales = principals.iter().cloned().fold(wind.consumer(), Workspace::granted);
        team.without_workspace(&"Sales".into()).workspace(sales)
    })
}

const VIEW: &str = "\"local__sales__analysis__nw_data__customers\"";

/// Which of these roles may read the view of the analysts.
fn may_read(server_fixture: &ServerFixture, roles: &[&str]) -> Vec<String> {
    let may = |role: &&&str| {
        let query = format!("SELECT has_table_privilege('{role}', '{VIEW}', 'SELECT')");
        server_fixture.rows(&query) == ["t"]
    };
    roles.iter().filter(may).map(|role| (*role).to_owned()).collect()
}

fn roles(server_fixture: &ServerFixture, roles: &[&str]) {
    for role in roles {
        let made = format!("SELECT 1 FROM pg_roles WHERE rolname = '{role}'");
        if server_fixture.rows(&made).is_empty() {
            server_fixture.owner().batch_execute(&format!("CREATE ROLE \"{role}\"")).unwrap();
        }
    }
}

#[test]
fn who_is_entitled_may_read_and_nobody_else() {
    let Some(server_fixture) = ServerFixture::new("entitled") else { return };
    let all = ["analysts", "Audit \"B\"", "dashboard"];
    roles(&server_fixture, &["analysts", "Audit \"\"B\"\"", "dashboard"]);
    let [analysts, auditors, dashboard] =
        [Principal::group(all[0]), Principal::role(all[1]), Principal::service(all[2])];
    let wind = NorthWind::default();
    let steps: [(&[Principal], &[&str]); 4] = [
        (&[], &[]),
        (&[analysts.clone(), auditors.clone()], &all[..2]),
        (&[analysts, dashboard], &[all[0], all[2]]),
        (&[], &[]),
    ];
    let fixture = server_fixture.fixture(&wind);
    let mut before = (server_fixture.example(&wind), "0".to_owned());
    for (number, (principals, expected)) in (1..).zip(steps) {
        let after = granted(&server_fixture, &wind, principals);
        let name = number.to_string();
        fixture.apply(Some((&before.0, &before.1)), (&after, &name));
        assert_eq!(may_read(&server_fixture, &all), expected, "{name}");
        before = (after, name);
    }
    // The table behind it, which has all versions, is nobody's business.
    let query = "SELECT has_table_privilege('analysts', '\"local__nw_data__customers\"', 'SELECT')";
    assert_eq!(server_fixture.rows(query), ["f"]);
}

#[test]
fn rights_stay_when_a_view_is_made_anew_or_was_lost() {
    let Some(server_fixture) = ServerFixture::new("regranted") else { return };
    roles(&server_fixture, &["readers"]);
    let readers = [Principal::group("readers")];
    let wide = NorthWind {
        select: "SELECT customer_id, company_name, NULL AS city FROM NW_Data_customers",
        ..NorthWind::default()
    };
    let narrow = NorthWind {
        customers: "customer_id VarChar(5) key, company_name VarChar(40) not null",
        ..wide.clone()
    };
    let (one, two) = (granted(&server_fixture, &wide, &readers), granted(&server_fixture, &narrow, &readers));
    let fixture = Fixture::with_secret(&one, Some(secret()));
    fixture.apply(Some((&one, "1")), (&two, "2"));
    assert_eq!(may_read(&server_fixture, &["readers"]), ["readers"]);
    server_fixture.lose();
    fixture.run();
    assert_eq!(may_read(&server_fixture, &["readers"]), ["readers"]);
}

#[test]
fn a_principal_that_is_no_role_is_named_and_nothing_is_half_done() {
    let Some(server_fixture) = ServerFixture::new("nobody") else { return };
    let wind = NorthWind::default();
    let example = server_fixture.example(&wind);
    let fixture = server_fixture.fixture(&wind);
    let granted = granted(&server_fixture, &wind, &[Principal::group("night shift")]);
    let plan = plan_between(Some((&example, "1")), (&granted, "2"), BTreeMap::new());
    insta::assert_snapshot!(plan.to_string(), @r#"
    update  view view.Sales.analysis.NW_Data.customers, in place: `night shift` may read it
    update  view view.Sales.analysis.NW_Data.products, in place: `night shift` may read it
    "#);
    fixture.render(&granted, &plan);
    let error = fixture.apply_plan(&plan).unwrap_err().report();
    let port = Server::shared().unwrap().port.to_string();
    insta::assert_snapshot!(error.replace(&port, "PORT"), @r#"view.Sales.analysis.NW_Data.customers [change] in `nobody` at 127.0.0.1:PORT: role "night shift" does not exist; make that role, or take the principal out of the workspace's entitlement"#);
    fixture.run();
    roles(&server_fixture, &["night shift"]);
    fixture.apply_plan(&plan).unwrap();
    assert_eq!(may_read(&server_fixture, &["night shift"]), ["night shift"]);
}

#[test]
fn a_role_that_is_gone_does_not_stop_a_change() {
    let Some(server_fixture) = ServerFixture::new("gone_role") else { return };
    roles(&server_fixture, &["temps"]);
    let wind = NorthWind::default();
    let (one, two) =
        (granted(&server_fixture, &wind, &[Principal::group("temps")]), server_fixture.example(&wind));
    let fixture = Fixture::with_secret(&one, Some(secret()));
    server_fixture.owner().batch_execute("DROP OWNED BY temps; DROP ROLE temps").unwrap();
    fixture.apply(Some((&one, "1")), (&two, "2"));
}
