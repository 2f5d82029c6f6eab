//! What moved since a proposal was saved.

use super::{PlanSources, PlatformVersion, SavedProposal, TargetState};
use crate::{codes::PROPOSAL_MOVED, plan::PlannedChange};
use datasurface_model::{Diagnostic, Findings, ModelPath, PlatformName, segment};
use std::collections::BTreeSet;

impl SavedProposal {
    /// Returns a finding for each thing that is not as it was when this was planned.
    pub(crate) fn moved(&self, planned_now: &PlannedChange) -> Findings {
        let now = match Self::of(planned_now) {
            Ok(now) => now,
            Err(error) => {
                let message = format!("it cannot be compared: {error}");
                return [moved(ModelPath::root(), message)].into_iter().collect();
            }
        };
        let sources = self.made_from.moved(&now.made_from, planned_now);
        // Where a source moved, what it leads to moved with it.
        let outcome = self.outcome_moved(&now).filter(|_| sources.is_empty());
        sources.into_iter().chain(outcome.map(|message| moved(ModelPath::root(), message))).collect()
    }

    /// Returns how the outcome is another one than when this was planned, from the same sources.
    fn outcome_moved(&self, now: &Self) -> Option<String> {
        let revision = now.leads_to.revision.short();
        if self.leads_to != now.leads_to {
            Some(format!(
                "revision {revision} is rendered or recorded otherwise than when it was planned: a platform is another one"
            ))
        } else if self != now {
            Some(format!(
                "the steps to revision {revision} are not those of the file: it was edited, or a platform plans otherwise"
            ))
        } else {
            None
        }
    }
}

impl PlanSources {
    /// Returns a finding for each source that is another one now.
    fn moved(&self, now: &Self, planned_now: &PlannedChange) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        if self.model != now.model {
            let message =
                "the model is another one: its documents say something else than when it was planned";
            found.push(moved(ModelPath::root(), message.to_owned()));
        }
        if self.lock != now.lock {
            let lock = planned_now.lock_path.display().to_string();
            let message =
                format!("the lock is another one: `{lock}` has other decisions than when it was planned");
            found.push(moved(ModelPath::root().child(segment::LOCK, lock), message));
        }
        if self.target != now.target {
            let target = planned_now.target.root().display().to_string();
            let message = target_moved(self.target.as_ref(), now.target.as_ref());
            found.push(moved(ModelPath::root().child(segment::TARGET, target), message));
        }
        let names: BTreeSet<&PlatformName> = self.platforms.keys().chain(now.platforms.keys()).collect();
        found.extend(names.into_iter().filter_map(|name| {
            let (planned, found) = (self.platforms.get(name), now.platforms.get(name));
            let path = ModelPath::root().child(segment::PLATFORMS, name);
            let (planned_text, found_text) = (version(planned), version(found));
            let message = format!("`{name}` is {found_text} now, and was {planned_text} when it was planned");
            (planned != found).then(|| moved(path, message))
        }));
        found
    }
}

fn target_moved(planned: Option<&TargetState>, found: Option<&TargetState>) -> String {
    let revision = |state: Option<&TargetState>| match state {
        Some(state) => format!("revision {}", state.revision.short()),
        None => "nothing".to_owned(),
    };
    let (planned, found) = (revision(planned), revision(found));
    match planned == found {
        false => format!("the target moved on: it has {found}, and the plan starts from {planned}"),
        true => {
            format!("the target has other files or another record than when it was planned, at {planned}")
        }
    }
}

fn version(platform: Option<&PlatformVersion>) -> String {
    match platform {
        Some(PlatformVersion { kind, version }) => format!("`{kind}` {version}"),
        None => "not there".to_owned(),
    }
}

fn moved(path: ModelPath, message: String) -> Diagnostic {
    Diagnostic::new(&PROPOSAL_MOVED, path, message).with_help("plan again, and let that be approved")
}
