//! Views in Athena: what consumers read.

use super::{
    Context, catalog,
    readers::{any_reads, described},
};
use crate::{
    definition::kept_type,
    names::{Names, dataset_label, lowercase_identifier},
    types::TABLE,
};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use datasurface_platform::prelude::*;
use datasurface_terraform::{Block, Expression, Module};

/// A view of a table.
struct View<'v> {
    /// The end of its name.
    suffix: &'static str,
    /// The columns that tell versions apart, with their types in Athena and in the catalog.
    versions: &'v [&'v str],
    /// The rows.
    condition: &'static str,
}

/// The latest version of each record.
const LIVE: View<'_> = View { suffix: "", versions: &[], condition: " WHERE \"_valid_to\" IS NULL" };

/// Every version of each record, and when it was valid. What was deleted before it was ever seen was never valid.
const HISTORY: View<'_> = View {
    suffix: "__history",
    versions: &["_valid_from", "_valid_to"],
    condition: " WHERE \"_valid_to\" IS NULL OR \"_valid_from\" < \"_valid_to\"",
};

impl View<'_> {
    fn name(&self, node: &NodeView, export: &ExportFacts) -> String {
        let (dataset, container) =
            (export.dataset.storage_key(), node.facts().storage.container(&export.container_key));
        let name = lowercase_identifier(&[
            container.zone.as_str(),
            container.team.as_str(),
            container.container.as_str(),
            dataset.datastore.as_str(),
            dataset.dataset.as_str(),
        ]);
        format!("{name}{}", self.suffix)
    }
}

/// Adds the views of an export. Other nodes have none.
pub(super) fn add(context: Context<'_>, module: &mut Module, node: &NodeView) -> Result<(), PlatformError> {
    let NodeDetail::Export(export) = node.detail() else {
        return Ok(());
    };
    if export.container.kind().technology() != ContainerTechnology::PlatformManaged {
        return Ok(());
    }
    let file = format!("export-{}", node.slug());
    for (view, is_read) in
        [(LIVE, Milestoning::has_live as fn(Milestoning) -> bool), (HISTORY, Milestoning::has_history)]
    {
        if any_reads(export, is_read) {
            module.add(&file, block(context, node, export, &view)?)?;
        }
    }
    Ok(())
}

/// Returns the names of the views of an export with the versions that somebody reads; none if it is no view.
pub(super) fn names(node: &NodeView, export: &ExportFacts, milestoning: Milestoning) -> Vec<String> {
    if export.container.kind().technology() != ContainerTechnology::PlatformManaged {
        return Vec::new();
    }
    let live = milestoning.has_live().then_some(LIVE);
    let history = milestoning.has_history().then_some(HISTORY);
    live.into_iter().chain(history).map(|view| view.name(node, export)).collect()
}

fn block(
    context: Context<'_>,
    node: &NodeView,
    export: &ExportFacts,
    view: &View<'_>,
) -> Result<Block, PlatformError> {
    let dataset = export.dataset.storage_key();
    let (mut selected, mut athena, mut hive) = (Vec::new(), Vec::new(), Vec::new());
    let mut add = |name: &str, in_athena: &str, in_catalog: &str| {
        // The catalog has no capital letters.
        let name = name.to_lowercase();
        selected.push(quoted(&name));
        athena.push(json!({"name": name, "type": in_athena}));
        hive.push(Expression::object([("name", name), ("type", in_catalog.to_owned())]));
    };
    for column in export.dataset.schema.table().columns() {
        let kept = kept_type(column)?;
        add(column.name().as_str(), &kept.athena, &kept.hive);
    }
    for column in view.versions {
        add(column, "timestamp(6) with time zone", "timestamp");
    }
    let (database, table) = (quoted(&context.names.database()), quoted(&Names::table(dataset)));
    let sql = format!("SELECT {} FROM {database}.{table}{}", selected.join(", "), view.condition);
    let text = json!({
        "originalSql": sql,
        "catalog": "awsdatacatalog",
        "schema": context.names.view_database(),
        "columns": athena,
    });
    let suffix = if view.suffix.is_empty() { "live" } else { "history" };
    Ok(Block::resource(&TABLE, format!("export-{}-{suffix}", node.slug()))
        .for_node(node)
        .argument("catalog_id", &context.settings.account)
        .argument("database_name", context.names.view_database())
        .argument("name", view.name(node, export))
        .argument("table_type", "VIRTUAL_VIEW")
        .argument(
            "view_original_text",
            format!("/* Presto View: {} */", BASE64_STANDARD.encode(text.to_string())),
        )
        .argument("view_expanded_text", "/* Presto View */")
        .argument(
            "parameters",
            Expression::object([
                ("presto_view", "true".to_owned()),
                ("comment", "Presto View".to_owned()),
                ("datasurface_reads", Names::table_of_input(node, &export.dataset.key)?),
                ("datasurface_consumers", json!(described(export)).to_string()),
            ]),
        )
        .argument("storage_descriptor", Expression::object([("columns", Expression::list(hive))]))
        .after(catalog::VIEWS)
        .after(format!("{}.{}", TABLE.name(), dataset_label(dataset))))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
