//! Entries of a lock that nothing accounts for, and teams that would find data under their name.

use super::{
    LockChange,
    codes::{EDITED, FORMER_TEAM},
    lock_path,
};
use crate::{
    Lock, PlatformLock,
    storage::{self, LockEdit},
};
use datasurface_graph::StorageOf;
use datasurface_model::{
    AdvancePolicy, Classification, DatasetKey, DatastoreName, Diagnostic, Ecosystem, Entity, PlatformName,
    Set, Valid, ownership::OwnedPart,
};
use datasurface_platform::HeldState;
use std::{
    cell::LazyCell,
    collections::{BTreeMap, BTreeSet},
};

impl LockChange<'_> {
    /// What the new lock says otherwise than the old one, for no other reason than that somebody wrote it.
    pub(super) fn edited(&self) -> Vec<Diagnostic> {
        if self.old == self.new {
            return Vec::new();
        }
        let [old, new] = self.ecosystems;
        let wanted = self.wanted();
        let edit = LockEdit { before: self.old, after: self.new, ecosystems: [old, new], wanted: &wanted };
        let mut entries = edit.entries();
        entries.extend(self.other_held());
        entries.extend(self.other_revisions());
        entries.extend(self.other_advances());
        // By a day to come, a clock that is ahead lets go of what is held.
        if self.new.trusted_on > self.old.trusted_on.max(Some(self.on)) {
            entries.push("the last day that was known to be right".to_owned());
        }
        match self.placed {
            Some(placed) => {
                let lost = placed.unaccounted_origins.iter();
                entries.extend(lost.map(|dataset| format!("what the rows of `{dataset}` derive from")));
            }
            None if self.old.origins == self.new.origins => {}
            None => entries.push("what rows derive from".to_owned()),
        }
        entries.into_iter().map(|entry| Self::edited_entry(&entry)).collect()
    }

    /// Returns the finding that nothing accounts for an entry of the new lock, which is named in words.
    #[must_use]
    pub fn edited_entry(entry: &str) -> Diagnostic {
        let message = format!(
            "{entry} is neither what the lock of the live model says, nor what rendering makes of that"
        );
        let help =
            "restore `datasurface.lock` of the live branch, and change it by `render`, `move` and `release`";
        Diagnostic::new(&EDITED, lock_path(), message).with_help(help)
    }

    /// The datastores that consumers ask for after the change, by storage names.
    fn wanted(&self) -> BTreeSet<DatastoreName> {
        let [_, new] = self.ecosystems;
        let names = self.names_after();
        let Some(placed) = self.placed else {
            let groups = new.workspaces().into_iter().flat_map(|workspace| workspace.entity.groups());
            return groups
                .flat_map(|group| group.sinks())
                .map(|sink| names.datastore(&sink.name().datastore))
                .collect();
        };
        placed.owed.values().flat_map(|owed| owed.keys().map(|key| key.datastore.clone())).collect()
    }

    /// What is held as before, and described otherwise, where neither model describes it like that: where it is, and what people may
    /// know of it.
    fn other_held(&self) -> Vec<String> {
        let [old, new] = self.ecosystems;
        let models = LazyCell::new(|| [Described::new(old, self.old), Described::new(new, self.new)]);
        let [before, after] = [self.old, self.new].map(Lock::storage_names);
        let held = self.old.all_held();
        let held: BTreeMap<_, &HeldState> =
            held.map(|(platform, held)| ((before.platform(platform), &held.resource), held)).collect();
        let mut found = Vec::new();
        for (platform, state) in self.new.all_held() {
            let Some(was) = held.get(&(after.platform(platform), &state.resource)) else { continue };
            let is_described = (&was.scope, &was.node) == (&state.scope, &state.node)
                || models.iter().any(|model| model.describes(state));
            let released = state.released_by.as_ref();
            let is_released = [None, was.released_by.as_ref(), self.old.base_revision()].contains(&released);
            if !is_described || !is_released {
                found.push(format!("what is said of `{}`, which `{platform}` holds,", state.resource));
            }
        }
        found
    }

    /// The revisions at which platforms stay, where that is neither where they were nor where the live lock is.
    fn other_revisions(&self) -> Vec<String> {
        let [before, after] = [self.old, self.new].map(Lock::storage_names);
        let was = |stored| self.old.platforms.iter().find(|(name, _)| before.platform(name) == stored);
        let other = self.new.platforms.iter().filter(|(name, lock)| {
            let was = was(after.platform(name)).and_then(|(_, was)| was.reached.as_ref());
            ![None, was, self.old.base_revision()].contains(&lock.reached.as_ref())
        });
        other.map(|(name, _)| format!("the revision at which `{name}` stays")).collect()
    }

    /// The records of when platforms went forward, where neither rendering nor a verb made them: each is made when its platform goes
    /// forward, to the revision of the new lock.
    fn other_advances(&self) -> Vec<String> {
        let [before, after] = [self.old, self.new].map(Lock::storage_names);
        let is_other_revision = self.old.base_revision() != self.new.base_revision();
        let nothing = PlatformLock::default();
        let mut found = Vec::new();
        for (name, now) in &self.new.platforms {
            let mut old = self.old.platforms.iter();
            let was = old.find(|(was, _)| before.platform(was) == after.platform(name));
            let was = was.map_or(&nothing, |(_, was)| was);
            let went_forward = now.reached.is_none() && (is_other_revision || was.reached.is_some());
            let is_made = now.early.as_ref().is_none_or(|early| Some(&early.to) == self.new.base_revision());
            if now.early != was.early && !(went_forward && is_made) {
                found.push(format!("that `{name}` went forward before its time"));
            }
            let is_later = match now.advanced {
                Some(at) => {
                    self.has_timetable(name) && was.advanced <= Some(at) && at.date_naive() <= self.on
                }
                None => went_forward,
            };
            if now.advanced != was.advanced && !is_later {
                found.push(format!("when `{name}` went forward last"));
            }
        }
        found
    }

    /// Whether a platform goes forward by a timetable after the change.
    fn has_timetable(&self, platform: &PlatformName) -> bool {
        let [_, new] = self.ecosystems;
        let declared = new.platforms().get(platform);
        declared.is_some_and(|declared| matches!(declared.advance_policy(), AdvancePolicy::Cron(_)))
    }

    /// The teams that come with the change, and to which stored data belongs by the lock.
    pub(super) fn former_teams(&self) -> Vec<Diagnostic> {
        let changed = storage::changed_owing_teams([self.old, self.new], self.ecosystems.map(|one| &**one));
        let new = changed.into_iter().filter(|team| team.before.is_none());
        let finding = |team: storage::OwingTeam| {
            let message = format!(
                "the team `{}` is new, and by the lock stored data belongs to a former one, `{}`",
                team.team, team.stored
            );
            let help =
                "render the live model first, and put that lock into the live branch, or choose another name";
            Diagnostic::new(&FORMER_TEAM, OwnedPart::Team(team.team).path(), message).with_help(help)
        };
        new.map(finding).collect()
    }
}

