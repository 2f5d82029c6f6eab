//! What is received in the format `batches` is put into a file beside the platform's own database, as the platform that published
//! it has it in its own: from there on it is read like that.
//!
//! The file is no more than a copy of what is published: it can be removed, and is made again.

use super::{
    milestoned::{BATCH_IN, BATCH_OUT, Milestoned},
    predecessor::PREDECESSOR_SCHEMA,
    published::of,
    quote::{columns, literal, quoted},
    schema_version,
};
use crate::prelude::*;

/// A table in that file.
pub(crate) struct Received<'a> {
    pub(crate) table: &'a Milestoned,
    pub(crate) dataset: &'a DatasetKey,
    /// The name of the table there.
    pub(crate) there: &'a str,
}

impl Received<'_> {
    /// Makes the metadata tables.
    pub(crate) fn create() -> Vec<String> {
        vec![
            format!(
                "CREATE TABLE IF NOT EXISTS {PREDECESSOR_SCHEMA}.\"datasurface_batches\" (\n  \"datastore\" TEXT NOT NULL,\n  \
                 \"dataset\" TEXT NOT NULL,\n  \"batch\" INTEGER NOT NULL,\n  \"visible_at\" TEXT NOT NULL,\n  \
                 \"inserted\" INTEGER NOT NULL,\n  \"updated\" INTEGER NOT NULL,\n  \"deleted\" INTEGER NOT NULL,\n  \
                 \"unchanged\" INTEGER NOT NULL,\n  PRIMARY KEY (\"datastore\", \"dataset\", \"batch\")\n);"
            ),
            format!(
                "CREATE TABLE IF NOT EXISTS {PREDECESSOR_SCHEMA}.\"datasurface_schemas\" (\n  \"datastore\" TEXT NOT NULL,\n  \
                 \"dataset\" TEXT NOT NULL,\n  \"version\" INTEGER NOT NULL,\n  \"first_batch\" INTEGER NOT NULL,\n  \
                 \"columns\" TEXT NOT NULL,\n  \"key\" TEXT NOT NULL,\n  \
                 PRIMARY KEY (\"datastore\", \"dataset\", \"version\")\n);"
            ),
            format!(
                "CREATE TABLE IF NOT EXISTS {PREDECESSOR_SCHEMA}.\"datasurface_received\" (\n  \"datastore\" TEXT NOT NULL,\n  \
                 \"dataset\" TEXT NOT NULL,\n  \"columns\" TEXT NOT NULL,\n  PRIMARY KEY (\"datastore\", \"dataset\")\n);"
            ),
        ]
    }

    /// The last batch that is there of a table with these columns; without a row, it is to be received anew.
    pub(crate) fn received(&self) -> String {
        format!(
            "SELECT (\n    SELECT coalesce(max(\"batch\"), 0)\n    FROM {PREDECESSOR_SCHEMA}.\"datasurface_batches\"\n    {}\n  \
             ) AS \"batch\"\nFROM {PREDECESSOR_SCHEMA}.\"datasurface_received\"\n{}\n  AND \"columns\" = {};",
            of(self.dataset).replace('\n', "\n    "),
            of(self.dataset),
            literal(&self.form()),
        )
    }

    /// Forgets all that is there, and makes the table. Its columns have no types: a value is kept as it comes.
    pub(crate) fn reset(&self) -> Vec<String> {
        let (into, out) = (quoted(BATCH_IN), quoted(BATCH_OUT));
        let mut lines = columns(self.table.names(), "");
        lines.extend([format!("{into} INTEGER NOT NULL"), format!("{out} INTEGER")]);
        if !self.table.is_keyless() {
            lines.push(format!("PRIMARY KEY ({}, {into})", self.table.key_list("")));
        }
        let index = |end: &str, column: &str| {
            format!(
                "CREATE INDEX {PREDECESSOR_SCHEMA}.{}\n  ON {} ({column});",
                quoted(&format!("{}.{end}", self.there)),
                quoted(self.there)
            )
        };
        let forget =
            |table: &str| format!("DELETE FROM {PREDECESSOR_SCHEMA}.\"{table}\"\n{};", of(self.dataset));
        let [datastore, name] = [self.dataset.datastore.as_str(), self.dataset.dataset.as_str()].map(literal);
        vec![
            format!("DROP TABLE IF EXISTS {};", self.quoted()),
            format!("CREATE TABLE {} (\n  {}\n);", self.quoted(), lines.join(",\n  ")),
            index("opened", &into),
            index("closed", &out),
            forget("datasurface_batches"),
            forget("datasurface_schemas"),
            format!(
                "INSERT OR REPLACE INTO {PREDECESSOR_SCHEMA}.\"datasurface_received\"\n  (\"datastore\", \"dataset\", \"columns\")\n\
                 VALUES\n  ({datastore}, {name}, {});",
                literal(&self.form())
            ),
        ]
    }

    /// Receives a version: its values in the order of the columns, then the two batches. One that is there has ended since.
    pub(crate) fn version(&self) -> String {
        let (into, out) = (quoted(BATCH_IN), quoted(BATCH_OUT));
        let mut names = columns(self.table.names(), "");
        names.extend([into.clone(), out.clone()]);
        let values: Vec<String> = (1..=names.len()).map(|position| format!("?{position}")).collect();
        let ended = match self.table.is_keyless() {
            true => String::new(),
            false => format!(
                "\nON CONFLICT ({}, {into}) DO UPDATE SET {out} = excluded.{out}",
                self.table.key_list("")
            ),
        };
        format!(
            "INSERT INTO {}\n  ({})\nVALUES\n  ({}){ended};",
            self.quoted(),
            names.join(", "),
            values.join(", ")
        )
    }

    /// Receives a batch.
    pub(crate) fn batch(&self) -> String {
        let [datastore, name] = [self.dataset.datastore.as_str(), self.dataset.dataset.as_str()].map(literal);
        format!(
            "INSERT OR REPLACE INTO {PREDECESSOR_SCHEMA}.\"datasurface_batches\"\n  (\"datastore\", \"dataset\", \"batch\", \
             \"visible_at\", \"inserted\", \"updated\", \"deleted\", \"unchanged\")\nVALUES\n  ({datastore}, {name}, :batch, \
             :visible_at, :inserted, :updated, :deleted, :unchanged);"
        )
    }

    /// Receives a version of the schema.
    pub(crate) fn schema(&self) -> String {
        let [datastore, name] = [self.dataset.datastore.as_str(), self.dataset.dataset.as_str()].map(literal);
        format!(
            "INSERT OR REPLACE INTO {PREDECESSOR_SCHEMA}.\"datasurface_schemas\"\n  ({})\nVALUES\n  ({datastore}, {name}, :version, \
             :first_batch, :columns, :key);",
            schema_version::COLUMNS
        )
    }

    fn quoted(&self) -> String {
        format!("{PREDECESSOR_SCHEMA}.{}", quoted(self.there))
    }

    /// The columns in words: where they differ from those of before, what was received has another form.
    fn form(&self) -> String {
        let types =
            self.table.columns.iter().map(|column| format!("{} {}", quoted(&column.name), column.data_type));
        format!("{}; {}", Vec::from_iter(types).join(", "), self.table.key_list(""))
    }
}
