//! Law 7: no step destroys held state. Law 20: no step replaces what is owed.

use super::{OnPlatform, ReportBuilder};
use crate::{harness::HarnessRun, law::Law, recording::DiffCall};
use datasurface_platform::{Action, Carrier, Effect, OwnedChange, Plan, ResourceAddress, Step};
use std::collections::BTreeSet;

/// Looks for steps that destroy what nothing lets go, and says what they would destroy. The broker must refuse such a plan.
pub(super) fn check(
    report: &mut ReportBuilder,
    stage: &HarnessRun,
    diffed: &DiffCall,
) -> BTreeSet<ResourceAddress> {
    let mut destroyed = BTreeSet::new();
    let Ok(plan) = &diffed.result else {
        return destroyed;
    };
    let frame = &diffed.change.frame;
    let name = &frame.platform.name;
    let mut before = diffed.change.scopes.iter().flat_map(|one| &one.old.resources);
    let holders: BTreeSet<&ResourceAddress> = before
        .by_ref()
        .filter(|(_, resource)| resource.held_data().is_some())
        .map(|(address, _)| address)
        .collect();
    for step in plan.steps() {
        let destroys = step.action == Action::Retire || step.effect == Effect::DataLoss;
        let may = frame.released.contains_key(&step.resource);
        if destroys && !may && holders.contains(&step.resource) {
            let difference = format!("it holds data that nothing lets go, but the plan says `{step}`");
            let place = OnPlatform(name, format!("`{}`", step.resource));
            report.report(Law::HeldStateSurvives, place, difference);
            destroyed.insert(step.resource.clone());
        }
        let is_replaced = step.action == Action::Replace && !is_carried(step, plan, &diffed.change);
        if is_replaced && !may && holders.contains(&step.resource) {
            let difference =
                format!("it holds data that nothing lets go or carries over, but the plan says `{step}`");
            report.report(
                Law::OwedIsNotReplaced,
                OnPlatform(name, format!("`{}`", step.resource)),
                difference,
            );
        }
    }
    if !destroyed.is_empty() && stage.proposal.is_ok() {
        let difference = "the broker lets a plan pass that destroys held data: this is a bug in datasurface";
        report.report(Law::HeldStateSurvives, "the host", difference);
    }
    destroyed
}

/// Whether there is something that brings the data of a replaced resource into the new one.
fn is_carried(step: &Step, plan: &Plan, change: &OwnedChange) -> bool {
    match &step.carried_by {
        None => false,
        Some(Carrier::TransitionFile(path)) => plan.transition_files().iter().any(|file| file.path() == path),
        Some(Carrier::Resource(address)) => {
            let mut rendered = change.scopes.iter().map(|one| &one.new.resources);
            *address != step.resource && rendered.any(|resources| resources.contains_key(address))
        }
    }
}

/// What is held must be rendered on, and what its data depends on stays: the broker refuses everything else.
pub(super) fn check_rendered(report: &mut ReportBuilder, stage: &HarnessRun) {
    let Err(refused) = &stage.proposal else {
        return;
    };
    for finding in refused.findings().iter() {
        if matches!(finding.code(), "held/not-rendered" | "plan/unguarded-dependency") {
            report.report(Law::HeldStateSurvives, finding.path(), finding.message());
        }
    }
}
