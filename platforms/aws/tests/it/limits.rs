//! What the host places in a state stays within the limit that the settings name.

use crate::{
    laws::laws_with,
    permissions::runs,
    rendered::Instance,
    shop::{Shop, articles, customers, orders, settings},
    site::{Changes, Site, deployment},
};
use datasurface_platform::prelude::*;
use datasurface_terraform::testing::TerraformAction;
use datasurface_testkit::Synthetic;
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn no_state_has_more_resources_than_it_may_have() {
    for limit in [20, 27, 400] {
        let folder = tempfile::tempdir().unwrap();
        let mut shop = Shop {
            datasets: vec![orders(), customers(), articles()],
            wanted: vec!["Store/orders", "Store/customers", "Store/articles"],
            reports: Some(5432),
            ..Shop::new("states")
        };
        shop.settings["resources_per_state"] = json!(limit);
        // Two schedules for one timetable: on the first of a month, and on each Monday.
        shop.capture = shop.capture.with_cron("0 6 1 * mon");
        let deployment = deployment(folder.path());
        deployment.render(&shop.ecosystem()).unwrap();
        let scopes = deployment.scopes(&"Lake".into()).unwrap();
        let shards: Vec<usize> = scopes
            .iter()
            .filter(|scope| matches!(scope.scope, Scope::Shard(_)))
            .map(|scope| {
                scope.resources.keys().filter(|key| !key.as_str().starts_with("terraform_state.")).count()
            })
            .collect();
        assert!(shards.iter().all(|count| *count <= limit), "{limit}: {shards:?}");
        assert_eq!(shards.len() > 1, limit < 100, "{limit}: {shards:?}");
    }
}

/// The most bytes of the definition of a state machine, and the most events of one execution, as the quotas of Step Functions have them.
const MOST_BYTES: usize = 1_048_576;
const MOST_EVENTS: usize = 25_000;

/// The most characters of the policies of a role, as the quotas of IAM have them.
const MOST_CHARACTERS: usize = 10_240;

/// The events of a run at most: the iteration, three tries of the task, and what the task leads to.
const EVENTS_OF_A_RUN: usize = 40;

#[test]
fn a_federation_of_two_hundred_stores_stays_within_the_limits_of_aws() {
    let synthetic = Synthetic::new(200).with_datasets_per_datastore(2).with_columns_per_dataset(3);
    let synthetic = synthetic.with_consumers(20).with_transformers(20).with_sinks_per_consumer(20);
    let folder = tempfile::tempdir().unwrap();
    let deployment = deployment(folder.path());
    // Each dataset is a capture, and a replication instance has room for fifty.
    let mut spread = settings("states");
    spread["replication"] = json!({"instances": 16});
    deployment.render(&laws_with(spread).adapted(&synthetic.ecosystem())).unwrap();
    let platform = synthetic.ecosystem().platforms().iter().next().unwrap().name().clone();
    let scopes = deployment.scopes(&platform).unwrap();
    assert!(scopes.len() > 5, "there are shards");
    let mut stores = BTreeSet::new();
    for scope in &scopes {
        let count =
            scope.resources.keys().filter(|key| !key.as_str().starts_with("terraform_state.")).count();
        assert!(count <= 400, "{}: {count}", scope.scope);
        for resource in scope.resources.values() {
            if resource.kind() == "aws_dms_replication_task" {
                stores.extend(resource.origins().iter().map(ToString::to_string));
            }
            if resource.kind() == "aws_iam_role_policy" {
                let policy = resource.attributes()["arguments"]["policy"].as_str().unwrap();
                assert!(policy.len() <= MOST_CHARACTERS, "{}: {}", resource.address(), policy.len());
            }
            if resource.kind() == "aws_sfn_state_machine" {
                let definition = resource.attributes()["arguments"]["definition"].as_str().unwrap();
                assert!(definition.len() <= MOST_BYTES, "{}: {}", resource.address(), definition.len());
                let read: serde_json::Value = serde_json::from_str(definition).unwrap();
                let runs = runs(&read).count();
                assert!(runs * EVENTS_OF_A_RUN <= MOST_EVENTS, "{}: {runs}", resource.address());
            }
        }
    }
    assert!(stores.len() >= 200, "{}", stores.len());
}

