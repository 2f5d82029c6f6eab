//! Hand-overs between two instances, as Terraform plans and applies them.

use crate::{
    federation::{Federation, PLATFORMS},
    rendered::Instance,
    shop::{articles, customers, orders},
    site::{Changes, Site, deployment},
};
use datasurface_platform::prelude::*;
use datasurface_terraform::testing::{PlannedChange, TerraformAction};

const KEY: &str = "arn:aws:kms:eu-central-1:000000000000:key/default";

#[test]
fn what_was_planned_is_applied_and_a_rename_changes_nothing_that_is_there() {
    let Some(site) = Site::with_platforms(PLATFORMS) else { return };
    let mut federation = Federation::new(&site.states()).encrypted(KEY);
    let (revision, expected) = site.render_ecosystem(&federation.ecosystem());
    let main = &expected["Reports/shards/main"];
    assert_eq!(main["aws_glue_catalog_table.Store-orders"].action, TerraformAction::Create);
    assert!(main.keys().all(|address| !address.contains("aws_dms_")), "nothing is captured twice: {main:?}");
    assert_eq!(site.apply(), expected);
    assert_eq!(site.planned(), Changes::new());
    site.record_applied(&revision);

    let renamed = Dataset::new("sales", orders().schema().clone()).classified("Public");
    federation.shop.datasets = vec![renamed.renamed_from("orders"), customers(), articles()];
    federation.shop.wanted = vec!["Store/sales", "Store/customers"];
    federation.sink = "Store/sales";
    let (revision, expected) = site.render_ecosystem(&federation.ecosystem());
    // Tags and descriptions have the name of now, and nothing else has.
    let is_update = |(_, change): (_, &PlannedChange)| change.action == TerraformAction::Update;
    assert!(expected.values().flatten().all(is_update), "{expected:?}");
    let here = expected.iter().filter(|(module, _)| module.starts_with("Reports/"));
    let here: Vec<&String> = here.flat_map(|(_, changes)| changes.keys()).collect();
    assert!(here.iter().all(|address| !address.contains("definition-")), "{here:?}");
    assert_eq!(site.apply(), expected);
    assert_eq!(site.planned(), Changes::new());
    site.record_applied(&revision);

    // When nobody reads it any more, the table stays until its retention is over, and nothing feeds it.
    federation.is_read = false;
    let (_, expected) = site.render_ecosystem(&federation.ecosystem());
    let main = &expected["Reports/shards/main"];
    assert!(!main.contains_key("aws_glue_catalog_table.Store-orders"), "{main:?}");
    assert_eq!(main["aws_s3_object.definition-Store-orders"].action, TerraformAction::Destroy);
    assert!(
        main.keys().any(|address| address.starts_with("aws_sfn_state_machine.receive-main-at-")),
        "{main:?}"
    );
    assert_eq!(site.apply(), expected);
    assert_eq!(site.planned(), Changes::new());
}

#[test]
fn a_batch_beside_starts_at_once_and_one_elsewhere_by_a_timetable() {
    let rendered = |federation: Federation| Instance::of_ecosystem(&federation.ecosystem(), "Reports");
    let beside = rendered(Federation::beside("states"));
    let rule = beside.block("aws_cloudwatch_event_rule", "receive-main-after-Lake");
    let pattern: serde_json::Value = serde_json::from_str(rule["event_pattern"].as_str().unwrap()).unwrap();
    assert_eq!(pattern["detail"], json!({"instance": ["Lake"]}));
    assert!(beside.of("aws_scheduler_schedule").all(|(label, _)| !label.starts_with("receive-")));
    let elsewhere = rendered(Federation::new("states"));
    let schedules = elsewhere.of("aws_scheduler_schedule").filter(|(label, _)| label.starts_with("receive-"));
    let times: Vec<&str> = schedules.map(|(_, one)| one["schedule_expression"].as_str().unwrap()).collect();
    assert_eq!(times, ["cron(5,15,25,35,45,55 * * * ? *)"]);
    // What is received is announced by the job, and only if it is new: two instances would start each other for ever otherwise.
    for instance in [&beside, &elsewhere] {
        let receivers =
            instance.of("aws_sfn_state_machine").filter(|(label, _)| label.starts_with("receive-"));
        let definitions: Vec<&str> = receivers.map(|(_, one)| one["definition"].as_str().unwrap()).collect();
        assert!(definitions.len() == 1 && !definitions[0].contains("putEvents"), "{definitions:?}");
    }
}

