//! One report for whatever was found in a folder: by validation, by the broker and its platforms, and by change control.

use datasurface::{
    broker::{Broker, Lock, all_codes},
    change::{ChangeControl, ChangeSource},
    document::{Documents, Loaded},
    model::{Ecosystem, Valid, Validate, Validation},
    platform::Registry,
};
use datasurface_local::LocalPlatform;
use std::{collections::BTreeSet, fs};

const ECOSYSTEM: &str = "\
format: datasurface/1
name: NorthWind
owner: github:northwind/ecosystem@main
live: github:northwind/live@main
vendors:
- {name: Company, locations: [Cellar]}
platforms:
- {name: Local, kind: local, config: {database: local.db, color: blue}}
zones:
- name: USA
  owner: github:northwind/usa@main
  definition:
    teams:
    - {name: Sales, owner: 'github:northwind/sales@main'}
";

const SALES: &str = "\
format: datasurface/1
team: USA/Sales
containers:
- {name: Source, kind: {sqlite: {file: source.db}}, locations: [Company/Cellar]}
- {name: Mart, kind: {sqlite: {file: mart.db}}, locations: [Company/Cellar]}
datastores:
- name: Orders
  capture: {container: USA/Sales/Source, kind: {sql_snapshot: {}}}
  datasets:
  - {name: orders, schema: 'id Integer key, placed Date', classifications: [Public]}
workspaces:
- name: Desk
  container: USA/Sales/Mart
  groups:
  - {name: live, sinks: [Orders/orders]}
";

fn on() -> Validation<'static> {
    Validation::on("2026-11-22".parse().unwrap())
}

fn loaded(sales: &str) -> Loaded {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("ecosystem.yaml"), ECOSYSTEM).unwrap();
    fs::write(folder.path().join("sales.yaml"), sales).unwrap();
    Documents::open(folder.path()).unwrap()
}

fn valid(loaded: &Loaded) -> Valid<Ecosystem> {
    loaded.ecosystem.clone().validate(&on()).unwrap().into_ecosystem()
}

#[test]
fn findings_of_the_broker_and_of_change_control_join_a_report_with_their_places() {
    let before = loaded(SALES);
    // A platform that cannot be configured, a column that goes without a word, and one that nobody classified.
    let after = loaded(&SALES.replace(", placed Date", ""));
    let mut report = after.check(&on());

    let broker = Broker::new(Registry::new().with_plugin::<LocalPlatform>());
    let refused = broker.place(report.checked.as_ref().unwrap().ecosystem(), &Lock::default()).unwrap_err();
    report.findings.extend(after.located(refused.findings().clone()));

    let source = ChangeSource::new("github:northwind/usa@main");
    let control = ChangeControl::new(source, "2026-11-22".parse().unwrap());
    let change = control.judge(&valid(&before), &valid(&after));
    report.findings.extend(after.located(change.findings()));

    let codes: BTreeSet<&str> = report.findings.codes().collect();
    assert!(codes.len() >= 3, "{report}");
    for area in ["platform/", "authorization/", "schema-change/"] {
        assert!(codes.iter().any(|code| code.starts_with(area)), "{area}: {codes:?}");
    }
    for finding in &report.findings {
        let position = finding.position().unwrap_or_else(|| panic!("no place: {finding}"));
        let is_of_sales = position.document.ends_with("sales.yaml");
        let owner =
            if is_of_sales { "github:northwind/sales@main" } else { "github:northwind/ecosystem@main" };
        assert_eq!(finding.addressee().map(ToString::to_string).as_deref(), Some(owner), "{finding}");
    }
    let sarif: serde_json::Value = serde_json::from_str(&report.to_sarif(all_codes())).unwrap();
    let rules = sarif["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), codes.len(), "every code is one of `all_codes`");
}
