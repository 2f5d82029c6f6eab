//! What may become what, against an independent judge: Avro's rules of schema resolution, as its own library has them.
//!
//! A change that is free here must let Avro read what was written before by the new schema. Not the other way round:
//! Avro also resolves what would lose something, and says nothing about those who read by the old schema.

use apache_avro::{Schema as AvroSchema, schema_compatibility::SchemaCompatibility};
use datasurface_model::{DataType, Field, SchemaChange, TableSchema, TypeChange, proptest1::data_types};
use proptest::prelude::*;
use serde_json::{Value, json};

/// The type in Avro; nothing where Avro has none that holds the same values. Records get names of their own, since Avro
/// knows no others.
fn avro_type(data_type: &DataType, path: &str) -> Option<Value> {
    Some(match data_type {
        DataType::Boolean => json!("boolean"),
        DataType::Integer => json!("int"),
        DataType::BigInt => json!("long"),
        DataType::Float(_) if *data_type == DataType::REAL => json!("float"),
        DataType::Float(_) if *data_type == DataType::DOUBLE => json!("double"),
        // Their length is for the database to keep.
        DataType::NVarChar { .. } => json!("string"),
        DataType::Binary { .. } => json!("bytes"),
        DataType::Date => json!({"type": "int", "logicalType": "date"}),
        DataType::Timestamp { zone } => {
            let logical = if zone.is_some() { "timestamp-micros" } else { "local-timestamp-micros" };
            json!({"type": "long", "logicalType": logical})
        }
        DataType::Array(array) => {
            json!({"type": "array", "items": avro_type(array.element(), &format!("{path}_element"))?})
        }
        DataType::Map(map) => match map.key() {
            DataType::NVarChar { .. } => {
                json!({"type": "map", "values": avro_type(map.value(), &format!("{path}_value"))?})
            }
            _ => return None,
        },
        DataType::Struct(structure) => {
            let fields = structure.fields().iter().map(|field| avro_field(field, path));
            json!({"type": "record", "name": path, "fields": fields.collect::<Option<Vec<_>>>()?})
        }
        _ => return None,
    })
}

fn avro_field(field: &Field, path: &str) -> Option<Value> {
    let data_type = avro_type(field.data_type(), &format!("{path}_{}", field.name()))?;
    Some(if field.is_nullable() {
        json!({"name": field.name().as_str(), "type": ["null", data_type], "default": null})
    } else {
        json!({"name": field.name().as_str(), "type": data_type})
    })
}

fn schema(value: &Value) -> AvroSchema {
    AvroSchema::parse(value).unwrap()
}

fn resolves(old: &Value, new: &Value) -> bool {
    SchemaCompatibility::can_read(&schema(old), &schema(new)).is_ok()
}

#[test]
fn plain_types_widen_no_further_than_avro_resolves() {
    let types = ["Boolean", "Integer", "BigInt", "Real", "Double", "NVarChar", "Binary"];
    let mut stricter = Vec::new();
    for old in types {
        for new in types {
            let (old_type, new_type): (DataType, DataType) = (old.parse().unwrap(), new.parse().unwrap());
            let (from, to) = (avro_type(&old_type, "r").unwrap(), avro_type(&new_type, "r").unwrap());
            let (free, resolved) =
                (TypeChange::between(&old_type, &new_type).is_free(), resolves(&from, &to));
            assert!(!free || resolved, "{old} to {new} is free, and Avro does not resolve it");
            if resolved && !free {
                stricter.push((old, new));
            }
        }
    }
    // A number that is rounded is another one, and bytes need not be text.
    let expected = [
        ("Integer", "Real"),
        ("Integer", "Double"),
        ("BigInt", "Real"),
        ("BigInt", "Double"),
        ("NVarChar", "Binary"),
        ("Binary", "NVarChar"),
    ];
    assert_eq!(stricter, expected);
}

