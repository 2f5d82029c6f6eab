//! Law 7: no step destroys held state.

use super::{OnPlatform, ReportBuilder};
use crate::{harness::HarnessRun, recording::DiffCall, report::Law};
use datasurface_platform::{Action, Effect, ResourceAddress};
use std::collections::BTreeSet;

/// Looks for steps that destroy what nothing lets go, and says what they would destroy. The broker must refuse such a plan.
pub(super) fn check(
    court: &mut ReportBuilder,
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
            let what = format!("it holds data that nothing lets go, but the plan says `{step}`");
            let place = OnPlatform(name, format!("`{}`", step.resource));
            court.report(Law::HeldStateSurvives, place, what);
            destroyed.insert(step.resource.clone());
        }
    }
    if !destroyed.is_empty() && stage.proposal.is_ok() {
        let what = "the broker lets a plan pass that destroys held data: this is a bug in datasurface";
        court.report(Law::HeldStateSurvives, "the host", what);
    }
    destroyed
}

/// What is held must be rendered on: the broker refuses everything else.
pub(super) fn check_rendered(court: &mut ReportBuilder, stage: &HarnessRun) {
    let Err(refused) = &stage.proposal else {
        return;
    };
    for finding in refused.findings().iter() {
        if finding.code() == "held/not-rendered" {
            court.report(Law::HeldStateSurvives, finding.path(), finding.message());
        }
    }
}
