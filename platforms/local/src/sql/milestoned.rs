//! Tables that keep versions: the columns of a dataset, and the batches between which a version was true.

use super::{
    keyless,
    quote::{columns, insert_into, literal, parenthesised, quoted, select},
    storage::{NOT_A_NUMBER, Storage},
};
use crate::{names, prelude::*};

/// The batch with which a version became true.
pub(crate) const BATCH_IN: &str = "batch_in";
/// The batch with which a version ceased to be true; NULL while it is.
pub(crate) const BATCH_OUT: &str = "batch_out";

/// A column, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredColumn {
    pub(crate) name: String,
    /// In the words of the model.
    #[serde(rename = "type")]
    pub(crate) data_type: String,
    pub(crate) storage: Storage,
    pub(crate) nullable: bool,
}

impl StoredColumn {
    pub(crate) fn for_schema(schema: &TableSchema) -> Vec<Self> {
        schema.columns().iter().map(Self::new).collect()
    }

    fn new(column: &Column) -> Self {
        Self {
            name: column.name().to_string(),
            data_type: column.data_type().to_string(),
            storage: Storage::from_type(column.data_type()),
            nullable: column.is_nullable(),
        }
    }

    fn declared(&self, sql_type: &str, not_null: bool) -> String {
        let not_null = if not_null { " NOT NULL" } else { "" };
        format!("{} {sql_type}{not_null}", quoted(&self.name))
    }

    /// The column, as it is declared where rows stand that are not judged again.
    pub(crate) fn nullable_declaration(&self) -> String {
        self.kept(false)
    }

    /// The column, as values of its kind are kept.
    fn kept(&self, not_null: bool) -> String {
        self.declared(self.storage.as_sql(), not_null)
    }

    /// The column, as it is declared where rows come in: a strict table keeps no text where a number is to be. It knows
    /// no column of numbers that may also have the text for not-a-number, so that one is checked. All numbers come before
    /// all texts and bytes, which is told faster than a type. A NULL passes.
    fn strict_declaration(&self) -> String {
        if self.storage != Storage::Real {
            return self.kept(!self.nullable);
        }
        let name = quoted(&self.name);
        format!(
            "{}\n    CONSTRAINT {} CHECK ({name} < '' OR {name} = {})",
            self.declared("ANY", !self.nullable),
            quoted(&format!("{} is a number", self.name)),
            literal(NOT_A_NUMBER)
        )
    }
}

/// A table that keeps versions: all that its statements are made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Milestoned {
    pub(crate) table: String,
    pub(crate) columns: Vec<StoredColumn>,
    /// Nothing, if rows are not told apart.
    pub(crate) key: Vec<String>,
    /// Whether versions that ceased to be true stay.
    pub(crate) history: bool,
}

