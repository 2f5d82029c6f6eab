//! What is left of datasets that are not declared any more: their data is there, and nothing else may be stored under their names.

use super::{StorageKind, StorageRecord};
use crate::lock::Lock;
use datasurface_graph::StorageOf;
use datasurface_model::{
    Dataset, DatasetKey, DatasetName, Datastore, DatastoreName, Ecosystem, Entity, Located, PolicyName,
    TeamKey, Valid, ZoneName,
};
use imbl::OrdMap;
use serde::{Deserialize, Deserializer, Serialize, de};
use std::{
    cell::OnceCell,
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
pub type Owners = OrdMap<DatastoreName, TeamKey>;

/// Returns the teams that declare datastores, by storage names.
pub fn declared_owners(ecosystem: &Ecosystem, names: &StorageRecord) -> Owners {
    Declared::new(ecosystem, names).owners
}

/// What is declared, by storage names.
#[derive(Default)]
struct Declared {
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
                    declared.owners.insert(names.datastore(datastore.name()), owner.clone());
                }
                declared.teams.insert(owner);
            }
        }
        declared
    }
}

/// The declarations of an ecosystem by storage names, each looked up when somebody asks.
#[derive(Debug)]
pub struct DeclaredNames<'a> {
    ecosystem: &'a Valid<Ecosystem>,
    names: &'a StorageRecord,
    /// The names of now of datastores, by storage names: of those that have an entry.
    stores: BTreeMap<&'a str, &'a str>,
}

impl<'a> DeclaredNames<'a> {
    /// Creates the view of an ecosystem by its storage names.
    #[must_use]
    pub fn new(ecosystem: &'a Valid<Ecosystem>, names: &'a StorageRecord) -> Self {
        let entries = names.names.get(&StorageKind::Datastores).into_iter().flatten();
        let stores = entries.map(|(now, entry)| (entry.storage.as_str(), now.as_str())).collect();
        Self { ecosystem, names, stores }
    }

    /// Returns the zone that is stored under a name.
    #[must_use]
    pub fn zone(&self, storage: &ZoneName) -> Option<&'a ZoneName> {
        self.ecosystem.zones().names().find(|zone| self.names.zone(zone) == *storage)
    }

    /// Whether a policy of a zone of now lets anything go by rule.
    pub(crate) fn frees(&self, zone: &ZoneName, policy: &PolicyName) -> bool {
        let zone = self.ecosystem.zones().get(zone).and_then(|zone| zone.definition());
        let policy = zone.and_then(|zone| zone.policies().get(policy));
        policy.is_some_and(|policy| policy.freed_classifications().is_some())
    }

    /// Returns the dataset that is stored under a name; `None` if none is that is declared.
    #[must_use]
    pub fn dataset(&self, storage: &DatasetKey) -> Option<DatasetKey> {
        let store = &self.store(&storage.datastore)?.entity;
        let mut keys = store.datasets().names().map(|dataset| DatasetKey::new(store.name(), dataset));
        keys.find(|key| self.names.dataset(key) == *storage)
    }

    /// Returns the datastore that is stored under a name.
    fn store(&self, storage: &DatastoreName) -> Option<&'a Located<Datastore>> {
        match self.stores.get(storage.as_str()) {
            Some(now) => self.ecosystem.datastore(&(*now).into()),
            None if self.names.entry(StorageKind::Datastores, storage.as_str()).is_some() => None,
            None => self.ecosystem.datastore(storage),
        }
    }
}

/// The owners of the datastores of which data is stored, and what is stored of datasets that are not declared any more. It is judged datastore by
/// datastore, so that what nobody touched need not be judged again.
#[derive(Clone, Debug, Default)]
pub struct StoredData {
    owners: Owners,
    undeclared: BTreeMap<DatastoreName, Undeclared>,
}

/// What is stored of a datastore, and is not declared.
#[derive(Clone, Debug)]
struct Undeclared {
    is_store: bool,
    datasets: BTreeSet<DatasetName>,
}

impl StoredData {
    /// Judges what is stored of a datastore, by storage names.
    pub fn judge<'k>(
        &mut self,
        declared: &DeclaredNames<'_>,
        store: &DatastoreName,
        stored: impl Iterator<Item = &'k DatasetKey>,
    ) {
        self.owners.remove(store);
        self.undeclared.remove(store);
        let mut stored = stored.peekable();
        if stored.peek().is_none() {
            return;
        }
        let found = declared.store(store);
        let names: BTreeSet<DatasetName> = found
            .into_iter()
            .flat_map(|found| {
                let datasets = found.entity.datasets().iter();
                let key = |dataset: &Dataset| DatasetKey::new(found.entity.name(), dataset.name());
                datasets.map(move |dataset| declared.names.dataset(&key(dataset)).dataset)
            })
            .collect();
        let datasets = stored.filter(|key| !names.contains(&key.dataset)).map(|key| key.dataset.clone());
        let undeclared = Undeclared { is_store: found.is_none(), datasets: datasets.collect() };
        if undeclared.is_store || !undeclared.datasets.is_empty() {
            self.undeclared.insert(store.clone(), undeclared);
        }
        if let Some(found) = found {
            self.owners.insert(store.clone(), declared.names.team(&found.team.zone, &found.team.team));
        }
    }
}

impl Lock {
    /// Returns the team that declares a stored dataset, or declared it last, all by storage names; none if that is not known.
    #[must_use]
    pub fn owner(&self, stored: &DatasetKey) -> Option<&TeamKey> {
        let left =
            |kind: StorageKind, path: &str| self.storage_names().left.get(&kind)?.owner(path)?.as_ref();
        let declares = self.owners.as_ref().and_then(|owners| owners.get(&stored.datastore));
        declares
            .or_else(|| left(StorageKind::Datasets, &stored.to_string()))
            .or_else(|| left(StorageKind::Datastores, stored.datastore.as_str()))
    }

    /// Records what is left of datasets that are not declared any more, and the owners of the datastores that are.
    pub fn remember_left(&mut self, ecosystem: &Ecosystem, stored: &StoredData) {
        let names = self.storage.get_or_insert_default();
        let teams = OnceCell::new();
        let owners_before = self.owners.take().unwrap_or_default();
        let mut left: BTreeMap<StorageKind, Left> = BTreeMap::new();
        let mut add = |kind: StorageKind, path: String, store: &DatastoreName| {
            let known = names.left.get(&kind).and_then(|left| left.owner(&path)).cloned();
            let owner = known.unwrap_or_else(|| owners_before.get(store).cloned());
            let teams = teams.get_or_init(|| Declared::new(ecosystem, names).teams);
            let owner = owner.filter(|owner| teams.contains(owner));
            left.entry(kind).or_default().0.insert(path, owner);
        };
        for (store, undeclared) in &stored.undeclared {
            if undeclared.is_store {
                add(StorageKind::Datastores, store.to_string(), store);
            }
            for dataset in &undeclared.datasets {
                add(StorageKind::Datasets, DatasetKey::new(store, dataset).to_string(), store);
            }
        }
        names.left = left;
        self.owners = Some(stored.owners.clone());
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
