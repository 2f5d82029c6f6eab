//! Sources of engines that nothing here runs: what is rendered is taken by their own connectors, and what they do not give is said.

use crate::{
    shop::{Shop, customers, deployment, orders_with, plan},
    skipped,
};
use datasurface_kafka::KafkaPlatform;
use datasurface_kafka_client::{
    ConnectClient, ConnectorConfig, Limits, Tls,
    testing::{ConnectWorker, Engines, Kafka, KafkaOptions},
};
use datasurface_platform::prelude::*;
use datasurface_testkit::Deployment;
use std::{collections::BTreeMap, fs};

/// A shop of each engine, on a host of this machine where no database is.
fn shops() -> [(&'static str, Shop); 3] {
    let host = Text::from("localhost");
    let columns = "ID BigInt key, CUSTOMER Integer not null, PAID Boolean, AMOUNT Decimal(12,2), PLACED Timestamp(UTC), NOTE VarChar(200)";
    let shop = |engine, table| Shop {
        engine: Some(engine),
        orders_table: table,
        datasets: vec![orders_with(columns)],
        wanted: vec!["Store/orders"],
        ..Shop::new()
    };
    let database = Text::from("shop");
    let mysql = ContainerKind::MySql { host: host.clone(), port: 1, database: database.clone() };
    let sql_server = ContainerKind::SqlServer { host: host.clone(), port: 1, database };
    let oracle = ContainerKind::Oracle { host, port: 1, database: "ORCLCDB/ORCLPDB1".into() };
    [
        ("mysql", shop(mysql, None)),
        ("sql_server", shop(sql_server, Some("sales.orders"))),
        ("oracle", shop(oracle, Some("sales.orders"))),
    ]
}

fn shop_of(engine: &str) -> Shop {
    shops().into_iter().find_map(|(name, shop)| (name == engine).then_some(shop)).unwrap()
}

/// The configuration of the only source.
fn source(deployment: &Deployment) -> BTreeMap<String, String> {
    let scopes = deployment.scopes(&"Stream".into()).unwrap();
    let scopes = scopes.iter();
    let mut sources = scopes.flat_map(|scope| scope.resources.values()).filter(|one| one.kind() == "source");
    let source = sources.next().unwrap();
    assert!(sources.next().is_none());
    serde_json::from_value(source.attributes()["config"].clone()).unwrap()
}

fn rendered(shop: &Shop) -> BTreeMap<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let deployment = deployment(folder.path());
    deployment.render(&shop.ecosystem()).unwrap();
    source(&deployment)
}

/// Settings that Debezium 3.5 reads, by its own code, and has in no definition of a connector.
const UNDECLARED: [&str; 7] = [
    "binary.handling.mode",
    "read.only",
    "schema.history.internal.kafka.bootstrap.servers",
    "schema.history.internal.kafka.topic",
    "signal.kafka.bootstrap.servers",
    "signal.kafka.groupId",
    "signal.kafka.topic",
];

/// Whether a setting has no definition, since it goes to something else by its beginning.
fn goes_further(name: &str) -> bool {
    const BEGINNINGS: [&str; 6] = [
        // To clients of Kafka.
        "signal.consumer.",
        "schema.history.internal.producer.",
        "schema.history.internal.consumer.",
        // To the driver of a database.
        "driver.",
        // To a converter of values that `converters` names.
        "truth.",
        // To converters of Connect.
        "header.converter.",
    ];
    let of_connect = ["key.converter.", "value.converter."];
    BEGINNINGS.iter().chain(&of_connect).any(|beginning| name.starts_with(beginning))
}