fn refusal(federation: &Federation) -> String {
    let folder = tempfile::tempdir().unwrap();
    deployment(folder.path()).render(&federation.ecosystem()).unwrap_err().to_string()
}

#[test]
fn what_cannot_be_read_or_not_in_time_is_refused() {
    let mut unknown = Federation::new("states");
    unknown.reports["hand_overs"]["lakes"][0]["database"] = json!("other");
    let refused = refusal(&unknown);
    assert!(refused.contains("aws/unknown-lake") && refused.contains("/lake/store__orders"), "{refused}");
    let mut without = Federation::new("states");
    without.reports["hand_overs"] = json!({});
    let refused = refusal(&without);
    assert!(
        refused.contains("pin/cannot-serve") && refused.contains("cannot read `Store` from `Lake`"),
        "{refused}"
    );
    let mut late = Federation { latency: Some(Latency::hours(1)), ..Federation::new("states") };
    assert!(deployment(tempfile::tempdir().unwrap().path()).render(&late.ecosystem()).is_ok());
    late.reports["hand_overs"]["lakes"][0]["timetable"] = json!("7 * * * *");
    let refused = refusal(&late);
    assert!(refused.contains("aws/late-hand-over") && refused.contains("`Store/orders`"), "{refused}");
}

#[test]
fn settings_of_hand_overs_that_aws_would_not_take() {
    let key = "alias/lake";
    let lake = |name: &'static str, value: serde_json::Value| {
        move |federation: &mut Federation| federation.reports["hand_overs"]["lakes"][0][name] = value.clone()
    };
    let reader = |name: &'static str, value: serde_json::Value| {
        move |federation: &mut Federation| {
            federation.shop.settings["hand_overs"]["readers"][0][name] = value.clone()
        }
    };
    let stores: Vec<String> = (0..40).map(|number| format!("Store{number}")).collect();
    type Change<'c> = &'c dyn Fn(&mut Federation);
    let cases: [(Change<'_>, &str); 8] = [
        (&lake("account", json!("1")), "twelve digits"),
        (&lake("bucket", json!("reports-lake")), "a bucket of its own"),
        (&lake("database", json!("Lake")), "as Glue names it"),
        (&lake("timetable", serde_json::Value::Null), "same account and region"),
        (&lake("timetable", json!("soon")), "a timetable that is one"),
        (&lake("kms_keys", json!([key])), "with their ids"),
        (&reader("account", json!("000000000000")), "must be in another account"),
        (&reader("datastores", json!(stores)), "AWS takes 10240"),
    ];
    for (change, words) in cases {
        let mut federation = Federation::new("states");
        change(&mut federation);
        let refused = refusal(&federation);
        assert!(refused.contains("aws/settings") && refused.contains(words), "{words}: {refused}");
    }
}

#[test]
fn the_policy_of_a_catalog_belongs_to_one_instance() {
    let mut both = Federation::beside("states");
    for (settings, datastore) in [(&mut both.shop.settings, "Store"), (&mut both.reports, "Other")] {
        settings["hand_overs"]["readers"] =
            json!([{"account": "222222222222", "platform": "Third", "datastores": [datastore]}]);
    }
    let refused = refusal(&both);
    assert!(refused.contains("glue-resource-policy:000000000000:eu-central-1"), "{refused}");
}
