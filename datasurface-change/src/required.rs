//! Approvals that a change needs besides those of the parts that it touches: somebody listed a team whose name is about to
//! be another owner's, or has policies that hold no longer for what moves away.
//!
//! A rule is a function in [`RULES`]; it sees both ecosystems, and adds what it requires.

use super::{
    approval::RequiredApproval,
    changed_datastores::Change,
    changed_model::ChangedModel,
    inherited_consents, inherited_waivers, known_errors, left_containers, moved_containers,
    taken_names::{TakenName, TakenNames},
    uses, waived_data, waived_ends, waived_teams,
};
use datasurface_model::{
    Access, Approval, Consent, ContainerKey, ContainerUse, ContainerUser, DataContainer, Datastore,
    Ecosystem, Entity, FormerSpelling, GroupKey, ModelPath, TeamDeclaration, TeamKey, Valid, ZoneDeclaration,
    ownership::OwnedPart, segment,
};

/// A rule about approvals.
type Rule = fn(&ChangedModel<'_>, &mut Vec<RequiredApproval>);

const RULES: [Rule; 13] = [
    listed_teams,
    left_zones,
    left_containers::of_zones,
    moved_containers::that_others_open,
    inherited_pins,
    inherited_waivers::of_new_things,
    inherited_consents::of_new_releases,
    waived_data::of_other_owners,
    waived_ends::of_other_ends,
    known_errors::of_other_ends,
    waived_teams::of_other_owners,
    former_names_taken,
    former_names_redeclared,
];

/// Every approval that a change needs besides those of the parts that it touches, each once.
pub(super) fn approvals(change: &ChangedModel<'_>) -> Vec<RequiredApproval> {
    let mut required = Vec::new();
    for rule in RULES {
        rule(change, &mut required);
    }
    required.sort();
    required.dedup();
    required
}

/// Whoever listed a team, or its zone, trusted its owner: another one needs their approval. That is so as well if there was
/// no team of that name: who lists a name does not know yet who takes it.
fn listed_teams(change: &ChangedModel<'_>, required: &mut Vec<RequiredApproval>) {
    let taken = TakenNames::new(change);
    if taken.is_empty() {
        return;
    }
    consented_teams(change, &taken, required);
    for (team, declaration) in declarations(change.new) {
        let Some(definition) = declaration.definition() else { continue };
        let part = OwnedPart::Team(team.clone());
        let former = change.former.part(&part);
        let owner = former.owner(change.old).unwrap_or_else(|| declaration.owner());
        let mut require = |taken: &TakenName, place: ModelPath, lists: &str| {
            required.push(RequiredApproval {
                path: team_path(&taken.team).attribute(segment::OWNER),
                part: OwnedPart::Team(taken.team.clone()),
                owner: owner.clone(),
                reason: format!("{lists} lists `{}`, which {}", taken.listed, taken.event()),
                related: place,
            });
        };
        for store in definition.datastores() {
            let Access::Approved(approvals) = store.access() else { continue };
            let before = store_before(change, &former, store);
            let given_before = before.and_then(|store| match store.access() {
                Access::Approved(approvals) => Some(approvals),
                Access::Open => None,
            });
            let place = || team_path(&team).child(segment::DATASTORES, store.name());
            for approval in approvals {
                let Some(taken) = taken.teams.get(&approval.team) else { continue };
                let was_given = |former: &TeamKey| {
                    let mut before = Approval::clone(approval);
                    before.team.clone_from(former);
                    given_before.is_some_and(|given| given.contains(&before))
                };
                if !taken.follows(was_given) {
                    require(taken, place(), &format!("the datastore `{}`", store.name()));
                }
            }
        }
        for container in definition.containers() {
            let Some(users) = container.usable_by() else { continue };
            let before = container_before(change, &former, container).and_then(DataContainer::usable_by);
            let place = || team_path(&team).child(segment::CONTAINERS, container.name());
            for access in [ContainerUse::Read, ContainerUse::Write] {
                let was_user = |team: &TeamKey| {
                    let names = [ContainerUser::Team(team.clone()), ContainerUser::Zone(team.zone.clone())];
                    before.is_some_and(|users| names.iter().any(|name| users.of(access).contains(name)))
                };
                let listed = users.of(access).iter().flat_map(|user| taken.listed_as(user));
                for taken in listed.filter(|taken| taken.team != team && !taken.follows(was_user)) {
                    require(taken, place(), &format!("the container `{}`", container.name()));
                }
            }
        }
    }
}

/// A zone that consented to a release trusted the team of the transformer.
fn consented_teams(change: &ChangedModel<'_>, taken: &TakenNames, required: &mut Vec<RequiredApproval>) {
    for zone in change.new.zones() {
        let part = OwnedPart::Zone(zone.name().clone());
        let owner = change.former.part(&part).owner(change.old).unwrap_or_else(|| zone.owner());
        let OwnedPart::Zone(former) = change.former.part(&part) else { continue };
        let before = change.old.zones().get(&former).and_then(ZoneDeclaration::definition);
        for consent in zone.definition().into_iter().flat_map(|zone| zone.consents()) {
            let listed = &consent.team;
            let Some(taken) = taken.teams.get(listed) else { continue };
            let was_given = |former: &TeamKey| {
                let mut given = Consent::clone(consent);
                given.team.clone_from(former);
                before.is_some_and(|zone| zone.consents().contains(&given))
            };
            if taken.follows(was_given) {
                continue;
            }
            required.push(RequiredApproval {
                path: team_path(&taken.team).attribute(segment::OWNER),
                part: OwnedPart::Team(taken.team.clone()),
                owner: owner.clone(),
                reason: format!("a consent of {part} lists `{listed}`, which {}", taken.event()),
                related: ModelPath::root().child(segment::ZONES, zone.name()),
            });
        }
    }
}

/// What a datastore of a team was before.
fn store_before<'e>(
    change: &ChangedModel<'e>,
    former: &OwnedPart,
    store: &Datastore,
) -> Option<&'e Datastore> {
    let OwnedPart::Team(team) = former else { return None };
    let named = |name| change.old.datastore(name).filter(|old| *old.team == *team);
    let found = named(store.name()).or_else(|| store.former_name().and_then(named));
    found.map(|located| &*located.entity)
}

