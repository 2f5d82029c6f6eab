//! What may become what, against an independent judge: Avro's rules of schema resolution, as its own library has them.
//!
//! A change that is free here must let Avro read what was written before by the new schema. Not the other way round:
//! Avro also resolves what would lose something, and says nothing about those who read by the old schema.

use apache_avro::{Schema as Judge, schema_compatibility::SchemaCompatibility};
use datasurface_schema::{AvroSchema, Column, DataType, Schema, SchemaChange, TableSchema};
use datasurface_strategies::{data_types, to_avro};
use proptest::{
    collection::vec,
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Map, Value, json};

fn resolves(old: &Value, new: &Value) -> bool {
    let schema = |value: &Value| Judge::parse(value).unwrap();
    SchemaCompatibility::can_read(&schema(old), &schema(new)).is_ok()
}

fn is_free(old: &Value, new: &Value) -> bool {
    let schema = |value: &Value| Schema::from(AvroSchema::new(value.clone()));
    let (old, new) = (schema(old), schema(new));
    assert_eq!((old.error(), new.error()), (None, None), "{old:?} {new:?}");
    SchemaChange::between(&old, &new).iter().all(|change| change.broken_rule().is_none())
}

fn record(fields: Value) -> Value {
    json!({"type": "record", "name": "r", "fields": fields})
}

fn field_of(of: &Value) -> Value {
    record(json!([{"name": "f", "type": of}]))
}

/// Tables have no such type; Avro has.
#[test]
fn a_record_that_contains_itself_is_refused_with_the_reason() {
    let list = record(json!([{"name": "value", "type": "int"}, {"name": "next", "type": ["null", "r"]}]));
    assert!(Judge::parse(&list).is_ok());
    let schema = Schema::from(AvroSchema::new(list));
    let error = schema.error().expect("an error").to_string();
    assert!(error.contains("`r` is the record that the field is in"), "{error}");
}

