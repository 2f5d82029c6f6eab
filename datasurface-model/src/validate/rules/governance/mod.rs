//! `governance/…`: the policies of both zones hold together, on every pair that meets. Which pairs those are is the
//! table in `docs/governance.md`; what a policy says of one of them is [`crate::governance`].

mod classification;
mod place;
mod platform;
mod production;

use super::{RuleContext, reference};
use crate::validate::facts::DatasetFact;
use datasurface_ecosystem::{
    ContainerTechnology, Datastore, Diagnostic, Ecosystem, GovernanceZone, ModelPath, Permitted, Policy,
    PolicyRule, Reference, Suggestion, Workspace,
    governance::{
        DenialContext, NO_EFFECT, PolicySubject, UNKNOWN_TECHNOLOGY, doubt, evaluate, is_alike,
        known_technology,
    },
};
use datasurface_schema::{
    DatasetKey, Entity, GroupName, Named, PolicyName, Set, Text, ZoneName, nearest, segment,
};
use rustc_hash::FxHashMap;
use std::{cell::LazyCell, collections::BTreeSet, hash::Hash};

/// What to do about a vendor that may be what a policy denies.
const UNKNOWN_HELP: &str = "say with the vendor which `cloud` it is, or keep the data elsewhere";

/// A dataset that a workspace receives, and which of its sinks says so.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReceivedDataset<'a> {
    pub(super) group: &'a GroupName,
    pub(super) key: &'a DatasetKey,
    pub(super) dataset: DatasetFact<'a>,
    /// Whether its group would want nothing without it.
    pub(super) is_alone: bool,
}

impl ReceivedDataset<'_> {
    /// Where the sink is.
    pub(super) fn sink(&self, workspace: &ModelPath) -> ModelPath {
        workspace.child(segment::GROUPS, self.group).child(segment::SINKS, self.key.to_string())
    }

    /// What to take away, so that it is not received: nothing, if the group is about nothing else.
    fn remedy<'m>(&self, sink: &'m dyn Fn() -> ModelPath) -> Option<&'m dyn Fn() -> ModelPath> {
        (!self.is_alone).then_some(sink)
    }

    /// Where the dataset is.
    pub(super) fn path(&self) -> ModelPath {
        self.dataset.store().unit().path().child(segment::DATASETS, &self.key.dataset)
    }
}

/// What policies refer to must exist.
pub(super) fn check_zone(zone: &GovernanceZone, scope: &mut RuleContext<'_>) {
    for policy in zone.policies() {
        if policy.rule().permits_everything() {
            let path = scope.path().child(segment::POLICIES, policy.name()).attribute(segment::RULE);
            let message = format!("the policy `{}` permits everything", policy.name());
            let help = "say what is allowed or denied, or remove the policy";
            scope.report(Diagnostic::new(&NO_EFFECT, path, message).with_help(help));
        }
        let references = match policy.rule() {
            PolicyRule::Locations(permitted) => listed(permitted, Reference::Location),
            PolicyRule::Vendors(permitted) => listed(permitted, Reference::Vendor),
            PolicyRule::Platforms(permitted) => listed(permitted, Reference::Platform),
            PolicyRule::Storage(rule) => {
                technologies(policy, rule.technologies(), scope);
                Vec::new()
            }
            _ => Vec::new(),
        };
        // Most often every reference leads somewhere, and nobody asks.
        let names = LazyCell::new(|| {
            references.iter().map(|(list, one)| (*list, Text::from(one.to_string()))).collect::<Set<_>>()
        });
        for (list, reference) in &references {
            let at = |unit: ModelPath| {
                unit.child(segment::POLICIES, policy.name())
                    .attribute(segment::RULE)
                    .child(list, reference.to_string())
            };
            let is_listed = |name: &str| names.contains(&(*list, name.into()));
            reference::check_element(reference.clone(), scope, at, is_listed);
        }
    }
}

/// Technologies that are nearly called like known ones. Others may be custom: platforms know them.
fn technologies(policy: &Policy, permitted: &Permitted<Text>, scope: &mut RuleContext<'_>) {
    let known = || ContainerTechnology::WORDS.iter().copied();
    let listed = listed(permitted, |name| name);
    let names: Set<_> = listed.iter().map(|(list, name)| (*list, name.clone())).collect();
    for (list, name) in listed.iter().filter(|(_, name)| !known().any(|known| *name == known)) {
        let Some(meant) = known_technology(name).or_else(|| nearest(name, known())) else { continue };
        let path =
            scope.path().child(segment::POLICIES, policy.name()).attribute(segment::RULE).child(list, name);
        let is_listed = names.contains(&(*list, meant.into()));
        // To deny what was not denied may forbid what is there: that is for people to do.
        let is_harmless = !is_listed && (is_alike(meant, name) || *list == segment::ALLOW);
        let message = format!("the policy `{}` names the technology `{name}`", policy.name());
        let finding = Diagnostic::new(&UNKNOWN_TECHNOLOGY, path.clone(), message)
            .did_you_mean(Some(meant))
            .with_suggestion(is_harmless.then(|| Suggestion::rename(path, meant)));
        scope.report(finding);
    }
}

