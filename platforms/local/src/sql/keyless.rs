//! Tables without a key: nothing tells their rows apart, and a row may come twice. So each is replaced as a whole, and all
//! of its latest rows came with one batch: that batch is what identifies a version here.
//!
//! So copies compare batches, never rows. Where a key is taken away, the rows become those of the last batch; where a key comes or goes,
//! rows of copies become those of no batch.

use super::{
    milestoned::{BATCH_IN, BATCH_OUT, Milestoned},
    quote::{columns, insert_into, literal, quoted, select},
};
use crate::prelude::*;

/// Closes all that is there, unless what is staged is the same.
pub(super) fn close(table: &Milestoned) -> String {
    let out = quoted(BATCH_OUT);
    let (kept, stage) = (latest(&table.quoted_table()), format!("FROM {}", table.quoted_stage()));
    format!(
        "UPDATE {}\nSET {out} = :batch\nWHERE {out} IS NULL\n  AND ({}\n  );",
        table.quoted_table(),
        differ(table, &kept, &stage)
    )
}

/// Opens all that is staged, if nothing is there.
pub(super) fn open(table: &Milestoned) -> String {
    let mut names = columns(table.names(), "");
    names.push(quoted(BATCH_IN));
    let mut values = columns(table.names(), "stage.");
    values.push(":batch".to_owned());
    format!(
        "{}\n{}\nFROM {} AS stage\nWHERE NOT EXISTS (\n  SELECT 1\n  {}\n);",
        insert_into(&table.quoted_table(), &names),
        select(&values),
        table.quoted_stage(),
        latest(&table.quoted_table()),
    )
}

/// What follows `SELECT` of the rows that a table has now.
pub(super) fn latest(table: &str) -> String {
    format!("FROM {table} WHERE {} IS NULL", quoted(BATCH_OUT))
}

/// Whether two collections of rows are not the same: as many rows, and each as often. So a row that one has is in the other,
/// as often, if there is no difference one way; and then there is none the other way.
pub(super) fn differ(table: &Milestoned, one: &str, other: &str) -> String {
    let names = columns(table.names(), "").join(", ");
    let counted = |rows: &str| format!("SELECT {names}, count(*) {rows} GROUP BY {names}");
    format!(
        "\n    (SELECT count(*) {one}) <> (SELECT count(*) {other})\n    OR EXISTS (\n      {}\n      EXCEPT\n      {}\n    )",
        counted(one),
        counted(other)
    )
}

/// Selects how many rows of a copy are missing, and how many were added, by what follows `FROM` of those that it should have, and of
/// its own. Columns are given by name, with their value in the former. Where each row may come several times, none reads otherwise.
pub(super) fn verify(columns: &[(String, String)], expected: &str, copy: &str) -> String {
    let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    let values: Vec<String> = columns.iter().map(|(name, value)| format!("{value} AS {name}")).collect();
    let (names, values) = (names.join(", "), values.join(", "));
    let sum = |sign: &str, of: &str| {
        format!("CAST(coalesce({sign}sum(CASE WHEN n {of} 0 THEN n END), 0) AS bigint)")
    };
    format!(
        "SELECT\n  {} AS \"missing\",\n  {} AS \"added\",\n  CAST(0 AS bigint) AS \"different\"\nFROM (\n  SELECT sum(weight) AS n\n  \
         FROM (\n    SELECT {values}, 1 AS weight {expected}\n    UNION ALL\n    SELECT {names}, -1 {copy}\n  ) AS weighed\n  \
         GROUP BY {names}\n) AS counted;",
        sum("", ">"),
        sum("-", "<"),
    )
}

/// Makes one version of all that a table has, which had a key until now: as it is since the last batch.
pub(crate) fn join_versions(table: &Milestoned, dataset: &DatasetKey) -> String {
    format!(
        "UPDATE {}\nSET {} = coalesce(\n  (\n    SELECT max(\"batch\")\n    FROM \"datasurface_batches\"\n    \
         WHERE \"datastore\" = {}\n      AND \"dataset\" = {}\n  ),\n  1\n)\nWHERE {} IS NULL;",
        table.quoted_table(),
        quoted(BATCH_IN),
        literal(dataset.datastore.as_str()),
        literal(dataset.dataset.as_str()),
        quoted(BATCH_OUT),
    )
}

/// Makes the rows of a copy those of no batch: the next application takes them away, and brings all of them.
pub(crate) fn outdate(copy: &Milestoned) -> String {
    format!(
        "UPDATE {}\nSET {} = 0\nWHERE {} IS NULL;",
        copy.quoted_table(),
        quoted(BATCH_IN),
        quoted(BATCH_OUT)
    )
}
