//! Several values of one object that cannot be read: each is told, and what they keep from being known is that alone.

use crate::{
    form::NORTHWIND,
    partial::{codes, each_object_of, judged},
};
use datasurface_document::Documents;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What is told of the form of a document: words, and the place that they are about.
fn told(text: &str) -> BTreeSet<(String, String)> {
    let loaded = Documents::new().document("model.json", text).load_partly();
    let told = |finding: &datasurface_model::Diagnostic| (finding.path().to_string(), finding.to_string());
    // Without the position, which another error may move.
    let words = |(path, text): (String, String)| (path, text.split(" at ").next().unwrap().to_owned());
    loaded.findings.iter().map(told).map(words).collect()
}

fn messages(text: &str) -> Vec<String> {
    let loaded = Documents::new().document("model.yaml", text).load_partly();
    loaded.findings.iter().map(|finding| finding.message().to_owned()).collect()
}

#[test]
fn of_two_wrong_values_each_is_told() {
    let model: Value = serde_json::from_str(NORTHWIND).unwrap();
    let wrong = |names: &'static [usize]| {
        each_object_of(&model, move |members| {
            let mut members = members.clone();
            let all: Vec<String> = members.keys().cloned().collect();
            let mut pairs = Vec::new();
            for (number, first) in all.iter().enumerate() {
                for second in all.iter().skip(number + 1) {
                    let before = members.clone();
                    let pair = [first, second];
                    for name in names.iter().filter_map(|name| pair.get(*name)) {
                        members.insert((*name).clone(), json!([[false]]));
                    }
                    pairs.push(Value::Object(std::mem::replace(&mut members, before)));
                }
            }
            pairs
        })
    };
    let (first, second, both) = (wrong(&[0]), wrong(&[1]), wrong(&[0, 1]));
    assert!(both.len() > 100, "{}", both.len());
    for ((first, second), both) in first.iter().zip(&second).zip(&both) {
        // Of another format nothing is known.
        if !both.contains("datasurface/1") {
            continue;
        }
        let alone: BTreeSet<_> = told(first).into_iter().chain(told(second)).collect();
        let together = told(both);
        let hidden: Vec<_> = alone.difference(&together).collect();
        assert!(hidden.is_empty(), "{hidden:?} hidden in {both}");
    }
}

