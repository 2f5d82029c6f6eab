//! Avro records, old against new.

use super::record_of;
use crate::{AvroSchema, SchemaChange, schema::Schema};
use serde_json::{Value, json};

/// A record of one field.
fn field(members: Value) -> Schema {
    AvroSchema::new(record_of(json!([members]))).into()
}

fn of_type(of: &Value) -> Schema {
    let schema = field(json!({"name": "a", "type": of}));
    assert_eq!(schema.error(), None);
    schema
}

/// What is told of a change from one field to another, and the rule that it breaks, without its category.
fn told(old: &Schema, new: &Schema) -> Vec<(String, Option<&'static str>)> {
    let changes = SchemaChange::between(old, new);
    let rule = |change: &SchemaChange| change.broken_rule()?.code().split('/').nth(1);
    changes.iter().map(|change| (change.to_string(), rule(change))).collect()
}

#[test]
fn types_of_avro_change_as_its_data_can_be_read() {
    let symbols = |symbols: &[&str]| json!({"type": "enum", "name": "e", "symbols": symbols});
    let fixed = |name: &str, size: u32| json!({"type": "fixed", "name": name, "size": size});
    let logical = |of: &str, logical: &str| json!({"type": of, "logicalType": logical});
    let array = |items: Value| json!({"type": "array", "items": items});
    let inner = |fields: Value| json!({"type": "record", "name": "i", "fields": fields});
    for (old, new, why, is_free) in [
        (json!("int"), json!("long"), "more bits, and the same sign", true),
        (json!("long"), json!("int"), "fewer bits", false),
        (json!("int"), json!("double"), "another family of types", false),
        (json!("string"), json!("bytes"), "another family of types", false),
        (symbols(&["A"]), symbols(&["A", "B"]), "more symbols", true),
        (symbols(&["A", "B"]), symbols(&["B", "A"]), "the same symbols", true),
        (symbols(&["A", "B"]), symbols(&["A", "C"]), "the symbol `B` is gone", false),
        (symbols(&["A"]), json!("string"), "another family of types", false),
        (
            symbols(&["A"]),
            json!({"type": "enum", "name": "f", "symbols": ["A"]}),
            "a type of another name",
            false,
        ),
        (
            symbols(&["A", "B"]),
            json!({"type": "enum", "name": "e", "symbols": ["A"], "default": "A"}),
            "the symbol `B` is gone",
            false,
        ),
        (fixed("f", 8), fixed("f", 9), "another number of bytes", false),
        (fixed("f", 8), fixed("g", 8), "a type of another name", false),
        (fixed("f", 8), json!("bytes"), "another family of types", false),
        (
            logical("long", "timestamp-millis"),
            logical("long", "timestamp-micros"),
            "another logical type",
            false,
        ),
        (logical("int", "date"), logical("long", "timestamp-micros"), "another logical type", false),
        (logical("int", "date"), json!("int"), "another family of types", false),
        (logical("int", "time-millis"), logical("long", "time-micros"), "another logical type", false),
        (logical("int", "time-millis"), json!("int"), "another family of types", false),
        (json!("long"), logical("long", "time-micros"), "another family of types", false),
        (logical("int", "of somebody"), logical("int", "of others"), "another logical type", false),
        (logical("int", "of somebody"), logical("long", "of somebody"), "another logical type", false),
        (array(json!("int")), array(json!("long")), "in the elements: more bits, and the same sign", true),
        (array(json!("int")), array(json!(["null", "int"])), "in the elements: may be null now", false),
        (
            json!({"type": "map", "values": ["null", "int"]}),
            json!({"type": "map", "values": "int"}),
            "in the values: may not be null any more",
            false,
        ),
        (json!(["int", "string"]), json!(["int", "string", "boolean"]), "more alternatives", true),
        (
            json!(["int", "string"]),
            json!(["long", "string"]),
            "in an alternative: more bits, and the same sign",
            true,
        ),
        (
            json!(["int", "string"]),
            json!(["string", "int"]),
            "in an alternative: another family of types",
            false,
        ),
        (json!(["int", "string", "boolean"]), json!(["int", "string"]), "an alternative is gone", false),
        (json!("int"), json!(["int", "string"]), "another family of types", false),
        (
            inner(json!([{"name": "x", "type": "int"}])),
            inner(json!([{"name": "x", "type": "int"}, {"name": "y", "type": "int", "default": 0}])),
            "a new field has a default",
            true,
        ),
        (
            inner(json!([{"name": "x", "type": "int"}])),
            inner(json!([{"name": "x", "type": "int"}, {"name": "y", "type": ["null", "int"]}])),
            "a new field has no default",
            false,
        ),
        (
            inner(json!([{"name": "x", "type": "int"}])),
            inner(json!([{"name": "y", "type": "int", "aliases": ["x"]}])),
            "a field is gone",
            false,
        ),
        (
            inner(json!([{"name": "x", "type": "int", "default": 0}])),
            inner(json!([{"name": "x", "type": "int", "default": 1}])),
            "in the field `x`: another default",
            false,
        ),
    ] {
        let (old, new) = (of_type(&old), of_type(&new));
        let [(told, rule)] = &told(&old, &new)[..] else { panic!("{old:?} to {new:?}") };
        assert!(told.ends_with(&format!(": {why}")), "{told}");
        assert_eq!(*rule, (!is_free).then_some("type-narrowed"), "{told}");
    }
}

