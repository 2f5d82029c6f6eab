//! What an instance in another account reads: its own roles may do it, and so says what is read, the bucket, the catalog and the key; and of
//! these, no other role may.

use crate::{
    encrypted::DEFAULT,
    evaluator::lets_in,
    federation::{ACCOUNT, Federation},
    permissions::Need,
    rendered::Instance,
};
use serde_json::{Value, json};

struct Sides {
    lake: Instance,
    reports: Instance,
}

impl Sides {
    fn new() -> Self {
        Self::of(&Federation::new("states").encrypted(DEFAULT))
    }

    fn of(federation: &Federation) -> Self {
        let ecosystem = federation.ecosystem();
        let [lake, reports] = ["Lake", "Reports"].map(|name| Instance::of_ecosystem(&ecosystem, name));
        Self { lake, reports: Instance { source_key: Some(DEFAULT), ..reports } }
    }

    /// What the instance that reads does with what is the other one's.
    fn needs(&self) -> Vec<Need> {
        let is_foreign =
            |resource: &str| resource.contains(":000000000000:") || resource.contains("shop-lake");
        self.reports.needs().into_iter().filter(|(_, _, resource)| is_foreign(resource)).collect()
    }

    /// Whether what is read allows it.
    fn allow(&self, role: &str, action: &str, resource: &str) -> bool {
        let policy =
            |kind: &str, label: &str| self.lake.block(kind, label)["policy"].as_str().unwrap().to_owned();
        match action.split(':').next().unwrap() {
            "s3" => lets_in(&policy("aws_s3_bucket_policy", "lake"), role, action, resource),
            "glue" => lets_in(&policy("aws_glue_resource_policy", "readers"), role, action, resource),
            "kms" => self.lake.of("aws_kms_grant").any(|(_, grant)| {
                grant["key_id"] == resource
                    && grant["grantee_principal"] == role
                    && operations(grant).any(|operation| action == format!("kms:{operation}"))
            }),
            other => panic!("nobody knows who lets {other} in"),
        }
    }
}

fn operations(grant: &Value) -> impl Iterator<Item = &str> {
    grant["operations"].as_array().unwrap().iter().map(|one| one.as_str().unwrap())
}

fn arn(account: &str, role: &str) -> String {
    format!("arn:aws:iam::{account}:role/{role}")
}

const READS: &str = "datasurface-reports-datastore-store-jobs";

#[test]
fn both_accounts_allow_what_is_read() {
    let sides = Sides::new();
    let needs = sides.needs();
    let actions: Vec<&str> = needs.iter().map(|(_, action, _)| action.as_str()).collect();
    for action in ["s3:GetObject", "glue:GetTable", "glue:GetDatabase", "kms:Decrypt"] {
        assert!(actions.contains(&action), "{actions:?}");
    }
    for (role, action, resource) in &needs {
        assert_eq!(role, READS);
        assert!(
            sides.allow(&arn(ACCOUNT, role), action, resource),
            "{role} is not let in to {action} on {resource}"
        );
        // Other roles of that account, and roles of others, are not.
        for (account, other) in [
            (ACCOUNT, "datasurface-reports-batch"),
            (ACCOUNT, "datasurface-reports-datastore-store-capture"),
            ("222222222222", READS),
        ] {
            assert!(
                !sides.allow(&arn(account, other), action, resource),
                "{other} may {action} on {resource}"
            );
        }
    }
}

#[test]
fn nobody_is_let_in_to_anything_else() {
    let sides = Sides::new();
    let reader = arn(ACCOUNT, READS);
    let catalog = "arn:aws:glue:eu-central-1:000000000000";
    for (action, resource) in [
        ("s3:PutObject", "arn:aws:s3:::shop-lake/tables/store__orders/data/0.parquet".to_owned()),
        ("s3:GetObject", "arn:aws:s3:::shop-lake/tables/other__orders/data/0.parquet".to_owned()),
        ("s3:GetObject", "arn:aws:s3:::shop-lake/definitions/store__orders.json".to_owned()),
        ("s3:ListBucket", "arn:aws:s3:::shop-lake".to_owned()),
        ("glue:UpdateTable", format!("{catalog}:table/lake/store__orders")),
        ("glue:GetTable", format!("{catalog}:table/lake/other__orders")),
        ("glue:GetTable", format!("{catalog}:table/lake_views/store__orders")),
        ("kms:GenerateDataKey", DEFAULT.to_owned()),
    ] {
        assert!(!sides.allow(&reader, action, &resource), "{action} on {resource}");
    }
    // Staging is nobody's but the instance's own.
    let staging = &sides.lake.block("aws_s3_bucket_policy", "staging")["policy"];
    assert!(!staging.as_str().unwrap().contains("Allow"));
    // The instance that reads lends nothing to anybody.
    assert!(sides.reports.of("aws_kms_grant").next().is_none());
    assert!(sides.reports.of("aws_glue_resource_policy").next().is_none());
}

#[test]
fn a_platform_of_another_kind_reads_by_the_role_that_is_named() {
    let mut federation = Federation::new("states").encrypted(DEFAULT);
    federation.shop.settings["hand_overs"]["readers"][0]["role"] = json!("warehouse");
    let sides = Sides::of(&federation);
    for (_, action, resource) in &sides.needs() {
        assert!(sides.allow(&arn(ACCOUNT, "warehouse"), action, resource), "{action} on {resource}");
        assert!(!sides.allow(&arn(ACCOUNT, READS), action, resource), "{action} on {resource}");
    }
}

#[test]
fn without_a_key_and_without_readers_there_are_no_policies_of_resources() {
    let alone = Instance::of_ecosystem(&Federation::beside("states").ecosystem(), "Lake");
    assert!(alone.of("aws_glue_resource_policy").next().is_none());
    let policy: Value =
        serde_json::from_str(alone.block("aws_s3_bucket_policy", "lake")["policy"].as_str().unwrap())
            .unwrap();
    assert_eq!(policy["Statement"].as_array().unwrap().len(), 1);
    assert_eq!(policy["Statement"][0]["Effect"], json!("Deny"));
}
