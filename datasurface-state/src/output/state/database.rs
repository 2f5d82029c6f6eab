//! State in a database, whichever it is.
//!
//! A transaction is what a folder has a journal for. Two transactions are a write: the decision stores the journal, if the index still is the one
//! that the write starts from and no other write was decided; the end replaces parts and index and takes the journal away, if it is the one of
//! this write. In between, files are put in their places. So a database has the state of before with a journal, or the state of after without
//! one, and the content that waits in the folder is only taken away after that.
//!
//! 1. Before the decision, all that is staged is on the disk: what the journal promises must be there.
//! 2. Before the end, all files and the lock are on the disk, and the file in the folder names the index that they go with.
//! 3. If the answer of the database is lost, nobody knows whether a transaction happened. The connection is not made anew, so nobody can act on
//!    a state from before it. Whoever opens the target next sees which of the two it is.
//!
//! The lock of the database excludes writers in other folders, and tells a write that goes on from one that was interrupted. That no write is
//! lost does not depend on it: both transactions compare what they start from.

use super::{StateChange, StateContent, StatePlace, StateSnapshot, StateStore, unreachable_state};
use crate::output::{
    codes::{BUSY, OTHER_STATE},
    disk::DiskLock,
    error::TargetError,
    target_folder::reading,
};
use datasurface_graph::Fingerprint;
use datasurface_platform::SafePath;
use std::{fmt, path::Path};

/// The reason why a database did not do something, for people. It has no secret in it.
pub(in crate::output) type Reason = String;

/// The state of one target, as rows of a database.
pub(in crate::output) trait Rows: fmt::Debug + Send + Sync {
    /// Reads all in one transaction; none if the state is not there.
    fn load(&self) -> Result<Option<StateContent>, Reason>;

    /// Reads what tells states apart; none if the state is not there.
    fn head(&self) -> Result<Option<Head>, Reason>;

    /// Stores a journal, if the head has this index and no journal. Returns whether it did.
    fn decide(&self, base: Option<&str>, journal: &[u8], decision: &Decision) -> Result<bool, Reason>;

    /// Replaces index and parts, and takes away the journal, if the head has this decision. Returns whether it did.
    fn complete(&self, leads_to: &str, changed: &ChangedRows) -> Result<bool, Reason>;

    /// Stores a state, if none is there, or the same. Returns whether it did.
    fn import(&self, content: &StateContent) -> Result<bool, Reason>;

    /// Takes away the journal of this decision.
    fn abandon(&self, leads_to: &str) -> Result<bool, Reason>;

    /// Takes away the state.
    fn forget(&self) -> Result<(), Reason>;

    /// Takes the right to write; none if somebody else has it.
    fn lock(&self) -> Result<Option<Box<dyn DiskLock>>, Reason>;

    /// Whether somebody else has the right to write.
    fn is_locked(&self) -> Result<bool, Reason>;
}

/// What tells states apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::output) struct Head {
    /// The hash of the index.
    pub(in crate::output) index: Option<String>,
    /// The hash of the index that a decided write leads to, and the folder in which it was decided.
    pub(in crate::output) decided: Option<Decision>,
}

/// What is known of a decided write without its journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::output) struct Decision {
    pub(in crate::output) leads_to: String,
    pub(in crate::output) folder: String,
}

/// What the end of a write changes.
#[derive(Debug, Default)]
pub(in crate::output) struct ChangedRows {
    pub(in crate::output) index: Vec<u8>,
    pub(in crate::output) parts: Vec<(String, Vec<u8>)>,
    pub(in crate::output) dropped: Vec<String>,
}

/// State in a database.
#[derive(Debug)]
pub(in crate::output) struct DatabaseState {
    rows: Box<dyn Rows>,
    place: StatePlace,
    /// The folder of the target, for people.
    folder: String,
}

impl DatabaseState {
    pub(in crate::output) fn new(rows: Box<dyn Rows>, place: StatePlace, folder: String) -> Self {
        Self { rows, place, folder }
    }

