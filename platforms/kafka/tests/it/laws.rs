//! The platform keeps the laws that every platform must keep.

use crate::shop::{Shop, settings};
use datasurface_kafka::KafkaPlatform;
use datasurface_platform::prelude::*;
use datasurface_testkit::{Laws, northwind, northwind_masked};

fn laws() -> Laws {
    Laws::for_plugin::<KafkaPlatform>().with_settings(settings()).with_other_settings([
        ("bootstrap_servers", json!(["kafka-1.example.org:9092", "kafka-3.example.org:9092"])),
        ("connect_url", json!("https://connect.example.org/api")),
        ("partitions", json!(6)),
        ("replication_factor", json!(2)),
        ("deletion_hours", json!(24)),
        ("secrets_directory", json!("/run/secrets")),
        (
            "security",
            json!({"protocol": "sasl_ssl", "mechanism": "plain", "credential": "Europe/Sales/kafka"}),
        ),
        (
            "schema_registry",
            json!({"url": "https://registry.example.org", "credential": "Europe/Sales/registry"}),
        ),
        ("database_ssl_mode", json!("verify-full")),
        ("heartbeat_seconds", json!(60)),
        ("sink_tasks", json!(2)),
    ])
}

#[test]
fn the_platform_keeps_them_on_northwind() {
    let report = laws().check(&laws().adapted(&northwind()));
    report.assert();
    assert!(report.counts.changes > 30, "{report}");
}

#[test]
fn the_platform_keeps_them_on_the_shop() {
    // It reads topics, and tables of a database.
    let readers = vec![Principal::service("dashboard")];
    let shop = Shop { reports: true, readers, ..Shop::new() };
    let laws = Laws::for_plugin::<KafkaPlatform>().with_settings(shop.settings.clone());
    laws.check(&shop.ecosystem()).assert();
}

/// Settings with Flink, which is for brokers that let everybody in, and for JSON.
fn laws_with_flink() -> Laws {
    let mut settings = settings();
    settings["flink"] = json!({"url": "http://flink.example.org:8083"});
    Laws::for_plugin::<KafkaPlatform>().with_settings(settings).with_other_settings([(
        "flink",
        json!({"url": "http://flink.example.org:8083", "checkpoint_seconds": 60, "checkpoint_directory": "s3://bucket/checkpoints"}),
    )])
}

#[test]
fn the_platform_keeps_them_where_flink_masks() {
    let laws = laws_with_flink();
    let report = laws.check(&laws.adapted(&northwind_masked()));
    report.assert();
    assert!(report.counts.changes > 30, "{report}");
}

#[test]
fn the_platform_keeps_them_on_generated_ecosystems() {
    laws().check_generated(6).assert();
}

#[test]
fn what_surrounds_a_process_is_not_rendered() {
    let report = laws().check_in_second_process(
        &laws().adapted(&northwind()),
        "laws::what_surrounds_a_process_is_not_rendered",
    );
    report.assert();
}