/// What a container of a team was before.
fn container_before<'e>(
    change: &ChangedModel<'e>,
    former: &OwnedPart,
    container: &DataContainer,
) -> Option<&'e DataContainer> {
    let OwnedPart::Team(team) = former else { return None };
    let named = |name| change.old.container(&ContainerKey::new(&team.zone, &team.team, name));
    named(container.name()).or_else(|| container.former_name().and_then(named))
}

/// Policies of a zone hold for what is in it: what leaves it needs the zone's approval.
fn left_zones(change: &ChangedModel<'_>, required: &mut Vec<RequiredApproval>) {
    for store in change.stores {
        let Change::Both { old, new } = store else { continue };
        let zone = OwnedPart::Zone(new.team.zone.clone());
        let left = OwnedPart::Zone(old.team.zone.clone());
        if change.former.part(&zone) == left {
            continue;
        }
        let Some(owner) = left.owner(change.old) else { continue };
        required.push(RequiredApproval {
            path: new.path(),
            part: OwnedPart::Team(new.team.clone()),
            owner: owner.clone(),
            reason: format!("the datastore `{}` leaves {left}, whose policies held for it", new.store.name()),
            related: old.path(),
        });
    }
}

/// A pin that was about nothing was meant for what had the name before, or for what its author waits for.
fn inherited_pins(change: &ChangedModel<'_>, required: &mut Vec<RequiredApproval>) {
    for located in uses::workspaces(&change.pruned.new) {
        for group in located.consumers().map(|consumer| consumer.group) {
            let is_new = change.old.group(&group).is_none() && !is_pinned_by_former_name(change, &group);
            if is_new && change.new.group_pins().get(&group).is_some() {
                let pin = ModelPath::root().child(segment::GROUP_PINS, group.to_string());
                let place = group_path(&located.team, &group);
                required.push(inherited(
                    change,
                    &OwnedPart::Ecosystem,
                    place,
                    pin,
                    &format!("the pin of `{group}`"),
                ));
            }
        }
    }
    for store in change.stores {
        let (Change::New(store) | Change::Both { new: store, .. }) = store else { continue };
        let name = store.store.name();
        let was_pinned = |former| {
            change.old.datastore(former).is_some() && change.old.primary_pins().get(former).is_some()
        };
        let is_renamed = store.store.former_name().is_some_and(was_pinned);
        if !is_renamed
            && change.old.datastore(name).is_none()
            && change.new.primary_pins().get(name).is_some()
        {
            let pin = ModelPath::root().child(segment::PRIMARY_PINS, name);
            required.push(inherited(
                change,
                &OwnedPart::Ecosystem,
                store.path(),
                pin,
                &format!("the pin of `{name}`"),
            ));
        }
    }
}

