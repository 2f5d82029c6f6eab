//! Types of columns in records that the platform writes itself, of values as published batches have them (`docs/formats.md`).

use crate::{column_type::kept_type, record_avro, record_time};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use datasurface_platform::prelude::{serde_json::Value, *};

/// A type of a column in a record, in the words of Connect and of Debezium.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RecordType {
    Boolean,
    /// A whole number of so many bits.
    Integer(u16),
    /// A floating point number of so many bits.
    Float(u16),
    /// A decimal number with so many digits, of which so many are behind the point.
    Decimal(u16, u16),
    Text,
    Bytes,
    /// The days since 1970.
    Date,
    /// The microseconds since 1970, by a clock of no zone.
    Time,
    /// A time in UTC. One that names no offset is in UTC itself, if the zone of the column is.
    Instant {
        is_utc: bool,
    },
}

/// The reason why a value is not written: it is of another type, or records have no such value.
const OTHER_TYPE: &str =
    "a value of another type than the model says: give the column the type of its source";
const OTHER_TIME: &str = "a day or a time that records do not have: correct it at the source, or, where earlier versions are kept, give the column another type";

impl RecordType {
    /// Returns the type for a column; `None` if batches have no values of its type.
    pub(crate) fn new(data_type: &DataType) -> Option<Self> {
        Some(match data_type {
            DataType::Boolean => Self::Boolean,
            DataType::Decimal { precision, scale } => Self::Decimal(*precision, *scale),
            DataType::Binary { .. } => Self::Bytes,
            DataType::Date => Self::Date,
            DataType::Timestamp { zone: None } => Self::Time,
            DataType::Timestamp { zone: Some(zone) } => {
                Self::Instant { is_utc: matches!(zone.as_str(), "UTC" | "Etc/UTC") }
            }
            other => match kept_type(other).ok()?.as_str() {
                "smallint" => Self::Integer(16),
                "integer" => Self::Integer(32),
                "bigint" => Self::Integer(64),
                "real" => Self::Float(32),
                "double precision" => Self::Float(64),
                "text" => Self::Text,
                _ => return None,
            },
        })
    }

    /// Returns the field of a schema of Connect, in JSON.
    pub(crate) fn field(self, column: &str, optional: bool) -> Value {
        let plain = |kind: &str| json!({"type": kind, "optional": optional, "field": column});
        let named = |kind: &str, name: &str| json!({"type": kind, "optional": optional, "name": name, "version": 1, "field": column});
        match self {
            Self::Boolean => plain("boolean"),
            Self::Integer(bits) => plain(&format!("int{bits}")),
            Self::Float(32) => plain("float"),
            Self::Float(_) => plain("double"),
            Self::Text => plain("string"),
            Self::Bytes => plain("bytes"),
            Self::Date => named("int32", "io.debezium.time.Date"),
            Self::Time => named("int64", "io.debezium.time.MicroTimestamp"),
            Self::Instant { .. } => named("string", "io.debezium.time.ZonedTimestamp"),
            Self::Decimal(precision, scale) => json!({
                "type": "bytes", "optional": optional, "name": "org.apache.kafka.connect.data.Decimal", "version": 1,
                "parameters": {"scale": scale.to_string(), "connect.decimal.precision": precision.to_string()},
                "field": column,
            }),
        }
    }

    /// Returns the type in Avro, with what Connect means by it.
    pub(crate) fn avro(self) -> Value {
        let named =
            |kind: &str, name: &str| json!({"type": kind, "connect.name": name, "connect.version": 1});
        match self {
            Self::Boolean => json!("boolean"),
            Self::Integer(16) => json!({"type": "int", "connect.type": "int16"}),
            Self::Integer(32) => json!("int"),
            Self::Integer(_) => json!("long"),
            Self::Float(32) => json!("float"),
            Self::Float(_) => json!("double"),
            Self::Text => json!("string"),
            Self::Bytes => json!("bytes"),
            Self::Date => named("int", "io.debezium.time.Date"),
            Self::Time => named("long", "io.debezium.time.MicroTimestamp"),
            Self::Instant { .. } => named("string", "io.debezium.time.ZonedTimestamp"),
            Self::Decimal(precision, scale) => json!({
                "type": "bytes", "logicalType": "decimal", "precision": precision, "scale": scale,
                "connect.name": "org.apache.kafka.connect.data.Decimal", "connect.version": 1,
                "connect.parameters": {"scale": scale.to_string(), "connect.decimal.precision": precision.to_string()},
            }),
        }
    }

