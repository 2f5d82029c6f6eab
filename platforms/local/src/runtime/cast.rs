//! What a transformer makes becomes what its columns keep: decimals with the digits of their scale, and integers. What has
//! more digits is rounded half away from zero, and counted. Whether a value fits its type is judged where it is captured.

use super::{database::outside, declared::write_short};
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
    /// How many digits are kept after the point; none where values are kept as they are.
    scale: Option<u16>,
    is_integer: bool,
    rounded: u64,
    /// Where the digits of a number are written.
    digits: String,
    /// Where the value is written that is kept.
    kept: String,
}

impl<'a> Casts<'a> {
    pub(super) fn new(dataset: &'a DatasetKey, columns: &'a [StoredColumn]) -> Self {
        let cast = |column: &'a StoredColumn| {
            let (scale, is_integer) = match column.data_type.parse() {
                Ok(DataType::Decimal { scale, .. }) => (Some(scale), false),
                Ok(
                    DataType::TinyInt
                    | DataType::SmallInt
                    | DataType::Integer
                    | DataType::BigInt
                    | DataType::CustomInteger { .. },
                ) => (Some(0), true),
                _ => (None, false),
            };
            let (digits, kept) = (String::new(), String::new());
            Cast { column: &column.name, scale, is_integer, rounded: 0, digits, kept }
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
        let Some(scale) = self.scale else { return value };
        let Self { digits, kept, .. } = self;
        let is_rounded = match value {
            ValueRef::Integer(_) if self.is_integer => return value,
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
        let cast = match self.is_integer {
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
