//! Values as Debezium writes them in JSON, and as they are kept: what a capture of PostgreSQL would have read (`sql/postgres/read.rs`), so that
//! a platform that begins to read topics finds what it had.

use crate::prelude::*;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bigdecimal::{BigDecimal, num_bigint::BigInt};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;
use rusqlite::types::Value;
use std::collections::BTreeMap;

/// What stands for a long value that did not change, where the log of a source has no more than its key of a row before a change.
const UNAVAILABLE: &str = "__debezium_unavailable_value";

/// How a field is encoded, by its type in the schema of Connect and its name there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    /// As JSON has it: true and false, numbers, texts.
    #[default]
    Plain,
    /// A number with the digits of 32 bits.
    Single,
    /// Bytes in base64.
    Bytes,
    /// A decimal number: a number, or the bytes of its digits with this scale.
    Decimal { scale: i64 },
    /// A decimal number as the bytes of its digits and its scale.
    VariableDecimal,
    /// Days since 1970.
    Days,
    /// A time without a zone, so many microseconds since 1970, or units that are as many nanoseconds.
    Time { nanoseconds: i64 },
    /// A time with a zone, as a text.
    Instant,
}

/// The digits of a decimal number without a fixed scale.
#[derive(Deserialize)]
struct Digits {
    scale: i64,
    value: String,
}

impl Encoding {
    pub(super) fn new(kind: &str, name: Option<&str>, parameters: &BTreeMap<String, String>) -> Self {
        match (name, kind) {
            (Some("org.apache.kafka.connect.data.Decimal"), _) => {
                let scale = parameters.get("scale").and_then(|scale| scale.parse().ok());
                Self::Decimal { scale: scale.unwrap_or_default() }
            }
            (Some("io.debezium.data.VariableScaleDecimal"), _) => Self::VariableDecimal,
            (Some("io.debezium.time.Date" | "org.apache.kafka.connect.data.Date"), _) => Self::Days,
            (Some("io.debezium.time.Timestamp" | "org.apache.kafka.connect.data.Timestamp"), _) => {
                Self::Time { nanoseconds: 1_000_000 }
            }
            (Some("io.debezium.time.MicroTimestamp"), _) => Self::Time { nanoseconds: 1_000 },
            (Some("io.debezium.time.NanoTimestamp"), _) => Self::Time { nanoseconds: 1 },
            (Some("io.debezium.time.ZonedTimestamp"), _) => Self::Instant,
            (_, "bytes") => Self::Bytes,
            (_, "float" | "float32") => Self::Single,
            _ => Self::Plain,
        }
    }

    /// Reads a value, for a column of this type. It is judged later, as all values are.
    ///
    /// # Errors
    ///
    /// If it has another form than its schema says.
    pub(super) fn read(self, json: &str, declared: &DataType) -> Result<Value, &'static str> {
        if json == "null" {
            return Ok(Value::Null);
        }
        let text = text(json);
        if text.as_deref() == Some(UNAVAILABLE) {
            return Err("has no value in the log: let its table have `REPLICA IDENTITY FULL`");
        }
        let value = match self {
            Self::Plain => plain(json, text),
            Self::Single => single(json, text, declared),
            Self::Bytes => text.and_then(|text| BASE64_STANDARD.decode(text).ok()).map(Value::Blob),
            Self::Decimal { scale } => match text {
                None => is_number(json).then(|| Value::Text(json.to_owned())),
                Some(digits) => decimal(&digits, scale),
            },
            Self::VariableDecimal => {
                let digits: Option<Digits> = serde_json::from_str(json).ok();
                digits.and_then(|digits| decimal(&digits.value, digits.scale))
            }
            Self::Days => json.parse().ok().and_then(day).map(|day| Value::Text(day_text(day))),
            Self::Time { nanoseconds } => {
                json.parse().ok().and_then(|units| time(units, nanoseconds, declared))
            }
            Self::Instant => text.map(|text| Value::Text(instant(&text, declared).unwrap_or(text))),
        };
        value.ok_or("has a value of another type than its schema says")
    }
}

