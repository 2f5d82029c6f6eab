//! Captures: for each one its source and its target as DMS knows them, and the replication task between them.

use super::{Context, access::Actor, replication, storage::LAKE};
use crate::{
    capacity_hint::CapacityHint,
    lint::BEFORE_IMAGE,
    names::{secret_name, source_table},
    settings::ServerlessSettings,
    types::{ENDPOINT, REPLICATION_CONFIG, REPLICATION_TASK, S3_ENDPOINT, TABLE},
};
use datasurface_platform::prelude::*;
use datasurface_terraform::{Block, Expression, Module, tags};
use serde_json::Value;
use std::collections::BTreeMap;

/// What DMS does with a table: it loads every record, and follows the changes from then on.
const LOAD_AND_CHANGES: &str = "full-load-and-cdc";

/// The seconds after which DMS writes a file of changes, whatever its size is.
const FILE_SECONDS: u32 = 60;

/// The kilobytes at which DMS writes a file of changes before that.
const FILE_KILOBYTES: u32 = 32_000;

/// Adds the task of a capture, with all that it needs. Other nodes need nothing here.
pub(super) fn add(context: Context<'_>, module: &mut Module, node: &NodeView) -> Result<(), PlatformError> {
    let (Some(capture), NodeDetail::Ingest(ingest)) = (node.facts().capture(), node.detail()) else {
        return Ok(());
    };
    let Some(datastore) = ingest.datasets.first().map(|dataset| &dataset.storage_key().datastore) else {
        return Ok(());
    };
    let actor = Actor::datastore(datastore);
    let file = format!("capture-{}", node.slug());
    let source = module.add(&file, source(context, node, capture, &actor, &file))?;
    let target = module.add(&file, target(context, node, datastore, ingest, &file))?;
    let endpoints = [source.attribute("endpoint_arn"), target.attribute("endpoint_arn")];
    let mappings = mappings(capture, &ingest.datasets).to_string();
    let block = match context.settings.replication.serverless {
        Some(serverless) => replication(context, node, &file, serverless, (endpoints, mappings)),
        None => {
            let instance = module.add(&file, replication::lookup(context, node, &file))?;
            let instance = instance.attribute("replication_instance_arn");
            task(context, node, &file, instance, (endpoints, mappings))
        }
    };
    let block = block.argument("tags", all_tags(context, node, capture));
    let tables = node.dataset_addresses(TABLE.name());
    module.add(&file, tables.into_iter().fold(block, Block::after))?;
    Ok(())
}

/// The ARNs of source and target, and the table mappings between them.
type Mapped = ([Expression; 2], String);

/// A task on a replication instance.
fn task(
    context: Context<'_>,
    node: &NodeView,
    label: &str,
    instance: Expression,
    ([source, target], mappings): Mapped,
) -> Block {
    Block::resource(&REPLICATION_TASK, label)
        .for_node(node)
        .argument("replication_task_id", context.names.of_node(node))
        .argument("migration_type", LOAD_AND_CHANGES)
        .argument("replication_instance_arn", instance)
        .argument("source_endpoint_arn", source)
        .argument("target_endpoint_arn", target)
        .argument("table_mappings", mappings)
        .argument("replication_task_settings", task_settings().to_string())
        .argument("start_replication_task", true)
}

/// A replication for which DMS provisions capacity by itself.
fn replication(
    context: Context<'_>,
    node: &NodeView,
    label: &str,
    serverless: ServerlessSettings,
    ([source, target], mappings): Mapped,
) -> Block {
    let (settings, names) = (context.settings, context.names);
    let identifier = names.resource_identifier(node);
    let hint = CapacityHint::read(settings, node).ok().flatten();
    let most = hint.and_then(|hint| hint.max_capacity_units).unwrap_or(serverless.max_capacity_units);
    let least = serverless.min_capacity_units.map(|units| ("min_capacity_units", units.into()));
    let key = settings.kms_key.as_ref().map(|key| ("kms_key_id", key.into()));
    let compute = [
        ("replication_subnet_group_id", Expression::from(names.single("replication"))),
        ("vpc_security_group_ids", Expression::list(&settings.security_groups)),
        ("multi_az", settings.replication.multi_az.into()),
        ("max_capacity_units", most.into()),
    ];
    Block::resource(&REPLICATION_CONFIG, label)
        .for_node(node)
        .argument("replication_config_identifier", names.of_node(node))
        .with_import_id(settings.arn("dms", &format!("replication-config:{identifier}")))
        .argument("resource_identifier", identifier)
        .argument("replication_type", LOAD_AND_CHANGES)
        .argument("source_endpoint_arn", source)
        .argument("target_endpoint_arn", target)
        .argument("table_mappings", mappings)
        .argument("replication_settings", task_settings().to_string())
        .argument("start_replication", true)
        .argument("compute_config", Expression::object(compute.into_iter().chain(least).chain(key)))
}

