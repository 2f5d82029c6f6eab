//! What is rendered: one file for each thing that is made.

mod acl;
mod cluster;
mod connector;
mod converter;
mod job;
mod job_avro;
mod job_json;
mod job_sql;
mod reception;
mod route;
mod security;
mod sink;
mod sink_form;
mod source;
mod source_settings;
mod statements;
mod subject;
mod subscription;
mod topic;

pub(crate) use acl::{
    AccessList, KIND as ACL, PRINCIPAL, RULES, Rule, RuleOperation, RulePattern, RuleResource,
};
pub(crate) use cluster::{KIND as CLUSTER, REGISTRY};
pub(crate) use connector::{Connector, NAME as CONNECTOR_NAME};
pub(crate) use job::{Job, KIND as JOB};
pub(crate) use job_sql::statements as job_statements;
pub(crate) use reception::{KIND as RECEPTION, ReceivedColumn, ReceivedDataset, Reception, batches_address};
pub(crate) use sink::{COLUMNS as SINK_COLUMNS, IN_TRANSACTIONS, TABLES as SINK_TABLES};
pub(crate) use sink_form::SinkForm;
pub(crate) use source::{
    ADDRESS as SOURCE_ADDRESS, KIND as SOURCE, SERVER, SERVICE_TOPIC, SIGNALS, SLOT, SNAPSHOTS,
    TABLES as SOURCE_TABLES,
};
pub(crate) use statements::KIND as STATEMENTS;
pub(crate) use subject::{SUBJECTS, row_subject};
pub(crate) use subscription::{Delivery, KIND as SUBSCRIPTION, Subscription};
pub(crate) use topic::{
    CAPTURED_FROM, COLUMNS, CONFIGS, KEY, KIND as TOPIC, MANAGED_CONFIGS, NAME, PARTITIONS,
    REPLICATION_FACTOR, REQUIRED, ROW_SCHEMA, Topic,
};

use crate::{names::Names, settings::KafkaSettings};
use datasurface_platform::prelude::*;

/// What every rendering needs: the settings, and the names of the instance.
#[derive(Clone, Copy)]
pub(crate) struct Context<'c> {
    pub(crate) settings: &'c KafkaSettings,
    pub(crate) names: &'c Names,
}

impl Context<'_> {
    /// Returns the address of a cluster, by which the places of two instances are compared.
    pub(crate) fn cluster_address(self) -> String {
        format!("kafka://{}", self.settings.brokers().join(","))
    }
}

/// Whether a resource of this kind is a connector.
pub(crate) fn is_connector(kind: &str) -> bool {
    kind == source::KIND || SinkForm::of_kind(kind).is_some()
}

/// Returns what a node shares: its tables with the source of a database, what it receives with the reception of a datastore, its topic with the sink of a container, and its principals.
pub(crate) fn shares(context: Context<'_>, node: &NodeView) -> Vec<SharedPart> {
    match node.detail() {
        NodeDetail::Ingest(ingest) => {
            let received = reception::parts(context, node, ingest);
            source::parts(context, node, ingest).into_iter().chain(received).collect()
        }
        NodeDetail::Export(export) => {
            sink::parts(node, export).into_iter().chain(acl::parts(context, node, export)).collect()
        }
        NodeDetail::Trigger(_) | NodeDetail::Transform(_) => Vec::new(),
    }
}

/// Renders a scope.
pub(crate) fn render(context: Context<'_>, scope: &ScopeView) -> Result<Rendering, PlatformError> {
    let mut rendering = Rendering::new();
    if let Some(key) = scope.shared_key() {
        if let Some(form) = SinkForm::of_kind(&key.kind) {
            sink::add(context, &mut rendering, form, key, scope)?;
            return Ok(rendering);
        }
        match key.kind.as_str() {
            source::KIND => source::add(context, &mut rendering, key, scope)?,
            reception::KIND => reception::add(context, &mut rendering, key, scope)?,
            acl::KIND => acl::add(&mut rendering, key, scope)?,
            other => {
                let message = format!("nothing that is shared is called `{other}`");
                return Err(PlatformError::new(PlatformErrorKind::Internal, message));
            }
        }
        return Ok(rendering);
    }
    if scope.is_foundation() {
        rendering.add_json(cluster::resource(context))?;
    }
    for (node, dataset) in scope.captured_datasets() {
        topic::add(context, &mut rendering, node, dataset, true)?;
    }
    for (node, dataset) in scope.held_datasets() {
        topic::add(context, &mut rendering, node, dataset, false)?;
    }
    for node in scope.whole_nodes() {
        match node.detail() {
            NodeDetail::Export(export) => subscription::add(context, &mut rendering, node, export)?,
            NodeDetail::Transform(transform) => job::add(context, &mut rendering, node, transform)?,
            NodeDetail::Trigger(_) => rendering.nothing_for(node.key(), "its job runs all the time"),
            NodeDetail::Ingest(_) => {}
        }
    }
    Ok(rendering)
}
