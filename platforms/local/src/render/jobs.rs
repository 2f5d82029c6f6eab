//! The list of jobs: what runs, when, and what it moves. A runtime reads it, and so can a person.

use super::{CaptureReads, capture_reads::Select, in_database};
use crate::{
    config::LocalConfig, file_name::same_file, names::address, offer::published, prelude::*,
    sql::milestoned::StoredColumn,
};
use datasurface_platform::SqliteAddress;
use serde_json::Value;
use std::collections::BTreeMap;

/// The jobs of a shard.
#[derive(Default)]
pub(super) struct Jobs {
    list: Vec<Value>,
    resources: Vec<Resource>,
}

/// The fields of an object that have a value.
fn without_nulls(object: Value) -> serde_json::Map<String, Value> {
    let Value::Object(mut fields) = object else { return serde_json::Map::new() };
    fields.retain(|_, value| !value.is_null());
    fields
}

/// The names of now of what a job is about, by storage names.
const CALLED: &str = "called";

impl Jobs {
    /// The job that captures a datastore, or one dataset of it.
    pub(super) fn capture(
        &mut self,
        config: &LocalConfig,
        view: &NodeView,
        ingest: &IngestFacts,
    ) -> Result<(), PlatformError> {
        let alone = match view.key() {
            NodeKey::Ingest { dataset, .. } => dataset.as_ref(),
            _ => None,
        };
        let reading = CaptureReads::build(config, view, ingest, &view.facts().called)?;
        let address = address::capture(&ingest.datastore, alone);
        let mut resource = in_database(address, "capture", view.facts());
        for dataset in &ingest.datasets {
            resource = resource.dependency(address::table(&dataset.key));
        }
        if let IngestSource::Transformer { workspace } = &ingest.source {
            resource = resource.dependency(address::output(workspace));
        }
        let datasets: Vec<Value> = reading
            .selects
            .iter()
            .map(|Select { dataset, read, since, columns, published_as, topic }| {
                let into = address::table(dataset);
                without_nulls(json!({
                    "dataset": dataset, "into": into, "published_as": published_as, "topic": topic, "read": read,
                    "since": since, "columns": columns
                }))
            })
            .map(Value::Object)
            .collect();
        let job = json!({
            "datastore": &ingest.datastore,
            "trigger": reading.trigger,
            "priority": view.obligation().priority(),
            "latency_seconds": view.obligation().latency(),
            "source": reading.source,
            "credential": reading.credential,
            "server": reading.server,
            "sqlite_statement_timeout_seconds": reading.sqlite_statement_timeout_seconds,
            "receives": reading.receives,
            "publishes": published(config, view.facts()),
            "consistency": reading.consistency,
            "begin": Some(reading.begin).filter(|begin| !begin.is_empty()),
            "datasets": datasets,
        });
        self.add(resource, job, view);
        Ok(())
    }

    /// The job that decides whether a transformer should run.
    pub(super) fn trigger(
        &mut self,
        config: &LocalConfig,
        view: &NodeView,
        trigger: &TriggerFacts,
    ) -> Result<(), PlatformError> {
        let workspace = &trigger.workspace;
        let mut resource = in_database(address::trigger(workspace), "trigger", view.facts());
        for input in view.inputs() {
            if let NodeKey::Export { container, dataset, .. } = &input.from {
                let own = SqliteAddress::read(input.offer.address())
                    .is_some_and(|table| same_file(&table.file, &config.database));
                resource = resource.dependency(if own {
                    address::table(dataset)
                } else {
                    address::copy(container, dataset)
                });
            }
        }
        let job = json!({
            "workspace": workspace,
            "trigger": &trigger.trigger,
            "priority": view.obligation().priority(),
            "latency_seconds": view.obligation().latency(),
            "inputs": &trigger.inputs,
            "starts": address::transform(workspace),
        });
        self.add(resource, job, view);
        Ok(())
    }

    /// The job that runs a transformer.
    pub(super) fn transform(
        &mut self,
        config: &LocalConfig,
        view: &NodeView,
        transform: &TransformFacts,
    ) -> Result<(), PlatformError> {
        let workspace = &transform.workspace;
        let output = address::output(workspace);
        let resource = in_database(address::transform(workspace), "transform", view.facts())
            .dependency(output.as_str())
            .dependency(address::trigger(workspace));
        let keys = |datasets: &[DatasetFacts]| -> Vec<DatasetKey> {
            datasets.iter().map(|dataset| dataset.key.clone()).collect()
        };
        let columns = |dataset: &DatasetFacts| StoredColumn::for_schema(dataset.schema.table());
        let types: BTreeMap<DatasetName, Vec<StoredColumn>> =
            transform.outputs.iter().map(|dataset| (dataset.key.dataset.clone(), columns(dataset))).collect();
        let job = json!({
            "workspace": workspace,
            "priority": view.obligation().priority(),
            "latency_seconds": view.obligation().latency(),
            "runs": output,
            "inputs": keys(&transform.inputs),
            "outputs": keys(&transform.outputs),
            "types": types,
            "limits": config.transformers,
        });
        self.add(resource, job, view);
        Ok(())
    }

    /// Adds a job; what is not known of it is left out. Its names of now are for those who read the list: the job is the same.
    fn add(&mut self, resource: Resource, job: Value, view: &NodeView) {
        let fields = without_nulls(job);
        let mut entry = serde_json::Map::new();
        entry.insert("job".to_owned(), json!(resource.address()));
        entry.insert("kind".to_owned(), json!(resource.kind()));
        entry.extend(fields.clone());
        let called = view.facts().called.clone().without_platforms();
        if !called.is_empty() {
            entry.insert(CALLED.to_owned(), json!(called));
        }
        let described =
            fields.into_iter().fold(resource, |resource, (name, value)| resource.attribute(name, value));
        self.list.push(Value::Object(entry));
        self.resources.push(described);
    }

    /// Writes the list; a shard without jobs has none.
    pub(super) fn render(self, rendering: &mut Rendering) -> Result<(), PlatformError> {
        if self.resources.is_empty() {
            return Ok(());
        }
        let file = File::json("jobs.json", &json!({"jobs": self.list}))?;
        rendering.add(file, self.resources)
    }
}
