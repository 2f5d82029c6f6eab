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
    model["zones"].as_array_mut().unwrap().push(json!({"name": "Other", "owner": "github:other/model@main"}));
    model
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
    let mut hidden = Vec::new();
    for text in all {
        let model: Value = serde_json::from_str(&text).unwrap();
        // What a zone has that nobody can read may have any name. Of a document without a head, and where the zone itself may be declared by what cannot be read, nothing is known.
        let zones = model["zones"].as_array();
        let declares = model["format"] == "datasurface/1"
            && zones.is_some_and(|zones| {
                zones.iter().all(|zone| zone["name"].is_string() && zone["owner"].is_string())
                    && zones.iter().any(|zone| zone["name"] == "Other")
            });
        let missing = missing(&model);
        if declares && !missing.is_empty() {
            hidden.push((missing, text.replace("zz", "ZZ")));
        }
    }
    let shown: Vec<String> = hidden.iter().map(|(codes, text)| format!("{codes:?} in {text}")).collect();
    assert!(
        hidden.is_empty(),
        "{} of them\n{}",
        hidden.len(),
        shown.iter().take(6).cloned().collect::<Vec<_>>().join("\n")
    );
}
