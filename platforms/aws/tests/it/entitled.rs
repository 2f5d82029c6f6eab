//! Who reads in Athena: the role of each principal may do what a query of its views does, and nothing else.

use crate::{
    encrypted::{DEFAULT, PERSONAL, classified},
    permissions::{Need, add, arn_of, text},
    rendered::Instance,
    shop::Shop,
    site::{Changes, Site},
};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use datasurface_platform::prelude::*;
use datasurface_terraform::testing::TerraformAction;
use serde_json::Value;
use std::collections::BTreeSet;

const SALES: [&str; 4] = [
    "europe__sales__views__store__customers",
    "europe__sales__views__store__customers__history",
    "europe__sales__views__store__orders",
    "europe__sales__views__store__orders__history",
];
const STOCK: [&str; 1] = ["asia__buyers__views__store__articles"];

/// The shop, whose desk is read by people of two teams, and a workspace of a third one, which a program reads.
fn ecosystem(shop: Shop, readers: &[&str]) -> Ecosystem {
    let readers = readers.iter().map(|name| Principal::group(*name)).collect();
    let shop = Shop { readers, ..shop };
    let group = DatasetGroup::new("Now").sink("Store/articles").with_milestoning(Milestoning::Live);
    let stock = Workspace::new("Stock")
        .with_container("Asia/Buyers/Views")
        .group(group)
        .granted(Principal::service("stock"));
    let team = Team::new().container(DataContainer::platform_managed("Views")).workspace(stock);
    let asia = GovernanceZone::new().team("Buyers", "github:shop/buyers@main", team);
    shop.ecosystem().zone("Asia", "github:shop/asia@main", asia)
}

/// What the query of each view does as a role, with the workgroup of the same name: as AWS's guides to Athena and Glue have it.
fn needs(instance: &Instance, role: &str, views: &[&str]) -> BTreeSet<Need> {
    let (mut needs, place) = (BTreeSet::new(), &instance.place);
    let (_, workgroup) = instance.of("aws_athena_workgroup").find(|(_, one)| one["name"] == role).unwrap();
    let actions =
        ["StartQueryExecution", "StopQueryExecution", "GetQueryExecution", "GetQueryResults", "GetWorkGroup"];
    for action in actions {
        add(
            &mut needs,
            role,
            &[&format!("athena:{action}")],
            &format!("arn:aws:athena:{place}:workgroup/{role}"),
        );
    }
    let configuration = &workgroup["configuration"][0];
    assert_eq!(configuration["enforce_workgroup_configuration"], true);
    let results = &configuration["result_configuration"][0];
    let folder = arn_of(text(&results["output_location"]));
    let bucket = folder.split('/').next().unwrap();
    add(&mut needs, role, &["s3:GetBucketLocation"], bucket);
    let actions = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"];
    add(&mut needs, role, &actions, &format!("{folder}0f3a.csv"));
    instance.add_key(&mut needs, role, &results["encryption_configuration"][0]["kms_key_arn"], true);
    let in_catalog = |resource: &str| format!("arn:aws:glue:{place}:{resource}");
    add(&mut needs, role, &["glue:GetDatabase"], &in_catalog("database/default"));
    for view in views {
        let mut tables = instance.of("aws_glue_catalog_table").map(|(_, block)| block);
        let block =
            tables.find(|block| block["name"] == *view).unwrap_or_else(|| panic!("there is no {view}"));
        let text_of_view = text(&block["view_original_text"]);
        let encoded = text_of_view.strip_prefix("/* Presto View: ").unwrap().strip_suffix(" */").unwrap();
        let read: Value = serde_json::from_slice(&BASE64_STANDARD.decode(encoded).unwrap()).unwrap();
        let (_, from) = text(&read["originalSql"]).split_once(" FROM \"").unwrap();
        let mut names = from.split('"');
        let (database, table) = (names.next().unwrap(), names.nth(1).unwrap());
        for (database, name) in [(text(&read["schema"]), *view), (database, table)] {
            for resource in ["catalog".to_owned(), format!("database/{database}")] {
                add(&mut needs, role, &["glue:GetDatabase", "glue:GetTable"], &in_catalog(&resource));
            }
            add(&mut needs, role, &["glue:GetTable"], &in_catalog(&format!("table/{database}/{name}")));
        }
        add(
            &mut needs,
            role,
            &["s3:GetObject"],
            &format!("arn:aws:s3:::shop-lake/tables/{table}/data/0.parquet"),
        );
        let mut tables = instance.of("aws_glue_catalog_table").map(|(_, block)| block);
        let table =
            tables.find(|block| block["name"] == table && block["database_name"] == database).unwrap();
        instance.add_key(&mut needs, role, &table["parameters"]["datasurface_kms_key"], false);
    }
    needs
}

