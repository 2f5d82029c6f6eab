//! Values as they come from the server, and as SQLite keeps them; `sql/storage.rs` says why.

use crate::{runtime::server::error::ServerError, sql::storage::NOT_A_NUMBER};
use rusqlite::types::ValueRef;
use tokio_postgres::{
    Column, Row,
    types::{FromSql, Type},
};

/// What a column comes as.
#[derive(Clone, Copy)]
enum Kind {
    Boolean,
    SmallInt,
    Integer,
    BigInt,
    Real,
    Double,
    Text,
    Bytes,
}

impl Kind {
    fn from_type(column_type: &Type) -> Option<Self> {
        Some(match *column_type {
            Type::BOOL => Self::Boolean,
            Type::INT2 => Self::SmallInt,
            Type::INT4 => Self::Integer,
            Type::INT8 => Self::BigInt,
            Type::FLOAT4 => Self::Real,
            Type::FLOAT8 => Self::Double,
            Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME => Self::Text,
            Type::BYTEA => Self::Bytes,
            _ => return None,
        })
    }

    fn read(self, row: &Row, at: usize) -> Result<ValueRef<'_>, tokio_postgres::Error> {
        match self {
            Self::Boolean => get(row, at, |value: bool| ValueRef::Integer(value.into())),
            Self::SmallInt => get(row, at, |value: i16| ValueRef::Integer(value.into())),
            Self::Integer => get(row, at, |value: i32| ValueRef::Integer(value.into())),
            Self::BigInt => get(row, at, ValueRef::Integer),
            Self::Real => get(row, at, |value: f32| number(value.into())),
            Self::Double => get(row, at, number),
            Self::Text => get(row, at, |value: &str| ValueRef::Text(value.as_bytes())),
            Self::Bytes => get(row, at, ValueRef::Blob),
        }
    }
}

fn get<'row, T: FromSql<'row>>(
    row: &'row Row,
    at: usize,
    keep: impl FnOnce(T) -> ValueRef<'row>,
) -> Result<ValueRef<'row>, tokio_postgres::Error> {
    Ok(row.try_get::<_, Option<T>>(at)?.map_or(ValueRef::Null, keep))
}

/// SQLite turns a NaN into NULL.
fn number<'row>(value: f64) -> ValueRef<'row> {
    if value.is_nan() { ValueRef::Text(NOT_A_NUMBER.as_bytes()) } else { ValueRef::Real(value) }
}

/// What the columns of a SELECT come as.
pub(super) struct ColumnKinds(Vec<Kind>);

impl ColumnKinds {
    /// Refuses what the SELECT should have converted.
    pub(super) fn from_columns(columns: &[Column]) -> Result<Self, ServerError> {
        let kinds = columns.iter().map(|column| {
            Kind::from_type(column.type_()).ok_or_else(|| {
                let found = column.type_();
                ServerError::new(format!("nothing is kept as `{found}`; cast it in the SELECT"))
                    .in_column(column.name())
            })
        });
        kinds.collect::<Result<_, _>>().map(Self)
    }

    /// The values of a row, borrowed from it.
    pub(super) fn read<'row>(&self, row: &'row Row) -> Result<Vec<ValueRef<'row>>, ServerError> {
        let read = |(at, kind): (usize, &Kind)| {
            kind.read(row, at).map_err(|error| ServerError::from_postgres(&error))
        };
        self.0.iter().enumerate().map(read).collect()
    }
}
