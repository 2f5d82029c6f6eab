//! Judges values by the declared types of their columns, while rows stream by, before anything is kept of them.
//!
//! A value is kept as `sql/storage.rs` says, and never rounded: a value that its type does not have is broken. What a
//! source holds in another form of the same value is brought into the form that is kept: the number 18 in a
//! `Decimal(10,2)` is `18.00`, the text `42` in an `Integer` is 42.
//!
//! | type | has |
//! |---|---|
//! | Boolean | 0 and 1, or the words that PostgreSQL knows for them |
//! | TinyInt, SmallInt, Integer, BigInt, Int(n), UInt(n) | whole numbers of that many bits |
//! | Real, Double and narrower ones | the numbers of that format; one whose shortest digits are the same in a `Real` counts as one |
//! | Decimal(p,s) | at most p − s digits before the point and s behind it; `NaN`, as PostgreSQL's `numeric(p,s)`, and no infinity |
//! | Char(n), VarChar(n) and Unicode ones | text in UTF-8 of at most n characters |
//! | Date, Timestamp | days of the Gregorian calendar, `infinity`, `0044-03-15 BC`; times with at most six digits behind the seconds |
//! | Binary(n) | at most n bytes |

pub(super) mod container;
mod decimal;
mod float;
mod time;

pub(super) use decimal::write_short;
pub(super) use float::rounded;

use crate::{prelude::*, sql::storage::NOT_A_NUMBER};
use rusqlite::types::ValueRef;
use std::{
    fmt::{self, Write as _},
    ops::RangeInclusive,
};
use time::Form;

/// Judges the values of a column.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ValueChecker {
    kind: Kind,
    nullable: bool,
}

/// The ways to judge a value.
#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Boolean,
    Integer(RangeInclusive<i64>),
    Float(FloatFormat),
    Decimal {
        whole: usize,
        scale: usize,
    },
    Text {
        most: Option<usize>,
    },
    Date,
    Timestamp,
    Bytes {
        most: Option<usize>,
    },
    /// No type that a local platform keeps: lint refuses it.
    Other,
}

/// What is wrong with a value. It never has the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum ValueError {
    /// NULL in a column that has none.
    Null,
    /// No value of this type in any form.
    Form,
    /// Beyond the smallest or the largest value of the type.
    Range,
    /// Too many characters or bytes.
    Length,
    /// It would have to be rounded.
    Precision,
    /// Bytes that are no text in UTF-8.
    Encoding,
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "must not be NULL",
            Self::Form => "must have a value of its type",
            Self::Range => "must be within the range of its type",
            Self::Length => "must not be longer than its type",
            Self::Precision => "must have no digits that its type has no room for",
            Self::Encoding => "must be text in UTF-8",
        })
    }
}

impl ValueChecker {
    /// The judge of a type's values.
    pub(crate) fn new(data_type: &DataType, nullable: bool) -> Self {
        Self { kind: Kind::from_type(data_type), nullable }
    }

    /// Returns the value as it is kept, or what is wrong with it. `room` is where another form of it is written.
    pub(crate) fn keep<'v>(
        &self,
        value: ValueRef<'v>,
        room: &'v mut String,
    ) -> Result<ValueRef<'v>, ValueError> {
        if value == ValueRef::Null {
            return if self.nullable { Ok(value) } else { Err(ValueError::Null) };
        }
        match &self.kind {
            Kind::Boolean => boolean(value),
            Kind::Integer(range) => {
                let number = whole(value)?;
                if range.contains(&number) { Ok(ValueRef::Integer(number)) } else { Err(ValueError::Range) }
            }
            Kind::Float(format) => floating(value, *format),
            Kind::Decimal { whole, scale } => decimal::keep(value, *whole, *scale, room),
            Kind::Text { most } => text(value, *most, room),
            Kind::Date => time::keep(value, Form::Day),
            Kind::Timestamp => time::keep(value, Form::Time),
            Kind::Bytes { most } => match value {
                ValueRef::Blob(bytes) if most.is_some_and(|most| bytes.len() > most) => {
                    Err(ValueError::Length)
                }
                ValueRef::Blob(_) => Ok(value),
                _ => Err(ValueError::Form),
            },
            Kind::Other => Err(ValueError::Form),
        }
    }
}