const COMPANY: &str = "
format: datasurface/1
name: Shop
owner: github:shop/model@main
live: github:shop/live@main
zones:
- name: EU
  owner: github:shop/eu@main
  definition:
    documentation: 5
    consents:
    - {transformer: A/b}
    teams:
    - name: Sales
      owner: github:shop/sales@main
      definition:
        datastores:
        - name: Orders
          datasets:
          - {name: orders, schema: id Integer key, documentation: 5, classification: [x], renamed_from: 7}
          - {name: \"a/b\", schema: id Integer key}
        workspaces:
        - name: Early
          groups:
          - name: g
            sinks: [5, Orders/nothing, 7]
            latency: [5]
          workspace: X
";

#[test]
#[cfg(feature = "yaml")]
fn each_wrong_value_of_a_list_and_of_an_object_is_told() {
    let messages = messages(COMPANY);
    assert_eq!(messages.iter().filter(|message| message.contains("`5`")).count(), 3, "{messages:#?}");
    assert_eq!(messages.iter().filter(|message| message.contains("`7`")).count(), 2, "{messages:#?}");
    assert!(messages.iter().any(|message| message.contains("`workspace`")), "{messages:#?}");
}

/// A value inside of a choice, or one that has to be there, hides nothing around it; nor does it hide what is missing.
#[test]
#[cfg(feature = "yaml")]
fn what_has_to_be_there_hides_nothing() {
    let with = |member: &str, object: &str| {
        let team = "      definition:\n        datastores:";
        let text = COMPANY.replacen(
            team,
            &format!("      definition:\n        {member}: [{object}]\n        datastores:"),
            1,
        );
        assert_ne!(text, COMPANY);
        messages(&text).into_iter().collect::<BTreeSet<_>>()
    };
    let before: BTreeSet<_> = messages(COMPANY).into_iter().collect();
    for (member, object, expected) in [
        (
            "containers",
            "{name: C, kind: {sqlite: {file: 51}}, locations: 52, encryption: [53], read_only: 54}",
            4,
        ),
        (
            "containers",
            "{name: C, kind: {postgres: {host: [51], port: x, database: {a: 52}}}, encryption: 53}",
            3,
        ),
        ("containers", "{kind: {sqlite: {file: 51}}}", 2),
        ("credentials", "{nmae: 51, kind: 52}", 2),
        ("waivers", "{code: 51, reason: 53}", 2),
    ] {
        let found = with(member, object);
        let new: Vec<_> = found.difference(&before).collect();
        assert!(new.len() >= expected, "{object}: {new:#?}");
    }
}

/// What may have been said under a name that is not known is not missed, whatever kind of value it is.
#[test]
#[cfg(feature = "yaml")]
fn a_name_that_is_not_known_has_no_consequence() {
    let text = COMPANY.replacen(
        "        datastores:",
        "        containers:
        - {name: C, kind: {sqlite: {file: c.db}}, site: Blue/Bonn}
        - {name: K, kind: {kafka: {brokers: [5]}}, locations: [Blue/Bonn]}
        datastores:",
        1,
    );
    let text = text.replacen(
        "{name: \"a/b\", schema: id Integer key}",
        "{name: \"a/b\", schema: {columns: [{name: id, type: Integer, required: true}], key: [id]}}
          - {name: c, schema: id Integer key, quality_checks: [{unique: {columns: [5]}}, {rows: {min: 1}}]}",
        1,
    );
    let text = text.replacen("sinks: [5, Orders/nothing, 7]", "dataset: Orders/orders", 1);
    let outcome = judged(&Documents::new().document("model.yaml", text));
    let found = codes(&outcome);
    assert!(found.contains(&"name/syntax"), "{}", outcome.findings);
    let consequences = [
        "container/address",
        "container/no-location",
        "quality/parameter",
        "schema/nullable-key",
        "workspace/no-sinks",
    ];
    let follow: Vec<_> = consequences.into_iter().filter(|code| found.contains(code)).collect();
    assert!(follow.is_empty(), "{follow:?} in {}", outcome.findings);
}

/// The rest of a zone is judged, whatever is wrong with what is written about it.
#[test]
#[cfg(feature = "yaml")]
fn documentation_that_cannot_be_read_hides_nothing() {
    let outcome = judged(&Documents::new().document("model.yaml", COMPANY));
    assert!(codes(&outcome).contains(&"name/syntax"), "{}", outcome.findings);
    assert!(!codes(&outcome).contains(&"document/undeclared"), "{}", outcome.findings);
}

/// A name that is near to one of another type was not meant as that one: nothing else of the object is lost for it.
#[test]
#[cfg(feature = "yaml")]
fn a_near_name_with_a_value_of_another_type_is_left_out() {
    let text = COMPANY.replace("        workspaces:\n", "        datastor: 5\n        workspaces:\n");
    let text = text
        .replace("        datastores:\n        - name: Orders", "        datastore:\n        - name: Orders");
    let outcome = judged(&Documents::new().document("model.yaml", text));
    assert!(codes(&outcome).contains(&"name/syntax"), "{}", outcome.findings);
}

/// An object with more that is wrong than anybody mends at once is lost as a whole, after few errors.
#[test]
fn what_is_wrong_with_one_object_is_bounded() {
    let sinks = vec!["5"; 20_000].join(",");
    let text = NORTHWIND.replacen('{', &format!("{{\"classifications\": [{sinks}],"), 1);
    let loaded = Documents::new().document("model.json", text).load_partly();
    assert!(loaded.findings.len() < 100, "{}", loaded.findings.len());
    assert!(loaded.unread.iter().any(|path| path.segments().len() == 0), "{:?}", loaded.unread);
}
