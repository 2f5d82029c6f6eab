//! Waivers of findings about a sink, and the data that has its name.

use super::{
    approval::RequiredApproval,
    changed_datastores::Change,
    changed_model::ChangedModel,
    inherited_waivers::{may_hold, sink},
};
use datasurface_model::{DatasetKey, DatastoreName, Entity, ownership::OwnedPart, segment};
use std::collections::BTreeMap;

/// A waiver of a finding about a sink was about the data of its owner. What takes the name of that data, and is another owner's, is other
/// data, though the sink is the same.
pub(super) fn of_other_owners(change: &ChangedModel<'_>, required: &mut Vec<RequiredApproval>) {
    let taken = taken_datastores(change);
    if taken.is_empty() {
        return;
    }
    for (by, waiver) in change.new.all_waivers() {
        let Some((_, datastore, dataset, _)) = sink(waiver.path()) else { continue };
        let dataset = DatasetKey::new(datastore, dataset);
        let Some(part) = taken.get(&dataset.datastore).filter(|_| may_hold(change, &by, waiver)) else {
            continue;
        };
        required.push(RequiredApproval {
            path: part.path().child(segment::DATASTORES, &dataset.datastore),
            part: part.clone(),
            owner: change.owner_before(&by).clone(),
            reason: format!(
                "the waiver of `{}` at {} was about data of another owner that had the name `{dataset}`",
                waiver.code(),
                waiver.path()
            ),
            related: waiver.model_path(&by),
        });
    }
}

/// The datastores that have the name of another team's one, whose owner is another one, each with its team.
pub(super) fn taken_datastores(change: &ChangedModel<'_>) -> BTreeMap<DatastoreName, OwnedPart> {
    let stores = change.stores.iter().filter_map(|store| match store {
        Change::New(new) | Change::Both { new, .. } => Some(new),
        Change::Gone(_) => None,
    });
    let taken = stores.filter_map(|new| {
        let name = new.store.name();
        let before = OwnedPart::Team((*change.old.datastore(name)?.team).clone());
        let part = OwnedPart::Team(new.team.clone());
        let is_same_team = change.former.part(&part) == before;
        let is_same_owner =
            before.owner(change.old).zip(part.owner(change.new)).is_some_and(|(was, is)| was.is_same(is));
        (!is_same_team && !is_same_owner).then(|| (name.clone(), part))
    });
    taken.collect()
}
