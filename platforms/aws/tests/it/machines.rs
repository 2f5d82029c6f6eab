//! State machines, run by an interpreter of their language, with tasks that fail.

use crate::{
    federation::Federation,
    rendered::Instance,
    shop::Shop,
    site::deployment,
    states_language::{End, run},
};
use datasurface_platform::prelude::*;
use serde_json::Value;
use std::{collections::BTreeSet, fs, path::Path};

/// The blocks of a type in a rendered file, by label.
pub(crate) fn blocks(folder: &Path, file: &str, resource_type: &str) -> Vec<Value> {
    let text = fs::read_to_string(folder.join("Lake").join(file)).unwrap();
    let configuration: Value = serde_json::from_str(&text).unwrap();
    configuration["resource"][resource_type].as_object().unwrap().values().cloned().collect()
}

/// The definition of the only state machine of a file, of a shop with reports, a transformer, and one dataset in each run.
fn machine(file: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let totals = Some(TransformTrigger::AnyInputMoved);
    let mut shop = Shop { reports: Some(5432), totals, ..Shop::new("states") };
    shop.settings["jobs"] = json!({"datasets_per_run": 1});
    let deployment = deployment(folder.path());
    deployment.render(&shop.ecosystem()).unwrap();
    let machines = blocks(&deployment.root(), file, "aws_sfn_state_machine");
    assert_eq!(machines.len(), 1);
    serde_json::from_str(machines[0]["definition"].as_str().unwrap()).unwrap()
}

/// What a machine did: the runs of jobs, in order, and the events.
#[derive(Default)]
pub(crate) struct Done {
    pub(crate) runs: Vec<String>,
    events: Vec<Value>,
}

/// Runs a machine of which each run that is given to `job` ends as that says; it is asked with the number of tries before.
pub(crate) fn execute(machine: &Value, job: impl Fn(&str, usize) -> End) -> (End, Done) {
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
const TRANSFORMERS: &str = "shards/main/transformers.tf.json";

#[test]
fn a_batch_runs_the_job_for_each_dataset_and_announces_its_end() {
    let (end, done) = execute(&machine(BATCHES), |_, _| Ok(json!({})));
    assert!(end.is_ok(), "{end:?}");
    let runs =
        ["customers", "orders"].map(|name| format!("[\"s3://shop-lake/definitions/store__{name}.json\"]"));
    assert_eq!(done.runs, runs);
    assert_eq!(done.events.len(), 1);
    assert_eq!(done.events[0]["Detail"], json!({"instance": "Lake"}));
}

/// The batch of a shop of which orders are urgent, customers may wait, and nobody says anything of articles.
fn batch_with_priorities(concurrent_runs: u32) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let mut shop = Shop { wanted: vec!["Store/articles"], ..Shop::new("states") };
    shop.settings["jobs"] = json!({"concurrent_runs": concurrent_runs});
    let desk = |name: &str, priority, dataset: &str| {
        Workspace::new(name)
            .with_container("Europe/Sales/Views")
            .with_priority(priority)
            .group(DatasetGroup::new("Now").sink(dataset))
    };
    let ecosystem = shop.ecosystem().edit_team("Europe", "Sales", |team| {
        team.workspace(desk("Urgent", Priority::Critical, "Store/orders")).workspace(desk(
            "Later",
            Priority::Low,
            "Store/customers",
        ))
    });
    let deployment = deployment(folder.path());
    deployment.render(&ecosystem).unwrap();
    let machines = blocks(&deployment.root(), BATCHES, "aws_sfn_state_machine");
    serde_json::from_str(machines[0]["definition"].as_str().unwrap()).unwrap()
}

