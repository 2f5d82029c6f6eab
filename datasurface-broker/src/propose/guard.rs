//! Guards: no plan may destroy what was promised, whoever made it.

use super::changed_scopes::ChangedScopes;
use datasurface_model::{CodeInfo, Diagnostic, ModelPath, segment};
use datasurface_platform::{
    Action, Carrier, ChangeHeader, Effect, HeldState, Plan, Resource, ResourceAddress, Scope, Step,
};
use datasurface_state::PlatformRecord;
use datasurface_state::rendered::PlatformIndex;
use std::{
    cell::LazyCell,
    collections::{BTreeMap, BTreeSet},
};

pub(crate) static UNGUARDED: CodeInfo = CodeInfo::error(
    "plan/unguarded",
    "a plan would destroy data that nothing lets go",
    "Data that was promised may go when it is not owed any more, or when somebody released it. This plan would destroy it \
     all the same: that is a bug of the plug-in, and nothing is written. What is replaced is destroyed as well, unless a transition \
     file of the plan or another resource carries its data over.",
);

pub(crate) static UNGUARDED_DEPENDENCY: CodeInfo = CodeInfo::error(
    "plan/unguarded-dependency",
    "a plan would destroy what promised data depends on",
    "What nodes share, such as a key or a bucket, may hold no data and still take data with it when it goes. It goes after the last \
     resource that depends on it and holds promised data, or that data is carried over in the same plan. Nothing is written.",
);

/// What is rendered and held after a change.
pub(super) struct Outcome<'a> {
    pub(super) rendered: &'a PlatformIndex,
    pub(super) held: &'a [HeldState],
}

impl Outcome<'_> {
    /// Whether a step destroys what is in a resource.
    fn destroys(&self, step: &Step, plan: &Plan) -> bool {
        let destroys = match step.action {
            Action::Retire => true,
            Action::Replace => !self.is_carried(step, plan),
            _ => false,
        };
        destroys || step.effect == Effect::DataLoss
    }

    /// Whether the data of a resource that is replaced gets into the new one. Held data stays where it is: nothing feeds it, so nobody
    /// would see that less of it came over.
    fn is_carried(&self, step: &Step, plan: &Plan) -> bool {
        let is_there = match &step.carried_by {
            None => false,
            Some(Carrier::TransitionFile(path)) => {
                plan.transition_files().iter().any(|file| file.path() == path)
            }
            Some(Carrier::Resource(address)) => {
                *address != step.resource && self.rendered.resource(address).is_some()
            }
        };
        is_there && self.held.iter().all(|held| held.resource != step.resource)
    }
}

/// Checks every step of a plan against what lets data go.
pub(super) fn check(
    frame: &ChangeHeader,
    (changed, before): (&ChangedScopes<'_>, Option<&PlatformRecord>),
    plan: &Plan,
    after: &Outcome<'_>,
    found: &mut Vec<Diagnostic>,
) {
    // Most plans destroy nothing.
    let holders = LazyCell::new(|| {
        // What was rendered since the base may be there as well.
        let since = before.map_or(&[][..], PlatformRecord::scopes_since_base).iter().map(|entry| &**entry);
        let resources = changed.before().chain(since).flat_map(|entry| entry.record.resources.values());
        let holders = resources.filter(|resource| resource.held_data().is_some());
        holders.map(Resource::address).collect::<BTreeSet<_>>()
    });
    let destroys = |step: &&Step| {
        after.destroys(step, plan)
            && !frame.released.contains_key(&step.resource)
            && holders.contains(&step.resource)
    };
    for step in plan.steps().iter().filter(destroys) {
        let path = ModelPath::root().child(segment::PLATFORMS, &frame.platform.name);
        let message = format!("`{}` holds data, and the plan would {} it", step.resource, step.action);
        found.push(Diagnostic::new(&UNGUARDED, path, message).with_help(
            "report this to the author of the plug-in; the data is safe as long as nothing is written",
        ));
    }
}

/// Checks every step on what nodes share against the data that depends on it: a key, a bucket. That data goes with it, unless its own
/// step carries it over.
pub(super) fn check_shared(
    frame: &ChangeHeader,
    before: &PlatformRecord,
    plan: &Plan,
    after: &Outcome<'_>,
    found: &mut Vec<Diagnostic>,
) {
    let shared = LazyCell::new(|| {
        let scopes = before.base_scopes().iter().filter(|entry| matches!(entry.scope, Scope::Shared(_)));
        scopes.flat_map(|entry| entry.record.resources.keys()).collect::<BTreeSet<_>>()
    });
    let destroys = |step: &&Step| after.destroys(step, plan) && shared.contains(&step.resource);
    let destroyed: BTreeSet<&ResourceAddress> =
        plan.steps().iter().filter(destroys).map(|step| &step.resource).collect();
    if destroyed.is_empty() {
        return;
    }
    let resources: BTreeMap<&ResourceAddress, &Resource> =
        before.base_scopes().iter().flat_map(|entry| &entry.record.resources).collect();
    let carried: BTreeSet<&ResourceAddress> =
        plan.steps().iter().filter(|step| after.is_carried(step, plan)).map(|step| &step.resource).collect();
    let stays = |resource: &&&Resource| {
        let address = resource.address();
        resource.held_data().is_some() && !frame.released.contains_key(address) && !carried.contains(address)
    };
    let path = ModelPath::root().child(segment::PLATFORMS, &frame.platform.name);
    for holder in resources.values().filter(stays) {
        for needed in needed_by(holder, &resources).intersection(&destroyed) {
            let message = format!(
                "the data in `{}` depends on `{needed}`, and the plan would destroy that",
                holder.address()
            );
            found.push(
                Diagnostic::new(&UNGUARDED_DEPENDENCY, path.clone(), message)
                    .with_help("report this to the author of the plug-in: what held data depends on is shared for as long as the data is there, or the data is carried over"),
            );
        }
    }
}

/// What a resource depends on, directly or through others.
fn needed_by<'r>(
    holder: &'r Resource,
    resources: &BTreeMap<&'r ResourceAddress, &'r Resource>,
) -> BTreeSet<&'r ResourceAddress> {
    let mut needed = BTreeSet::new();
    let mut open = vec![holder];
    while let Some(resource) = open.pop() {
        for address in resource.dependencies() {
            if needed.insert(address) {
                open.extend(resources.get(address));
            }
        }
    }
    needed
}