/// The text that a value is, if it is one.
fn text(json: &str) -> Option<String> {
    json.starts_with('"').then(|| serde_json::from_str(json).ok()).flatten()
}

fn is_number(json: &str) -> bool {
    json.starts_with(|first: char| first.is_ascii_digit() || first == '-')
}

/// A number that is not whole is a text: it keeps all of its digits.
fn plain(json: &str, text: Option<String>) -> Option<Value> {
    Some(match (json, text) {
        (_, Some(text)) => Value::Text(text),
        ("true" | "false", None) => Value::Integer((json == "true").into()),
        (number, None) if is_number(number) => {
            number.parse().map_or_else(|_| Value::Text(number.to_owned()), Value::Integer)
        }
        // An array or a map: a text in JSON.
        (other, None) => Value::Text(other.to_owned()),
    })
}

/// A column of floating point numbers has the number itself; any other one its shortest digits.
fn single(json: &str, text: Option<String>, declared: &DataType) -> Option<Value> {
    match (declared, json.parse::<f32>()) {
        (DataType::Float(_), Ok(number)) => Some(Value::Real(number.into())),
        _ => plain(json, text),
    }
}

fn decimal(base64: &str, scale: i64) -> Option<Value> {
    let digits = BigInt::from_signed_bytes_be(&BASE64_STANDARD.decode(base64).ok()?);
    Some(Value::Text(BigDecimal::new(digits, scale).to_plain_string()))
}

fn day(days: i64) -> Option<NaiveDate> {
    NaiveDate::default().checked_add_signed(TimeDelta::try_days(days)?)
}

/// A day as PostgreSQL writes it, without what comes behind it in the years before the first one.
fn day_text(day: NaiveDate) -> String {
    let era = if day.year() > 0 { "" } else { BEFORE };
    format!("{}{era}", day_of_year(day))
}

/// What is written behind a day or a time before the year 1.
const BEFORE: &str = " BC";

fn day_of_year(day: NaiveDate) -> String {
    let year = if day.year() > 0 { day.year() } else { 1 - day.year() };
    format!("{year:04}-{:02}-{:02}", day.month(), day.day())
}

fn time(units: i64, nanoseconds: i64, declared: &DataType) -> Option<Value> {
    let nanoseconds = i128::from(units) * i128::from(nanoseconds);
    let second = i64::try_from(nanoseconds.div_euclid(1_000_000_000)).ok()?;
    let rest = u32::try_from(nanoseconds.rem_euclid(1_000_000_000)).ok()?;
    let local = DateTime::from_timestamp(second, rest)?.naive_utc();
    let DataType::Timestamp { zone: Some(zone) } = declared else {
        return Some(Value::Text(time_text(local, "")));
    };
    // A source without a zone means the one of the schema.
    let utc = match zone.as_str() {
        "UTC" | "Etc/UTC" => local,
        zone => local.and_local_timezone(zone.parse::<Tz>().ok()?).latest()?.naive_utc(),
    };
    Some(Value::Text(time_text(utc, UTC)))
}

/// How the zone is written that SQLite knows.
const UTC: &str = "+00:00";

/// A time with a zone, in UTC. What is no such time, as `infinity`, is none.
fn instant(text: &str, declared: &DataType) -> Option<String> {
    let at = DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc).naive_utc();
    let zone = match declared {
        DataType::Timestamp { zone: Some(_) } => UTC,
        DataType::Timestamp { zone: None } | DataType::Date => "",
        _ => "+00",
    };
    Some(time_text(at, zone))
}

