//! What a lock says of names and owners, beside the lock before it. Each entry is what that one says, or what placing a model upon it
//! gives; whatever else it says, somebody wrote into it.

use super::{
    Left, Owners, StorageEntry, StorageKind, StorageRecord, allocate, declared_owners, teams::declared_teams,
};
use crate::lock::Lock;
use datasurface_graph::StorageOf;
use datasurface_model::{DatasetKey, DatastoreName, Ecosystem, Entity, TeamKey};
use std::collections::{BTreeMap, BTreeSet};

/// A lock and the one before it, with what accounts for the difference.
#[derive(Clone, Copy, Debug)]
pub struct LockEdit<'a> {
    /// The lock before.
    pub before: &'a Lock,
    /// The lock after it.
    pub after: &'a Lock,
    /// The live and the proposed ecosystem.
    pub ecosystems: [&'a Ecosystem; 2],
    /// The datastores that consumers ask for in the proposed one, by storage names.
    pub wanted: &'a BTreeSet<DatastoreName>,
}

impl LockEdit<'_> {
    /// Returns the entries that nothing accounts for, in words. Other owners are in
    /// [`unknown_owners`](Lock::unknown_owners).
    #[must_use]
    pub fn entries(&self) -> Vec<String> {
        let Self { before, after, .. } = self;
        if (&before.storage, &before.owners) == (&after.storage, &after.owners) {
            return Vec::new();
        }
        let mut found = self.names();
        if before.storage.is_some() && after.storage.is_none() {
            found.push("the format".to_owned());
        }
        let stored = Stored::new(self);
        for kind in [StorageKind::Datastores, StorageKind::Datasets] {
            let paths = self.left(kind, &stored).into_iter();
            found.extend(paths.map(|path| format!("what is left of the {} `{path}`", kind.noun())));
        }
        found.extend(self.owners(&stored));
        found
    }

    /// The storage names are as they were, or as placing allocates them. What the live model renamed may not be rendered yet, and what is
    /// left by now has its name.
    fn names(&self) -> Vec<String> {
        let (before, after) = (self.before.storage_names(), self.after.storage_names());
        let [old, new] = self.ecosystems;
        if entries(before) == entries(after) {
            return Vec::new();
        }
        let live = allocate(old, self.before);
        let live = Lock { storage: Some(live.record), ..self.before.clone().with_names(&live.moved) };
        let mut accounted = vec![before.clone(), live.storage_names().clone()];
        for lock in [self.before, &live] {
            let mut of_now = lock.clone();
            of_now.storage.get_or_insert_default().left.clone_from(&after.left);
            accounted.extend([lock, &of_now].map(|lock| allocate(new, lock).record));
        }
        let after = entries(after);
        let differing = accounted.iter().map(|record| {
            let before = entries(record);
            let keys: BTreeSet<_> = before.keys().chain(after.keys()).copied().collect();
            keys.into_iter().filter(|key| before.get(key) != after.get(key)).collect::<Vec<_>>()
        });
        let fewest = differing.min_by_key(Vec::len).unwrap_or_default().into_iter();
        fewest.map(|(kind, path)| format!("the storage name of the {} `{path}`", kind.noun())).collect()
    }

    /// What is left goes with the data, or when it is declared again; and its owner is forgotten with the team.
    fn left(&self, kind: StorageKind, stored: &Stored) -> Vec<String> {
        let [before, after] = [self.before, self.after].map(|lock| left(lock, kind));
        let parts = |keys: &BTreeSet<DatasetKey>| keys.iter().map(|key| part(kind, key)).collect();
        let [held, declared]: [BTreeSet<String>; 2] = [parts(&stored.held), parts(&stored.declared)];
        let is_lost =
            |path: &&String| after.owner(path).is_none() && held.contains(*path) && !declared.contains(*path);
        let is_unaccounted = |path: &&String| {
            let known = before.owner(path).cloned().or_else(|| self.last_owner(path, stored));
            let is_forgotten =
                |owner: &TeamKey| after.owner(path) == Some(&None) && stored.teams.contains(owner);
            known.is_none_or(|owner| owner.as_ref().is_some_and(is_forgotten))
        };
        before.paths().filter(is_lost).chain(after.paths().filter(is_unaccounted)).cloned().collect()
    }

    /// The last owner of what is left by now; the inner `None` if nobody knows it, the outer one if nothing of the name was ever there.
    fn last_owner(&self, path: &str, stored: &Stored) -> Option<Option<TeamKey>> {
        let store = DatastoreName::from(path.split('/').next().unwrap_or_default());
        let Some(recorded) = &self.before.owners else { return Some(None) };
        let known = recorded.get(&store).or_else(|| stored.owners.get(&store));
        let of_store = || left(self.before, StorageKind::Datastores).owner(store.as_str()).cloned();
        known.cloned().map(Some).or_else(of_store)
    }

    /// Whose data is stored, or asked for, is recorded: as the owner, or with what is left.
    fn owners(&self, stored: &Stored) -> Vec<String> {
        let after = left(self.after, StorageKind::Datastores);
        let held: BTreeSet<&DatastoreName> = stored.held.iter().map(|key| &key.datastore).collect();
        let is_stored = |store: &DatastoreName| self.wanted.contains(store) || held.contains(store);
        let is_known = |store: &DatastoreName| {
            let owned = self.after.owners.as_ref().is_some_and(|owners| owners.contains_key(store));
            owned || after.owner(store.as_str()).is_some()
        };
        let recorded = self.before.owners.iter().flat_map(|owners| owners.keys());
        let lost = recorded.filter(|store| is_stored(store) && !is_known(store));
        lost.map(|store| format!("the owner of the datastore `{store}`")).collect()
    }
}

/// What is stored after the change, by storage names.
struct Stored {
    held: BTreeSet<DatasetKey>,
    declared: BTreeSet<DatasetKey>,
    teams: BTreeSet<TeamKey>,
    /// The owners of what the live model declares.
    owners: Owners,
}

impl Stored {
    fn new(edit: &LockEdit<'_>) -> Self {
        let [old, new] = edit.ecosystems;
        let names = allocate(new, edit.after).record;
        let mut declared = BTreeSet::new();
        for zone in new.zones() {
            for team in zone.definition().into_iter().flat_map(|zone| zone.teams()) {
                for store in team.definition().into_iter().flat_map(|team| team.datastores()) {
                    let keys = store.datasets().iter().map(|one| DatasetKey::new(store.name(), one.name()));
                    declared.extend(keys.map(|key| names.dataset(&key)));
                }
            }
        }
        Self {
            held: edit.after.all_held().map(|(_, held)| held.holds.dataset.clone()).collect(),
            declared,
            teams: declared_teams(new, &names).into_keys().collect(),
            owners: declared_owners(old, &allocate(old, edit.before).record),
        }
    }
}

/// All entries of a record.
fn entries(record: &StorageRecord) -> BTreeMap<(StorageKind, &str), &StorageEntry> {
    let kinds = record.names.iter();
    kinds
        .flat_map(|(kind, names)| names.iter().map(|(path, entry)| ((*kind, path.as_str()), entry)))
        .collect()
}

fn left(lock: &Lock, kind: StorageKind) -> Left {
    lock.storage_names().left.get(&kind).cloned().unwrap_or_default()
}

/// What has a storage name of this kind.
fn part(kind: StorageKind, key: &DatasetKey) -> String {
    match kind {
        StorageKind::Datastores => key.datastore.to_string(),
        _ => key.to_string(),
    }
}
