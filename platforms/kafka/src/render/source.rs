//! Sources: one Debezium connector for each database, with topics of its own for heartbeats, signals, notifications and messages.
//!
//! Datastores that share a database share its source, so its log is read once. A source writes four topics that hold no data of anybody:
//!
//! | topic | content |
//! |---|---|
//! | heartbeats | what makes an idle source remember how far it has read |
//! | signals | what it is asked for: snapshots of tables that were added |
//! | notifications | which of these have begun and ended |
//! | messages | what the database says of itself at each heartbeat: how much of its log the slot keeps |

use super::{
    Context, cluster,
    connector::{Config, Connector, config, literal, secret_value},
    converter::converters,
    security::client_config,
    subject::{self, SUBJECTS, Subjects},
    topic::{self, Topic},
};
use crate::names::{secret, source_name, source_parts, source_table};
use datasurface_platform::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// The kind of the resource, and of what its nodes share.
pub(crate) const KIND: &str = "source";

/// The kind of topics that only Debezium reads and writes.
pub(crate) const SERVICE_TOPIC: &str = "service_topic";

/// The attribute with the address of the database.
pub(crate) const ADDRESS: &str = "address";

/// The attribute with the tables, each with its columns.
pub(crate) const TABLES: &str = "tables";

/// The attribute with the replication slot.
pub(crate) const SLOT: &str = "slot";

/// The attribute with the name under which Debezium remembers how far it read.
pub(crate) const SERVER: &str = "server";

/// The attribute with the topic of signals.
pub(crate) const SIGNALS: &str = "signals";

/// The prefix of the messages of heartbeats in the log. Messages of applications have others, and stay where they are.
const MESSAGE_PREFIX: &str = "datasurface";

/// Returns what Debezium does in the log of a database at each heartbeat, so that the server may forget what is before. It writes to no table. It
/// is a transaction, since Debezium finds its position after a restart at the end of one, and a snapshot beside changes waits for one. The
/// message says how much of the log the slot keeps: so nobody else has to log in to the database to know.
fn heartbeat(slot: &str) -> String {
    format!(
        "SELECT pg_logical_emit_message(true, '{MESSAGE_PREFIX}', (SELECT json_build_object(\
         'kept_bytes', pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint, 'state', wal_status)::text \
         FROM pg_replication_slots WHERE slot_name = '{slot}'))"
    )
}

/// A table that a source reads.
#[derive(Debug, Serialize, Deserialize)]
struct Table {
    /// The name of the replication slot.
    slot: String,
    host: String,
    port: u16,
    database: String,
    /// The directory of the secret.
    secret: String,
    schema: String,
    table: String,
    columns: Vec<ColumnName>,
    key: Vec<ColumnName>,
    /// The address of the resource of the topic.
    needs: String,
    topic: String,
    /// The name of the dataset in names of transformations.
    slug: String,
}

impl Table {
    fn full_name(&self) -> String {
        format!("{}.{}", self.schema, self.table)
    }
}

/// Returns the parts of a capture: one for each of its tables. They are there while it is fed: what is held is read no more.
pub(super) fn parts(context: Context<'_>, node: &NodeView, ingest: &IngestFacts) -> Vec<SharedPart> {
    let Some(capture) = node.facts().capture() else { return Vec::new() };
    let Some(server) = capture.container.kind().server() else { return Vec::new() };
    let container = node.facts().storage.container(&capture.container_key);
    let parts = source_parts(capture, &container);
    let name = source_name(&parts);
    let part = |dataset: &DatasetFacts| {
        let (schema, table) = source_table(capture, &dataset.key.dataset);
        let definition = dataset.schema.table();
        let key = dataset.storage_key();
        let part = Table {
            slot: context.names.slot(&parts),
            host: server.host.to_owned(),
            port: server.port,
            database: server.database.to_owned(),
            secret: secret(capture.credential.as_ref(), &container),
            schema: schema.to_owned(),
            table: table.to_owned(),
            columns: definition.columns().iter().map(|column| column.name().clone()).collect(),
            key: definition.key().to_vec(),
            needs: format!("{}.{}", topic::KIND, node.dataset_slug(&dataset.key)),
            topic: context.names.topic(key),
            slug: dataset_slug(key),
        };
        SharedPart::new(SharedKey::after(KIND, &*name), part).only_while_fed()
    };
    ingest.datasets.iter().map(part).collect()
}