/// The source. Host, port, user and password are in the secret, as DMS wants it; a tag repeats the address that the model states.
fn source(
    context: Context<'_>,
    node: &NodeView,
    capture: &CaptureFacts,
    actor: &Actor,
    label: &str,
) -> Block {
    let server = capture.container.kind().server();
    let database = server.map(|server| server.database.to_owned()).unwrap_or_default();
    let container = node.facts().storage.container(&capture.container_key);
    Block::resource(&ENDPOINT, label)
        .for_node(node)
        .argument("endpoint_id", format!("{}-source", context.names.of_node(node)))
        .argument("endpoint_type", "source")
        .argument("engine_name", "postgres")
        .argument("database_name", database)
        .argument("ssl_mode", "require")
        .argument(
            "secrets_manager_arn",
            secret_name(&context.settings.secrets_prefix, capture.credential.as_ref(), &container),
        )
        .argument(
            "secrets_manager_access_role_arn",
            context.settings.role_arn(&actor.capture_role(context.names)),
        )
        .argument(
            "postgres_settings",
            Expression::object([
                // True and false, and not texts of them.
                ("map_boolean_as_boolean", Expression::from(true)),
                // An idle source would keep its log for ever.
                ("heartbeat_enable", true.into()),
            ]),
        )
        .argument("tags", all_tags(context, node, capture))
        .after(actor.capture_policy())
}

/// The target: a folder of its own in the staging bucket. DMS writes all of a task by one key.
fn target(
    context: Context<'_>,
    node: &NodeView,
    datastore: &DatastoreName,
    ingest: &IngestFacts,
    label: &str,
) -> Block {
    let (settings, actor) = (context.settings, Actor::datastore(datastore));
    let block = Block::resource(&S3_ENDPOINT, label)
        .for_node(node)
        .argument("endpoint_id", format!("{}-target", context.names.of_node(node)))
        .argument("endpoint_type", "target")
        .argument("bucket_name", &settings.staging_bucket)
        .argument("bucket_folder", context.names.files_folder(node, datastore))
        .argument("service_access_role_arn", settings.role_arn(&actor.capture_role(context.names)))
        .argument("expected_bucket_owner", &settings.account)
        .argument("data_format", "parquet")
        .argument("parquet_version", "parquet-2-0")
        .argument("compression_type", "GZIP")
        .argument("include_op_for_full_load", true)
        .argument("cdc_max_batch_interval", FILE_SECONDS)
        .argument("cdc_min_file_size", FILE_KILOBYTES)
        .argument("tags", tags(context.instance, node))
        .after(LAKE)
        .after("aws_s3_bucket.staging")
        .after(actor.capture_policy());
    match settings.key_of_all(&ingest.datasets) {
        Some(key) => {
            block.argument("encryption_mode", "SSE_KMS").argument("server_side_encryption_kms_key_id", key)
        }
        None => block.argument("encryption_mode", "SSE_S3"),
    }
}

/// The tags of a node, with the address of its source.
fn all_tags(context: Context<'_>, node: &NodeView, capture: &CaptureFacts) -> BTreeMap<String, String> {
    let mut tags = tags(context.instance, node);
    if let Some(server) = capture.container.kind().server() {
        let address = format!("{}:{}/{}", server.host, server.port, server.database);
        let allowed = |c: char| if c.is_ascii_alphanumeric() || " _.:/=+-@".contains(c) { c } else { '_' };
        tags.insert("datasurface_source".to_owned(), address.chars().map(allowed).take(256).collect());
    }
    tags
}

/// The table mappings: each table is loaded and followed, with the sequence of each change, and with the key before it.
fn mappings(capture: &CaptureFacts, datasets: &[DatasetFacts]) -> Value {
    let mut rules = Vec::new();
    let mut add = |rule: Value| rules.push(rule);
    for dataset in datasets {
        let (schema, table) = source_table(capture, &dataset.key.dataset);
        let locator = json!({"schema-name": schema, "table-name": table});
        let name = dataset.storage_key().dataset.to_string();
        add(
            json!({"rule-type": "selection", "rule-name": format!("{name}: records"), "object-locator": locator,
            "rule-action": "explicit"}),
        );
        add(
            json!({"rule-type": "transformation", "rule-name": format!("{name}: sequence"), "rule-target": "column",
            "object-locator": locator, "rule-action": "add-column", "value": "ar_change_seq",
            "expression": "$AR_H_CHANGE_SEQ", "data-type": {"type": "string", "length": 64}}),
        );
        add(
            json!({"rule-type": "transformation", "rule-name": format!("{name}: key"), "rule-target": "column",
            "object-locator": locator, "rule-action": "add-before-image-columns",
            "before-image-def": {"prefix": BEFORE_IMAGE, "suffix": "", "column-filter": "pk-only"}}),
        );
    }
    for (number, rule) in (1..).zip(&mut rules) {
        if let Some(members) = rule.as_object_mut() {
            members.insert("rule-id".to_owned(), json!(number.to_string()));
        }
    }
    json!({ "rules": rules })
}

/// The settings of a task: changes are written as single changes, in order, and a table that fails stops the task rather than being left out.
fn task_settings() -> Value {
    json!({
        "TargetMetadata": {"SupportLobs": true, "FullLobMode": false, "LimitedSizeLobMode": true, "LobMaxSize": 102_400},
        "FullLoadSettings": {"TargetTablePrepMode": "DO_NOTHING", "MaxFullLoadSubTasks": 8},
        "ChangeProcessingTuning": {"BatchApplyEnabled": false},
        "ErrorBehavior": {
            "DataErrorPolicy": "STOP_TASK",
            "DataTruncationErrorPolicy": "STOP_TASK",
            "TableErrorPolicy": "STOP_TASK",
            "RecoverableErrorCount": -1,
            "FailOnNoTablesCaptured": true,
        },
        "Logging": {"EnableLogging": true},
    })
}
