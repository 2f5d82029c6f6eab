//! Definitions of tables in the lake bucket, where the merge job reads them.

use super::{Context, storage::LAKE};
use crate::{
    definition::Definition,
    names::dataset_label,
    types::{OBJECT, TABLE},
};
use datasurface_platform::prelude::*;
use datasurface_terraform::{Block, Module};

/// Adds the definition of a dataset that is captured.
pub(super) fn add(
    context: Context<'_>,
    module: &mut Module,
    node: &NodeView,
    dataset: &DatasetFacts,
) -> Result<(), PlatformError> {
    let Some(capture) = node.facts().capture() else {
        return Ok(());
    };
    let key = dataset.storage_key();
    let label = dataset_label(key);
    let definition = Definition::new(context.settings, context.names, node, capture, dataset)?;
    let object = Block::resource(&OBJECT, format!("definition-{label}"))
        .for_node(node)
        .argument("bucket", &context.settings.lake_bucket)
        .argument("key", context.names.definition_key(key))
        .argument("content_type", "application/json")
        .argument("content", json!(definition).to_string())
        .after(LAKE)
        .after(format!("{}.{label}", TABLE.name()));
    module.add(&label, object)?;
    Ok(())
}

/// Returns the text of the definition that a resource is; none if it is another one.
pub(crate) fn definition(resource: &Resource) -> Option<&str> {
    let is_definition =
        resource.kind() == OBJECT.name() && resource.address().as_str().contains(".definition-");
    let content = resource.attributes().get("arguments")?.get("content")?;
    is_definition.then(|| content.as_str()).flatten()
}