/// The shop, and a team with a transformer that reads so many datastores with long names.
fn with_wide_transformer(datastores: usize) -> Ecosystem {
    let capture = Capture::change_data_capture("Asia/Sales/Till")
        .with_consistency(Consistency::SingleDataset)
        .with_cron("0 * * * *");
    let name = |number: usize| format!("A_datastore_with_a_name_that_is_long_{number}");
    let till = DataContainer::postgres("Till", "till.asia.example.org", "main").located("AWS/Frankfurt");
    let team = (0..datastores).fold(
        Team::new().container(till).container(DataContainer::platform_managed("Views")),
        |team, number| {
            let dataset = Dataset::new("d", "id Integer key").classified("Public");
            let capture = capture.clone().table("d", &*format!("sales.d{number}"));
            team.datastore(Datastore::new(&*name(number)).captured(capture).dataset(dataset))
        },
    );
    let sinks: Vec<String> = (0..datastores).map(|number| format!("{}/d", name(number))).collect();
    let select = format!("SELECT id FROM {}_d", name(0));
    let all = Workspace::new("All")
        .with_container("Asia/Sales/Views")
        .group(DatasetGroup::new("Inputs").with_sinks(sinks.iter().map(String::as_str)))
        .with_transformer(DataTransformer::sql("Made").select("all", &*select));
    let reader = Workspace::new("Reader")
        .with_container("Asia/Sales/Views")
        .group(DatasetGroup::new("Made").sink("Made/all"));
    let made = Datastore::new("Made").dataset(Dataset::new("all", "id Integer key").classified("Public"));
    let team = team.datastore(made).workspace(all).workspace(reader);
    let asia = GovernanceZone::new().team("Sales", "github:shop/asia@main", team);
    let mut shop = Shop::new("states");
    shop.settings["replication"] = json!({"instances": 8});
    shop.ecosystem().zone("Asia", "github:shop/asia@main", asia)
}

#[test]
fn a_policy_lists_datastores_as_long_as_iam_takes_it() {
    for (datastores, lists) in [(3, true), (60, false)] {
        let folder = tempfile::tempdir().unwrap();
        let deployment = deployment(folder.path());
        deployment.render(&with_wide_transformer(datastores)).unwrap();
        let scopes = deployment.scopes(&"Lake".into()).unwrap();
        let mut resources = scopes.iter().flat_map(|scope| scope.resources.values());
        let policy = resources
            .find(|one| one.address().as_str() == "aws_iam_role_policy.transformer-All-jobs")
            .unwrap()
            .attributes()["arguments"]["policy"]
            .clone();
        let policy = policy.as_str().unwrap();
        assert!(policy.len() <= MOST_CHARACTERS, "{}", policy.len());
        assert_eq!(policy.contains("shop-lake/tables/a_datastore_with_a_name_that_is_long_1__*"), lists);
        assert_eq!(policy.contains("shop-lake/tables/*"), !lists);
    }
}

#[test]
fn more_roles_than_the_account_has_room_for_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut shop = Shop::new("states");
    shop.settings["roles"] = json!(16);
    let refused = deployment(folder.path()).render(&shop.ecosystem()).unwrap_err().to_string();
    assert!(refused.contains("shard/limit") && refused.contains("roles"), "{refused}");
}

/// The most characters of a policy that is attached to a role, and the most of these for one role, as the quotas of IAM have them.
const MOST_CHARACTERS_ATTACHED: usize = 6_144;
const MOST_ATTACHED: usize = 10;

/// A shop whose desk reads so many datasets, and a group that reads the desk.
fn read_by_clerks(datasets: usize) -> Ecosystem {
    let names: Vec<&'static str> =
        (0..datasets).map(|number| &*format!("of_the_shop_{number}").leak()).collect();
    let dataset = |name: &&'static str| Dataset::new(*name, "id Integer key").classified("Public");
    let wanted = names.iter().map(|name| &*format!("Store/{name}").leak()).collect();
    let readers = vec![Principal::group("clerks")];
    let mut shop =
        Shop { datasets: names.iter().map(dataset).collect(), wanted, readers, ..Shop::new("states") };
    shop.settings["replication"] = json!({"instances": 12});
    shop.ecosystem()
}

#[test]
fn a_principal_that_reads_much_has_policies_as_long_as_iam_takes_them() {
    let instance = Instance::of_ecosystem(&read_by_clerks(60), "Lake");
    let policies: Vec<&str> =
        instance.of("aws_iam_policy").map(|(_, block)| block["policy"].as_str().unwrap()).collect();
    assert!((2..=MOST_ATTACHED).contains(&policies.len()), "{}", policies.len());
    assert!(policies.iter().all(|policy| policy.len() <= MOST_CHARACTERS_ATTACHED));
    // They are full, but for the last one.
    let (_, full) = policies.split_last().unwrap();
    assert!(full.iter().all(|policy| policy.len() > MOST_CHARACTERS_ATTACHED - 600));
    let (role, granted) = ("datasurface-lake-group-clerks-reader", instance.policies());
    for number in 0..60 {
        let file = format!("arn:aws:s3:::shop-lake/tables/store__of_the_shop_{number}/data/0.parquet");
        assert!(granted.allow(role, "s3:GetObject", &file), "{file}");
    }
    let folder = tempfile::tempdir().unwrap();
    let refused = deployment(folder.path()).render(&read_by_clerks(200)).unwrap_err().to_string();
    assert!(refused.contains("shard/limit") && refused.contains("characters of policies"), "{refused}");
    assert!(refused.contains("principal `group-clerks`"), "{refused}");
}

