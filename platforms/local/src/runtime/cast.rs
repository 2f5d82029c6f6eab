//! What a transformer makes becomes what its columns keep: decimals with the digits of their scale, and integers. What has
//! more digits is rounded half away from zero, and counted. Whether a value fits its type is judged where it is captured.

use crate::{
    prelude::*,
    sql::{decimal::scaled, milestoned::StoredColumn},
};
use datasurface_platform::Rounded;
use rusqlite::types::{Value, ValueRef};

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
            Cast { column: &column.name, scale, is_integer, rounded: 0 }
        };
        Self { dataset, columns: columns.iter().map(cast).collect() }
    }

    /// Casts a row, and hands it on.
    pub(super) fn cast(
        &mut self,
        row: &[ValueRef<'_>],
        each: impl FnOnce(&[ValueRef<'_>]) -> Result<(), PlatformError>,
    ) -> Result<(), PlatformError> {
        let cast: Vec<Option<Value>> =
            self.columns.iter_mut().zip(row).map(|(column, value)| column.cast(*value)).collect();
        let mut kept = row.to_vec();
        for (kept, cast) in kept.iter_mut().zip(&cast) {
            if let Some(cast) = cast {
                *kept = ValueRef::from(cast);
            }
        }
        each(&kept)
    }

    /// Returns the columns of which values were rounded.
    pub(super) fn rounded(self) -> Vec<Rounded> {
        let Self { dataset, columns } = self;
        let columns = columns.into_iter().filter(|column| column.rounded > 0);
        columns
            .map(|Cast { column, rounded, .. }| Rounded {
                dataset: dataset.clone(),
                column: column.into(),
                values: rounded,
            })
            .collect()
    }
}

impl Cast<'_> {
    /// Returns what is kept instead of a value, if it is not kept as it is.
    fn cast(&mut self, value: ValueRef<'_>) -> Option<Value> {
        let scale = self.scale?;
        let scaled = match value {
            ValueRef::Integer(_) if self.is_integer => return None,
            ValueRef::Null | ValueRef::Blob(_) => return None,
            ValueRef::Integer(number) => scaled(&number.to_string(), scale),
            // The shortest number that means the same: 2769.3599999999997 is what a product of decimals comes to.
            ValueRef::Real(number) => scaled(&number.to_string(), scale),
            ValueRef::Text(text) => scaled(str::from_utf8(text).ok()?, scale),
        }?;
        self.rounded += u64::from(scaled.is_rounded);
        match self.is_integer {
            true => scaled.text.parse().ok().map(Value::Integer),
            false => Some(Value::Text(scaled.text)),
        }
    }
}
