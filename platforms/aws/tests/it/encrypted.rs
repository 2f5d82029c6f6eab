//! Keys of KMS: which one encrypts what, and what a change of it costs.

use crate::{
    rendered::Instance,
    shop::{Shop, articles, customers, orders},
    site::{Changes, Site, deployment, plan},
};
use datasurface_platform::prelude::*;
use datasurface_terraform::testing::TerraformAction;

pub(crate) const DEFAULT: &str = "arn:aws:kms:eu-central-1:000000000000:key/default";
pub(crate) const PERSONAL: &str = "arn:aws:kms:eu-central-1:000000000000:key/personal";
pub(crate) const SECRET: &str = "arn:aws:kms:eu-central-1:000000000000:key/secret";

/// A shop whose customers are personal, and whose articles are of no class that has a key.
pub(crate) fn classified(shop: Shop) -> Shop {
    Shop { datasets: vec![orders(), personal_customers(), articles()], ..keyed(shop) }
}

/// A shop with keys for two classes.
fn keyed(mut shop: Shop) -> Shop {
    shop.settings["kms_key"] = DEFAULT.into();
    shop.settings["class_keys"] = json!([
        {"classifications": ["Secret", "Restricted"], "key": SECRET},
        {"classifications": ["Personal"], "key": PERSONAL},
    ]);
    shop
}

/// A shop with a key for one class.
pub(crate) fn with_key_for(class: &str, mut shop: Shop) -> Shop {
    shop.settings["kms_key"] = DEFAULT.into();
    shop.settings["class_keys"] = json!([{"classifications": [class], "key": PERSONAL}]);
    shop
}

fn personal_customers() -> Dataset {
    Dataset::new("customers", "id Integer key, name VarChar(80)").classified("Personal")
}

/// The key of the table, of the definition, and of the target of a dataset; they are one.
fn key_of(shop: &Shop, dataset: &str) -> (String, String) {
    let instance = Instance::render(shop);
    let table = &instance.block("aws_glue_catalog_table", &format!("Store-{dataset}"))["parameters"];
    let target = instance.block("aws_dms_s3_endpoint", &format!("capture-Store-{dataset}"));
    let definition = instance.object(&format!("s3://shop-lake/definitions/store__{dataset}.json"));
    assert_eq!(table["datasurface_kms_key"], target["server_side_encryption_kms_key_id"]);
    assert_eq!(table["datasurface_kms_key"], definition["kms_key"]);
    assert_eq!(target["encryption_mode"], "SSE_KMS");
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let (catalog, _) = definition["table"].as_str().unwrap().split_once('.').unwrap();
    (instance.key_behind(&text(&table["datasurface_kms_key"])), catalog.to_owned())
}

#[test]
fn the_strictest_class_decides_wherever_it_stands() {
    let of_whole = |classes: &[&str]| {
        classes
            .iter()
            .fold(Dataset::new("customers", "id Integer key, name VarChar(80)"), |dataset, class| {
                dataset.classified(*class)
            })
    };
    let schema = |class: &str| {
        let table = TableSchema::new([
            Column::new("id", DataType::Integer).not_null().classified("Public"),
            Column::new("name", "VarChar(80)".parse::<DataType>().unwrap()).classified(class),
        ])
        .keyed(["id"]);
        Dataset::new("customers", table)
    };
    for (dataset, key) in [
        (of_whole(&["Public"]), DEFAULT),
        (of_whole(&["Personal"]), PERSONAL),
        (of_whole(&["Personal", "Restricted"]), SECRET),
        (of_whole(&["Restricted", "Personal"]), SECRET),
        (schema("Personal"), PERSONAL),
        (schema("Secret"), SECRET),
    ] {
        let datasets = vec![orders(), dataset, articles()];
        let shop = Shop { datasets, ..keyed(Shop::new("states")) };
        let (found, catalog) = key_of(&shop, "customers");
        assert_eq!(found, key);
        assert_eq!(catalog == "lake", key == DEFAULT, "{catalog}");
    }
}

