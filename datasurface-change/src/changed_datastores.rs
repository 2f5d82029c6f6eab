//! The datastores and datasets that a change touches, old and new side by side.

use super::diff::Pruned;
use chrono::NaiveDate;
use datasurface_model::{Dataset, DatasetKey, Datastore, Ecosystem, Entity, ModelPath, TeamKey, segment};
use std::{collections::BTreeMap, sync::Arc};

/// A datastore in its team. Datasets that did not change are left out, unless the datastore is new, gone or renamed.
#[derive(Clone)]
pub(super) struct LocatedStore<'e> {
    pub(super) team: TeamKey,
    pub(super) store: &'e Arc<Datastore>,
}

/// An entity that is on the old side of a change, on the new one, or on both.
pub(super) enum Change<T> {
    Gone(T),
    New(T),
    Both { old: T, new: T },
}

pub(super) type StoreChange<'e> = Change<LocatedStore<'e>>;

/// The dates of a deprecation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RetirementDates {
    pub(super) since: NaiveDate,
    pub(super) last_day: Option<NaiveDate>,
}

/// Every datastore that is not equal in both ecosystems.
pub(super) fn stores(pruned: &Pruned) -> Vec<StoreChange<'_>> {
    side_by_side(stores_of(&pruned.old), stores_of(&pruned.new), |placed| placed.store.former_name())
}

impl<'e> LocatedStore<'e> {
    pub(super) fn path(&self) -> ModelPath {
        let zone = ModelPath::root().child(segment::ZONES, &self.team.zone);
        zone.child(segment::TEAMS, &self.team.team).child(segment::DATASTORES, self.store.name())
    }

    pub(super) fn dataset_path(&self, dataset: &Dataset) -> ModelPath {
        self.path().child(segment::DATASETS, dataset.name())
    }

    pub(super) fn key(&self, dataset: &Dataset) -> DatasetKey {
        DatasetKey::new(self.store.name(), dataset.name())
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = DatasetKey> + use<'e> {
        let store = self.store;
        store.datasets().iter().map(|dataset| DatasetKey::new(store.name(), dataset.name()))
    }

    pub(super) fn retiring(&self, dataset: &Dataset) -> Option<RetirementDates> {
        retiring(self.store, dataset)
    }
}

/// The datasets of a datastore on both sides that are not equal.
pub(super) fn datasets<'e>(old: &LocatedStore<'e>, new: &LocatedStore<'e>) -> Vec<Change<&'e Dataset>> {
    let named =
        |store: &'e Datastore| store.datasets().iter().map(|dataset| (dataset.name().clone(), dataset));
    side_by_side(named(old.store).collect(), named(new.store).collect(), |dataset| dataset.former_name())
}

/// Returns the dates of the retirement of a dataset, if it or its datastore is deprecated: the earlier beginning of
/// the two, and the earlier end.
pub(super) fn retiring(store: &Datastore, dataset: &Dataset) -> Option<RetirementDates> {
    let own = dataset.deprecation().map(|own| (own.since(), own.sunset()));
    let whole = store.deprecation().map(|whole| (whole.since(), whole.sunset()));
    let both = || own.into_iter().chain(whole);
    let since = both().map(|(since, _)| since).min()?;
    Some(RetirementDates { since, last_day: both().filter_map(|(_, last_day)| last_day).min() })
}

fn stores_of(ecosystem: &Ecosystem) -> BTreeMap<datasurface_model::DatastoreName, LocatedStore<'_>> {
    let mut stores = BTreeMap::new();
    for zone in ecosystem.zones() {
        for declaration in zone.definition().into_iter().flat_map(|zone| zone.teams()) {
            for store in declaration.definition().into_iter().flat_map(|team| team.datastores()) {
                let team = TeamKey::new(zone.name(), declaration.name());
                stores.insert(store.name().clone(), LocatedStore { team, store });
            }
        }
    }
    stores
}

/// Pairs entities that declare a former name with the entity of that name, if it is gone, and then those of one name: what takes over the name
/// of another entity is not that one.
fn side_by_side<'e, N: Ord + 'e, T>(
    mut old: BTreeMap<N, T>,
    new: BTreeMap<N, T>,
    former: impl Fn(&T) -> Option<&N>,
) -> Vec<Change<T>> {
    let is_renamed = |(name, entity): (&N, &T)| {
        let stated = former(entity).filter(|former| old.contains_key(former) && !new.contains_key(former));
        // It may have been stated before, of something else that had the name since then.
        stated.is_some() && old.get(name).and_then(&former) != stated
    };
    let renamed: Vec<bool> = new.iter().map(is_renamed).collect();
    let (renamed, others): (Vec<_>, Vec<_>) =
        new.into_iter().zip(renamed).partition(|(_, is_renamed)| *is_renamed);
    let mut pairs = Vec::new();
    for ((_, new), _) in renamed {
        pairs.push(match former(&new).and_then(|former| old.remove(former)) {
            Some(old) => Change::Both { old, new },
            None => Change::New(new),
        });
    }
    for ((name, new), _) in others {
        pairs.push(match old.remove(&name) {
            Some(old) => Change::Both { old, new },
            None => Change::New(new),
        });
    }
    pairs.extend(old.into_values().map(Change::Gone));
    pairs
}
