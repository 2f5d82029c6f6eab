//! Tables whose source is read from a watermark on: a column that only grows, so that what is new or was changed is where
//! the column is not below the highest value that was seen.
//!
//! What was deleted at the source is not read, and so it is not missed: it stays. Without a position, all of the source is
//! read, and what is missing there goes. That is so at first, and again after whatever the position depends on became
//! another one: how the source is read, or the columns of the table.

use super::{
    milestoned::{BATCH_OUT, Milestoned},
    quote::{columns, insert_into, literal, quoted, select},
};
use crate::prelude::*;

/// A table, and the column that its source is read by.
pub(crate) struct Watermark<'a> {
    table: &'a Milestoned,
    column: &'a Column,
}

impl<'a> Watermark<'a> {
    pub(crate) fn new(table: &'a Milestoned, column: &'a Column) -> Self {
        Self { table, column }
    }

    /// From where on the source is to be read: as `:made_by` left it, and only if something came from there.
    pub(crate) fn position(&self) -> String {
        format!(
            "SELECT \"position\"\nFROM \"datasurface_positions\"\nWHERE \"table\" = {}\n  AND \"made_by\" = :made_by\n  \
             AND EXISTS (SELECT 1 FROM {} WHERE {} IS NULL);",
            literal(&self.table.table),
            self.table.quoted_table(),
            quoted(BATCH_OUT)
        )
    }

    /// How far what is staged reaches. Times are texts here, which sort as they should from the year 0 to 9999; others
    /// are left out: what is after them is then read once more, and nothing is passed over.
    pub(crate) fn reached(&self) -> String {
        let name = quoted(self.column.name().as_str());
        let sorted = match self.column.data_type() {
            DataType::Timestamp { .. } => {
                format!("\nWHERE {name} GLOB '[0-9][0-9][0-9][0-9]-*'\n  AND {name} NOT GLOB '* BC'")
            }
            _ => String::new(),
        };
        format!("SELECT max({name}) AS \"position\"\nFROM {}{sorted};", self.table.quoted_stage())
    }

    /// Adds what was not read again to what is staged.
    pub(crate) fn complete(&self) -> String {
        let names = columns(self.table.names(), "");
        format!(
            "{}\n{}\nFROM {} AS live\nWHERE live.{} IS NULL\n  AND NOT EXISTS (\n    SELECT 1\n    FROM {stage} AS stage\n    \
             WHERE {}\n  );",
            insert_into(&self.table.quoted_stage(), &names),
            select(&columns(self.table.names(), "live.")),
            self.table.quoted_table(),
            quoted(BATCH_OUT),
            self.table.same_key("stage.", "live."),
            stage = self.table.quoted_stage(),
        )
    }

    /// Remembers the position, in the transaction that merges what was read up to there.
    pub(crate) fn remember(&self) -> String {
        format!(
            "INSERT INTO \"datasurface_positions\" (\"table\", \"position\", \"made_by\")\n\
             VALUES ({}, :position, :made_by)\n\
             ON CONFLICT (\"table\") DO UPDATE SET\n  \"position\" = excluded.\"position\",\n  \
             \"made_by\" = excluded.\"made_by\";",
            literal(&self.table.table)
        )
    }
}

/// Makes the next capture read everything.
pub(crate) fn forget_position(table: &str) -> String {
    format!("DELETE FROM \"datasurface_positions\"\nWHERE \"table\" = {};", literal(table))
}
