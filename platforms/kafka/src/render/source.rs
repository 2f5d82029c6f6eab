//! Sources: one Debezium connector for each datastore, with its own topics for heartbeats and signals.

use super::{
    Context, cluster,
    connector::{Config, Connector, config, converters, literal, secret_value},
    security::client_config,
    topic::{self, Topic},
};
use crate::names::{datastore_slug, secret, source_table};
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

/// The prefix of the messages of heartbeats in the log. No topic gets them.
const MESSAGE_PREFIX: &str = "datasurface";

/// What Debezium does in the log of an idle database at each heartbeat, so that the server may forget what is before. It writes to no table. It
/// is a transaction, since Debezium finds its position after a restart at the end of one, and a snapshot beside changes waits for one.
const HEARTBEAT: &str = "SELECT pg_logical_emit_message(true, 'datasurface', 'heartbeat')";

/// A table that a source reads.
#[derive(Debug, Serialize, Deserialize)]
struct Table {
    /// The storage name of the datastore.
    datastore: DatastoreName,
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
    let part = |dataset: &DatasetFacts| {
        let (schema, table) = source_table(capture, &dataset.key.dataset);
        let definition = dataset.schema.table();
        let key = dataset.storage_key();
        let part = Table {
            datastore: key.datastore.clone(),
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
        SharedPart::new(SharedKey::after(KIND, datastore_slug(&key.datastore)), part).only_while_fed()
    };
    ingest.datasets.iter().map(part).collect()
}

/// Adds the source of a datastore, and its topics.
pub(super) fn add(
    context: Context<'_>,
    rendering: &mut Rendering,
    key: &SharedKey,
    scope: &ScopeView,
) -> Result<(), PlatformError> {
    let mut tables: Vec<Table> = scope.parts_as()?;
    tables.sort_by(|one, other| one.slug.cmp(&other.slug));
    // All are of one datastore, and so of one database.
    let Some(first) = tables.first() else { return Ok(()) };
    let server = context.names.server(&key.name);
    let slot = context.names.slot(&first.datastore);
    let address = format!("{}:{}/{}", first.host, first.port, first.database);
    let signals = format!("{server}.signals");
    let heartbeats = format!("__debezium-heartbeat.{server}");
    let own_topics = [("signals", &signals), ("heartbeats", &heartbeats)];
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
    for (purpose, name) in own_topics {
        let topic = service_topic(context, &key.name, purpose, name);
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
        ("publication.name", slot),
        // The connector makes the publication of its tables, and adds to it those that are added here.
        ("publication.autocreate.mode", "filtered".to_owned()),
        ("snapshot.mode", "initial".to_owned()),
        ("heartbeat.interval.ms", (u64::from(context.settings.heartbeat_seconds) * 1000).to_string()),
        ("heartbeat.action.query", HEARTBEAT.to_owned()),
        ("message.prefix.exclude.list", MESSAGE_PREFIX.to_owned()),
        // Signals arrive by a topic, and nothing is written to the database for them.
        ("signal.enabled.channels", "kafka".to_owned()),
        ("signal.kafka.topic", signals),
        ("signal.kafka.bootstrap.servers", context.settings.brokers().join(",")),
        ("signal.kafka.groupId", format!("{server}.signals")),
        // A source that was killed leaves its group after this time, and its successor reads no signal before.
        ("signal.consumer.session.timeout.ms", "10000".to_owned()),
        ("read.only", "true".to_owned()),
        // Exact values: numbers with their digits, times with microseconds, bytes as they are.
        ("decimal.handling.mode", "precise".to_owned()),
        ("time.precision.mode", "adaptive".to_owned()),
        ("binary.handling.mode", "bytes".to_owned()),
        ("tombstones.on.delete", "true".to_owned()),
    ]);
    config.extend(converters());
    config.extend(client_config(context, "signal.consumer."));
    config.extend(table_lists(&tables));
    config.extend(routes(context, &key.name, &tables));
    Connector { name: context.names.connector(KIND, &key.name), config }.add(rendering, resource)
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

/// A topic of a connector itself. It is no data of anybody: a day of it is enough.
fn service_topic(context: Context<'_>, store: &str, purpose: &str, name: &str) -> Resource {
    let configs = [("cleanup.policy", "delete"), ("retention.ms", "86400000")];
    let topic = Topic {
        name: name.to_owned(),
        partitions: 1,
        replication_factor: context.settings.replication_factor,
        configs: configs.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
    };
    Resource::new(format!("{SERVICE_TOPIC}.{store}-{purpose}"), SERVICE_TOPIC)
        .attribute(topic::NAME, &topic.name)
        .attribute(topic::PARTITIONS, topic.partitions)
        .attribute(topic::REPLICATION_FACTOR, topic.replication_factor)
        .attribute(topic::CONFIGS, &topic.configs)
        .dependency(cluster::KIND)
        .occupying(format!("{}/{name}", context.cluster_address()))
}
