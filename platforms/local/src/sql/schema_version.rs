//! Versions of the schema of a dataset: which one a batch was captured with.
//!
//! A version is written in the transaction that makes its batch visible. So a successor and its predecessor agree about schemas exactly
//! as long as they agree about batches.

use super::{milestoned::Milestoned, quote::literal};
use crate::prelude::*;

/// The columns of the book of schemas.
pub(super) const COLUMNS: &str =
    "\"datastore\", \"dataset\", \"version\", \"first_batch\", \"columns\", \"key\"";

/// Writes down the schema that the batch `:batch` has, if it is another one than the last that was written down. The
/// columns are in the words of the model; what is said of them besides, such as how sensitive they are, is left out.
pub(crate) fn remember(table: &Milestoned, schema: &TableSchema, dataset: &DatasetKey) -> String {
    let [store, name] = [dataset.datastore.as_str(), dataset.dataset.as_str()].map(literal);
    format!(
        "INSERT INTO \"datasurface_schemas\"\n  ({COLUMNS})\nWITH\n  schema(\"columns\", \"key\") AS (\n    VALUES (\n      {},\n      {}\n    )\n  ),\n  \
         latest AS (\n    SELECT \"version\", \"columns\", \"key\"\n    FROM \"datasurface_schemas\"\n    \
         WHERE \"datastore\" = {store}\n      AND \"dataset\" = {name}\n    ORDER BY \"version\" DESC\n    LIMIT 1\n  )\n\
         SELECT\n  {store},\n  {name},\n  coalesce(latest.\"version\", 0) + 1,\n  :batch,\n  schema.\"columns\",\n  \
         schema.\"key\"\nFROM schema\nLEFT JOIN latest\n\
         WHERE (schema.\"columns\", schema.\"key\") IS NOT (latest.\"columns\", latest.\"key\");",
        literal(&schema.to_string()),
        literal(&table.key_list("")),
    )
}
