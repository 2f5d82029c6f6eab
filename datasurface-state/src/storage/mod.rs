//! Storage names, as a lock records them: a rename is never a rebuild.
//!
//! The storage name of a thing is its name, unless an entry says otherwise. There is an entry for whatever was renamed, and for
//! whatever has a name that something else is still stored under. Entries are made once, when a model is placed:
//! `allocate.rs`.

mod allocate;
mod edited;
mod left;
mod recaptured;
mod taken_up;
mod teams;

pub(crate) use allocate::NAME_TWICE;
pub use allocate::{Allocated, allocate, is_allocated_alike};
pub use edited::LockEdit;
pub use left::{DeclaredNames, Owners, StoredData, declared_owners};
pub use recaptured::{RENAMED_DELIVERY, recaptured};
pub use taken_up::keeps_its_own;
pub(crate) use taken_up::{CANNOT_CONTINUE, NOT_LAST_OWNER};
pub use teams::{OwingTeam, changed_owing_teams};

use datasurface_graph::StorageOf;
use datasurface_model::{
    ContainerKey, DatasetKey, DatastoreName, GroupKey, PlatformName, TeamKey, TeamName, WorkspaceName,
    ZoneName,
};
use left::Left;
use serde::{Deserialize, Serialize};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

/// The kind of a thing that has a storage name. Things of one kind and with one parent have different ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StorageKind {
    /// `<platform>`
    Platforms,
    /// `<zone>`
    Zones,
    /// `<zone>/<team>`
    Teams,
    /// `<zone>/<team>/<container>`
    Containers,
    /// `<datastore>`
    Datastores,
    /// `<datastore>/<dataset>`
    Datasets,
    /// `<workspace>`
    Workspaces,
    /// `<workspace>/<group>`
    Groups,
}

impl StorageKind {
    /// Returns the word for a thing of this kind.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Platforms => "platform",
            Self::Zones => "zone",
            Self::Teams => "team",
            Self::Containers => "container",
            Self::Datastores => "datastore",
            Self::Datasets => "dataset",
            Self::Workspaces => "workspace",
            Self::Groups => "dataset group",
        }
    }
}

/// The storage name of one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StorageEntry {
    /// The name among the things of the same parent.
    pub storage: String,
    /// The former name by which the thing was recognized when it was renamed. Another one is another rename.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The data that a dataset was declared to continue when it was new, whether there was any or not. Other data is for another
    /// new dataset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues: Option<String>,
}

/// The exceptions from the rule that the storage name of a thing is its name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StorageRecord {
    /// By kind, and by the names of now, joined with `/`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    names: BTreeMap<StorageKind, BTreeMap<String, StorageEntry>>,
    /// The storage names of datasets and datastores that are not declared any more, but whose data is still there: nothing
    /// else may be stored under them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    left: BTreeMap<StorageKind, Left>,
}

impl StorageRecord {
    fn entry(&self, kind: StorageKind, path: &str) -> Option<&StorageEntry> {
        self.names.get(&kind)?.get(path)
    }

    /// Creates a record without an entry.
    pub const fn new() -> Self {
        Self { names: BTreeMap::new(), left: BTreeMap::new() }
    }

    /// The storage name of a zone.
    pub(crate) fn zone(&self, now: &ZoneName) -> ZoneName {
        self.own(StorageKind::Zones, "", now.as_str()).into()
    }

    /// The storage name of a team.
    fn team(&self, zone: &ZoneName, team: &TeamName) -> TeamKey {
        let own = self.own(StorageKind::Teams, zone.as_str(), team.as_str());
        TeamKey::new(self.own(StorageKind::Zones, "", zone.as_str()), own)
    }

    /// Whether data of a dataset that is not declared any more is stored under this name.
    pub fn is_left(&self, storage: &DatasetKey) -> bool {
        let left = self.left.get(&StorageKind::Datasets);
        left.is_some_and(|left| left.owner(&storage.to_string()).is_some())
    }

    /// Whether a storage name is that of something else than the dataset of this name: a storage name outlives a rename.
    pub fn is_of_another(&self, name: &DatasetKey, storage: &DatasetKey) -> bool {
        let entries = |kind| self.names.get(&kind).into_iter().flatten();
        let mut stores = entries(StorageKind::Datastores)
            .filter(|(path, _)| path.as_str() != name.datastore.as_str())
            .map(|(_, entry)| entry.storage.as_str());
        let mut datasets = entries(StorageKind::Datasets)
            .filter(|(_, entry)| entry.storage == storage.dataset.as_str())
            .map(|(path, _)| DatasetKey::from(path.as_str()));
        stores.any(|store| store == storage.datastore.as_str())
            || datasets.any(|key| key != *name && self.dataset(&key) == *storage)
    }

