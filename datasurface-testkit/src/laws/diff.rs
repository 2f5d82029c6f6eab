//! Law 4: `diff(x, x)` is empty. Law 5: applying `diff(a, b)` to a gives b.

use super::{OnPlatform, ReportBuilder};
use crate::{apply::apply, harness::HarnessRun, law::Law, recording::DiffCall};
use datasurface_broker::{PlatformRecord, Proposal};
use datasurface_platform::{
    ChangeHeader, DataPlatform, Plan, RenderingChange, ResourceAddress, Revision, ScopeChange,
};
use std::collections::{BTreeMap, BTreeSet};

/// Asks for the way from every rendering to itself.
pub(super) fn check_identity(report: &mut ReportBuilder, stage: &HarnessRun, proposal: &Proposal) {
    for (name, record) in proposal.manifest().platforms() {
        let Some(configured) = stage.placed.platform(name) else {
            continue;
        };
        let all: Vec<ScopeChange> = record
            .scopes
            .iter()
            .map(|entry| ScopeChange {
                scope: entry.scope.clone(),
                old: entry.record.clone(),
                new: entry.record.clone(),
            })
            .collect();
        for (scopes, which) in [(Vec::new(), "no scope differs"), (all, "all scopes are as they were")] {
            let difference = match ask(configured.platform(), record, proposal.revision(), &scopes) {
                Ok(plan) if plan.is_empty() => continue,
                Ok(plan) => format!("{which}, but there is something to do: {}", summary(&plan)),
                Err(reason) => format!("{which}, but the diff fails: {reason}"),
            };
            report.report(Law::NoChangeNoSteps, OnPlatform(name, "the diff of equal renderings"), difference);
        }
    }
}

fn ask(
    platform: &dyn DataPlatform,
    record: &PlatformRecord,
    revision: &Revision,
    scopes: &Vec<ScopeChange>,
) -> Result<Plan, String> {
    let frame = ChangeHeader {
        platform: record.instance.clone(),
        from: Some(revision.clone()),
        to: revision.clone(),
        newly_held: Vec::new(),
        released: BTreeMap::new(),
        causes: BTreeMap::new(),
        metadata: BTreeSet::new(),
        shared: Vec::new(),
    };
    let plan = platform.diff(&RenderingChange::new(&frame, scopes));
    plan.map_err(|error| error.report())
}

fn summary(plan: &Plan) -> String {
    let steps = plan.steps();
    match steps.first() {
        Some(step) if steps.len() == 1 => format!("`{step}`"),
        Some(step) => format!("`{step}`, and {} more", steps.len() - 1),
        None => format!("{} transition files", plan.transition_files().len()),
    }
}

/// Applies a plan.
pub(super) fn check_plan(report: &mut ReportBuilder, diffed: &DiffCall, exempt: &BTreeSet<ResourceAddress>) {
    let name = &diffed.change.frame.platform.name;
    match &diffed.result {
        Ok(plan) => {
            for (place, difference) in apply(&diffed.change, plan, exempt) {
                report.report(Law::PlanIsComplete, OnPlatform(name, place), difference);
            }
        }
        Err(reason) => {
            let difference = format!("it fails: {reason}");
            report.report(Law::PlanIsComplete, OnPlatform(name, "the diff"), difference);
        }
    }
}
