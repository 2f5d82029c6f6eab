use super::*;
use crate::{
    proptest1::data_types,
    schema::{AvroSchema, DataType, FloatFormat, MicroscalingFormat, Schema},
};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::{collections::BTreeMap, fmt::Write as _, path::PathBuf};

/// Types that differ in everything that decides anything.
fn samples() -> Vec<DataType> {
    let plain = [
        "Boolean",
        "TinyInt",
        "SmallInt",
        "Integer",
        "BigInt",
        "Int(32)",
        "Int(33)",
        "UInt(31)",
        "UInt(32)",
        "Decimal(9,2)",
        "Decimal(10,2)",
        "Decimal(10,3)",
        "Decimal(11,3)",
        "Char(10)",
        "Char(20)",
        "VarChar(10)",
        "VarChar(10) collate C",
        "VarChar(20)",
        "VarChar",
        "NChar(10)",
        "NVarChar(10)",
        "NVarChar",
        "Date",
        "Timestamp",
        "Timestamp(UTC)",
        "Timestamp(Europe/Berlin)",
        "Interval",
        "Binary(8)",
        "Binary",
        "Variant(8)",
        "Variant",
        "Array(Integer)",
        "Array(BigInt)",
        "Map(VarChar(10), Integer)",
        "Map(VarChar(20), Integer)",
        "Map(VarChar(20), BigInt)",
        "Struct(a Integer)",
        "Struct(a BigInt)",
        "Struct(a Integer not null)",
        "Struct(a Integer, b Date)",
        "Struct(b Date, a Integer)",
        "Struct(a Integer, b Date not null)",
        "Vector(3)",
        "Vector(4)",
        "Geography(Point)",
        "Geography(Polygon)",
        "Geography",
        "Geography(3857)",
    ];
    let plain = plain.into_iter().map(|text| text.parse().unwrap());
    let floats = FloatFormat::ALL.map(DataType::Float);
    let blocks = MicroscalingFormat::ALL.map(DataType::Microscaling);
    plain.chain(floats).chain(blocks).collect()
}

/// One paragraph for each type: what it may become and what not, each with the reason.
fn page() -> String {
    let mut page = "# What a type may become\n\n\
        Generated from the rules (`cargo test -p datasurface-model type_changes` with `UPDATE_DOCS=1`), for types that \
        differ in everything that decides anything. `+` is free, `-` breaks.\n"
        .to_owned();
    for old in samples() {
        let mut by_reason: BTreeMap<(bool, String), Vec<String>> = BTreeMap::new();
        for new in samples() {
            let change = TypeChange::between(&old, &new);
            if old != new {
                let entry = by_reason.entry((!change.is_free(), change.reason().to_owned())).or_default();
                entry.push(format!("`{new}`"));
            }
        }
        writeln!(page, "\n## `{old}`\n").unwrap();
        for ((breaks, reason), types) in by_reason {
            let sign = if breaks { '-' } else { '+' };
            // Two in three are of this kind.
            let is_family = reason == "another family of types";
            let types = if is_family { "all others".to_owned() } else { types.join(", ") };
            writeln!(page, "{sign} {reason}: {types}").unwrap();
        }
    }
    page
}

#[test]
fn the_page_of_type_changes_is_up_to_date() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/type-changes.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, page()).unwrap();
    }
    assert!(
        std::fs::read_to_string(path).unwrap_or_default() == page(),
        "docs/type-changes.md is stale: run again with UPDATE_DOCS=1"
    );
}

#[test]
fn types_change_as_the_design_says() {
    for (old, new, is_free) in [
        ("VarChar(40)", "VarChar(41)", true),
        ("VarChar(40)", "VarChar", true),
        ("VarChar", "VarChar(40)", false),
        ("Char(3)", "VarChar(3)", true),
        ("VarChar(3)", "Char(3)", true),
        ("VarChar(3)", "NVarChar(3)", false),
        ("VarChar(3)", "VarChar(4) collate C", false),
        ("Integer", "BigInt", true),
        ("Integer", "Int(32)", true),
        ("BigInt", "Integer", false),
        ("UInt(32)", "BigInt", true),
        ("UInt(32)", "Integer", false),
        ("Integer", "UInt(64)", false),
        ("Integer", "Double", false),
        ("Real", "Double", true),
        ("Double", "Real", false),
        ("Decimal(10,2)", "Decimal(12,4)", true),
        ("Decimal(10,2)", "Decimal(10,4)", false),
        ("Decimal(10,2)", "Decimal(12,1)", false),
        ("Date", "Timestamp", true),
        ("Date", "Timestamp(UTC)", true),
        ("Timestamp", "Date", false),
        ("Timestamp", "Timestamp(UTC)", false),
        ("Array(Integer)", "Array(BigInt)", true),
        ("Map(Date, Integer)", "Map(Timestamp, BigInt)", true),
        ("Struct(a Integer)", "Struct(b Date, a BigInt)", true),
        ("Struct(a Integer)", "Struct(a Integer, b Date not null)", false),
        ("Struct(a Integer, b Date)", "Struct(a Integer)", false),
        ("Vector(3)", "Vector(4)", false),
        ("Geography(Point)", "Geography", true),
        ("Geography", "Geography(Point)", false),
        ("Geography", "Geography(3857)", false),
    ] {
        let change = TypeChange::between(&old.parse().unwrap(), &new.parse().unwrap());
        assert_eq!(change.is_free(), is_free, "{old} to {new}: {}", change.reason());
    }
}

