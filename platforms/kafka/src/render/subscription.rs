//! Subscriptions: what is there for the consumers of an export, and what those must know who read a topic themselves.

use super::{Context, SinkForm, sink, topic};
use crate::settings::RegistrySettings;
use datasurface_platform::prelude::*;

/// The kind of the resource.
pub(crate) const KIND: &str = "subscription";

/// What is there for the consumers of an export.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Subscription {
    pub(crate) dataset: DatasetKey,
    pub(crate) topic: String,
    /// The registry with the schemas of the topic, by the API of Confluent's, if it is in Avro.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    schema_registry: Option<String>,
    /// The tables that sinks write. Without any, consumers read the topic themselves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) deliveries: Vec<Delivery>,
    columns: std::collections::BTreeMap<ColumnName, String>,
    key: Vec<ColumnName>,
    pub(crate) consumers: Vec<Subscriber>,
}

/// How a dataset gets into a database of consumers.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Delivery {
    /// The connector.
    pub(crate) sink: String,
    table: String,
    form: SinkForm,
}

impl Subscription {
    /// The deliveries that a consumer reads.
    pub(crate) fn deliveries_to(&self, consumer: &Subscriber) -> impl Iterator<Item = &Delivery> {
        let milestoning = consumer.milestoning;
        self.deliveries.iter().filter(move |delivery| delivery.form.is_read(milestoning))
    }
}

/// A consumer of an export.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Subscriber {
    pub(crate) group: GroupKey,
    /// The beginning of the names of the consumer groups in which it may read.
    consumer_group_prefix: String,
    milestoning: Milestoning,
    /// The latency that it was promised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) promised: Option<Latency>,
}

/// Adds the subscription of an export.
pub(super) fn add(
    context: Context<'_>,
    rendering: &mut Rendering,
    node: &NodeView,
    export: &ExportFacts,
) -> Result<(), PlatformError> {
    let consumers = export.consumers.iter().map(|consumer| Subscriber {
        group: consumer.group.clone(),
        consumer_group_prefix: context
            .names
            .consumer_group(&node.facts().storage.group(&consumer.group).workspace),
        milestoning: consumer.requirements.milestoning,
        promised: consumer.requirements.latency,
    });
    let deliveries = sink::shared_keys(node, export).into_iter().map(|(form, key)| Delivery {
        sink: context.names.connector(form.kind(), &key.name),
        table: sink::table_name(form, export.dataset.storage_key()),
        form,
    });
    let columns = topic::columns(&export.dataset)?;
    let subscription = Subscription {
        dataset: export.dataset.key.clone(),
        topic: node.require_input(&export.dataset.key)?.address().to_owned(),
        schema_registry: context.settings.schema_registry.as_ref().map(RegistrySettings::confluent_url),
        deliveries: deliveries.collect(),
        columns: columns.into_iter().map(|(name, kept)| (name.clone(), kept)).collect(),
        key: export.dataset.schema.table().key().to_vec(),
        consumers: consumers.collect(),
    };
    let address = format!("{KIND}.{}", node.slug());
    let resource = Resource::new(&*address, KIND)
        .origin(node.key())
        .attribute("declared", &subscription)
        .dependency(format!("{}.{}", topic::KIND, node.dataset_slug(&export.dataset.key)));
    rendering.add(File::json(&format!("{address}.json"), &subscription)?, [resource])
}
