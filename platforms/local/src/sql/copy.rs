//! Copies in SQLite files. They read the buffer where it is: it is attached.

use super::{
    milestoned::{BATCH_IN, BATCH_OUT, Milestoned},
    quote::{columns, insert_into, literal, quoted, select},
};

/// Brings a copy up to the batch `:batch` of the buffer.
pub(crate) fn apply(table: &Milestoned, buffer: &str) -> Vec<String> {
    let applied = format!(
        "coalesce(\n    (SELECT \"batch\" FROM \"datasurface_applied\" WHERE \"copy\" = {}),\n    0\n  )",
        literal(&table.table)
    );
    follow(table, buffer, &applied)
}

/// What is no longer true in the buffer ceases to be true here, or goes; what was opened since the last batch that arrived
/// comes. Comparing what is there, rather than following what was closed, is right for every distance between the two,
/// also where the buffer has forgotten what it closed: that ended with the batch `:batch`, at the latest.
pub(crate) fn follow(table: &Milestoned, buffer: &str, arrived: &str) -> Vec<String> {
    let copy = table.quoted_table();
    let (into, out) = (quoted(BATCH_IN), quoted(BATCH_OUT));
    let same_version =
        format!("{}\n      AND buffer.{into} = copy.{into}", table.same_key("buffer.", "copy."));
    let not_live = format!(
        "NOT EXISTS (\n    SELECT 1\n    FROM {buffer} AS buffer\n    WHERE {same_version}\n      AND buffer.{out} IS NULL\n  )"
    );
    let close = if table.history {
        format!(
            "UPDATE {copy} AS copy\nSET {out} = coalesce(\n  (\n    SELECT buffer.{out}\n    FROM {buffer} AS buffer\n    \
             WHERE {same_version}\n  ),\n  :batch\n)\nWHERE copy.{out} IS NULL\n  AND {not_live};"
        )
    } else {
        format!("DELETE FROM {copy} AS copy\nWHERE copy.{out} IS NOT NULL\n  OR {not_live};")
    };
    let mut names = columns(table.names(), "");
    names.extend([into.clone(), out.clone()]);
    let mut values = columns(table.names(), "buffer.");
    values.extend([format!("buffer.{into}"), format!("buffer.{out}")]);
    let live_only = if table.history { String::new() } else { format!("\n  AND buffer.{out} IS NULL") };
    let open = format!(
        "{}\n{}\nFROM {buffer} AS buffer\nWHERE buffer.{into} > {arrived}{live_only}\n\
         ON CONFLICT ({}, {into}) DO NOTHING;",
        insert_into(&copy, &names),
        select(&values),
        table.key_list(""),
    );
    vec![close, open]
}
