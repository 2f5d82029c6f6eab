//! Sinks: one connector for each database of consumers and each form of its tables.

use super::{
    Context, cluster,
    connector::{Connector, config, literal, secret_value},
    converter::converters,
    sink_form::SinkForm,
    statements, topic,
};
use crate::names::{Names, address_digits, secret};
use datasurface_platform::prelude::*;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::collections::{BTreeMap, BTreeSet};

/// The end of the format of topics that are written in transactions: a reader leaves out those that were aborted.
pub(crate) const IN_TRANSACTIONS: &str = ", in transactions";

/// The attribute with what is written, by table.
pub(crate) const TABLES: &str = "tables";

/// The member with the columns of a table, each with its type and whether it must have a value.
pub(crate) const COLUMNS: &str = "columns";

/// The longest name of a sink, in characters.
const NAME_LIMIT: usize = 120;

/// A table that a sink writes.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Table {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) database: String,
    /// The directory of the secret.
    secret: String,
    pub(super) table: String,
    topic: String,
    /// Whether the topic is written in transactions, of which some may be aborted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    in_transactions: bool,
    /// The address of the resource that the topic is of.
    needs: String,
    pub(super) columns: BTreeMap<ColumnName, ColumnDefinition>,
    pub(super) key: Vec<ColumnName>,
    /// The roles that may read it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) readers: BTreeSet<String>,
}

/// A column of a table of consumers.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ColumnDefinition {
    #[serde(rename = "type")]
    pub(super) kept_type: String,
    pub(super) nullable: bool,
}

/// Returns the identities of the sinks of an export, by the forms that its consumers read; none of one that goes to no database.
pub(super) fn shared_keys(node: &NodeView, export: &ExportFacts) -> Vec<(SinkForm, SharedKey)> {
    let Some(server) = export.container.kind().server() else { return Vec::new() };
    let container = node.facts().storage.container(&export.container_key);
    let address = address_digits(server.host, server.port, server.database);
    let name = sink_name(&container, credential(export), &address);
    let is_read = |form: &SinkForm| {
        export.consumers.iter().any(|consumer| form.is_read(consumer.requirements.milestoning))
    };
    let forms = SinkForm::ALL.into_iter().filter(is_read);
    forms.map(|form| (form, SharedKey::after(form.kind(), &*name))).collect()
}

/// Returns the table of a dataset in databases of consumers.
pub(super) fn table_name(form: SinkForm, dataset: &DatasetKey) -> String {
    format!("{}{}", Names::table(dataset), form.suffix())
}

/// Returns the parts of an export to a database. Another one has none.
pub(super) fn parts(node: &NodeView, export: &ExportFacts) -> Vec<SharedPart> {
    let (Some(server), Some(offer)) = (export.container.kind().server(), node.input(&export.dataset.key))
    else {
        return Vec::new();
    };
    // Lint reports a column whose type is kept nowhere.
    let Ok(kept) = topic::columns(&export.dataset) else { return Vec::new() };
    let container = node.facts().storage.container(&export.container_key);
    let definition = export.dataset.schema.table();
    let columns = || {
        definition.columns().iter().filter_map(|column| {
            let kept_type = kept.get(column.name())?.clone();
            Some((column.name().clone(), ColumnDefinition { kept_type, nullable: column.is_nullable() }))
        })
    };
    let readers = |form: SinkForm| {
        let reading = export.consumers.iter().filter(move |one| form.is_read(one.requirements.milestoning));
        reading.flat_map(|one| one.entitlement.principals()).map(|one| one.name().to_string()).collect()
    };
    let part = |(form, key)| {
        let part = Table {
            host: server.host.to_owned(),
            port: server.port,
            database: server.database.to_owned(),
            secret: secret(credential(export), &container),
            table: table_name(form, export.dataset.storage_key()),
            topic: offer.address().to_owned(),
            in_transactions: offer.format().as_str().ends_with(IN_TRANSACTIONS),
            needs: format!("{}.{}", topic::KIND, node.dataset_slug(&export.dataset.key)),
            columns: columns().collect(),
            key: definition.key().to_vec(),
            readers: readers(form),
        };
        SharedPart::new(key, part)
    };
    shared_keys(node, export).into_iter().map(part).collect()
}

