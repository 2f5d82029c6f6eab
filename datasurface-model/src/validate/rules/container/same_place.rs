//! `container/same-place`: containers that are one physical database, or a part of it.
//!
//! A container is found by each of its addresses: a cluster has several, and two containers may share any of them.

use super::{super::RuleContext, path_of};
use datasurface_ecosystem::{CodeInfo, DataContainer, Diagnostic, Protects};
use datasurface_schema::{ContainerKey, Entity, Text, segment};

pub(in super::super) static SAME_PLACE: CodeInfo = CodeInfo::warning(
    "container/same-place",
    "two containers are one physical database",
    "Two containers have the same address, or one is a part of the other: a prefix inside of a bucket, a broker of the same \
     cluster. Whoever writes to one writes to the other; and policies, encryption and location, which are said twice, may be \
     said differently. Use one container for both, or correct an address.",
)
.protecting(Protects::ContainerTeam);

pub(in super::super) static OTHER_CLAIM: CodeInfo = CodeInfo::error(
    "container/other-claim",
    "two containers have one address, and say different things of it",
    "One physical database belongs to one team, is at one place, and is encrypted in one way, and so is all of a bucket. Two containers \
     that say it differently cannot both be right, and each zone's policies would believe what suits it. Keep one container, and let \
     its team say in `usable_by` who else uses it; or correct an address. Files of two machines need two names, and a server that \
     others reach is not `localhost`: a platform finds both by the address alone.",
)
.protecting(Protects::ContainerTeam);

pub(super) fn check<'a>(container: &DataContainer, scope: &mut RuleContext<'a>) {
    let Some(team) = scope.unit.team() else { return };
    let key = ContainerKey::new(&team.zone, &team.team, container.name());
    let first = |address: &Text| scope.facts.first_at(address).filter(|first| **first != key);
    let same: Vec<_> = container.addresses().iter().filter_map(first).collect();
    let outer: Vec<_> = container.outer_addresses().iter().filter_map(first).collect();
    let claim =
        |other: &'a ContainerKey| other_claim(&key, container, other, scope).map(|claim| (other, claim));
    let (code, message, related, other) = if let Some((other, claim)) = same.iter().copied().find_map(claim) {
        let message =
            format!("the container `{key}` is the same physical database as `{other}`, and {claim}");
        (&OTHER_CLAIM, message, "has the same address", other)
    } else if let Some((outer, claim)) = outer.iter().copied().find_map(claim) {
        let message = format!("the container `{key}` is a part of `{outer}`, and {claim}");
        (&OTHER_CLAIM, message, "has all that it has", outer)
    } else if let Some(other) = same.first() {
        let message = format!("the container `{key}` is the same physical database as `{other}`");
        (&SAME_PLACE, message, "has the same address", *other)
    } else if let Some(outer) = outer.first() {
        (&SAME_PLACE, format!("the container `{key}` is a part of `{outer}`"), "has all that it has", *outer)
    } else {
        return;
    };
    let finding = Diagnostic::new(code, scope.path().child(segment::CONTAINERS, container.name()), message)
        .with_help("use one container for both, or correct one of the addresses")
        .related_place(path_of(other), related);
    scope.report(finding);
}

/// What a container says of its address that another one says differently.
fn other_claim(
    key: &ContainerKey,
    container: &DataContainer,
    other_key: &ContainerKey,
    scope: &RuleContext<'_>,
) -> Option<&'static str> {
    let other = scope.facts.container(other_key)?;
    if key.team_key() != other_key.team_key() {
        Some("belongs to another team")
    } else if container.locations() != other.locations() {
        Some("is said to be at another place")
    } else if container.encryption() != other.encryption() {
        Some("is said to be encrypted otherwise")
    } else {
        None
    }
}