    /// Whether there is no entry, and nothing is left.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.left.is_empty()
    }

    fn has(&self, kind: StorageKind) -> bool {
        self.names.contains_key(&kind)
    }

    /// The own storage name of a thing with this path.
    fn own<'a>(&'a self, kind: StorageKind, parent: &str, name: &'a str) -> &'a str {
        if !self.has(kind) {
            return name;
        }
        let path = joined(parent, name);
        self.entry(kind, &path).map_or(name, |entry| &entry.storage)
    }

    /// The entries by which names differ: they are part of a revision. None if every name is its own storage name.
    pub fn differing(&self) -> BTreeMap<StorageKind, BTreeMap<&str, &str>> {
        let differing = self.names.iter().map(|(kind, entries)| {
            let differs = |(path, entry): &(&String, &StorageEntry)| last(path) != entry.storage;
            let entries = entries.iter().filter(differs);
            (*kind, entries.map(|(path, entry)| (path.as_str(), entry.storage.as_str())).collect())
        });
        differing.filter(|(_, entries): &(_, BTreeMap<_, _>)| !entries.is_empty()).collect()
    }

    /// Returns the datastores and the workspaces that have another storage name than before, or something in them does; `None` if other things
    /// do as well.
    pub fn renamed_since(&self, before: &Self) -> Option<(BTreeSet<DatastoreName>, BTreeSet<WorkspaceName>)> {
        let (mut datastores, mut workspaces) = (BTreeSet::new(), BTreeSet::new());
        for (kind, path, _) in self.disagreements(before) {
            let first = path.split('/').next().unwrap_or_default();
            match kind {
                StorageKind::Datastores | StorageKind::Datasets => drop(datastores.insert(first.into())),
                StorageKind::Workspaces | StorageKind::Groups => drop(workspaces.insert(first.into())),
                _ => return None,
            }
        }
        Some((datastores, workspaces))
    }

    /// Returns the datastores that these datasets may be in, which are given by their storage names.
    pub fn stores_of(&self, stored: &BTreeSet<&DatasetKey>) -> BTreeSet<DatastoreName> {
        let stored: BTreeSet<&str> = stored.iter().map(|dataset| dataset.datastore.as_str()).collect();
        let renamed = self.names.get(&StorageKind::Datastores).into_iter().flatten();
        let renamed = renamed.filter(|(_, entry)| stored.contains(entry.storage.as_str()));
        let renamed = renamed.map(|(now, _)| DatastoreName::from(now.as_str()));
        renamed.chain(stored.iter().map(|name| DatastoreName::from(*name))).collect()
    }

    /// Returns the things whose storage names differ from those in another record: the kind, the name of now, and both storage names.
    pub fn disagreements(&self, other: &Self) -> Vec<(StorageKind, String, [String; 2])> {
        let nothing = BTreeMap::new();
        let mut found = Vec::new();
        let kinds: BTreeSet<StorageKind> = self.names.keys().chain(other.names.keys()).copied().collect();
        for kind in kinds {
            let [here, there] = [self, other].map(|record| record.names.get(&kind).unwrap_or(&nothing));
            let paths: BTreeSet<&String> = here.keys().chain(there.keys()).collect();
            found.extend(paths.into_iter().filter_map(|path| {
                let names = [here, there]
                    .map(|names| names.get(path).map_or(last(path), |entry| entry.storage.as_str()));
                let [one, other] = names;
                (one != other).then(|| (kind, path.clone(), names.map(str::to_owned)))
            }));
        }
        found
    }
}

/// The last name of a path.
fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn joined<'a>(parent: &str, name: &'a str) -> Cow<'a, str> {
    if parent.is_empty() { Cow::Borrowed(name) } else { Cow::Owned(format!("{parent}/{name}")) }
}

impl StorageOf for StorageRecord {
    fn is_trivial(&self) -> bool {
        self.names.is_empty()
    }

    fn platform(&self, now: &PlatformName) -> PlatformName {
        self.own(StorageKind::Platforms, "", now.as_str()).into()
    }

    fn container(&self, now: &ContainerKey) -> ContainerKey {
        let zone = self.own(StorageKind::Zones, "", now.zone.as_str());
        let team = self.own(StorageKind::Teams, now.zone.as_str(), now.team.as_str());
        let parent = format!("{}/{}", now.zone, now.team);
        ContainerKey::new(zone, team, self.own(StorageKind::Containers, &parent, now.container.as_str()))
    }

    fn datastore(&self, now: &DatastoreName) -> DatastoreName {
        self.own(StorageKind::Datastores, "", now.as_str()).into()
    }

    fn dataset(&self, now: &DatasetKey) -> DatasetKey {
        let own = self.own(StorageKind::Datasets, now.datastore.as_str(), now.dataset.as_str());
        DatasetKey::new(self.datastore(&now.datastore), own)
    }

    fn workspace(&self, now: &WorkspaceName) -> WorkspaceName {
        self.own(StorageKind::Workspaces, "", now.as_str()).into()
    }

    fn group(&self, now: &GroupKey) -> GroupKey {
        let own = self.own(StorageKind::Groups, now.workspace.as_str(), now.group.as_str());
        GroupKey::new(self.workspace(&now.workspace), own)
    }
}