#[test]
fn types_widen_no_further_than_avro_resolves() {
    let plain = ["boolean", "int", "long", "float", "double", "string", "bytes"].map(|name| json!(name));
    let symbols = |symbols: &[&str]| json!({"type": "enum", "name": "e", "symbols": symbols});
    let others = [
        symbols(&["A", "B"]),
        symbols(&["B", "A"]),
        symbols(&["A", "B", "C"]),
        json!({"type": "enum", "name": "other", "symbols": ["A", "B"]}),
        json!({"type": "enum", "name": "e", "symbols": ["A"], "default": "A"}),
        json!({"type": "fixed", "name": "x", "size": 8}),
        json!({"type": "fixed", "name": "x", "size": 9}),
        json!({"type": "fixed", "name": "y", "size": 8}),
        json!(["null", "int"]),
        json!(["int", "string"]),
        json!(["long", "string"]),
        json!(["int", "string", "boolean"]),
        json!({"type": "array", "items": "int"}),
        json!({"type": "array", "items": "long"}),
        json!({"type": "map", "values": "int"}),
        json!({"type": "map", "values": "long"}),
    ];
    let types: Vec<Value> = plain.into_iter().chain(others).collect();
    let (mut free, mut stricter) = (Vec::new(), Vec::new());
    for old in &types {
        for new in types.iter().filter(|new| *new != old) {
            let is_free = is_free(&field_of(old), &field_of(new));
            let is_resolved = resolves(&field_of(old), &field_of(new));
            assert!(!is_free || is_resolved, "{old} to {new} is free, and Avro does not resolve it");
            match (is_free, is_resolved) {
                (true, _) => free.push(format!("{old} to {new}")),
                (false, true) => stricter.push(format!("{old} to {new}")),
                (false, false) => {}
            }
        }
    }
    let name = |symbols: &str| format!(r#"{{"type":"enum","name":"e","symbols":[{symbols}]}}"#);
    let enumeration = |old: &str, new: &str| format!("{} to {}", name(old), name(new));
    let reader =
        |new: &str| format!(r#"{{"type":"enum","name":"e","symbols":["A"],"default":"A"}} to {}"#, name(new));
    let expected = [
        r#""int" to "long""#.to_owned(),
        r#""float" to "double""#.to_owned(),
        enumeration(r#""A","B""#, r#""B","A""#),
        enumeration(r#""A","B""#, r#""A","B","C""#),
        enumeration(r#""B","A""#, r#""A","B""#),
        enumeration(r#""B","A""#, r#""A","B","C""#),
        reader(r#""A","B""#),
        reader(r#""B","A""#),
        reader(r#""A","B","C""#),
        r#"["int","string"] to ["long","string"]"#.to_owned(),
        r#"["int","string"] to ["int","string","boolean"]"#.to_owned(),
        r#"{"type":"array","items":"int"} to {"type":"array","items":"long"}"#.to_owned(),
        r#"{"type":"map","values":"int"} to {"type":"map","values":"long"}"#.to_owned(),
    ];
    assert_eq!(free, expected);
    // A number that is rounded is another one, bytes need not be text, and who reads a number expects no text.
    for of_avro_alone in [
        r#""int" to "float""#,
        r#""string" to "bytes""#,
        r#""int" to ["int","string"]"#,
        r#""int" to ["null","int"]"#,
    ] {
        assert!(stricter.iter().any(|pair| pair == of_avro_alone), "{of_avro_alone}: {stricter:#?}");
    }
}

#[test]
fn changes_of_fields_that_are_free_are_resolved() {
    let id = json!({"name": "id", "type": "int"});
    let old = record(json!([id, {"name": "name", "type": ["null", "string"], "default": null}]));
    for (new, free, resolved) in [
        (json!([{"name": "name", "type": ["null", "string"], "default": null}, id]), true, true),
        (
            json!([id, {"name": "name", "type": ["null", "string"], "default": null}, {
                "name": "more", "type": {"type": "enum", "name": "e", "symbols": ["A"]}, "default": "A",
            }]),
            true,
            true,
        ),
        (
            json!([id, {"name": "name", "type": ["null", "string"], "default": null}, {
                "name": "more", "type": ["null", "int"],
            }]),
            false,
            false,
        ),
        // History would be read; but whoever reads by the old schema finds nothing, or gets what it does not expect.
        (json!([id]), false, true),
        (json!([id, {"name": "title", "aliases": ["name"], "type": ["null", "string"]}]), false, true),
        (json!([id, {"name": "title", "type": ["null", "string"]}]), false, false),
        (json!([id, {"name": "name", "type": ["null", "string"]}]), false, true),
        (json!([id, {"name": "name", "type": ["null", "string"], "default": "?"}]), false, true),
    ] {
        let new = record(new);
        assert_eq!(is_free(&old, &new), free, "{new}");
        assert_eq!(resolves(&old, &new), resolved, "{new}");
    }
    let renamed = json!({"type": "record", "name": "s", "fields": [id]});
    assert!(!is_free(&record(json!([id])), &renamed) && !resolves(&record(json!([id])), &renamed));
}

/// Changes a schema here and there, as the choices say; most of it stays.
struct Changing<I>(I);

impl<I: Iterator<Item = u8>> Changing<I> {
    fn next(&mut self) -> u8 {
        self.0.next().unwrap_or_default()
    }

    fn of_type(&mut self, of: &Value) -> Value {
        match of {
            Value::String(name) => self.of_name(name).into(),
            Value::Array(types) => self.of_union(types),
            Value::Object(members) => Value::Object(self.of_members(members.clone())),
            other => other.clone(),
        }
    }

    fn of_name<'n>(&mut self, name: &'n str) -> &'n str {
        match (name, self.next() % 8) {
            ("int", 1..=4) => "long",
            ("int", 5) => "double",
            ("float", 1..=4) => "double",
            ("long", 1) => "int",
            ("string", 1) => "bytes",
            _ => name,
        }
    }

    fn of_union(&mut self, types: &[Value]) -> Value {
        let mut types: Vec<Value> = types.iter().map(|of| self.of_type(of)).collect();
        match self.next() % 8 {
            1 | 2 if !types.contains(&json!("boolean")) => types.push(json!("boolean")),
            3 if types.len() > 2 => drop(types.pop()),
            4 if types.contains(&json!("null")) => types.retain(|of| of != "null"),
            _ => {}
        }
        types.into()
    }

    fn of_members(&mut self, mut members: Map<String, Value>) -> Map<String, Value> {
        for part in ["items", "values"] {
            if let Some(of) = members.get(part).cloned() {
                members.insert(part.to_owned(), self.of_type(&of));
            }
        }
        let choice = self.next() % 8;
        match (members["type"].as_str().unwrap(), choice) {
            ("enum", 1 | 2 | 6 | 7) => {
                drop(members.insert("symbols".to_owned(), json!(["A", "D", "B", "C"])))
            }
            ("enum", 3) => drop(members.insert("symbols".to_owned(), json!(["A", "C"]))),
            ("enum", 4) => drop(members.insert("default".to_owned(), json!("A"))),
            ("fixed", 1) if !members.contains_key("logicalType") => {
                drop(members.insert("size".to_owned(), json!(77)))
            }
            ("enum" | "fixed" | "record", 5) => {
                let name = members["name"].as_str().unwrap().to_owned() + "_2";
                members.insert("name".to_owned(), name.into());
            }
            ("record", _) => {
                let fields = members["fields"].as_array().unwrap().clone();
                members.insert("fields".to_owned(), self.of_fields(&fields).into());
            }
            _ => {}
        }
        members
    }

    fn of_fields(&mut self, fields: &[Value]) -> Vec<Value> {
        let mut fields: Vec<Value> = fields.iter().map(|field| self.of_field(field)).collect();
        match self.next() % 12 {
            1..=4 => fields.push(json!({"name": "more", "type": "int", "default": 1})),
            5 => fields.push(json!({"name": "more", "type": ["null", "int"]})),
            6 if fields.len() > 1 => drop(fields.remove(0)),
            7 => fields.reverse(),
            _ => {}
        }
        fields
    }

    fn of_field(&mut self, field: &Value) -> Value {
        let mut field = field.as_object().unwrap().clone();
        let of = self.of_type(&field["type"]);
        let choice = self.next() % 16;
        if of != field["type"] || choice == 1 {
            field.shift_remove("default");
        }
        if choice == 2 {
            let (old, new) = (field["name"].clone(), format!("{}_2", field["name"].as_str().unwrap()));
            field.insert("name".to_owned(), new.into());
            field.insert("aliases".to_owned(), json!([old]));
        }
        field.insert("type".to_owned(), of);
        field.into()
    }
}

/// The library does not compare decimals and durations, not even with themselves.
fn comparable(data_type: DataType) -> DataType {
    if contains(&data_type, &|of| matches!(of, DataType::Decimal { .. } | DataType::Interval)) {
        DataType::Integer
    } else {
        data_type
    }
}

fn contains(data_type: &DataType, what: &impl Fn(&DataType) -> bool) -> bool {
    let inside = match data_type {
        DataType::Array(array) => contains(array.element(), what),
        DataType::Map(map) => contains(map.value(), what),
        DataType::Struct(structure) => {
            structure.fields().iter().any(|field| contains(field.data_type(), what))
        }
        _ => false,
    };
    inside || what(data_type)
}

/// A record, and what becomes of it.
fn changes() -> impl Strategy<Value = (Value, Value)> {
    (vec((data_types(), any::<bool>()), 1..4), vec(any::<u8>(), 40), 1..20_usize).prop_map(
        |(types, choices, every)| {
            let columns = types.into_iter().zip(1..).map(|((data_type, is_nullable), number)| {
                let column = Column::new(format!("column_{number}"), comparable(data_type));
                if is_nullable { column } else { column.not_null() }
            });
            let old = to_avro(&TableSchema::new(columns)).json().value();
            // Of many changes at once, hardly any are free together.
            let choices = choices.into_iter().enumerate();
            let choices = choices.map(|(at, choice)| if at % every == 0 { choice } else { 0 });
            let new = Changing(choices).of_type(&old);
            (old, new)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn whatever_changes_is_no_freer_than_avro_resolves((old, new) in changes()) {
        prop_assert!(resolves(&old, &old), "{} to itself", old);
        prop_assert!(is_free(&old, &old), "{} to itself", old);
        if is_free(&old, &new) {
            prop_assert!(resolves(&old, &new), "{} to {}", old, new);
        }
    }
}

#[test]
fn what_is_compared_is_often_free_and_often_not() {
    let config = Config::default();
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let (mut free, mut broken) = (0, 0);
    for _ in 0..1000 {
        let (old, new) = changes().new_tree(&mut runner).unwrap().current();
        if old != new {
            *if is_free(&old, &new) { &mut free } else { &mut broken } += 1;
        }
    }
    assert!(free > 40 && broken > 40, "{free} free, {broken} broken");
}
