//! Consents to releases, and what comes to have the names in them.

use super::{approval::RequiredApproval, changed_model::ChangedModel, waived_data::taken_datastores};
use datasurface_model::{ConsentInForce, DatasetKey, ModelPath, ownership::OwnedPart, segment};

/// A zone consents to the release of one thing. Where that was not released before, or other data, or another owner's data has the names
/// in it, the consent is about another thing. A next version of the code, on the same data, is what the zone may consent to in advance.
pub(super) fn of_new_releases(change: &ChangedModel<'_>, required: &mut Vec<RequiredApproval>) {
    let taken = taken_datastores(change);
    let before = change.old.consents_in_force();
    for in_force in change.new.consents_in_force() {
        let ConsentInForce { zone, consent, datasets } = &in_force;
        let reason = match datasets.iter().find(|dataset| taken.contains_key(&dataset.datastore)) {
            Some(dataset) => format!("is about `{dataset}`, and data of another owner had that name"),
            None if was_let_go(change, &in_force, &before) => continue,
            None => "let nothing go before, or something else".to_owned(),
        };
        let by = OwnedPart::Zone((*zone).clone());
        let path = ModelPath::team(&consent.team).child(segment::WORKSPACES, &consent.workspace);
        required.push(RequiredApproval {
            part: OwnedPart::Team(consent.team.clone()),
            path,
            owner: change.owner_before(&by).clone(),
            reason: format!(
                "the consent of {by} to the release of `{}` by `{}` {reason}",
                consent.output, consent.workspace
            ),
            related: ModelPath::root().child(segment::ZONES, zone).attribute(segment::CONSENTS),
        });
    }
}

/// Whether the zone let the same release go before, by whatever names and of whatever version, and it read nothing else then.
fn was_let_go(change: &ChangedModel<'_>, now: &ConsentInForce<'_>, before: &[ConsentInForce<'_>]) -> bool {
    let consent = now.consent;
    let workspace = change.new.workspace(&consent.workspace).map(|found| &found.entity);
    let transformer = workspace.and_then(|workspace| workspace.transformer());
    let output = transformer.and_then(|transformer| change.new.datastore(transformer.output()));
    let output = output.and_then(|output| output.entity.datasets().get(&consent.output));
    let workspaces = [Some(&consent.workspace), workspace.and_then(|workspace| workspace.former_name())];
    let outputs = [Some(&consent.output), output.and_then(|output| output.former_name())];
    let OwnedPart::Zone(zone) = change.former.part(&OwnedPart::Zone(now.zone.clone())) else { return false };
    let former_keys = |dataset: &DatasetKey| {
        let store = change.new.datastore(&dataset.datastore);
        store.map_or_else(Vec::new, |store| store.entity.former_keys(&dataset.dataset))
    };
    before.iter().any(|before| {
        let had = |dataset: &DatasetKey| before.datasets.contains(dataset);
        *before.zone == zone
            && workspaces.contains(&Some(&before.consent.workspace))
            && outputs.contains(&Some(&before.consent.output))
            && now.datasets.iter().all(|dataset| had(dataset) || former_keys(dataset).iter().any(had))
    })
}
