//! Keys and values in Avro, with their schemas in a registry.

use super::{
    message::{self, Envelope},
    value::{Encoding, Raw, decimal_text, digits},
};
use crate::render::CheckedColumn;
use datasurface_kafka_client::{AvroData, AvroError, AvroReader, AvroValue};
use rusqlite::types::Value;
use std::{borrow::Cow, collections::BTreeMap};

/// Reads a value.
///
/// # Errors
///
/// If it is no message of Debezium in Avro.
pub(super) fn envelope(
    reader: &mut AvroReader,
    value: &[u8],
    columns: &[CheckedColumn],
) -> Result<Envelope, String> {
    let envelope = reader.read(value).map_err(|error| malformed("value", &error))?;
    let op = match envelope.field("op").map(|op| &op.data) {
        Some(AvroData::Text(op)) => (*op).to_owned(),
        _ => String::new(),
    };
    let after = envelope.field("after").filter(|after| after.data != AvroData::Null);
    let after = after.map(|after| message::row(columns, |name| after.field(name).map(field)));
    Ok(Envelope { op, after: after.transpose()? })
}

/// Reads a key.
///
/// # Errors
///
/// If it is no key in Avro, or lacks a column.
pub(super) fn key(
    reader: &mut AvroReader,
    key: &[u8],
    columns: &[&CheckedColumn],
) -> Result<Vec<Value>, String> {
    let key = reader.read(key).map_err(|error| malformed("key", &error))?;
    message::key(columns, |name| key.field(name).map(field))
}

/// The time of the source in the message of a writer about its progress, in microseconds; none if the message has none.
///
/// # Errors
///
/// If it is no message in Avro.
pub(super) fn source_time(reader: &mut AvroReader, value: &[u8]) -> Result<Option<i64>, String> {
    let message = reader.read(value).map_err(|error| malformed("value", &error))?;
    let at = message.field("source").and_then(|source| source.field("ts_us"));
    Ok(at.and_then(|at| match at.data {
        AvroData::Integer(at) => Some(at),
        _ => None,
    }))
}

/// A value with its encoding.
fn field<'v>(value: &'v AvroValue<'_>) -> (Encoding, Raw<'v>) {
    let raw = match &value.data {
        AvroData::Null => Raw::Null,
        AvroData::Boolean(value) => Raw::Boolean(*value),
        AvroData::Integer(number) => Raw::Integer(*number),
        AvroData::Float(number) => Raw::Single(*number),
        AvroData::Double(number) => Raw::Double(*number),
        AvroData::Bytes(bytes) => Raw::Bytes(bytes),
        AvroData::Text(text) => Raw::Text(Cow::Borrowed(text)),
        _ => Raw::Nested(Cow::Owned(nested(value))),
    };
    (encoding(value), raw)
}

fn encoding(value: &AvroValue<'_>) -> Encoding {
    let kind = match &value.data {
        AvroData::Bytes(_) => "bytes",
        _ => "",
    };
    match value.connect {
        Some(connect) => Encoding::new(kind, Some(&connect.name), &connect.parameters),
        None => Encoding::new(kind, None, &BTreeMap::new()),
    }
}

/// Returns an array, a map or a record as the converter to JSON writes it, in which decimal numbers are numbers.
fn nested(value: &AvroValue<'_>) -> String {
    let list = |elements: Vec<String>| elements.join(",");
    let number = |text: String, is_finite: bool| if is_finite { text } else { format!("\"{text}\"") };
    match (&value.data, encoding(value)) {
        (AvroData::Array(elements), _) => format!("[{}]", list(elements.iter().map(nested).collect())),
        (AvroData::Map(entries) | AvroData::Record(entries), _) => {
            let entry = |(name, value): &(&str, AvroValue<'_>)| {
                format!("{}:{}", serde_json::Value::from(*name), nested(value))
            };
            format!("{{{}}}", list(entries.iter().map(entry).collect()))
        }
        (AvroData::Bytes(digits), Encoding::Decimal { scale }) => {
            decimal_text(digits, scale).unwrap_or_else(|| value.to_json().to_string())
        }
        (AvroData::Float(single), _) => number(digits(*single), single.is_finite()),
        (AvroData::Double(double), _) => number(digits(*double), double.is_finite()),
        _ => value.to_json().to_string(),
    }
}

