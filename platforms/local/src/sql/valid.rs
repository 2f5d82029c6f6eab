//! Whether texts are what their columns say: decimals, dates, timestamps. SQLite keeps any text in any column, and whoever
//! reads a copy in PostgreSQL would be refused all of it. Each is a SELECT like those of quality checks, of what was read.
//!
//! Dates and times are as SQLite knows them (`2026-01-31`; `2026-01-31 12:00`, with seconds, with `T`, with `Z` or an
//! offset), or as PostgreSQL writes those that it does not know: `infinity`, `0044-03-15 BC`, `12026-01-31`.

use super::{
    check::{Check, wrong_values},
    milestoned::Milestoned,
    quote::{literal, quoted},
};
use crate::prelude::*;

/// What the names of sections begin with that are such SELECTs.
pub(crate) const VALID: &str = "valid";

/// The SELECTs for the columns of a table that need one.
pub(crate) fn texts(table: &Milestoned, schema: &TableSchema) -> Vec<Check> {
    let of_column = |column: &Column| {
        let name = quoted(column.name().as_str());
        let (what, condition) = match column.data_type() {
            DataType::Decimal { .. } => ("decimal", is_no_decimal(&name)),
            DataType::Date => ("date", is_no_date(&name)),
            DataType::Timestamp { .. } => ("timestamp", is_no_timestamp(&name)),
            _ => return None,
        };
        let sql = wrong_values(table, column.name(), &condition);
        Some(Check { rule: format!("every `{}` is a {what}", column.name()), sql })
    };
    schema.columns().iter().filter_map(of_column).collect()
}

/// A text that is a number for SQLite is equal to that number, and no other text is equal to any.
fn is_no_decimal(name: &str) -> String {
    format!("{name} <> CAST({name} AS NUMERIC)\n  AND {name} NOT IN ('NaN', 'Infinity', '-Infinity')")
}

/// `date` makes another day of one that there is not, or nothing.
fn is_no_date(name: &str) -> String {
    format!("date({name}) IS NOT {name}\n  AND {}", is_no_day_of_postgres(name, ""))
}

fn is_no_timestamp(name: &str) -> String {
    let day = format!("substr({name}, 1, 10)");
    format!(
        "(\n    date({day}) IS NOT {day}\n    OR datetime({name}) IS NULL\n    \
         AND (datetime({name} || ':00') IS NULL OR {name} NOT GLOB '*:*[+-][0-9][0-9]')\n  )\n  AND {}",
        is_no_day_of_postgres(name, " [0-2][0-9]:[0-5][0-9]:[0-6][0-9]*")
    )
}

/// Days that SQLite does not know, and what follows them.
fn is_no_day_of_postgres(name: &str, time: &str) -> String {
    let day = format!("-[01][0-9]-[0-3][0-9]{time}");
    format!(
        "{name} NOT IN ('infinity', '-infinity')\n  AND {name} NOT GLOB {}\n  AND {name} NOT GLOB {}",
        literal(&format!("[0-9]*{day} BC")),
        literal(&format!("[0-9][0-9][0-9][0-9][0-9]*{day}")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::Connection;

    /// Which of these texts are found in a column of this type.
    fn found(data_type: &str, texts: &[&str]) -> Vec<String> {
        let schema: Schema = format!("id Integer key, value {data_type}").as_str().into();
        let table = Milestoned::new("t".to_owned(), schema.table(), false);
        let database = Connection::open_in_memory().unwrap();
        table.stage().iter().for_each(|statement| database.execute_batch(statement).unwrap());
        let checks = super::texts(&table, schema.table());
        let mut found = Vec::new();
        for text in texts {
            database.execute("INSERT INTO temp.\"t.stage\" VALUES (1, ?1), (2, NULL)", [text]).unwrap();
            let mut statement = database.prepare(&checks[0].sql).unwrap();
            let rows = statement.query_map([], |row| row.get::<_, String>("value")).unwrap();
            found.extend(rows.map(Result::unwrap));
            database.execute("DELETE FROM temp.\"t.stage\"", []).unwrap();
        }
        found
    }

    #[test]
    fn decimals_are_told_from_other_texts() {
        let good = [
            "0",
            "18.00",
            "-0.5",
            "+1",
            ".5",
            "5.",
            "123456789012345678901234567890.12345",
            "1e5",
            "NaN",
            "-Infinity",
        ];
        assert_eq!(found("Decimal(10,2)", &good), [""; 0]);
        let bad = ["", ".", "-", "+.", "--1", "1-", "1.2.3", "1,5", "0x1", "1 2", "abc", "١", "nan"];
        assert_eq!(found("Decimal(10,2)", &bad), bad);
    }

    #[test]
    fn dates_are_told_from_other_texts() {
        let good = [
            "2026-01-31",
            "0001-01-01",
            "9999-12-31",
            "2024-02-29",
            "infinity",
            "0044-03-15 BC",
            "12026-01-31",
        ];
        assert_eq!(found("Date", &good), [""; 0]);
        let bad = [
            "",
            "now",
            "2026-02-30",
            "2026-13-01",
            "31.01.2026",
            "20260131",
            "2026-1-1",
            "2026-01-31 12:00",
            "2461072.5",
        ];
        assert_eq!(found("Date", &bad), bad);
    }

    #[test]
    fn timestamps_are_told_from_other_texts() {
        let good = [
            "2026-01-31 12:00",
            "2026-01-31T12:00:00Z",
            "2026-01-31 12:00:00.123456+00:00",
            "2026-01-31 12:00:00+02",
            "2026-01-31",
            "-infinity",
            "0044-03-15 12:00:00 BC",
            "12026-01-31 12:00:00+00:00",
            "0044-03-15 12:00:00+00:00 BC",
        ];
        assert_eq!(found("Timestamp", &good), [""; 0]);
        let bad = [
            "",
            "now",
            "12:00",
            "2026-02-30 12:00:00",
            "2026-01-31 25:00:00",
            "1767225600",
            "yesterday",
            "2026-01-31 12",
            "2026-01-31 12:00 CET",
        ];
        assert_eq!(found("Timestamp(UTC)", &bad), bad);
    }
}
