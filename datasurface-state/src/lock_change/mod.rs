//! Two versions of a lock: what is held goes by release, by date, or because somebody is promised as much again.

mod codes;
mod entries;

pub(crate) use codes::CODES;
pub use codes::OTHER_OWNER;

use crate::{
    Lock, Owed, storage,
    storage::{Owners, StorageKind, StorageRecord},
};
use chrono::NaiveDate;
use codes::{FORMER_STORE, HELD_CHANGED, HELD_NAME, LOCK_GONE, UNRENDERED_RENAME};
use datasurface_graph::StorageOf;
use datasurface_model::{
    DatasetKey, Diagnostic, Ecosystem, Entity, ModelPath, PlatformName, TeamKey, Valid, segment,
};
use datasurface_platform::HeldState;
use std::{borrow::Cow, collections::BTreeMap};

/// A change of a lock, from that of the live model to that of a proposed one, and what it is judged with.
#[derive(Clone, Copy, Debug)]
pub struct LockChange<'a> {
    /// The lock of the live model.
    pub old: &'a Lock,
    /// The lock of the proposed model.
    pub new: &'a Lock,
    /// Whether the live model has a lock, and the proposed one has none.
    pub is_gone: bool,
    /// The live and the proposed ecosystem.
    pub ecosystems: [&'a Valid<Ecosystem>; 2],
    /// The proposed model, if it could be placed. Without it, the lock is judged by the two models alone, and what only rendering could
    /// account for is an edit.
    pub placed: Option<&'a PlacedLock<'a>>,
    /// The day of the judgement.
    pub on: NaiveDate,
}

/// The outcome of placing the proposed model, for its lock.
#[derive(Clone, Debug)]
pub struct PlacedLock<'a> {
    /// The lock with the decisions that were taken.
    pub lock: &'a Lock,
    /// The data that consumers ask to be kept on each platform, by its storage name.
    pub owed: BTreeMap<PlatformName, Owed>,
    /// The datasets, by storage names, of whose rows of before the given lock says what neither the live one says, nor placing makes of that.
    pub unaccounted_origins: Vec<DatasetKey>,
}