/// The roles of principals, each with what is done as it.
fn roles(instance: &Instance, clerks: &[&str]) -> Vec<(String, BTreeSet<Need>)> {
    let mut expected: Vec<(String, &[&str])> =
        clerks.iter().map(|name| (format!("datasurface-lake-group-{name}-reader"), &SALES[..])).collect();
    expected.push(("datasurface-lake-service-stock-reader".to_owned(), &STOCK[..]));
    expected.into_iter().map(|(role, views)| (role.clone(), needs(instance, &role, views))).collect()
}

#[test]
fn each_principal_may_read_what_it_is_entitled_to_and_nothing_else() {
    for (shop, keys) in [(Shop::new("states"), 0), (classified(Shop::new("states")), 2)] {
        let instance = Instance::of_ecosystem(&ecosystem(shop, &["clerks", "auditors"]), "Lake");
        let (policies, jobs) = (instance.policies(), instance.needs());
        let roles = roles(&instance, &["auditors", "clerks"]);
        let made: Vec<&str> =
            policies.roles().map(|(role, _)| role).filter(|role| role.ends_with("-reader")).collect();
        assert_eq!(made, roles.iter().map(|(role, _)| role.as_str()).collect::<Vec<_>>());
        for (role, needs) in &roles {
            for (_, action, resource) in needs {
                assert!(policies.allow(role, action, resource), "{role} may not {action} on {resource}");
            }
            let (_, grants) = policies.roles().find(|(one, _)| one == role).unwrap();
            for grant in grants {
                let is_needed = needs.iter().any(|(_, action, resource)| grant.covers(action, resource));
                assert!(is_needed, "{role} may {} on {}, and never does", grant.action, grant.pattern);
            }
            // Of what is done as anybody else, also as a job, that is all that it may do.
            let own: BTreeSet<(&str, &str)> = needs.iter().map(done).collect();
            let mut denied = 0;
            for (action, resource) in roles.iter().flat_map(|(_, needs)| needs).chain(&jobs).map(done) {
                // A query reads metadata of its tables as jobs do.
                let is_of_own_table = own.iter().any(|(_, one)| {
                    one.strip_suffix("data/0.parquet").is_some_and(|table| resource.starts_with(table))
                });
                if own.contains(&(action, resource)) || is_of_own_table && action == "s3:GetObject" {
                    continue;
                }
                assert!(!policies.allow(role, action, resource), "{role} may {action} on {resource}");
                denied += 1;
            }
            assert!(denied > 20, "{denied}");
        }
        let used: BTreeSet<&str> = roles
            .iter()
            .flat_map(|(_, needs)| needs)
            .filter(|(_, action, _)| action == "kms:Decrypt")
            .map(|(.., key)| key.as_str())
            .collect();
        assert_eq!(used.len(), keys, "{used:?}");
    }
}

/// What is done, by whatever role.
fn done((_, action, resource): &Need) -> (&str, &str) {
    (action, resource)
}