/// What a machine does, in order: runs for datasets, which may fail, and events.
fn steps(machine: &Value, failing: &str) -> (End, Vec<String>) {
    let mut steps = Vec::new();
    let end = run(machine, json!({}), &mut |resource, parameters| {
        let definitions: Vec<&str> = parameters["Arguments"]["--definitions"].as_str().into_iter().collect();
        let datasets = ["articles", "customers", "orders"].into_iter();
        let found: Vec<&str> =
            datasets.filter(|dataset| definitions.iter().any(|list| list.contains(dataset))).collect();
        let is_event = resource.ends_with("events:putEvents");
        steps.push(if is_event { "event".to_owned() } else { found.join(" and ") });
        match !failing.is_empty() && found.contains(&failing) {
            true => Err("Glue.JobRunFailed".to_owned()),
            false => Ok(json!({})),
        }
    });
    (end, steps)
}

#[test]
fn what_is_urgent_is_merged_and_told_without_what_may_wait() {
    let machine = batch_with_priorities(10);
    let (end, done) = steps(&machine, "");
    assert!(end.is_ok(), "{end:?}");
    assert_eq!(done, ["orders", "event", "customers", "event", "articles", "event"]);
    for (failing, told) in [
        ("orders", ["orders", "orders", "orders", "event", "customers", "event", "articles", "event"]),
        (
            "customers",
            ["orders", "event", "customers", "customers", "customers", "event", "articles", "event"],
        ),
    ] {
        let (end, done) = steps(&machine, failing);
        assert_eq!((end, done), (Err("Incomplete".to_owned()), told.map(str::to_owned).to_vec()));
    }
}

#[test]
fn what_is_urgent_has_more_of_the_runs_that_are_made_at_once() {
    for (concurrent_runs, shares) in [(10, &[1, 1, 8][..]), (3, &[1, 1, 1]), (2, &[1, 1]), (1, &[1])] {
        let machine = batch_with_priorities(concurrent_runs);
        let branches = machine["States"]["Run all"]["Branches"].as_array().unwrap();
        let states = branches.iter().flat_map(|branch| branch["States"].as_object().unwrap().values());
        let found: Vec<u64> = states.filter_map(|state| state["MaxConcurrency"].as_u64()).collect();
        assert_eq!(found, shares, "{concurrent_runs}: what one does not need, those below it have");
        let (_, done) = steps(&machine, "");
        let merged: Vec<String> = done.into_iter().filter(|step| step != "event").collect();
        assert_eq!(merged, ["orders", "customers", "articles"], "{concurrent_runs}");
    }
    let names = batch_with_priorities(10).to_string();
    for word in ["critical", "low", "unset"] {
        assert_eq!(names.matches(&format!("\"Run: {word}\":")).count(), 1, "names of states are unique");
    }
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
    let runs = ["Store-orders", "Totals-by_customer"].map(|name| {
        format!("[\"s3://shop-lake/exports/Europe-Sales-Reports/Europe-Sales-Reports-{name}.json\"]")
    });
    assert_eq!(done.runs, runs, "nothing is delivered that only a transformer reads");
    assert_eq!(done.events, [] as [Value; 0], "an event would start it again");
}

#[test]
fn transformers_are_run_by_their_triggers() {
    let (end, done) = execute(&machine(TRANSFORMERS), |_, _| Ok(json!({})));
    assert!(end.is_ok(), "{end:?}");
    assert_eq!(done.runs, ["[\"s3://shop-lake/triggers/Totalling.json\"]"]);
    assert_eq!(done.events, [] as [Value; 0], "the job tells, and only if something moved");
}

