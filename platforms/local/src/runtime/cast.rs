//! What a transformer makes becomes what its columns keep: decimals with the digits of their scale, integers, and floating point numbers
//! of their format. What has more digits is rounded half away from zero, and counted. Whether a value fits its type is judged where it is captured.

use super::{
    database::outside,
    declared::{rounded, write_short},
};
use crate::{
    prelude::*,
    sql::{decimal::write_scaled, milestoned::StoredColumn},
};
use datasurface_platform::RoundedValues;
use rusqlite::{Row, types::ValueRef};
use std::fmt::{Display, Write};

/// The casts of the columns of one dataset.
pub(super) struct Casts<'a> {
    dataset: &'a DatasetKey,
    columns: Vec<Cast<'a>>,
}

struct Cast<'a> {
    column: &'a str,
    target: CastTarget,
    rounded: u64,
    /// Where the digits of a number are written.
    digits: String,
    /// Where the value is written that is kept.
    kept: String,
}

/// What values become.
#[derive(Clone, Copy, PartialEq)]
enum CastTarget {
    /// What they are.
    Same,
    /// Numbers with so many digits after the point.
    Decimal(u16),
    Integer,
    Float(FloatFormat),
}

impl CastTarget {
    fn from_type(data_type: &DataType) -> Self {
        match data_type {
            DataType::Decimal { scale, .. } => Self::Decimal(*scale),
            DataType::TinyInt
            | DataType::SmallInt
            | DataType::Integer
            | DataType::BigInt
            | DataType::CustomInteger { .. } => Self::Integer,
            DataType::Float(format) => Self::Float(*format),
            _ => Self::Same,
        }
    }
}

impl<'a> Casts<'a> {
    pub(super) fn new(dataset: &'a DatasetKey, columns: &'a [StoredColumn]) -> Self {
        let cast = |column: &'a StoredColumn| {
            let target = column.data_type.parse().map_or(CastTarget::Same, |of| CastTarget::from_type(&of));
            let (digits, kept) = (String::new(), String::new());
            Cast { column: &column.name, target, rounded: 0, digits, kept }
        };
        Self { dataset, columns: columns.iter().map(cast).collect() }
    }

    /// Casts the values of a row.
    pub(super) fn cast<'v>(&'v mut self, row: &'v Row<'_>) -> Result<Vec<ValueRef<'v>>, PlatformError> {
        let Self { dataset, columns } = self;
        let cast = |(at, column): (usize, &'v mut Cast<'_>)| {
            let value = row.get_ref(at).map_err(|error| outside(format!("reading `{dataset}`"), error))?;
            Ok(column.cast(value))
        };
        columns.iter_mut().enumerate().map(cast).collect()
    }

    /// Returns the columns of which values were rounded.
    pub(super) fn rounded(self) -> Vec<RoundedValues> {
        let Self { dataset, columns, .. } = self;
        let columns = columns.into_iter().filter(|column| column.rounded > 0);
        columns
            .map(|Cast { column, rounded, .. }| RoundedValues {
                dataset: dataset.clone(),
                column: column.into(),
                values: rounded,
            })
            .collect()
    }
}

impl Cast<'_> {
    /// Returns what is kept of a value.
    fn cast<'v>(&'v mut self, value: ValueRef<'v>) -> ValueRef<'v> {
        let scale = match (self.target, value) {
            (CastTarget::Same, _) | (CastTarget::Integer, ValueRef::Integer(_)) => return value,
            (CastTarget::Float(format), _) => {
                let Some(number) = rounded(value, format) else { return value };
                self.rounded += 1;
                return ValueRef::Real(number);
            }
            (CastTarget::Integer, _) => 0,
            (CastTarget::Decimal(scale), _) => scale,
        };
        let Self { digits, kept, .. } = self;
        let is_rounded = match value {
            ValueRef::Null | ValueRef::Blob(_) => return value,
            ValueRef::Integer(number) => write_scaled(written(digits, number), scale, kept),
            // Most numbers are decimals of that scale.
            ValueRef::Real(number) if write_short(number, usize::MAX, scale.into(), kept) => Some(false),
            // The shortest number that means the same: 2769.3599999999997 is what a product of decimals comes to.
            ValueRef::Real(number) => write_scaled(written(digits, number), scale, kept),
            ValueRef::Text(text) => {
                str::from_utf8(text).ok().and_then(|text| write_scaled(text, scale, kept))
            }
        };
        let Some(is_rounded) = is_rounded else { return value };
        let cast = match self.target == CastTarget::Integer {
            true => kept.parse().ok().map(ValueRef::Integer),
            false => Some(ValueRef::Text(kept.as_bytes())),
        };
        self.rounded += u64::from(is_rounded);
        cast.unwrap_or(value)
    }
}

/// Writes the digits of a number.
fn written(digits: &mut String, number: impl Display) -> &str {
    digits.clear();
    // Nothing hinders writing to a text.
    let _ = write!(digits, "{number}");
    digits
}
