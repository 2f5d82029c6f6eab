//! Waivers for teams that are about to be another owner's.

use super::{
    approval::RequiredApproval,
    changed_model::ChangedModel,
    inherited_waivers::{may_hold, was_waived},
    taken_names::TakenNames,
};
use datasurface_model::{ModelPath, TeamKey, Waiver, ownership::OwnedPart, segment};

/// Whoever accepted that a team has something trusted its owner: another one needs their approval.
pub(super) fn of_other_owners(change: &ChangedModel<'_>, required: &mut Vec<RequiredApproval>) {
    let taken = TakenNames::new(change);
    if taken.teams.is_empty() {
        return;
    }
    for (by, waiver) in change.new.all_waivers() {
        let Some(team) = team_of(change, waiver) else { continue };
        let Some(taken) = taken.teams.get(&team) else { continue };
        let part = OwnedPart::Team(team.clone());
        let place_of = |former: &TeamKey| {
            let (now, before) = (part.path().to_string(), OwnedPart::Team(former.clone()).path().to_string());
            waiver.path().strip_prefix(&*now).map_or_else(|| waiver.path().to_owned(), |rest| before + rest)
        };
        let followed = taken.follows(|former| was_waived(change, &by, waiver, &place_of(former)));
        if by == part || followed || !may_hold(change, &by, waiver) {
            continue;
        }
        required.push(RequiredApproval {
            path: part.path().attribute(segment::OWNER),
            part,
            owner: change.owner_before(&by).clone(),
            reason: format!(
                "the waiver of `{}` at {} is for `{team}`, which {}",
                waiver.code(),
                waiver.path(),
                taken.event()
            ),
            related: waiver.model_path(&by),
        });
    }
}

/// The team whose part a waiver is about, or whose group or datastore is pinned there.
fn team_of(change: &ChangedModel<'_>, waiver: &Waiver) -> Option<TeamKey> {
    let segments: Vec<&str> = waiver.path().split('/').collect();
    if let [segment::GROUP_PINS, workspace, ..] = *segments {
        return Some((*change.new.workspace(&workspace.into())?.team).clone());
    }
    if let [segment::PRIMARY_PINS, datastore, ..] = *segments {
        return Some((*change.new.datastore(&datastore.into())?.team).clone());
    }
    match OwnedPart::from_path(&ModelPath::from_segments(segments)) {
        OwnedPart::Team(team) => Some(team),
        OwnedPart::Ecosystem | OwnedPart::Zone(_) => None,
    }
}