#[test]
fn jobs_have_a_catalog_for_each_key_that_writes_by_it() {
    let shop = classified(Shop::new("states"));
    let (_, catalog) = key_of(&shop, "customers");
    let instance = Instance::render(&shop);
    let aliases = instance.aliases().into_iter();
    let mut names = aliases.filter(|(_, key)| key == PERSONAL).map(|(name, _)| name);
    let alias = format!("arn:aws:kms:{}:{}", instance.place, names.next().unwrap());
    for (label, job) in instance.of("aws_glue_job") {
        let settings = job["default_arguments"]["--conf"].as_str().unwrap();
        let written = format!("spark.sql.catalog.{catalog}.s3.sse.key={alias}");
        assert!(settings.split(" --conf ").any(|setting| setting == written), "{label}: {settings}");
        // The bucket has the key of everything else, and nothing is so secret.
        assert_eq!(settings.matches("s3.sse.key=").count(), 1, "{label}: {settings}");
    }
}

/// The refusals of a change, each as its code and its message.
fn refusals(before: &Shop, after: &Shop) -> String {
    let folder = tempfile::tempdir().unwrap();
    let deployment = deployment(folder.path());
    deployment.render(&before.ecosystem()).unwrap();
    deployment.render(&after.ecosystem()).map_or_else(|refused| refused.to_string(), |_| String::new())
}

#[test]
fn what_nobody_could_read_any_more_is_refused() {
    let (before, mut after) = (classified(Shop::new("states")), classified(Shop::new("states")));
    let other = "arn:aws:kms:eu-central-1:000000000000:key/other";
    after.settings["class_keys"][1]["key"] = other.into();
    let refused = refusals(&before, &after);
    assert!(refused.contains("aws/unreadable-key") && refused.contains(PERSONAL), "{refused}");
    after.settings["former_kms_keys"] = json!([PERSONAL]);
    assert_eq!(refusals(&before, &after), "");
}

#[test]
fn a_target_with_keys_of_s3_keeps_them() {
    let refused = refusals(&Shop::new("states"), &keyed(Shop::new("states")));
    assert!(refused.contains("aws/target-encryption"), "{refused}");
    // DMS does the other way.
    let mut back = Shop::new("states");
    back.settings["former_kms_keys"] = json!([DEFAULT, PERSONAL, SECRET]);
    assert_eq!(refusals(&keyed(Shop::new("states")), &back), "");
}

#[test]
fn a_class_that_is_added_moves_nothing_and_is_told() {
    let Some(site) = Site::new() else { return };
    let shop = keyed(site.shop());
    let (revision, expected) = site.render(&shop);
    assert_eq!(site.apply(), expected);
    site.record_applied(&revision);
    let (revision, expected) =
        site.render(&Shop { datasets: vec![orders(), personal_customers(), articles()], ..shop });
    let changed: Vec<&str> = expected["shards/main"].keys().map(String::as_str).collect();
    assert_eq!(
        changed,
        [
            "aws_dms_s3_endpoint.capture-Store-customers",
            "aws_glue_catalog_table.Store-customers",
            "aws_s3_object.definition-Store-customers",
        ]
    );
    assert!(expected.values().flatten().all(|(_, change)| change.action == TerraformAction::Update));
    let step = |address: &str| {
        plan(&revision).steps().iter().find(|step| step.resource.as_str() == address).unwrap()
    };
    let table = step("aws_glue_catalog_table.Store-customers");
    assert!(table.reason.contains(PERSONAL) && table.reason.contains("7 days"), "{}", table.reason);
    assert_eq!(step("aws_dms_s3_endpoint.capture-Store-customers").effect, Effect::Pause);
    assert_eq!(site.apply(), expected);
    assert_eq!(site.planned(), Changes::new());
}

