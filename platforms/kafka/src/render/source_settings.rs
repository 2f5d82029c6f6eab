//! Settings of sources by engine: how each connector finds its database, reads its log, and what fits the types of topics.
//!
//! Only PostgreSQL's connector writes a message into the log at each heartbeat, and has a slot and a publication. The others remember the definitions
//! of tables in a topic, since their logs do not have them.

use super::{
    Context,
    connector::{Config, config, literal},
    security::client_config,
    source::Table,
};
use crate::{engine::Engine, settings::SslMode};
use std::collections::BTreeSet;

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

/// Returns the settings of the source of a database, of which this is a table.
pub(super) fn of_engine(context: Context<'_>, source: &str, first: &Table) -> Config {
    let mode = context.settings.database_ssl_mode;
    match first.engine {
        Engine::Postgres => postgres(mode, first),
        Engine::MySql => {
            let mut config = mysql(mode, first);
            config.insert("database.server.id".to_owned(), context.names.server_id(source).to_string());
            config.extend(history(context, source));
            config
        }
        Engine::SqlServer => {
            let mut config = sql_server(mode, first);
            config.extend(history(context, source));
            config
        }
        Engine::Oracle => {
            let mut config = oracle(mode, first);
            config.extend(history(context, source));
            config
        }
    }
}

/// Returns the settings that name tables or columns, and that one engine has.
pub(super) fn of_tables(engine: Engine, tables: &[Table]) -> Config {
    match engine {
        Engine::Postgres => {
            let names: BTreeSet<String> = tables.iter().map(Table::full_name).collect();
            let identities = names.iter().map(|name| format!("{}:FULL", literal(name)));
            // With the whole row before a change in the log, a change is complete: also where a long value stays as it was, which the log
            // leaves out otherwise.
            config([("replica.identity.autoset.values", identities.collect::<Vec<_>>().join(","))])
        }
        Engine::MySql => {
            booleans("io.debezium.connector.binlog.converters.TinyIntOneToBooleanConverter", tables)
        }
        Engine::Oracle => {
            booleans("io.debezium.connector.oracle.converters.NumberOneToBooleanConverter", tables)
        }
        Engine::SqlServer => Config::new(),
    }
}

fn postgres(mode: SslMode, first: &Table) -> Config {
    let mut config = config([
        ("connector.class", "io.debezium.connector.postgresql.PostgresConnector".to_owned()),
        ("database.hostname", first.host.clone()),
        ("database.port", first.port.to_string()),
        ("database.dbname", first.database.clone()),
        ("database.sslmode", mode.name().to_owned()),
        ("plugin.name", "pgoutput".to_owned()),
        ("slot.name", first.slot.clone()),
        ("publication.name", first.slot.clone()),
        // The connector makes the publication of its tables, and adds to it those that are added here.
        ("publication.autocreate.mode", "filtered".to_owned()),
        ("heartbeat.action.query", heartbeat(&first.slot)),
        ("message.prefix.include.list", MESSAGE_PREFIX.to_owned()),
        ("read.only", "true".to_owned()),
        ("time.precision.mode", "adaptive".to_owned()),
    ]);
    config.extend(mode.postgres_factory().map(|class| ("database.sslfactory".to_owned(), class.to_owned())));
    config
}

fn mysql(mode: SslMode, first: &Table) -> Config {
    let mode = match mode {
        SslMode::Disable => "disabled",
        SslMode::Require => "required",
        SslMode::VerifyFull => "verify_identity",
    };
    config([
        ("connector.class", "io.debezium.connector.mysql.MySqlConnector".to_owned()),
        ("database.hostname", first.host.clone()),
        ("database.port", first.port.to_string()),
        ("database.include.list", literal(&first.database)),
        ("database.ssl.mode", mode.to_owned()),
        // Snapshots beside changes are told from these by the identifiers of transactions, and nothing is written to the database.
        ("read.only", "true".to_owned()),
        ("schema.history.internal.store.only.captured.databases.ddl", "true".to_owned()),
        // Numbers without a sign and of 64 bits are beyond those of Connect.
        ("bigint.unsigned.handling.mode", "precise".to_owned()),
        // The only one that has microseconds, which the connector takes.
        ("time.precision.mode", "adaptive_time_microseconds".to_owned()),
    ])
}