    /// Whether a value of a line is none in records. A decimal number that is none is none to Debezium.
    pub(crate) fn is_null(self, value: &Value) -> bool {
        value.is_null() || matches!(self, Self::Decimal(..)) && value.as_str() == Some("NaN")
    }

    /// Writes a value of a line, which is not null, in Avro.
    ///
    /// # Errors
    ///
    /// As [`write`](Self::write).
    pub(crate) fn write_avro(self, value: &Value, output: &mut Vec<u8>) -> Result<(), &'static str> {
        let text = || value.as_str().ok_or(OTHER_TYPE);
        match self {
            Self::Boolean => output.push(value.as_bool().ok_or(OTHER_TYPE)?.into()),
            Self::Integer(bits) => record_avro::push_integer(output, integer(value, bits).ok_or(OTHER_TYPE)?),
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a narrow number is kept with more digits than it has"
            )]
            Self::Float(32) => output.extend((floating(value).ok_or(OTHER_TYPE)? as f32).to_le_bytes()),
            Self::Float(_) => output.extend(floating(value).ok_or(OTHER_TYPE)?.to_le_bytes()),
            Self::Decimal(_, scale) => {
                let digits = decimal(text()?).and_then(|text| record_avro::decimal(&text, scale));
                record_avro::push_bytes(output, &digits.ok_or(OTHER_TYPE)?);
            }
            Self::Text => record_avro::push_bytes(output, text()?.as_bytes()),
            Self::Bytes => record_avro::push_bytes(output, &bytes(text()?).ok_or(OTHER_TYPE)?),
            Self::Date => record_avro::push_integer(output, record_time::days(text()?).ok_or(OTHER_TIME)?),
            Self::Time => {
                record_avro::push_integer(output, record_time::microseconds(text()?).ok_or(OTHER_TIME)?)
            }
            Self::Instant { is_utc } => {
                let instant = record_time::instant(text()?, is_utc).ok_or(OTHER_TIME)?;
                record_avro::push_bytes(output, instant.as_bytes());
            }
        }
        Ok(())
    }

    /// Writes a value of a line as the converter of Connect writes it into a record.
    ///
    /// # Errors
    ///
    /// If it is none of this type, or none that a record has. The reason has nothing of the value.
    pub(crate) fn write(self, value: &Value, output: &mut String) -> Result<(), &'static str> {
        if self.is_null(value) {
            *output += "null";
            return Ok(());
        }
        let text = || value.as_str().ok_or(OTHER_TYPE);
        let written = match self {
            Self::Boolean => value.as_bool().ok_or(OTHER_TYPE)?.to_string(),
            Self::Integer(bits) => integer(value, bits).ok_or(OTHER_TYPE)?.to_string(),
            // JSON has neither of these numbers: they are texts, as the converter writes them.
            Self::Float(_) if matches!(value.as_str(), Some("NaN" | "Infinity" | "-Infinity")) => {
                value.to_string()
            }
            Self::Float(_) => value.as_number().ok_or(OTHER_TYPE)?.to_string(),
            Self::Decimal(..) => decimal(text()?).ok_or(OTHER_TYPE)?,
            Self::Text => text().map(|_| value.to_string())?,
            Self::Bytes => format!("\"{}\"", BASE64_STANDARD.encode(bytes(text()?).ok_or(OTHER_TYPE)?)),
            Self::Date => record_time::days(text()?).ok_or(OTHER_TIME)?.to_string(),
            Self::Time => record_time::microseconds(text()?).ok_or(OTHER_TIME)?.to_string(),
            Self::Instant { is_utc } => {
                format!("\"{}\"", record_time::instant(text()?, is_utc).ok_or(OTHER_TIME)?)
            }
        };
        *output += &written;
        Ok(())
    }
}

