//! Values as Debezium writes them, and as they are kept: what a capture of PostgreSQL would have read (`sql/postgres/read.rs`), so that
//! a platform that begins to read topics finds what it had.

use crate::prelude::*;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bigdecimal::{BigDecimal, num_bigint::BigInt};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;
use rusqlite::types::Value;
use std::{borrow::Cow, collections::BTreeMap, fmt::Debug};

/// What stands for a long value that did not change, where the log of a source has no more than its key of a row before a change.
const UNAVAILABLE: &str = "__debezium_unavailable_value";

const NOT_IN_THE_LOG: &str = "has no value in the log: let its table have `REPLICA IDENTITY FULL`";

/// How a field is encoded, by its type in the schema of Connect and its name there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    /// As it is written: true and false, numbers, texts.
    #[default]
    Plain,
    /// A number with the digits of 32 bits, where it is written as a text.
    Single,
    /// Bytes, in base64 where they are written as a text.
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
    pub(super) fn read(self, raw: Raw<'_>, declared: &DataType) -> Result<Value, &'static str> {
        let value = match (self, raw) {
            (_, Raw::Null) => Some(Value::Null),
            (Self::Bytes, Raw::Text(base64)) => BASE64_STANDARD.decode(&*base64).ok().map(Value::Blob),
            (Self::Bytes, Raw::Bytes(bytes)) => Some(Value::Blob(bytes.to_owned())),
            (Self::Decimal { .. }, Raw::Integer(number)) => Some(Value::Text(number.to_string())),
            (Self::Decimal { .. }, Raw::Number(number)) => Some(Value::Text(number.to_owned())),
            (Self::Decimal { scale }, Raw::Text(base64)) => decimal(&base64, scale),
            (Self::Decimal { scale }, Raw::Bytes(digits)) => decimal_text(digits, scale).map(Value::Text),
            (Self::VariableDecimal, Raw::Nested(json)) => {
                let digits: Option<Digits> = serde_json::from_str(&json).ok();
                digits.and_then(|digits| decimal(&digits.value, digits.scale))
            }
            (Self::Days, Raw::Integer(days)) => day(days).map(|day| Value::Text(day_text(day))),
            (Self::Time { nanoseconds }, Raw::Integer(units)) => time(units, nanoseconds, declared),
            (Self::Instant, Raw::Text(text)) => {
                Some(Value::Text(instant(&text, declared).unwrap_or_else(|| text.into_owned())))
            }
            (Self::Single, Raw::Number(number)) => Some(single(number, declared)),
            #[expect(clippy::cast_precision_loss, reason = "it was such a number before it was written")]
            (Self::Single, Raw::Integer(number)) if matches!(declared, DataType::Float(_)) => {
                Some(Value::Real(number as f64))
            }
            (Self::Plain | Self::Single, raw) => plain(raw, declared),
            _ => None,
        };
        match &value {
            Some(Value::Text(text)) if text == UNAVAILABLE => Err(NOT_IN_THE_LOG),
            Some(Value::Blob(bytes)) if bytes == UNAVAILABLE.as_bytes() => Err(NOT_IN_THE_LOG),
            _ => value.ok_or("has a value of another type than its schema says"),
        }
    }
}

/// A value as a record has it, before its schema says what it means.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Raw<'m> {
    Null,
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number, as it is written.
    Number(&'m str),
    Single(f32),
    Double(f64),
    Text(Cow<'m, str>),
    Bytes(&'m [u8]),
    /// An array, a map or a structure, as a text in JSON.
    Nested(Cow<'m, str>),
}

impl<'m> Raw<'m> {
    /// Returns what a text in JSON is.
    pub(super) fn from_json(json: &'m str) -> Self {
        match json.as_bytes() {
            b"null" => Self::Null,
            b"true" | b"false" => Self::Boolean(json == "true"),
            [b'"', ..] => serde_json::from_str(json)
                .map_or(Self::Nested(Cow::Borrowed(json)), |text: String| Self::Text(Cow::Owned(text))),
            [b'0'..=b'9' | b'-', ..] => json.parse().map_or(Self::Number(json), Self::Integer),
            _ => Self::Nested(Cow::Borrowed(json)),
        }
    }
}

/// JSON has no numbers that are narrower than others.
fn single(number: &str, declared: &DataType) -> Value {
    let single = number.parse().ok().filter(|single: &f32| single.is_finite());
    match (declared, single) {
        (DataType::Float(_), Some(single)) => Value::Real(single.into()),
        _ => Value::Text(number.to_owned()),
    }
}

fn plain(raw: Raw<'_>, declared: &DataType) -> Option<Value> {
    Some(match raw {
        Raw::Null => Value::Null,
        Raw::Boolean(value) => Value::Integer(value.into()),
        Raw::Integer(number) => Value::Integer(number),
        // A number that is not whole is a text: it keeps all of its digits.
        Raw::Number(number) => Value::Text(number.to_owned()),
        Raw::Single(number) => floating(number.into(), number, declared),
        Raw::Double(number) => floating(number, number, declared),
        Raw::Text(text) | Raw::Nested(text) => Value::Text(text.into_owned()),
        Raw::Bytes(_) => return None,
    })
}

/// A column of floating point numbers has the number itself; any other one its shortest digits. SQLite has no NaN.
fn floating(number: f64, written: impl Debug, declared: &DataType) -> Value {
    match declared {
        DataType::Float(_) if number.is_finite() => Value::Real(number),
        _ => Value::Text(digits(written)),
    }
}

/// Returns the shortest digits of a floating point number.
pub(super) fn digits(number: impl Debug) -> String {
    let digits = format!("{number:?}");
    // Servers write it so.
    if digits.ends_with("inf") { digits.replace("inf", "Infinity") } else { digits }
}

/// The most bytes of the digits of a decimal number, and the largest scale, either way. PostgreSQL has fewer digits. More of them would take
/// quadratic time to be written, and a larger scale as many zeros.
const MOST_DIGITS: usize = 1 << 16;
const LARGEST_SCALE: u64 = 1 << 18;

/// Returns the text of a decimal number, by the bytes of its digits; `None` if it has too many.
pub(super) fn decimal_text(digits: &[u8], scale: i64) -> Option<String> {
    let is_bounded = digits.len() <= MOST_DIGITS && scale.unsigned_abs() <= LARGEST_SCALE;
    is_bounded.then(|| BigDecimal::new(BigInt::from_signed_bytes_be(digits), scale).to_plain_string())
}

fn decimal(base64: &str, scale: i64) -> Option<Value> {
    decimal_text(&BASE64_STANDARD.decode(base64).ok()?, scale).map(Value::Text)
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
        match encoding.read(Raw::from_json(json), &declared.parse().unwrap()) {
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
            ("bytes", "", r#""X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==""#, "Binary", NOT_IN_THE_LOG),
            ("string", "", r#""__debezium_unavailable_value""#, "VarChar", NOT_IN_THE_LOG),
            ("int64", MICROS, r#""secret""#, "Timestamp", "has a value of another type than its schema says"),
        ] {
            assert_eq!(read(kind, name, json, declared), expected, "{name} {json} {declared}");
        }
    }
}