#[test]
fn changes_of_a_table_that_are_free_are_resolved() {
    const OLD: &str = "id Integer not null, name NVarChar, seen Timestamp(UTC)";
    let record = |text: &str| {
        let table: TableSchema = text.parse().unwrap();
        let fields = table.columns().iter().map(|column| {
            let field = Field::new(column.name(), column.data_type().clone());
            avro_field(&if column.is_nullable() { field } else { field.not_null() }, "r").unwrap()
        });
        json!({"type": "record", "name": "r", "fields": fields.collect::<Vec<_>>()})
    };
    for (new, free, resolved) in [
        (OLD, true, true),
        ("seen Timestamp(UTC), id BigInt not null, name NVarChar", true, true),
        ("id Integer not null, name NVarChar, seen Timestamp(UTC), more Array(Date)", true, true),
        ("id Integer not null, name NVarChar, seen Timestamp(UTC), more Date not null", false, false),
        ("id Integer not null, name NVarChar, seen Boolean", false, false),
        // History would be read; but whoever reads by the old schema misses something, or gets what it does not expect.
        ("id Integer not null, name NVarChar", false, true),
        ("id Integer, name NVarChar, seen Timestamp(UTC)", false, true),
    ] {
        let changes = SchemaChange::between(&OLD.parse().unwrap(), &new.parse().unwrap());
        assert_eq!(changes.iter().all(|change| change.broken_rule().is_none()), free, "{new}");
        assert_eq!(resolves(&record(OLD), &record(new)), resolved, "{new}");
    }
}

/// The type with some of what it is made of widened, or not, or narrowed.
fn changed(data_type: &DataType, choices: &mut impl Iterator<Item = u8>) -> DataType {
    let choice = choices.next().unwrap_or_default();
    match data_type {
        DataType::Integer if choice.is_multiple_of(2) => DataType::BigInt,
        DataType::BigInt if choice.is_multiple_of(3) => DataType::Integer,
        DataType::Float(_) if choice.is_multiple_of(2) => DataType::DOUBLE,
        DataType::Array(array) => DataType::array(changed(array.element(), choices)),
        DataType::Map(map) => DataType::map(map.key().clone(), changed(map.value(), choices)),
        DataType::Struct(structure) => {
            let mut fields: Vec<_> = structure
                .fields()
                .iter()
                .map(|field| {
                    let new = Field::new(field.name(), changed(field.data_type(), choices));
                    if field.is_nullable() { new } else { new.not_null() }
                })
                .collect();
            match choice % 5 {
                0 => fields.push(Field::new("one_more", DataType::Date)),
                1 => fields.push(Field::new("one_more", DataType::Date).not_null()),
                2 => drop(fields.pop()),
                _ => {}
            }
            DataType::structure(fields)
        }
        other => other.clone(),
    }
}

/// A type that Avro can say, in place of one that it cannot.
fn sayable(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Array(array) => DataType::array(sayable(array.element())),
        DataType::Map(map) => DataType::map(DataType::nvarchar(None), sayable(map.value())),
        DataType::Struct(structure) => DataType::structure(structure.fields().iter().map(|field| {
            let new = Field::new(field.name(), sayable(field.data_type()));
            if field.is_nullable() { new } else { new.not_null() }
        })),
        other if avro_type(other, "r").is_some() => other.clone(),
        DataType::Float(_) => DataType::REAL,
        _ => DataType::Integer,
    }
}

proptest! {
    #[test]
    fn nested_types_widen_no_further_than_avro_resolves(
        data_type in data_types(),
        choices in prop::collection::vec(any::<u8>(), 30),
    ) {
        let old = sayable(&data_type);
        let new = changed(&old, &mut choices.into_iter());
        let (from, to) = (avro_type(&old, "r").unwrap(), avro_type(&new, "r").unwrap());
        if TypeChange::between(&old, &new).is_free() {
            prop_assert!(resolves(&from, &to), "{} to {}", old, new);
        }
    }
}
