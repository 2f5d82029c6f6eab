//! What cannot be rendered is refused, with a code that says what to do.

use crate::shop::{Shop, customers, deployment, orders, orders_with};
use datasurface_kafka::KafkaPlatform;
use datasurface_platform::prelude::*;
use serde_json::Value;
use std::collections::BTreeSet;

/// What the host says of a shop that it refuses.
fn refusal(shop: &Shop) -> String {
    let folder = tempfile::tempdir().unwrap();
    deployment(folder.path()).render(&shop.ecosystem()).unwrap_err().to_string()
}

/// What the host says of the second of two revisions.
fn refusal_of_change(after: &Shop) -> String {
    refusal_from(&Shop { reports: true, ..Shop::new() }, after)
}

fn refusal_from(before: &Shop, after: &Shop) -> String {
    let folder = tempfile::tempdir().unwrap();
    let deployment = deployment(folder.path());
    deployment.render(&before.ecosystem()).unwrap();
    deployment.render(&after.ecosystem()).unwrap_err().to_string()
}

fn with_orders(columns: &str) -> Shop {
    Shop { datasets: vec![orders_with(columns), customers()], reports: true, ..Shop::new() }
}

#[track_caller]
fn assert_refused(refusal: &str, code: &str, words: &str) {
    assert!(refusal.contains(code) && refusal.contains(words), "{code}: {refusal}");
}

#[test]
fn settings_that_kafka_would_not_take() {
    for (name, value, words) in [
        ("bootstrap_servers", json!([]), "one broker at least"),
        ("bootstrap_servers", json!(["kafka"]), "host:port"),
        ("connect_url", json!("http://connect:8083/"), "slash at its end"),
        ("connect_url", json!("connect:8083"), "http://"),
        ("connect_credential", json!("connect"), "zone, team and credential"),
        ("connect_credential", json!("Europe/Sales/connect"), "`https://`, where there is a login"),
        ("topic_prefix", json!("a/b"), "letters, digits"),
        ("partitions", json!(0), "1 at least"),
        ("replication_factor", json!(0), "1 at least"),
        ("secrets_directory", json!("secrets"), "absolute path"),
        ("schema_registry", json!({"url": "http://registry:8080/"}), "slash at its end"),
        (
            "schema_registry",
            json!({"url": "http://registry:8080", "credential": "Europe/Sales/registry"}),
            "`https://`, where there is a login",
        ),
        ("security", json!({"protocol": "sasl_ssl"}), "zone, team and credential"),
    ] {
        let mut shop = Shop::new();
        shop.settings[name] = value;
        assert_refused(&refusal(&shop), "kafka/settings", words);
    }
}

/// Two instances that would write to the same topics are known by any broker that leads there, however it is written, and by their connectors.
#[test]
fn one_cluster_is_one_store() {
    let stores = |brokers: Value, connect: &str| {
        let settings = json!({"bootstrap_servers": brokers, "connect_url": connect, "topic_prefix": "x"});
        let instance = PlatformInstance::new(
            "P".into(),
            KafkaPlatform::KIND.into(),
            KafkaPlatform::version(),
            settings.clone().into(),
        );
        let platform = KafkaPlatform::configure(&instance, serde_json::from_value(settings).unwrap());
        platform.unwrap().descriptor().stores().map(str::to_owned).collect::<BTreeSet<_>>()
    };
    let first = stores(json!(["k1.example:9092", "k2.example:9092"]), "http://c1:8083");
    for brokers in [
        json!(["K1.example.:9092"]),
        json!(["k2.example:09092"]),
        json!(["k3.example:9092", "k1.example:9092"]),
    ] {
        assert!(!first.is_disjoint(&stores(brokers.clone(), "http://c2:8083")), "{brokers}");
    }
    assert!(!first.is_disjoint(&stores(json!(["k9.example:9092"]), "http://C1:8083")));
    assert!(first.is_disjoint(&stores(json!(["k9.example:9092"]), "http://c2:8083")));
}

/// A producer's words have no place in records of Debezium: that is said, and refuses nothing. In JSON, nobody promised them.
#[test]
fn words_of_a_producer_that_records_do_not_have() {
    let fields = json!([
        {"name": "id", "type": "long", "doc": "The number"},
        {"name": "placed", "type": {"type": "long", "logicalType": "timestamp-micros"}},
    ]);
    let avro = AvroSchema::new(json!({"type": "record", "name": "Order", "fields": fields}));
    let words = Dataset::new("orders", Schema::from(avro.keyed(["id"]))).classified("Public");
    let mut shop = Shop { datasets: vec![words, customers()], ..Shop::new() };
    let said = |shop: &Shop| -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let revision = deployment(folder.path()).render(&shop.ecosystem()).unwrap();
        let found = revision.findings.iter().filter(|one| one.code() == "kafka/producer-words");
        found.map(|one| one.message().to_owned()).collect()
    };
    assert_eq!(said(&shop), [] as [String; 0]);
    shop.settings["schema_registry"] = json!({"url": "https://registry.example.org"});
    assert_eq!(
        said(&shop),
        [
            "records of `Store/orders` do not have the documentation of `id`, the type `timestamp-micros` of `placed`"
        ]
    );
}

