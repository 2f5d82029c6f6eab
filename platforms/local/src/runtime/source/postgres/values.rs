//! Values as they come from the server, and as SQLite keeps them; `sql/storage.rs` says why.

use super::trouble::Trouble;
use crate::sql::storage::NOT_A_NUMBER;
use postgres::{
    Column, Row,
    types::{FromSql, Type},
};
use rusqlite::types::Value;

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
    fn of(column_type: &Type) -> Option<Self> {
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

    fn read(self, row: &Row, at: usize) -> Result<Value, postgres::Error> {
        match self {
            Self::Boolean => get(row, at, |value: bool| Value::Integer(value.into())),
            Self::SmallInt => get(row, at, |value: i16| Value::Integer(value.into())),
            Self::Integer => get(row, at, |value: i32| Value::Integer(value.into())),
            Self::BigInt => get(row, at, Value::Integer),
            Self::Real => get(row, at, |value: f32| number(value.into())),
            Self::Double => get(row, at, number),
            Self::Text => get(row, at, Value::Text),
            Self::Bytes => get(row, at, Value::Blob),
        }
    }
}

fn get<'row, T: FromSql<'row>>(
    row: &'row Row,
    at: usize,
    keep: impl FnOnce(T) -> Value,
) -> Result<Value, postgres::Error> {
    Ok(row.try_get::<_, Option<T>>(at)?.map_or(Value::Null, keep))
}

/// SQLite turns a NaN into NULL.
fn number(value: f64) -> Value {
    if value.is_nan() { Value::Text(NOT_A_NUMBER.to_owned()) } else { Value::Real(value) }
}

/// What the columns of a SELECT come as.
pub(super) struct Kinds(Vec<Kind>);

impl Kinds {
    /// Refuses what the SELECT should have converted.
    pub(super) fn of(columns: &[Column]) -> Result<Self, Trouble> {
        let kinds = columns.iter().map(|column| {
            Kind::of(column.type_()).ok_or_else(|| {
                let found = column.type_();
                Trouble::said(format!("nothing is kept as `{found}`; cast it in the SELECT"))
                    .in_column(column.name())
            })
        });
        kinds.collect::<Result<_, _>>().map(Self)
    }

    /// Puts the values of a row in place of those of the one before.
    pub(super) fn read(&self, row: &Row, values: &mut Vec<Value>) -> Result<(), Trouble> {
        values.clear();
        for (at, kind) in self.0.iter().enumerate() {
            values.push(kind.read(row, at).map_err(|error| Trouble::of(&error))?);
        }
        Ok(())
    }
}