#[test]
fn what_is_rendered_is_taken_by_the_connectors_themselves() {
    let Some(engines) = Engines::find().inspect_err(|why| skipped(why)).ok() else { return };
    let kafka = Kafka::start(&engines, &KafkaOptions::new()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("Europe-Sales-reader");
    fs::create_dir_all(&secret).unwrap();
    let login = folder.path().join("Europe-Sales-kafka");
    fs::create_dir_all(&login).unwrap();
    for file in ["user", "password"] {
        fs::write(secret.join(file), file).unwrap();
        fs::write(login.join(file), file).unwrap();
    }
    let provider = "org.apache.kafka.common.config.provider.DirectoryConfigProvider";
    let properties = [("config.providers", "directory"), ("config.providers.directory.class", provider)];
    let properties = properties.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let worker = ConnectWorker::start(&engines, &kafka.bootstrap_servers(), &properties).unwrap();
    let connect = ConnectClient::new(&worker.url(), &Tls::new(), None, Limits::default()).unwrap();
    for (engine, shop) in shops() {
        for (ssl, is_avro) in
            [("disable", false), ("require", false), ("verify-full", false), ("require", true)]
        {
            let mut shop = shop.clone();
            if is_avro {
                // Connect loads the converters, and reads the login from the directories of secrets.
                with_avro_and_login(&mut shop);
            }
            shop.settings["secrets_directory"] = json!(folder.path());
            shop.settings["database_ssl_mode"] = json!(ssl);
            shop.settings["bootstrap_servers"] = json!([kafka.bootstrap_servers()]);
            let rendered = rendered(&shop);
            let config: ConnectorConfig = rendered.iter().collect();
            // Connect takes a name from the path, and demands one here.
            let config = config.with("name", "source").with("connection.validation.timeout.ms", "1000");
            let known = connect.known_settings(&config).unwrap();
            let unknown: Vec<&String> = rendered
                .keys()
                .filter(|name| {
                    !known.contains(*name) && !goes_further(name) && !UNDECLARED.contains(&name.as_str())
                })
                .collect();
            assert_eq!(unknown, [] as [&String; 0], "{engine} {ssl}");
            for finding in connect.validate(&config).unwrap() {
                let is_of_connecting = |error: &String| {
                    ["connect", "Connection", "Communications link failure", "timed out"]
                        .iter()
                        .any(|words| error.contains(words))
                };
                assert!(finding.errors.iter().all(is_of_connecting), "{engine} {ssl}: {finding:?}");
                assert_eq!(finding.name, "database.hostname", "{engine} {ssl}: {finding:?}");
            }
            if ssl == "disable" {
                // A setting that is wrong is found by the same call.
                let wrong = config.with("snapshot.mode", "sometimes");
                let found = connect.validate(&wrong).unwrap();
                assert!(found.iter().any(|one| one.name == "snapshot.mode"), "{engine}: {found:?}");
            }
        }
    }
}

#[test]
fn sources_of_other_engines_are_rendered_as_they_were() {
    let shown: BTreeMap<_, _> = shops().into_iter().map(|(engine, shop)| (engine, rendered(&shop))).collect();
    insta::assert_snapshot!(serde_json::to_string_pretty(&shown).unwrap());
}

/// A server of MySQL throws out one of two that join with one number.
#[test]
fn each_source_joins_mysql_with_a_number_of_its_own_that_stays() {
    let shop = shop_of("mysql");
    let number = |shop: &Shop| rendered(shop)["database.server.id"].parse::<u32>().unwrap();
    let more = orders_with("ID BigInt key, CUSTOMER Integer");
    assert_eq!(number(&shop), number(&Shop { datasets: vec![more], ..shop.clone() }));
    assert_ne!(number(&shop), number(&Shop { container: "Till2", ..shop.clone() }));
    assert!(number(&shop) >= 1 << 16);
}

#[test]
fn an_engine_that_no_test_has_run_is_named() {
    let said = |shop: &Shop| -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let revision = deployment(folder.path()).render(&shop.ecosystem()).unwrap();
        let found = revision.findings.iter().filter(|one| one.code() == "kafka/unproved");
        found.map(|one| one.message().to_owned()).collect()
    };
    assert_eq!(said(&Shop::new()), [] as [String; 0]);
    for ((_, shop), name) in shops().iter().zip(["MySQL", "SQL Server", "Oracle"]) {
        let expected = format!("`Europe/Sales/Till` is of {name}, from which no test has captured");
        assert_eq!(said(shop), [expected]);
    }
}

#[test]
fn what_an_engine_would_not_give_as_it_is_is_refused() {
    let refusal = |engine: &str, columns: &str, table: Option<&'static str>| {
        let shop = Shop { datasets: vec![orders_with(columns)], orders_table: table, ..shop_of(engine) };
        let folder = tempfile::tempdir().unwrap();
        deployment(folder.path()).render(&shop.ecosystem()).map(drop).map_err(|refused| refused.to_string())
    };
    let table = Some("sales.orders");
    for (engine, columns, table, code) in [
        ("oracle", "ID BigInt key, DAY Date", table, "kafka/source-type"),
        ("oracle", "ID BigInt key, NOTE VarChar", table, "kafka/source-type"),
        ("oracle", "ID BigInt key, PICTURE Binary", table, "kafka/source-type"),
        ("oracle", "ID BigInt key, MORE Variant", table, "kafka/source-type"),
        ("sql_server", "id BigInt key, more Variant", table, "kafka/source-type"),
        ("oracle", "id BigInt key", table, "kafka/column-name"),
        // Nobody knows the schema.
        ("oracle", "ID BigInt key", None, "kafka/table-name"),
        ("sql_server", "id BigInt key", Some("shop.sales.orders"), "kafka/table-name"),
    ] {
        let refused = refusal(engine, columns, table).unwrap_err();
        assert!(refused.contains(code), "{engine} {columns}: {refused}");
    }
    let all = "id BigInt key, day Date, note VarChar, picture Binary, more Variant";
    assert_eq!(refusal("mysql", all, None), Ok(()));
    assert_eq!(refusal("mysql", all, Some("shop.orders")), Ok(()));
}

