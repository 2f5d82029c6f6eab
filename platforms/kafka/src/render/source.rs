//! Sources: one Debezium connector for each database, with topics of its own for heartbeats, signals, notifications and messages.
//!
//! Datastores that share a database share its source, so its log is read once. A source writes four topics that hold no data of anybody:
//!
//! | topic | content |
//! |---|---|
//! | heartbeats | what makes an idle source remember how far it has read |
//! | signals | what it is asked for: snapshots of tables that were added |
//! | notifications | which of these have begun and ended |
//! | messages | what PostgreSQL says of itself at each heartbeat: how much of its log the slot keeps |
//! | history | the definitions of tables, for other engines, whose logs do not have them. It is kept for ever |

use super::{
    Context, cluster,
    connector::{Config, Connector, config, literal, secret_value},
    converter::converters,
    reception::POSITIONS,
    route::{Routed, routes},
    security::client_config,
    source_settings,
    subject::{self, SUBJECTS, Subjects},
    topic::{self, Topic},
};
use crate::{
    engine::{Engine, SourceTable},
    names::{secret, source_name, source_parts},
};
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

/// The purpose of the topic with the definitions of tables.
const HISTORY: &str = "history";

/// The attribute with the kind of snapshots of what is added, where none can be taken beside changes.
pub(crate) const SNAPSHOTS: &str = "snapshots";

/// The attribute with the topic of signals.
pub(crate) const SIGNALS: &str = "signals";

/// A table that a source reads.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Table {
    pub(super) engine: Engine,
    /// The name of the replication slot, where it is PostgreSQL's.
    pub(super) slot: String,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) database: String,
    /// The directory of the secret.
    pub(super) secret: String,
    pub(super) schema: String,
    pub(super) table: String,
    pub(super) columns: Vec<ColumnName>,
    /// Those of truth values, which two engines have as numbers.
    pub(super) booleans: Vec<ColumnName>,
    pub(super) key: Vec<ColumnName>,
    /// The address of the resource of the topic.
    needs: String,
    topic: String,
    /// The name of the dataset in names of transformations.
    slug: String,
}

impl Table {
    /// The name in lists of Debezium.
    pub(super) fn full_name(&self) -> String {
        format!("{}.{}", self.schema, self.table)
    }

    /// The name in signals, and that of its events behind the name of the server: SQL Server has its database before it.
    fn event_name(&self) -> String {
        match self.engine {
            Engine::SqlServer => format!("{}.{}", self.database, self.full_name()),
            _ => self.full_name(),
        }
    }
}

/// Returns the parts of a capture: one for each of its tables. They are there while it is fed: what is held is read no more.
pub(super) fn parts(context: Context<'_>, node: &NodeView, ingest: &IngestFacts) -> Vec<SharedPart> {
    let Some(capture) = node.facts().capture() else { return Vec::new() };
    let kind = capture.container.kind();
    let (Some(server), Some(engine)) = (kind.server(), Engine::of(kind)) else { return Vec::new() };
    let container = node.facts().storage.container(&capture.container_key);
    let parts = source_parts(capture, &container);
    let name = source_name(&parts);
    let part = |dataset: &DatasetFacts| {
        let SourceTable { schema, table } =
            engine.table(server.database, capture.capture.source_name(&dataset.key.dataset));
        let definition = dataset.schema.table();
        let key = dataset.storage_key();
        let part = Table {
            engine,
            slot: context.names.slot(&parts),
            host: server.host.to_owned(),
            port: server.port,
            database: server.database.to_owned(),
            secret: secret(capture.credential.as_ref(), &container),
            schema,
            table,
            columns: definition.columns().iter().map(|column| column.name().clone()).collect(),
            booleans: booleans(definition.columns()),
            key: definition.key().to_vec(),
            needs: format!("{}.{}", topic::KIND, node.dataset_slug(&dataset.key)),
            topic: context.names.topic(key),
            slug: dataset_slug(key),
        };
        SharedPart::new(SharedKey::after(KIND, &*name), part).only_while_fed()
    };
    ingest.datasets.iter().map(part).collect()
}

