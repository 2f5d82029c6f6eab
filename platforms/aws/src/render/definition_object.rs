//! Definitions in the lake bucket, where jobs read them.

use super::{Context, storage::LAKE, transform};
use crate::{
    definition::Definition,
    names::dataset_label,
    types::{OBJECT, TABLE},
};
use datasurface_platform::prelude::*;
use datasurface_terraform::{Block, Module};
use serde_json::Value;

/// Adds the definition of a dataset that is captured, or made by a transformer.
pub(super) fn add(
    context: Context<'_>,
    module: &mut Module,
    node: &NodeView,
    dataset: &DatasetFacts,
) -> Result<(), PlatformError> {
    let NodeDetail::Ingest(ingest) = node.detail() else {
        return Ok(());
    };
    if !is_defined(node) {
        return Ok(());
    }
    let key = dataset.storage_key();
    let label = dataset_label(key);
    let definition = Definition::new(context.settings, context.names, node, dataset)?;
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

/// Whether the datasets of a node have definitions: what another platform captures is defined there.
pub(super) fn is_defined(node: &NodeView) -> bool {
    match node.detail() {
        NodeDetail::Ingest(ingest) => !matches!(ingest.source, IngestSource::Platform { .. }),
        _ => false,
    }
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