/// A snapshot beside changes needs a place in the log, for which two engines would be written to.
#[test]
fn a_table_that_is_added_is_read_as_its_engine_can() {
    for (engine, kind, name) in
        [("mysql", "INCREMENTAL", "shop.customers"), ("sql_server", "BLOCKING", "shop.dbo.customers")]
    {
        let folder = tempfile::tempdir().unwrap();
        let deployment = deployment(folder.path());
        let before = shop_of(engine);
        deployment.render(&before.ecosystem()).unwrap();
        let mut after = before;
        after.datasets.push(customers());
        after.wanted.push("Store/customers");
        let revision = deployment.render(&after.ecosystem()).unwrap();
        let signal = plan(&revision)
            .transition_files()
            .iter()
            .find(|one| one.path().as_str().ends_with("snapshot.json"));
        let signal = String::from_utf8(signal.unwrap().content().to_vec()).unwrap();
        assert!(signal.contains(kind) && signal.contains(&format!("\"{name}\"")), "{signal}");
    }
}

/// Adds a registry of schemas, and brokers that ask for a login.
fn with_avro_and_login(shop: &mut Shop) {
    shop.settings["schema_registry"] = json!({"url": "http://localhost:1"});
    shop.settings["security"] = json!({"protocol": "sasl_plaintext", "credential": "Europe/Sales/kafka"});
}

/// Debezium opens the topic by clients of its own, and knows JSON alone there.
#[test]
fn definitions_of_tables_are_kept_for_ever_in_a_topic_that_a_source_logs_in_to() {
    for (engine, mut shop) in shops() {
        with_avro_and_login(&mut shop);
        let folder = tempfile::tempdir().unwrap();
        let deployment = deployment(folder.path());
        deployment.render(&shop.ecosystem()).unwrap();
        let config = source(&deployment);
        let scopes = deployment.scopes(&"Stream".into()).unwrap();
        let topics: Vec<_> = scopes
            .iter()
            .flat_map(|scope| scope.resources.values())
            .filter(|one| {
                one.attributes().get("name") == Some(&json!(config["schema.history.internal.kafka.topic"]))
            })
            .collect();
        let [history] = topics[..] else { panic!("{engine}: {topics:?}") };
        assert_eq!(history.attributes()["configs"]["retention.ms"], json!("-1"), "{engine}");
        assert_eq!(history.attributes()["configs"]["cleanup.policy"], json!("delete"), "{engine}");
        assert_eq!(history.attributes()["partitions"], json!(1), "{engine}");
        assert!(!history.attributes().contains_key("subjects"), "{engine}");
        for client in ["producer", "consumer"] {
            let setting = |name: &str| config[&format!("schema.history.internal.{client}.{name}")].as_str();
            assert_eq!(setting("security.protocol"), "SASL_PLAINTEXT");
            assert_eq!(setting("sasl.mechanism"), "SCRAM-SHA-512");
            let password = "/Europe-Sales-kafka:password}\"";
            assert!(setting("sasl.jaas.config").contains(password), "{engine}: {config:?}");
        }
        assert!(config["value.converter"].ends_with(".AvroConverter"), "{engine}");
        assert_eq!(config["schema.name.adjustment.mode"], "avro", "{engine}");
    }
}

/// Nothing says up to when such a topic is complete, so a batch of it would never be.
#[test]
fn a_local_platform_refuses_what_comes_from_a_log_without_messages() {
    let refusal = |shop: &Shop| {
        let folder = tempfile::tempdir().unwrap();
        let vault = PlatformDeclaration::new("Archive", "local")
            .setting("database", "vault.db")
            .setting("place", "Azure/USA");
        let ever = DatasetGroup::new("Ever")
            .sink("Store/orders")
            .with_milestoning(Milestoning::LiveAndForensic)
            .with_retention(Retention::years(5));
        let team = Team::new()
            .container(DataContainer::sqlite("Vault", "vault.db").located("Azure/USA"))
            .workspace(Workspace::new("Historians").with_container("Elsewhere/Archive/Vault").group(ever));
        let zone = GovernanceZone::new().team("Archive", "github:shop/archive@main", team);
        let ecosystem =
            shop.ecosystem().platform(vault).zone("Elsewhere", "github:shop/elsewhere@main", zone);
        let registry =
            Registry::new().with_plugin::<KafkaPlatform>().with_plugin::<datasurface_local::LocalPlatform>();
        let deployment = Deployment::new(registry, folder.path(), "2026-11-25".parse().unwrap());
        deployment.render(&ecosystem).map(drop).map_err(|refused| refused.to_string())
    };
    let keyed = orders_with("id BigInt key, customer Integer not null");
    let postgres = Shop { datasets: vec![keyed], wanted: vec!["Store/orders"], ..Shop::new() };
    assert_eq!(refusal(&postgres), Ok(()));
    for (engine, shop) in shops() {
        let refused = refusal(&shop).unwrap_err();
        assert!(refused.contains("local/unreadable-offer"), "{engine}: {refused}");
        assert!(refused.contains("nothing says up to when it is complete"), "{engine}: {refused}");
    }
}