fn malformed(part: &str, error: &AvroError) -> String {
    format!("its {part} is no message of Debezium in Avro: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use datasurface_kafka_client::AvroSchema;

    /// Reads a value of a type for a column.
    fn read(schema: &str, bytes: &[u8], declared: &str) -> Result<Value, &'static str> {
        let schema = AvroSchema::parse(schema).unwrap();
        let value = schema.read(bytes).unwrap();
        let (encoding, raw) = field(&value);
        encoding.read(raw, &declared.parse().unwrap())
    }

    fn text(text: &str) -> Result<Value, &'static str> {
        Ok(Value::Text(text.to_owned()))
    }

    const DECIMAL: &str = r#"{"type": "bytes", "connect.name": "org.apache.kafka.connect.data.Decimal",
        "connect.parameters": {"scale": "2"}}"#;
    const DIGITS: &str = r#"{"type": "record", "name": "Digits", "connect.name": "io.debezium.data.VariableScaleDecimal",
        "fields": [{"name": "scale", "type": "int"}, {"name": "value", "type": "bytes"}]}"#;

    #[test]
    fn values_are_those_that_json_would_have_had() {
        let array = |items: &str| format!(r#"{{"type": "array", "items": {items}}}"#);
        let named = |kind: &str, name: &str| format!(r#"{{"type": "{kind}", "connect.name": "{name}"}}"#);
        let days = named("int", "io.debezium.time.Date");
        let zoned = named("string", "io.debezium.time.ZonedTimestamp");
        let single = |number: f32| number.to_le_bytes().to_vec();
        let double = |number: f64| number.to_le_bytes().to_vec();
        let (map, decimals, singles) =
            (r#"{"type": "map", "values": "string"}"#, array(DECIMAL), array(r#""float""#));
        let of_singles = [&[4][..], &single(0.1), &single(f32::NAN), &[0]].concat();
        for (schema, bytes, declared, expected) in [
            (r#""boolean""#, vec![1], "Boolean", Ok(Value::Integer(1))),
            (r#"["null", "long"]"#, vec![0], "BigInt", Ok(Value::Null)),
            (r#"["null", "long"]"#, vec![2, 3], "BigInt", Ok(Value::Integer(-2))),
            (r#""bytes""#, vec![4, 0, 255], "Binary", Ok(Value::Blob(vec![0, 255]))),
            (r#""float""#, single(0.1), "Real", Ok(Value::Real(f64::from(0.1_f32)))),
            (r#""float""#, single(0.1), "Decimal(5,2)", text("0.1")),
            (r#""float""#, single(f32::NAN), "Real", text("NaN")),
            (r#""double""#, double(f64::NEG_INFINITY), "Double", text("-Infinity")),
            (r#""double""#, double(1e300), "VarChar", text("1e300")),
            (DECIMAL, vec![4, 0xfe, 0x70], "Decimal(20,2)", text("-4.00")),
            (DIGITS, vec![6, 4, 0x04, 0xd2], "Decimal(9,3)", text("1.234")),
            (&days, vec![1], "Date", text("1969-12-31")),
            (
                &zoned,
                [&[40][..], b"1996-07-04T00:00:00Z"].concat(),
                "Timestamp(UTC)",
                text("1996-07-04 00:00:00+00:00"),
            ),
            (&decimals, vec![4, 2, 100, 2, 1, 0], "VarChar", text("[1.00,0.01]")),
            (&singles, of_singles, "VarChar", text(r#"[0.1,"NaN"]"#)),
            (map, vec![2, 2, b'"', 4, b'a', b'\n', 0], "VarChar", text(r#"{"\"":"a\n"}"#)),
        ] {
            assert_eq!(read(schema, &bytes, declared), expected, "{schema} {bytes:?} {declared}");
        }
    }

    #[test]
    fn what_stands_for_a_value_is_none_and_neither_are_digits_without_end() {
        let placeholder = [&[56][..], b"__debezium_unavailable_value"].concat();
        for schema in [r#""bytes""#, r#""string""#] {
            assert!(read(schema, &placeholder, "Binary").unwrap_err().contains("REPLICA IDENTITY FULL"));
        }
        // A scale of 2 to the power of 31, either way.
        for scale in [[0xfe, 0xff, 0xff, 0xff, 0x0f], [0xff, 0xff, 0xff, 0xff, 0x0f]] {
            let huge = [&scale[..], &[2, 1]].concat();
            assert!(read(DIGITS, &huge, "Decimal(9,3)").is_err());
            assert!(decimal_text(&[1], -(1 << 31)).is_none());
        }
        assert!(decimal_text(&vec![1; (1 << 16) + 1], 0).is_none());
        let days = r#"{"type": "long", "connect.name": "io.debezium.time.Date"}"#;
        assert!(read(days, &[0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], "Date").is_err());
    }
}