impl Kind {
    fn from_type(data_type: &DataType) -> Self {
        let most = |length: Option<u32>| length.and_then(|length| usize::try_from(length).ok());
        match data_type {
            DataType::Boolean => Self::Boolean,
            DataType::TinyInt => Self::Integer(i8::MIN.into()..=i8::MAX.into()),
            DataType::SmallInt => Self::Integer(i16::MIN.into()..=i16::MAX.into()),
            DataType::Integer => Self::Integer(i32::MIN.into()..=i32::MAX.into()),
            DataType::BigInt => Self::Integer(i64::MIN..=i64::MAX),
            DataType::CustomInteger { bits, signed: true } => {
                let unused = 64_u32.saturating_sub((*bits).into()).min(63);
                Self::Integer(i64::MIN >> unused..=i64::MAX >> unused)
            }
            DataType::CustomInteger { bits, signed: false } => {
                let unused = 63_u32.saturating_sub((*bits).into());
                Self::Integer(0..=i64::MAX >> unused)
            }
            DataType::Float(format) => Self::Float(*format),
            DataType::Decimal { precision, scale } => {
                Self::Decimal { whole: precision.saturating_sub(*scale).into(), scale: (*scale).into() }
            }
            DataType::Char { length, .. } | DataType::NChar { length, .. } => {
                Self::Text { most: most(Some(*length)) }
            }
            DataType::VarChar { length, .. } | DataType::NVarChar { length, .. } => {
                Self::Text { most: most(*length) }
            }
            DataType::Date => Self::Date,
            DataType::Timestamp { .. } => Self::Timestamp,
            DataType::Binary { size } => Self::Bytes { most: most(*size) },
            _ => Self::Other,
        }
    }
}

fn utf8(bytes: &[u8]) -> Result<&str, ValueError> {
    str::from_utf8(bytes).map_err(|_| ValueError::Encoding)
}

/// The words are those that PostgreSQL reads.
fn boolean(value: ValueRef<'_>) -> Result<ValueRef<'static>, ValueError> {
    let is = |text: &str, words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    let number = match value {
        ValueRef::Text(bytes) => match utf8(bytes)? {
            text if is(text, &["1", "t", "true", "y", "yes", "on"]) => 1,
            text if is(text, &["0", "f", "false", "n", "no", "off"]) => 0,
            _ => return Err(ValueError::Form),
        },
        other => whole(other)?,
    };
    if matches!(number, 0 | 1) { Ok(ValueRef::Integer(number)) } else { Err(ValueError::Range) }
}

/// The whole number that a value is.
fn whole(value: ValueRef<'_>) -> Result<i64, ValueError> {
    /// The first number that is too large: as a floating point number, the largest one is it, too.
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    match value {
        ValueRef::Integer(number) => Ok(number),
        ValueRef::Real(number) if !(-BEYOND..BEYOND).contains(&number) => Err(ValueError::Range),
        #[expect(clippy::cast_possible_truncation, reason = "a whole number within the range")]
        ValueRef::Real(number) if number.fract() == 0.0 => Ok(number as i64),
        ValueRef::Real(_) => Err(ValueError::Precision),
        ValueRef::Text(bytes) => {
            let text = utf8(bytes)?;
            let (digits, fraction) = text.split_once('.').unwrap_or((text, "0"));
            let unsigned = digits.strip_prefix(['+', '-']).unwrap_or(digits);
            let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            if !are_digits(unsigned) || !are_digits(fraction) {
                return Err(ValueError::Form);
            }
            if fraction.bytes().any(|digit| digit != b'0') {
                return Err(ValueError::Precision);
            }
            digits.parse().map_err(|_| ValueError::Range)
        }
        ValueRef::Null | ValueRef::Blob(_) => Err(ValueError::Form),
    }
}

fn floating(value: ValueRef<'_>, format: FloatFormat) -> Result<ValueRef<'_>, ValueError> {
    let number = float::number(value)?;
    float::judge(number, format)?;
    // SQLite turns a NaN into NULL.
    Ok(if number.is_nan() { ValueRef::Text(NOT_A_NUMBER.as_bytes()) } else { ValueRef::Real(number) })
}

fn text<'v>(
    value: ValueRef<'v>,
    most: Option<usize>,
    room: &'v mut String,
) -> Result<ValueRef<'v>, ValueError> {
    let text = match value {
        ValueRef::Text(bytes) => utf8(bytes)?,
        ValueRef::Integer(number) => written(room, format_args!("{number}")),
        ValueRef::Real(number) => written(room, format_args!("{number:?}")),
        ValueRef::Null | ValueRef::Blob(_) => return Err(ValueError::Form),
    };
    // A text has no more characters than bytes.
    let is_too_long = |most: usize| text.len() > most && text.chars().nth(most).is_some();
    if most.is_some_and(is_too_long) { Err(ValueError::Length) } else { Ok(ValueRef::Text(text.as_bytes())) }
}

fn written<'r>(room: &'r mut String, value: fmt::Arguments<'_>) -> &'r str {
    room.clear();
    // Writing into a text cannot fail.
    let _ = room.write_fmt(value);
    room
}

#[cfg(test)]
mod tests;
