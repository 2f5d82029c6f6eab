//! Hooks are asked whether the plans of a proposal may be written.

use super::proposal::Proposal;
use datasurface_model::{Findings, ModelPath, segment};
use datasurface_platform::hook::PlanReady;
use datasurface_state::Manifest;

impl Proposal {
    /// Asks the hooks about each plan that does something, and returns what they say: an error among it is a refusal.
    pub(crate) fn ask_hooks(&self, target: Option<&Manifest>) -> Findings {
        let mut findings = Vec::new();
        for (platform, plan) in self.plans().filter(|(_, plan)| !plan.is_empty()) {
            let outcome = self.hooks.plan_ready(|| PlanReady {
                platform: platform.clone(),
                reached: target.map(|manifest| manifest.revision().clone()),
                revision: self.revision().clone(),
                plan: plan.clone(),
            });
            let place = ModelPath::root().child(segment::PLATFORMS, platform);
            findings.extend(outcome.remarks.iter().map(|remark| remark.diagnostic(place.clone())));
        }
        findings.into_iter().collect()
    }
}
