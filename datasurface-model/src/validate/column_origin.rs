//! What the values of a column of an output come from.

use datasurface_schema::Column;
use datasurface_sql::{ColumnKey, SelectOutput};

pub(super) enum ColumnOrigin<'s> {
    /// These columns.
    Columns(Vec<&'s ColumnKey>),
    /// Any of the inputs.
    Any,
    /// The statement does not return the column, which is a finding of its own.
    Missing,
}

impl<'s> ColumnOrigin<'s> {
    pub(super) fn of(select: &'s SelectOutput, column: &Column) -> Self {
        let name = column.name().as_str();
        match select.column(name).map(|made| &made.sources) {
            Some(Some(sources)) => Self::Columns(sources.iter().collect()),
            None if select.is_complete && !select.columns.iter().any(|made| made.may_be_named(name)) => {
                Self::Missing
            }
            Some(None) | None => Self::Any,
        }
    }
}
