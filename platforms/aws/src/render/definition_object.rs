//! Definitions in the lake bucket, where jobs read them.

use super::{Context, start, storage::LAKE, transform};
use crate::{
    definition::Definition,
    names::dataset_label,
    types::{OBJECT, TABLE},
};
use datasurface_platform::prelude::*;
use datasurface_terraform::{Block, Module};
use serde_json::Value;

/// Adds the definition of a dataset that is captured, made by a transformer, or received from another lake.
pub(super) fn add(
    context: Context<'_>,
    module: &mut Module,
    node: &NodeView,
    dataset: &DatasetFacts,
) -> Result<(), PlatformError> {
    let NodeDetail::Ingest(ingest) = node.detail() else {
        return Ok(());
    };
    let key = dataset.storage_key();
    let label = dataset_label(key);
    let event = start::end_of_batch(start::detail(context).to_string().into());
    let definition = Definition::new(context.settings, context.names, node, dataset, &event)?;
    let object = block(
        context,
        node,
        &format!("definition-{label}"),
        context.names.definition_key(key),
        &json!(definition),
    );
    let object = object.after(format!("{}.{label}", TABLE.name()));
    let object = match &ingest.source {
        IngestSource::Transformer { workspace } => object.after(transform::address(node, workspace)),
        _ => object,
    };
    module.add(&label, object)?;
    Ok(())
}

/// Returns the object with a definition, which is there for a node.
pub(super) fn block(
    context: Context<'_>,
    node: &NodeView,
    label: &str,
    key: String,
    definition: &Value,
) -> Block {
    Block::resource(&OBJECT, label)
        .for_node(node)
        .argument("bucket", &context.settings.lake_bucket)
        .argument("key", key)
        .argument("content_type", "application/json")
        .argument("content", definition.to_string())
        .after(LAKE)
}

/// Returns the text of the definition that a resource is; none if it is another one.
pub(crate) fn definition(resource: &Resource) -> Option<&str> {
    let is_definition =
        resource.kind() == OBJECT.name() && resource.address().as_str().contains(".definition-");
    let content = resource.attributes().get("arguments")?.get("content")?;
    is_definition.then(|| content.as_str()).flatten()
}
