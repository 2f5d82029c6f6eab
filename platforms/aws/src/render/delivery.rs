//! Deliveries: what the export job brings into databases of consumers, and what starts it.

use super::{Context, batch, jobs, roles, storage::LAKE};
use crate::{
    definition::kept_type,
    names::{CATALOG, dataset_label, secret_name},
    types::{EVENT_RULE, EVENT_TARGET, OBJECT, STATE_MACHINE, TABLE},
};
use datasurface_platform::prelude::*;
use datasurface_terraform::{Block, Module, label};

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
    let Some(server) = export.container.kind().server() else {
        return Ok(());
    };
    let dataset = export.dataset.storage_key();
    let reads = node.require_input(&export.dataset.key)?.address();
    let table = export.dataset.schema.table();
    let columns = table.columns().iter().map(|column| {
        let kept = kept_type(column)?;
        Ok(json!({"name": column.name(), "postgres": kept.postgres}))
    });
    let credential = export.consumers.iter().find_map(|consumer| consumer.credential.as_ref());
    let container = node.facts().storage.container(&export.container_key);
    let consumers = export.consumers.iter();
    let consumers =
        consumers.map(|consumer| json!({"group": consumer.group, "requirements": consumer.requirements}));
    let definition = json!({
        "table": format!("{CATALOG}.{}.{reads}", context.names.database()),
        "server": {"host": server.host, "port": server.port, "database": server.database},
        "ssl_mode": context.settings.export_ssl_mode,
        "secret": secret_name(&context.settings.secrets_prefix, credential, &container),
        "columns": columns.collect::<Result<Vec<_>, PlatformError>>()?,
        "key": table.key(),
        "targets": targets(export),
        "consumers": consumers.collect::<Vec<_>>(),
    });
    let file = format!("export-{}", node.slug());
    let object = Block::resource(&OBJECT, &file)
        .for_node(node)
        .argument("bucket", &context.settings.lake_bucket)
        .argument("key", context.names.export_key(node))
        .argument("content_type", "application/json")
        .argument("content", definition.to_string())
        .after(LAKE)
        .after(format!("{}.{}", TABLE.name(), dataset_label(dataset)));
    module.add(&file, object)?;
    Ok(())
}

/// The tables that consumers read: the latest version of each record, and every version.
fn targets(export: &ExportFacts) -> Vec<serde_json::Value> {
    let dataset = export.dataset.storage_key();
    let name = identifier(&[dataset.datastore.as_str(), dataset.dataset.as_str()], TABLE_LIMIT);
    let wants = |is_wanted: fn(Milestoning) -> bool| {
        export.consumers.iter().any(|consumer| is_wanted(consumer.requirements.milestoning))
    };
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
    let wanted = [(live, wants(Milestoning::has_live)), (history, wants(Milestoning::has_history))];
    wanted.into_iter().filter(|(_, is_wanted)| *is_wanted).map(|(target, _)| target).collect()
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
    let (settings, names) = (context.settings, context.names);
    let is_delivered = |node: &&NodeView| matches!(node.detail(), NodeDetail::Export(export) if export.container.kind().server().is_some());
    let nodes = scope.whole_nodes().filter(is_delivered);
    let definitions: Vec<String> =
        nodes.map(|node| format!("s3://{}/{}", settings.lake_bucket, names.export_key(node))).collect();
    if definitions.is_empty() {
        return Ok(());
    }
    let name = names.of_batch(shard.as_str(), "delivery");
    let label = label(&["delivery", shard.as_str()]);
    let arn = settings.arn("states", &format!("stateMachine:{name}"));
    let comment = "Brings what was merged into databases of consumers";
    let machine = Block::resource(&STATE_MACHINE, &label)
        .argument("name", &name)
        .argument("role_arn", settings.role_arn(&names.single(roles::BATCH)))
        .argument(
            "definition",
            Json::from(jobs::machine(context, "export", comment, &definitions, None)).to_string(),
        )
        .with_import_id(&arn)
        .after("aws_glue_job.export")
        .after("aws_iam_role_policy.batch");
    let machine = module.add("delivery", machine)?;
    let pattern = json!({
        "source": [batch::EVENT_SOURCE],
        "detail-type": [batch::EVENT],
        "detail": {"instance": [names.instance()]},
    });
    let rule = Block::resource(&EVENT_RULE, &label)
        .argument("name", &name)
        .argument("event_pattern", pattern.to_string());
    let rule = module.add("delivery", rule)?;
    let target = Block::resource(&EVENT_TARGET, &label)
        .argument("rule", rule.attribute("name"))
        .argument("target_id", "delivery")
        .argument("arn", arn)
        .argument("role_arn", settings.role_arn(&names.single(roles::EVENT)))
        .depends_on(&machine)
        .after("aws_iam_role_policy.event");
    module.add("delivery", target)?;
    Ok(())
}
