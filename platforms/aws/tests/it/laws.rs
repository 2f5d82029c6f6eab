//! The platform keeps the laws that every platform must keep.

use crate::{
    federation::Federation,
    shop::{Shop, settings},
};
use datasurface_aws::AwsPlatform;
use datasurface_platform::prelude::*;
use datasurface_testkit::{Laws, northwind, northwind_masked};

pub(crate) fn laws_with(settings: serde_json::Value) -> Laws {
    Laws::for_plugin::<AwsPlatform>().with_settings(settings)
}

pub(crate) fn laws() -> Laws {
    laws_with(settings("states")).with_other_settings([
        (
            "terraform",
            json!({"backend": {"s3": {"bucket": "states", "region": "eu-west-1", "prefix": "lake"}}}),
        ),
        ("region", json!("eu-west-1")),
        ("staging_days", json!(30)),
        ("kms_key", json!("arn:aws:kms:eu-central-1:000000000000:key/1")),
        ("subnets", json!(["subnet-0c", "subnet-0d"])),
        ("security_groups", json!(["sg-0b"])),
        ("permissions_boundary", json!("arn:aws:iam::000000000000:policy/boundary")),
        ("secrets_prefix", json!("other")),
        ("export_ssl_mode", json!("verify-full")),
        ("replication", json!({"instance_class": "dms.r6i.large", "multi_az": true})),
        ("jobs", json!({"workers": 5})),
        ("access_states", json!(3)),
        ("maintenance", json!({"timetable": "0 4 1 * *", "snapshot_days": 14})),
    ])
}

#[test]
fn the_platform_keeps_them_on_northwind() {
    let report = laws().check(&laws().adapted(&northwind()));
    report.assert();
    assert!(report.counts.changes > 30, "{report}");
}

#[test]
fn the_platform_keeps_them_on_a_transformer() {
    laws().check(&laws().adapted(&northwind_masked())).assert();
}

#[test]
fn the_platform_keeps_them_on_the_shop() {
    // It reads views, and tables of a database.
    let (totals, latency) = (Some(TransformTrigger::AllInputsMoved), Some(Latency::minutes(90)));
    let deadline = Deadline::from_text("06:30 Europe/Berlin");
    let readers = vec![Principal::group("clerks"), Principal::service("till")];
    let shop = Shop { reports: Some(5432), totals, latency, deadline, readers, ..Shop::new("states") };
    // Only where a latency is promised there are alarms.
    let topic = [("alarm_topic", json!("arn:aws:sns:eu-central-1:000000000000:alarms"))];
    laws().with_other_settings(topic).check(&shop.ecosystem()).assert();
}

#[test]
fn the_platform_keeps_them_with_keys_of_classes() {
    let key = |name: &str| format!("arn:aws:kms:eu-central-1:000000000000:key/{name}");
    let of_class = |class: &str| json!([{"classifications": [class], "key": key("1")}]);
    // The class that an alteration adds.
    let totals = Some(TransformTrigger::AnyInputMoved);
    let mut shop = Shop { reports: Some(5432), totals, ..Shop::new("states") };
    shop.settings["kms_key"] = json!(key("0"));
    shop.settings["class_keys"] = of_class("another class");
    let other = [("class_keys", of_class("Public")), ("former_kms_keys", json!([key("2")]))];
    laws_with(shop.settings.clone()).with_other_settings(other).check(&shop.ecosystem()).assert();
}

#[test]
fn two_instances_keep_them_that_hand_over() {
    let key = "arn:aws:kms:eu-central-1:000000000000:key/1";
    for federation in [Federation::new("states").encrypted(key), Federation::beside("states")] {
        let report = Laws::for_plugin::<AwsPlatform>().check(&federation.ecosystem());
        report.assert();
        assert!(report.counts.changes > 10, "{report}");
    }
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
