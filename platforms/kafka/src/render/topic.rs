//! Topics: one for each dataset that is captured. A topic holds the data.

use super::{
    Context, cluster, job,
    subject::{self, SUBJECTS, Subjects},
};
use crate::{column_type::kept_type, topic_hint::TopicHint};
use datasurface_platform::prelude::*;
use std::collections::BTreeMap;

/// The kind of the resource.
pub(crate) const KIND: &str = "topic";

/// The attribute with the name of the topic.
pub(crate) const NAME: &str = "name";

/// The attribute with the count of partitions.
pub(crate) const PARTITIONS: &str = "partitions";

/// The attribute with the count of brokers that have each partition.
pub(crate) const REPLICATION_FACTOR: &str = "replication_factor";

/// The attribute with the configuration.
pub(crate) const CONFIGS: &str = "configs";

/// The attribute with the columns of the dataset, each with the type that it is kept in.
pub(crate) const COLUMNS: &str = "columns";

/// The attribute with the columns that must have a value, where a registry judges schemas.
pub(crate) const REQUIRED: &str = "required";

/// The attribute with the key of the records.
pub(crate) const KEY: &str = "key";

/// The attribute with the container that the dataset is captured from.
pub(crate) const CAPTURED_FROM: &str = "captured_from";

/// The value of that attribute where another platform captures the dataset, whichever it is: batches of one that takes over from another go on.
const BATCHES: &str = "batches of another platform";

/// The attribute with the schema of a row in Avro, as the producer wrote it.
pub(crate) const ROW_SCHEMA: &str = "row_schema";

/// What the configurations of topics can have.
pub(crate) const MANAGED_CONFIGS: [&str; 7] = [
    "cleanup.policy",
    "delete.retention.ms",
    "message.timestamp.type",
    "min.compaction.lag.ms",
    "min.insync.replicas",
    "retention.bytes",
    "retention.ms",
];

/// The milliseconds of a day.
const DAY: u64 = 86_400_000;

/// The milliseconds of an hour.
const HOUR: u64 = 3_600_000;

/// What Kafka is asked to make, and what the file shows.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Topic {
    pub(crate) name: String,
    pub(crate) partitions: u32,
    pub(crate) replication_factor: u16,
    pub(crate) configs: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Subjects::is_empty")]
    pub(crate) subjects: Subjects,
    /// The schema of a row in Avro, as the producer wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) row_schema: Option<Json>,
}

/// Adds the topic of a dataset, fed or held.
pub(super) fn add(
    context: Context<'_>,
    rendering: &mut Rendering,
    node: &NodeView,
    dataset: &DatasetFacts,
    is_fed: bool,
) -> Result<(), PlatformError> {
    let hint = TopicHint::read(node, &dataset.key)?;
    let replication_factor = hint.replication_factor(context.settings);
    let name = context.names.topic(dataset.storage_key());
    let row_schema = node.declarations().avro.get(&dataset.key).cloned();
    let topic = Topic {
        subjects: subject::of_dataset(context, &name, row_schema.is_some()),
        row_schema,
        name,
        partitions: hint.partitions(context.settings),
        replication_factor,
        configs: configs(context, dataset.custody, replication_factor),
    };
    let resource = Resource::for_dataset(KIND, node, &dataset.key)
        .attribute(NAME, &topic.name)
        .attribute(PARTITIONS, topic.partitions)
        .attribute(REPLICATION_FACTOR, topic.replication_factor)
        .attribute(CONFIGS, &topic.configs)
        .attribute(COLUMNS, columns(dataset)?)
        .attribute(KEY, dataset.schema.table().key())
        .dependency(cluster::KIND)
        .occupying(format!("{}/{}", context.cluster_address(), topic.name))
        .with_held_data(dataset);
    let resource = match (node.facts().capture(), node.detail()) {
        (Some(capture), _) => resource
            .attribute(CAPTURED_FROM, node.facts().storage.container(&capture.container_key).to_string()),
        (None, NodeDetail::Ingest(IngestFacts { source: IngestSource::Platform { .. }, .. })) => {
            resource.attribute(CAPTURED_FROM, BATCHES)
        }
        _ => resource,
    };
    let resource = match node.detail() {
        // A job writes into it.
        NodeDetail::Ingest(IngestFacts { source: IngestSource::Transformer { workspace }, .. }) if is_fed => {
            resource.dependency(job::address(node, workspace))
        }
        _ => resource,
    };
    let resource = match &topic.row_schema {
        Some(schema) => resource.attribute(ROW_SCHEMA, schema),
        None => resource,
    };
    let resource = match topic.subjects.is_empty() {
        true => resource,
        false => resource.attribute(SUBJECTS, &topic.subjects).attribute(REQUIRED, required(dataset)),
    };
    rendering.add(File::json(&format!("{}.json", resource.address()), &topic)?, [resource])
}

