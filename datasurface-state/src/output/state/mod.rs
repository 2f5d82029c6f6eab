//! The state of a target behind a trait: its manifest, which is an index with parts, and the journal of a write that is not done.
//!
//! What is rendered stays in files, since that is what others read. The lock stays in a file as well: people review it with the model, and the
//! state has a copy of it as a part.
//!
//! A write has the same three steps in every store. Content is staged in the folder of the target; the journal is stored, which is the decision;
//! files and lock are put in their places, and then the new state replaces the old one. Killed before the decision, the write never was: what was
//! staged is taken away. Killed after it, whoever comes next finds the journal before anything else is read, and does the rest.
//!
//! `folder.rs` has the state in the folder itself, as files. There, parts come to their places one after the other, and the journal goes last.
//! `database.rs` says how a database does the same with transactions, and `sqlite.rs` and `postgres.rs` have the statements. Which of them it is
//! says a file in the folder (`place.rs`), which `moving.rs` changes.

#[cfg_attr(
    not(any(feature = "sqlite", feature = "postgres")),
    expect(dead_code, reason = "there is no database to read them")
)]
mod database;
mod folder;
mod moving;
mod place;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(test)]
pub(super) mod tests;

pub(super) use folder::FolderState;
pub(super) use moving::{NoCredentials, of_branch};
pub(super) use place::StatePointer;
pub use place::{StatePlace, StatePlaceError};

use database::{DatabaseState, Reason, Rows};

use super::{
    codes::UNREACHABLE,
    disk::{Disk, DiskLock},
    error::TargetError,
    target_folder::changing,
};
use datasurface_graph::Fingerprint;
use datasurface_platform::{CredentialSource, SafePath};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::{Path, PathBuf},
};

/// Opens the database of a state.
pub(super) type OpenDatabase<'o> =
    dyn Fn(&StatePlace, &Path) -> Result<Box<dyn StateStore>, TargetError> + 'o;

/// A store of the state of one target.
pub(super) trait StateStore: fmt::Debug + Send + Sync {
    /// Returns the state as it is at one moment.
    fn snapshot(&self) -> Result<Box<dyn StateSnapshot>, TargetError>;

    /// Returns the hash of the index; `None` if there is none.
    fn index_hash(&self) -> Result<Option<Fingerprint>, TargetError>;

    /// Whether a write was decided and is not done.
    fn has_journal(&self) -> Result<bool, TargetError>;

    /// Takes the right to write the state, beside the lock of the folder; `None` if somebody else has it. It ends with the process, in
    /// whatever way that ends.
    fn lock(&self) -> Result<Option<Box<dyn DiskLock>>, TargetError>;

    /// Whether somebody else has the right to write the state.
    fn is_locked(&self) -> Result<bool, TargetError>;

    /// Stores the journal of a write that leads from one index to another one. When this succeeds, the write happens. If the index is another one by now, or
    /// there is a journal, nothing is stored.
    fn decide(
        &self,
        base: Option<Fingerprint>,
        journal: &[u8],
        leads_to: Fingerprint,
    ) -> Result<(), TargetError>;

    /// Replaces the state by the one that was decided, as far as that was not done before, and takes the journal away. What the change has to wait
    /// for is on the disk before the old state or the journal is lost.
    fn complete(&self, change: StateChange<'_>) -> Result<(), TargetError>;

    /// Stores a state that was moved here, where nobody reads it yet. The state of something else is not replaced.
    fn import(&self, content: &StateContent) -> Result<(), TargetError>;

    /// Takes away a state that was moved elsewhere.
    fn forget(&self) -> Result<(), TargetError>;

    /// Returns the folder in which a write was decided that is not done; `None` if there is no such write, or no other folder.
    fn decided_in(&self) -> Result<Option<String>, TargetError>;

    /// Takes the journal away of a write that cannot be finished.
    fn abandon(&self) -> Result<(), TargetError>;
}

/// The state at one moment.
pub(super) trait StateSnapshot {
    /// Returns the text of the index; `None` if nothing was ever written.
    fn index(&self) -> Result<Option<Vec<u8>>, TargetError>;

