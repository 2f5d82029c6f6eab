//! The allocation of storage names: once, when a model is placed, in the order of names.

use super::{StorageEntry, StorageKind, StorageRecord, joined, taken_up::DeclaredStore};
use crate::lock::{FILE_NAME, Lock};
use datasurface_graph::{StorageNames, StorageOf};
use datasurface_model::{
    CodeInfo, ContainerKey, DatasetKey, Diagnostic, Ecosystem, Entity, GroupKey, ModelPath, segment,
};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) static NAME_TWICE: CodeInfo = CodeInfo::error(
    "lock/name-twice",
    "two things have one storage name in the lock",
    "What keeps data is addressed by its storage name, so two things of one storage name would share their data. A lock gives a \
     name twice when two branches are merged that both renamed the same thing, or both gave a name away. Only one of the two can \
     be what has the data: remove the entry of the other one, and its `renamed_from`.",
);

/// The storage names of a model, and what was called otherwise in the lock.
#[derive(Debug)]
pub struct Allocated {
    /// The storage names.
    pub record: StorageRecord,
    /// The names of now by the names that the lock has: of things that were renamed since.
    pub moved: StorageNames,
    /// The findings about them.
    pub found: Vec<Diagnostic>,
}

/// What is known of the things that a model says were renamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Knowledge {
    /// The lock is older than storage names, if there is one: every thing is stored under the name that it was placed under.
    Decisions,
    /// Whatever was renamed before has an entry.
    Entries,
}

/// A thing among its siblings.
struct Sibling<'a> {
    name: &'a str,
    former: Option<&'a str>,
    /// The storage name of held data that it takes up. It is judged already.
    continued: Option<String>,
    /// The data that it is declared to continue.
    continues: Option<String>,
}

/// The names above some siblings: those of now, and those in the lock.
#[derive(Clone, Default)]
pub(super) struct Parent {
    pub(super) now: String,
    pub(super) then: String,
}

impl Parent {
    fn child(&self, name: &str, then: &str) -> Self {
        let path = |parent: &str, name: &str| joined(parent, name).into_owned();
        Self { now: path(&self.now, name), then: path(&self.then, then) }
    }
}

/// Allocates the storage names of a model: what has one keeps it.
pub fn allocate(ecosystem: &Ecosystem, lock: &Lock) -> Allocated {
    let nothing = StorageRecord::default();
    let knowledge = if lock.storage.is_some() { Knowledge::Entries } else { Knowledge::Decisions };
    let before = lock.storage.as_ref().unwrap_or(&nothing);
    let next = StorageRecord { left: before.left.clone(), ..StorageRecord::default() };
    let moved = StorageNames::default();
    let mut allocator = Allocator { before, lock, knowledge, next, moved, found: Vec::new() };
    allocator.ecosystem(ecosystem);
    Allocated { record: allocator.next, moved: allocator.moved, found: allocator.found }
}

/// Whether two locks say the same of all that names are allocated by, so that one model gets the same names.
#[must_use]
pub fn is_allocated_alike(one: &Lock, other: &Lock) -> bool {
    let is_known_alike = one.storage == other.storage && one.owners == other.owners;
    // Decisions tell what was placed only where the lock is older than storage names.
    let is_decided_alike = one.storage.is_some() || one.assignments == other.assignments;
    let is_placed_alike = one.platforms.keys().eq(other.platforms.keys());
    is_known_alike && is_decided_alike && is_placed_alike && one.reached.is_some() == other.reached.is_some()
}

pub(super) struct Allocator<'a> {
    pub(super) before: &'a StorageRecord,
    pub(super) lock: &'a Lock,
    knowledge: Knowledge,
    pub(super) next: StorageRecord,
    moved: StorageNames,
    pub(super) found: Vec<Diagnostic>,
}

