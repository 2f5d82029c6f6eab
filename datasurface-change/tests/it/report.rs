//! The forms of a report.

use super::fixture::*;
use datasurface_change::{ChangeControl, ChangeReport, ChangeSource};
use datasurface_document::Documents;
use datasurface_model::*;

fn proposed() -> Valid<Ecosystem> {
    let new = with_store(store([Dataset::new("customers", "id Integer key, name VarChar(40)"), orders()]));
    valid(&new.platform(PlatformDeclaration::new("Other", "local")))
}

fn refused() -> ChangeReport {
    ChangeControl::new(ChangeSource::new(SALES), day("2026-01-01")).judge(&valid(&fixture()), &proposed())
}

#[test]
fn as_text() {
    assert_eq!(
        refused().to_string().replace(ChangeControl::fingerprint(&proposed()).as_str(), "3f9c…"),
        "refused: a change from github:nw/sales@main, 2 differences

error[authorization/not-yours]: a change from github:nw/sales@main touches the ecosystem, which belongs to \
github:nw/model@main
  at platforms/Other
  see platforms/Other: is new
  help: A repository may change what it owned before the change, and nothing else. Propose this part of the change in \
the repository that owns it, or let that repository approve exactly this proposal.

error[schema-change/column-removed]: in `Store/customers`, the column `city` is gone
  at zones/USA/teams/Sales/datastores/Store/datasets/customers/columns/city
  see zones/USA/teams/Stock/workspaces/Analysis/groups/all: breaks `Analysis/all` of the team `USA/Stock`
  help: Whoever reads the column finds nothing any more. Deprecate the dataset, let its consumers agree and leave, and \
take the column away after the sunset; or offer a new dataset beside the old one.

it touches
  the ecosystem (github:nw/model@main): 1 difference
  the team `Sales` of the zone `USA` (github:nw/sales@main): 1 difference

not approved
  by github:nw/model@main: the ecosystem
  an approval of exactly this proposal names 3f9c…

tell the team `USA/Stock` (github:nw/stock@main)
  `Analysis/all` is reached by zones/USA/teams/Sales/datastores/Store/datasets/customers
"
    );
}

#[test]
fn as_json() {
    let value: serde_json::Value = serde_json::from_str(&refused().to_json()).unwrap();
    assert_eq!((&value["version"], &value["verdict"]), (&1.into(), &"refused".into()));
    assert_eq!(value["approvals"]["missing"][0]["repository"], "github:nw/model@main");
    assert_eq!(value["parts"].as_array().unwrap().len(), 2);
    assert_eq!(value["authorization"]["decision"], "deny");
    assert_eq!(value["authorization"]["denied"][0]["owner"], "github:nw/model@main");
    assert_eq!(value["breaking"][0]["consumers"][0]["group"], "Analysis/all");
    assert_eq!(value["notify"][0]["team"], "USA/Stock");
    assert_eq!(value["changes"][1]["change"]["kind"], "removed");
}

#[test]
fn as_sarif() {
    let value: serde_json::Value = serde_json::from_str(&refused().to_sarif()).unwrap();
    assert_eq!(value["version"], "2.1.0");
    let run = &value["runs"][0];
    let ids = |list: &serde_json::Value, id: &str| -> Vec<String> {
        list.as_array().unwrap().iter().map(|entry| entry[id].as_str().unwrap().to_owned()).collect()
    };
    let expected = ["authorization/not-yours", "schema-change/column-removed"];
    assert_eq!(ids(&run["results"], "ruleId"), expected);
    assert_eq!(ids(&run["tool"]["driver"]["rules"], "id"), expected);
    assert_eq!(run["results"][1]["level"], "error");
    super::sarif::check(&refused().to_sarif());
}

#[test]
fn as_sarif_with_places() {
    let new = with_store(store([Dataset::new("customers", "id Integer key, name VarChar(9)"), orders()]));
    let documents = Documents::new().document("models/all of it.yaml", datasurface_document::to_yaml(&new));
    let control = ChangeControl::new(ChangeSource::new(SALES), day("2026-01-01"));
    let report = control.judge(&valid(&fixture()), &valid(&documents.load().unwrap()));
    let log = report.to_sarif_in(&documents);
    super::sarif::check(&log);
    let value: serde_json::Value = serde_json::from_str(&log).unwrap();
    let place = |result: usize| &value["runs"][0]["results"][result]["locations"][0]["physicalLocation"];
    let narrowed = place(1);
    assert_eq!(narrowed["artifactLocation"]["uri"], "models/all%20of%20it.yaml");
    let line = usize::try_from(narrowed["region"]["startLine"].as_u64().unwrap()).unwrap();
    let yaml = datasurface_document::to_yaml(&new);
    assert_eq!(yaml.lines().nth(line - 1).unwrap().trim(), "schema: id Integer key, name VarChar(9)");
}

#[test]
fn every_code_is_there_once() {
    use datasurface_change::SCHEMA_CODES;
    use datasurface_model::CodeRegistry;
    let registry =
        CodeRegistry::default().merge(datasurface_model::CODES).and_then(|all| all.merge(SCHEMA_CODES));
    let registry = registry.and_then(|all| all.merge(datasurface_change::CODES)).unwrap();
    let count = datasurface_model::CODES.len() + SCHEMA_CODES.len() + datasurface_change::CODES.len();
    assert_eq!(registry.iter().count(), count);
}

#[test]
fn nothing_is_said_of_no_change() {
    let fixture = valid(&fixture());
    let report =
        ChangeControl::new(ChangeSource::new("git:x@y"), day("2026-01-01")).judge(&fixture, &fixture);
    assert_eq!(report.to_string(), "allowed: a change from git:x@y, nothing differs\n");
}
