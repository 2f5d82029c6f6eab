//! Rows that a dataset sets aside: they break what its schema says. They are kept beside its table, in the platform's own
//! database and in no view, with the batches between which they were there, and go when its earlier versions go.
//!
//! A row is kept as the source has it, as JSON text: it may have values that no column of the table can have.

use super::{
    milestoned::{BATCH_IN, BATCH_OUT, Milestoned, StoredColumn},
    quote::quoted,
    storage::Storage,
};
use crate::names;

/// The rejected rows of a table.
pub(crate) struct Rejected<'a> {
    table: &'a Milestoned,
}

impl<'a> Rejected<'a> {
    pub(crate) fn new(table: &'a Milestoned) -> Self {
        Self { table }
    }

    /// Makes the table.
    pub(crate) fn create(&self) -> String {
        format!(
            "CREATE TABLE IF NOT EXISTS {} (\n  \"key\" TEXT NOT NULL,\n  \"row\" TEXT NOT NULL,\n  \"column\" TEXT NOT NULL,\n  \
             \"rule\" TEXT NOT NULL,\n  \"rows\" INTEGER NOT NULL,\n  {} INTEGER NOT NULL,\n  {} INTEGER,\n  \
             PRIMARY KEY (\"row\", \"column\", \"rule\", {})\n);",
            self.quoted_table(),
            quoted(BATCH_IN),
            quoted(BATCH_OUT),
            quoted(BATCH_IN),
        )
    }

    /// Makes room for what a batch rejects.
    pub(crate) fn stage(&self) -> Vec<String> {
        vec![
            self.unstage(),
            format!(
                "CREATE TEMP TABLE {} (\n  \"key\" TEXT NOT NULL,\n  \"row\" TEXT NOT NULL,\n  \"column\" TEXT NOT NULL,\n  \
                 \"rule\" TEXT NOT NULL,\n  \"rows\" INTEGER NOT NULL,\n  \
                 PRIMARY KEY (\"row\", \"column\", \"rule\")\n) STRICT, WITHOUT ROWID;",
                quoted(&names::stage(&names::rejected(&self.table.table)))
            ),
        ]
    }

    /// Puts one row into it: the row, the column, the rule, and the values of the key, which are NULL where it has none.
    pub(crate) fn reject(&self) -> String {
        let first = 4;
        let key: Vec<String> =
            (first..).zip(self.key_columns()).map(|(at, column)| part(&format!("?{at}"), column)).collect();
        format!(
            "INSERT INTO {}\n  (\"key\", \"row\", \"column\", \"rule\", \"rows\")\nVALUES\n  (json_array({}), ?1, ?2, ?3, 1)\n\
             ON CONFLICT (\"row\", \"column\", \"rule\") DO UPDATE SET \"rows\" = \"rows\" + 1;",
            self.quoted_stage(),
            key.join(", ")
        )
    }

    /// Closes what is rejected no longer, opens what is rejected now.
    pub(crate) fn merge(&self) -> Vec<String> {
        vec![self.close(""), self.open()]
    }

    /// The same, where only that was read which is new: what was not read stays. A row whose key was not read as a whole
    /// stays until everything is read.
    pub(crate) fn merge_new(&self) -> Vec<String> {
        let key: Vec<String> = self
            .key_columns()
            .map(|column| part(&format!("stage.{}", quoted(&column.name)), column))
            .collect();
        let is_read = format!(
            "\n  AND (\n    live.\"key\" IN (SELECT \"key\" FROM {})\n    OR live.\"key\" IN (SELECT json_array({}) FROM {} AS stage)\n  )",
            self.quoted_stage(),
            key.join(", "),
            self.table.quoted_stage(),
        );
        vec![self.close_table(), self.close(&is_read), self.open()]
    }

    /// Closes versions of the table whose rows are rejected now: they are read, and not staged.
    fn close_table(&self) -> String {
        let key: Vec<String> = self.key_columns().map(|column| part(&quoted(&column.name), column)).collect();
        format!(
            "UPDATE {}\nSET {out} = :batch\nWHERE {out} IS NULL\n  AND json_array({}) IN (SELECT \"key\" FROM {});",
            self.table.quoted_table(),
            key.join(", "),
            self.quoted_stage(),
            out = quoted(BATCH_OUT),
        )
    }

    fn close(&self, condition: &str) -> String {
        format!(
            "UPDATE {} AS live\nSET {out} = :batch\nWHERE live.{out} IS NULL{condition}\n  AND NOT EXISTS (\n    SELECT 1\n    \
             FROM {} AS stage\n    WHERE {SAME}\n      AND stage.\"rows\" = live.\"rows\"\n  );",
            self.quoted_table(),
            self.quoted_stage(),
            out = quoted(BATCH_OUT),
        )
    }

    fn open(&self) -> String {
        format!(
            "INSERT INTO {table}\n  (\"key\", \"row\", \"column\", \"rule\", \"rows\", {})\n\
             SELECT stage.\"key\", stage.\"row\", stage.\"column\", stage.\"rule\", stage.\"rows\", :batch\n\
             FROM {} AS stage\nWHERE NOT EXISTS (\n  SELECT 1\n  FROM {table} AS live\n  WHERE {}\n    AND live.{} IS NULL\n);",
            quoted(BATCH_IN),
            self.quoted_stage(),
            SAME.replace("\n    ", "\n  "),
            quoted(BATCH_OUT),
            table = self.quoted_table(),
        )
    }

    /// How many rows are set aside, and how many entries the batch `:batch` opened or closed.
    pub(crate) fn count(&self) -> String {
        format!(
            "SELECT\n  coalesce(sum(\"rows\") FILTER (WHERE {out} IS NULL), 0) AS \"rejected\",\n  \
             count(*) FILTER (WHERE {} = :batch OR {out} = :batch) AS \"moved\"\nFROM {};",
            quoted(BATCH_IN),
            self.quoted_table(),
            out = quoted(BATCH_OUT),
        )
    }

    /// Lets go of those that are there no longer.
    pub(crate) fn forget(&self) -> String {
        format!("DELETE FROM {}\nWHERE {} IS NOT NULL;", self.quoted_table(), quoted(BATCH_OUT))
    }

    /// Lets go of those that ended with this batch or before: a number, or a SELECT of one.
    pub(crate) fn purge(&self, last_old: &str) -> String {
        format!("DELETE FROM {}\nWHERE {} <= {last_old};", self.quoted_table(), quoted(BATCH_OUT))
    }

    pub(crate) fn unstage(&self) -> String {
        format!("DROP TABLE IF EXISTS {};", self.quoted_stage())
    }

    pub(crate) fn drop(&self) -> String {
        format!("DROP TABLE IF EXISTS {};", self.quoted_table())
    }

    /// The columns of the key, in its order.
    fn key_columns(&self) -> impl Iterator<Item = &'a StoredColumn> {
        let table = self.table;
        table.key.iter().filter_map(|name| table.columns.iter().find(|column| column.name == *name))
    }

    fn quoted_table(&self) -> String {
        quoted(&names::rejected(&self.table.table))
    }

    fn quoted_stage(&self) -> String {
        format!("temp.{}", quoted(&names::stage(&names::rejected(&self.table.table))))
    }
}

/// That two entries are the same.
const SAME: &str = "stage.\"row\" = live.\"row\"\n      AND stage.\"column\" = live.\"column\"\n      AND stage.\"rule\" = live.\"rule\"";

/// A value of a key, as JSON can have it.
fn part(value: &str, column: &StoredColumn) -> String {
    if column.storage == Storage::Blob { format!("hex({value})") } else { value.to_owned() }
}