/// Whether the group was there and pinned by the name that it had before: the pin follows the rename.
fn is_pinned_by_former_name(change: &ChangedModel<'_>, group: &GroupKey) -> bool {
    let workspace = change.new.workspace(&group.workspace).map(|found| &found.entity);
    let former = workspace.and_then(|workspace| workspace.former_name()).unwrap_or(&group.workspace);
    let found = change.new.group(group);
    let former_group = found.and_then(|found| found.former_name()).unwrap_or(&group.group);
    let former = GroupKey::new(former, former_group);
    former != *group && change.old.group(&former).is_some() && change.old.group_pins().get(&former).is_some()
}

/// A reference by a former name follows a rename by the same owner. If another one says that something had the name, whoever wrote
/// it meant something else.
fn former_names_taken(change: &ChangedModel<'_>, required: &mut Vec<RequiredApproval>) {
    for spelling in change.new.former_spellings() {
        let part = |model: &Valid<Ecosystem>| Some(OwnedPart::from_path(&model.place_meant(&spelling)?));
        let Some(part_now) = part(change.new) else { continue };
        let Some(owner) = part_now.owner(change.new) else { continue };
        let before = part(change.old);
        let before = before.as_ref().and_then(|part| part.owner(change.old));
        let event = if !before.is_some_and(|before| before.is_same(owner)) {
            "has another owner than what had the name"
        } else if is_another_thing(change, &spelling) {
            "is something else than what had the name"
        } else {
            continue;
        };
        required.extend(outdated_reference(change, &spelling, part_now, event));
    }
}

/// Whether a reference by a former name leads to something else than before: not to the same thing, under whatever name.
fn is_another_thing(change: &ChangedModel<'_>, spelling: &FormerSpelling) -> bool {
    let (old, new) = (change.old.place_meant(spelling), change.new.place_meant(spelling));
    old.zip(new).is_none_or(|(old, new)| change.former_place(&new) != old.to_string())
}

/// Something new takes a name by which others still refer to what was renamed.
fn former_names_redeclared(change: &ChangedModel<'_>, required: &mut Vec<RequiredApproval>) {
    for spelling in change.old.former_spellings() {
        if let Some(place) = change.new.declares(&spelling) {
            let event = "had the name before, and something else has it now";
            required.extend(outdated_reference(change, &spelling, OwnedPart::from_path(&place), event));
        }
    }
}

/// Requires the approval of whoever refers to something by a former name.
fn outdated_reference(
    change: &ChangedModel<'_>,
    spelling: &FormerSpelling,
    part: OwnedPart,
    event: &str,
) -> Option<RequiredApproval> {
    let by = spelling.part();
    let owner = change.former.part(&by).owner(change.old).or_else(|| by.owner(change.new))?;
    let (spelled, meant) = (spelling.spelled(), spelling.meant());
    Some(RequiredApproval {
        path: part.path(),
        part,
        owner: owner.clone(),
        reason: format!("{by} refers to `{spelled}`, and `{meant}` {event}"),
        related: spelling.path.clone(),
    })
}

/// Requires the approval of whoever wished for something.
pub(super) fn inherited(
    change: &ChangedModel<'_>,
    by: &OwnedPart,
    path: ModelPath,
    wish: ModelPath,
    name: &str,
) -> RequiredApproval {
    RequiredApproval {
        part: OwnedPart::from_path(&path),
        path,
        owner: change.owner_before(by).clone(),
        reason: format!("{name} was about nothing that was there, and would hold for what is new"),
        related: wish,
    }
}

fn group_path(team: &TeamKey, group: &GroupKey) -> ModelPath {
    team_path(team).child(segment::WORKSPACES, &group.workspace).child(segment::GROUPS, &group.group)
}

pub(super) fn declarations(ecosystem: &Ecosystem) -> impl Iterator<Item = (TeamKey, &TeamDeclaration)> {
    ecosystem.zones().iter().flat_map(|zone: &ZoneDeclaration| {
        let teams = zone.definition().into_iter().flat_map(|definition| definition.teams());
        teams.map(|team| (TeamKey::new(zone.name(), team.name()), team))
    })
}

pub(super) fn team_path(team: &TeamKey) -> ModelPath {
    ModelPath::root().child(segment::ZONES, &team.zone).child(segment::TEAMS, &team.team)
}
