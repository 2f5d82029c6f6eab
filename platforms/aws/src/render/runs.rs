//! Runs of jobs, as state machines start them.

use super::{Context, access::Actor};
use crate::types::JOB;
use datasurface_platform::prelude::*;
use std::collections::BTreeMap;

/// The seconds to wait before a run that failed is started again.
const MINUTE: u32 = 60;

/// The addresses of definitions, by the job that is run for them: its actor and its purpose.
#[derive(Debug, Default)]
pub(super) struct Runs(BTreeMap<(Actor, &'static str), Vec<String>>);

impl Runs {
    /// Adds a definition.
    pub(super) fn add(&mut self, actor: Actor, purpose: &'static str, definition: String) {
        self.0.entry((actor, purpose)).or_default().push(definition);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The addresses of the jobs.
    pub(super) fn jobs(&self) -> impl Iterator<Item = String> {
        self.0.keys().map(|(actor, purpose)| format!("{}.{}", JOB.name(), actor.label(purpose)))
    }
}

/// Returns the state machine that runs jobs for lists of definitions, beside each other. A run that fails stops no other one; the machine
/// announces what is to be announced when all have ended, and fails at its end if one failed.
pub(super) fn machine(
    context: Context<'_>,
    comment: &str,
    runs: &Runs,
    announced: Option<&serde_json::Value>,
) -> serde_json::Value {
    let jobs = &context.settings.jobs;
    let most = jobs.datasets_per_run.max(1) as usize;
    let runs: Vec<_> = runs
        .0
        .iter()
        .flat_map(|((actor, purpose), definitions)| {
            let job = actor.job(context.names, purpose);
            let lists = definitions.chunks(most);
            lists.map(move |list| json!({"job": job, "definitions": json!(list).to_string()}))
        })
        .collect();
    let mut states = json!({
        "Runs": {"Type": "Pass", "Result": {"runs": runs}, "Next": "Run all"},
        "Run all": {
            "Type": "Map",
            "ItemsPath": "$.runs",
            "MaxConcurrency": jobs.concurrent_runs,
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "INLINE"},
                "StartAt": "Run",
                "States": {
                    "Run": task(context),
                    "Done": {"Type": "Pass", "Result": "done", "End": true},
                    "Failed": {"Type": "Pass", "Result": "failed", "End": true},
                },
            },
            "ResultPath": "$.results",
            "Next": if announced.is_some() { "Announce" } else { "Count failures" },
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
            "Cause": "A run failed: its log names the definitions. The next batch takes them up.",
        },
        "Complete": {"Type": "Succeed"},
    });
    if let (Some(entry), Some(states)) = (announced, states.as_object_mut()) {
        // What was merged is delivered, also if another run failed.
        let announce = json!({
            "Type": "Task",
            "Resource": format!("arn:{}:states:::events:putEvents", context.settings.partition()),
            "Parameters": {"Entries": [entry]},
            "ResultPath": null,
            "Next": "Count failures",
        });
        states.insert("Announce".to_owned(), announce);
    }
    json!({"Comment": comment, "StartAt": "Runs", "States": states})
}

/// The state that runs the job `$.job` for one list of definitions: `$.definitions`.
fn task(context: Context<'_>) -> serde_json::Value {
    json!({
        "Type": "Task",
        "Resource": format!("arn:{}:states:::glue:startJobRun.sync", context.settings.partition()),
        "Parameters": {
            "JobName.$": "$.job",
            "Arguments": {"--definitions.$": "$.definitions", "--moment.$": "$$.Execution.StartTime"},
        },
        "Retry": [
            {
                "ErrorEquals": ["Glue.ConcurrentRunsExceededException"],
                "IntervalSeconds": MINUTE,
                "MaxAttempts": 20,
                "BackoffRate": 1.2,
            },
            {"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": MINUTE, "MaxAttempts": 2, "BackoffRate": 2.0},
        ],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Failed"}],
        "Next": "Done",
    })
}
