//! Tables from Avro's record schemas (Apache Avro 1.12, "Complex Types", "Logical Types", "Names").
//!
//! | in Avro | here |
//! |---|---|
//! | a field whose type is a union with `null` | a column that may be null; any other column may not |
//! | `boolean`, `int`, `long`, `float`, `double` | Boolean, Integer, BigInt, Real, Double |
//! | `string`, an enum, the logical type `uuid` | NVarChar |
//! | `bytes`, `fixed` | Binary |
//! | the logical type `decimal` | Decimal |
//! | the logical type `date` | Date |
//! | `timestamp-millis`, `-micros`, `-nanos`; `local-timestamp-…` | Timestamp in UTC; without a zone |
//! | the logical type `duration` | Interval |
//! | an array, a map, a record | Array, Map with keys of text, Struct |
//! | a union of several types | Variant |
//!
//! A logical type that is not listed is its plain type, as Avro has it.

use super::{Column, DataType, Field, TableSchema};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Why an Avro schema describes no table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[error("{}{reason}", if field.is_empty() { String::new() } else { format!("in the field `{field}`: ") })]
pub struct AvroError {
    field: String,
    reason: String,
}

impl AvroError {
    fn new(reason: impl Into<String>) -> Self {
        Self { field: String::new(), reason: reason.into() }
    }

    /// The same problem, in this field.
    fn within(self, name: &str) -> Self {
        let field = if self.field.is_empty() { name.to_owned() } else { format!("{name}.{}", self.field) };
        Self { field, ..self }
    }

    /// The field that it is in, with those around it, joined by dots; empty for the schema as a whole.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }
}

impl TableSchema {
    /// The table that an Avro record describes: its fields are the columns. It has no key yet: Avro knows none.
    ///
    /// ```
    /// use datasurface_model::TableSchema;
    /// let avro = serde_json::json!({"type": "record", "name": "customer", "fields": [
    ///     {"name": "id", "type": "int"},
    ///     {"name": "city", "type": ["null", "string"]},
    /// ]});
    /// let table = TableSchema::from_avro(&avro)?.keyed(["id"]);
    /// assert_eq!(table, "id Integer key, city NVarChar".parse().unwrap());
    /// # Ok::<(), datasurface_model::AvroError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If it is no record, refers to a type that is not defined before, or to one around itself, or is nested deeper
    /// than types can be.
    pub fn from_avro(schema: &Value) -> Result<Self, AvroError> {
        let members = schema.as_object().filter(|members| text(members, "type") == Some("record"));
        let members = members.ok_or_else(|| AvroError::new("a table is a record"))?;
        let mut reader = Reader { known: BTreeMap::new(), depth: 0, copied: 0 };
        let fields = reader.fields(members, &namespace(members, ""))?;
        Ok(Self::new(fields.into_iter().map(|field| {
            let column = Column::new(field.name(), field.data_type().clone());
            if field.is_nullable() { column } else { column.not_null() }
        })))
    }
}

/// A type, and whether there may be none.
struct Nullable {
    data_type: DataType,
    is_nullable: bool,
}

struct Reader {
    /// Named types that are defined already, by their full names.
    known: BTreeMap<String, DataType>,
    depth: usize,
    /// How many types were copied from where they are defined.
    copied: usize,
}

/// How many types may be copied from where they are defined. Each reference to a record copies what is in it: a few of
/// them, one inside the other, would otherwise fill any memory.
const MOST_COPIED: usize = 100_000;

impl Reader {
    fn fields(&mut self, record: &Map<String, Value>, namespace: &str) -> Result<Vec<Field>, AvroError> {
        let fields = record.get("fields").and_then(Value::as_array);
        let fields = fields.ok_or_else(|| AvroError::new("a record has `fields`"))?;
        fields.iter().map(|field| self.field(field, namespace)).collect()
    }

    fn field(&mut self, field: &Value, namespace: &str) -> Result<Field, AvroError> {
        let name = field.get("name").and_then(Value::as_str);
        let name = name.ok_or_else(|| AvroError::new("a field has a `name`"))?;
        let of = field.get("type").ok_or_else(|| AvroError::new("a field has a `type`").within(name))?;
        let Nullable { data_type, is_nullable } =
            self.nullable(of, namespace).map_err(|error| error.within(name))?;
        let field = Field::new(name, data_type);
        Ok(if is_nullable { field } else { field.not_null() })
    }

    /// A type in which `null` is an alternative, or not.
    fn nullable(&mut self, of: &Value, namespace: &str) -> Result<Nullable, AvroError> {
        let Value::Array(alternatives) = of else {
            return Ok(Nullable { data_type: self.data_type(of, namespace)?, is_nullable: false });
        };
        let others: Vec<_> = alternatives.iter().filter(|alternative| *alternative != "null").collect();
        let mut read = Vec::with_capacity(others.len());
        for alternative in &others {
            read.push(self.data_type(alternative, namespace)?);
        }
        let is_nullable = others.len() < alternatives.len();
        match (read.pop(), read.is_empty()) {
            (Some(data_type), true) => Ok(Nullable { data_type, is_nullable }),
            (Some(_), false) => Ok(Nullable { data_type: DataType::Variant { size: None }, is_nullable }),
            (None, _) => Err(AvroError::new("a union has a type other than `null`")),
        }
    }

