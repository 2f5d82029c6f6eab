//! The engines themselves: PostgreSQL, Debezium, Kafka, and by JDBC into another PostgreSQL.

use crate::{
    engine::{client, engines, eventually},
    postgres::{PASSWORD, Server},
};
use datasurface_kafka_client::{
    ConnectClient, ConnectorConfig, ConnectorState, KafkaClient, Limits, NewTopic, Put, Record, Tls,
    testing::{ConnectWorker, Kafka, KafkaOptions},
};
use postgres::Client;
use std::collections::BTreeMap;

const TOPIC: &str = "shop.public.orders";
const QUERY: &str =
    "SELECT concat_ws('|', id, customer, amount, coalesce(note, 'NULL')) FROM orders ORDER BY id";

fn source(server: &Server) -> ConnectorConfig {
    ConnectorConfig::from_iter([
        ("connector.class", "io.debezium.connector.postgresql.PostgresConnector"),
        ("tasks.max", "1"),
        ("database.hostname", "127.0.0.1"),
        ("database.port", &server.port.to_string()),
        ("database.user", "postgres"),
        ("database.password", PASSWORD),
        ("database.dbname", "shop"),
        ("plugin.name", "pgoutput"),
        ("slot.name", "shop"),
        ("publication.name", "shop"),
        ("publication.autocreate.mode", "filtered"),
        ("table.include.list", "public.orders"),
        ("topic.prefix", "shop"),
        ("snapshot.mode", "initial"),
    ])
}

fn sink(server: &Server) -> ConnectorConfig {
    ConnectorConfig::from_iter([
        ("connector.class", "io.debezium.connector.jdbc.JdbcSinkConnector"),
        ("tasks.max", "1"),
        ("topics", TOPIC),
        ("connection.url", &format!("jdbc:postgresql://127.0.0.1:{}/copy", server.port)),
        ("connection.username", "postgres"),
        ("connection.password", PASSWORD),
        ("collection.name.format", "orders"),
        ("insert.mode", "upsert"),
        ("delete.enabled", "true"),
        ("primary.key.mode", "record_key"),
        ("schema.evolution", "basic"),
    ])
}

fn rows(database: &mut Client) -> Vec<String> {
    // Before the first record, the sink has made no table.
    let rows = database.query(QUERY, &[]).unwrap_or_default();
    rows.into_iter().map(|row| row.get(0)).collect()
}

fn read(client: &mut KafkaClient) -> Vec<Record> {
    let end = client.end_offsets(TOPIC).unwrap()[&0];
    client.records(TOPIC, 0, 0..end).collect::<Result<_, _>>().unwrap()
}

fn wait_until_running(connect: &ConnectClient, name: &str) {
    eventually(|| {
        let Some(status) = connect.status(name).unwrap() else { return false };
        assert_eq!(status.failure(), None);
        status.is_running()
    });
}

