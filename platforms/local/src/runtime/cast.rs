//! What a transformer makes becomes what its columns keep: decimals with the digits of their scale, and integers. What has
//! more digits is rounded half away from zero, and counted. Whether a value fits its type is judged where it is captured.

use super::{database::outside, loader::Loader};
use crate::{
    prelude::*,
    sql::{decimal::scaled, milestoned::StoredColumn},
};
use datasurface_platform::Rounded;
use rusqlite::{
    Row,
    types::{Value, ValueRef},
};

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

    /// Casts a row, and loads it.
    pub(super) fn load(&mut self, row: &Row<'_>, loader: &mut Loader<'_>) -> Result<(), PlatformError> {
        for at in 0..row.as_ref().column_count() {
            let value =
                row.get_ref(at).map_err(|error| outside(format!("reading `{}`", self.dataset), error))?;
            match self.columns.get_mut(at).and_then(|column| column.cast(value)) {
                None => loader.set(at + 1, value)?,
                Some(cast) => loader.set(at + 1, ValueRef::from(&cast))?,
            }
        }
        loader.load()?.map_or(Ok(()), Err)
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