    fn data_type(&mut self, of: &Value, namespace: &str) -> Result<DataType, AvroError> {
        if self.depth == DataType::MOST_DEPTH {
            return Err(AvroError::new(format!("it is nested more than {} deep", DataType::MOST_DEPTH)));
        }
        self.depth += 1;
        let read = match of {
            Value::String(name) => self.named(name, namespace),
            Value::Object(members) => self.complex(members, namespace),
            // A union inside of an array or a map: whether an element can be null is not said here.
            Value::Array(_) => self.nullable(of, namespace).map(|nullable| nullable.data_type),
            _ => Err(AvroError::new("a type is a text, an object or a list")),
        };
        self.depth -= 1;
        read
    }

    fn named(&mut self, name: &str, namespace: &str) -> Result<DataType, AvroError> {
        Ok(match name {
            "boolean" => DataType::Boolean,
            "int" => DataType::Integer,
            "long" => DataType::BigInt,
            "float" => DataType::REAL,
            "double" => DataType::DOUBLE,
            "string" => DataType::nvarchar(None),
            "bytes" => DataType::Binary { size: None },
            other => {
                let known = self.known.get(&full_name(other, namespace)).or_else(|| self.known.get(other));
                let unknown = || AvroError::new(format!("`{other}` is no type that is defined before"));
                let known = known.ok_or_else(unknown)?;
                self.copied += weight(known);
                if self.copied > MOST_COPIED {
                    return Err(AvroError::new("it refers too often to what is defined elsewhere"));
                }
                known.clone()
            }
        })
    }

    fn complex(&mut self, members: &Map<String, Value>, namespace: &str) -> Result<DataType, AvroError> {
        let Some(kind) = text(members, "type") else {
            let inner = members.get("type").ok_or_else(|| AvroError::new("a type has a `type`"))?;
            return self.data_type(inner, namespace);
        };
        if let Some(logical) = logical(kind, members) {
            self.define(members, namespace, &logical);
            return Ok(logical);
        }
        let part = |member: &str| {
            members.get(member).ok_or_else(|| AvroError::new(format!("a type `{kind}` has `{member}`")))
        };
        match kind {
            "array" => Ok(DataType::array(self.data_type(part("items")?, namespace)?)),
            "map" => {
                let values = self.data_type(part("values")?, namespace)?;
                Ok(DataType::map(DataType::nvarchar(None), values))
            }
            "record" | "error" => {
                let fields = self.fields(members, &self::namespace(members, namespace))?;
                let record = DataType::structure(fields);
                self.define(members, namespace, &record);
                Ok(record)
            }
            "enum" => {
                let text = DataType::nvarchar(None);
                self.define(members, namespace, &text);
                Ok(text)
            }
            "fixed" => {
                let size = part("size")?.as_u64().and_then(|size| u32::try_from(size).ok());
                let size = size.ok_or_else(|| AvroError::new("a `size` is a number of bytes"))?;
                let fixed = DataType::Binary { size: Some(size) };
                self.define(members, namespace, &fixed);
                Ok(fixed)
            }
            name => self.named(name, namespace),
        }
    }

    /// Remembers what has a name, for where it is referred to.
    fn define(&mut self, members: &Map<String, Value>, namespace: &str, data_type: &DataType) {
        if let Some(name) = text(members, "name") {
            let namespace = self::namespace(members, namespace);
            self.known.insert(full_name(name, &namespace), data_type.clone());
        }
    }
}

/// How many types a type is made of, itself included.
fn weight(data_type: &DataType) -> usize {
    let inside = match data_type {
        DataType::Array(array) => weight(array.element()),
        DataType::Map(map) => weight(map.key()) + weight(map.value()),
        DataType::Struct(structure) => structure.fields().iter().map(|field| weight(field.data_type())).sum(),
        _ => 0,
    };
    inside + 1
}

/// A logical type that says more than its plain type.
fn logical(kind: &str, members: &Map<String, Value>) -> Option<DataType> {
    let digits = |member: &str| u16::try_from(members.get(member)?.as_u64()?).ok();
    match (text(members, "logicalType")?, kind) {
        ("decimal", "bytes" | "fixed") => {
            let scale = if members.contains_key("scale") { digits("scale")? } else { 0 };
            Some(DataType::Decimal { precision: digits("precision")?, scale })
        }
        ("date", "int") => Some(DataType::Date),
        ("timestamp-millis" | "timestamp-micros" | "timestamp-nanos", "long") => {
            Some(DataType::timestamp_in("UTC"))
        }
        ("local-timestamp-millis" | "local-timestamp-micros" | "local-timestamp-nanos", "long") => {
            Some(DataType::timestamp())
        }
        ("duration", "fixed") => Some(DataType::Interval),
        ("uuid", "string" | "fixed") => Some(DataType::nvarchar(None)),
        _ => None,
    }
}

