//! Deliveries: what the export job brings into databases of consumers, and what starts it.

use super::{
    Context,
    access::Actor,
    alarm, definition_object, jobs,
    readers::{any_reads, described, readers},
    runs::{Runs, machine},
    start,
};
use crate::{
    definition::kept_type,
    names::{Names, dataset_label, secret_name},
    settings::AwsSettings,
    types::TABLE,
};
use datasurface_platform::prelude::*;
use datasurface_terraform::{Module, label};

/// The longest name of a table in PostgreSQL, with room for what is put before and behind it, in bytes.
const TABLE_LIMIT: usize = 40;

/// Adds the definition of an export to PostgreSQL. Other nodes have none.
pub(super) fn add_definition(
    context: Context<'_>,
    module: &mut Module,
    node: &NodeView,
) -> Result<(), PlatformError> {
    let NodeDetail::Export(export) = node.detail() else {
        return Ok(());
    };
    let (Some(server), Some(secret)) = (delivered_to(export), secret(context.settings, node, export)) else {
        return Ok(());
    };
    let dataset = export.dataset.storage_key();
    let reads = Names::table_of_input(node, &export.dataset.key)?;
    let table = export.dataset.schema.table();
    let columns = table.columns().iter().map(|column| {
        let kept = kept_type(column)?;
        Ok(json!({"name": column.name(), "postgres": kept.postgres}))
    });
    let definition = json!({
        "table": context.names.spark_table(&reads),
        "server": {"host": server.host, "port": server.port, "database": server.database},
        "ssl_mode": context.settings.export_ssl_mode,
        "secret": secret,
        "columns": columns.collect::<Result<Vec<_>, PlatformError>>()?,
        "key": table.key(),
        "targets": targets(export),
        "consumers": described(export),
    });
    let file = format!("export-{}", node.slug());
    let object = definition_object::block(context, node, &file, key(context, node), &definition);
    let object = object.after(format!("{}.{}", TABLE.name(), dataset_label(dataset)));
    module.add(&file, object)?;
    Ok(())
}

/// Returns the key of the definition of an export in the lake bucket.
fn key(context: Context<'_>, node: &NodeView) -> String {
    let container = node.container_slug().unwrap_or_default();
    format!("{}/{}.json", context.names.export_folder(&container), node.slug())
}

/// Returns the name of the secret by which a database of consumers is written; none if nothing is.
pub(super) fn secret(settings: &AwsSettings, node: &NodeView, export: &ExportFacts) -> Option<String> {
    delivered_to(export)?;
    let credential = readers(export).find_map(|consumer| consumer.credential.as_ref());
    let container = node.facts().storage.container(&export.container_key);
    Some(secret_name(&settings.secrets_prefix, credential, &container))
}

/// Returns the server of an export that the job writes into; none if it is a view, or nobody but transformers reads it.
fn delivered_to(export: &ExportFacts) -> Option<DatabaseServer<'_>> {
    readers(export).next().and_then(|_| export.container.kind().server())
}

/// The tables that consumers read: the latest version of each record, and every version.
fn targets(export: &ExportFacts) -> Vec<serde_json::Value> {
    let dataset = export.dataset.storage_key();
    let name = identifier(&[dataset.datastore.as_str(), dataset.dataset.as_str()], TABLE_LIMIT);
    let live = json!({
        "name": name,
        "incoming": name,
        "condition": "_valid_to IS NULL",
        "history": false,
    });
    let history = json!({
        "name": format!("{name}__history"),
        "incoming": format!("h_{name}"),
        "condition": "_valid_to IS NULL OR _valid_from < _valid_to",
        "history": true,
    });
    let live = any_reads(export, Milestoning::has_live).then_some(live);
    let history = any_reads(export, Milestoning::has_history).then_some(history);
    live.into_iter().chain(history).collect()
}

/// Adds the state machine that runs the exports of a shard, and the rule that starts it whenever a batch ended, in whatever shard. It belongs
/// to no node: what is in it depends on what else is in the shard.
pub(super) fn add_machine(
    context: Context<'_>,
    module: &mut Module,
    scope: &ScopeView,
) -> Result<(), PlatformError> {
    let Scope::Shard(shard) = scope.scope() else {
        return Ok(());
    };
    let is_delivered = |node: &&NodeView| matches!(node.detail(), NodeDetail::Export(export) if delivered_to(export).is_some());
    let nodes = || scope.whole_nodes().filter(is_delivered);
    let mut runs = Runs::default();
    for node in nodes() {
        if let Some(actor) = Actor::container(node) {
            runs.add(node, actor, jobs::EXPORT.purpose, context.settings.in_lake(&key(context, node)));
        }
    }
    if runs.is_empty() {
        return Ok(());
    }
    let comment = "Brings what was merged into databases of consumers";
    let definition = machine(context, comment, &runs, None);
    let label = label(&["delivery", shard.as_str()]);
    let name = context.names.of_batch(shard.as_str(), "delivery");
    let machine = start::add_machine(context, module, "delivery", label, name, &runs, definition)?;
    let mut promises = alarm::Promises::default();
    nodes().for_each(|node| promises.add(node));
    alarm::add(context, module, &machine, &promises)?;
    start::add_rule(context, module, &machine, context.names.instance())
}
