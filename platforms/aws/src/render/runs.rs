//! Runs of jobs, as state machines start them.

use super::{Context, access::Actor};
use crate::types::JOB;
use datasurface_platform::prelude::*;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

/// The seconds to wait before a run that failed is started again.
const MINUTE: u32 = 60;

/// The addresses of definitions, by the job that is run for them: its actor and its purpose. What has another priority has runs of its own.
#[derive(Debug, Default)]
pub(super) struct Runs(BTreeMap<Reverse<Option<Priority>>, BTreeMap<Job, Vec<String>>>);

type Job = (Actor, &'static str);

impl Runs {
    /// Adds a definition of a node, whose consumers say how urgent it is.
    pub(super) fn add(&mut self, node: &NodeView, actor: Actor, purpose: &'static str, definition: String) {
        let priority = node.obligation().priority();
        self.0.entry(Reverse(priority)).or_default().entry((actor, purpose)).or_default().push(definition);
    }

    /// Adds a definition that nobody waits for.
    pub(super) fn add_last(&mut self, actor: Actor, purpose: &'static str, definition: String) {
        self.0.entry(Reverse(None)).or_default().entry((actor, purpose)).or_default().push(definition);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The addresses of the jobs.
    pub(super) fn jobs(&self) -> impl Iterator<Item = String> {
        let jobs: BTreeSet<&Job> = self.0.values().flat_map(BTreeMap::keys).collect();
        jobs.into_iter().map(|(actor, purpose)| format!("{}.{}", JOB.name(), actor.label(purpose)))
    }

    /// The runs by their priorities, the highest first, with no more priorities than runs may be made at once: the lowest are one then.
    fn tiers(&self, context: Context<'_>) -> Vec<Tier> {
        let jobs = &context.settings.jobs;
        let most = jobs.datasets_per_run.max(1) as usize;
        let mut tiers: Vec<Tier> = Vec::new();
        for (Reverse(priority), runs) in &self.0 {
            let runs = runs.iter().flat_map(|((actor, purpose), definitions)| {
                let job = actor.job(context.names, purpose);
                let lists = definitions.chunks(most);
                lists.map(move |list| json!({"job": job, "definitions": json!(list).to_string()}))
            });
            let is_full = tiers.len() >= jobs.concurrent_runs.max(1) as usize;
            match tiers.last_mut().filter(|_| is_full) {
                Some(last) => last.runs.extend(runs),
                None => tiers.push(Tier { priority: *priority, runs: runs.collect(), share: 0 }),
            }
        }
        give_shares(&mut tiers, jobs.concurrent_runs);
        tiers
    }
}

/// The runs of one priority.
#[derive(Debug)]
struct Tier {
    priority: Option<Priority>,
    runs: Vec<serde_json::Value>,
    /// How many of them are made at once.
    share: u32,
}

impl Tier {
    fn word(&self) -> String {
        self.priority.map_or_else(|| "unset".to_owned(), |priority| priority.to_string())
    }

    /// How many runs of this priority are made for one of the lowest.
    fn weight(&self) -> u32 {
        match self.priority {
            Some(Priority::Critical) => 8,
            Some(Priority::High) => 4,
            Some(Priority::Medium) => 2,
            Some(Priority::Low) | None => 1,
        }
    }
}

/// Divides the runs that are made at once between priorities: each has one, and of the others a part by its weight. What one does not need, those
/// below it have.
fn give_shares(tiers: &mut [Tier], concurrent_runs: u32) {
    let mut weights: u32 = tiers.iter().map(Tier::weight).sum();
    let mut waiting = u32::try_from(tiers.len()).unwrap_or(u32::MAX);
    let mut left = concurrent_runs.max(waiting);
    for tier in tiers {
        let part = left.saturating_sub(waiting).saturating_mul(tier.weight()) / weights.max(1);
        weights = weights.saturating_sub(tier.weight());
        waiting = waiting.saturating_sub(1);
        tier.share = match waiting {
            0 => left,
            _ => part.saturating_add(1).min(u32::try_from(tier.runs.len()).unwrap_or(u32::MAX)),
        };
        left = left.saturating_sub(tier.share);
    }
}

/// Returns the state machine that runs jobs for lists of definitions, beside each other: of each priority, some at once, so that what is urgent never
/// waits for what is not. A run that fails stops no other one. The end of each priority announces what is to be announced, and the machine fails at its
/// end if a run failed.
pub(super) fn machine(
    context: Context<'_>,
    comment: &str,
    runs: &Runs,
    announced: Option<&serde_json::Value>,
) -> serde_json::Value {
    let tiers = runs.tiers(context);
    let branches: Vec<_> = tiers.iter().map(|tier| branch(context, tier, announced)).collect();
    let failures: Vec<_> = (0..tiers.len())
        .map(|number| json!({"Variable": format!("$.tiers[{number}].any"), "BooleanEquals": true, "Next": "Incomplete"}))
        .collect();
    let states = json!({
        "Run all": {"Type": "Parallel", "Branches": branches, "ResultPath": "$.tiers", "Next": "Did any fail?"},
        "Did any fail?": {"Type": "Choice", "Choices": failures, "Default": "Complete"},
        "Incomplete": {
            "Type": "Fail",
            "Error": "Incomplete",
            "Cause": "A run failed: its log names the definitions. The next batch takes them up.",
        },
        "Complete": {"Type": "Succeed"},
    });
    json!({"Comment": comment, "StartAt": "Run all", "States": states})
}

/// The runs of one priority, and the end of them. Its output says whether any failed. Names of states are unique in the whole machine.
fn branch(context: Context<'_>, tier: &Tier, announced: Option<&serde_json::Value>) -> serde_json::Value {
    let named = |state: &str| format!("{state}: {}", tier.word());
    let (runs, run, done, failed) = (named("Runs"), named("Run"), named("Done"), named("Failed"));
    let (each, announce, count) = (named("Run each"), named("Announce"), named("Count failures"));
    let mut task = task(context);
    if let Some(task) = task.as_object_mut() {
        task.insert("Catch".to_owned(), json!([{"ErrorEquals": ["States.ALL"], "Next": failed}]));
        task.insert("Next".to_owned(), json!(done));
    }
    let mut states = json!({
        &runs: {"Type": "Pass", "Result": {"runs": tier.runs}, "Next": each},
        &each: {
            "Type": "Map",
            "ItemsPath": "$.runs",
            "MaxConcurrency": tier.share,
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "INLINE"},
                "StartAt": run,
                "States": {
                    &run: task,
                    &done: {"Type": "Pass", "Result": "done", "End": true},
                    &failed: {"Type": "Pass", "Result": "failed", "End": true},
                },
            },
            "ResultPath": "$.results",
            "Next": if announced.is_some() { &announce } else { &count },
        },
        &count: {
            "Type": "Pass",
            "Parameters": {"any.$": "States.ArrayContains($.results, 'failed')"},
            "End": true,
        },
    });
    if let (Some(entry), Some(states)) = (announced, states.as_object_mut()) {
        // What was merged is delivered, also if another run failed.
        let task = json!({
            "Type": "Task",
            "Resource": format!("arn:{}:states:::events:putEvents", context.settings.partition()),
            "Parameters": {"Entries": [entry]},
            "ResultPath": null,
            "Next": count,
        });
        states.insert(announce, task);
    }
    json!({"StartAt": runs, "States": states})
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
    })
}
