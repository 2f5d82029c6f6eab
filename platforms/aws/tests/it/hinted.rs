//! Hints about capacity: what is slow has more of it, and nothing else changes.

use crate::{rendered::Instance, shop::Shop, site::deployment};
use datasurface_platform::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

fn shop(hints: impl IntoIterator<Item = (HintTarget, serde_json::Value)>) -> Ecosystem {
    shop_with(json!({}), hints)
}

/// The shop with these settings of DMS.
fn shop_with(
    replication: serde_json::Value,
    hints: impl IntoIterator<Item = (HintTarget, serde_json::Value)>,
) -> Ecosystem {
    let (totals, hints) = (Some(TransformTrigger::AnyInputMoved), hints.into_iter().collect());
    let mut shop = Shop { totals, hints, ..Shop::new("states") };
    shop.settings["replication"] = replication;
    shop.ecosystem()
}

fn about_store(hint: serde_json::Value) -> [(HintTarget, serde_json::Value); 1] {
    [(HintTarget::Datastore("Store".into()), hint)]
}

/// The workers of each job, by its label.
fn workers(ecosystem: &Ecosystem) -> Vec<(String, String, u64)> {
    let instance = Instance::of_ecosystem(ecosystem, "Lake");
    let jobs = instance.of("aws_glue_job").map(|(label, job)| {
        (
            label.to_owned(),
            job["worker_type"].as_str().unwrap().to_owned(),
            job["number_of_workers"].as_u64().unwrap(),
        )
    });
    jobs.collect()
}

#[test]
fn jobs_have_the_workers_that_hints_name() {
    let hints = [
        (HintTarget::Datastore("Store".into()), json!({"worker_type": "G.2X", "workers": 10})),
        (HintTarget::Transformer("Totalling".into()), json!({"workers": 4})),
    ];
    let expected = [
        ("datastore-store-maintain", "G.2X", 10),
        ("datastore-store-merge", "G.2X", 10),
        ("datastore-totals-maintain", "G.1X", 2),
        ("transformer-Totalling-transform", "G.1X", 4),
    ];
    let expected = expected.map(|(label, kind, count)| (label.to_owned(), kind.to_owned(), count));
    assert_eq!(workers(&shop(hints)), expected);
}

#[test]
fn a_capture_is_on_a_machine_of_the_class_that_a_hint_names() {
    let pools = || json!({"pools": {"dms.r6i.large": 2}});
    let machines = |hints: Vec<_>| {
        let instance = Instance::of_ecosystem(&shop_with(pools(), hints), "Lake");
        let made: BTreeMap<String, String> = instance
            .of("aws_dms_replication_instance")
            .map(|(_, block)| {
                let [name, class] = ["replication_instance_id", "replication_instance_class"]
                    .map(|argument| block[argument].as_str().unwrap().to_owned());
                (name, class)
            })
            .collect();
        assert_eq!(made.len(), 3, "{made:?}");
        let lookups = instance.lookups["aws_dms_replication_instance"].values();
        let used = lookups.map(|lookup| made[lookup["replication_instance_id"].as_str().unwrap()].clone());
        used.collect::<BTreeSet<String>>()
    };
    assert_eq!(machines(Vec::new()), BTreeSet::from(["dms.t3.medium".to_owned()]));
    let hinted = machines(about_store(json!({"instance_class": "dms.r6i.large"})).into());
    assert_eq!(hinted, BTreeSet::from(["dms.r6i.large".to_owned()]));
}

#[test]
fn a_capture_has_the_units_that_a_hint_names() {
    let serverless = json!({"serverless": {"max_capacity_units": 4}});
    let hints = about_store(json!({"max_capacity_units": 64}));
    let instance = Instance::of_ecosystem(&shop_with(serverless, hints), "Lake");
    let mut configs = instance.of("aws_dms_replication_config").peekable();
    assert!(configs.peek().is_some());
    assert!(configs.all(|(_, config)| config["compute_config"]["max_capacity_units"] == json!(64)));
}

fn refusal(ecosystem: &Ecosystem) -> String {
    let folder = tempfile::tempdir().unwrap();
    deployment(folder.path()).render(ecosystem).unwrap_err().to_string()
}

#[test]
fn machines_that_dms_does_not_have_are_refused() {
    let serverless = || json!({"serverless": {"max_capacity_units": 16, "min_capacity_units": 8}});
    for (replication, hint) in [
        (json!({}), json!({"instance_class": "dms.r6i.large"})),
        (json!({}), json!({"max_capacity_units": 16})),
        (serverless(), json!({"instance_class": "dms.r6i.large"})),
        (serverless(), json!({"max_capacity_units": 5})),
        (serverless(), json!({"max_capacity_units": 4})),
    ] {
        let refused = refusal(&shop_with(replication, about_store(hint.clone())));
        assert!(refused.contains("aws/hint"), "{hint}: {refused}");
    }
    let about_transformer = (HintTarget::Transformer("Totalling".into()), json!({"max_capacity_units": 16}));
    assert!(refusal(&shop_with(serverless(), [about_transformer])).contains("aws/hint"));
    for pools in [json!({"r6i.large": 1}), json!({"dms.r6i.large": 0}), json!({"dms.r6i.large": 60})] {
        let refused = refusal(&shop_with(json!({"pools": pools}), []));
        assert!(refused.contains("`replication.pools`"), "{refused}");
    }
}

#[test]
fn workers_that_glue_does_not_have_are_refused() {
    for (about, hint) in [
        (HintTarget::Datastore("Store".into()), json!({"workers": 1})),
        (HintTarget::Datastore("Store".into()), json!({"worker_type": "large"})),
        (HintTarget::Datastore("Store".into()), json!({"worker_typ": "G.2X"})),
        (HintTarget::Transformer("Totalling".into()), json!({"workers": "many"})),
    ] {
        let refused = refusal(&shop([(about, hint)]));
        assert!(refused.contains("aws/hint"), "{refused}");
    }
}