#[test]
fn a_column_that_would_not_arrive_as_it_was() {
    for kind in ["Interval", "Array(Integer)", "Vector(3)", "Geography", "BFloat16"] {
        let columns = format!("id BigInt key, other {kind}");
        let refusal = refusal(&with_orders(&columns));
        assert_refused(&refusal, "choice/no-platform", "carry the column `other` of `Store/orders`");
        assert!(refusal.contains("`other`"), "{refusal}");
    }
}

#[test]
fn a_table_whose_name_is_a_pattern() {
    for table in ["sales.ord*", "sales.a b", "${env:HOME}"] {
        let shop = Shop { orders_table: Some(table), ..Shop::new() };
        assert_refused(&refusal(&shop), "kafka/table-name", table);
    }
}

#[test]
fn a_credential_that_is_no_password() {
    let shop = Shop { credential: CredentialKind::Certificate, ..Shop::new() };
    assert_refused(&refusal(&shop), "kafka/credential-kind", "no password");
}

#[test]
fn readers_whom_nothing_grants() {
    for readers in [Principal::group("analysts"), Principal::role("auditor")] {
        let shop = Shop { readers: vec![readers.clone()], ..Shop::new() };
        assert_refused(&refusal(&shop), "choice/no-platform", &format!("grant to `{readers}`"));
    }
    let mut shop = Shop { readers: vec![Principal::service("dashboard")], ..Shop::new() };
    shop.settings["acls"] = json!(false);
    assert_refused(&refusal(&shop), "choice/no-platform", "grant to `service:dashboard`");
}

#[test]
fn checks_that_nothing_runs() {
    let checked = orders().quality_check(QualityCheck::rows(1, None));
    let shop = Shop { datasets: vec![checked, customers()], ..Shop::new() };
    assert_refused(&refusal(&shop), "choice/no-capture", "run the check `rows` of `Store/orders`");
}

#[test]
fn another_key_of_a_topic() {
    let after =
        with_orders("id BigInt key, customer Integer key, amount Decimal(12,2), placed Timestamp(UTC)");
    assert_refused(&refusal_of_change(&after), "kafka/other-key", "topic.Store-orders");
}

#[test]
fn another_type_of_a_column() {
    let after =
        with_orders("id BigInt key, customer BigInt not null, amount Decimal(12,2), placed Timestamp(UTC)");
    assert_refused(&refusal_of_change(&after), "kafka/other-type", "`customer`");
}

#[test]
fn a_column_that_tables_of_consumers_demand() {
    let after = with_orders("id BigInt key, amount Decimal(12,2), placed Timestamp(UTC)");
    assert_refused(&refusal_of_change(&after), "kafka/removed-column", "`customer`");
}

#[test]
fn another_prefix_or_count_of_partitions() {
    for (name, value, code) in [
        ("topic_prefix", json!("other"), "kafka/other-topic"),
        ("partitions", json!(12), "kafka/other-partitions"),
        ("replication_factor", json!(1), "kafka/other-partitions"),
        ("bootstrap_servers", json!(["elsewhere.example.org:9092"]), "kafka/other-cluster"),
    ] {
        let mut after = Shop { reports: true, ..Shop::new() };
        after.settings[name] = value;
        assert_refused(&refusal_of_change(&after), code, "refused");
    }
}

#[test]
fn another_database_of_a_source() {
    let after = Shop { host: "other.example.org", reports: true, ..Shop::new() };
    assert_refused(&refusal_of_change(&after), "kafka/other-source", "other.example.org:5432/main");
}

#[test]
fn another_container_of_a_datastore() {
    let after = Shop { container: "Counter", host: "counter.example.org", reports: true, ..Shop::new() };
    assert_refused(&refusal_of_change(&after), "kafka/other-source", "Europe/Sales/Counter");
}

/// A shop whose topics are in Avro.
fn in_avro() -> Shop {
    let mut shop = Shop { reports: true, ..Shop::new() };
    shop.settings["schema_registry"] = json!({"url": "https://registry.example.org"});
    shop
}

#[test]
fn another_format_of_a_topic_in_both_directions() {
    let json = || Shop { reports: true, ..Shop::new() };
    for (before, after, words) in [
        (json(), in_avro(), "`topic.Store-orders` has JSON, and would go on in Avro"),
        (in_avro(), json(), "`topic.Store-orders` has Avro, and would go on in JSON"),
    ] {
        assert_refused(&refusal_from(&before, &after), "kafka/other-format", words);
    }
}

#[test]
fn another_registry_of_topics() {
    let mut after = in_avro();
    after.settings["schema_registry"]["url"] = json!("https://other.example.org");
    assert_refused(&refusal_from(&in_avro(), &after), "kafka/other-registry", "https://other.example.org");
}

#[test]
fn a_column_that_earlier_records_in_avro_do_not_have() {
    let columns = |note: &str| {
        let columns = format!(
            "id BigInt key, customer Integer not null, amount Decimal(12,2), placed Timestamp(UTC), note VarChar {note}"
        );
        Shop { datasets: vec![orders_with(&columns), customers()], ..in_avro() }
    };
    for before in [in_avro(), columns("")] {
        assert_refused(&refusal_from(&before, &columns("not null")), "kafka/unreadable-before", "`note`");
    }
}