/// The columns that must have a value.
fn required(dataset: &DatasetFacts) -> Vec<&ColumnName> {
    let columns = dataset.schema.table().columns().iter().filter(|column| !column.is_nullable());
    columns.map(Column::name).collect()
}

/// Returns the configuration of a topic that keeps what is owed of a dataset.
///
/// A version must stay for a time after it was superseded. That is what a compaction lag does: a record is removed when a later one of its key is
/// older than the lag, and never before. The latest record of each key always stays. Where versions stay for ever, nothing is removed.
fn configs(context: Context<'_>, custody: Custody, replication_factor: u16) -> BTreeMap<String, String> {
    let deletion = u64::from(context.settings.deletion_hours) * HOUR;
    let mut configs = BTreeMap::new();
    let mut set = |name: &str, value: String| configs.insert(name.to_owned(), value);
    // Producers do not set the times of records: it is the broker that says how old one is.
    set("message.timestamp.type", "LogAppendTime".to_owned());
    set("min.insync.replicas", replication_factor.saturating_sub(1).max(1).to_string());
    match custody.retention {
        Some(RetentionPeriod::ForEver) => {
            set("cleanup.policy", "delete".to_owned());
            set("retention.ms", "-1".to_owned());
            set("retention.bytes", "-1".to_owned());
        }
        retention => {
            let days = match retention {
                Some(RetentionPeriod::For(time)) => time.as_days(),
                _ => 0,
            };
            set("cleanup.policy", "compact".to_owned());
            set("min.compaction.lag.ms", (u64::from(days) * DAY).to_string());
            set("delete.retention.ms", deletion.to_string());
        }
    }
    configs
}

/// The columns, each with the type that it is kept in.
///
/// # Errors
///
/// If there is none, which lint reports.
pub(super) fn columns(dataset: &DatasetFacts) -> Result<BTreeMap<&ColumnName, String>, PlatformError> {
    let kept = |column: &Column| {
        kept_type(column.data_type()).map_err(|reason| {
            let context = format!("keeping the column `{}` of type `{}`", column.name(), column.data_type());
            PlatformError::new(PlatformErrorKind::Unsupported, context).caused_by(reason)
        })
    };
    dataset.schema.table().columns().iter().map(|column| Ok((column.name(), kept(column)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{names::Names, settings::KafkaSettings};

    fn cleanup(retention: Option<RetentionPeriod>) -> BTreeMap<String, String> {
        let settings = json!({"bootstrap_servers": ["kafka:9092"], "connect_url": "http://connect:8083"});
        let settings: KafkaSettings = serde_json::from_value(settings).unwrap();
        let instance =
            PlatformInstance::new("S".into(), "kafka".into(), Version::new(1, 0, 0), Json::default());
        let names = Names::new(&instance, &settings);
        let custody = Custody { live: true, history: false, retention };
        configs(Context { settings: &settings, names: &names }, custody, 3)
    }

    #[test]
    fn a_topic_keeps_versions_for_as_long_as_they_are_owed() {
        let live = cleanup(None);
        assert_eq!((&*live["cleanup.policy"], &*live["min.compaction.lag.ms"]), ("compact", "0"));
        assert_eq!((&*live["delete.retention.ms"], &*live["min.insync.replicas"]), ("604800000", "2"));
        let year = cleanup(Some(RetentionPeriod::For(Retention::years(1))));
        assert_eq!((&*year["cleanup.policy"], &*year["min.compaction.lag.ms"]), ("compact", "31536000000"));
        let for_ever = cleanup(Some(RetentionPeriod::ForEver));
        assert_eq!((&*for_ever["cleanup.policy"], &*for_ever["retention.ms"]), ("delete", "-1"));
        assert!(!for_ever.contains_key("min.compaction.lag.ms"));
    }
}
