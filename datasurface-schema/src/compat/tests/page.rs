//! `docs/type-changes.md`: what every type may become, and why.

use super::record_of;
use crate::{
    AvroSchema, DataType, FloatFormat, MicroscalingFormat,
    compat::{TypeChange, avro},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fmt::{Display, Write as _},
    path::PathBuf,
};

/// Types that differ in everything that decides anything.
pub(super) fn samples() -> Vec<DataType> {
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

/// Types of Avro that differ in everything that decides anything.
fn avro_samples() -> Vec<Value> {
    let named = |kind: &str, name: &str| json!({"type": kind, "name": name});
    let with = |mut of: Value, member: &str, value: Value| {
        of.as_object_mut().unwrap().insert(member.to_owned(), value);
        of
    };
    let symbols = |name: &str, symbols: &[&str]| with(named("enum", name), "symbols", json!(symbols));
    let fixed = |name: &str, size: u32| with(named("fixed", name), "size", json!(size));
    let record = |fields: Value| with(named("record", "R"), "fields", fields);
    let logical = |of: &str, logical: &str| json!({"type": of, "logicalType": logical});
    let plain = ["boolean", "int", "long", "float", "double", "bytes", "string"].map(|name| json!(name));
    let others = [
        fixed("F", 8),
        fixed("F", 9),
        fixed("G", 8),
        symbols("E", &["A", "B"]),
        symbols("E", &["B", "A"]),
        symbols("E", &["A", "B", "C"]),
        with(symbols("E", &["A"]), "default", json!("A")),
        symbols("D", &["A", "B"]),
        logical("int", "date"),
        logical("int", "time-millis"),
        logical("long", "time-micros"),
        logical("long", "timestamp-millis"),
        logical("long", "timestamp-micros"),
        json!({"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}),
        json!({"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}),
        json!({"type": "array", "items": "int"}),
        json!({"type": "array", "items": "long"}),
        json!({"type": "array", "items": ["null", "int"]}),
        json!({"type": "map", "values": "int"}),
        json!({"type": "map", "values": "long"}),
        json!(["int", "string"]),
        json!(["long", "string"]),
        json!(["string", "int"]),
        json!(["int", "string", "boolean"]),
        record(json!([{"name": "a", "type": "int"}])),
        record(json!([{"name": "a", "type": "int", "default": 0}])),
        record(json!([{"name": "a", "type": "int", "default": 1}])),
        record(json!([{"name": "b", "type": "int", "aliases": ["a"]}])),
        record(json!([{"name": "a", "type": "int"}, {"name": "b", "type": "int"}])),
        record(json!([{"name": "a", "type": "int"}, {"name": "b", "type": "int", "default": 0}])),
        with(record(json!([{"name": "a", "type": "int"}])), "name", json!("S")),
    ];
    plain.into_iter().chain(others).collect()
}

const INTRODUCTION: &str = "\
# What a type may become

Generated from the rules (`cargo test -p datasurface-schema type_changes` with `DATASURFACE_UPDATE=1`), for types that differ
in everything that decides anything. `+` is free, `-` breaks. Two Avro records are compared by
[their own types](#types-of-avro).
";

const OF_AVRO: &str = "
# Types of Avro

What a field of an Avro record may become: whatever was written before is read by the new schema, and means the same. A field
that may be null is a union with `null`: for that, and for new fields and defaults, there are rules of their own.
";

fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    page += &paragraphs(&samples(), TypeChange::between);
    page += OF_AVRO;
    let between = |old: &Value, new: &Value| {
        let [old, new] = [old, new].map(|of| AvroSchema::new(record_of(json!([{"name": "f", "type": of}]))));
        avro::between(&old.record().unwrap().fields[0].slot.of, &new.record().unwrap().fields[0].slot.of)
    };
    page + &paragraphs(&avro_samples(), between)
}

/// One paragraph for each type: what it may become and what not, each with the reason.
fn paragraphs<T: PartialEq + Display>(samples: &[T], between: impl Fn(&T, &T) -> TypeChange) -> String {
    let mut page = String::new();
    for old in samples {
        let mut by_reason: BTreeMap<(bool, String), Vec<String>> = BTreeMap::new();
        for new in samples.iter().filter(|new| *new != old) {
            let change = between(old, new);
            let entry = by_reason.entry((!change.is_compatible(), change.reason().to_owned())).or_default();
            entry.push(format!("`{new}`"));
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
    if std::env::var_os("DATASURFACE_UPDATE").is_some() {
        std::fs::write(&path, page()).unwrap();
    }
    assert!(
        std::fs::read_to_string(path).unwrap_or_default() == page(),
        "docs/type-changes.md is stale: run again with DATASURFACE_UPDATE=1"
    );
}
