//! Schemas in Avro's words.

use datasurface_model::{AvroSchema, DataType, Field, TableSchema};
use serde_json::{Map, Value, json};

/// Returns an Avro schema that is much like this table, with the same columns and the same key. Types that Avro lacks
/// become others: so the table of the result may be another one.
#[must_use]
pub fn to_avro(table: &TableSchema) -> AvroSchema {
    let fields = table.columns().iter().map(|column| {
        let name = column.name().as_str();
        let mut field = members(name, column.data_type(), column.is_nullable(), &format!("of_{name}"));
        if !column.classifications().is_empty() {
            let classifications: Vec<_> = column.classifications().iter().map(|c| c.as_str()).collect();
            field.insert("classifications".to_owned(), json!(classifications));
        }
        Value::Object(field)
    });
    let record = json!({"type": "record", "name": "table", "fields": fields.collect::<Vec<_>>()});
    let avro = AvroSchema::new(record);
    avro.keyed(table.key().iter().cloned()).partitioned(table.partition().iter().cloned())
}

fn members(name: &str, data_type: &DataType, is_nullable: bool, path: &str) -> Map<String, Value> {
    let of = avro_type(data_type, path);
    let mut members = Map::new();
    members.insert("name".to_owned(), name.into());
    if is_nullable {
        // A union is in no other one.
        let of = if of.is_array() { json!("string") } else { of };
        members.insert("type".to_owned(), json!(["null", of]));
        members.insert("default".to_owned(), Value::Null);
    } else {
        members.insert("type".to_owned(), of);
    }
    members
}

/// Named types get names of their own, by their path.
fn avro_type(data_type: &DataType, path: &str) -> Value {
    match data_type {
        DataType::Boolean => json!("boolean"),
        DataType::TinyInt | DataType::SmallInt | DataType::Integer => json!("int"),
        DataType::BigInt | DataType::CustomInteger { .. } => json!("long"),
        DataType::Float(_) if *data_type == DataType::DOUBLE => json!("double"),
        DataType::Float(_) => json!("float"),
        DataType::Decimal { precision, scale } => {
            json!({"type": "bytes", "logicalType": "decimal", "precision": precision, "scale": scale})
        }
        DataType::Char { .. } => json!({"type": "enum", "name": path, "symbols": ["A", "B", "C"]}),
        DataType::Binary { size: Some(size) } => json!({"type": "fixed", "name": path, "size": size}),
        DataType::Binary { size: None } => json!("bytes"),
        DataType::Date => json!({"type": "int", "logicalType": "date"}),
        DataType::Timestamp { zone } => {
            let logical = if zone.is_some() { "timestamp-micros" } else { "local-timestamp-micros" };
            json!({"type": "long", "logicalType": logical})
        }
        DataType::Interval => json!({"type": "fixed", "name": path, "size": 12, "logicalType": "duration"}),
        DataType::Variant { .. } => json!(["int", "string"]),
        DataType::Array(array) => {
            json!({"type": "array", "items": avro_type(array.element(), &format!("{path}_element"))})
        }
        DataType::Map(map) => {
            json!({"type": "map", "values": avro_type(map.value(), &format!("{path}_value"))})
        }
        DataType::Struct(structure) => {
            let fields = structure.fields().iter().map(|field| Value::Object(member(field, path)));
            json!({"type": "record", "name": path, "fields": fields.collect::<Vec<_>>()})
        }
        _ => json!("string"),
    }
}

fn member(field: &Field, path: &str) -> Map<String, Value> {
    let name = field.name().as_str();
    members(name, field.data_type(), field.is_nullable(), &format!("{path}_{name}"))
}
