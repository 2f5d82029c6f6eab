//! Where data is kept: locations, vendors, clouds and storage.

use super::{ReceivedDataset, ZonePolicies, judge_each};
use crate::validate::{
    facts::ContainerFact,
    origins::{LineageKey, LineagePath},
    rules::{
        RuleContext,
        container::path_of,
        reference::{self, UNKNOWN_POLICY},
    },
    unit::UnitKey,
};
use datasurface_ecosystem::{
    ContainerKind, Datastore, Diagnostic, ModelPath, Policy, PolicyRule, Reference, Workspace,
    governance::{DenialContext, PolicySubject},
};
use datasurface_schema::{ContainerKey, DatastoreName, Entity, PolicyKey, PolicyName, ZoneName, segment};

/// The storage policies that datasets ask for are those of their zone.
pub(super) fn named_policies(datastore: &Datastore, scope: &mut RuleContext<'_>) {
    for dataset in datastore.datasets() {
        for policy in dataset.storage_policies() {
            let Some(zone) = scope.unit.zone() else { continue };
            let at = |unit: ModelPath| {
                unit.child(segment::DATASETS, dataset.name()).child(segment::STORAGE_POLICIES, policy)
            };
            let policies = scope.facts.policies(zone);
            let found = |name: &PolicyName| policies.and_then(|policies| policies.get(name));
            let is_of_storage = |found: &Policy| matches!(found.rule(), PolicyRule::Storage(_));
            let is_excluded = |name: &str| {
                let is_asked_for = dataset.storage_policies().any(|policy| policy.as_str() == name);
                is_asked_for || !found(&name.into()).is_some_and(is_of_storage)
            };
            reference::check_element(Reference::Policy(PolicyKey::new(zone, policy)), scope, at, is_excluded);
            if found(policy).is_some_and(|found| !is_of_storage(found)) {
                let path = at(scope.path());
                let message = format!("the policy `{policy}` of the zone `{zone}` is not about storage");
                scope.report(
                    Diagnostic::new(&UNKNOWN_POLICY, path, message)
                        .with_help("name a storage policy of the zone; all others hold without being named"),
                );
            }
        }
    }
}