#[test]
fn fields_of_avro_change_as_its_data_can_be_read() {
    let default = |default: Value| field(json!({"name": "a", "type": "int", "default": default}));
    let plain = || of_type(&json!("int"));
    let two = |more: Value| {
        let fields = json!([{"name": "a", "type": "int"}, more]);
        Schema::from(AvroSchema::new(record_of(fields)))
    };
    for (old, new, expected, rule) in [
        (plain(), default(json!(1)), "`a` has the default `1` now", None),
        (
            default(json!(1)),
            default(json!(2)),
            "the default of `a` was `1` and is `2`",
            Some("default-changed"),
        ),
        (default(json!(1)), plain(), "`a` has no default any more", Some("default-changed")),
        (
            plain(),
            two(json!({"name": "b", "type": "int", "default": 1})),
            "the column `b` is new: `b Integer not null`",
            None,
        ),
        (
            plain(),
            two(json!({"name": "b", "type": ["null", "int"]})),
            "the column `b` is new, and has no default: `b Integer`",
            Some("no-default-added"),
        ),
        (two(json!({"name": "b", "type": "int"})), plain(), "the column `b` is gone", Some("column-removed")),
        (
            plain(),
            field(json!({"name": "b", "type": "int", "aliases": ["x", "a"]})),
            "the column `a` is called `b` now",
            Some("column-renamed"),
        ),
        (plain(), of_type(&json!(["null", "int"])), "`a` may be null now", Some("became-nullable")),
        (of_type(&json!(["null", "int"])), plain(), "`a` may not be null any more", Some("became-not-null")),
        (
            plain(),
            AvroSchema::new(json!({"type": "record", "name": "s", "fields": [{"name": "a", "type": "int"}]}))
                .into(),
            "the record `r` is called `s` now",
            Some("record-renamed"),
        ),
        // Of a table nobody knows what a record promises.
        ("a Integer not null".into(), plain(), "the table is an Avro record now", Some("form-changed")),
        (plain(), "a Integer not null".into(), "the Avro record is a table now", Some("form-changed")),
    ] {
        assert_eq!(told(&old, &new), [(expected.to_owned(), rule)]);
    }
}

#[test]
fn what_is_only_said_about_a_field_is_no_change_of_it() {
    let plain = of_type(&json!({"type": "record", "name": "i", "fields": [{"name": "x", "type": "int"}]}));
    let said = field(json!({"name": "a", "doc": "d", "classifications": ["PII"], "aliases": ["b"], "type": {
        "type": "record", "name": "i", "fields": [{"name": "x", "doc": "e", "type": "int"}],
    }}));
    assert_eq!(told(&plain, &said), []);
}