/// Adds the source of a database, and its topics.
pub(super) fn add(
    context: Context<'_>,
    rendering: &mut Rendering,
    key: &SharedKey,
    scope: &ScopeView,
) -> Result<(), PlatformError> {
    let mut tables: Vec<Table> = scope.parts_as()?;
    tables.sort_by(|one, other| one.slug.cmp(&other.slug));
    // All are of one container, and so of one database.
    let Some(first) = tables.first() else { return Ok(()) };
    refuse_shared_table(&tables)?;
    let server = context.names.server(&key.name);
    let slot = first.slot.clone();
    let address = format!("{}:{}/{}", first.host, first.port, first.database);
    let [signals, notifications] = ["signals", "notifications"].map(|purpose| format!("{server}.{purpose}"));
    let messages = context.names.messages(&key.name);
    let heartbeats = format!("__debezium-heartbeat.{server}");
    let written = |name: &str| subject::of_service(context, name);
    let own_topics = [
        // It is written by the runtime, and read as JSON by Debezium itself.
        ("signals", &signals, Subjects::new()),
        ("heartbeats", &heartbeats, written(&heartbeats)),
        ("notifications", &notifications, written(&notifications)),
        ("messages", &messages, written(&messages)),
    ];
    let mut resource = Resource::new(format!("{KIND}.{}", key.name), KIND)
        .attribute(ADDRESS, &address)
        .attribute(
            TABLES,
            tables.iter().map(|table| (table.full_name(), &table.columns)).collect::<BTreeMap<_, _>>(),
        )
        .attribute(SLOT, &slot)
        .attribute(SERVER, &server)
        .attribute(SIGNALS, &signals)
        .dependency(cluster::KIND)
        .with_dependencies(tables.iter().map(|table| table.needs.clone()))
        .occupying(format!("postgres://{}:{}/slots/{slot}", first.host, first.port));
    for (purpose, name, subjects) in own_topics {
        let topic = service_topic(context, &key.name, purpose, name, subjects);
        resource = resource.dependency(topic.address().as_str());
        rendering.add_json(topic)?;
    }
    let mut config = config([
        ("connector.class", "io.debezium.connector.postgresql.PostgresConnector".to_owned()),
        ("tasks.max", "1".to_owned()),
        ("topic.prefix", server.clone()),
        ("database.hostname", first.host.clone()),
        ("database.port", first.port.to_string()),
        ("database.dbname", first.database.clone()),
        ("database.user", secret_value(context, &first.secret, "user")),
        ("database.password", secret_value(context, &first.secret, "password")),
        ("database.sslmode", context.settings.database_ssl_mode.name().to_owned()),
        ("plugin.name", "pgoutput".to_owned()),
        ("slot.name", slot.clone()),
        ("publication.name", slot.clone()),
        // The connector makes the publication of its tables, and adds to it those that are added here.
        ("publication.autocreate.mode", "filtered".to_owned()),
        ("snapshot.mode", "initial".to_owned()),
        ("heartbeat.interval.ms", (u64::from(context.settings.heartbeat_seconds) * 1000).to_string()),
        ("heartbeat.action.query", heartbeat(&slot)),
        ("message.prefix.include.list", MESSAGE_PREFIX.to_owned()),
        // Signals arrive by a topic, and nothing is written to the database for them.
        ("signal.enabled.channels", "kafka".to_owned()),
        ("signal.kafka.topic", signals),
        ("signal.kafka.bootstrap.servers", context.settings.brokers().join(",")),
        ("signal.kafka.groupId", format!("{server}.signals")),
        // What was read of signals is committed when a source stops in good order: otherwise one that is killed may forget a snapshot that it was
        // asked for, and did not begin. One that reads signals again reads tables again.
        ("signal.consumer.enable.auto.commit", "false".to_owned()),
        // A source that was killed leaves its group after this time, and its successor reads no signal before.
        ("signal.consumer.session.timeout.ms", "10000".to_owned()),
        ("read.only", "true".to_owned()),
        ("notification.enabled.channels", "sink".to_owned()),
        ("notification.sink.topic.name", notifications),
        // Exact values: numbers with their digits, times with microseconds, bytes as they are.
        ("decimal.handling.mode", "precise".to_owned()),
        ("time.precision.mode", "adaptive".to_owned()),
        ("binary.handling.mode", "bytes".to_owned()),
        ("tombstones.on.delete", "true".to_owned()),
    ]);
    if context.settings.schema_registry.is_some() {
        // Avro takes names of letters, digits and `_`, as those of columns are.
        config.insert("schema.name.adjustment.mode".to_owned(), "avro".to_owned());
    }
    config.extend(converters(context));
    config.extend(client_config(context, "signal.consumer."));
    config.extend(table_lists(&tables));
    config.extend(routes(context, &key.name, &tables));
    Connector { name: context.names.connector(KIND, &key.name), config }.add(rendering, resource)
}

