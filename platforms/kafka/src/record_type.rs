//! Types of columns in records that the platform writes itself, of values as published batches have them (`docs/formats.md`).

use crate::{column_type::kept_type, record_time};
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
const OTHER_TYPE: &str = "a value of another type than the model says";
const OTHER_TIME: &str = "a day or a time that records do not have";

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

    /// Writes a value of a line as the converter of Connect writes it into a record.
    ///
    /// # Errors
    ///
    /// If it is none of this type, or none that a record has. The reason has nothing of the value.
    pub(crate) fn write(self, value: &Value, output: &mut String) -> Result<(), &'static str> {
        if value.is_null() {
            *output += "null";
            return Ok(());
        }
        let text = || value.as_str().ok_or(OTHER_TYPE);
        let written = match self {
            Self::Boolean => value.as_bool().ok_or(OTHER_TYPE)?.to_string(),
            Self::Integer(bits) => {
                let number = value.as_i64().ok_or(OTHER_TYPE)?;
                let has_room = match bits {
                    16 => i16::try_from(number).is_ok(),
                    32 => i32::try_from(number).is_ok(),
                    _ => true,
                };
                has_room.then(|| number.to_string()).ok_or(OTHER_TYPE)?
            }
            // JSON has neither of these numbers: they are texts, as the converter writes them.
            Self::Float(_) if matches!(value.as_str(), Some("NaN" | "Infinity" | "-Infinity")) => {
                value.to_string()
            }
            Self::Float(_) => value.as_number().ok_or(OTHER_TYPE)?.to_string(),
            // As Debezium has it.
            Self::Decimal(..) if value.as_str() == Some("NaN") => "null".to_owned(),
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
