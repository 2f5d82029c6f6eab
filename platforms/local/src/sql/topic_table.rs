//! What a topic has now, in a table of a file beside the platform's own database: the last value of each key. It is captured from there like
//! any source. How far each partition was read is in the same file, so it is committed together with the rows.

use super::{
    milestoned::Milestoned,
    predecessor::PREDECESSOR_SCHEMA,
    published::of,
    quote::{columns, literal, quoted},
};
use crate::prelude::*;

/// A table in that file.
pub(crate) struct TopicTable<'a> {
    pub(crate) table: &'a Milestoned,
    pub(crate) dataset: &'a DatasetKey,
    /// The name of the table there.
    pub(crate) there: &'a str,
    pub(crate) topic: &'a str,
}

impl TopicTable<'_> {
    /// Makes the metadata tables.
    pub(crate) fn create() -> Vec<String> {
        vec![
            format!(
                "CREATE TABLE IF NOT EXISTS {PREDECESSOR_SCHEMA}.\"datasurface_topics\" (\n  \"datastore\" TEXT NOT NULL,\n  \
                 \"dataset\" TEXT NOT NULL,\n  \"topic\" TEXT NOT NULL,\n  \"columns\" TEXT NOT NULL,\n  \"read_at\" TEXT NOT NULL,\n  \
                 \"complete_until\" TEXT,\n  PRIMARY KEY (\"datastore\", \"dataset\")\n);"
            ),
            format!(
                "CREATE TABLE IF NOT EXISTS {PREDECESSOR_SCHEMA}.\"datasurface_positions\" (\n  \"datastore\" TEXT NOT NULL,\n  \
                 \"dataset\" TEXT NOT NULL,\n  \"partition\" INTEGER NOT NULL,\n  \"next\" INTEGER NOT NULL,\n  \"last\" INTEGER,\n  \
                 \"appended_at\" INTEGER,\n  PRIMARY KEY (\"datastore\", \"dataset\", \"partition\")\n);"
            ),
        ]
    }

    /// One row if the topic was read into a table with these columns: the time at which no partition had been read less far than it is.
    pub(crate) fn known(&self) -> String {
        format!(
            "SELECT \"read_at\"\nFROM {PREDECESSOR_SCHEMA}.\"datasurface_topics\"\n{}\n  AND \"topic\" = {}\n  AND \"columns\" = {};",
            of(self.dataset),
            literal(self.topic),
            literal(&self.form()),
        )
    }

    /// Forgets all that was read, and makes the table. Its columns have no types: a value is kept as it comes.
    pub(crate) fn reset(&self) -> Vec<String> {
        let mut lines = columns(self.table.names(), "");
        lines.push(format!("PRIMARY KEY ({})", self.table.key_list("")));
        let [datastore, name] = [self.dataset.datastore.as_str(), self.dataset.dataset.as_str()].map(literal);
        vec![
            format!("DROP TABLE IF EXISTS {};", self.quoted()),
            format!("CREATE TABLE {} (\n  {}\n);", self.quoted(), lines.join(",\n  ")),
            format!("DELETE FROM {PREDECESSOR_SCHEMA}.\"datasurface_positions\"\n{};", of(self.dataset)),
            format!(
                "INSERT OR REPLACE INTO {PREDECESSOR_SCHEMA}.\"datasurface_topics\"\n  (\"datastore\", \"dataset\", \"topic\", \
                 \"columns\", \"read_at\")\nVALUES\n  ({datastore}, {name}, {}, {}, :now);",
                literal(self.topic),
                literal(&self.form())
            ),
        ]
    }

    /// The partitions that were read, each with the offset that is read next, and the last record before it: its offset, and its time.
    pub(crate) fn positions(&self) -> String {
        format!(
            "SELECT \"partition\", \"next\", \"last\", \"appended_at\"\nFROM {PREDECESSOR_SCHEMA}.\"datasurface_positions\"\n{}\n\
             ORDER BY \"partition\";",
            of(self.dataset)
        )
    }

    /// Puts a row: its values in the order of the columns.
    pub(crate) fn put(&self) -> String {
        let names = columns(self.table.names(), "");
        let values: Vec<String> = (1..=names.len()).map(|position| format!("?{position}")).collect();
        format!(
            "INSERT OR REPLACE INTO {}\n  ({})\nVALUES\n  ({});",
            self.quoted(),
            names.join(", "),
            values.join(", ")
        )
    }

    /// Deletes a row: the values of its key, in order.
    pub(crate) fn delete(&self) -> String {
        let same =
            (1..).zip(&self.table.key).map(|(position, name)| format!("{} = ?{position}", quoted(name)));
        format!("DELETE FROM {}\nWHERE {};", self.quoted(), Vec::from_iter(same).join("\n  AND "))
    }

    /// Remembers how far a partition was read.
    pub(crate) fn remember(&self) -> String {
        let [datastore, name] = [self.dataset.datastore.as_str(), self.dataset.dataset.as_str()].map(literal);
        format!(
            "INSERT OR REPLACE INTO {PREDECESSOR_SCHEMA}.\"datasurface_positions\"\n  (\"datastore\", \"dataset\", \"partition\", \
             \"next\", \"last\", \"appended_at\")\nVALUES\n  ({datastore}, {name}, :partition, :next, :last, :appended_at);"
        )
    }

    /// Remembers that the topic was read to its end, and before which time nothing is missing then.
    pub(crate) fn complete(&self) -> String {
        format!(
            "UPDATE {PREDECESSOR_SCHEMA}.\"datasurface_topics\"\nSET \"read_at\" = :now,\n  \
             \"complete_until\" = coalesce(:complete_until, \"complete_until\")\n{};",
            of(self.dataset)
        )
    }

    /// The time before which nothing is missing.
    pub(crate) fn confirmed(&self) -> String {
        format!(
            "SELECT \"complete_until\"\nFROM \"datasurface_topics\"\n{}\n  AND \"complete_until\" IS NOT NULL;",
            of(self.dataset)
        )
    }

    fn quoted(&self) -> String {
        format!("{PREDECESSOR_SCHEMA}.{}", quoted(self.there))
    }

    /// The columns in words: where they differ from those of before, what was read has another form.
    fn form(&self) -> String {
        let types =
            self.table.columns.iter().map(|column| format!("{} {}", quoted(&column.name), column.data_type));
        format!("{}; {}", Vec::from_iter(types).join(", "), self.table.key_list(""))
    }
}
