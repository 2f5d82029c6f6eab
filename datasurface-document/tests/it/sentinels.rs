//! An error hides no other one: whatever is wrong in one zone, what is wrong in another one is told.

use crate::{
    form::NORTHWIND,
    partial::{each_object_of, judged},
};
use datasurface_document::Documents;
use serde_json::{Value, json};

/// Errors of many kinds, none of which depends on anything in another zone.
const OTHER: &str = r#"
format: datasurface/1
zone: Other
teams:
- name: Law
  owner: github:law/model@main
  definition:
    containers:
    - name: Files
      kind: {sqlite: {file: files.db}}
    credentials: []
    datastores:
    - name: Acts
      capture: {container: Other/Law/Nowhere, kind: {sql_snapshot: {}}, consistency: single_dataset, trigger: {cron: "99 * * * *"}}
      datasets:
      - {name: acts, schema: "id Integer key, id2 Strng"}
      - {name: keyless, schema: "id Integer"}
      - {name: "a/b", schema: "id Integer key"}
    - name: Empty
      capture: {container: Other/Law/Files, kind: {sql_snapshot: {tables: {nothing: x}}}, consistency: single_dataset, trigger: {cron: "0 * * * *"}}
      datasets: []
    workspaces:
    - name: Reader
      groups: [{name: g, sinks: [Acts/nothing]}]
    - name: Idle
      container: Other/Law/Files
"#;

/// What is told of it, whatever else is wrong.
const TOLD: &[&str] = &[
    "capture/cron",
    "capture/unknown-table",
    "container/no-location",
    "datastore/no-datasets",
    "name/syntax",
    "reference/unknown-container",
    "reference/unknown-dataset",
    "schema/no-key",
    "schema/unreadable",
    "workspace/no-container",
    "workspace/no-groups",
];

fn documents(northwind: &Value) -> Documents {
    Documents::new().document("model.json", northwind.to_string()).document("other.yaml", OTHER)
}

/// NorthWind with the other zone.
fn both() -> Value {
    let mut model: Value = serde_json::from_str(NORTHWIND).unwrap();
    let zones = model.get_mut("zones").and_then(Value::as_array_mut).unwrap();
    zones.push(json!({"name": "Other", "owner": "github:other/model@main"}));
    model
}

/// Whether it can be read that there is the other zone. What a zone has that cannot be read may have any name, and of a document without a head
/// nothing is known.
fn declares_the_other(model: &Value) -> bool {
    let text = |value: &Value, member: &str| value.get(member).and_then(Value::as_str).map(str::to_owned);
    let zones = model.get("zones").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    text(model, "format").is_some_and(|format| format == "datasurface/1")
        && zones.iter().all(|zone| text(zone, "name").is_some() && text(zone, "owner").is_some())
        && zones.iter().any(|zone| text(zone, "name").is_some_and(|name| name == "Other"))
}

fn missing(model: &Value) -> Vec<&'static str> {
    let outcome = judged(&documents(model));
    let of_other = |path: String| path.starts_with("zones/Other/");
    let found: Vec<&str> = outcome
        .findings
        .iter()
        .filter(|finding| of_other(finding.path().to_string()))
        .map(|finding| finding.code())
        .collect();
    TOLD.iter().copied().filter(|code| !found.contains(code)).collect()
}

#[test]
fn an_error_in_a_zone_hides_none_in_another_one() {
    assert_eq!(missing(&both()), [] as [&str; 0]);
    let wrong = |wrong: fn(&str, &Value) -> (String, Value)| {
        each_object_of(&both(), move |members| {
            let change = |name: &String| {
                let mut members = members.clone();
                let value = members.remove(name).unwrap();
                let (name, value) = wrong(name, &value);
                members.insert(name, value);
                Value::Object(members)
            };
            members.keys().map(change).collect()
        })
    };
    let slips = wrong(|name, value| (format!("{name}zz"), value.clone()));
    let far = wrong(|name, value| (format!("{name}_qqqqqqqq"), value.clone()));
    let mistaken = wrong(|name, _| (name.to_owned(), json!([[false]])));
    let all: Vec<String> = slips.into_iter().chain(far).chain(mistaken).collect();
    assert!(all.len() > 150, "{}", all.len());
    let hidden: Vec<String> = all
        .iter()
        .map(|text| (text, serde_json::from_str::<Value>(text).unwrap()))
        .filter(|(_, model)| declares_the_other(model))
        .map(|(text, model)| (text, missing(&model)))
        .filter(|(_, missing)| !missing.is_empty())
        .map(|(text, missing)| format!("{missing:?} in {text}"))
        .collect();
    let first: Vec<&String> = hidden.iter().take(3).collect();
    assert!(hidden.is_empty(), "{} of them: {first:#?}", hidden.len());
}