impl LockChange<'_> {
    /// Returns everything that a change must not do to the lock, whoever makes it.
    #[must_use]
    pub fn findings(&self) -> Vec<Diagnostic> {
        if self.is_gone {
            let message = "the lock of the live model is missing in the proposed one";
            let finding = Diagnostic::new(&LOCK_GONE, lock_path(), message);
            return vec![finding.with_help("restore `datasurface.lock` from version control")];
        }
        let mut found = self.other_owners();
        found.extend(self.edited());
        found.extend(self.former_teams());
        found.extend(self.unrendered_renames());
        let (taken, nothing) = (self.bearers(), Owed::new());
        for (platform, lock) in &self.old.platforms {
            // A platform may be renamed with this change, or with an earlier one that the new lock has and the old one has not.
            let storage = self.old.storage_names().platform(platform);
            let names = self.new.storage_names();
            let same = self.new.platforms.iter().find(|(name, _)| names.platform(name) == storage);
            let still = same.map_or(&[][..], |(_, lock)| &lock.held);
            let owed = self.placed.and_then(|placed| placed.owed.get(&storage)).unwrap_or(&nothing);
            for state in &lock.held {
                found.extend(self.taken_name(state, &taken));
                if !self.may_become(still, state, owed) {
                    let (resource, dataset) = (&state.resource, &state.holds.dataset);
                    let message = format!(
                        "`{resource}` of `{platform}` holds `{dataset}`, which was neither released nor is over"
                    );
                    let help = "restore the entry of the lock, and release it if nobody needs it";
                    found.push(Diagnostic::new(&HELD_CHANGED, lock_path(), message).with_help(help));
                }
            }
        }
        found
    }

    /// The storage names after the change.
    fn names_after(&self) -> Cow<'_, StorageRecord> {
        let [_, new] = self.ecosystems;
        match self.placed {
            Some(placed) => Cow::Borrowed(placed.lock.storage_names()),
            None => Cow::Owned(storage::allocate(new, self.new).record),
        }
    }

    /// What the new lock gives to another team: who owned data last may take it up again.
    fn other_owners(&self) -> Vec<Diagnostic> {
        let [old, new] = self.ecosystems;
        let names = self.names_after();
        let then = storage::declared_owners(old, &storage::allocate(old, self.old).record);
        let now = storage::declared_owners(new, &names);
        let unknown = self.new.unknown_owners(self.old, &then, &now);
        let given = unknown.into_iter().map(|(stored, team)| {
            format!("by the lock, `{stored}` belongs to the team `{team}`, which has not declared it")
        });
        let finding = |message| {
            Diagnostic::new(&OTHER_OWNER, lock_path(), message)
                .with_help("restore the entries of the lock that the live model has")
        };
        given.map(finding).chain(self.former_stores(&names, &then, &now)).collect()
    }

    /// The datastores that come with the change, and would take up what the lock knows as that of another team: its removal was not rendered,
    /// so that nothing is left by it yet.
    fn former_stores(&self, names: &StorageRecord, then: &Owners, now: &Owners) -> Vec<Diagnostic> {
        let [_, new] = self.ecosystems;
        let gone = self.old.owners.iter().flatten().filter(|(store, _)| !then.contains_key(*store));
        // Names that differ in case alone can be one where they are stored.
        let gone: BTreeMap<String, &TeamKey> =
            gone.map(|(store, team)| (store.as_str().to_ascii_lowercase(), team)).collect();
        let mut found = Vec::new();
        for store in new.datastores().into_iter().filter(|_| !gone.is_empty()) {
            let (name, stored) = (store.entity.name(), names.datastore(store.entity.name()));
            let owner = gone.get(&stored.as_str().to_ascii_lowercase()).copied();
            if let Some(owner) = owner.filter(|owner| now.get(&stored).is_some_and(|now| now != *owner)) {
                let message = format!(
                    "the datastore `{name}` is new, and by the lock what is stored as `{stored}` belongs to the team `{owner}`"
                );
                let help = "render the live model first, and put that lock into the live branch, or choose another name";
                found.push(Diagnostic::new(&FORMER_STORE, store.path(), message).with_help(help));
            }
        }
        found
    }

    /// The things that would be stored elsewhere if the live model was rendered before the change than if it is not.
    fn unrendered_renames(&self) -> Vec<Diagnostic> {
        let [old, new] = self.ecosystems;
        let live = storage::allocate(old, self.old);
        if live.moved.is_empty() {
            return Vec::new();
        }
        let rendered = Lock { storage: Some(live.record), ..self.old.clone().with_names(&live.moved) };
        let names = storage::allocate(new, &rendered).record;
        let others = names.disagreements(&self.names_after()).into_iter();
        let finding = |(kind, name, [stored, other]): (StorageKind, String, [String; 2])| {
            let message = format!(
                "the {} `{name}` is stored as `{stored}`, by a rename that was not rendered, and would be stored as `{other}`",
                kind.noun()
            );
            let help = "render the live model first, and put that lock into the live branch, or leave `renamed_from` for now";
            Diagnostic::new(&UNRENDERED_RENAME, lock_path(), message).with_help(help)
        };
        others.map(finding).collect()
    }

    /// Whether an entry may become what the new lock makes of it.
    fn may_become(&self, still: &[HeldState], state: &HeldState, owed: &Owed) -> bool {
        let still = still.iter().find(|held| held.resource == state.resource);
        let is_kept = still.is_some_and(|still| {
            let is_as_long = match (state.owed_until, still.owed_until) {
                (_, None) => true,
                (Some(before), Some(after)) => before <= after,
                (None, Some(_)) => false,
            };
            let (before, after) = (&state.holds, &still.holds);
            is_as_long && before.dataset == after.dataset && after.custody.covers(before.custody)
        });
        let is_owed_again = || {
            owed.get(&state.holds.dataset).is_some_and(|custody| {
                let as_long = state.owed_until.is_some() || custody.promised_retention().is_none();
                as_long && custody.covers(state.holds.custody)
            })
        };
        is_kept || state.release_reason(self.on, self.old.base_revision()).is_some() || is_owed_again()
    }

    /// The dataset that is stored under each name after the change, by that name, and had another one before it, or none.
    fn bearers(&self) -> BTreeMap<DatasetKey, DatasetKey> {
        if self.old.holds_nothing() {
            return BTreeMap::new();
        }
        let [old, new] = self.ecosystems;
        // The old model may have been changed since it was rendered last.
        let before = storage::allocate(old, self.old).record;
        let after = self.names_after();
        let is_kept = |now: &DatasetKey, storage: &DatasetKey, former: [Option<DatasetKey>; 3]| {
            let mut names = [Some(now.clone())].into_iter().chain(former).flatten();
            names.any(|name| old.dataset(&name).is_some() && before.dataset(&name) == *storage)
        };
        let mut bearers = BTreeMap::new();
        for store in new.datastores() {
            for dataset in store.entity.datasets() {
                let now = DatasetKey::new(store.entity.name(), dataset.name());
                let storage = after.dataset(&now);
                let (store_was, was) = (store.entity.former_name(), dataset.former_name());
                let former = [
                    was.map(|was| DatasetKey::new(store.entity.name(), was)),
                    store_was.map(|store| DatasetKey::new(store, dataset.name())),
                    store_was.zip(was).map(|(store, was)| DatasetKey::new(store, was)),
                ];
                // Placing judges what may be taken up.
                if dataset.continues().is_none() && !is_kept(&now, &storage, former) {
                    bearers.insert(storage, now);
                }
            }
        }
        bearers
    }

    /// A dataset that comes with this change, and would take up what is held of somebody else. A lock gives a name that is held to
    /// nobody else; one that lost its entries, or is older than they are, does not know better.
    fn taken_name(
        &self,
        state: &HeldState,
        bearers: &BTreeMap<DatasetKey, DatasetKey>,
    ) -> Option<Diagnostic> {
        let now = bearers.get(&state.holds.dataset)?;
        let [_, new] = self.ecosystems;
        let path = dataset_path(new, now)?;
        let message = format!(
            "the dataset `{now}` is new, and would take up the data that `{}` holds of the former `{}`",
            state.resource, state.holds.dataset
        );
        let help = "render first, so that the lock knows of the former one, or restore its storage names";
        Some(Diagnostic::new(&HELD_NAME, path, message).with_help(help))
    }
}

fn dataset_path(ecosystem: &Valid<Ecosystem>, key: &DatasetKey) -> Option<ModelPath> {
    Some(ecosystem.datastore(&key.datastore)?.path().child(segment::DATASETS, &key.dataset))
}

fn lock_path() -> ModelPath {
    ModelPath::root().attribute(segment::LOCK)
}
