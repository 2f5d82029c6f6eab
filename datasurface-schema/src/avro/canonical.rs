//! Types without what is said about them, as in Avro's *Parsing Canonical Form*: no documentation, no aliases, no defaults. Logical types are
//! kept, since they say how values are meant. References are replaced by what they name.

use super::{
    AvroSchema, NullableType, Record, Type,
    types::{Logical, Primitive},
};
use crate::{ColumnName, DataType};
use serde_json::{Value, json};

impl AvroSchema {
    /// Returns the type of a column in Avro's JSON, without documentation, aliases and defaults; `None` if there is no such field.
    ///
    /// Two types of Avro may be one type of a table, as an enum and a text are; this tells them apart.
    ///
    /// ```
    /// use datasurface_schema::{AvroSchema, ColumnName};
    /// let field = serde_json::json!({"name": "mood", "doc": "today", "type": {"type": "enum", "name": "Mood", "symbols": ["GOOD", "BAD"]}});
    /// let schema = AvroSchema::new(serde_json::json!({"type": "record", "name": "day", "fields": [field]}));
    /// let canonical = serde_json::json!({"type": "enum", "name": "Mood", "symbols": ["GOOD", "BAD"]});
    /// assert_eq!(schema.canonical_type(&ColumnName::from("mood")), Some(canonical));
    /// ```
    #[must_use]
    pub fn canonical_type(&self, column: &ColumnName) -> Option<Value> {
        let record = self.record.as_ref().unwrap_or_else(|error| &error.readable);
        let field = record.fields.iter().find(|field| field.name.as_str() == column.as_str())?;
        Some(nullable(&field.slot))
    }
}

fn nullable(slot: &NullableType) -> Value {
    let of = canonical(&slot.of);
    match of {
        of if !slot.is_nullable => of,
        Value::Array(types) => [json!("null")].into_iter().chain(types).collect(),
        of => json!(["null", of]),
    }
}

fn canonical(of: &Type) -> Value {
    match of {
        Type::Plain(plain) => json!(plain.name()),
        Type::Logical(logical) => self::logical(logical),
        Type::Fixed(fixed) => json!({"type": "fixed", "name": fixed.name.as_str(), "size": fixed.size}),
        Type::Enumeration(found) => {
            let symbols: Vec<_> = found.symbols.iter().map(|symbol| symbol.as_str()).collect();
            json!({"type": "enum", "name": found.name.as_str(), "symbols": symbols})
        }
        Type::Array(elements) => json!({"type": "array", "items": nullable(elements)}),
        Type::Map(values) => json!({"type": "map", "values": nullable(values)}),
        Type::Record(record) => fields(record),
        Type::Union(types) => types.iter().map(canonical).collect(),
    }
}

fn logical(logical: &Logical) -> Value {
    let (of, name) = (canonical(&logical.of), logical.name.as_str());
    match logical.data_type {
        DataType::Decimal { precision, scale } => {
            json!({"type": of, "logicalType": name, "precision": precision, "scale": scale})
        }
        _ => json!({"type": of, "logicalType": name}),
    }
}

fn fields(record: &Record) -> Value {
    let fields = record.fields.iter();
    let fields: Vec<_> =
        fields.map(|field| json!({"name": field.name.as_str(), "type": nullable(&field.slot)})).collect();
    json!({"type": "record", "name": record.name.as_str(), "fields": fields})
}

impl Primitive {
    fn name(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Int => "int",
            Self::Long => "long",
            Self::Float => "float",
            Self::Double => "double",
            Self::Bytes => "bytes",
            Self::String => "string",
        }
    }
}
