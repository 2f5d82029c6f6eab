//! Judges what a column of a PostgreSQL copy can have. Values fit their declared types, but not every database has all of
//! them; versions that were kept by earlier rules or of an earlier type may fit less.

use super::{ValueChecker, ValueError, decimal, float, time, time::Form, utf8};
use crate::prelude::*;
use rusqlite::types::ValueRef;
use std::fmt;

/// What a column of a copy has.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::runtime) enum Column {
    /// All that its declared type has, and nothing else.
    Declared(ValueChecker),
    Single,
    Double,
    Numeric,
    Text,
    Day,
    Time,
}

/// What a container cannot have of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::runtime) enum UnsupportedValue {
    /// The value breaks the rules of the column's type.
    Broken(ValueError),
    /// A text with the character NUL.
    Nul,
    /// A day or a time of a year that there is not.
    Year,
}

impl fmt::Display for UnsupportedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken(broken) => broken.fmt(f),
            Self::Nul => f.write_str("must not have the character NUL, which PostgreSQL has not"),
            Self::Year => f.write_str("must be of a year that PostgreSQL has"),
        }
    }
}

impl From<ValueError> for UnsupportedValue {
    fn from(broken: ValueError) -> Self {
        Self::Broken(broken)
    }
}

impl Column {
    /// The column of a copy for values of a type.
    pub(in crate::runtime) fn from_type(data_type: &DataType) -> Self {
        match data_type {
            DataType::Boolean | DataType::Integer | DataType::BigInt | DataType::CustomInteger { .. } => {
                Self::Declared(ValueChecker::new(data_type, true))
            }
            // There is nothing smaller.
            DataType::TinyInt | DataType::SmallInt => {
                Self::Declared(ValueChecker::new(&DataType::SmallInt, true))
            }
            DataType::Float(format) if format.range().is_within(&FloatFormat::Binary32.range()) => {
                Self::Single
            }
            DataType::Float(_) => Self::Double,
            DataType::Decimal { .. } => Self::Numeric,
            DataType::Date => Self::Day,
            DataType::Timestamp { .. } => Self::Time,
            DataType::Binary { .. } => {
                Self::Declared(ValueChecker::new(&DataType::Binary { size: None }, true))
            }
            _ => Self::Text,
        }
    }

    /// Returns what stands in the way of a value, if something does.
    pub(in crate::runtime) fn judge(&self, value: ValueRef<'_>) -> Result<(), UnsupportedValue> {
        if value == ValueRef::Null {
            return Ok(());
        }
        match self {
            Self::Declared(declared) => Ok(declared.keep(value, &mut String::new()).map(|_| ())?),
            Self::Double => Ok(float::number(value).map(|_| ())?),
            Self::Single => match float::judge(float::number(value)?, FloatFormat::Binary32) {
                // What was kept of it by an earlier rule comes with the digits that there is room for.
                Err(ValueError::Precision) => Ok(()),
                judged => Ok(judged?),
            },
            Self::Numeric => Ok(decimal::judge_numeric(value)?),
            Self::Text => match value {
                ValueRef::Text(bytes) if bytes.contains(&0) => Err(UnsupportedValue::Nul),
                ValueRef::Text(bytes) => Ok(utf8(bytes).map(|_| ())?),
                _ => Err(UnsupportedValue::Broken(ValueError::Form)),
            },
            Self::Day => judge_year(value, Form::Day, 5_874_897),
            Self::Time => judge_year(value, Form::Time, 294_276),
        }
    }
}

/// The first year is the same for days and times: 4713 before Christ, which begins with November.
fn judge_year(value: ValueRef<'_>, form: Form, last: i64) -> Result<(), UnsupportedValue> {
    let ValueRef::Text(bytes) = value else {
        return Err(UnsupportedValue::Broken(ValueError::Form));
    };
    let text = utf8(bytes)?;
    match time::year(text, form)? {
        // Without ` BC`, there is no year 0.
        Some(0) if !text.ends_with(" BC") => Err(UnsupportedValue::Year),
        Some(year) if !(-4711..=last).contains(&year) => Err(UnsupportedValue::Year),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(data_type: &str, value: &str) -> Result<(), UnsupportedValue> {
        Column::from_type(&data_type.parse().unwrap()).judge(ValueRef::Text(value.as_bytes()))
    }

    #[test]
    fn what_postgres_has_not_is_told() {
        assert_eq!(text("VarChar(9)", "a\0b"), Err(UnsupportedValue::Nul));
        assert_eq!(text("VarChar(3)", "an earlier version"), Ok(()));
        assert_eq!(text("Date", "0000-01-01"), Err(UnsupportedValue::Year));
        assert_eq!(text("Date", "0001-01-01 BC"), Ok(()));
        assert_eq!(text("Date", "12026-01-31"), Ok(()));
        assert_eq!(text("Date", "5874898-01-01"), Err(UnsupportedValue::Year));
        assert_eq!(text("Date", "4713-01-01 BC"), Err(UnsupportedValue::Year));
        assert_eq!(text("Date", "0044-02-31 BC"), Err(UnsupportedValue::Broken(ValueError::Form)));
        assert_eq!(text("Timestamp", "300000-01-01 00:00:00"), Err(UnsupportedValue::Year));
        assert_eq!(text("Timestamp", "infinity"), Ok(()));
        assert_eq!(text("Decimal(3,1)", "123456.789"), Ok(()));
        assert_eq!(text("Decimal(3,1)", "-Infinity"), Ok(()));
        assert_eq!(text("Decimal(3,1)", "1e400000"), Err(UnsupportedValue::Broken(ValueError::Range)));
    }

    #[test]
    fn numbers_of_earlier_versions_are_judged_by_the_column() {
        let judge = |data_type: &str, value| Column::from_type(&data_type.parse().unwrap()).judge(value);
        assert_eq!(judge("TinyInt", ValueRef::Integer(1000)), Ok(()));
        assert_eq!(
            judge("SmallInt", ValueRef::Integer(70_000)),
            Err(UnsupportedValue::Broken(ValueError::Range))
        );
        assert_eq!(judge("Boolean", ValueRef::Integer(2)), Err(UnsupportedValue::Broken(ValueError::Range)));
        assert_eq!(judge("Real", ValueRef::Real(1e300)), Err(UnsupportedValue::Broken(ValueError::Range)));
        assert_eq!(judge("Real", ValueRef::Real(0.123_456_789)), Ok(()));
        assert_eq!(judge("Double", ValueRef::Real(1e300)), Ok(()));
        assert_eq!(judge("Double", ValueRef::Text(b"NaN")), Ok(()));
    }
}
