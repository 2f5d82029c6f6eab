//! Subjects of the schema registry: without its subject, nobody can read what is in a topic. So it is kept as long.

use super::{Bug, Topics, named};
use datasurface_platform::prelude::*;

impl Topics {
    pub(super) fn subject(&self, node: &NodeView, dataset: &DatasetFacts) -> Resource {
        let subject = Resource::for_dataset("subject", node, &dataset.key)
            .with_held_data(dataset)
            .attribute("registry", "cluster")
            .attribute("schema", &dataset.schema)
            .attribute("checks", &dataset.checks)
            .attribute("invalid_records", dataset.invalid_rows)
            .attribute("compatibility", compatibility(dataset.custody));
        let name = format!("{}-value", self.topic_name(node, dataset));
        let subject = match self.has(Bug::SameNames) {
            true => subject.attribute("name", name),
            false => named(subject, name),
        };
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