fn sql_server(mode: SslMode, first: &Table) -> Config {
    let (encrypt, trust) = match mode {
        SslMode::Disable => ("false", "false"),
        SslMode::Require => ("true", "true"),
        SslMode::VerifyFull => ("true", "false"),
    };
    config([
        ("connector.class", "io.debezium.connector.sqlserver.SqlServerConnector".to_owned()),
        ("database.hostname", first.host.clone()),
        ("database.port", first.port.to_string()),
        ("database.names", first.database.clone()),
        // Both are for the driver.
        ("driver.encrypt", encrypt.to_owned()),
        ("driver.trustServerCertificate", trust.to_owned()),
        // The usual mode locks rows that were read until the first snapshot is over.
        ("snapshot.isolation.mode", "snapshot".to_owned()),
        // Times of 100 nanoseconds would have other numbers, which do not reach beyond the year 2262.
        ("time.precision.mode", "microseconds".to_owned()),
    ])
}

fn oracle(mode: SslMode, first: &Table) -> Config {
    let (database, pluggable) = first.engine.databases(&first.database);
    let mut config = config([
        ("connector.class", "io.debezium.connector.oracle.OracleConnector".to_owned()),
        ("database.dbname", database.to_owned()),
        ("database.connection.adapter", "logminer".to_owned()),
        ("time.precision.mode", "microseconds".to_owned()),
    ]);
    if let Some(pluggable) = pluggable {
        config.insert("database.pdb.name".to_owned(), pluggable.to_owned());
    }
    match mode {
        SslMode::Disable => {
            config.insert("database.hostname".to_owned(), first.host.clone());
            config.insert("database.port".to_owned(), first.port.to_string());
        }
        SslMode::Require | SslMode::VerifyFull => {
            let is_verified = if mode == SslMode::VerifyFull { "yes" } else { "no" };
            let url = format!(
                "jdbc:oracle:thin:@(DESCRIPTION=(ADDRESS=(PROTOCOL=tcps)(HOST={})(PORT={}))(CONNECT_DATA=(SERVICE_NAME={database}))\
                 (SECURITY=(SSL_SERVER_DN_MATCH={is_verified})))",
                first.host, first.port
            );
            config.insert("database.url".to_owned(), url);
        }
    }
    config
}

/// The topic with the definitions of tables, and how it is reached. Definitions of tables that nobody asked for yet are in it, too: one that is asked for
/// later is understood from there.
fn history(context: Context<'_>, source: &str) -> Config {
    let mut history = config([
        ("schema.history.internal.kafka.topic", context.names.history(source)),
        ("schema.history.internal.kafka.bootstrap.servers", context.settings.brokers().join(",")),
        ("schema.history.internal.store.only.captured.tables.ddl", "false".to_owned()),
        // What changed in definitions is data of nobody.
        ("include.schema.changes", "false".to_owned()),
    ]);
    for client in ["producer", "consumer"] {
        history.extend(client_config(context, &format!("schema.history.internal.{client}.")));
    }
    history
}

/// The converter of truth values that a database has as numbers; none without such columns.
fn booleans(class: &str, tables: &[Table]) -> Config {
    let of_table = |table: &Table| {
        let columns: Vec<String> = table.booleans.iter().map(|column| literal(column.as_str())).collect();
        format!("(.*\\.)?{}\\.({})", literal(&table.full_name()), columns.join("|"))
    };
    let selected: BTreeSet<String> =
        tables.iter().filter(|table| !table.booleans.is_empty()).map(of_table).collect();
    if selected.is_empty() {
        return Config::new();
    }
    config([
        ("converters", "truth".to_owned()),
        ("truth.type", class.to_owned()),
        ("truth.selector", selected.into_iter().collect::<Vec<_>>().join(",")),
    ])
}
