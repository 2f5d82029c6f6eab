//! Law 13: a rename creates, retires and replaces nothing that holds data.

use super::{OnPlatform, ReportBuilder};
use crate::{harness::HarnessRun, law::Law};
use datasurface_platform::{Action, OwnedChange, ResourceAddress};

/// Looks at the plans of a stage to which only names lead.
pub(crate) fn check(report: &mut ReportBuilder, stage: &HarnessRun) {
    for diffed in &stage.log.diffs {
        let Ok(plan) = &diffed.result else {
            continue;
        };
        for step in plan.steps() {
            let stays = matches!(step.action, Action::Update | Action::Move);
            if !stays && holds_data(&diffed.change, &step.resource) {
                let place = OnPlatform(&diffed.change.frame.platform.name, format!("`{}`", step.resource));
                let difference =
                    format!("it holds data, and only a name changed, but the plan says `{step}`");
                report.report(Law::RenamesKeepData, place, difference);
            }
        }
    }
}

fn holds_data(change: &OwnedChange, address: &ResourceAddress) -> bool {
    let sides = change.scopes.iter().flat_map(|scope| [&scope.old, &scope.new]);
    let mut resources = sides.filter_map(|side| side.resources.get(address));
    resources.any(|resource| resource.held_data().is_some())
}
