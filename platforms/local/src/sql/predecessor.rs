//! Tables of a datastore that another local platform captures for all: its versions and its batches are taken as they are,
//! so that history which is owed goes on with a successor where it was.

use super::{
    copy, keyless,
    milestoned::{BATCH_IN, BATCH_OUT, Milestoned},
    quote::{literal, quoted},
    schema_version,
};
use crate::prelude::*;

/// What the database of the platform before is attached as.
pub(crate) const PREDECESSOR_SCHEMA: &str = "predecessor";

/// A table, and where the platform before keeps its dataset.
pub(crate) struct Predecessor<'a> {
    pub(crate) table: &'a Milestoned,
    pub(crate) dataset: &'a DatasetKey,
    /// The table there.
    pub(crate) there: String,
}

/// A book that is taken over.
struct MetadataTable {
    name: &'static str,
    columns: &'static str,
    /// The column that says with which batch a row came.
    batch: &'static str,
}

const BATCHES: MetadataTable = MetadataTable {
    name: "datasurface_batches",
    columns: "\"datastore\", \"dataset\", \"batch\", \"visible_at\", \"inserted\", \"updated\", \"deleted\", \"unchanged\"",
    batch: "batch",
};

const SCHEMAS: MetadataTable =
    MetadataTable { name: "datasurface_schemas", columns: schema_version::COLUMNS, batch: "first_batch" };

impl Predecessor<'_> {
    /// One row if every batch that is here is there, and so is the last one that consumers have, `:arrived`. Otherwise
    /// something happened here or there that the other does not know of.
    pub(crate) fn agrees(&self) -> String {
        format!(
            "SELECT 1 AS \"agrees\"\nWHERE NOT EXISTS (\n    {}\n    EXCEPT\n    {}\n  )\n  \
             AND :arrived <= (\n    SELECT coalesce(max(\"batch\"), 0)\n    {}\n  );",
            self.rows("main", &BATCHES).replace("\n", "\n    "),
            self.rows(PREDECESSOR_SCHEMA, &BATCHES).replace("\n", "\n    "),
            self.source_rows(PREDECESSOR_SCHEMA, &BATCHES).replace("\n", "\n    "),
        )
    }

    /// The last batch that is there.
    pub(crate) fn last(&self) -> String {
        format!(
            "SELECT coalesce(max(\"batch\"), 0) AS \"batch\"\n{};",
            self.source_rows(PREDECESSOR_SCHEMA, &BATCHES)
        )
    }

    /// Takes the versions and the batches after `:arrived`, up to the last one, `:batch`.
    pub(crate) fn follow(&self) -> Vec<String> {
        let there = format!("{PREDECESSOR_SCHEMA}.{}", quoted(&self.there));
        let mut statements = copy::follow(self.table, &there, ":arrived");
        statements.push(self.take(&BATCHES));
        statements
    }

    /// Takes the schemas that those batches have.
    pub(crate) fn follow_schemas(&self) -> String {
        self.take(&SCHEMAS)
    }

    /// What the batches after `:arrived` did.
    pub(crate) fn followed(&self) -> String {
        let sum = |column: &str| format!("coalesce(sum(\"{column}\"), 0) AS \"{column}\"");
        format!(
            "WITH\n  moved AS (\n    SELECT {}, {}, {}\n    {}\n      AND \"batch\" > :arrived\n  ),\n  \
             live AS (SELECT count(*) AS n FROM {} WHERE {} IS NULL)\n\
             SELECT moved.*, max(0, live.n - moved.\"inserted\" - moved.\"updated\") AS \"unchanged\"\n\
             FROM moved, live;",
            sum("inserted"),
            sum("updated"),
            sum("deleted"),
            self.source_rows("main", &BATCHES).replace("\n", "\n    "),
            self.table.quoted_table(),
            quoted(BATCH_OUT),
        )
    }

    /// One row if a latest version reads otherwise than there: a column may have come here after its values were there.
    pub(crate) fn differs(&self) -> String {
        let there = format!("{PREDECESSOR_SCHEMA}.{}", quoted(&self.there));
        if self.table.is_keyless() {
            let (here, there) =
                (keyless::latest(&format!("main.{}", self.table.quoted_table())), keyless::latest(&there));
            return format!(
                "SELECT 1 AS \"differs\"\nWHERE ({}\n  );",
                keyless::differ(self.table, &here, &there)
            );
        }
        let condition = match self.table.compare_values("here.", "IS NOT", "there.").as_str() {
            "" => "\n  AND FALSE".to_owned(),
            differs => differs.replace("\n      ", "\n  "),
        };
        format!(
            "SELECT 1 AS \"differs\"\nFROM main.{} AS here\nJOIN {there} AS there\n  ON {}\n      \
             AND there.{into} = here.{into}\nWHERE here.{} IS NULL{condition}\nLIMIT 1;",
            self.table.quoted_table(),
            self.table.same_key("there.", "here."),
            quoted(BATCH_OUT),
            into = quoted(BATCH_IN),
        )
    }

    fn take(&self, table: &MetadataTable) -> String {
        format!(
            "INSERT INTO main.\"{}\"\n  ({})\n{}\n  AND \"{}\" > :arrived;",
            table.name,
            table.columns,
            self.rows(PREDECESSOR_SCHEMA, table),
            table.batch
        )
    }

    fn rows(&self, schema: &str, table: &MetadataTable) -> String {
        format!("SELECT {}\n{}", table.columns, self.source_rows(schema, table))
    }

    fn source_rows(&self, schema: &str, table: &MetadataTable) -> String {
        format!(
            "FROM {schema}.\"{}\"\nWHERE \"datastore\" = {}\n  AND \"dataset\" = {}",
            table.name,
            literal(self.dataset.datastore.as_str()),
            literal(self.dataset.dataset.as_str())
        )
    }
}
