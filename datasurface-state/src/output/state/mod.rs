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

mod folder;

pub(super) use folder::FolderState;

use super::{disk::DiskLock, error::TargetError};
use datasurface_graph::Fingerprint;
use datasurface_platform::SafePath;
use std::{collections::BTreeSet, fmt, path::PathBuf};

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

    /// Stores the journal of a write that starts from this index. When this succeeds, the write happens. If the index is another one by now, or
    /// there is a journal, nothing is stored.
    fn decide(&self, base: Option<Fingerprint>, journal: &[u8]) -> Result<(), TargetError>;

    /// Replaces the state by the one that was decided, as far as that was not done before, and takes the journal away. What the change has to wait
    /// for is on the disk before the old state or the journal is lost.
    fn complete(&self, change: StateChange<'_>) -> Result<(), TargetError>;
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

/// What a decided write makes of the state. The content waits in files.
pub(super) struct StateChange<'c> {
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
