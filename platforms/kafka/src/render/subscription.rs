//! Subscriptions: what consumers must know who read a topic themselves.

use super::{Context, topic};
use datasurface_platform::prelude::*;

/// The kind of the resource.
const KIND: &str = "subscription";

/// Adds the subscription of an export to consumers that read topics. Of other nodes, what is there of them is shared.
pub(super) fn add(
    context: Context<'_>,
    rendering: &mut Rendering,
    node: &NodeView,
) -> Result<(), PlatformError> {
    let NodeDetail::Export(export) = node.detail() else { return Ok(()) };
    if !matches!(export.container.kind(), ContainerKind::PlatformManaged) {
        return Ok(());
    }
    let offer = node.require_input(&export.dataset.key)?;
    let consumers = export.consumers.iter().map(|consumer| {
        let workspace = node.facts().storage.group(&consumer.group).workspace;
        json!({
            "group": consumer.group,
            "consumer_group_prefix": context.names.consumer_group(&workspace),
            "promised_seconds": consumer.requirements.latency.map(Latency::as_seconds),
        })
    });
    let subscription = Resource::for_node(KIND, node)
        .attribute("bootstrap_servers", context.settings.brokers())
        .attribute("topic", offer.address())
        .attribute("columns", topic::columns(&export.dataset)?)
        .attribute("key", export.dataset.schema.table().key())
        .attribute("format", "JSON with its schema, as Debezium writes it")
        .attribute("consumers", consumers.collect::<Vec<_>>())
        .dependency(format!("{}.{}", topic::KIND, node.dataset_slug(&export.dataset.key)));
    rendering.add_json(subscription)
}
