//! A column that cannot be read hides nothing of the others, and brings nothing about that is not so.

use chrono::NaiveDate;
use datasurface_document::{from_value, to_value};
use datasurface_model::{Column, Ecosystem, Findings, TableSchema, Validate, Validation};
use datasurface_strategies::{Mutation, ecosystems, to_avro};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Changes every schema of an ecosystem.
fn each_schema(ecosystem: &Ecosystem, change: fn(&mut Value)) -> Ecosystem {
    fn go(value: &mut Value, change: fn(&mut Value)) {
        match value {
            Value::Array(elements) => elements.iter_mut().for_each(|element| go(element, change)),
            Value::Object(members) => {
                for (name, member) in members {
                    if name == "schema" { change(member) } else { go(member, change) }
                }
            }
            _ => {}
        }
    }
    let mut document = to_value(ecosystem);
    go(&mut document, change);
    from_value(document).unwrap()
}

/// Adds a column that cannot be read; in Avro, if the schema is an object.
fn spoil(schema: &mut Value) {
    match schema {
        Value::String(text) => text.push_str(", unread Nonsense"),
        Value::Array(columns) => columns.push(json!("unread Nonsense")),
        object => {
            let fields = object.pointer_mut("/avro/fields").and_then(Value::as_array_mut);
            fields.into_iter().for_each(|fields| fields.push(json!({"name": "unread", "type": "nonsense"})));
        }
    }
}

fn spoil_in_avro(schema: &mut Value) {
    if schema.get("avro").is_none()
        && let Some(table) = table(schema)
    {
        let avro = to_avro(&table);
        *schema = json!({"avro": avro.json().value(), "key": table.key(), "partition": table.partition()});
    }
    spoil(schema);
}

/// The table that is written in a document, if it can be read.
fn table(schema: &Value) -> Option<TableSchema> {
    let texts = |list: &Value| -> Vec<String> {
        list.as_array().into_iter().flatten().map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    if let Some(text) = schema.as_str() {
        return text.parse().ok();
    }
    if schema.is_array() {
        return texts(schema).join(", ").parse().ok();
    }
    let columns = schema["columns"].as_array().into_iter().flatten().map(|members| {
        let column = Column::new(
            members["name"].as_str().unwrap(),
            members["type"].as_str().unwrap().parse().unwrap(),
        );
        let column = if members["nullable"] == false { column.not_null() } else { column };
        texts(&members["classifications"]).into_iter().fold(column, Column::classified)
    });
    Some(TableSchema::new(columns).keyed(texts(&schema["key"])).partitioned(texts(&schema["partition"])))
}

fn validated(ecosystem: Ecosystem) -> Findings {
    match ecosystem.validate(&Validation::on(NaiveDate::from_ymd_opt(2026, 6, 30).unwrap())) {
        Ok(checked) => checked.findings().clone(),
        Err(invalid) => invalid.findings().clone(),
    }
}

fn codes(ecosystem: Ecosystem) -> BTreeSet<String> {
    validated(ecosystem).codes().map(str::to_owned).collect()
}

/// What is found in every mutation, whose schemas are all spoiled, is what it is about, and that they are; but for what
/// nobody can tell of a table of which not everything is known.
#[track_caller]
fn assert_nothing_is_hidden(spoil: fn(&mut Value), untold: &[&str]) {
    let ecosystem = ecosystems().new_tree(&mut TestRunner::deterministic()).unwrap().current();
    // With one column more there is one.
    for mutation in Mutation::all().filter(|mutation| mutation.code() != "schema/no-columns") {
        let mutated = mutation.apply(ecosystem.clone());
        let spoiled = each_schema(&mutated, spoil);
        let mut expected = codes(mutated);
        if untold.contains(&mutation.code()) {
            expected.clear();
        }
        expected.insert("schema/unreadable".to_owned());
        if mutation.code() == "transformer/movable-code" {
            // A zone consented to the schemas as they were.
            expected.insert("transformer/consent-outdated".to_owned());
        }
        assert_eq!(
            datasurface_document::from_json(&datasurface_document::to_json(&spoiled)).unwrap(),
            spoiled
        );
        assert_eq!(codes(spoiled.clone()), expected, "{}: {}", mutation.code(), validated(spoiled));
    }
}

#[test]
fn in_text() {
    // Any column may be marked as part of the key.
    assert_nothing_is_hidden(spoil, &["schema/no-key"]);
}

#[test]
fn in_avro_words() {
    assert_nothing_is_hidden(
        spoil_in_avro,
        &[
            // Avro has neither.
            "schema/unknown-collation",
            "schema/unknown-time-zone",
            // Any field may be classified.
            "transformer/under-classified",
            "transformer/unneeded-removal",
        ],
    );
}
