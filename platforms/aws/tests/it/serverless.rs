//! Captures for which DMS provisions capacity by itself.

use crate::{
    laws::laws_with,
    limits::captured,
    rendered::Instance,
    shop::{Shop, settings},
    site::{Site, deployment},
};
use datasurface_platform::prelude::*;
use datasurface_terraform::testing::TerraformAction;
use datasurface_testkit::northwind;

const CONFIG: &str = "aws_dms_replication_config";

fn serverless() -> serde_json::Value {
    json!({"serverless": {"max_capacity_units": 16, "min_capacity_units": 2}, "multi_az": true})
}

#[test]
fn each_capture_has_a_capacity_of_its_own_and_no_machine() {
    let instance = Instance::render(&captured(Shop::new("states"), 3, serverless()));
    for machine in ["aws_dms_replication_task", "aws_dms_replication_instance"] {
        assert_eq!(instance.of(machine).count(), 0, "{machine}");
    }
    assert!(!instance.lookups.contains_key("aws_dms_replication_instance"));
    let with_machine = Instance::render(&captured(Shop::new("states"), 3, json!({})));
    let tasks: Vec<_> = with_machine.of("aws_dms_replication_task").collect();
    assert_eq!(instance.of(CONFIG).count(), tasks.len());
    for (label, task) in tasks {
        let config = instance.block(CONFIG, label);
        let compute = &config["compute_config"];
        assert_eq!((&compute["max_capacity_units"], &compute["min_capacity_units"]), (&json!(16), &json!(2)));
        assert_eq!(compute["multi_az"], json!(true));
        assert_eq!(compute["vpc_security_group_ids"], json!(settings("states")["security_groups"]));
        assert!(config["resource_identifier"].as_str().unwrap().len() <= 31, "{config}");
        for (ours, of_task) in [
            ("replication_config_identifier", "replication_task_id"),
            ("replication_type", "migration_type"),
            ("source_endpoint_arn", "source_endpoint_arn"),
            ("target_endpoint_arn", "target_endpoint_arn"),
            ("table_mappings", "table_mappings"),
            ("replication_settings", "replication_task_settings"),
            ("tags", "tags"),
        ] {
            assert_eq!(config[ours], task[of_task], "{ours}");
        }
    }
}

#[test]
fn units_are_such_as_dms_provisions_and_replications_are_counted() {
    let refusal = |replication: serde_json::Value| {
        let folder = tempfile::tempdir().unwrap();
        let shop = captured(Shop::new("states"), 3, replication);
        deployment(folder.path())
            .render(&shop.ecosystem())
            .map_or_else(|refused| refused.to_string(), |_| String::new())
    };
    for (replication, words) in [
        (json!({"serverless": {"max_capacity_units": 3}}), "counts of units that DMS provisions"),
        (json!({"serverless": {"max_capacity_units": 4, "min_capacity_units": 8}}), "not above the most"),
        (
            json!({"serverless": {"max_capacity_units": 4}, "quotas": {"serverless": 2}}),
            "3 replications of DMS Serverless (AWS raises the quota of an account on request: `replication.quotas.serverless`)",
        ),
        (json!({"serverless": {"max_capacity_units": 4}, "quotas": {"endpoints": 5}}), "6 endpoints of DMS"),
    ] {
        let refused = refusal(replication);
        assert!(refused.contains(words), "{refused}");
    }
    // Machines have no say.
    assert_eq!(refusal(json!({"serverless": {"max_capacity_units": 4}, "quotas": {"tasks": 2}})), "");
}

#[test]
fn the_platform_keeps_its_laws_without_machines() {
    let mut settings = settings("states");
    settings["replication"] = serverless();
    let laws = laws_with(settings).with_other_settings([
        ("replication", json!({"serverless": {"max_capacity_units": 32}})),
        ("kms_key", json!("arn:aws:kms:eu-central-1:000000000000:key/1")),
    ]);
    laws.check(&laws.adapted(&northwind())).assert();
}

/// Its ARN follows from its resource identifier, so it goes from state to state as everything does.
#[test]
fn terraform_replaces_machines_and_transfers_what_takes_their_place() {
    let Some(site) = Site::new() else { return };
    let (revision, expected) = site.render(&captured(site.shop(), 2, json!({})));
    assert_eq!(site.apply(), expected);
    site.record_applied(&revision);
    let (revision, expected) = site.render(&captured(site.shop(), 2, serverless()));
    let of_kind = |kind: &str| {
        let changes = expected.values().flatten();
        let of_kind = changes.filter(|(address, _)| address.starts_with(&format!("{kind}.")));
        of_kind.map(|(_, change)| change.action).collect::<Vec<_>>()
    };
    assert_eq!(of_kind(CONFIG), [TerraformAction::Create; 2]);
    assert_eq!(of_kind("aws_dms_replication_task"), [TerraformAction::Destroy; 2]);
    assert_eq!(of_kind("aws_dms_replication_instance"), [TerraformAction::Destroy]);
    assert_eq!(site.apply(), expected);
    assert!(site.planned().is_empty());
    site.record_applied(&revision);
    site.place_all("second");
    let (_, expected) = site.render(&captured(site.shop(), 2, serverless()));
    let transferred = expected["shards/second"].iter().filter(|(address, _)| address.starts_with(CONFIG));
    let imports: Vec<_> = transferred.map(|(_, change)| change.imported_by.clone()).collect();
    let prefix = "arn:aws:dms:eu-central-1:000000000000:replication-config:datasurface-";
    assert!(imports.len() == 2 && imports.iter().flatten().all(|arn| arn.starts_with(prefix)), "{imports:?}");
    assert_eq!(site.apply(), expected);
    assert!(site.planned().is_empty());
}
