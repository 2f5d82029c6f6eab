//! How values are kept in SQLite: the one place that decides it, for buffers, copies and staging alike.
//!
//! SQLite has five kinds of values (NULL, INTEGER, REAL, TEXT, BLOB), and a column's type is a preference, not a rule.
//!
//! | type in the model | kept as | why |
//! |---|---|---|
//! | Boolean | INTEGER, 0 or 1 | SQLite has no other truth |
//! | TinyInt, SmallInt, Integer, BigInt, and others that fit into 64 bits | INTEGER | signed 64 bits: every one of them fits |
//! | Double, and what fits into it | REAL; not-a-number as the text `NaN` | SQLite turns a NaN into NULL, and a value would be gone. A column that prefers REAL keeps a text that is no number as it is. Infinities are REAL values of their own; a negative zero is kept as zero, which is equal to it |
//! | Decimal | TEXT, all digits of the scale, and no more | REAL would round |
//! | Char, VarChar, NChar, NVarChar | TEXT | text is Unicode here |
//! | Date | TEXT, `2026-01-31` | sorts as it should, people can read it, SQLite's functions know it. What they do not know stays as PostgreSQL writes it: `0044-03-15 BC`, `infinity` |
//! | Timestamp | TEXT, as the source writes it | the same; with a zone, in UTC where the source can say so: `2026-01-31 12:00:00.5+00:00` |
//! | Binary | BLOB | bytes |
//!
//! Other types have no form here that keeps their values comparable, and are not claimed.

use crate::{prelude::*, sql::quote::quoted};

/// The text that is kept in a column of floating point numbers where the source has not-a-number: SQLite turns a NaN into
/// NULL.
pub const NOT_A_NUMBER: &str = "NaN";

/// A kind of value, and what a column that prefers it is declared as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Storage {
    Integer,
    Real,
    Text,
    Blob,
}

impl Storage {
    /// How values of a type are kept.
    pub(crate) fn from_type(data_type: &DataType) -> Self {
        // Never asked about others: they are not claimed.
        Self::comparable(data_type).unwrap_or(Self::Text)
    }

    /// How values of a type are kept so that they can be compared; nothing if they cannot be.
    pub(crate) fn comparable(data_type: &DataType) -> Option<Self> {
        Some(match data_type {
            DataType::Boolean
            | DataType::TinyInt
            | DataType::SmallInt
            | DataType::Integer
            | DataType::BigInt
            | DataType::CustomInteger { bits: 0..=64, signed: true }
            | DataType::CustomInteger { bits: 0..=63, signed: false } => Self::Integer,
            DataType::Float(format) if format.range().is_within(&FloatFormat::Binary64.range()) => Self::Real,
            DataType::Binary { .. } => Self::Blob,
            DataType::Decimal { .. }
            | DataType::Char { .. }
            | DataType::VarChar { .. }
            | DataType::NChar { .. }
            | DataType::NVarChar { .. }
            | DataType::Date
            | DataType::Timestamp { .. } => Self::Text,
            _ => return None,
        })
    }

    pub(crate) fn as_sql(self) -> &'static str {
        match self {
            Self::Integer => "INTEGER",
            Self::Real => "REAL",
            Self::Text => "TEXT",
            Self::Blob => "BLOB",
        }
    }
}

/// Which records of an SQLite source have a watermark that is not below `:position`, or none that could be compared:
/// whoever reads them finds out. The column stands by itself, so that an index of it is of use; numbers in a column of
/// texts are compared as numbers, and a number where times should be comes before all texts.
pub(crate) fn watermark_bound_in_sqlite(column: &Column) -> String {
    let name = quoted(column.name().as_str());
    match Storage::from_type(column.data_type()) {
        Storage::Text => format!("{name} >= :position OR {name} < '' OR {name} IS NULL"),
        _ => format!("{name} >= CAST(:position AS INTEGER) OR {name} IS NULL"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::quote::literal;
    use rusqlite::Connection;

    fn kept(declared: &str, value: &str) -> String {
        let database = Connection::open_in_memory().unwrap();
        let sql = format!("CREATE TABLE t (c {declared}); INSERT INTO t VALUES ({value});");
        database.execute_batch(&sql).unwrap();
        database.query_row("SELECT typeof(c) || ' ' || c FROM t", [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn not_a_number_and_infinities_survive() {
        assert_eq!(kept("REAL", &literal(NOT_A_NUMBER)), "text NaN");
        assert_eq!(kept("REAL", "9e999"), "real Inf");
        assert_eq!(kept("REAL", "1"), "real 1.0");
    }
}
