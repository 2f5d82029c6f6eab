//! Consents to releases, and what comes to have the names in them.

use super::{approval::RequiredApproval, changed_model::ChangedModel, waived_data::taken_datastores};
use datasurface_model::{
    ConsentInForce, DatasetName, ModelPath, WorkspaceName, ZoneName, ownership::OwnedPart, segment,
};

/// A zone consents to the release of one thing. Where nobody asked for that release, or another owner's data has the names in it, it is
/// about another thing, to which the zone has not consented.
pub(super) fn of_new_releases(change: &ChangedModel<'_>, required: &mut Vec<RequiredApproval>) {
    let taken = taken_datastores(change);
    for in_force in change.new.consents_in_force() {
        let ConsentInForce { zone, consent, datasets } = &in_force;
        let reason = match datasets.iter().find(|dataset| taken.contains_key(&dataset.datastore)) {
            Some(dataset) => format!("is about `{dataset}`, and data of another owner had that name"),
            None if was_asked_for(change, &in_force) => continue,
            None => "was about nothing that was there".to_owned(),
        };
        let by = OwnedPart::Zone((*zone).clone());
        let owner = change.former.part(&by).owner(change.old).or_else(|| by.owner(change.new));
        let path = ModelPath::team(&consent.team).child(segment::WORKSPACES, &consent.workspace);
        required.push(RequiredApproval {
            part: OwnedPart::Team(consent.team.clone()),
            path,
            owner: owner.unwrap_or_else(|| change.old.owner()).clone(),
            reason: format!(
                "the consent of {by} to the release of `{}` by `{}` {reason}",
                consent.output, consent.workspace
            ),
            related: ModelPath::root().child(segment::ZONES, zone).attribute(segment::CONSENTS),
        });
    }
}

/// Whether the same workspace asked for the release before, by whatever names.
fn was_asked_for(change: &ChangedModel<'_>, in_force: &ConsentInForce<'_>) -> bool {
    let consent = in_force.consent;
    let Some(now) = change.new.workspace(&consent.workspace).map(|found| &found.entity) else { return false };
    let output = now.transformer().and_then(|transformer| change.new.datastore(transformer.output()));
    let output = output.and_then(|output| output.entity.datasets().get(&consent.output));
    let outputs: Vec<&DatasetName> = [Some(&consent.output), output.and_then(|output| output.former_name())]
        .into_iter()
        .flatten()
        .collect();
    let OwnedPart::Zone(zone) = change.former.part(&OwnedPart::Zone(in_force.zone.clone())) else {
        return false;
    };
    let asked = |workspace: &WorkspaceName, zone: &ZoneName| {
        let before = change.old.workspace(workspace).and_then(|found| found.entity.transformer());
        let mut releases = before.into_iter().flat_map(|transformer| transformer.releases());
        releases.any(|release| release.zone == *zone && outputs.contains(&&release.output))
    };
    [Some(&consent.workspace), now.former_name()].into_iter().flatten().any(|name| asked(name, &zone))
}