proptest! {
    #[test]
    fn nothing_changes_into_itself(data_type in data_types()) {
        prop_assert_eq!(TypeChange::between(&data_type, &data_type), TypeChange::Same);
    }

    /// Two free steps are one free step, and never lead back to a type of fewer values.
    #[test]
    fn widening_is_transitive(picked in prop::sample::subsequence(samples(), 3).prop_shuffle()) {
        let free = |old: usize, new: usize| TypeChange::between(&picked[old], &picked[new]);
        if free(0, 1).is_free() && free(1, 2).is_free() {
            prop_assert!(free(0, 2).is_free(), "{} to {} to {}", picked[0], picked[1], picked[2]);
        }
    }
}

fn changes(old: &str, new: &str) -> Vec<(String, Option<&'static str>)> {
    let changes = SchemaChange::between(&old.into(), &new.into());
    changes.iter().map(|change| (change.to_string(), change.broken_rule().map(|rule| rule.code))).collect()
}

#[test]
fn changes_of_a_table_are_told_and_judged() {
    const OLD: &str = "id Integer key, city VarChar(15), since Date not null partition";
    for (new, told, rule) in [
        (OLD, "", None),
        ("since Date not null partition, id Integer key, city VarChar(15)", "", None),
        (
            "id Integer key, city VarChar(15), since Date not null partition, x Date",
            "the column `x` is new: `x Date`",
            None,
        ),
        (
            "id Integer key, city VarChar(15), since Date not null partition, x Date not null",
            "the column `x` is new: `x Date not null`",
            Some("schema-change/not-null-added"),
        ),
        (
            "id Integer key, since Date not null partition",
            "the column `city` is gone",
            Some("schema-change/column-removed"),
        ),
        (
            "id Integer key, city VarChar(20), since Date not null partition",
            "the type of `city` was `VarChar(15)` and is `VarChar(20)`: a greater length",
            None,
        ),
        (
            "id Integer key, city VarChar(9), since Date not null partition",
            "the type of `city` was `VarChar(15)` and is `VarChar(9)`: a smaller length",
            Some("schema-change/type-narrowed"),
        ),
        (
            "id Integer key, city VarChar(15) not null, since Date not null partition",
            "`city` may not be null any more",
            Some("schema-change/became-not-null"),
        ),
        (
            "id Integer key, city VarChar(15), since Date partition",
            "`since` may be null now",
            Some("schema-change/became-nullable"),
        ),
        (
            "id Integer key, city VarChar(15), since Date key partition",
            "the primary key was `id` and is `id`, `since`",
            Some("schema-change/key-changed"),
        ),
        (
            "id Integer key, city VarChar(15), since Date not null",
            "the table was partitioned by `since` and is by nothing",
            Some("schema-change/partition-changed"),
        ),
    ] {
        let expected: Vec<_> = (!told.is_empty()).then(|| (told.to_owned(), rule)).into_iter().collect();
        assert_eq!(changes(OLD, new), expected, "{new}");
    }
}

/// A record of one field.
fn field(members: Value) -> Schema {
    AvroSchema::new(json!({"type": "record", "name": "r", "fields": [members]})).into()
}

fn of_type(of: &Value) -> Schema {
    let schema = field(json!({"name": "a", "type": of}));
    assert_eq!(schema.unreadable(), None);
    schema
}

/// What is told of a change from one field to another, and the rule that it breaks, without its category.
fn told(old: &Schema, new: &Schema) -> Vec<(String, Option<&'static str>)> {
    let changes = SchemaChange::between(old, new);
    let rule = |change: &SchemaChange| change.broken_rule()?.code.split('/').nth(1);
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
        Schema::from(AvroSchema::new(json!({"type": "record", "name": "r", "fields": fields})))
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
        // Of a table and a record, what both have is judged.
        (
            "a Integer not null".into(),
            two(json!({"name": "b", "type": "int", "default": 1})),
            "the column `b` is new: `b Integer not null`",
            Some("not-null-added"),
        ),
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
