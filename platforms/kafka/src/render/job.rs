//! Jobs: what of a transformer Flink runs, all the time.

use super::{
    Context,
    job_sql::{self, JobSql},
    topic,
};
use crate::settings::FlinkSettings;
use datasurface_platform::{graph::Fingerprint, model::sql::NotFlink, prelude::*};
use std::collections::BTreeMap;

/// The kind of the resource.
pub(crate) const KIND: &str = "job";

/// The digits of the version of a job.
const VERSION_DIGITS: usize = 12;

/// A job, as the gateway is asked for it, and the file shows it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    /// The name, which another statement does not change. The consumer group in which it says how far it has read is called so, too.
    pub(crate) name: String,
    /// A short text that differs for each list of statements and properties.
    pub(crate) version: String,
    /// The topics that it reads.
    pub(crate) reads: Vec<String>,
    /// The topics that it writes, with what is written to them.
    pub(crate) writes: Vec<String>,
    /// What the types of columns in Avro must have, by topic and column: values of other types would be read as other values, without an error.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) required_types: BTreeMap<String, BTreeMap<String, Json>>,
    /// The properties of the session.
    pub(crate) properties: BTreeMap<String, String>,
    /// The statements of the session, in order. The last one starts the job.
    pub(crate) statements: Vec<String>,
}

impl Job {
    /// The name that the cluster shows.
    pub(crate) fn full_name(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }

    /// Whether a job of a cluster is one of these, of whatever version.
    pub(crate) fn is_called(name: &str, found: &str) -> bool {
        found.strip_prefix(name).is_some_and(|rest| rest.starts_with('@'))
    }
}

/// Returns the address of the job of a transformer.
pub(super) fn address(node: &NodeView, workspace: &WorkspaceName) -> String {
    format!("{KIND}.{}", slug(&[node.facts().storage.workspace(workspace).as_str()], 120))
}

/// Adds the job of a transformer.
pub(super) fn add(
    context: Context<'_>,
    rendering: &mut Rendering,
    node: &NodeView,
    transform: &TransformFacts,
) -> Result<(), PlatformError> {
    let action = format!("writing the transformer of `{}` for Flink", transform.workspace);
    let unsupported =
        |reason: String| PlatformError::new(PlatformErrorKind::Unsupported, action.clone()).caused_by(reason);
    let Some(flink) = &context.settings.flink else {
        return Err(unsupported("the settings name no Flink".to_owned()));
    };
    let address = address(node, &transform.workspace);
    let name = context.names.connector(KIND, address.trim_start_matches(&format!("{KIND}.")));
    let JobSql { statements, required_types } = job_sql::statements(context, &name, node, transform)
        .map_err(|problem: NotFlink| unsupported(problem.to_string()))?;
    let reads: Result<Vec<String>, PlatformError> = transform
        .inputs
        .iter()
        .map(|input| Ok(node.require_input(&input.key)?.address().to_owned()))
        .collect();
    let properties = properties(context, flink);
    let version: String =
        Fingerprint::of(&(&properties, &statements)).to_string().chars().take(VERSION_DIGITS).collect();
    let job = Job {
        name,
        version,
        reads: reads?,
        writes: transform.outputs.iter().map(|output| context.names.topic(output.storage_key())).collect(),
        required_types,
        properties,
        statements,
    };
    let inputs = transform.inputs.iter();
    let resource = Resource::new(&*address, KIND)
        .origin(node.key())
        .attribute(topic::NAME, &job.name)
        .attribute("reads", &job.reads)
        .attribute("writes", &job.writes)
        .attribute("properties", &job.properties)
        .attribute("statements", &job.statements)
        .with_dependencies(inputs.map(|input| format!("{}.{}", topic::KIND, node.dataset_slug(&input.key))));
    rendering.add(File::json(&format!("{address}.json"), &job)?, [resource])
}

/// The properties of a session. The name of the job is added when it starts.
fn properties(context: Context<'_>, flink: &FlinkSettings) -> BTreeMap<String, String> {
    let mut properties = BTreeMap::from([
        ("execution.runtime-mode", "STREAMING".to_owned()),
        // Two tasks would take changes of one row of an output along two ways, and the later one could arrive first.
        ("parallelism.default", "1".to_owned()),
        ("table.local-time-zone", "UTC".to_owned()),
        // A source that was killed writes changes twice, and compaction removes earlier ones: what a row was before is what the job itself remembers.
        ("table.exec.source.cdc-events-duplicate", "true".to_owned()),
        // Rows are remembered for ever: one that is forgotten is taken for a new one.
        ("table.exec.state.ttl", "0 ms".to_owned()),
        ("execution.checkpointing.interval", format!("{} s", flink.checkpoint_seconds)),
        // A job that failed is started again, however often.
        ("restart-strategy.type", "exponential-delay".to_owned()),
    ]);
    if context.settings.schema_registry.is_some() {
        // Records are in the order in which they are to be written.
        properties.insert("table.exec.sink.upsert-materialize", "NONE".to_owned());
    }
    if let Some(directory) = &flink.checkpoint_directory {
        properties.insert("execution.checkpointing.dir", directory.clone());
    }
    properties.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