/// A whole number, if it has so many bits at most.
fn integer(value: &Value, bits: u16) -> Option<i64> {
    let number = value.as_i64()?;
    let has_room = match bits {
        16 => i16::try_from(number).is_ok(),
        32 => i32::try_from(number).is_ok(),
        _ => true,
    };
    has_room.then_some(number)
}

fn floating(value: &Value) -> Option<f64> {
    match value.as_str() {
        Some("NaN") => Some(f64::NAN),
        Some("Infinity") => Some(f64::INFINITY),
        Some("-Infinity") => Some(f64::NEG_INFINITY),
        _ => value.as_f64(),
    }
}

/// A decimal number as JSON has it: with all of its digits, those behind the point included.
fn decimal(text: &str) -> Option<String> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text),
    };
    let (whole, fraction) =
        digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !fraction.is_none_or(is_number) {
        return None;
    }
    // JSON has no zeros before other digits.
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    Some(match fraction {
        Some(fraction) => format!("{sign}{whole}.{fraction}"),
        None => format!("{sign}{whole}"),
    })
}

/// The bytes that hexadecimal digits are of.
fn bytes(digits: &str) -> Option<Vec<u8>> {
    let (pairs, []) = digits.as_bytes().as_chunks::<2>() else { return None };
    let byte = |pair: &[u8; 2]| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok();
    pairs.iter().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(data_type: &str, value: Value) -> Result<String, &'static str> {
        let mut output = String::new();
        RecordType::new(&data_type.parse().unwrap()).unwrap().write(&value, &mut output).map(|()| output)
    }

    #[test]
    fn values_are_written_as_converters_write_them() {
        for (data_type, value, expected) in [
            ("Boolean", json!(true), "true"),
            ("SmallInt", json!(-7), "-7"),
            ("BigInt", json!(i64::MIN), "-9223372036854775808"),
            ("Double", json!(0.1), "0.1"),
            ("Double", json!("NaN"), "\"NaN\""),
            ("Decimal(20,2)", json!("-123456789012345678.00"), "-123456789012345678.00"),
            ("Decimal(3,2)", json!("00.50"), "0.50"),
            ("Decimal(3,2)", json!("NaN"), "null"),
            ("VarChar(9)", json!("a\n\"ø"), "\"a\\n\\\"ø\""),
            ("Binary(3)", json!("00ff10"), "\"AP8Q\""),
            ("Date", json!("1969-12-31"), "-1"),
            ("Timestamp", json!("1996-07-04 00:00:00.12345"), "836438400123450"),
            ("Timestamp(UTC)", json!("1996-07-04 02:00:00+02:00"), "\"1996-07-04T00:00:00.000000Z\""),
            ("Timestamp(UTC)", Value::Null, "null"),
        ] {
            assert_eq!(written(data_type, value.clone()).as_deref(), Ok(expected), "{data_type} {value}");
        }
    }

    #[test]
    fn what_is_of_another_type_is_refused() {
        for (data_type, value) in [
            ("Boolean", json!(1)),
            ("SmallInt", json!(40_000)),
            ("Integer", json!("1")),
            ("Double", json!("many")),
            ("Decimal(9,2)", json!("1e3")),
            ("Decimal(9,2)", json!("1.")),
            ("Decimal(9,2)", json!("\",1")),
            ("Binary(3)", json!("0")),
            ("Binary(3)", json!("zz")),
            ("VarChar(9)", json!(1)),
            ("Date", json!("infinity")),
            ("Timestamp", json!("infinity")),
            ("Timestamp(Europe/Berlin)", json!("1996-07-04 02:00:00")),
        ] {
            assert!(written(data_type, value.clone()).is_err(), "{data_type} {value}");
        }
    }
}