/// A shop with so many datasets, each a capture, and these settings of DMS.
pub(crate) fn captured(shop: Shop, datasets: usize, replication: serde_json::Value) -> Shop {
    let names: Vec<&'static str> = (0..datasets).map(|number| &*format!("table_{number}").leak()).collect();
    let dataset = |name: &&'static str| Dataset::new(*name, "id Integer key").classified("Public");
    let wanted = names.iter().map(|name| &*format!("Store/{name}").leak()).collect();
    let mut shop = Shop { datasets: names.iter().map(dataset).collect(), wanted, ..shop };
    shop.settings["replication"] = replication;
    shop
}

/// The captures on each replication instance, by the names of both.
fn on_instances(shop: &Shop) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let instance = Instance::render(shop);
    for (label, task) in instance.of("aws_dms_replication_task") {
        let arn = task["replication_instance_arn"].as_str().unwrap();
        let lookup = arn.strip_prefix("${data.aws_dms_replication_instance.").unwrap();
        let lookup = lookup.strip_suffix(".replication_instance_arn}").unwrap();
        let looked_up = &instance.lookups["aws_dms_replication_instance"][lookup]["replication_instance_id"];
        found.entry(looked_up.as_str().unwrap().to_owned()).or_default().insert(label.to_owned());
    }
    let names =
        instance.of("aws_dms_replication_instance").map(|(_, block)| &block["replication_instance_id"]);
    let names: BTreeSet<&str> = names.map(|name| name.as_str().unwrap()).collect();
    assert!(found.keys().all(|name| names.contains(name.as_str())), "{names:?}");
    found
}

#[test]
fn more_captures_than_dms_takes_are_refused_with_the_setting_that_helps() {
    let refusal = |datasets: usize, replication: serde_json::Value| {
        let folder = tempfile::tempdir().unwrap();
        let shop = captured(Shop::new("states"), datasets, replication);
        deployment(folder.path())
            .render(&shop.ecosystem())
            .map_or_else(|refused| refused.to_string(), |_| String::new())
    };
    assert_eq!(refusal(50, json!({})), "");
    for (datasets, replication, words) in [
        (
            51,
            json!({}),
            "102 endpoints on replication instance 0 (`replication.instances` adds another one), and can have 100",
        ),
        (
            3,
            json!({"quotas": {"tasks_per_instance": 2}}),
            "3 tasks on replication instance 0 (`replication.instances`",
        ),
        (
            3,
            json!({"quotas": {"endpoints": 5}}),
            "6 endpoints of DMS (AWS raises the quota of an account on request: `replication.quotas.endpoints`), and can have 5",
        ),
        (3, json!({"instances": 2, "quotas": {"tasks": 2}}), "`replication.quotas.tasks`), and can have 2"),
        (3, json!({"instances": 61}), "`replication.instances` must be 1 at least"),
        (3, json!({"instances": 0}), "`replication.instances` must be 1 at least"),
    ] {
        let refused = refusal(datasets, replication);
        assert!(refused.contains(words), "{refused}");
    }
    assert_eq!(refusal(51, json!({"instances": 2})), "");
}

#[test]
fn another_replication_instance_takes_captures_of_others_and_moves_no_other_one() {
    let shop = |instances: u32| captured(Shop::new("states"), 40, json!({"instances": instances}));
    let (before, after) = (on_instances(&shop(3)), on_instances(&shop(4)));
    assert_eq!((before.len(), after.len()), (3, 4));
    for (name, captures) in &before {
        assert!(captures.len() > 3 && after[name].is_subset(captures), "{name}: {captures:?}");
    }
}

#[test]
fn captures_move_to_another_replication_instance_in_place() {
    let Some(site) = Site::new() else { return };
    let shop = |instances: u32| captured(site.shop(), 6, json!({"instances": instances}));
    let (revision, expected) = site.render(&shop(1));
    assert_eq!(expected["shared/before/replication/main"].len(), 1, "{expected:?}");
    assert_eq!(site.apply(), expected);
    assert_eq!(site.planned(), Changes::new());
    site.record_applied(&revision);
    let (_, expected) = site.render(&shop(2));
    let added: Vec<&str> = expected["shared/before/replication/main"].keys().map(String::as_str).collect();
    assert_eq!(added, ["aws_dms_replication_instance.main-1"]);
    assert!(expected["shards/main"].keys().all(|one| one.starts_with("aws_dms_replication_task.")));
    assert!(expected["shards/main"].values().all(|change| change.action == TerraformAction::Update));
    assert_eq!(site.apply(), expected);
    assert_eq!(site.planned(), Changes::new());
}
