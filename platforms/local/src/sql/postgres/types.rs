//! What columns are in PostgreSQL: types that hold every value that SQLite keeps (`storage.rs`), and that a consumer
//! expects.
//!
//! | type in the model | column | why |
//! |---|---|---|
//! | Boolean | `boolean` | |
//! | TinyInt, SmallInt; Integer; BigInt and others | `smallint`; `integer`; `bigint` | PostgreSQL has nothing smaller |
//! | Real and narrower; Double | `real`; `double precision` | not-a-number and infinities are values there |
//! | Decimal | `numeric`, without a limit | earlier versions may be of another type |
//! | Char, VarChar, NChar, NVarChar | `varchar(n)` in a copy without history; with history `text` | versions may be older than a limit; `char` would pad |
//! | Date | `date` | |
//! | Timestamp | `timestamp`; with a zone, `timestamptz` | |
//! | Binary | `bytea` | |
//!
//! Values come as text (COPY), which the server reads exactly. What its column cannot have is set aside for that copy alone
//! (`runtime/copy_filter.rs`).

use crate::{
    prelude::*,
    sql::{
        milestoned::StoredColumn,
        quote::{literal, quoted},
        storage::Storage,
    },
};

/// The longest name, in bytes; more is cut off without a word.
pub(crate) const LONGEST_NAME: usize = 63;

/// What a column of this type of the model is declared as.
pub(crate) fn column_type(data_type: &str) -> &'static str {
    let Ok(data_type) = data_type.parse() else {
        return "text";
    };
    match &data_type {
        DataType::Boolean => "boolean",
        DataType::TinyInt | DataType::SmallInt => "smallint",
        DataType::Integer => "integer",
        DataType::Float(format) if format.range().is_within(&FloatFormat::Binary32.range()) => "real",
        DataType::Decimal { .. } => "numeric",
        DataType::Date => "date",
        DataType::Timestamp { zone: None } => "timestamp",
        DataType::Timestamp { zone: Some(_) } => "timestamptz",
        _ => match Storage::from_type(&data_type) {
            Storage::Integer => "bigint",
            Storage::Real => "double precision",
            Storage::Text => "text",
            Storage::Blob => "bytea",
        },
    }
}

/// The longest limit that a text can have, in characters.
const LONGEST_TEXT: u32 = 10_485_760;

/// What a column of a copy is declared as. Without history all that is there is as the schema says, so a text has its
/// limit; with history there may be versions from before there was one.
pub(crate) fn copied_type(column: &StoredColumn, history: bool) -> String {
    let limit = match column.data_type.parse() {
        Ok(DataType::Char { length, .. } | DataType::NChar { length, .. }) => Some(length),
        Ok(DataType::VarChar { length, .. } | DataType::NVarChar { length, .. }) => length,
        _ => None,
    };
    match limit.filter(|limit| !history && *limit <= LONGEST_TEXT) {
        Some(limit) => format!("varchar({limit})"),
        None => column_type(&column.data_type).to_owned(),
    }
}

/// What the server itself calls a type that columns are declared as here, other than a text with a limit.
pub(crate) fn name_of_type(declared: &str) -> &str {
    match declared {
        "timestamp" => "timestamp without time zone",
        "timestamptz" => "timestamp with time zone",
        other => other,
    }
}

/// The quoted name of a column: its own, or one that ends in a hash where that is too long.
pub(crate) fn column_name(name: &str) -> String {
    if name.len() <= LONGEST_NAME { quoted(name) } else { quoted(&identifier(&[name], LONGEST_NAME)) }
}

/// The zone that a time without one is meant in, where that is not the session's own, UTC.
fn zone(column: &StoredColumn) -> Option<String> {
    match column.data_type.parse() {
        Ok(DataType::Timestamp { zone: Some(zone) }) if !matches!(&*zone, "UTC" | "Etc/UTC") => {
            Some(zone.to_string())
        }
        _ => None,
    }
}

/// What a column is declared as where values come in.
pub(crate) fn staged_type(column: &StoredColumn) -> &'static str {
    if zone(column).is_some() { "text" } else { column_type(&column.data_type) }
}

/// The value of a staged column. SQLite sources may have times without a zone in a column that has one.
pub(crate) fn from_stage(column: &StoredColumn) -> String {
    let name = format!("stage.{}", column_name(&column.name));
    match zone(column) {
        None => name,
        Some(zone) => format!(
            "CASE WHEN {name} ~ ':[0-9.]+([Zz]|[+-][0-9:]+)( BC)?$' THEN {name}::timestamptz \
             ELSE {name}::timestamp AT TIME ZONE {} END",
            literal(&zone)
        ),
    }
}
