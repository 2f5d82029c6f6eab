//! What zones say of a platform that could be chosen: whether it may have to do with their data, and whether it keeps the
//! data where they permit it. Policies of both zones hold together.

use super::Question;
use datasurface_model::{
    DatasetGroup, Datastore, Entity, GovernanceZone, InfrastructureVendor, Located, Named, PlatformName,
    Policy, PolicyRule, ProductionStatus, Workspace, ZoneName,
    governance::{Met, denial},
};
use std::{collections::BTreeSet, sync::Arc};

/// The zones that have a say about a dataset group: that of its workspace, and those of all that it reads. None, if no
/// zone has policies.
pub(super) fn zones_of_group<'a>(
    question: &Question<'a>,
    workspace: &'a Located<Workspace>,
    group: &DatasetGroup,
) -> BTreeSet<&'a ZoneName> {
    if !is_governed(question) {
        return BTreeSet::new();
    }
    let stores =
        group.wanted().iter().filter_map(|sink| question.ecosystem.datastore(&sink.name().datastore));
    stores.map(|store| &store.team().zone).chain([&workspace.team().zone]).collect()
}

/// The zone that has a say about a datastore.
pub(super) fn zone_of_store<'a>(
    question: &Question<'a>,
    store: &'a Located<Datastore>,
) -> BTreeSet<&'a ZoneName> {
    is_governed(question).then_some(&store.team().zone).into_iter().collect()
}

/// Why zones do not let a platform be chosen for something of this status. A pinned one was judged with the model: then
/// only the places are.
pub(super) fn forbidden(
    question: &Question<'_>,
    zones: &BTreeSet<&ZoneName>,
    platform: &PlatformName,
    status: ProductionStatus,
    is_pinned: bool,
) -> Vec<String> {
    let Some(declared) = question.ecosystem.platforms().get(platform) else {
        return Vec::new();
    };
    let cloud = |vendor: &_| {
        let vendor = question.ecosystem.vendors().get(vendor);
        vendor.and_then(InfrastructureVendor::cloud_vendor)
    };
    let mut reasons = Vec::new();
    for zone in zones {
        for policy in policies(question, zone).into_iter().flatten() {
            let theirs = declared.production_status();
            let chosen = if is_pinned { None } else { Some([Met::Platform(platform), Met::Status(theirs)]) };
            if !is_pinned && theirs != status && *policy.rule() == PolicyRule::SeparateProduction {
                let policy = policy.name();
                reasons.push(format!(
                    "is {theirs}, and the policy `{policy}` of the zone `{zone}` wants that apart"
                ));
            }
            for met in chosen.into_iter().flatten().chain([Met::Places(declared.locations())]) {
                if let Some(denial) = denial(policy, &met, cloud) {
                    let policy = policy.name();
                    reasons.push(format!("the policy `{policy}` of the zone `{zone}` {}", denial.reason));
                }
            }
        }
    }
    reasons
}

fn is_governed(question: &Question<'_>) -> bool {
    let mut zones = question.ecosystem.zones().iter().filter_map(|zone| zone.definition());
    zones.any(|zone| !zone.policies().is_empty())
}

fn policies<'a>(question: &Question<'a>, zone: &ZoneName) -> Option<&'a Named<Policy>> {
    let definition: &'a Arc<GovernanceZone> = question.ecosystem.zones().get(zone)?.definition()?;
    Some(definition.policies())
}