    /// Returns the compressed text of a part; `None` if it is missing.
    fn part(&self, path: &SafePath) -> Result<Option<Vec<u8>>, TargetError>;

    /// Returns the text of the journal; `None` if no write was interrupted.
    fn journal(&self) -> Result<Option<Vec<u8>>, TargetError>;
}

/// All of a state: texts as they are stored, and parts by path.
#[derive(Debug, Default)]
pub(super) struct StateContent {
    index: Option<Vec<u8>>,
    journal: Option<Vec<u8>>,
    parts: BTreeMap<String, Vec<u8>>,
}

/// What a decided write makes of the state. The content waits in files.
pub(super) struct StateChange<'c> {
    /// The disk with that content.
    pub(super) disk: &'c dyn Disk,
    /// The hash of the new index.
    pub(super) hash: Fingerprint,
    /// Where the new index waits.
    pub(super) index: PathBuf,
    /// The parts that come or change, and where they wait.
    pub(super) parts: Vec<(SafePath, PathBuf)>,
    /// The parts that go.
    pub(super) dropped: &'c [SafePath],
    /// The folders in which files were put, and which nobody has waited for.
    pub(super) touched: BTreeSet<PathBuf>,
}

impl StateContent {
    fn new(index: Option<Vec<u8>>, journal: Option<Vec<u8>>, parts: BTreeMap<String, Vec<u8>>) -> Self {
        Self { index, journal, parts }
    }
}

/// Content is a state at one moment.
impl StateSnapshot for StateContent {
    fn index(&self) -> Result<Option<Vec<u8>>, TargetError> {
        Ok(self.index.clone())
    }

    fn part(&self, path: &SafePath) -> Result<Option<Vec<u8>>, TargetError> {
        Ok(self.parts.get(path.as_str()).cloned())
    }

    fn journal(&self) -> Result<Option<Vec<u8>>, TargetError> {
        Ok(self.journal.clone())
    }
}

impl StateChange<'_> {
    /// Waits until what was put is on the disk.
    fn sync(&self) -> Result<(), TargetError> {
        let paths: Vec<PathBuf> = self.touched.iter().cloned().collect();
        match paths.first() {
            Some(first) => changing(first, self.disk.sync(&paths)),
            None => Ok(()),
        }
    }
}

/// Opens the database of a state of the target in a folder; makes its tables only where a state is moved to.
pub(super) fn open_database(
    place: &StatePlace,
    root: &Path,
    credentials: &dyn CredentialSource,
    makes: bool,
) -> Result<Box<dyn StateStore>, TargetError> {
    let rows = open_rows(place, root, credentials, makes);
    let rows = rows.map_err(|reason| unreachable_state(place, &reason))?;
    Ok(Box::new(DatabaseState::new(rows, place.clone(), root.display().to_string())))
}

fn open_rows(
    place: &StatePlace,
    root: &Path,
    credentials: &dyn CredentialSource,
    makes: bool,
) -> Result<Box<dyn Rows>, Reason> {
    match place {
        #[cfg(feature = "sqlite")]
        StatePlace::Sqlite { file, name } => {
            Ok(Box::new(sqlite::SqliteRows::open(&root.join(file), name, makes)?))
        }
        #[cfg(feature = "postgres")]
        StatePlace::Postgres { .. } => Ok(Box::new(postgres::PostgresRows::open(place, credentials, makes)?)),
        #[cfg(not(all(feature = "sqlite", feature = "postgres")))]
        _ => {
            let _ = (root, credentials, makes);
            Err("this program was built without such databases: see the features `sqlite` and `postgres`"
                .to_owned())
        }
    }
}

fn unreachable_state(place: &StatePlace, reason: &str) -> TargetError {
    let message = format!("the state `{place}` cannot be reached: {reason}");
    TargetError::new(&UNREACHABLE, place, message)
        .help("mend that, then do the same again: a write that was decided is finished then")
}
