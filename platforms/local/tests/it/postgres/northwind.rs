//! A real database: all tables of NorthWind equal their source.

use super::{Producer, shown};
use crate::support::{postgres::Server, skipped};
use postgres::{Client, SimpleQueryMessage};
use rusqlite::types::Value;
use std::{collections::BTreeMap, path::PathBuf};

/// The dump, or nothing if this checkout has none beside it.
pub(super) fn dump() -> Option<String> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/northwind/northwind.sql");
    match std::fs::read_to_string(&file) {
        Ok(text) => Some(text),
        Err(error) => {
            let required = std::env::var("DATASURFACE_TEST_REQUIRE").is_ok_and(|value| value == "1");
            assert!(!required, "{}: {error}", file.display());
            skipped(&format!("{}: {error}", file.display()));
            None
        }
    }
}

/// Each table with its columns and their types in the model, as PostgreSQL describes them.
fn schemas(client: &mut Client) -> BTreeMap<String, Vec<(String, String)>> {
    let sql = "SELECT table_name::text, column_name::text, CASE
          WHEN column_name IN ('unit_price', 'freight') THEN 'Decimal(10,2)'
          WHEN data_type = 'character varying' THEN 'VarChar(' || character_maximum_length || ')'
          ELSE (jsonb_build_object('smallint', 'SmallInt', 'integer', 'Integer', 'text', 'VarChar',
            'date', 'Date', 'real', 'Real', 'bytea', 'Binary') ->> data_type) END,
          coalesce((SELECT ' key' FROM information_schema.key_column_usage AS k
            WHERE (k.table_name, k.column_name) = (c.table_name, c.column_name)
            AND k.constraint_name LIKE 'pk%'), '')
        FROM information_schema.columns AS c WHERE table_schema = 'public' ORDER BY 1, ordinal_position";
    let mut tables: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for row in client.query(sql, &[]).unwrap() {
        let (table, column, kind, key): (String, String, String, String) =
            (row.get(0), row.get(1), row.get(2), row.get(3));
        tables.entry(table).or_default().push((column, kind + &key));
    }
    tables
}

/// A value in the words of PostgreSQL, as it should be kept.
fn expected(kind: &str, text: Option<&str>) -> Value {
    let Some(text) = text else { return Value::Null };
    match kind.split([' ', '(']).next().unwrap() {
        "SmallInt" | "Integer" => Value::Integer(text.parse().unwrap()),
        "Real" => Value::Real(text.parse::<f32>().unwrap().into()),
        "Binary" => {
            let digits = text.strip_prefix("\\x").unwrap().as_bytes();
            let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
            Value::Blob(digits.chunks(2).map(byte).collect())
        }
        _ => Value::Text(text.to_owned()),
    }
}

#[test]
fn all_tables_of_northwind_equal_their_source() {
    let (Some(server), Some(dump)) = (Server::shared(), dump()) else { return };
    let mut client = server.owner("northwind");
    client.batch_execute(&dump).unwrap();
    client.batch_execute("SET search_path = public").unwrap();
    let schemas = schemas(&mut client);
    assert_eq!(schemas.len(), 14);
    let producer = schemas.iter().fold(Producer::new(server, "northwind"), |producer, (table, columns)| {
        let columns: Vec<String> = columns.iter().map(|(name, kind)| format!("{name} {kind}")).collect();
        producer.dataset(table, &columns.join(", "))
    });
    let kept = producer.kept();
    let mut rows = 0;
    for (table, columns) in &schemas {
        // Text comes from the server's own output functions, by the text protocol, and not by our casts.
        let select: Vec<String> = columns
            .iter()
            .map(|(name, kind)| match kind.starts_with("Decimal") {
                true => format!("\"{name}\"::numeric(10,2)"),
                false => format!("\"{name}\""),
            })
            .collect();
        let sql = format!("SELECT {} FROM \"{table}\"", select.join(", "));
        let mut source = Vec::new();
        for message in client.simple_query(&sql).unwrap() {
            if let SimpleQueryMessage::Row(row) = message {
                let values = columns.iter().enumerate().map(|(at, (_, kind))| expected(kind, row.get(at)));
                source.push(values.map(|value| shown(&value)).collect::<Vec<_>>());
            }
        }
        let mut here: Vec<Vec<String>> =
            kept[table].iter().map(|row| row.iter().map(shown).collect()).collect();
        source.sort();
        here.sort();
        assert_eq!(here, source, "{table}");
        rows += here.len();
    }
    assert_eq!((kept["customers"].len(), kept["products"].len(), kept["suppliers"].len()), (91, 77, 29));
    assert!(rows > 3000, "{rows}");
}
