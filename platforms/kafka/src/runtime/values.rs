//! Values of records, as converters write them: in JSON with a schema beside it, or in Avro behind the ID of a schema.
//!
//! Either way the same comes out: what `payload` is in JSON, with bytes in base64. A record says itself which of them it is, so a topic may
//! have both for a while.

use super::clients::rest_failed;
use apache_avro::{Schema, from_avro_datum, types::Value as Avro};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use datasurface_kafka_client::RegistryClient;
use datasurface_platform::prelude::*;
use serde_json::Value;
use std::collections::{BTreeMap, btree_map::Entry};

/// Reads values, with schemas that a registry has.
#[derive(Debug, Default)]
pub(super) struct Values(BTreeMap<u32, Schema>);

impl Values {
    /// Reads a value; `None` if it is not of a form that converters write.
    ///
    /// # Errors
    ///
    /// If the registry cannot be asked, or does not have its schema.
    pub(super) fn payload(
        &mut self,
        registry: Option<&RegistryClient>,
        value: &[u8],
    ) -> Result<Option<Value>, PlatformError> {
        // No text of JSON begins with a byte of 0.
        let Some((&[0, a, b, c, d], mut datum)) = value.split_first_chunk() else {
            let mut message: Value = serde_json::from_slice(value).unwrap_or_default();
            return Ok(message.get_mut("payload").map(Value::take));
        };
        let schema = match self.0.entry(u32::from_be_bytes([a, b, c, d])) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(entry) => {
                let schema = schema(registry, *entry.key())?;
                entry.insert(schema)
            }
        };
        Ok(from_avro_datum(schema, &mut datum, None).ok().map(json))
    }
}

/// Asks the registry for a schema.
fn schema(registry: Option<&RegistryClient>, id: u32) -> Result<Schema, PlatformError> {
    let context = || format!("reading a record in Avro with the schema {id}");
    let failed =
        |reason: String| PlatformError::new(PlatformErrorKind::External, context()).caused_by(reason);
    let Some(registry) = registry else {
        return Err(failed("the settings name no registry of schemas".to_owned()));
    };
    let found = registry.schema(id).map_err(|error| rest_failed(context(), error))?;
    let text = found.ok_or_else(|| {
        failed(
            "the registry does not have it; check that it is the one to which the source writes".to_owned(),
        )
    })?;
    Schema::parse_str(&text).map_err(|error| failed(error.to_string()))
}

/// Returns a value as the converter to JSON would write it; nothing of types that Debezium has no values of.
fn json(value: Avro) -> Value {
    match value {
        Avro::Union(_, value) => json(*value),
        Avro::Record(fields) => fields.into_iter().map(|(name, value)| (name, json(value))).collect(),
        Avro::Map(entries) => entries.into_iter().map(|(name, value)| (name, json(value))).collect(),
        Avro::Array(items) => items.into_iter().map(json).collect(),
        Avro::Boolean(value) => value.into(),
        Avro::Int(number) => number.into(),
        Avro::Long(number) => number.into(),
        Avro::Float(number) => number.into(),
        Avro::Double(number) => number.into(),
        Avro::String(text) | Avro::Enum(_, text) => text.into(),
        Avro::Bytes(bytes) | Avro::Fixed(_, bytes) => BASE64_STANDARD.encode(bytes).into(),
        _ => Value::Null,
    }
}