/// The container that a datastore is captured from: what the zone of the datastore says of it, and its own.
pub(super) fn check_source(datastore: &Datastore, zones: &[ZonePolicies<'_>], scope: &mut RuleContext<'_>) {
    let Some(key) = datastore.capture().map(|capture| capture.container()) else {
        return;
    };
    let Some(container) = scope.facts.container(key) else {
        return;
    };
    let unit = scope.path();
    let name = datastore.name();
    let context = DenialContext {
        action: &|| format!("the datastore `{name}` may not be kept in the container `{key}`"),
        path: &|| unit.attribute(segment::CAPTURE).attribute(segment::CONTAINER),
        dataset: None,
        storage_path: Some(&|| path_of(key)),
        removal_path: None,
        help: "keep the data elsewhere, or ask the zone to change its policy",
    };
    for zone in zones {
        kept(container, zone, &context, scope);
    }
    let Some(own) = zones.iter().find(|zone| scope.unit.zone() == Some(zone.name)) else {
        return;
    };
    for dataset in datastore.datasets() {
        let path = || unit.child(segment::DATASETS, dataset.name());
        for policy in dataset.storage_policies() {
            let context = DenialContext { dataset: Some(&path), ..context };
            asked_for(container, policy, own, &context, scope);
        }
    }
}

/// The container of a workspace: what the zone of the workspace says of it, its own, and each zone whose data goes there.
pub(super) fn check_workspace(
    workspace: &Workspace,
    zones: &[ZonePolicies<'_>],
    received: &[ReceivedDataset<'_>],
    scope: &mut RuleContext<'_>,
) {
    let Some(key) = workspace.container() else {
        return;
    };
    let Some(container) = scope.facts.container(key) else {
        return;
    };
    let unit = scope.path();
    let name = workspace.name();
    for zone in zones {
        let context = DenialContext {
            action: &|| format!("the workspace `{name}` may not keep data in the container `{key}`"),
            path: &|| unit.attribute(segment::CONTAINER),
            dataset: None,
            storage_path: Some(&|| path_of(key)),
            removal_path: None,
            help: "keep the data elsewhere, or ask the zone to change its policy",
        };
        kept(container, zone, &context, scope);
    }
    // What these zones say of every container of a workspace was said.
    let is_asked = |zone: &ZoneName| zones.iter().any(|asked| asked.name == zone);
    let of_others = received.iter().flat_map(|one| one.dataset.zones().map(move |origin| (origin, one)));
    judge_each(of_others.filter(|((zone, _), _)| !is_asked(zone)), |(zone, freed), one| {
        ZonePolicies::find(Some(zone), scope).is_some_and(|zone| {
            let zone = zone.without(freed);
            delivered(one, key, zone.name, scope, &|context, scope| kept(container, &zone, context, scope))
        })
    });
    let asked = received.iter().flat_map(|one| one.dataset.asked_policies().map(move |asked| (asked, one)));
    judge_each(asked, |(zone, policy), one| {
        ZonePolicies::find(Some(zone), scope).is_some_and(|zone| {
            delivered(one, key, zone.name, scope, &|context, scope| {
                asked_for(container, policy, &zone, context, scope)
            })
        })
    });
}

/// Judges the container as the place to which a dataset is brought; says whether it is denied.
fn delivered<'a>(
    one: &ReceivedDataset<'_>,
    key: &ContainerKey,
    zone: &ZoneName,
    scope: &mut RuleContext<'a>,
    judge: &dyn Fn(&DenialContext<'_>, &mut RuleContext<'a>) -> bool,
) -> bool {
    let unit = scope.path();
    let sink = || one.sink(&unit);
    let context = DenialContext {
        action: &|| match one.dataset.derives_from(zone) {
            true => format!(
                "`{}`, which derives from data of the zone `{zone}`, may not be kept in the container `{key}`",
                one.key
            ),
            false => format!("`{}` may not be kept in the container `{key}`", one.key),
        },
        path: &sink,
        dataset: Some(&|| one.path()),
        storage_path: Some(&|| path_of(key)),
        removal_path: one.remedy(&sink),
        help: "leave the dataset out, keep it elsewhere, or ask its zone to change its policy",
    };
    let before = scope.findings.len();
    let is_denied = judge(&context, scope);
    if is_denied && one.dataset.derives_from(zone) {
        explain(before, &one.key.datastore, zone, scope);
    }
    is_denied
}

/// Adds to findings on which way the data came from a zone.
fn explain(first: usize, datastore: &DatastoreName, zone: &ZoneName, scope: &mut RuleContext<'_>) {
    let key = LineageKey { datastore: datastore.clone(), zone: zone.clone() };
    let Some(LineagePath { source, through }) = scope.facts.lineage_path(&key) else { return };
    let Some(place) = scope.facts.datastore_unit(&source).map(UnitKey::path) else { return };
    let way = match &through[..] {
        [] => String::new(),
        [one] => format!(", by way of `{one}`"),
        [first, last] => format!(", by way of `{first}` and `{last}`"),
        [first, others @ .., last] => {
            format!(", by way of `{first}`, {} more and `{last}`", others.len())
        }
    };
    let explained = scope.findings.split_off(first.min(scope.findings.len())).into_iter();
    let explained =
        explained.map(|finding| finding.related_place(place.clone(), format!("is where it comes from{way}")));
    scope.findings.extend(explained);
}

/// What a zone says of every container that keeps its data.
fn kept(
    container: ContainerFact<'_>,
    zone: &ZonePolicies<'_>,
    context: &DenialContext<'_>,
    scope: &mut RuleContext<'_>,
) -> bool {
    let places = PolicySubject::Places(container.locations());
    let is_misplaced = zone.judge(&places, context, scope);
    zone.tell_doubts(&places, context, scope);
    let storage = storage(container, false);
    storage.is_some_and(|storage| zone.judge(&storage, context, scope)) || is_misplaced
}

/// What one storage policy says of a container, because data that is kept there asks for it.
fn asked_for(
    container: ContainerFact<'_>,
    policy: &PolicyName,
    zone: &ZonePolicies<'_>,
    context: &DenialContext<'_>,
    scope: &mut RuleContext<'_>,
) -> bool {
    let policy = zone.policies.get(policy);
    // What holds for all was judged already.
    let policy =
        policy.filter(|found| !matches!(found.rule(), PolicyRule::Storage(rule) if rule.is_mandatory()));
    let Some((policy, storage)) = policy.zip(storage(container, true)) else {
        return false;
    };
    zone.judge_by(policy, &storage, context, scope)
}

/// How the container keeps data. Of one that the platform manages, the platform alone can tell: a broker asks it.
fn storage(container: ContainerFact<'_>, is_asked_for: bool) -> Option<PolicySubject<'_>> {
    let is_placed_by_platform = matches!(container.kind(), ContainerKind::PlatformManaged);
    (!is_placed_by_platform).then(|| PolicySubject::Storage {
        technology: container.kind().technology().into(),
        encryption: container.encryption(),
        is_asked_for,
    })
}
