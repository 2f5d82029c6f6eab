//! The copy of a dataset in the file of a consumer. It can be made again from the platform's own database at any time,
//! so it holds nothing of its own.

use super::{PLATFORM_SCHEMA, foundation};
use crate::{
    attributes::{TableAttributes, described},
    config::LocalConfig,
    names::{address, path},
    offer::own_table_of_input,
    prelude::*,
    shelf::Shelf,
    sql::{
        milestoned::{BATCH_IN, BATCH_OUT, Milestoned},
        quote::{columns, insert_into, literal, quoted, select},
        script::Script,
    },
};

/// How far each copy in this file is. Two files do not commit together, so each knows for itself.
const APPLIED: &str = "\
CREATE TABLE IF NOT EXISTS \"datasurface_applied\" (
  \"copy\" TEXT NOT NULL PRIMARY KEY,
  \"batch\" INTEGER NOT NULL,
  \"applied_at\" TEXT NOT NULL
);";

pub(super) fn render(
    config: &LocalConfig,
    view: &NodeView,
    export: &ExportFacts,
    rendering: &mut Rendering,
) -> Result<(), PlatformError> {
    let dataset = export.dataset().key();
    let buffer = own_table_of_input(config, view, dataset)?;
    let shelf = Shelf::of(export.container(), config)?;
    if shelf == Shelf::Own {
        return Ok(());
    }
    let target = shelf.table(view.platform().name(), config, dataset);
    let custody = export.dataset().custody();
    let table = Milestoned::new(target.table, export.dataset().schema().table(), custody.history);
    let address = shelf.resource(export.container_key(), dataset);

    let script = Script::new(&address, &target.file)
        .reading(&config.database, PLATFORM_SCHEMA)
        .note(format!("{dataset}, as the consumers of {} read it.", export.container_key()))
        .add("create", "Makes the copy and the books of this file.", create_copy(&table))
        .add(
            "apply",
            "Brings the copy up to the batch :batch, in one transaction; again changes nothing.",
            apply(&table, &buffer.table),
        )
        .add("applied", "The last batch that arrived, and when.", [applied(&table)]);
    let container = export.container_key();
    let path = path::sql(
        "copies",
        &[
            container.zone.as_str(),
            container.team.as_str(),
            container.container.as_str(),
            dataset.datastore.as_str(),
            dataset.dataset.as_str(),
        ],
    );
    let resource = Resource::new(address, "copy").origin(view.key()).depends_on(address::table(dataset));
    let attributes = TableAttributes::new(&target.file, &table, None).copied_from(&buffer.table);
    rendering.add(File::sql(&path, script.to_string())?, [described(resource, &attributes)?])
}

/// Makes the copy, and the books of its file.
pub(crate) fn create_copy(table: &Milestoned) -> Vec<String> {
    let mut statements = vec![foundation::STEPS.to_owned(), APPLIED.to_owned()];
    statements.extend(table.create());
    statements
}

/// What is no longer true in the buffer ceases to be true here, or goes; what was opened since the last applied batch
/// comes. Comparing what is there, rather than following what was closed, is right for every distance between the two,
/// also where the buffer has forgotten what it closed.
fn apply(table: &Milestoned, buffer: &str) -> Vec<String> {
    let copy = table.quoted_table();
    let buffer = format!("{PLATFORM_SCHEMA}.{}", quoted(buffer));
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
        "{}\n{}\nFROM {buffer} AS buffer\nWHERE buffer.{into} > coalesce(\n    \
         (SELECT \"batch\" FROM \"datasurface_applied\" WHERE \"copy\" = {}),\n    0\n  ){live_only}\n\
         ON CONFLICT ({}, {into}) DO NOTHING;",
        insert_into(&copy, &names),
        select(&values),
        literal(&table.table),
        table.key_list(""),
    );
    let remember = format!(
        "INSERT INTO \"datasurface_applied\" (\"copy\", \"batch\", \"applied_at\")\nVALUES ({}, :batch, :now)\n\
         ON CONFLICT (\"copy\") DO UPDATE SET\n  \"batch\" = excluded.\"batch\",\n  \"applied_at\" = excluded.\"applied_at\";",
        literal(&table.table)
    );
    vec![close, open, remember]
}

fn applied(table: &Milestoned) -> String {
    format!(
        "SELECT \"batch\", \"applied_at\"\nFROM \"datasurface_applied\"\nWHERE \"copy\" = {};",
        literal(&table.table)
    )
}

/// Makes the next application bring everything that is missing.
pub(crate) fn forget_progress(copy: &str) -> String {
    format!("DELETE FROM \"datasurface_applied\"\nWHERE \"copy\" = {};", literal(copy))
}
