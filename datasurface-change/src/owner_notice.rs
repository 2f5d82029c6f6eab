//! Owners whom a change concerns although it needs no word of theirs.

use super::changed_datastores::{Change, StoreChange};
use datasurface_model::{
    Access, DatasetKey, Datastore, Ecosystem, Entity, Located, ModelPath, Repository, Valid, ZoneName,
    ownership::OwnedPart,
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

/// The notices to the zones whose policies hold for a datastore that is open from now on, to which only approved groups had
/// access: those in which it was and is, and those from which its data comes.
pub(super) fn opened_stores(
    changes: &[StoreChange<'_>],
    old_model: &Ecosystem,
    new_model: &Valid<Ecosystem>,
) -> Vec<OwnerNotice> {
    let mut notices = BTreeMap::<OwnedPart, OwnerNotice>::new();
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
            let notice = notices.entry(part.clone()).or_insert_with(|| OwnerNotice {
                part,
                owner,
                events: BTreeMap::new(),
            });
            notice.events.insert(
                new.path(),
                format!("the datastore `{}` is open to all groups now", new.store.name()),
            );
        }
    }
    notices.into_values().collect()
}

/// The zone of a datastore, that of the container from which it is captured, and the origins of what is derived.
fn zones_of<'e>(store: &'e Located<Datastore>, model: &'e Valid<Ecosystem>) -> BTreeSet<&'e ZoneName> {
    let datastore = &store.entity;
    let captured = datastore.capture().map(|capture| &capture.container().zone);
    let keys = datastore.datasets().iter().map(|dataset| DatasetKey::new(datastore.name(), dataset.name()));
    let derived = keys.filter_map(|key| model.origins(&key)).flat_map(|origins| origins.zones.keys());
    iter::once(&store.team.zone).chain(captured).chain(derived).collect()
}