impl Milestoned {
    pub(crate) fn new(table: String, schema: &TableSchema, history: bool) -> Self {
        Self {
            table,
            columns: StoredColumn::for_schema(schema),
            key: schema.key().iter().map(ToString::to_string).collect(),
            history,
        }
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    pub(crate) fn quoted_table(&self) -> String {
        quoted(&self.table)
    }

    /// Whether rows are not told apart, so that the table is replaced as a whole.
    pub(crate) fn is_keyless(&self) -> bool {
        self.key.is_empty()
    }

    fn key_names(&self) -> impl Iterator<Item = &str> {
        self.key.iter().map(String::as_str)
    }

    /// Makes the table. Columns outside the key may be NULL whatever the schema says: versions may be older than the
    /// column or than the rule. What comes in is judged where it is staged.
    pub(crate) fn create(&self) -> Vec<String> {
        vec![self.create_table(), self.create_indexes()]
    }

    /// Makes a copy. Where there are live versions only, the key finds each of them, and nothing is closed: every index would
    /// be one more object of a file that SQLite looks through whenever something is made there.
    pub(crate) fn create_copy(&self) -> Vec<String> {
        if self.history { self.create() } else { vec![self.create_table()] }
    }

    fn create_table(&self) -> String {
        let mut lines: Vec<String> =
            self.columns.iter().map(|column| column.kept(self.key.contains(&column.name))).collect();
        lines.push(format!("{} INTEGER NOT NULL", quoted(BATCH_IN)));
        lines.push(format!("{} INTEGER", quoted(BATCH_OUT)));
        if !self.is_keyless() {
            lines.push(format!("PRIMARY KEY ({}, {})", self.key_list(""), quoted(BATCH_IN)));
        }
        format!("CREATE TABLE IF NOT EXISTS {} (\n  {}\n);", self.quoted_table(), lines.join(",\n  "))
    }

    /// One live version of a key at most; and what a batch opened and closed is found without reading the rest.
    pub(crate) fn create_indexes(&self) -> String {
        let table = self.quoted_table();
        let index = |suffix: &str| quoted(&format!("{}.{suffix}", self.table));
        let (into, out) = (quoted(BATCH_IN), quoted(BATCH_OUT));
        let live = match self.is_keyless() {
            true => String::new(),
            false => format!(
                "CREATE UNIQUE INDEX IF NOT EXISTS {}\n  ON {table} ({}) WHERE {out} IS NULL;\n",
                index("live"),
                self.key_list("")
            ),
        };
        format!(
            "{live}CREATE INDEX IF NOT EXISTS {}\n  ON {table} ({into});\n\
             CREATE INDEX IF NOT EXISTS {}\n  ON {table} ({out}) WHERE {out} IS NOT NULL;",
            index("opened"),
            index("closed"),
        )
    }

    /// Makes the place where a batch is put together. It is temporary: nothing of it is left after a crash, and the
    /// database is not locked while a source is read. A key that comes twice, and a NULL where there must be none, are
    /// refused here, before anybody sees the batch.
    pub(crate) fn stage(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.columns.iter().map(StoredColumn::strict_declaration).collect();
        let kind = if self.is_keyless() { "STRICT" } else { "STRICT, WITHOUT ROWID" };
        if !self.is_keyless() {
            lines.push(format!("PRIMARY KEY ({})", self.key_list("")));
        }
        vec![
            self.unstage(),
            format!(
                "CREATE TEMP TABLE {} (\n  {}\n) {kind};",
                quoted(&names::stage(&self.table)),
                lines.join(",\n  ")
            ),
        ]
    }

    /// Puts one record into the stage: its values in the order of the columns.
    pub(crate) fn load(&self) -> String {
        let values: Vec<String> = (1..=self.columns.len()).map(|position| format!("?{position}")).collect();
        format!(
            "{}\nVALUES\n  {};",
            insert_into(&self.quoted_stage(), &columns(self.names(), "")),
            parenthesised(&values, 2)
        )
    }

    /// Closes what changed or is missing, opens what changed or is new.
    pub(crate) fn merge(&self) -> Vec<String> {
        if self.is_keyless() {
            return vec![keyless::close(self), keyless::open(self)];
        }
        vec![self.close(""), self.open()]
    }

    /// Closes what changed, opens what changed or is new; what is not staged stays as it is.
    pub(crate) fn merge_new(&self) -> Vec<String> {
        let is_staged = format!(
            "\n  AND ({}) IN (SELECT {} FROM {})",
            self.key_list("live."),
            self.key_list(""),
            self.quoted_stage()
        );
        vec![self.close(&is_staged), self.open()]
    }

    /// Closes what is not staged as it is, and fulfils this, too.
    fn close(&self, condition: &str) -> String {
        format!(
            "UPDATE {} AS live\nSET {out} = :batch\nWHERE live.{out} IS NULL{condition}\n  AND NOT EXISTS (\n    \
             SELECT 1\n    FROM {} AS stage\n    WHERE {}{}\n  );",
            self.quoted_table(),
            self.quoted_stage(),
            self.same_key("stage.", "live."),
            self.compare_values("stage.", "IS", "live."),
            out = quoted(BATCH_OUT),
        )
    }

    /// Opens what has no live version.
    fn open(&self) -> String {
        let (table, stage) = (self.quoted_table(), self.quoted_stage());
        let (into, out) = (quoted(BATCH_IN), quoted(BATCH_OUT));
        let mut target = columns(self.names(), "");
        target.push(into);
        let mut values = columns(self.names(), "stage.");
        values.push(":batch".to_owned());
        format!(
            "{}\n{}\nFROM {stage} AS stage\nWHERE NOT EXISTS (\n  SELECT 1\n  \
             FROM {table} AS live\n  WHERE {}\n    AND live.{out} IS NULL\n);",
            insert_into(&table, &target),
            select(&values),
            self.same_key("live.", "stage.").replace("\n    ", "\n  "),
        )
    }

    /// What the batch did: one row with records inserted, updated, deleted and unchanged.
    pub(crate) fn count(&self) -> String {
        let table = self.quoted_table();
        let (into, out) = (quoted(BATCH_IN), quoted(BATCH_OUT));
        if self.is_keyless() {
            return format!(
                "WITH\n  opened AS (SELECT count(*) AS n FROM {table} WHERE {into} = :batch),\n  \
                 closed AS (SELECT count(*) AS n FROM {table} WHERE {out} = :batch),\n  \
                 live AS (SELECT count(*) AS n FROM {table} WHERE {out} IS NULL)\n\
                 SELECT\n  opened.n AS \"inserted\",\n  0 AS \"updated\",\n  closed.n AS \"deleted\",\n  \
                 live.n - opened.n AS \"unchanged\"\nFROM opened, closed, live;"
            );
        }
        format!(
            "WITH\n  opened AS (SELECT count(*) AS n FROM {table} WHERE {into} = :batch),\n  \
             closed AS (SELECT count(*) AS n FROM {table} WHERE {out} = :batch),\n  \
             updated AS (\n    SELECT count(*) AS n\n    FROM {table} AS earlier\n    JOIN {table} AS later ON {}\n    \
             WHERE earlier.{out} = :batch AND later.{into} = :batch\n  ),\n  \
             live AS (SELECT count(*) AS n FROM {table} WHERE {out} IS NULL)\n\
             SELECT\n  opened.n - updated.n AS \"inserted\",\n  updated.n AS \"updated\",\n  \
             closed.n - updated.n AS \"deleted\",\n  live.n - opened.n AS \"unchanged\"\n\
             FROM opened, closed, updated, live;",
            self.same_key("later.", "earlier.").replace("\n      AND", " AND"),
        )
    }

    /// Lets go of the versions that nobody is owed.
    pub(crate) fn forget(&self) -> String {
        format!("DELETE FROM {}\nWHERE {} IS NOT NULL;", self.quoted_table(), quoted(BATCH_OUT))
    }

    /// Lets go of the versions that ended with this batch or before: a number, or a SELECT of one.
    pub(crate) fn purge(&self, last_old: &str) -> String {
        format!("DELETE FROM {}\nWHERE {} <= {last_old};", self.quoted_table(), quoted(BATCH_OUT))
    }

    pub(crate) fn unstage(&self) -> String {
        format!("DROP TABLE IF EXISTS {};", self.quoted_stage())
    }

    pub(crate) fn drop(&self) -> String {
        format!("DROP TABLE IF EXISTS {};", self.quoted_table())
    }

    pub(super) fn quoted_stage(&self) -> String {
        format!("temp.{}", quoted(&names::stage(&self.table)))
    }

    pub(crate) fn key_list(&self, before: &str) -> String {
        columns(self.key_names(), before).join(", ")
    }

    /// That the versions are the same, in lines that go on inside a subquery.
    pub(super) fn same_version(&self, left: &str, right: &str) -> String {
        let batch = format!("{left}{0} = {right}{0}", quoted(BATCH_IN));
        match self.is_keyless() {
            true => batch,
            false => format!("{}\n      AND {batch}", self.same_key(left, right)),
        }
    }

    /// That the keys are the same, in lines that go on inside a subquery. A key is never NULL.
    pub(crate) fn same_key(&self, left: &str, right: &str) -> String {
        let same: Vec<String> =
            self.key_names().map(|name| format!("{left}{0} = {right}{0}", quoted(name))).collect();
        same.join("\n      AND ")
    }

    /// Whether all else `IS` the same, or `IS NOT`, where NULL is the same as NULL. Row values: a chain of comparisons
    /// would be too deep an expression for SQLite where there are many columns.
    pub(super) fn compare_values(&self, left: &str, is: &str, right: &str) -> String {
        let others: Vec<&str> =
            self.names().filter(|name| !self.key_names().any(|key| key == *name)).collect();
        match others.as_slice() {
            [] => String::new(),
            [name] => format!("\n      AND {left}{0} {is} {right}{0}", quoted(name)),
            several => {
                let side = |before: &str| parenthesised(&columns(several.iter().copied(), before), 6);
                format!("\n      AND {}\n      {is} {}", side(left), side(right))
            }
        }
    }
}
