//! What cannot be rendered is refused, with a code that says what to do.

use crate::{
    shop::{Shop, articles, customers, orders, settings},
    site::deployment,
};
use datasurface_aws::AwsPlatform;
use datasurface_platform::prelude::*;

/// What the host says of a shop that it refuses.
fn refusal(shop: &Shop) -> String {
    let folder = tempfile::tempdir().unwrap();
    deployment(folder.path()).render(&shop.ecosystem()).unwrap_err().to_string()
}

/// What the host says of the second of two revisions.
fn refusal_of_change(before: &Shop, after: &Shop) -> String {
    let folder = tempfile::tempdir().unwrap();
    let deployment = deployment(folder.path());
    deployment.render(&before.ecosystem()).unwrap();
    deployment.render(&after.ecosystem()).unwrap_err().to_string()
}

fn shop() -> Shop {
    Shop::new("states")
}

fn with_customers(columns: &str) -> Shop {
    let customers = Dataset::new("customers", columns).classified("Public");
    Shop { datasets: vec![orders(), customers, articles()], ..shop() }
}

#[track_caller]
fn assert_refused(refusal: &str, code: &str, words: &str) {
    assert!(refusal.contains(code) && refusal.contains(words), "{code}: {refusal}");
}

#[test]
fn the_shop_itself_is_not() {
    let folder = tempfile::tempdir().unwrap();
    deployment(folder.path()).render(&shop().ecosystem()).unwrap();
}

/// Changes of all producers are in the staging bucket before they are merged.
#[test]
fn both_buckets_are_stores_with_all_that_is_in_them() {
    let settings = serde_json::from_value(settings("states")).unwrap();
    let instance = PlatformInstance::new("Lake".into(), "aws".into(), AwsPlatform::version(), Json::object());
    let platform = AwsPlatform::configure(&instance, settings).unwrap();
    let is_stored = |bucket: &str| {
        let container = DataContainer::object_storage("Files", bucket);
        let address = container.addresses()[0].clone();
        platform.descriptor().stores().any(|store| is_address_within(&address, store))
    };
    assert!(is_stored("shop-lake") && is_stored("shop-staging"));
    assert!(!is_stored("shop") && !is_stored("shop-staging-2"));
}

const KEY: &str = "arn:aws:kms:eu-central-1:000000000000:key/1";

#[test]
fn settings_that_aws_would_not_take() {
    for (name, value, words) in [
        ("account", json!("12"), "twelve digits"),
        ("region", json!("Frankfurt"), "code of a region"),
        ("lake_bucket", json!("Lake_Bucket"), "name of a bucket"),
        ("staging_bucket", json!("shop-lake"), "must differ"),
        ("subnets", json!(["subnet-0a"]), "two subnets"),
        ("security_groups", json!([]), "one at least"),
        ("kms_key", json!("alias/lake"), "ARN of a key"),
        ("kms_key", json!("arn:aws:kms:eu-central-1:000000000000:alias/lake"), "ARN of a key"),
        ("class_keys", json!([{"classifications": ["Secret"], "key": KEY}]), "`kms_key` beside it"),
        ("class_keys", json!([{"classifications": ["Secret", "Secret"], "key": KEY}]), "name `Secret` once"),
        ("class_keys", json!([{"classifications": ["Secret"], "key": "alias/lake"}]), "ARN of a key"),
        ("former_kms_keys", json!(["alias/lake"]), "ARN of a key"),
        ("jobs", json!({"workers": 1}), "2 at least"),
        ("jobs", json!({"timeout_minutes": 1441}), "a day at most"),
        ("alarm_topic", json!("alarms"), "ARN of a topic"),
        ("maintenance", json!({"timetable": "each Sunday"}), "must be a timetable"),
        ("maintenance", json!({"snapshot_days": 1}), "2 at least"),
    ] {
        let mut shop = shop();
        shop.settings[name] = value;
        assert_refused(&refusal(&shop), "aws/settings", words);
    }
}

#[test]
fn a_column_that_nothing_keeps() {
    for kind in
        ["Interval", "Array(Integer)", "Decimal(40,2)", "Vector(3)", "Float16", "UInt(127)", "Int(128)"]
    {
        let shop = with_customers(&format!("id Integer key, strange {kind}"));
        let words = format!("carry the column `strange` of `Store/customers`, which is `{kind}`");
        assert_refused(&refusal(&shop), "choice/no-platform", &words);
    }
    for kind in ["UInt(126)", "Int(127)", "Decimal(38,2)", "Variant"] {
        let shop = with_customers(&format!("id Integer key, strange {kind}"));
        let folder = tempfile::tempdir().unwrap();
        deployment(folder.path()).render(&shop.ecosystem()).unwrap();
    }
}

#[test]
fn a_column_with_a_name_of_ours() {
    for name in ["Op", "AR_change_seq", "bi_id"] {
        let shop = with_customers(&format!("id Integer key, {name} Integer"));
        assert_refused(&refusal(&shop), "aws/reserved-column", name);
    }
}