/// Refuses a table that two datasets are read from: a transformation brings a record into one topic.
fn refuse_shared_table(tables: &[Table]) -> Result<(), PlatformError> {
    let mut seen = BTreeSet::new();
    match tables.iter().map(Table::full_name).find(|name| !seen.insert(name.clone())) {
        None => Ok(()),
        Some(name) => {
            let context =
                format!("reading `{name}` for two datasets: let one of them be read by another platform");
            Err(PlatformError::new(PlatformErrorKind::Unsupported, context))
        }
    }
}

/// The lists of tables, columns and keys. Columns that the model does not have never leave their database.
fn table_lists(tables: &[Table]) -> Config {
    let names: BTreeSet<String> = tables.iter().map(Table::full_name).collect();
    let joined = |each: &dyn Fn(&Table) -> String, by: &str| {
        let lists: BTreeSet<String> = tables.iter().map(each).collect();
        lists.into_iter().collect::<Vec<_>>().join(by)
    };
    let pattern = |table: &Table| literal(&table.full_name());
    let columns = |table: &Table| {
        let columns: Vec<String> = table.columns.iter().map(|column| literal(column.as_str())).collect();
        format!("{}\\.({})", pattern(table), columns.join("|"))
    };
    let keys = |table: &Table| {
        let key: Vec<&str> = table.key.iter().map(ColumnName::as_str).collect();
        format!("{}:{}", pattern(table), key.join(","))
    };
    config([
        ("table.include.list", joined(&pattern, ",")),
        ("column.include.list", joined(&columns, ",")),
        ("message.key.columns", joined(&keys, ";")),
        // With the whole row before a change in the log, a change is complete: also where a long value stays as it was, which the log
        // leaves out otherwise.
        (
            "replica.identity.autoset.values",
            names.iter().map(|name| format!("{}:FULL", literal(name))).collect::<Vec<_>>().join(","),
        ),
    ])
}

/// The transformations that bring each table into the topic of its dataset. Debezium calls topics by tables, and topics have storage names.
fn routes(context: Context<'_>, store: &str, tables: &[Table]) -> Config {
    let slugs: Vec<&str> = tables.iter().map(|table| table.slug.as_str()).collect();
    let mut routes = config([("transforms", slugs.join(","))]);
    for table in tables {
        let prefix = format!("transforms.{}", table.slug);
        let written = format!("{}.{}", context.names.server(store), table.full_name());
        routes.insert(format!("{prefix}.type"), "org.apache.kafka.connect.transforms.RegexRouter".to_owned());
        routes.insert(format!("{prefix}.regex"), literal(&written));
        routes.insert(format!("{prefix}.replacement"), table.topic.clone());
    }
    routes
}

/// A topic of a connector itself. It is no data of anybody: a day of it is enough, by the clock of its broker. A signal whose sender has another
/// day would be deleted before it is read.
fn service_topic(
    context: Context<'_>,
    store: &str,
    purpose: &str,
    name: &str,
    subjects: Subjects,
) -> Resource {
    let configs = [
        ("cleanup.policy", "delete"),
        ("message.timestamp.type", "LogAppendTime"),
        ("retention.ms", "86400000"),
    ];
    let topic = Topic {
        name: name.to_owned(),
        partitions: 1,
        replication_factor: context.settings.replication_factor,
        configs: configs.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        subjects,
        row_schema: None,
    };
    let resource = Resource::new(format!("{SERVICE_TOPIC}.{store}-{purpose}"), SERVICE_TOPIC)
        .attribute(topic::NAME, &topic.name)
        .attribute(topic::PARTITIONS, topic.partitions)
        .attribute(topic::REPLICATION_FACTOR, topic.replication_factor)
        .attribute(topic::CONFIGS, &topic.configs)
        .dependency(cluster::KIND)
        .occupying(format!("{}/{name}", context.cluster_address()));
    match topic.subjects.is_empty() {
        true => resource,
        false => resource.attribute(SUBJECTS, &topic.subjects),
    }
}
