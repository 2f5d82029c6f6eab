//! State machines, run by an interpreter of their language, with tasks that fail; and what roles allow.

use crate::{
    shop::Shop,
    site::deployment,
    states_language::{End, run},
};
use serde_json::{Value, json};
use std::{fs, path::Path};

/// The blocks of a type in a rendered file, by label.
fn blocks(folder: &Path, file: &str, resource_type: &str) -> Vec<Value> {
    let text = fs::read_to_string(folder.join("Lake").join(file)).unwrap();
    let configuration: Value = serde_json::from_str(&text).unwrap();
    configuration["resource"][resource_type].as_object().unwrap().values().cloned().collect()
}

/// The definition of the only state machine of a file, of a shop with reports and with one dataset in each run.
fn machine(file: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let mut shop = Shop { reports: Some(5432), ..Shop::new("states") };
    shop.settings["jobs"] = json!({"datasets_per_run": 1});
    let deployment = deployment(folder.path());
    deployment.render(&shop.ecosystem()).unwrap();
    let machines = blocks(&deployment.root(), file, "aws_sfn_state_machine");
    assert_eq!(machines.len(), 1);
    serde_json::from_str(machines[0]["definition"].as_str().unwrap()).unwrap()
}

/// What a machine did: the runs of jobs, in order, and the events.
#[derive(Default)]
struct Done {
    runs: Vec<String>,
    events: Vec<Value>,
}

/// Runs a machine of which each run that is given to `job` ends as that says; it is asked with the number of tries before.
fn execute(machine: &Value, job: impl Fn(&str, usize) -> End) -> (End, Done) {
    let mut done = Done::default();
    let end = run(machine, json!({}), &mut |resource, parameters| match resource {
        "arn:aws:states:::glue:startJobRun.sync" => {
            assert_eq!(parameters["Arguments"]["--moment"], "2026-11-21T10:00:00Z");
            let definitions = parameters["Arguments"]["--definitions"].as_str().unwrap().to_owned();
            let tries = done.runs.iter().filter(|run| **run == definitions).count();
            done.runs.push(definitions.clone());
            job(&definitions, tries)
        }
        "arn:aws:states:::events:putEvents" => {
            done.events.extend(parameters["Entries"].as_array().unwrap().iter().cloned());
            Ok(json!({}))
        }
        other => panic!("{other}"),
    });
    (end, done)
}

const BATCHES: &str = "shards/main/batches.tf.json";
const DELIVERY: &str = "shards/main/delivery.tf.json";

#[test]
fn a_batch_runs_the_job_for_each_dataset_and_announces_its_end() {
    let (end, done) = execute(&machine(BATCHES), |_, _| Ok(json!({})));
    assert!(end.is_ok(), "{end:?}");
    let runs =
        ["customers", "orders"].map(|name| format!("[\"s3://shop-lake/definitions/Store-{name}.json\"]"));
    assert_eq!(done.runs, runs);
    assert_eq!(done.events.len(), 1);
    assert_eq!(done.events[0]["Detail"], json!({"instance": "Lake"}));
}

#[test]
fn a_run_that_fails_is_tried_again() {
    let fails_once = |_: &str, tries: usize| match tries {
        0 => Err("Glue.JobRunFailed".to_owned()),
        _ => Ok(json!({})),
    };
    let (end, done) = execute(&machine(BATCHES), fails_once);
    assert!(end.is_ok(), "{end:?}");
    assert_eq!(done.runs.len(), 4);
}

#[test]
fn a_run_that_fails_for_good_stops_no_other_one() {
    let customers_fail = |definitions: &str, _: usize| match definitions.contains("customers") {
        true => Err("Glue.JobRunFailed".to_owned()),
        false => Ok(json!({})),
    };
    let (end, done) = execute(&machine(BATCHES), customers_fail);
    assert_eq!(end, Err("Incomplete".to_owned()));
    assert_eq!(done.runs.len(), 4, "three tries, and the other one: {:?}", done.runs);
    assert_eq!(done.events.len(), 1, "what was merged is delivered");
}

#[test]
fn a_delivery_runs_exports_and_starts_nothing() {
    let (end, done) = execute(&machine(DELIVERY), |_, _| Ok(json!({})));
    assert!(end.is_ok(), "{end:?}");
    assert_eq!(done.runs, ["[\"s3://shop-lake/exports/Europe-Sales-Reports-Store-orders.json\"]"]);
    assert_eq!(done.events, [] as [Value; 0], "an event would start it again");
}

#[test]
fn the_rule_of_a_delivery_is_for_the_event_of_a_batch() {
    let (_, done) = execute(&machine(BATCHES), |_, _| Ok(json!({})));
    let folder = tempfile::tempdir().unwrap();
    let deployment = deployment(folder.path());
    deployment.render(&Shop { reports: Some(5432), ..Shop::new("states") }.ecosystem()).unwrap();
    let rules = blocks(&deployment.root(), DELIVERY, "aws_cloudwatch_event_rule");
    let pattern: Value = serde_json::from_str(rules[0]["event_pattern"].as_str().unwrap()).unwrap();
    let event = &done.events[0];
    assert_eq!(pattern["source"], json!([event["Source"]]));
    assert_eq!(pattern["detail-type"], json!([event["DetailType"]]));
    assert_eq!(pattern["detail"]["instance"], json!([event["Detail"]["instance"]]));
}

#[test]
fn no_role_is_allowed_a_wildcard_of_actions() {
    let folder = tempfile::tempdir().unwrap();
    let deployment = deployment(folder.path());
    deployment.render(&Shop::new("states").ecosystem()).unwrap();
    let policies = blocks(&deployment.root(), "foundation/roles.tf.json", "aws_iam_role_policy");
    assert_eq!(policies.len(), 6);
    for policy in &policies {
        let document: Value = serde_json::from_str(policy["policy"].as_str().unwrap()).unwrap();
        for statement in document["Statement"].as_array().unwrap() {
            let actions: Vec<&str> = statement["Action"]
                .as_array()
                .unwrap()
                .iter()
                .map(|action| action.as_str().unwrap())
                .collect();
            assert!(actions.iter().all(|action| !action.contains('*')), "{statement}");
            if statement["Resource"].as_array().unwrap().contains(&json!("*")) {
                let has_no_level = |action: &&str| action.starts_with("ec2:Describe");
                assert!(actions.iter().all(has_no_level), "{statement}");
            }
        }
    }
}