/// Pairs each thing with its names.
macro_rules! siblings {
    ($things:expr) => {
        $things
            .iter()
            .map(|thing| Sibling {
                name: thing.name().as_str(),
                former: thing.former_name().map(|former| former.as_str()),
                continued: None,
                continues: None,
            })
            .collect::<Vec<_>>()
    };
}

impl Allocator<'_> {
    fn ecosystem(&mut self, ecosystem: &Ecosystem) {
        let root = Parent::default();
        let (mut datastores, mut workspaces) = (Vec::new(), Vec::new());
        let platforms = self.siblings(StorageKind::Platforms, &root, siblings!(ecosystem.platforms()));
        for (now, was) in platforms {
            self.add_moved(|moved| moved.with_platform(&*was, &*now));
        }
        let zones = self.siblings(StorageKind::Zones, &root, siblings!(ecosystem.zones()));
        for zone in ecosystem.zones() {
            let here = self.inside(&root, zone.name().as_str(), &zones);
            let Some(definition) = zone.definition() else { continue };
            let teams = self.siblings(StorageKind::Teams, &here, siblings!(definition.teams()));
            for team in definition.teams() {
                let here = self.inside(&here, team.name().as_str(), &teams);
                let Some(definition) = team.definition() else { continue };
                self.containers(&here, siblings!(definition.containers()));
                let declared = |store| DeclaredStore { zone: zone.name(), team: team.name(), store };
                datastores.extend(definition.datastores().iter().map(|store| declared(store)));
                workspaces.extend(definition.workspaces().iter());
            }
        }
        datastores.sort_by_key(|declared| declared.store.name());
        workspaces.sort_by_key(|workspace| workspace.name());
        let named = datastores.iter().map(|declared| Sibling {
            name: declared.store.name().as_str(),
            former: declared.store.former_name().map(|former| former.as_str()),
            continued: self.continued_store(declared, &datastores),
            continues: None,
        });
        let named = named.collect();
        let then = self.siblings(StorageKind::Datastores, &root, named);
        for declared in &datastores {
            let datastore = declared.store;
            let here = self.inside(&root, datastore.name().as_str(), &then);
            let mut datasets = siblings!(datastore.datasets());
            for (sibling, dataset) in datasets.iter_mut().zip(datastore.datasets()) {
                sibling.continued = self.continued_dataset(declared, dataset, &here);
                sibling.continues = dataset.continues().map(ToString::to_string);
            }
            let names: Vec<&str> = datasets.iter().map(|dataset| dataset.name).collect();
            let then = self.siblings(StorageKind::Datasets, &here, datasets);
            if here.now != here.then {
                self.add_moved(|moved| moved.with_datastore(here.then.as_str(), here.now.as_str()));
            }
            for name in self.moved_of(&here, &names, &then) {
                let was = then.get(name).map_or(name, String::as_str);
                let (was, now) = (DatasetKey::new(&*here.then, was), DatasetKey::new(&*here.now, name));
                self.add_moved(|moved| moved.with_dataset(was, now));
            }
        }
        let then = self.siblings(StorageKind::Workspaces, &root, siblings!(workspaces));
        for workspace in workspaces {
            let here = self.inside(&root, workspace.name().as_str(), &then);
            let groups = siblings!(workspace.groups());
            let names: Vec<&str> = groups.iter().map(|group| group.name).collect();
            let then = self.siblings(StorageKind::Groups, &here, groups);
            if here.now != here.then {
                self.add_moved(|moved| moved.with_workspace(here.then.as_str(), here.now.as_str()));
            }
            for name in self.moved_of(&here, &names, &then) {
                let was = then.get(name).map_or(name, String::as_str);
                let (was, now) = (GroupKey::new(&*here.then, was), GroupKey::new(&*here.now, name));
                self.add_moved(|moved| moved.with_group(was, now));
            }
        }
    }

    fn containers(&mut self, here: &Parent, containers: Vec<Sibling<'_>>) {
        let names: Vec<&str> = containers.iter().map(|container| container.name).collect();
        let then = self.siblings(StorageKind::Containers, here, containers);
        for name in self.moved_of(here, &names, &then) {
            let was = then.get(name).map_or(name, String::as_str);
            let (was, now) = (joined(&here.then, was).into_owned(), joined(&here.now, name).into_owned());
            self.add_moved(|moved| {
                moved.with_container(ContainerKey::from(&*was), ContainerKey::from(&*now))
            });
        }
    }

    /// The names whose path is another one than in the lock.
    fn moved_of<'n>(
        &self,
        here: &Parent,
        names: &[&'n str],
        then: &BTreeMap<String, String>,
    ) -> Vec<&'n str> {
        let is_moved = |name: &&&str| here.now != here.then || then.contains_key(**name);
        names.iter().filter(is_moved).copied().collect()
    }

    fn add_moved(&mut self, add: impl FnOnce(StorageNames) -> StorageNames) {
        self.moved = add(std::mem::take(&mut self.moved));
    }

    fn inside(&self, parent: &Parent, name: &str, then: &BTreeMap<String, String>) -> Parent {
        parent.child(name, then.get(name).map_or(name, String::as_str))
    }

    /// Allocates the names of siblings. Returns the name in the lock of each one that was renamed since, by its name of now.
    fn siblings(
        &mut self,
        kind: StorageKind,
        parent: &Parent,
        mut siblings: Vec<Sibling<'_>>,
    ) -> BTreeMap<String, String> {
        let left = self.left(kind, parent);
        let is_plain = left.is_empty() && !self.before.has(kind);
        let is_first = |sibling: &Sibling<'_>| sibling.former.is_none() && sibling.continued.is_none();
        if is_plain && siblings.iter().all(is_first) {
            return BTreeMap::new();
        }
        siblings.sort_by_key(|sibling| sibling.name);
        let stored: BTreeSet<String> = siblings
            .iter()
            .filter_map(|sibling| self.entry(kind, parent, sibling.name))
            .map(|entry| folded(&entry.storage))
            .collect();
        let mut renamed = BTreeMap::new();
        let mut by_storage: BTreeMap<String, &str> = BTreeMap::new();
        let mut rest = Vec::new();
        for sibling in &siblings {
            let entry = self.entry(kind, parent, sibling.name);
            let former =
                sibling.former.filter(|former| entry.is_none_or(|e| e.from.as_deref() != Some(former)));
            let taken_over = former.and_then(|former| {
                let storage = match self.entry(kind, parent, former) {
                    Some(entry) => entry.storage.clone(),
                    // The name is somebody else's already: nothing is stored for the one that had it last.
                    None if stored.contains(&folded(former)) => return None,
                    None => former.to_owned(),
                };
                let is_there = self.was_placed(kind, parent, sibling.name, former);
                (is_there && !left.contains(&folded(&storage))).then_some(storage)
            });
            let from =
                sibling.former.map(str::to_owned).or_else(|| entry.and_then(|entry| entry.from.clone()));
            let storage = match (taken_over, entry) {
                (Some(storage), _) => {
                    renamed.insert(sibling.name.to_owned(), sibling.former.unwrap_or_default().to_owned());
                    storage
                }
                (None, Some(entry)) if former.is_none() => entry.storage.clone(),
                (None, _) if sibling.continued.is_some() => sibling.continued.clone().unwrap_or_default(),
                _ => {
                    rest.push((sibling, from));
                    continue;
                }
            };
            if let Some(other) = by_storage.insert(folded(&storage), sibling.name) {
                self.found.push(twice(kind, parent, other, sibling.name, &storage));
            }
            let continues = sibling.continues.clone();
            self.add(kind, parent, sibling.name, StorageEntry { storage, from, continues });
        }
        let names: BTreeSet<String> = siblings.iter().map(|sibling| folded(sibling.name)).collect();
        let mut taken: BTreeSet<String> = by_storage.into_keys().chain(left).collect();
        for (Sibling { name, continues, .. }, from) in rest {
            let storage = match taken.contains(&folded(name)) {
                true => free_name(name, |name| taken.contains(name) || names.contains(name)),
                false => (*name).to_owned(),
            };
            taken.insert(folded(&storage));
            if from.is_some() || storage != *name {
                self.add(kind, parent, name, StorageEntry { storage, from, continues: continues.clone() });
            }
        }
        renamed
    }

    pub(super) fn entry(&self, kind: StorageKind, parent: &Parent, name: &str) -> Option<&StorageEntry> {
        self.before.entry(kind, &joined(&parent.then, name))
    }

    fn add(&mut self, kind: StorageKind, parent: &Parent, name: &str, entry: StorageEntry) {
        let path = joined(&parent.now, name).into_owned();
        self.next.names.entry(kind).or_default().insert(path, entry);
    }

    /// The storage names of siblings that are not declared any more, but whose data is still there.
    pub(super) fn left(&self, kind: StorageKind, parent: &Parent) -> BTreeSet<String> {
        let left = self.before.left.get(&kind).into_iter().flat_map(|left| left.paths());
        match kind {
            StorageKind::Datasets => {
                let datastore = self.next.datastore(&parent.now.as_str().into());
                let begin = format!("{datastore}/");
                left.filter_map(|path| path.strip_prefix(&begin)).map(folded).collect()
            }
            _ => left.map(|path| folded(path)).collect(),
        }
    }

    /// Whether a thing was placed under its former name, and not under its name of now.
    fn was_placed(&self, kind: StorageKind, parent: &Parent, name: &str, former: &str) -> bool {
        let decided = self.lock.assignments();
        let is_placed = |name: &str| match kind {
            StorageKind::Platforms => {
                let mut stages = decided.groups().map(|(_, s)| s).chain(decided.primaries().map(|(_, s)| s));
                self.lock.platforms.contains_key(name) || stages.any(|stages| stages.contains_key(name))
            }
            StorageKind::Datastores => decided.primary_stages(&name.into()).is_some(),
            StorageKind::Groups => decided.group(&GroupKey::new(&*parent.then, name)).is_some(),
            StorageKind::Workspaces => {
                let mut groups = decided.groups();
                groups.any(|(group, _)| group.workspace.as_str() == name)
            }
            // A lock that is older than storage names does not tell: they were made anew when they were renamed.
            _ => false,
        };
        match self.knowledge {
            // What is held by a platform of this name that is not declared any more stays its own.
            Knowledge::Entries => kind != StorageKind::Platforms || !self.lock.platforms.contains_key(name),
            Knowledge::Decisions => is_placed(former) && !is_placed(name),
        }
    }
}

/// Names that differ in case alone can be one name where they are stored.
pub(super) fn folded(name: &str) -> String {
    name.to_ascii_lowercase()
}

/// The first of `NAME-2`, `NAME-3` and so on that is free.
fn free_name(name: &str, is_taken: impl Fn(&String) -> bool) -> String {
    let mut number = 2_u64;
    loop {
        let candidate = format!("{name}-{number}");
        if !is_taken(&folded(&candidate)) {
            return candidate;
        }
        number += 1;
    }
}

fn twice(kind: StorageKind, parent: &Parent, one: &str, other: &str, storage: &str) -> Diagnostic {
    let noun = kind.noun();
    let [one, other] = [one, other].map(|name| joined(&parent.now, name).into_owned());
    let message = format!("the {noun}s `{one}` and `{other}` are both stored under `{storage}`");
    Diagnostic::new(&NAME_TWICE, ModelPath::root().child(segment::LOCK, FILE_NAME), message).with_help(
        "keep the entry of the one that has the data, and remove the entry of the other one with its `renamed_from`",
    )
}
