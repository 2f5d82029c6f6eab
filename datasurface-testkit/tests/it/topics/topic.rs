//! Topics: one for each dataset that is captured. A topic holds the data.

use super::{Bug, Topics, named};
use datasurface_platform::prelude::*;

/// Whether nothing feeds the dataset any more.
pub(super) fn is_held(scope: &ScopeView, dataset: &DatasetFacts) -> bool {
    scope.held().iter().any(|held| held.holds.dataset == *dataset.storage_key())
}

impl Topics {
    pub(super) fn topic(&self, scope: &ScopeView, node: &NodeView, dataset: &DatasetFacts) -> Resource {
        let topic = Resource::for_dataset("topic", node, &dataset.key)
            .with_held_data(dataset)
            .attribute("cluster", "cluster")
            .attribute("subject", format!("subject.{}", node.dataset_slug(&dataset.key)))
            .attribute("partitions", self.settings.partitions)
            .attribute("key", record_key(dataset))
            .attribute("classifications", &dataset.classifications)
            .attribute("retention", self.retention(is_held(scope, dataset), dataset.custody))
            .attribute("cleanup", self.cleanup(dataset.custody));
        let name = self.topic_name(node, dataset);
        let topic = match self.has(Bug::SameNames) {
            true => topic.attribute("name", name),
            false => named(topic, name),
        };
        let topic = match self.has(Bug::NodesListed) {
            true => {
                let keys = scope.nodes().iter().map(|node| node.view().key());
                topic.attribute("nodes", keys.collect::<Vec<_>>())
            }
            false => topic,
        };
        match self.has(Bug::NoDependencies) {
            true => topic,
            false => {
                topic.dependency("cluster").dependency(format!("subject.{}", node.dataset_slug(&dataset.key)))
            }
        }
    }

    /// The name on the cluster, which instances may share.
    pub(super) fn topic_name(&self, node: &NodeView, dataset: &DatasetFacts) -> String {
        let dataset = node.dataset_slug(&dataset.key);
        match self.has(Bug::SameNames) {
            true => dataset,
            false => format!("{}.{dataset}", node.facts().storage_key().platform()),
        }
    }

    /// The time that superseded records stay.
    fn retention(&self, is_held: bool, custody: Custody) -> Json {
        let ignored = self.has(Bug::RetentionIgnored) || self.has(Bug::HistoryForADay);
        match custody.retention {
            _ if ignored || is_held && self.has(Bug::HeldForADay) => json!("1 day"),
            Some(retention) => json!(retention.to_string()),
            None => json!("compacted"),
        }
        .into()
    }

    /// What the cluster removes: superseded records, and records of a certain age.
    fn cleanup(&self, custody: Custody) -> Vec<&'static str> {
        let keeps_versions = custody.keeps_versions() && !self.has(Bug::HistoryForADay);
        let compact = (!keeps_versions).then_some("compact");
        let delete = custody.promised_retention().map(|_| "delete");
        compact.into_iter().chain(delete).collect()
    }
}

/// The fields that the records of a topic are compacted by.
pub(super) fn record_key(dataset: &DatasetFacts) -> serde_json::Value {
    let schema = serde_json::to_value(&dataset.schema).unwrap_or_default();
    schema.get("key").cloned().unwrap_or_default()
}
