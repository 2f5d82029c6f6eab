//! Who is entitled may read what a workspace gets, and nobody else may.

use super::desk::{Desk, secret};
use crate::{
    ground::Ground, northwind::NorthWind, scene::Scene, scene::plan_between, support::postgres::Server,
};
use datasurface_platform::prelude::*;
use std::collections::BTreeMap;

/// NorthWind, whose analysts are these.
fn granted(desk: &Desk, wind: &NorthWind, principals: &[Principal]) -> Scene {
    desk.edited(wind, |team| {
        let sales = principals.iter().cloned().fold(wind.consumer(), Workspace::granted);
        team.without_workspace(&"Sales".into()).workspace(sales)
    })
}

const VIEW: &str = "\"local__sales__analysis__nw_data__customers\"";

/// Which of these roles may read the view of the analysts.
fn may_read(desk: &Desk, roles: &[&str]) -> Vec<String> {
    let may = |role: &&&str| {
        let query = format!("SELECT has_table_privilege('{role}', '{VIEW}', 'SELECT')");
        desk.rows(&query) == ["t"]
    };
    roles.iter().filter(may).map(|role| (*role).to_owned()).collect()
}

fn roles(desk: &Desk, roles: &[&str]) {
    for role in roles {
        let made = format!("SELECT 1 FROM pg_roles WHERE rolname = '{role}'");
        if desk.rows(&made).is_empty() {
            desk.owner().batch_execute(&format!("CREATE ROLE \"{role}\"")).unwrap();
        }
    }
}

#[test]
fn who_is_entitled_may_read_and_nobody_else() {
    let Some(desk) = Desk::new("entitled") else { return };
    let all = ["analysts", "Audit \"B\"", "dashboard"];
    roles(&desk, &["analysts", "Audit \"\"B\"\"", "dashboard"]);
    let [analysts, auditors, dashboard] =
        [Principal::group(all[0]), Principal::role(all[1]), Principal::service(all[2])];
    let wind = NorthWind::default();
    let steps: [(&[Principal], &[&str]); 4] = [
        (&[], &[]),
        (&[analysts.clone(), auditors.clone()], &all[..2]),
        (&[analysts, dashboard], &[all[0], all[2]]),
        (&[], &[]),
    ];
    let ground = desk.ground(&wind);
    let mut before = (desk.scene(&wind), "0".to_owned());
    for (number, (principals, expected)) in (1..).zip(steps) {
        let after = granted(&desk, &wind, principals);
        let name = number.to_string();
        ground.apply(Some((&before.0, &before.1)), (&after, &name));
        assert_eq!(may_read(&desk, &all), expected, "{name}");
        before = (after, name);
    }
    // The table behind it, which has all versions, is nobody's business.
    let query = "SELECT has_table_privilege('analysts', '\"local__nw_data__customers\"', 'SELECT')";
    assert_eq!(desk.rows(query), ["f"]);
}

#[test]
fn rights_stay_when_a_view_is_made_anew_or_was_lost() {
    let Some(desk) = Desk::new("regranted") else { return };
    roles(&desk, &["readers"]);
    let readers = [Principal::group("readers")];
    let wide = NorthWind {
        select: "SELECT customer_id, company_name, NULL AS city FROM NW_Data_customers",
        ..NorthWind::default()
    };
    let narrow = NorthWind {
        customers: "customer_id VarChar(5) key, company_name VarChar(40) not null",
        ..wide.clone()
    };
    let (one, two) = (granted(&desk, &wide, &readers), granted(&desk, &narrow, &readers));
    let ground = Ground::with_secret(&one, Some(secret()));
    ground.apply(Some((&one, "1")), (&two, "2"));
    assert_eq!(may_read(&desk, &["readers"]), ["readers"]);
    desk.lose();
    ground.run();
    assert_eq!(may_read(&desk, &["readers"]), ["readers"]);
}

#[test]
fn a_principal_that_is_no_role_is_named_and_nothing_is_half_done() {
    let Some(desk) = Desk::new("nobody") else { return };
    let wind = NorthWind::default();
    let scene = desk.scene(&wind);
    let ground = desk.ground(&wind);
    let granted = granted(&desk, &wind, &[Principal::group("night shift")]);
    let plan = plan_between(Some((&scene, "1")), (&granted, "2"), BTreeMap::new());
    insta::assert_snapshot!(plan.to_string(), @r#"
    update  view view.Sales.analysis.NW_Data.customers, in place: `night shift` may read it
    update  view view.Sales.analysis.NW_Data.products, in place: `night shift` may read it
    "#);
    ground.render(&granted, &plan);
    let error = ground.apply_plan(&plan).unwrap_err().report();
    let port = Server::shared().unwrap().port.to_string();
    insta::assert_snapshot!(error.replace(&port, "PORT"), @r#"view.Sales.analysis.NW_Data.customers [change] in `nobody` at 127.0.0.1:PORT: role "night shift" does not exist; make that role, or take the principal out of the workspace's entitlement"#);
    ground.run();
    roles(&desk, &["night shift"]);
    ground.apply_plan(&plan).unwrap();
    assert_eq!(may_read(&desk, &["night shift"]), ["night shift"]);
}

#[test]
fn a_role_that_is_gone_does_not_stop_a_change() {
    let Some(desk) = Desk::new("gone_role") else { return };
    roles(&desk, &["temps"]);
    let wind = NorthWind::default();
    let (one, two) = (granted(&desk, &wind, &[Principal::group("temps")]), desk.scene(&wind));
    let ground = Ground::with_secret(&one, Some(secret()));
    desk.owner().batch_execute("DROP OWNED BY temps; DROP ROLE temps").unwrap();
    ground.apply(Some((&one, "1")), (&two, "2"));
}
