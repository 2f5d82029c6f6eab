//! What SARIF 2.1.0 (OASIS, sections 3.13 to 3.52) demands of a log, as far as reports use it.

use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Panics where a log is not as it must be.
#[track_caller]
pub(crate) fn check(log: &str) {
    let log: Value = serde_json::from_str(log).unwrap();
    let log = object(&log, &["version", "runs"], &["$schema"]);
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().unwrap().starts_with("https://"));
    for run in list(&log["runs"]) {
        check_run(object(run, &["tool", "results"], &["columnKind"]));
    }
}

fn check_run(run: &Map<String, Value>) {
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let driver = &object(&run["tool"], &["driver"], &[])["driver"];
    let driver = object(driver, &["name", "rules"], &["version"]);
    text(&driver["name"]);
    let mut rules = BTreeSet::new();
    for rule in list(&driver["rules"]) {
        let rule = object(rule, &["id"], &["shortDescription", "fullDescription", "defaultConfiguration"]);
        assert!(rules.insert(text(&rule["id"])), "a rule is described twice");
        for description in ["shortDescription", "fullDescription"] {
            text(&object(&rule[description], &["text"], &[])["text"]);
        }
        level(&object(&rule["defaultConfiguration"], &["level"], &[])["level"]);
    }
    let mut used = BTreeSet::new();
    for result in list(&run["results"]) {
        let result = object(result, &["message", "ruleId", "level"], &["locations", "relatedLocations"]);
        text(&object(&result["message"], &["text"], &[])["text"]);
        level(&result["level"]);
        used.insert(text(&result["ruleId"]));
        assert_eq!(list(&result["locations"]).len(), 1);
        list(&result["locations"])
            .iter()
            .for_each(|location| check_location(location, &["logicalLocations"]));
        for location in list(&result["relatedLocations"]) {
            check_location(location, &["logicalLocations", "message"]);
        }
    }
    assert_eq!(used, rules, "a rule that is used is described, and no other");
}

fn check_location(location: &Value, required: &[&str]) {
    let location = object(location, required, &["physicalLocation"]);
    if let Some(physical) = location.get("physicalLocation") {
        check_physical(object(physical, &["artifactLocation", "region"], &[]));
    }
    for logical in list(&location["logicalLocations"]) {
        text(&object(logical, &["fullyQualifiedName"], &[])["fullyQualifiedName"]);
    }
    if let Some(message) = location.get("message") {
        text(&object(message, &["text"], &[])["text"]);
    }
}

fn check_physical(physical: &Map<String, Value>) {
    let uri = text(&object(&physical["artifactLocation"], &["uri"], &[])["uri"]);
    assert!(uri.bytes().all(|byte| byte.is_ascii_graphic()), "{uri}");
    let region = object(&physical["region"], &["startLine", "startColumn", "endColumn"], &[]);
    let number = |name: &str| region[name].as_u64().unwrap();
    assert!(number("startLine") >= 1 && number("startColumn") >= 1);
    assert!(number("endColumn") >= number("startColumn"));
}

/// An object with these members, and no others than those: SARIF permits none that it does not know.
fn object<'v>(value: &'v Value, required: &[&str], optional: &[&str]) -> &'v Map<String, Value> {
    let members = value.as_object().unwrap();
    for name in required {
        assert!(members.contains_key(*name), "`{name}` is missing in {value}");
    }
    for name in members.keys() {
        assert!(
            required.iter().chain(optional).any(|known| known == name),
            "`{name}` is too much in {value}"
        );
    }
    members
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn text(value: &Value) -> &str {
    let text = value.as_str().unwrap();
    assert!(!text.is_empty());
    text
}

fn level(value: &Value) {
    assert!(["error", "warning", "note", "none"].contains(&text(value)));
}