#[test]
fn a_transformer_is_started_as_its_trigger_says() {
    for (trigger, starters, when) in [
        (
            TransformTrigger::AnyInputMoved,
            ["aws_cloudwatch_event_rule", "aws_cloudwatch_event_target"],
            "any_input_moved",
        ),
        (
            TransformTrigger::AllInputsMoved,
            ["aws_cloudwatch_event_rule", "aws_cloudwatch_event_target"],
            "all_inputs_moved",
        ),
        (
            TransformTrigger::Cron("0 6 * * * Europe/Berlin".into()),
            ["aws_scheduler_schedule", ""],
            "any_input_moved",
        ),
        (TransformTrigger::External, ["", ""], "any_input_moved"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let deployment = deployment(folder.path());
        let totals = Some(trigger.clone());
        deployment.render(&Shop { totals, ..Shop::new("states") }.ecosystem()).unwrap();
        let root = deployment.root();
        let text = fs::read_to_string(root.join("Lake").join(TRANSFORMERS)).unwrap();
        let configuration: Value = serde_json::from_str(&text).unwrap();
        let types = configuration["resource"].as_object().unwrap().keys().map(String::as_str);
        let wanted = starters.into_iter().filter(|one| !one.is_empty()).chain(["aws_sfn_state_machine"]);
        assert_eq!(types.collect::<BTreeSet<_>>(), wanted.collect(), "{trigger:?}");
        let object = &blocks(&root, "shards/main/trigger-Totalling.tf.json", "aws_s3_object")[0];
        let definition: Value = serde_json::from_str(object["content"].as_str().unwrap()).unwrap();
        assert_eq!(definition["when"], when);
        if let TransformTrigger::Cron(_) = trigger {
            let schedule = &blocks(&root, TRANSFORMERS, "aws_scheduler_schedule")[0];
            assert_eq!(schedule["schedule_expression"], "cron(0 6 * * ? *)");
            assert_eq!(schedule["schedule_expression_timezone"], "Europe/Berlin");
        }
    }
}

#[test]
fn an_alarm_looks_back_as_far_as_consumers_wait() {
    let rendered = |latency| {
        let folder = tempfile::tempdir().unwrap();
        let deployment = deployment(folder.path());
        let mut shop = Shop { latency, ..Shop::new("states") };
        shop.settings["alarm_topic"] = json!("arn:aws:sns:eu-central-1:000000000000:alarms");
        deployment.render(&shop.ecosystem()).unwrap();
        fs::read_to_string(deployment.root().join("Lake").join(BATCHES)).unwrap()
    };
    let configuration: Value = serde_json::from_str(&rendered(Some(Latency::minutes(90)))).unwrap();
    let alarms = &configuration["resource"]["aws_cloudwatch_metric_alarm"];
    let alarms: Vec<&Value> = alarms.as_object().unwrap().values().collect();
    assert_eq!(alarms.len(), 1);
    assert_eq!(alarms[0]["period"], 5400);
    assert_eq!(alarms[0]["alarm_actions"], json!(["arn:aws:sns:eu-central-1:000000000000:alarms"]));
    let machines = configuration["resource"]["aws_sfn_state_machine"].as_object().unwrap();
    let name = machines.values().next().unwrap()["name"].as_str().unwrap();
    assert!(alarms[0]["dimensions"]["StateMachineArn"].as_str().unwrap().ends_with(name));
    for latency in [None, Some(Latency::hours(24 * 8))] {
        assert!(
            !rendered(latency).contains("aws_cloudwatch_metric_alarm"),
            "nothing was promised that it could see"
        );
    }
}

#[test]
fn at_a_deadline_it_is_asked_whether_a_batch_ended_within_a_day() {
    let folder = tempfile::tempdir().unwrap();
    let deployment = deployment(folder.path());
    let deadline = Deadline::from_text("06:05 Europe/Berlin");
    let mut shop = Shop { deadline, ..Shop::new("states") };
    shop.settings["alarm_topic"] = json!("arn:aws:sns:eu-central-1:000000000000:alarms");
    deployment.render(&shop.ecosystem()).unwrap();
    let blocks = |file: &str, resource_type: &str| blocks(&deployment.root(), file, resource_type);
    // Another schedule is that of the batch.
    let schedules = blocks(BATCHES, "aws_scheduler_schedule");
    let schedule = schedules.iter().find(|schedule| schedule["target"]["input"].is_string()).unwrap();
    assert_eq!(schedule["schedule_expression"], "cron(5 6 * * ? *)");
    assert_eq!(schedule["schedule_expression_timezone"], "Europe/Berlin");
    let input: Value = serde_json::from_str(schedule["target"]["input"].as_str().unwrap()).unwrap();
    let day = &blocks(BATCHES, "aws_cloudwatch_metric_alarm")[0];
    assert_eq!(input["alarm"], day["alarm_name"]);
    assert_eq!((&day["period"], &day["datapoints_to_alarm"]), (&json!(3600), &json!(24)));
    assert!(day.get("alarm_actions").is_none(), "a day without a batch is told at a deadline alone: {day}");
    let watch = &blocks("foundation/deadlines.tf.json", "aws_sfn_state_machine")[0];
    let arn = schedule["target"]["arn"].as_str().unwrap();
    assert!(arn.ends_with(watch["name"].as_str().unwrap()), "{arn}");
    let missed = &blocks("foundation/deadlines.tf.json", "aws_cloudwatch_metric_alarm")[0];
    assert_eq!(
        (&missed["metric_name"], &missed["dimensions"]["StateMachineArn"]),
        (&json!("ExecutionsFailed"), &json!(arn))
    );
    assert_eq!(missed["alarm_actions"], json!(["arn:aws:sns:eu-central-1:000000000000:alarms"]));
    let watch: Value = serde_json::from_str(watch["definition"].as_str().unwrap()).unwrap();
    let look = |answer: End| {
        run(&watch, input.clone(), &mut |_, parameters| {
            assert_eq!(parameters["AlarmNames"], json!([day["alarm_name"]]));
            answer.clone()
        })
    };
    let state = |state: &str| Ok(json!({"MetricAlarms": [{"StateValue": state}]}));
    assert!(look(state("OK")).is_ok());
    assert_eq!(look(state("ALARM")), Err("Missed".to_owned()));
    assert!(
        look(Err("CloudWatch.InternalServiceFault".to_owned())).is_err(),
        "who cannot look does not know"
    );
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

/// Batches, deliveries, transformers, what is received, and maintenance.
#[test]
fn each_machine_tries_what_fails_again_and_tells_what_never_ends_well() {
    let shop = Shop { totals: Some(TransformTrigger::AnyInputMoved), ..Shop::new("states") };
    let shop = Shop { reports: Some(5432), ..shop };
    let reports = Instance::of_ecosystem(&Federation::new("states").ecosystem(), "Reports");
    let lake = Instance::render(&shop);
    let machines = [&lake, &reports].into_iter().flat_map(|one| one.of("aws_sfn_state_machine"));
    let mut kinds = BTreeSet::new();
    for (label, machine) in machines.filter(|(label, _)| !label.contains("deadlines")) {
        kinds.insert(label.split('-').next().unwrap().to_owned());
        let machine: Value = serde_json::from_str(machine["definition"].as_str().unwrap()).unwrap();
        let (end, well) = execute(&machine, |_, _| Ok(json!({})));
        assert!(end.is_ok() && !well.runs.is_empty(), "{label}: {end:?}");
        let fails_once = |_: &str, tries: usize| match tries {
            0 => Err("Glue.ConcurrentRunsExceededException".to_owned()),
            _ => Ok(json!({})),
        };
        let (end, done) = execute(&machine, fails_once);
        assert!(end.is_ok(), "{label}: {end:?}");
        assert_eq!(done.runs.len(), 2 * well.runs.len(), "{label}");
        let first = well.runs[0].clone();
        let first_fails = |run: &str, _: usize| match run == first {
            true => Err("States.TaskFailed".to_owned()),
            false => Ok(json!({})),
        };
        let (end, done) = execute(&machine, first_fails);
        assert_eq!(end, Err("Incomplete".to_owned()), "{label}");
        let others: BTreeSet<&String> = done.runs.iter().filter(|run| **run != first).collect();
        assert_eq!(others, well.runs.iter().filter(|run| **run != first).collect(), "{label}");
    }
    let expected = ["batch", "delivery", "maintenance", "receive", "transform"];
    assert_eq!(kinds.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}
