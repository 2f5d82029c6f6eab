//! Changes at random: rows that come, change, get another key and go, in transactions of which some are rolled back.

use crate::dump::{Column, Table};
use fastrand::Rng;
use postgres::Client;

/// The most changes of a transaction.
const LARGEST: usize = 40;

/// Changes of tables. The same seed makes the same changes.
pub(crate) struct RandomChanges<'t> {
    tables: &'t [Table],
    random: Rng,
}

impl<'t> RandomChanges<'t> {
    pub(crate) fn new(tables: &'t [Table], seed: u64) -> Self {
        Self { tables, random: Rng::with_seed(seed) }
    }

    /// Makes this many changes.
    pub(crate) fn make(&mut self, source: &mut Client, count: usize) {
        source.batch_execute(&format!("SELECT setseed({})", self.random.f64())).unwrap();
        let mut left = count;
        while left > 0 {
            let size = self.random.usize(1..=LARGEST.min(left));
            let changes: Vec<String> = (0..size).map(|_| self.change()).collect();
            let end = if self.random.u8(..10) == 0 { "ROLLBACK" } else { "COMMIT" };
            let transaction = format!("BEGIN; {}; {end}", changes.join("; "));
            source.batch_execute(&transaction).unwrap_or_else(|error| panic!("{error:?}: {transaction}"));
            left -= size;
        }
    }

    fn change(&mut self) -> String {
        let table = &self.tables[self.random.usize(..self.tables.len())];
        let name = &table.name;
        let some = format!(
            "ctid = (SELECT ctid FROM {name} OFFSET floor(random() * (SELECT count(*) FROM {name})) LIMIT 1)"
        );
        let others: Vec<&Column> = table.columns.iter().filter(|column| !column.is_key).collect();
        match self.random.u8(..100) {
            0..35 => {
                let values: Vec<String> = table.columns.iter().map(|column| self.value(column)).collect();
                format!("INSERT INTO {name} VALUES ({}) ON CONFLICT DO NOTHING", values.join(", "))
            }
            35..75 if !others.is_empty() => {
                let count = self.random.usize(1..=others.len());
                let chosen: Vec<&Column> = self.random.choose_multiple(others, count);
                let set =
                    chosen.into_iter().map(|column| format!("{} = {}", column.name, self.value(column)));
                format!("UPDATE {name} SET {} WHERE {some}", set.collect::<Vec<_>>().join(", "))
            }
            35..85 => {
                let key: Vec<&Column> = table.columns.iter().filter(|column| column.is_key).collect();
                let set = key.into_iter().map(|column| (&column.name, self.value(column)));
                let set: Vec<String> = set.map(|(name, value)| format!("{name} = {value}")).collect();
                let (set, same) = (set.join(", "), set.join(" AND "));
                format!(
                    "UPDATE {name} SET {set} WHERE {some} AND NOT EXISTS (SELECT FROM {name} WHERE {same})"
                )
            }
            _ => format!("DELETE FROM {name} WHERE {some}"),
        }
    }

    fn value(&mut self, column: &Column) -> String {
        if column.is_nullable && self.random.u8(..5) == 0 {
            return "NULL".to_owned();
        }
        match column.data_type.as_str() {
            "smallint" => match self.random.u8(..8) {
                0 => format!("'{}'", i16::MIN),
                1 => i16::MAX.to_string(),
                _ => format!("'{}'", self.random.i16(..)),
            },
            "integer" => match self.random.u8(..4) {
                0 => format!("'{}'", i32::MIN),
                1 => i32::MAX.to_string(),
                _ => format!("'{}'", self.random.i32(..)),
            },
            "real" => {
                let odd = ["0", "0.1", "-3.4028235e38", "3.4028235e38", "1e-45", "1.1754944e-38", "16777217"];
                match self.random.bool() {
                    true => format!("'{}'", odd[self.random.usize(..odd.len())]),
                    // Of NaN and infinite numbers, the platform says that JSON has none; -0 arrives as 0, which it equals.
                    false => {
                        format!("'{}'", (self.random.f32() - 0.5) * 2_f32.powi(self.random.i32(-60..60)))
                    }
                }
            }
            "date" => {
                let odd =
                    ["0001-01-01", "9999-12-31", "1582-10-10", "1900-02-28", "1970-01-01", "2000-02-29"];
                match self.random.bool() {
                    true => format!("'{}'", odd[self.random.usize(..odd.len())]),
                    false => format!("date '1970-01-01' + {}", self.random.i32(-30_000..30_000)),
                }
            }
            "bytea" => {
                let length = self.random.usize(..40);
                let digits: String = (0..length).map(|_| format!("{:02x}", self.random.u8(..))).collect();
                format!("'\\x{digits}'")
            }
            _ => {
                let text = self.text();
                let kept: String =
                    text.chars().take(column.length.map_or(usize::MAX, |most| most as usize)).collect();
                format!("'{}'", kept.replace('\'', "''"))
            }
        }
    }

    fn text(&mut self) -> String {
        let odd = [
            "",
            " ",
            "NULL",
            "null",
            "'",
            "''; DROP TABLE x",
            "\\",
            "\\N",
            "\"",
            "{}",
            "[1]",
            "${env:HOME}",
            "a,b;c",
            "\t",
            "\n",
            "\r\n",
            "\u{1}",
            "\u{7f}",
            "\u{feff}x",
            "ünïcødé",
            "שלום",
            "日本語",
            "🦀🦀",
            "e\u{301}",
            "\u{2028}",
            " a ",
            "0x00",
            "true",
            "1e5",
            "-",
        ];
        match self.random.u8(..20) {
            0..9 => odd[self.random.usize(..odd.len())].to_owned(),
            // Longer than a page: it is stored apart, and left out of the log where it does not change.
            9 => "0123456789abcdef".repeat(self.random.usize(1..1500)),
            _ => (0..self.random.usize(1..12)).map(|_| self.random.alphanumeric()).collect(),
        }
    }
}