/// A time as PostgreSQL writes it, with as many digits behind the seconds as it has.
fn time_text(at: NaiveDateTime, zone: &str) -> String {
    let era = if at.year() > 0 { "" } else { BEFORE };
    let fraction = match at.nanosecond() / 1000 {
        0 => String::new(),
        microseconds => format!(".{microseconds:06}").trim_end_matches('0').to_owned(),
    };
    format!(
        "{} {:02}:{:02}:{:02}{fraction}{zone}{era}",
        day_of_year(at.date()),
        at.hour(),
        at.minute(),
        at.second()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: &str, name: &str, json: &str, declared: &str) -> String {
        let parameters = BTreeMap::from([("scale".to_owned(), "2".to_owned())]);
        let encoding = Encoding::new(kind, Some(name), &parameters);
        match encoding.read(json, &declared.parse().unwrap()) {
            Ok(Value::Null) => "NULL".to_owned(),
            Ok(Value::Integer(number)) => number.to_string(),
            Ok(Value::Real(number)) => format!("{number:?}"),
            Ok(Value::Text(text)) => text,
            Ok(Value::Blob(bytes)) => format!("{bytes:?}"),
            Err(reason) => reason.to_owned(),
        }
    }

    #[test]
    fn values_are_those_that_postgres_writes() {
        const DECIMAL: &str = "org.apache.kafka.connect.data.Decimal";
        const MICROS: &str = "io.debezium.time.MicroTimestamp";
        const ZONED: &str = "io.debezium.time.ZonedTimestamp";
        for (kind, name, json, declared, expected) in [
            ("boolean", "", "true", "Boolean", "1"),
            ("int64", "", "-9223372036854775808", "BigInt", "-9223372036854775808"),
            ("string", "", r#""a\n\"ø\u0041""#, "VarChar", "a\n\"øA"),
            ("string", "", "null", "VarChar", "NULL"),
            ("bytes", "", r#""AP8=""#, "Binary", "[0, 255]"),
            ("bytes", DECIMAL, "123456789012345678.90", "Decimal(20,2)", "123456789012345678.90"),
            ("bytes", DECIMAL, "1E-7", "Decimal(20,8)", "1E-7"),
            ("bytes", DECIMAL, r#""/nA=""#, "Decimal(20,2)", "-4.00"),
            (
                "struct",
                "io.debezium.data.VariableScaleDecimal",
                r#"{"scale":3,"value":"BNI="}"#,
                "Decimal(9,3)",
                "1.234",
            ),
            ("float", "", "0.1", "Real", "0.10000000149011612"),
            ("float", "", "0.1", "Decimal(5,2)", "0.1"),
            ("float", "", r#""NaN""#, "Real", "NaN"),
            ("double", "", "0.1", "Double", "0.1"),
            ("int32", "io.debezium.time.Date", "-1", "Date", "1969-12-31"),
            ("int32", "io.debezium.time.Date", "-719163", "Date", "0001-12-31 BC"),
            ("int64", "io.debezium.time.Timestamp", "-1", "Timestamp", "1969-12-31 23:59:59.999"),
            ("int64", MICROS, "836438400123450", "Timestamp", "1996-07-04 00:00:00.12345"),
            ("int64", MICROS, "836438400000000", "Timestamp(UTC)", "1996-07-04 00:00:00+00:00"),
            ("int64", MICROS, "836438400000000", "Timestamp(Europe/Berlin)", "1996-07-03 22:00:00+00:00"),
            (
                "string",
                ZONED,
                r#""1996-07-04T02:00:00.5+02:00""#,
                "Timestamp(UTC)",
                "1996-07-04 00:00:00.5+00:00",
            ),
            ("string", ZONED, r#""1996-07-04T00:00:00Z""#, "Timestamp", "1996-07-04 00:00:00"),
            ("string", ZONED, r#""infinity""#, "Timestamp(UTC)", "infinity"),
            ("int64", MICROS, r#""secret""#, "Timestamp", "has a value of another type than its schema says"),
        ] {
            assert_eq!(read(kind, name, json, declared), expected, "{name} {json} {declared}");
        }
    }
}