#[test]
fn what_is_not_built_yet() {
    let set_aside = customers().with_invalid_rows(InvalidRows::SetAside);
    let set_aside = Shop { datasets: vec![orders(), set_aside, articles()], ..shop() };
    assert_refused(&refusal(&set_aside), "choice/no-capture", "set invalid rows of `Store/customers` aside");
}

/// Customers with a column of a type, of which values are accepted.
fn accepting(kind: &str, values: &[&'static str]) -> Shop {
    let columns = format!("id Integer key, checked {kind}");
    let customers = Dataset::new("customers", columns.as_str()).classified("Public");
    let check = QualityCheck::accepted_values("checked", values.iter().copied());
    Shop { datasets: vec![orders(), customers.quality_check(check), articles()], ..shop() }
}

#[test]
fn a_check_of_values_that_can_be_written_in_many_ways() {
    for (kind, value) in [
        ("Timestamp", "2026-01-31"),
        ("Timestamp(UTC)", "2026-01-31 00:00:00"),
        ("Binary(4)", "00"),
        ("Decimal(5,2)", "1e2"),
        ("Decimal(5,2)", "1.505"),
        ("Decimal(5,2)", "12345"),
        ("Int(127)", "999999999999999999999999999999999999999999"),
    ] {
        let refusal = refusal(&accepting(kind, &[value]));
        assert_refused(&refusal, "aws/quality-check", "the check `accepted_values` of `Store/customers`");
        assert_refused(&refusal, "aws/quality-check", &format!("`checked` is a `{kind}`"));
    }
    for (kind, values) in [
        ("VarChar(9)", &["open", "it's $closed\\"][..]),
        ("Boolean", &["TRUE"]),
        ("Int(127)", &["-1", "170141183460469231731687303715"]),
        ("Double", &["1.5", "NaN"]),
        ("Date", &["2026-01-31"]),
        ("Decimal(5,2)", &["-1.50", "007"]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        deployment(folder.path()).render(&accepting(kind, values).ecosystem()).unwrap();
    }
}

#[test]
fn a_principal_that_no_tag_can_name() {
    for name in ["clerks,all".to_owned(), "c".repeat(120)] {
        let entitled = Shop { readers: vec![Principal::group(name)], ..shop() };
        assert_refused(&refusal(&entitled), "aws/principal-name", "no tag can name it");
    }
}

#[test]
fn a_source_that_dms_cannot_read() {
    let certified = Shop { credential: CredentialKind::Certificate, ..shop() };
    assert_refused(&refusal(&certified), "aws/credential-kind", "reader");
    for table in ["sales.%", "sales.", "sales.o[ab]"] {
        let named = Shop { capture: shop().capture.table("orders", table), ..shop() };
        assert_refused(&refusal(&named), "aws/table-name", "Store/orders");
    }
}

#[test]
fn a_transformer_that_could_not_tell_its_inputs_apart() {
    let till = DataContainer::postgres("Till", "till.asia.example.org", "main").located("AWS/Frankfurt");
    let other = Datastore::new("Store_orders")
        .captured(
            Capture::change_data_capture("Asia/Sales/Till")
                .with_consistency(Consistency::SingleDataset)
                .with_cron("0 * * * *"),
        )
        .dataset(Dataset::new("by_day", "id Integer key").classified("Public"));
    let asia = GovernanceZone::new().team(
        "Sales",
        "github:shop/asia@main",
        Team::new().container(till).datastore(other),
    );
    let shop = Shop {
        datasets: vec![
            orders(),
            customers(),
            articles(),
            Dataset::new("orders_by_day", "id Integer key").classified("Public"),
        ],
        totals: Some(TransformTrigger::AnyInputMoved),
        totalled: vec!["Store/orders", "Store/customers", "Store/orders_by_day", "Store_orders/by_day"],
        ..shop()
    };
    let ecosystem = shop.ecosystem().zone("Asia", "github:shop/asia@main", asia);
    let folder = tempfile::tempdir().unwrap();
    let refusal = deployment(folder.path()).render(&ecosystem).unwrap_err().to_string();
    assert_refused(&refusal, "aws/input-name", "`Store/orders_by_day` and `Store_orders/by_day`");
}

#[test]
fn another_key_of_what_is_kept() {
    let rekeyed = with_customers("id Integer not null, name VarChar(80) key");
    assert_refused(&refusal_of_change(&shop(), &rekeyed), "aws/other-key", "is another one");
}

#[test]
fn another_type_of_what_is_kept() {
    let other = with_customers("id Integer key, name Date");
    assert_refused(&refusal_of_change(&shop(), &other), "aws/other-type", "`name` was `string`");
    let folder = tempfile::tempdir().unwrap();
    let deployment = deployment(folder.path());
    deployment.render(&shop().ecosystem()).unwrap();
    deployment.render(&with_customers("id BigInt key, name VarChar(120)").ecosystem()).unwrap();
}
