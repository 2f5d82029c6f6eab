//! Where data is kept: locations, vendors, clouds and storage.

use super::{Received, Zone, first_of_each};
use crate::{
    ecosystem::{DataContainer, Datastore, PolicyRule, Workspace},
    governance::{Meeting, Met},
    name::{ContainerKey, PolicyKey, PolicyName},
    named::Entity,
    validate::{
        reference::Reference,
        rules::{Scope, container::path_of, reference},
    },
};
use std::collections::BTreeMap;

/// The storage policies that datasets ask for are those of their zone.
pub(super) fn named_policies(datastore: &Datastore, scope: &mut Scope<'_>) {
    for dataset in datastore.datasets() {
        for policy in dataset.storage_policies() {
            let Some(zone) = scope.unit.zone() else { continue };
            let key = PolicyKey::new(zone, policy);
            reference::check(Reference::Policy(key), scope, |unit| {
                unit.child("datasets", dataset.name()).child("storage_policies", policy)
            });
        }
    }
}

/// The zone's own source containers.
pub(super) fn of_source(datastore: &Datastore, zone: &Zone<'_>, scope: &mut Scope<'_>) {
    let Some(key) = datastore.capture().map(|capture| capture.container()) else {
        return;
    };
    let Some(container) = scope.facts.container(key) else {
        return;
    };
    let unit = scope.path();
    let name = datastore.name();
    let meeting = Meeting {
        what: &|| format!("the datastore `{name}` may not be kept in the container `{key}`"),
        at: &|| unit.attribute("capture").attribute("container"),
        dataset: None,
        keeper: Some(&|| path_of(key)),
        remedy: None,
        help: "keep the data elsewhere, or ask the zone to change its policy",
    };
    kept(container, zone, &meeting, scope);
    for dataset in datastore.datasets() {
        let path = || unit.child("datasets", dataset.name());
        for policy in dataset.storage_policies() {
            let meeting = Meeting { dataset: Some(&path), ..meeting };
            asked_for(container, policy, zone, &meeting, scope);
        }
    }
}

/// The container of a workspace: what its own zone says of it, and the zone of each datastore whose data goes there.
pub(super) fn of_workspace(
    workspace: &Workspace,
    own: Option<&Zone<'_>>,
    received: &[Received<'_>],
    scope: &mut Scope<'_>,
) {
    let Some(key) = workspace.container_key() else {
        return;
    };
    let Some(container) = scope.facts.container(key) else {
        return;
    };
    let unit = scope.path();
    let name = workspace.name();
    if let Some(zone) = own {
        let meeting = Meeting {
            what: &|| format!("the workspace `{name}` may not keep data in the container `{key}`"),
            at: &|| unit.attribute("container"),
            dataset: None,
            keeper: Some(&|| path_of(key)),
            remedy: None,
            help: "keep the data elsewhere, or ask the zone to change its policy",
        };
        kept(container, zone, &meeting, scope);
    }
    let own = own.map(|zone| zone.name);
    for (store_zone, one) in first_of_each(received, |one| Some(one.dataset.store().zone())) {
        let Some(zone) = Zone::of(Some(store_zone), scope) else {
            continue;
        };
        // What the own zone says of its own container was said.
        if own != Some(store_zone) {
            delivered(one, key, scope, &|meeting, scope| kept(container, &zone, meeting, scope));
        }
    }
    for ((store_zone, policy), one) in asked(received) {
        if let Some(zone) = Zone::of(Some(store_zone), scope) {
            delivered(one, key, scope, &|meeting, scope| {
                asked_for(container, policy, &zone, meeting, scope);
            });
        }
    }
}

/// The first dataset that asks for each storage policy.
fn asked<'r, 'a>(
    received: &'r [Received<'a>],
) -> BTreeMap<(&'a crate::name::ZoneName, &'a PolicyName), &'r Received<'a>> {
    let mut asked = BTreeMap::new();
    for one in received {
        for policy in one.dataset.storage_policies() {
            asked.entry((one.dataset.store().zone(), policy)).or_insert(one);
        }
    }
    asked
}

/// Judges the container as the place to which a dataset is brought.
fn delivered<'a>(
    one: &Received<'_>,
    key: &ContainerKey,
    scope: &mut Scope<'a>,
    judge: &dyn Fn(&Meeting<'_>, &mut Scope<'a>),
) {
    let unit = scope.path();
    let sink = || one.sink(&unit);
    let meeting = Meeting {
        what: &|| format!("`{}` may not be kept in the container `{key}`", one.key),
        at: &sink,
        dataset: Some(&|| one.path()),
        keeper: Some(&|| path_of(key)),
        remedy: Some(&sink),
        help: "leave the dataset out, keep it elsewhere, or ask its zone to change its policy",
    };
    judge(&meeting, scope);
}

/// What a zone says of every container that keeps its data.
fn kept(container: &DataContainer, zone: &Zone<'_>, meeting: &Meeting<'_>, scope: &mut Scope<'_>) {
    zone.judge(&Met::Places(container.locations()), meeting, scope);
    zone.judge(&storage(container, false), meeting, scope);
}

/// What one storage policy says of a container, because data that is kept there asks for it.
fn asked_for(
    container: &DataContainer,
    policy: &PolicyName,
    zone: &Zone<'_>,
    meeting: &Meeting<'_>,
    scope: &mut Scope<'_>,
) {
    let policy = zone.policies.get(policy);
    // What holds for all was judged already.
    let policy =
        policy.filter(|found| !matches!(found.rule(), PolicyRule::Storage(rule) if rule.is_mandatory()));
    if let Some(policy) = policy {
        zone.judge_by(policy, &storage(container, true), meeting, scope);
    }
}

fn storage(container: &DataContainer, is_asked_for: bool) -> Met<'_> {
    Met::Storage {
        technology: container.kind().technology(),
        encryption: container.encryption(),
        is_asked_for,
    }
}
