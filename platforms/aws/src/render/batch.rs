//! Batches: for each timetable of a shard, a state machine that merges what is captured by it, and what starts it.

use super::{Context, jobs, roles};
use crate::{
    timetable,
    types::{SCHEDULE, STATE_MACHINE},
};
use datasurface_platform::prelude::*;
use datasurface_terraform::{Block, Expression, Module, label};
use std::collections::BTreeMap;

/// The datasets that are merged by one timetable: the keys of their definitions, in order.
#[derive(Debug, Default)]
struct Batch<'b> {
    cron: Option<&'b Cron>,
    definitions: Vec<String>,
}

/// The word for what has no timetable: something outside starts its state machine.
const EXTERNAL: &str = "external";

/// Adds the state machines of a shard. They belong to no node: what is in one depends on what else is in the shard.
pub(super) fn add(context: Context<'_>, module: &mut Module, scope: &ScopeView) -> Result<(), PlatformError> {
    let Scope::Shard(shard) = scope.scope() else {
        return Ok(());
    };
    let mut batches: BTreeMap<&str, Batch<'_>> = BTreeMap::new();
    for node in scope.whole_nodes() {
        let Some(capture) = node.facts().capture() else {
            continue;
        };
        let cron = match capture.capture.trigger() {
            CaptureTrigger::Cron(cron) => Some(cron),
            CaptureTrigger::External => None,
        };
        let batch = batches.entry(cron.map_or(EXTERNAL, Cron::as_str)).or_default();
        batch.cron = cron;
        let keys = node.facts().datasets().iter().map(DatasetFacts::storage_key);
        batch.definitions.extend(keys.map(|key| {
            format!("s3://{}/{}", context.settings.lake_bucket, context.names.definition_key(key))
        }));
    }
    for (timetable, batch) in batches {
        add_batch(context, module, shard.as_str(), timetable, &batch)?;
    }
    Ok(())
}

fn add_batch(
    context: Context<'_>,
    module: &mut Module,
    shard: &str,
    timetable: &str,
    batch: &Batch<'_>,
) -> Result<(), PlatformError> {
    let settings = context.settings;
    let name = context.names.of_batch(shard, timetable);
    let label = label(&["batch", shard, timetable]);
    let arn = settings.arn("states", &format!("stateMachine:{name}"));
    let machine = Block::resource(&STATE_MACHINE, &label)
        .argument("name", &name)
        .argument("role_arn", settings.role_arn(&context.names.single(roles::BATCH)))
        .argument("definition", Json::from(states(context, timetable, batch)).to_string())
        .with_import_id(&arn)
        .after("aws_glue_job.merge")
        .after("aws_iam_role_policy.batch");
    let machine = module.add("batches", machine)?;
    let expressions = batch.cron.map(timetable::expressions).unwrap_or_default();
    let zone = batch.cron.and_then(Cron::zone).unwrap_or("UTC");
    for (number, expression) in (1..).zip(expressions) {
        let numbered = |text: &str| if number == 1 { text.to_owned() } else { format!("{text}-{number}") };
        let target = Expression::object([
            ("arn", arn.as_str().into()),
            ("role_arn", Expression::from(settings.role_arn(&context.names.single(roles::SCHEDULE)))),
        ]);
        let schedule = Block::resource(&SCHEDULE, numbered(&label))
            .argument("group_name", "default")
            .argument("name", numbered(&name))
            .argument("schedule_expression", expression)
            .argument("schedule_expression_timezone", zone)
            .argument("flexible_time_window", Expression::object([("mode", "OFF")]))
            .argument("target", target)
            .depends_on(&machine)
            .after("aws_iam_role_policy.schedule");
        module.add("batches", schedule)?;
    }
    Ok(())
}

/// The states of a machine: runs of the merge job beside each other. One that fails stops no other one, and the batch fails at its end.
fn states(context: Context<'_>, timetable: &str, batch: &Batch<'_>) -> serde_json::Value {
    let jobs = &context.settings.jobs;
    let runs: Vec<_> = batch
        .definitions
        .chunks(jobs.datasets_per_run.max(1) as usize)
        .map(|definitions| json!({"definitions": json!(definitions).to_string()}))
        .collect();
    json!({
        "Comment": format!("Merges what is captured by the timetable `{timetable}`"),
        "StartAt": "Runs",
        "States": {
            "Runs": {"Type": "Pass", "Result": {"runs": runs}, "Next": "Merge"},
            "Merge": {
                "Type": "Map",
                "ItemsPath": "$.runs",
                "MaxConcurrency": jobs.concurrent_runs,
                "ItemProcessor": {
                    "ProcessorConfig": {"Mode": "INLINE"},
                    "StartAt": "Run",
                    "States": {
                        "Run": jobs::task(context),
                        "Merged": {"Type": "Pass", "Result": "merged", "End": true},
                        "Failed": {"Type": "Pass", "Result": "failed", "End": true},
                    },
                },
                "ResultPath": "$.results",
                "Next": "Count failures",
            },
            "Count failures": {
                "Type": "Pass",
                "Parameters": {"any.$": "States.ArrayContains($.results, 'failed')"},
                "ResultPath": "$.failed",
                "Next": "Did any fail?",
            },
            "Did any fail?": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.failed.any", "BooleanEquals": true, "Next": "Incomplete"}],
                "Default": "Complete",
            },
            "Incomplete": {
                "Type": "Fail",
                "Error": "Incomplete",
                "Cause": "A run of the merge job failed: its log names the datasets. The next batch takes them up.",
            },
            "Complete": {"Type": "Succeed"},
        },
    })
}
