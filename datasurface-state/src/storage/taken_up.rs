//! Held data that a new dataset takes up: `continues`. It is the matter of the team that declared the former dataset last.
//!
//! The data stays where it is. So a new dataset takes it up in the datastore that it is stored with, or in a new datastore that takes
//! up the storage of one that is gone.

use super::{
    StorageKind,
    allocate::{Allocator, Parent},
};
use datasurface_graph::StorageOf;
use datasurface_model::{
    CodeInfo, Dataset, DatasetKey, Datastore, Diagnostic, Entity, ModelPath, TeamName, ZoneName, segment,
};
use std::collections::BTreeSet;

pub(crate) static NOT_LAST_OWNER: CodeInfo = CodeInfo::error(
    "lock/not-last-owner",
    "a dataset takes up data that is held of another team's one",
    "What is held of a dataset that is gone belongs to the team that declared it last, and only that team may declare a dataset that \
     continues it. The lock names that team. A team that is not declared any more has left nothing to anybody.",
)
.not_waivable();

pub(crate) static CANNOT_CONTINUE: CodeInfo = CodeInfo::error(
    "lock/cannot-continue",
    "there is nothing that a dataset could take up",
    "A dataset continues what is held of one that is gone, by the name under which that is stored; `plan` and the lock list what is held. \
     Its data stays with the datastore that it was captured with: the new dataset is declared in that one, or in a new one where \
     that one is gone. What has data of its own already keeps that. Render the removal of the former dataset before.",
)
.not_waivable();

/// A datastore, and the team that declares it.
pub(super) struct DeclaredStore<'a> {
    pub(super) zone: &'a ZoneName,
    pub(super) team: &'a TeamName,
    pub(super) store: &'a Datastore,
}

