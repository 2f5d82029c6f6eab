//! Guards: no plan may destroy what was promised, whoever made it.

use crate::output::ScopeEntry;
use datasurface_model::{CodeInfo, Diagnostic, ModelPath, segment};
use datasurface_platform::{
    Action, Carrier, ChangeHeader, Effect, HeldState, Plan, ResourceAddress, ScopeChanges, Step,
};
use std::collections::BTreeSet;

pub(crate) static UNGUARDED: CodeInfo = CodeInfo::error(
    "plan/unguarded",
    "a plan would destroy data that nothing lets go",
    "Data that was promised may go when it is not owed any more, or when somebody released it. This plan would destroy it \
     all the same: that is a bug of the plug-in, and nothing is written. What is replaced is destroyed as well, unless a transition \
     file of the plan or another resource carries its data over.",
);

/// What is rendered and held after a change.
pub(super) struct Outcome<'a> {
    pub(super) entries: &'a [ScopeEntry],
    pub(super) held: &'a [HeldState],
}

impl Outcome<'_> {
    /// Whether the data of a resource that is replaced gets into the new one. Held data stays where it is: nothing feeds it, so nobody
    /// would see that less of it came over.
    fn is_carried(&self, step: &Step, plan: &Plan) -> bool {
        let is_there = match &step.carried_by {
            None => false,
            Some(Carrier::TransitionFile(path)) => {
                plan.transition_files().iter().any(|file| file.path() == path)
            }
            Some(Carrier::Resource(address)) => {
                let mut rendered = self.entries.iter().map(|entry| &entry.record.resources);
                *address != step.resource && rendered.any(|resources| resources.contains_key(address))
            }
        };
        is_there && self.held.iter().all(|held| held.resource != step.resource)
    }
}

/// Checks every step of a plan against what lets data go.
pub(super) fn check(
    frame: &ChangeHeader,
    changed: &dyn ScopeChanges,
    plan: &Plan,
    after: &Outcome<'_>,
    found: &mut Vec<Diagnostic>,
) {
    let holders = holders(changed);
    let destroys = |step: &&Step| {
        let destroys = match step.action {
            Action::Retire => true,
            Action::Replace => !after.is_carried(step, plan),
            _ => false,
        } || step.effect == Effect::DataLoss;
        destroys && holders.contains(&step.resource) && !frame.released.contains_key(&step.resource)
    };
    for step in plan.steps().iter().filter(destroys) {
        let path = ModelPath::root().child(segment::PLATFORMS, &frame.platform.name);
        let message = format!("`{}` holds data, and the plan would {} it", step.resource, step.action);
        found.push(Diagnostic::new(&UNGUARDED, path, message).with_help(
            "report this to the author of the plug-in; the data is safe as long as nothing is written",
        ));
    }
}

/// What held data before the change.
fn holders(changed: &dyn ScopeChanges) -> BTreeSet<ResourceAddress> {
    let scopes = (0..changed.count()).filter_map(|position| changed.load(position).ok());
    scopes
        .flat_map(|scope| scope.old.resources)
        .filter(|(_, resource)| resource.held_data().is_some())
        .map(|(address, _)| address)
        .collect()
}
