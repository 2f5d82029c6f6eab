//! Which platforms may have to do with a zone: those that are pinned. A broker judges those that it chooses.

use super::ZonePolicies;
use crate::validate::rules::RuleContext;
use datasurface_ecosystem::{
    Ecosystem, GroupPin, ModelPath, ProductionStatus,
    governance::{DenialContext, PolicySubject},
};
use datasurface_schema::{Entity, Set, ZoneName, segment};
use std::collections::BTreeMap;

pub(super) fn check(ecosystem: &Ecosystem, scope: &mut RuleContext<'_>) {
    if !scope.facts.restricts_platforms() {
        return;
    }
    for pin in ecosystem.group_pins() {
        for (zone, _) in zones_of(pin, scope) {
            if let Some(zone) = ZonePolicies::find(Some(zone), scope) {
                check_group(pin, &zone, scope);
            }
        }
    }
    for pin in ecosystem.primary_pins() {
        let Some(store) = scope.facts.store(pin.name()) else {
            continue;
        };
        let at = || ModelPath::root().child(segment::PRIMARY_PINS, pin.name());
        let context = DenialContext {
            action: &|| format!("the datastore `{}` may not be captured by `{}`", pin.name(), pin.platform()),
            path: &|| at().attribute(segment::PLATFORM),
            dataset: Some(&|| store.unit().path()),
            storage_path: None,
            removal_path: None,
            help: "pin the datastore to another platform, or ask its zone to change its policy",
        };
        for zone in ZonePolicies::find_each([Some(store.zone()), store.source_zone()], scope) {
            zone.judge(&PolicySubject::Platform(pin.platform()), &context, scope);
        }
    }
}

/// The zone of a group's workspace, that of its container, and those of the datastores that it reads: each with the statuses of what
/// is its own of these.
pub(super) fn zones_of<'a>(
    pin: &GroupPin,
    scope: &RuleContext<'a>,
) -> BTreeMap<&'a ZoneName, Set<ProductionStatus>> {
    let mut zones: BTreeMap<_, Set<_>> = BTreeMap::new();
    let Some(group) = scope.facts.group(pin.name()) else {
        return zones;
    };
    let of_workspace = [group.unit().zone(), group.container_zone()].into_iter().flatten();
    let workspace = of_workspace.map(|zone| (zone, group.production()));
    let inputs = group.inputs().into_iter().filter_map(|input| scope.facts.store(input));
    for (zone, status) in inputs.map(|store| (store.zone(), store.production())).chain(workspace) {
        zones.entry(zone).or_default().insert(status);
    }
    zones
}

/// Whether taking a platform away from a pin leaves one that is pinned. Without any, the model cannot tell whether there is one that
/// would do.
pub(super) fn leaves_another(pin: &GroupPin) -> bool {
    pin.platforms().len() > 1
}

fn path_of(pin: &GroupPin) -> ModelPath {
    ModelPath::root().child(segment::GROUP_PINS, pin.name().to_string())
}

fn check_group(pin: &GroupPin, zone: &ZonePolicies<'_>, scope: &mut RuleContext<'_>) {
    for platform in pin.platforms() {
        let at = || path_of(pin).child(segment::PLATFORMS, platform);
        let context = DenialContext {
            action: &|| format!("the group `{}` may not be served by `{platform}`", pin.name()),
            path: &at,
            dataset: None,
            storage_path: None,
            removal_path: leaves_another(pin).then_some(&at),
            help: "pin the group to another platform, or ask the zone to change its policy",
        };
        zone.judge(&PolicySubject::Platform(platform), &context, scope);
    }
}