#[test]
fn results_have_the_key_of_the_strictest_class_that_is_read() {
    let instance = Instance::of_ecosystem(&ecosystem(classified(Shop::new("states")), &["clerks"]), "Lake");
    for (label, key) in [("reader-group-clerks", PERSONAL), ("reader-service-stock", DEFAULT)] {
        let results =
            &instance.block("aws_athena_workgroup", label)["configuration"][0]["result_configuration"][0];
        let alias = text(&results["encryption_configuration"][0]["kms_key_arn"]);
        assert_eq!(instance.key_behind(alias), key);
    }
    let policies = instance.policies();
    for (role, key, is_allowed) in [
        ("group-clerks", PERSONAL, true),
        ("group-clerks", DEFAULT, true),
        ("service-stock", PERSONAL, false),
        ("service-stock", DEFAULT, true),
    ] {
        let role = format!("datasurface-lake-{role}-reader");
        assert_eq!(policies.allow(&role, "kms:Decrypt", key), is_allowed, "{role} {key}");
    }
}

#[test]
fn a_role_is_taken_by_sessions_with_the_tag_of_the_principal() {
    let instance = Instance::of_ecosystem(&ecosystem(Shop::new("states"), &["clerks", "Clerks"]), "Lake");
    let readers: Vec<&Value> = instance
        .of("aws_iam_role")
        .map(|(_, role)| role)
        .filter(|role| text(&role["name"]).ends_with("-reader"))
        .collect();
    // Directories tell capital letters from small ones.
    assert_eq!(readers.len(), 3);
    let mut taken = BTreeSet::new();
    for role in readers {
        let trust: Value = serde_json::from_str(text(&role["assume_role_policy"])).unwrap();
        let [statement] = trust["Statement"].as_array().unwrap().as_slice() else { panic!("{trust}") };
        assert_eq!(statement["Principal"], json!({"AWS": "arn:aws:iam::000000000000:root"}));
        let condition = statement["Condition"]["StringEquals"].as_object().unwrap();
        let [(key, value)] = condition.iter().collect::<Vec<_>>()[..] else { panic!("{trust}") };
        assert_eq!(*key, format!("aws:PrincipalTag/datasurface:{}", text(value)));
        taken.insert(text(value).to_owned());
    }
    assert_eq!(taken, BTreeSet::from(["group:Clerks", "group:clerks", "service:stock"].map(str::to_owned)));
}

#[test]
fn who_lost_its_entitlement_has_no_role_and_nobody_else_is_touched() {
    let Some(site) = Site::new() else { return };
    let (revision, expected) = site.render_ecosystem(&ecosystem(site.shop(), &["clerks", "auditors"]));
    assert!(expected["shared/before/principal/group-auditors"].len() > 4, "{expected:?}");
    assert_eq!(site.apply(), expected);
    assert_eq!(site.planned(), Changes::new());
    site.record_applied(&revision);
    let (revision, expected) = site.render_ecosystem(&ecosystem(site.shop(), &["clerks"]));
    let changed: Vec<&str> = expected.keys().map(String::as_str).collect();
    assert_eq!(changed, ["shared/before/principal/group-auditors"]);
    assert!(expected.values().flatten().all(|(_, change)| change.action == TerraformAction::Destroy));
    assert_eq!(site.apply(), expected);
    assert_eq!(site.planned(), Changes::new());
    site.record_applied(&revision);
    // A move of what is read between states changes nothing of who reads.
    site.place_all("second");
    let (_, expected) = site.render_ecosystem(&ecosystem(site.shop(), &["clerks"]));
    assert!(expected.keys().all(|folder| !folder.contains("principal")), "{:?}", expected.keys());
    assert_eq!(site.apply(), expected);
    assert_eq!(site.planned(), Changes::new());
}

#[test]
fn who_loses_its_entitlement_may_do_nothing_any_more() {
    let before = Instance::of_ecosystem(&ecosystem(Shop::new("states"), &["clerks", "auditors"]), "Lake");
    let after = Instance::of_ecosystem(&ecosystem(Shop::new("states"), &["clerks"]), "Lake");
    let (was, is) = (before.policies(), after.policies());
    let role = "datasurface-lake-group-auditors-reader";
    for (_, action, resource) in needs(&before, role, &SALES) {
        assert!(
            was.allow(role, &action, &resource) && !is.allow(role, &action, &resource),
            "{action} {resource}"
        );
    }
    let role = "datasurface-lake-group-clerks-reader";
    assert_eq!(needs(&before, role, &SALES), needs(&after, role, &SALES));
}