#[test]
fn customers_of_the_shop_itself_have_no_key() {
    let shop = Shop { datasets: vec![orders(), customers(), articles()], ..Shop::new("states") };
    let instance = Instance::render(&shop);
    let table = instance.block("aws_glue_catalog_table", "Store-customers");
    assert!(table["parameters"]["datasurface_kms_key"].is_null());
    let target = instance.block("aws_dms_s3_endpoint", "capture-Store-customers");
    assert_eq!(target["encryption_mode"], "SSE_S3");
}

/// A key that takes the place of another one.
const REPLACED: &str = "arn:aws:kms:eu-central-1:000000000000:key/replaced";

#[test]
fn a_key_that_is_replaced_changes_its_alias_and_nothing_else() {
    let Some(site) = Site::new() else { return };
    let readers = vec![Principal::group("clerks")];
    let mut shop = Shop { reports: Some(5432), readers, ..classified(site.shop()) };
    let (revision, expected) = site.render(&shop);
    assert_eq!(expected["foundation"].keys().filter(|one| one.starts_with("aws_kms_alias.")).count(), 3);
    assert_eq!(site.apply(), expected);
    assert_eq!(site.planned(), Changes::new());
    site.record_applied(&revision);
    shop.settings["class_keys"][1]["key"] = REPLACED.into();
    shop.settings["former_kms_keys"] = json!([PERSONAL]);
    let (revision, expected) = site.render(&shop);
    let changed: Vec<_> = expected
        .iter()
        .flat_map(|(folder, changes)| changes.iter().map(move |(one, change)| (folder, one, change.action)))
        .collect();
    let [(_, former, TerraformAction::Create), (_, current, TerraformAction::Update)] = changed[..] else {
        panic!("{changed:?}")
    };
    assert!(changed.iter().all(|(folder, ..)| *folder == "foundation"), "{changed:?}");
    assert!(former.contains("-former-") && current.contains("-key-"), "{changed:?}");
    let step = plan(&revision).steps().iter().find(|step| step.resource.as_str() == current).unwrap();
    assert!(step.reason.contains(REPLACED) && step.reason.contains("7 days"), "{}", step.reason);
    assert_eq!(site.apply(), expected);
    assert_eq!(site.planned(), Changes::new());
    // Whoever could read by the key of before still may, and by the new one, too.
    let instance = Instance::render(&shop);
    let policies = instance.policies();
    for role in ["datastore-store-jobs", "group-clerks-reader"] {
        for key in [PERSONAL, REPLACED] {
            assert!(policies.allow(&format!("datasurface-lake-{role}"), "kms:Decrypt", key), "{role} {key}");
        }
    }
}

#[test]
fn a_shard_that_is_moved_touches_neither_keys_nor_readers() {
    let Some(site) = Site::new() else { return };
    let shop = Shop { readers: vec![Principal::group("clerks")], ..classified(site.shop()) };
    let (revision, expected) = site.render(&shop);
    assert_eq!(site.apply(), expected);
    site.record_applied(&revision);
    site.place_all("second");
    let (_, expected) = site.render(&shop);
    assert_eq!(expected.keys().collect::<Vec<_>>(), ["shards/main", "shards/second"]);
    assert_eq!(site.apply(), expected);
    assert_eq!(site.planned(), Changes::new());
}

#[test]
fn a_key_is_where_its_alias_can_be() {
    for key in ["arn:aws:kms:eu-west-1:000000000000:key/1", "arn:aws:kms:eu-central-1:999999999999:key/1"] {
        let mut shop = Shop::new("states");
        shop.settings["kms_key"] = key.into();
        let folder = tempfile::tempdir().unwrap();
        let refused = deployment(folder.path()).render(&shop.ecosystem()).unwrap_err().to_string();
        assert!(refused.contains("aws/settings") && refused.contains("as its alias is"), "{refused}");
    }
}
