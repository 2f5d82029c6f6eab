//! How a PostgreSQL source (13 or newer) is read, so that what comes is what SQLite keeps.
//!
//! The source may have another type than the schema says. Values come as the server writes them, and are judged while they
//! are read (`runtime/declared/`): what fits the declared type without loss is kept, an integer in a `numeric` or `text`
//! column, a `real` for a Decimal (by its shortest digits: 32.38 and not 32.3800011), 0 and 1 for a Boolean; everything
//! else breaks a rule, and nothing is rounded. The server refuses the statement where there is no such conversion at all.
//!
//! `char(n)` comes without the spaces that pad it, which have no meaning there.

use crate::{
    prelude::*,
    server_settings::ServerSettings,
    sql::{
        quote::{literal, quoted},
        storage::Storage,
    },
};

/// Text must not depend on how somebody set up the server, and neither a table that is locked nor a statement that does
/// not end stop everything for ever.
pub(crate) fn begin(server: &ServerSettings) -> Vec<String> {
    let set = [
        "SET datestyle = 'ISO, YMD'",
        "SET intervalstyle = 'postgres'",
        "SET timezone = 'UTC'",
        "SET extra_float_digits = 1",
        "SET bytea_output = 'hex'",
        "SET lock_timeout = '60s'",
    ];
    let mut statements: Vec<String> = set.map(str::to_owned).into();
    statements.push(format!("SET statement_timeout = '{}s'", server.statement_timeout_seconds()));
    statements.push("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY".to_owned());
    statements
}

/// What selects a column: bytes, or text.
pub(crate) fn read_column(column: &Column) -> String {
    let name = quoted(column.name().as_str());
    let value = match (column.data_type(), Storage::from_type(column.data_type())) {
        // The shortest digits of a `real` are those of another number with twice the digits.
        (_, Storage::Real) => format!(
            "CASE WHEN pg_typeof({name}) = 'real'::regtype THEN {name}::double precision::text ELSE {name}::text END"
        ),
        (_, Storage::Blob) => format!("{name}::bytea"),
        (DataType::Timestamp { zone: None }, _) => time_as_text(&name, &format!("{name}::timestamp::text")),
        (DataType::Timestamp { zone: Some(zone) }, _) => time_as_text(&name, &instant_as_text(&name, zone)),
        (_, Storage::Integer | Storage::Text) => format!("{name}::text"),
    };
    format!("{value} AS {name}")
}

/// A text in a column of texts is judged as it is: the server would refuse the statement.
fn time_as_text(name: &str, time: &str) -> String {
    format!(
        "CASE WHEN pg_typeof({name}) IN ('timestamp'::regtype, 'timestamptz'::regtype, 'date'::regtype) \
         THEN {time} ELSE {name}::text END"
    )
}

/// Which records have a watermark that is not below `:position`, or none. Where the source has the type of the schema,
/// nothing is done to the column, so that an index of it is of use.
pub(crate) fn watermark_condition(column: &Column) -> String {
    let name = quoted(column.name().as_str());
    let reached = match column.data_type() {
        DataType::Timestamp { zone: None } => format!("{name}::timestamp >= :position::text::timestamp"),
        DataType::Timestamp { zone: Some(zone) } => {
            format!("{} >= :position::text::timestamptz", instant(&name, zone))
        }
        _ => format!("{name} >= :position::bigint"),
    };
    format!("{reached} OR {name} IS NULL")
}

/// In UTC. SQLite knows `+00:00`, and not `+00`.
fn instant_as_text(name: &str, zone: &str) -> String {
    format!("replace(({})::text, '+00', '+00:00')", instant(name, zone))
}

/// A source without a zone means the one of the schema.
fn instant(name: &str, zone: &str) -> String {
    if matches!(zone, "UTC" | "Etc/UTC") {
        return format!("{name}::timestamptz");
    }
    let zone = literal(zone);
    format!(
        "CASE WHEN pg_typeof({name}) = 'timestamptz'::regtype THEN {name}::timestamptz \
         ELSE {name}::timestamp AT TIME ZONE {zone} END"
    )
}

/// A table of a source may be named with its schema, `sales.orders`: the first dot stands between them. A name that has
/// a dot itself is written in quotes, as in SQL: `"old.orders"`, `sales."old.orders"`. Without a schema, the search path
/// of the user decides, as everywhere in PostgreSQL. Cases are never folded.
pub(crate) fn quoted_table(table: &str) -> String {
    let whole = || quoted(table);
    let Some((first, rest)) = name_at_start(table) else {
        return whole();
    };
    match rest.strip_prefix('.') {
        None if rest.is_empty() => quoted(&first),
        Some(rest) if rest.starts_with('"') => match name_at_start(rest) {
            Some((second, "")) => format!("{}.{}", quoted(&first), quoted(&second)),
            _ => whole(),
        },
        Some(rest) if !rest.is_empty() => format!("{}.{}", quoted(&first), quoted(rest)),
        _ => whole(),
    }
}

/// A name, in quotes or up to a dot, and what follows it.
fn name_at_start(text: &str) -> Option<(String, &str)> {
    let Some(mut rest) = text.strip_prefix('"') else {
        let end = text.find('.').unwrap_or(text.len());
        let (name, rest) = text.split_at_checked(end)?;
        return (!name.is_empty()).then(|| (name.to_owned(), rest));
    };
    let mut name = String::new();
    loop {
        let (part, after) = rest.split_once('"')?;
        name.push_str(part);
        match after.strip_prefix('"') {
            Some(more) => {
                name.push('"');
                rest = more;
            }
            None => return (!name.is_empty()).then_some((name, after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_named_with_their_schema_or_without() {
        let cases = [
            ("orders", r#""orders""#),
            ("Sales.Orders", r#""Sales"."Orders""#),
            (r#""old.orders""#, r#""old.orders""#),
            (r#"sales."old.orders""#, r#""sales"."old.orders""#),
            (r#""a""b".c"#, r#""a""b"."c""#),
            ("a.b.c", r#""a"."b.c""#),
            (".a", r#"".a""#),
            ("a.", r#""a.""#),
            (r#""open"#, r#""""open""#),
            (r#""a"b"#, r#""""a""b""#),
        ];
        for (table, expected) in cases {
            assert_eq!(quoted_table(table), expected, "{table}");
        }
    }
}