    fn reached<T>(&self, answer: Result<T, Reason>) -> Result<T, TargetError> {
        answer.map_err(|reason| unreachable_state(&self.place, &reason))
    }

    fn head(&self) -> Result<Head, TargetError> {
        self.reached(self.rows.head())?.ok_or_else(|| self.missing())
    }

    fn missing(&self) -> TargetError {
        let message = format!("there is no state `{}`", self.place);
        TargetError::new(&OTHER_STATE, &self.place, message)
            .help("restore the database, or the file `.datasurface/state.json` of the target, which names it")
    }

    fn or_busy(&self, is_done: bool) -> Result<(), TargetError> {
        match is_done {
            true => Ok(()),
            false => Err(busy_state(&self.place)),
        }
    }
}

impl StateStore for DatabaseState {
    fn snapshot(&self) -> Result<Box<dyn StateSnapshot>, TargetError> {
        let content = self.reached(self.rows.load())?.ok_or_else(|| self.missing())?;
        Ok(Box::new(content))
    }

    fn index_hash(&self) -> Result<Option<Fingerprint>, TargetError> {
        let hash = self.head()?.index;
        hash.map(|hash| hash.parse().map_err(|_| unreachable_state(&self.place, "it holds no hash")))
            .transpose()
    }

    fn has_journal(&self) -> Result<bool, TargetError> {
        Ok(self.head()?.decided.is_some())
    }

    fn lock(&self) -> Result<Option<Box<dyn DiskLock>>, TargetError> {
        self.reached(self.rows.lock())
    }

    fn is_locked(&self) -> Result<bool, TargetError> {
        self.reached(self.rows.is_locked())
    }

    fn decide(
        &self,
        base: Option<Fingerprint>,
        journal: &[u8],
        leads_to: Fingerprint,
    ) -> Result<(), TargetError> {
        let decision = Decision { leads_to: leads_to.to_string(), folder: self.folder.clone() };
        let base = base.map(|base| base.to_string());
        self.or_busy(self.reached(self.rows.decide(base.as_deref(), journal, &decision))?)
    }

    fn complete(&self, change: StateChange<'_>) -> Result<(), TargetError> {
        change.sync()?;
        let read = |path: &Path| reading(path, change.disk.read(path));
        let parts = change.parts.iter().map(|(part, staged)| Ok((part.to_string(), read(staged)?)));
        let changed = ChangedRows {
            index: read(&change.index)?,
            parts: parts.collect::<Result<_, TargetError>>()?,
            dropped: change.dropped.iter().map(SafePath::to_string).collect(),
        };
        self.or_busy(self.reached(self.rows.complete(&change.hash.to_string(), &changed))?)
    }

    fn import(&self, content: &StateContent) -> Result<(), TargetError> {
        match self.reached(self.rows.import(content))? {
            true => Ok(()),
            false => {
                let message = format!("`{}` is the state of something else", self.place);
                Err(TargetError::new(&OTHER_STATE, &self.place, message)
                    .help("give this state another name, with `--name`"))
            }
        }
    }

    fn forget(&self) -> Result<(), TargetError> {
        self.reached(self.rows.forget())
    }

    fn decided_in(&self) -> Result<Option<String>, TargetError> {
        Ok(self.head()?.decided.map(|decided| decided.folder))
    }

    fn abandon(&self) -> Result<(), TargetError> {
        match self.head()?.decided {
            None => Ok(()),
            Some(decided) => self.or_busy(self.reached(self.rows.abandon(&decided.leads_to))?),
        }
    }
}

impl StateContent {
    /// The hash of the index, as text.
    pub(in crate::output) fn index_hash(&self) -> Option<String> {
        self.index.as_deref().map(|index| Fingerprint::of_bytes(index).to_string())
    }
}

/// Says that another write came first.
fn busy_state(place: &StatePlace) -> TargetError {
    TargetError::new(&BUSY, place, format!("the state `{place}` was written since it was read"))
        .help("wait until nobody writes it, open the target again, and plan from what is there then")
}
