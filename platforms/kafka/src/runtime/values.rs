//! Values of records, as converters write them: in JSON with a schema beside it, or in Avro behind the ID of a schema.
//!
//! Either way the same comes out: what `payload` is in JSON, with bytes in base64. A record says itself which of them it is, so a topic may
//! have both for a while.

use datasurface_kafka_client::{AvroError, AvroReader};
use datasurface_platform::prelude::*;
use serde_json::Value;

/// Reads a value; `None` if it is not of a form that converters write.
///
/// # Errors
///
/// If the registry cannot be asked, or does not have its schema.
pub(super) fn payload(avro: Option<&mut AvroReader>, value: &[u8]) -> Result<Option<Value>, PlatformError> {
    if !AvroReader::is_avro(value) {
        let mut message: Value = serde_json::from_slice(value).unwrap_or_default();
        return Ok(message.get_mut("payload").map(Value::take));
    }
    let failed = |reason: String| {
        PlatformError::new(PlatformErrorKind::External, "reading a record in Avro").caused_by(reason)
    };
    let Some(avro) = avro else {
        return Err(failed("the settings name no registry of schemas".to_owned()));
    };
    match avro.read(value) {
        Ok(value) => Ok(Some(value.to_json())),
        Err(AvroError::NoId | AvroError::Malformed(_)) => Ok(None),
        Err(error) => Err(failed(error.to_string())),
    }
}
