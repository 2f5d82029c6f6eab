//! What is published of a table, in the format `batches`.

use super::{
    milestoned::{BATCH_IN, BATCH_OUT, Milestoned},
    quote::{columns, literal, quoted, select},
    schema_version,
};
use crate::prelude::*;

/// The versions that the batches after `:arrived` opened or closed: the columns, and between which batches they were true.
pub(crate) fn versions(table: &Milestoned) -> String {
    let (into, out) = (quoted(BATCH_IN), quoted(BATCH_OUT));
    let mut shown = columns(table.names(), "");
    shown.extend([into.clone(), out.clone()]);
    format!(
        "{}\nFROM {}\nWHERE {into} > :arrived\n  OR {out} > :arrived;",
        select(&shown),
        table.quoted_table()
    )
}

/// The first batch that ended a version that is kept.
pub(crate) fn first_end(table: &Milestoned) -> String {
    let out = quoted(BATCH_OUT);
    format!("SELECT min({out}) AS \"first_end\"\nFROM {}\nWHERE {out} IS NOT NULL;", table.quoted_table())
}

/// The batches after `:arrived`.
pub(crate) fn batches(dataset: &DatasetKey) -> String {
    format!(
        "SELECT \"batch\", \"visible_at\", \"inserted\", \"updated\", \"deleted\", \"unchanged\"\n\
         FROM \"datasurface_batches\"\n{}\n  AND \"batch\" > :arrived\nORDER BY \"batch\";",
        of(dataset)
    )
}

/// The versions of the schema that begin after `:arrived`.
pub(crate) fn schemas(dataset: &DatasetKey) -> String {
    format!(
        "SELECT {}\nFROM \"datasurface_schemas\"\n{}\n  AND \"first_batch\" > :arrived\nORDER BY \"version\";",
        schema_version::COLUMNS,
        of(dataset)
    )
}

/// The condition that a row of a metadata table is about a dataset.
pub(super) fn of(dataset: &DatasetKey) -> String {
    let [datastore, name] = [dataset.datastore.as_str(), dataset.dataset.as_str()].map(literal);
    format!("WHERE \"datastore\" = {datastore}\n  AND \"dataset\" = {name}")
}