impl Allocator<'_> {
    /// The storage name of a datastore that is gone, and that a new one takes up.
    pub(super) fn continued_store(
        &self,
        declared: &DeclaredStore<'_>,
        all: &[DeclaredStore<'_>],
    ) -> Option<String> {
        let store = declared.store;
        let continued = store.datasets().iter().filter_map(Dataset::continues);
        let gone = self.before.left.get(&StorageKind::Datastores)?;
        // A storage name comes before a name of now: another datastore may have that one.
        let stored = |key: &DatasetKey| match gone.owner(key.datastore.as_str()) {
            Some(_) => key.datastore.clone(),
            None => self.before.datastore(&key.datastore),
        };
        let wanted: BTreeSet<_> = continued.map(stored).collect();
        let is_new = store.former_name().is_none()
            && self.before.entry(StorageKind::Datastores, store.name().as_str()).is_none();
        let [wanted] = wanted.iter().collect::<Vec<_>>().try_into().ok()?;
        let has_own = |name: &str| {
            self.lock.owners.as_ref().is_some_and(|owners| owners.contains_key(name))
                && gone.owner(name).is_none()
        };
        let is_borne = |other: &DeclaredStore<'_>| {
            other.store.name() != store.name()
                && self.before.datastore(other.store.name()) == *wanted
                && self.before.entry(StorageKind::Datastores, other.store.name().as_str()).is_some()
        };
        let is_free = is_new
            && !has_own(store.name().as_str())
            && gone.owner(wanted.as_str()).is_some()
            && !all.iter().any(is_borne);
        is_free.then(|| wanted.to_string())
    }

    /// The storage name, in its datastore, of the held data that a new dataset takes up.
    pub(super) fn continued_dataset(
        &mut self,
        declared: &DeclaredStore<'_>,
        dataset: &Dataset,
        here: &Parent,
    ) -> Option<String> {
        let continued = dataset.continues()?;
        let storage = self.held_key(continued);
        let left = self.before.left.get(&StorageKind::Datasets);
        let owner = left.and_then(|left| left.owner(&storage.to_string())).cloned();
        let entry = self.entry(StorageKind::Datasets, here, dataset.name().as_str());
        let former = || self.entry(StorageKind::Datasets, here, dataset.former_name()?.as_str());
        if let Some(entry) = entry.or_else(former) {
            // Any team may have the data that is named, and let it go later. What cannot be taken up then is told now.
            let is_old = entry.continues.as_deref() == Some(&*continued.to_string());
            let own = DatasetKey::new(self.next.datastore(declared.store.name()), &*entry.storage);
            if !is_old && own != storage && own != *continued {
                self.refuse(declared, dataset, Finding::of_its_own(declared.store, dataset));
            }
            return None;
        }
        // Nothing was ever rendered: there is nothing to take up, and never will be.
        if self.lock.reached.is_none() {
            return Some(dataset.name().to_string());
        }
        if dataset.former_name().is_some() {
            self.refuse(declared, dataset, Finding::of_its_own(declared.store, dataset));
            return None;
        }
        let store = self.next.datastore(declared.store.name());
        let team = self.next.team(declared.zone, declared.team);
        let finding = match owner {
            Some(_) if storage.datastore != store => {
                let held = format!("`{continued}` is stored with the datastore `{}`", storage.datastore);
                let message = format!("{held}, and `{}` as `{store}`", declared.store.name());
                Finding { code: &CANNOT_CONTINUE, message, help: "declare it in a new datastore".to_owned() }
            }
            Some(Some(owner)) if owner == team => return Some(storage.dataset.to_string()),
            Some(owner) => {
                let message = match owner {
                    Some(owner) => format!("`{continued}` was declared by the team `{owner}` at last"),
                    None => {
                        format!("the team that declared `{continued}` at last is not known, or not declared")
                    }
                };
                let help = "remove `continues`: the dataset then begins without history".to_owned();
                Finding { code: &NOT_LAST_OWNER, message, help }
            }
            None => {
                let held = self.held_names();
                let help = match held.is_empty() {
                    true => "remove `continues`, or render the removal of that dataset first".to_owned(),
                    false => format!("held are {}", held.join(", ")),
                };
                let message = format!("nothing is held of `{continued}`");
                Finding { code: &CANNOT_CONTINUE, message, help }
            }
        };
        self.refuse(declared, dataset, finding);
        None
    }

    /// The storage name of what is continued. Data is named as it is stored: what has that name now may be stored under another one.
    fn held_key(&self, continued: &DatasetKey) -> DatasetKey {
        let store = self.before.datastore(&continued.datastore);
        let in_renamed_store = DatasetKey::new(store, continued.dataset.clone());
        let as_written = [continued, &in_renamed_store].into_iter().find(|key| self.before.is_left(key));
        as_written.cloned().unwrap_or_else(|| self.before.dataset(continued))
    }

    /// Some of the names under which data is held.
    fn held_names(&self) -> Vec<String> {
        let left = self.before.left.get(&StorageKind::Datasets);
        left.into_iter().flat_map(|left| left.paths()).take(8).map(|path| format!("`{path}`")).collect()
    }

    fn refuse(&mut self, declared: &DeclaredStore<'_>, dataset: &Dataset, finding: Finding) {
        let path = ModelPath::root()
            .child(segment::ZONES, declared.zone)
            .child(segment::TEAMS, declared.team)
            .child(segment::DATASTORES, declared.store.name());
        self.found.push(finding.at(&path, dataset));
    }
}

/// A reason why data cannot be taken up.
struct Finding {
    code: &'static CodeInfo,
    message: String,
    help: String,
}

impl Finding {
    /// The finding about a dataset that is no new one.
    fn of_its_own(store: &Datastore, dataset: &Dataset) -> Self {
        Self {
            code: &CANNOT_CONTINUE,
            message: format!(
                "`{}/{}` is no new dataset, and keeps its own data",
                store.name(),
                dataset.name()
            ),
            help: "remove `continues`, or declare a new dataset that continues the former one".to_owned(),
        }
    }

    /// The diagnostic about a dataset of the datastore at this path.
    fn at(self, datastore: &ModelPath, dataset: &Dataset) -> Diagnostic {
        let path = datastore.child(segment::DATASETS, dataset.name()).attribute(segment::CONTINUES);
        Diagnostic::new(self.code, path, self.message).with_help(self.help)
    }
}

/// Returns the finding about a dataset of the datastore at this path that is no new one.
#[must_use]
pub fn keeps_its_own(path: &ModelPath, store: &Datastore, dataset: &Dataset) -> Diagnostic {
    Finding::of_its_own(store, dataset).at(path, dataset)
}
