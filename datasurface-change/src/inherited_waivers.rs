//! Waivers in advance, and what comes to be where they are about.

use super::{approval::RequiredApproval, changed_model::ChangedModel, required::inherited};
use datasurface_model::{CODES, ModelPath, Protects, TeamKey, Waiver, ownership::OwnedPart, segment};

/// A waiver accepts a finding about one thing. What takes its place is another thing, for which its author has to approve it. What is
/// renamed is the same one: for it, the author may repeat the waiver under the new name before.
pub(super) fn of_new_things(change: &ChangedModel<'_>, required: &mut Vec<RequiredApproval>) {
    for (by, waiver) in change.new.all_waivers() {
        let path = ModelPath::from_segments(waiver.path().split('/'));
        // What is new in a part of one's own is the word of those who waive.
        let is_own = by == OwnedPart::from_path(&path);
        if is_own || !change.new.has_path(waiver.path()) || !may_hold(change, &by, waiver) {
            continue;
        }
        let former = change.former_place(&path);
        let is_same = former == waiver.path() && change.old.has_path(&former);
        let mut places = places_before(change, &former).filter(|place| place != waiver.path());
        if is_same || places.any(|place| was_waived(change, &by, waiver, &place)) {
            continue;
        }
        let wish = format!("the waiver of `{}` at {}", waiver.code(), waiver.path());
        required.push(inherited(change, &by, path, waiver.model_path(&by), &wish));
    }
}

/// Whether a waiver may accept a finding, now or when things around it change: not whether there is one. Who waives what they could not
/// accept has no say.
pub(super) fn may_hold(change: &ChangedModel<'_>, by: &OwnedPart, waiver: &Waiver) -> bool {
    if waiver.expires() < change.on {
        return false;
    }
    let Some(info) = CODES.iter().find(|info| info.code == waiver.code()) else {
        // What brokers and platforms find.
        return !matches!(by, OwnedPart::Team(_));
    };
    let owns_dataset = || {
        let (_, datastore, ..) = sink(waiver.path())?;
        let owner = &change.new.datastore(&datastore.into())?.team;
        Some(*by == OwnedPart::Team(TeamKey::clone(owner)))
    };
    info.is_waivable
        && info.protects.may_be_waived_by(by)
        && (info.protects != Protects::DatasetOwner || owns_dataset() == Some(true))
}

/// Whether the same waiver, or a broader one, was about something at this place.
pub(super) fn was_waived(change: &ChangedModel<'_>, by: &OwnedPart, waiver: &Waiver, place: &str) -> bool {
    let is_same = |old: &Waiver| {
        old.path() == place
            && old.code() == waiver.code()
            && (old.policy().is_none() || old.policy() == waiver.policy())
    };
    let before = change.old.waivers_by(&change.former.part(by));
    change.old.has_path(place) && before.is_some_and(|waivers| waivers.iter().any(is_same))
}

/// A place, and where that is a sink, also those that its dataset had by other names.
pub(super) fn places_before(change: &ChangedModel<'_>, place: &str) -> impl Iterator<Item = String> {
    let renamed = sink(place).map(|(before, datastore, dataset, after)| {
        let store = change.new.datastore(&datastore.into()).map(|found| &found.entity);
        let former_store = store.and_then(|store| store.former_name());
        let found = store.and_then(|store| store.datasets().get(dataset));
        let former_dataset = found.and_then(|dataset| dataset.former_name());
        let stores = [Some(datastore), former_store.map(|name| name.as_str())].into_iter().flatten();
        let datasets = [Some(dataset), former_dataset.map(|name| name.as_str())];
        let names = stores.flat_map(move |store| datasets.into_iter().flatten().map(move |set| (store, set)));
        names.map(|(store, dataset)| format!("{before}{store}/{dataset}{after}")).collect::<Vec<_>>()
    });
    renamed.unwrap_or_else(|| vec![place.to_owned()]).into_iter()
}

/// The datastore and the dataset of a sink in a path, with what is around them.
pub(super) fn sink(place: &str) -> Option<(&str, &str, &str, &str)> {
    let sinks = format!("/{}/", segment::SINKS);
    let (before, inside) = place.split_at(place.find(&sinks)? + sinks.len());
    let (datastore, rest) = inside.split_once('/')?;
    let (dataset, after) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    Some((before, datastore, dataset, after))
}
