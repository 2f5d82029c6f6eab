//! Owners whom a change concerns although it needs no word of theirs.

use super::changed_datastores::{Change, StoreChange};
use datasurface_model::{
    Access, DatasetKey, Datastore, Ecosystem, Entity, Located, ModelPath, Repository, Valid, ZoneName,
    ownership::OwnedPart, segment,
};
use serde::{Serialize, Serializer};
use std::{
    collections::{BTreeMap, BTreeSet},
    iter,
};

/// The notice to an owner: a change concerns a part of the model that it does not touch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OwnerNotice {
    /// The part.
    pub part: OwnedPart,
    /// The repository that owns the part.
    pub owner: Repository,
    /// The events, by the place of each. In JSON, each is an object with `path` and `event`.
    #[serde(serialize_with = "listed")]
    pub events: BTreeMap<ModelPath, String>,
}

/// Writes the events as a list: a path is no text, which the names in an object of JSON have to be.
fn listed<S: Serializer>(events: &BTreeMap<ModelPath, String>, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Event<'a> {
        path: &'a ModelPath,
        event: &'a str,
    }
    serializer.collect_seq(events.iter().map(|(path, event)| Event { path, event }))
}

/// Every such notice of a change, one for each part.
pub(super) fn notices(
    changes: &[StoreChange<'_>],
    old: &Valid<Ecosystem>,
    new: &Valid<Ecosystem>,
) -> Vec<OwnerNotice> {
    let mut notices = BTreeMap::new();
    opened_stores(changes, old, new, &mut notices);
    freed_outputs(old, new, &mut notices);
    notices.into_values().collect()
}

type Notices = BTreeMap<OwnedPart, OwnerNotice>;

fn tell(notices: &mut Notices, part: OwnedPart, owner: Repository, path: ModelPath, event: String) {
    let known = part.clone();
    let notice =
        notices.entry(part).or_insert_with(|| OwnerNotice { part: known, owner, events: BTreeMap::new() });
    let events = notice.events.entry(path).or_default();
    *events = if events.is_empty() { event } else { format!("{events}; {event}") };
}

/// A zone that frees by rule takes the word of whoever makes an output for its classes: it is told what was not free before, where
/// another zone's team says so.
fn freed_outputs(old: &Valid<Ecosystem>, new: &Valid<Ecosystem>, notices: &mut Notices) {
    for (key, origins) in new.derived() {
        let before = old.origins(&key);
        for (zone, policies) in &origins.zones {
            let known = before.and_then(|before| before.zones.get(zone));
            let freed = policies.iter().filter(|policy| known.is_none_or(|known| !known.contains(*policy)));
            let freed: Vec<String> = freed.map(|policy| format!("`{policy}`")).collect();
            let part = OwnedPart::Zone(zone.clone());
            let Some(store) = new.datastore(&key.datastore).filter(|store| store.team.zone != *zone) else {
                continue;
            };
            let Some(owner) = part.owner(new).filter(|_| !freed.is_empty()).cloned() else { continue };
            let path = store.path().child(segment::DATASETS, &key.dataset);
            tell(
                notices,
                part,
                owner,
                path,
                format!("`{key}` is free from {} from now on", freed.join(", ")),
            );
        }
    }
}

/// The notices to the zones whose policies hold for a datastore that is open from now on, to which only approved groups had
/// access: those in which it was and is, and those from which its data comes.
fn opened_stores(
    changes: &[StoreChange<'_>],
    old_model: &Ecosystem,
    new_model: &Valid<Ecosystem>,
    notices: &mut Notices,
) {
    for change in changes {
        let Change::Both { old, new } = change else { continue };
        if old.store.access() == &Access::Open || new.store.access() != &Access::Open {
            continue;
        }
        let former = (&old.team.zone, old_model);
        // A change has no datasets that it leaves as they are.
        let Some(store) = new_model.datastore(new.store.name()) else { continue };
        let present = zones_of(store, new_model).into_iter().map(|zone| (zone, &**new_model));
        let zones: BTreeSet<_> = iter::once(former)
            .chain(present)
            .filter_map(|(zone, model)| {
                let part = OwnedPart::Zone(zone.clone());
                Some((part.owner(model)?.clone(), part))
            })
            .collect();
        for (owner, part) in zones {
            let event = format!("the datastore `{}` is open to all groups now", new.store.name());
            tell(notices, part, owner, new.path(), event);
        }
    }
}

/// The zone of a datastore, that of the container from which it is captured, and the origins of what is derived.
fn zones_of<'e>(store: &'e Located<Datastore>, model: &'e Valid<Ecosystem>) -> BTreeSet<&'e ZoneName> {
    let datastore = &store.entity;
    let captured = datastore.capture().map(|capture| &capture.container().zone);
    let keys = datastore.datasets().iter().map(|dataset| DatasetKey::new(datastore.name(), dataset.name()));
    let derived = keys.filter_map(|key| model.origins(&key)).flat_map(|origins| origins.zones.keys());
    iter::once(&store.team.zone).chain(captured).chain(derived).collect()
}
