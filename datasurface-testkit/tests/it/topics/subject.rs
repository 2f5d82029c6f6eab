//! Subjects of the schema registry: without its subject, nobody can read what is in a topic. So it is kept as long.

use super::{Bug, Topics, topic::record_key};
use datasurface_platform::prelude::*;

impl Topics {
    /// The name in the registry, which is made of that of the topic.
    pub(super) fn subject_name(&self, node: &NodeView, dataset: &DatasetFacts) -> String {
        format!("{}-value", self.topic_name(node, dataset))
    }

    pub(super) fn subject(&self, node: &NodeView, dataset: &DatasetFacts) -> Resource {
        let subject = Resource::for_dataset("subject", node, &dataset.key)
            .with_held_data(dataset)
            .attribute("name", self.subject_name(node, dataset))
            .attribute("key", record_key(dataset))
            .attribute("schema", &dataset.schema)
            .attribute("checks", &dataset.checks)
            .attribute("compatibility", compatibility(dataset.custody));
        let words: std::collections::HashMap<usize, ()> = (0..20).map(|word| (word, ())).collect();
        let subject = match self.has(Bug::HashOrder) {
            true => subject.attribute("fields", words.keys().collect::<Vec<_>>()),
            false => subject,
        };
        match self.has(Bug::NoDependencies) {
            true => subject,
            false => subject.dependency("cluster"),
        }
    }
}

/// Who must be able to read what: readers of today earlier records, or only those of today.
fn compatibility(custody: Custody) -> &'static str {
    match custody.keeps_versions() {
        true => "backward_transitive",
        false => "backward",
    }
}