/// Everything that a rule names, and in which of its lists.
fn listed<T: Ord + Clone, R>(permitted: &Permitted<T>, refer: impl Fn(T) -> R) -> Vec<(&'static str, R)> {
    let allowed = permitted.allowed().into_iter().flatten().map(|one| (segment::ALLOW, refer(one.clone())));
    let denied = permitted.denied().iter().map(|one| (segment::DENY, refer(one.clone())));
    allowed.chain(denied).collect()
}

/// The zone's own data, and where it comes from.
pub(super) fn check_datastore<'a>(datastore: &'a Datastore, scope: &mut RuleContext<'a>) {
    place::named_policies(datastore, scope);
    let source = datastore.capture().map(|capture| &capture.container().zone);
    let zones = ZonePolicies::find_each([scope.unit.zone(), source], scope);
    place::check_source(datastore, &zones, scope);
    for zone in &zones {
        classification::check_datastore(datastore, zone, scope);
    }
    if let Some(zone) = zones.iter().find(|zone| Some(zone.name) == scope.unit.zone()) {
        production::check_own_datastore(datastore.production_status(), zone, scope);
    }
}

/// What a workspace receives, and where it keeps that.
pub(super) fn check_workspace<'a>(
    workspace: &'a Workspace,
    received: &[ReceivedDataset<'a>],
    scope: &mut RuleContext<'a>,
) {
    let container = workspace.container().map(|container| &container.zone);
    let zones = ZonePolicies::find_each([scope.unit.zone(), container], scope);
    place::check_workspace(workspace, &zones, received, scope);
    classification::check_workspace(workspace, &zones, received, scope);
    production::check_workspace(workspace, &zones, received, scope);
}

/// Platforms that are pinned.
pub(super) fn check_pins(ecosystem: &Ecosystem, scope: &mut RuleContext<'_>) {
    platform::check(ecosystem, scope);
    production::check_pins(ecosystem, scope);
}

/// A zone that has policies.
#[derive(Clone, Copy, Debug)]
struct ZonePolicies<'a> {
    name: &'a ZoneName,
    policies: &'a Named<Policy>,
    /// Those that do not hold for what is judged.
    freed: Option<&'a BTreeSet<PolicyName>>,
}

impl<'a> ZonePolicies<'a> {
    /// Without the policies from which data was freed.
    fn without(self, freed: Option<&'a BTreeSet<PolicyName>>) -> Self {
        Self { freed, ..self }
    }

    fn find(name: Option<&'a ZoneName>, scope: &RuleContext<'a>) -> Option<Self> {
        let name = name?;
        Some(Self { name, policies: scope.facts.policies(name)?, freed: None })
    }

    /// Those of these zones that have policies, each once.
    fn find_each<const N: usize>(names: [Option<&'a ZoneName>; N], scope: &RuleContext<'a>) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for name in names.into_iter().flatten() {
            if found.iter().all(|zone| zone.name != name) {
                found.extend(Self::find(Some(name), scope));
            }
        }
        found
    }

    /// Reports every policy that denies what is met; says whether one does.
    fn judge(
        &self,
        subject: &PolicySubject<'_>,
        context: &DenialContext<'_>,
        scope: &mut RuleContext<'_>,
    ) -> bool {
        let mut is_denied = false;
        let is_freed = |policy: &Policy| self.freed.is_some_and(|freed| freed.contains(policy.name()));
        for policy in self.policies.iter().filter(|policy| !is_freed(policy)) {
            is_denied |= self.judge_by(policy, subject, context, scope);
        }
        is_denied
    }

    /// Reports every policy of which nobody can tell whether it denies what is met.
    fn tell_doubts(
        &self,
        subject: &PolicySubject<'_>,
        context: &DenialContext<'_>,
        scope: &mut RuleContext<'_>,
    ) {
        let is_freed = |policy: &Policy| self.freed.is_some_and(|freed| freed.contains(policy.name()));
        for policy in self.policies.iter().filter(|policy| !is_freed(policy)) {
            if let Some(doubt) = doubt(policy, subject, |vendor| scope.facts.cloud(vendor)) {
                let context = DenialContext { removal_path: None, help: UNKNOWN_HELP, ..*context };
                scope.report(doubt.to_diagnostic(doubt.code, self.name, policy, &context));
            }
        }
    }

    fn judge_by(
        &self,
        policy: &Policy,
        subject: &PolicySubject<'_>,
        context: &DenialContext<'_>,
        scope: &mut RuleContext<'_>,
    ) -> bool {
        let denial = evaluate(policy, subject, |vendor| scope.facts.cloud(vendor));
        if let Some(denial) = &denial {
            scope.report(denial.to_diagnostic(denial.code, self.name, policy, context));
        }
        denial.is_some()
    }
}

/// Judges what is received: once for each of some things that decide about it, since most often nothing is denied; where
/// something is, at every sink, since each of them is one too many.
fn judge_each<'r, 'a: 'r, K: Copy + Eq + Hash>(
    received: impl Iterator<Item = (K, &'r ReceivedDataset<'a>)>,
    mut judge: impl FnMut(K, &ReceivedDataset<'a>) -> bool,
) {
    let mut denied: FxHashMap<K, bool> = FxHashMap::default();
    for (key, one) in received {
        match denied.get(&key) {
            Some(true) => drop(judge(key, one)),
            Some(false) => {}
            None => drop(denied.insert(key, judge(key, one))),
        }
    }
}
