//! What is left of datasets that are not declared any more: their data is there, and nothing else may be stored under their names.

use super::{StorageKind, StorageRecord};
use crate::lock::Lock;
use datasurface_graph::StorageOf;
use datasurface_model::{DatasetKey, DatasetName, DatastoreName, Ecosystem, Entity, TeamKey};
use serde::{Deserialize, Deserializer, Serialize, de};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// Storage names that are left, each with the team that declared the thing at last. No team: it is not known, or not declared any more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(super) struct Left(BTreeMap<String, Option<TeamKey>>);

impl Left {
    /// The storage names.
    pub(super) fn paths(&self) -> impl Iterator<Item = &String> {
        self.0.keys()
    }

    /// The last owner of what is left under this name; `None` if nothing is.
    pub(super) fn owner(&self, path: &str) -> Option<&Option<TeamKey>> {
        self.0.get(path)
    }
}

/// Earlier versions wrote a list of names.
impl<'de> Deserialize<'de> for Left {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;

        impl<'de> de::Visitor<'de> for Names {
            type Value = Left;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of names and teams")
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut names: A) -> Result<Left, A::Error> {
                let mut left = Left::default();
                while let Some(name) = names.next_element()? {
                    left.0.insert(name, None);
                }
                Ok(left)
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut names: A) -> Result<Left, A::Error> {
                let mut left = Left::default();
                while let Some((name, owner)) = names.next_entry()? {
                    left.0.insert(name, owner);
                }
                Ok(left)
            }
        }

        deserializer.deserialize_any(Names)
    }
}

/// The teams of datastores, by storage names.
pub type Owners = BTreeMap<DatastoreName, TeamKey>;

/// Returns the teams that declare datastores, by storage names.
pub fn declared_owners(ecosystem: &Ecosystem, names: &StorageRecord) -> Owners {
    Declared::new(ecosystem, names).owners
}

/// What is declared, by storage names.
#[derive(Default)]
struct Declared {
    datasets: BTreeMap<DatastoreName, BTreeSet<DatasetName>>,
    owners: Owners,
    teams: BTreeSet<TeamKey>,
}

impl Declared {
    fn new(ecosystem: &Ecosystem, names: &StorageRecord) -> Self {
        let mut declared = Self::default();
        for zone in ecosystem.zones() {
            for team in zone.definition().into_iter().flat_map(|zone| zone.teams()) {
                let owner = names.team(zone.name(), team.name());
                for datastore in team.definition().into_iter().flat_map(|team| team.datastores()) {
                    let key = |name: &DatasetName| names.dataset(&DatasetKey::new(datastore.name(), name));
                    let datasets = datastore.datasets().iter().map(|one| key(one.name()).dataset);
                    let store = names.datastore(datastore.name());
                    declared.datasets.entry(store.clone()).or_default().extend(datasets);
                    declared.owners.insert(store, owner.clone());
                }
                declared.teams.insert(owner);
            }
        }
        declared
    }
}

impl Lock {
    /// Records what is left of datasets that are not declared any more, and the owners of the datastores that are. `stored` has the
    /// storage names of all datasets whose data is there.
    pub fn remember_left(&mut self, ecosystem: &Ecosystem, stored: impl Iterator<Item = DatasetKey>) {
        let names = self.storage.get_or_insert_default();
        let declared = Declared::new(ecosystem, names);
        let owners_before = self.owners.take().unwrap_or_default();
        let mut owners = BTreeMap::new();
        let mut left: BTreeMap<StorageKind, Left> = BTreeMap::new();
        let mut add = |kind: StorageKind, path: String, store: &DatastoreName| {
            let known = names.left.get(&kind).and_then(|left| left.owner(&path)).cloned();
            let owner = known.unwrap_or_else(|| owners_before.get(store).cloned());
            let owner = owner.filter(|owner| declared.teams.contains(owner));
            left.entry(kind).or_default().0.insert(path, owner);
        };
        for key in stored {
            let datasets = declared.datasets.get(&key.datastore);
            match declared.owners.get(&key.datastore) {
                Some(owner) => {
                    owners.insert(key.datastore.clone(), owner.clone());
                }
                None => add(StorageKind::Datastores, key.datastore.to_string(), &key.datastore),
            }
            if !datasets.is_some_and(|datasets| datasets.contains(&key.dataset)) {
                add(StorageKind::Datasets, key.to_string(), &key.datastore);
            }
        }
        names.left = left;
        self.owners = Some(owners);
    }

    /// Returns what this lock says of owners, with the team, where nothing is known of that: neither by the lock before it, nor by what was
    /// declared then, nor, of what is still there, by what is declared now.
    pub fn unknown_owners(&self, before: &Self, then: &Owners, now: &Owners) -> Vec<(String, TeamKey)> {
        let recorded = |store: &DatastoreName| before.owners.as_ref()?.get(store);
        let owned = self.owners.iter().flatten().filter(|(store, owner)| {
            ![recorded(store), then.get(*store), now.get(*store)].contains(&Some(*owner))
        });
        let mut unknown: Vec<_> = owned.map(|(store, owner)| (store.to_string(), owner.clone())).collect();
        for (kind, left) in &self.storage_names().left {
            let left_before = before.storage_names().left.get(kind);
            for (path, owner) in &left.0 {
                let Some(owner) = owner else { continue };
                let store = DatastoreName::from(path.split('/').next().unwrap_or_default());
                let is_known = match left_before.and_then(|left| left.owner(path)) {
                    Some(known) => known.as_ref() == Some(owner),
                    None => [recorded(&store), then.get(&store)].contains(&Some(owner)),
                };
                unknown.extend((!is_known).then(|| (path.clone(), owner.clone())));
            }
        }
        unknown
    }
}