/// What a model says of its datasets, by storage names.
struct Described<'a> {
    ecosystem: &'a Ecosystem,
    classes: BTreeMap<DatasetKey, Set<Classification>>,
}

impl<'a> Described<'a> {
    fn new(ecosystem: &'a Valid<Ecosystem>, lock: &Lock) -> Self {
        let names = storage::allocate(ecosystem, lock).record;
        let stores = ecosystem.datastores().into_iter();
        let classes = stores.flat_map(|store| {
            let names = &names;
            store.entity.datasets().iter().map(move |dataset| {
                let key = DatasetKey::new(store.entity.name(), dataset.name());
                (names.dataset(&key), dataset.all_classifications())
            })
        });
        Self { ecosystem, classes: classes.collect() }
    }

    /// Whether held data has at least the classes that its dataset has here, and belongs to the owners that are declared here.
    fn describes(&self, state: &HeldState) -> bool {
        let Some(declared) = self.classes.get(&state.holds.dataset) else { return false };
        let datasets = state.node.facts().datasets().iter();
        let mut said = datasets.filter(|facts| *facts.storage_key() == state.holds.dataset).map(|facts| {
            let columns = facts.schema.table().columns().iter().flat_map(|column| column.classifications());
            columns.chain(&facts.classifications).collect::<BTreeSet<_>>()
        });
        let is_owned = state.node.metadata().subjects.iter().all(|subject| {
            let owner = OwnedPart::Team(subject.team.clone()).owner(self.ecosystem);
            owner.is_some_and(|owner| owner.is_same(&subject.owner))
        });
        is_owned && said.all(|said| declared.iter().all(|class| said.contains(class)))
    }
}