fn booleans(columns: &[Column]) -> Vec<ColumnName> {
    let booleans = columns.iter().filter(|column| *column.data_type() == DataType::Boolean);
    booleans.map(|column| column.name().clone()).collect()
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
    let address = format!("{}:{}/{}", first.host, first.port, first.database);
    let [signals, notifications] = ["signals", "notifications"].map(|purpose| format!("{server}.{purpose}"));
    let messages = context.names.messages(&key.name);
    let heartbeats = format!("__debezium-heartbeat.{server}");
    let written = |name: &str| subject::of_service(context, name);
    let mut own_topics = vec![
        // It is written by the runtime, and read as JSON by Debezium itself.
        ("signals", &signals, Subjects::new()),
        ("heartbeats", &heartbeats, written(&heartbeats)),
        ("notifications", &notifications, written(&notifications)),
    ];
    let history = context.names.history(&key.name);
    match first.engine {
        Engine::Postgres => own_topics.push(("messages", &messages, written(&messages))),
        // It is written and read as JSON by Debezium itself.
        _ => own_topics.push((HISTORY, &history, Subjects::new())),
    }
    let mut resource = Resource::new(format!("{KIND}.{}", key.name), KIND)
        .attribute(ADDRESS, &address)
        .attribute(
            TABLES,
            tables.iter().map(|table| (table.event_name(), &table.columns)).collect::<BTreeMap<_, _>>(),
        )
        .attribute(SERVER, &server)
        .attribute(SIGNALS, &signals)
        .dependency(cluster::KIND)
        .with_dependencies(tables.iter().map(|table| table.needs.clone()));
    if first.engine == Engine::Postgres {
        let slot = &first.slot;
        let place = format!("postgres://{}:{}/slots/{slot}", first.host, first.port);
        resource = resource.attribute(SLOT, slot).occupying(place);
    }
    if let Engine::SqlServer | Engine::Oracle = first.engine {
        // One beside changes would write to the database, to find its place in the log.
        resource = resource.attribute(SNAPSHOTS, "BLOCKING");
    }
    for (purpose, name, subjects) in own_topics {
        let topic = service_topic(context, &key.name, purpose, name, subjects);
        resource = resource.dependency(topic.address().as_str());
        rendering.add_json(topic)?;
    }
    let mut config = config([
        ("tasks.max", "1".to_owned()),
        ("topic.prefix", server.clone()),
        ("database.user", secret_value(context, &first.secret, "user")),
        ("database.password", secret_value(context, &first.secret, "password")),
        ("snapshot.mode", "initial".to_owned()),
        ("heartbeat.interval.ms", (u64::from(context.settings.heartbeat_seconds) * 1000).to_string()),
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
        ("notification.enabled.channels", "sink".to_owned()),
        ("notification.sink.topic.name", notifications),
        // Exact values: numbers with their digits, times with microseconds, bytes as they are.
        ("decimal.handling.mode", "precise".to_owned()),
        ("binary.handling.mode", "bytes".to_owned()),
        ("tombstones.on.delete", "true".to_owned()),
    ]);
    if context.settings.schema_registry.is_some() {
        // Avro takes names of letters, digits and `_`, as those of columns are.
        config.insert("schema.name.adjustment.mode".to_owned(), "avro".to_owned());
    }
    config.extend(source_settings::of_engine(context, &key.name, first));
    config.extend(converters(context));
    config.extend(client_config(context, "signal.consumer."));
    config.extend(table_lists(&tables));
    config.extend(source_settings::of_tables(first.engine, &tables));
    config.extend(routed(&server, &tables));
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
    ])
}

/// The transformations that bring each table into its topic.
fn routed(server: &str, tables: &[Table]) -> Config {
    let routed = tables.iter().map(|table| {
        let event = format!("{server}.{}", table.event_name());
        let qualifier = event.strip_suffix(&table.table).unwrap_or_default().to_owned();
        Routed { qualifier, table: &table.table, topic: &table.topic }
    });
    routes(&routed.collect::<Vec<_>>())
}

/// A topic of a connector or a reception itself. It is no data of anybody: a day of it is enough, by the clock of its broker. A signal whose sender
/// has another day would be deleted before it is read.
pub(super) fn service_topic(
    context: Context<'_>,
    store: &str,
    purpose: &str,
    name: &str,
    subjects: Subjects,
) -> Resource {
    let (cleanup, retention) = match purpose {
        // Without the definitions of tables from the beginning, a source understands its log no more.
        HISTORY => ("delete", "-1"),
        // The last position of each dataset stays.
        POSITIONS => ("compact", "-1"),
        _ => ("delete", "86400000"),
    };
    let configs = [
        ("cleanup.policy", cleanup),
        ("message.timestamp.type", "LogAppendTime"),
        ("retention.ms", retention),
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