fn text<'v>(members: &'v Map<String, Value>, member: &str) -> Option<&'v str> {
    members.get(member)?.as_str()
}

/// The namespace in which names stand inside of a type.
fn namespace(members: &Map<String, Value>, around: &str) -> String {
    match (text(members, "name").and_then(|name| name.rsplit_once('.')), text(members, "namespace")) {
        (Some((namespace, _)), _) => namespace.to_owned(),
        (None, Some(namespace)) => namespace.to_owned(),
        (None, None) => around.to_owned(),
    }
}

fn full_name(name: &str, namespace: &str) -> String {
    if name.contains('.') || namespace.is_empty() { name.to_owned() } else { format!("{namespace}.{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn record(fields: &Value) -> Value {
        json!({"type": "record", "name": "r", "namespace": "n", "fields": fields})
    }

    #[test]
    fn every_type_has_its_column() {
        let fixed = json!({"type": "fixed", "name": "f", "size": 12});
        let avro = record(&json!([
            {"name": "a", "type": "boolean"},
            {"name": "b", "type": ["null", "int"]},
            {"name": "c", "type": ["double", "null"]},
            {"name": "d", "type": {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}},
            {"name": "e", "type": {"type": "int", "logicalType": "date"}},
            {"name": "f", "type": {"type": "long", "logicalType": "timestamp-micros"}},
            {"name": "g", "type": {"type": "long", "logicalType": "local-timestamp-millis"}},
            {"name": "h", "type": {"type": "array", "items": {"type": "map", "values": "long"}}},
            {"name": "i", "type": {"type": "record", "name": "inner", "fields": [
                {"name": "x", "type": "string"}, {"name": "y", "type": ["null", fixed]},
            ]}},
            {"name": "j", "type": ["null", "inner"]},
            {"name": "k", "type": ["null", "n.f"]},
            {"name": "l", "type": {"type": "enum", "name": "e", "symbols": ["A"]}},
            {"name": "m", "type": ["int", "string"]},
            {"name": "o", "type": {"type": "int", "logicalType": "of somebody"}},
        ]));
        let table = "a Boolean not null, b Integer, c Double, d Decimal(9,2) not null, e Date not null, \
            f Timestamp(UTC) not null, g Timestamp not null, h Array(Map(NVarChar, BigInt)) not null, \
            i Struct(x NVarChar not null, y Binary(12)) not null, j Struct(x NVarChar not null, y Binary(12)), \
            k Binary(12), l NVarChar not null, m Variant not null, o Integer not null";
        assert_eq!(TableSchema::from_avro(&avro).unwrap(), table.parse().unwrap());
    }

    #[test]
    fn references_do_not_fill_the_memory() {
        let mut fields = vec![json!({"name": "r0", "type": {"type": "record", "name": "t0", "fields": [
            {"name": "x", "type": "int"},
        ]}})];
        for level in 1..30 {
            let inside = format!("t{}", level - 1);
            let ten: Vec<_> = (0..10).map(|at| json!({"name": format!("f{at}"), "type": inside})).collect();
            let record = json!({"type": "record", "name": format!("t{level}"), "fields": ten});
            fields.push(json!({"name": format!("r{level}"), "type": record}));
        }
        let error = TableSchema::from_avro(&record(&fields.into())).unwrap_err().to_string();
        assert!(error.ends_with("it refers too often to what is defined elsewhere"), "{error}");
    }

    #[test]
    fn what_is_no_table_says_why() {
        let deep = (0..40).fold(json!("int"), |items, _| json!({"type": "array", "items": items}));
        for (avro, reason) in [
            (json!("int"), "a table is a record"),
            (json!({"type": "record"}), "a record has `fields`"),
            (record(&json!([{"type": "int"}])), "a field has a `name`"),
            (record(&json!([{"name": "a"}])), "in the field `a`: a field has a `type`"),
            (record(&json!([{"name": "a", "type": "r"}])), "`r` is no type that is defined before"),
            (record(&json!([{"name": "a", "type": ["null"]}])), "a type other than `null`"),
            (record(&json!([{"name": "a", "type": {"type": "array"}}])), "a type `array` has `items`"),
            (record(&json!([{"name": "a", "type": deep}])), "nested more than 32 deep"),
            (
                record(&json!([{"name": "a", "type": {"type": "record", "name": "b", "fields": [
                    {"name": "c", "type": 1},
                ]}}])),
                "in the field `a.c`: a type is a text, an object or a list",
            ),
        ] {
            let error = TableSchema::from_avro(&avro).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }
}