/// The credential with which an export is written. Lint sees to it that its consumers name one, or none.
fn credential(export: &ExportFacts) -> Option<&CredentialKey> {
    export.consumers.iter().find_map(|consumer| consumer.credential.as_ref())
}

/// The name of the sink of a database. Another credential, like another address, has a sink of its own: one connector writes as one user.
fn sink_name(container: &ContainerKey, credential: Option<&CredentialKey>, address: &str) -> String {
    let mut parts = vec![container.zone.as_str(), container.team.as_str(), container.container.as_str()];
    if let Some(key) = credential {
        if (&key.zone, &key.team) != (&container.zone, &container.team) {
            parts.extend([key.zone.as_str(), key.team.as_str()]);
        }
        parts.push(key.credential.as_str());
    }
    parts.push(address);
    slug(&parts, NAME_LIMIT)
}

/// Adds the sink of a database.
pub(super) fn add(
    context: Context<'_>,
    rendering: &mut Rendering,
    form: SinkForm,
    key: &SharedKey,
    scope: &ScopeView,
) -> Result<(), PlatformError> {
    let mut tables: Vec<Table> = scope.parts_as()?;
    tables.sort_by(|one, other| one.table.cmp(&other.table));
    // All are in one database, and are written with one secret: both are in the name.
    let Some(first) = tables.first() else { return Ok(()) };
    let written: BTreeMap<&str, serde_json::Value> = tables
        .iter()
        .map(|table| {
            let shown = json!({COLUMNS: table.columns, "key": table.key, "topic": table.topic});
            (table.table.as_str(), shown)
        })
        .collect();
    let place = format!("postgres://{}:{}/{}", first.host, first.port, first.database);
    let occupied = tables.iter().map(|table| format!("{place}/public.{}", table.table));
    let resource = Resource::new(format!("{}.{}", form.kind(), key.name), form.kind())
        .attribute(TABLES, &written)
        .dependency(cluster::KIND)
        .with_dependencies(tables.iter().map(|table| table.needs.clone()));
    let resource = occupied.fold(resource, Resource::occupying);
    let mut config = config([
        ("connector.class", "io.debezium.connector.jdbc.JdbcSinkConnector".to_owned()),
        ("tasks.max", context.settings.sink_tasks.to_string()),
        ("topics", tables.iter().map(|table| table.topic.as_str()).collect::<Vec<_>>().join(",")),
        ("connection.url", url(context, first)),
        ("connection.username", secret_value(context, &first.secret, "user")),
        ("connection.password", secret_value(context, &first.secret, "password")),
        // A task writes on one connection, and would open 32 otherwise. One that is lost ends the task, and whoever runs what is due starts it
        // again: `connection.restart.on.errors` of Debezium 3.5 tries again and again on the connection that is closed, and looks as if it ran.
        ("connection.pool.min_size", "1".to_owned()),
        ("connection.pool.max_size", "2".to_owned()),
        ("connection.pool.acquire_increment", "1".to_owned()),
        ("schema.evolution", "basic".to_owned()),
        ("quote.identifiers", "true".to_owned()),
        ("collection.name.format", "${topic}".to_owned()),
        // A topic is called by its table, behind the prefix.
        ("transforms.table.type", "org.apache.kafka.connect.transforms.RegexRouter".to_owned()),
        ("transforms.table.regex", format!("{}\\.(.*)", literal(context.names.prefix()))),
        ("transforms.table.replacement", format!("$1{}", form.suffix())),
    ]);
    if tables.iter().any(|table| table.in_transactions) {
        config.insert("consumer.override.isolation.level".to_owned(), "read_committed".to_owned());
    }
    config.extend(form.config());
    config.extend(converters(context));
    Connector { name: context.names.connector(form.kind(), &key.name), config }.add(rendering, resource)?;
    statements::add(context, rendering, form, key, &tables)
}

/// The address of the database for JDBC. What is in its name is no parameter.
fn url(context: Context<'_>, table: &Table) -> String {
    let database = utf8_percent_encode(&table.database, NON_ALPHANUMERIC);
    let mode = context.settings.database_ssl_mode;
    let factory = mode.postgres_factory().map(|class| format!("&sslfactory={class}")).unwrap_or_default();
    format!("jdbc:postgresql://{}:{}/{database}?sslmode={}{factory}", table.host, table.port, mode.name())
}