#[test]
fn rows_go_from_one_postgresql_through_a_topic_into_another_one() {
    let Some(engines) = engines() else { return };
    let (Some(from), Some(to)) = (Server::start(), Server::start()) else { return };
    let mut shop = from.owner("shop");
    let mut copy = to.owner("copy");
    let create = "CREATE TABLE orders (id int PRIMARY KEY, customer text NOT NULL, amount numeric(12, 2) NOT NULL, note text);
        INSERT INTO orders SELECT n, 'Кунде ' || n, n * 1.25, CASE WHEN n % 3 > 0 THEN 'say \"' || n || '\"' END
            FROM generate_series(1, 500) n";
    shop.batch_execute(create).unwrap();

    let kafka = Kafka::start(&engines, &KafkaOptions::new()).unwrap();
    let mut worker = ConnectWorker::start(&engines, &kafka.bootstrap_servers(), &BTreeMap::new()).unwrap();
    let mut client = client(&kafka);
    let topic = NewTopic::new(TOPIC).with_partitions(1).config("cleanup.policy", "compact");
    client.create_topic(&topic).unwrap();
    let connect = ConnectClient::new(&worker.url(), &Tls::new(), None, Limits::default()).unwrap();

    // The snapshot.
    assert_eq!(connect.put("shop-source", &source(&from)).unwrap(), Put::Created);
    wait_until_running(&connect, "shop-source");
    eventually(|| client.end_offsets(TOPIC).unwrap()[&0] >= 500);
    let records = read(&mut client);
    assert_eq!(records.len(), 500);
    let value: serde_json::Value = serde_json::from_slice(records[6].value.as_ref().unwrap()).unwrap();
    assert_eq!(value["payload"]["after"]["customer"], "Кунде 7");
    assert_eq!(value["payload"]["op"], "r");

    assert_eq!(connect.put("shop-sink", &sink(&to)).unwrap(), Put::Created);
    wait_until_running(&connect, "shop-sink");
    eventually(|| rows(&mut copy) == rows(&mut shop));

    // Changes, while everything runs.
    let change = "UPDATE orders SET amount = amount + 1, note = NULL WHERE id % 5 = 0;
        DELETE FROM orders WHERE id % 7 = 0;
        INSERT INTO orders SELECT n, 'new', 0, NULL FROM generate_series(501, 600) n";
    shop.batch_execute(change).unwrap();
    eventually(|| rows(&mut copy) == rows(&mut shop));
    eventually(|| client.lag("connect-shop-sink").unwrap()[TOPIC][&0] == 0);
    assert!(client.groups().unwrap().contains("connect-shop-sink"));

    // A worker that is killed in the middle.
    shop.batch_execute("UPDATE orders SET amount = amount + 2").unwrap();
    worker.kill();
    shop.batch_execute("UPDATE orders SET customer = 'Ω ' || id; DELETE FROM orders WHERE id < 50").unwrap();
    worker.restart().unwrap();
    eventually(|| rows(&mut copy) == rows(&mut shop));
    assert_eq!(rows(&mut copy).len(), shop.query("SELECT FROM orders", &[]).unwrap().len());
    life_of_a_connector(&connect, &source(&from));
}

/// Everything that can be asked of a connector that runs.
fn life_of_a_connector(connect: &ConnectClient, config: &ConnectorConfig) {
    assert_eq!(connect.connectors().unwrap(), ["shop-sink", "shop-source"]);
    let plugins = connect.plugins().unwrap();
    assert!(
        plugins.iter().any(|plugin| plugin.class.ends_with("JdbcSinkConnector") && plugin.kind == "sink")
    );
    assert_eq!(connect.put("shop-source", config).unwrap(), Put::Unchanged);
    let faster = config.clone().with("poll.interval.ms", "100");
    assert_eq!(connect.put("shop-source", &faster).unwrap(), Put::Changed);
    assert_eq!(connect.config("shop-source").unwrap().unwrap(), faster.with("name", "shop-source"));

    let state = |wanted: ConnectorState| {
        eventually(|| connect.status("shop-source").unwrap().unwrap().state == wanted)
    };
    connect.pause("shop-source").unwrap();
    state(ConnectorState::Paused);
    connect.resume("shop-source").unwrap();
    state(ConnectorState::Running);
    connect.restart_failed("shop-source").unwrap();
    assert!(!connect.offsets("shop-source").unwrap().is_empty());
    assert_eq!(connect.delete_offsets("shop-source").unwrap_err().status(), Some(400), "it runs");
    connect.stop("shop-source").unwrap();
    state(ConnectorState::Stopped);
    // A task that ends may write its last offsets when the connector is said to be stopped already.
    eventually(|| {
        connect.delete_offsets("shop-source").unwrap();
        connect.offsets("shop-source").unwrap().is_empty()
    });
    assert!(connect.delete("shop-source").unwrap());
    assert!(!connect.delete("shop-source").unwrap());
    // Workers hear of it one after the other, and forget its state last.
    eventually(|| connect.status("shop-source").unwrap().is_none());
    assert_eq!(connect.config("shop-source").unwrap(), None);
    let missing = connect.pause("shop-source").unwrap_err();
    assert_eq!(
        (missing.status(), missing.help().as_str()),
        (Some(404), "create the connector, or check its name")
    );

    let wrong = config.clone().with("database.port", "no port").with("snapshot.mode", "sometimes");
    let found: Vec<String> = connect.validate(&wrong).unwrap().into_iter().map(|one| one.name).collect();
    assert!(
        found.contains(&"database.port".to_owned()) && found.contains(&"snapshot.mode".to_owned()),
        "{found:?}"
    );
    let refused = connect.put("wrong", &wrong).unwrap_err();
    assert_eq!(refused.status(), Some(400));
    assert!(refused.to_string().contains("database.port"), "{refused}");
    let shown = format!("{refused} {refused:?} {wrong:?} {connect:?}");
    assert!(!shown.contains(PASSWORD), "{shown}");
}
