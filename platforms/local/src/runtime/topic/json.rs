//! Keys and values in JSON, with their schema beside them.

use super::{
    message::{self, Envelope},
    value::{Encoding, Raw},
};
use crate::{prelude::*, render::CheckedColumn};
use rusqlite::types::Value;
use serde_json::value::RawValue;
use std::{collections::BTreeMap, convert::identity};

/// Reads keys and values of a topic.
#[derive(Default)]
pub(super) struct Form {
    of_key: Encodings,
    of_row: Encodings,
}

/// How fields are encoded, by the schema that was last read: nearly every record has the same one.
#[derive(Default)]
struct Encodings {
    schema: String,
    fields: BTreeMap<String, Encoding>,
}

/// Fields of a row, as they are written: numbers keep all of their digits.
type Fields<'m> = BTreeMap<String, &'m RawValue>;

/// A key or a value, and its schema.
#[derive(Deserialize)]
struct Message<'m, P> {
    #[serde(borrow, default)]
    schema: Option<&'m RawValue>,
    payload: P,
}

/// A change of a row.
#[derive(Deserialize)]
struct Payload<'m> {
    op: String,
    #[serde(borrow, default)]
    after: Option<Fields<'m>>,
}

/// What is read of a schema.
#[derive(Deserialize)]
struct Schema {
    #[serde(default)]
    fields: Vec<Field>,
}

#[derive(Deserialize)]
struct Field {
    field: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    parameters: BTreeMap<String, String>,
    #[serde(default)]
    fields: Option<serde_json::Value>,
}

impl Form {
    /// Reads a value.
    ///
    /// # Errors
    ///
    /// If it is no message of Debezium in JSON.
    pub(super) fn envelope(&mut self, value: &[u8], columns: &[CheckedColumn]) -> Result<Envelope, String> {
        let message: Message<'_, Payload<'_>> =
            serde_json::from_slice(value).map_err(|error| malformed("value", &error))?;
        let Payload { op, after } = message.payload;
        let Some(after) = after else { return Ok(Envelope { op, after: None }) };
        self.of_row.learn(message.schema, after_of)?;
        let after = message::row(columns, |name| self.of_row.field(&after, name))?;
        Ok(Envelope { op, after: Some(after) })
    }

    /// Reads a key.
    ///
    /// # Errors
    ///
    /// If it is no key in JSON, or lacks a column.
    pub(super) fn key(&mut self, key: &[u8], columns: &[&CheckedColumn]) -> Result<Vec<Value>, String> {
        let message: Message<'_, Fields<'_>> =
            serde_json::from_slice(key).map_err(|error| malformed("key", &error))?;
        self.of_key.learn(message.schema, identity)?;
        message::key(columns, |name| self.of_key.field(&message.payload, name))
    }
}

impl Encodings {
    /// Reads the fields of a schema, unless it is the one that was last read.
    fn learn(&mut self, schema: Option<&RawValue>, pick: fn(Schema) -> Schema) -> Result<(), String> {
        let Some(text) = schema.map(RawValue::get) else {
            *self = Self::default();
            return Ok(());
        };
        if self.schema == text {
            return Ok(());
        }
        let schema: Schema = serde_json::from_str(text).map_err(|error| malformed("schema", &error))?;
        let fields = pick(schema).fields.into_iter();
        let encoding = |field: Field| {
            let encoding = Encoding::new(&field.kind, field.name.as_deref(), &field.parameters);
            (field.field, encoding)
        };
        *self = Self { schema: text.to_owned(), fields: fields.map(encoding).collect() };
        Ok(())
    }

    fn field<'m>(&self, fields: &Fields<'m>, name: &str) -> Option<(Encoding, Raw<'m>)> {
        let field = fields.get(name)?;
        Some((self.fields.get(name).copied().unwrap_or_default(), Raw::from_json(field.get())))
    }
}

/// The schema of the row after a change, within that of an envelope.
fn after_of(envelope: Schema) -> Schema {
    let after = envelope.fields.into_iter().find(|field| field.field == "after");
    let fields = after.and_then(|field| serde_json::from_value(field.fields?).ok());
    Schema { fields: fields.unwrap_or_default() }
}

/// The place of a failure of JSON: what it quotes may be a value.
fn malformed(part: &str, error: &serde_json::Error) -> String {
    format!("its {part} is no message of Debezium in JSON, at column {}", error.column())
}
