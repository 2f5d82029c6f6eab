//! The journal: all that a write changes. Once it is there, the write happens, however often it is interrupted.
//!
//! What goes is removed first, so that a file may come where a folder was, and the other way round, and so that names
//! which differ in case only do no harm. All new content waits beside it, so nothing can be lost in between.
//!
//! How often a write waits for the disk does not depend on how much it writes:
//!
//! 1. For all that is staged, together: what the journal promises must be there.
//! 2. For the bytes of the journal, then for its name: a journal that is found is whole.
//! 3. For removals, if there are any. What comes after a removal may have its name in another case, and tells that it was done.
//! 4. For the bytes of the lock, before it replaces the one before.
//! 5. For all folders in which something was put, together, before the journal goes: until then, whatever of it is lost is
//!    still staged, and is put again. So files, lock, parts and index may reach the disk in any order.
//! 6. For the folders of parts that go, if there are any. They go after 5: the index of before names them.
//! 7. For the end of the journal, before the next write stages other content under the same numbers.

use super::{
    codes::{DAMAGED, INCOMPLETE, UNREADABLE},
    disk::FileKind,
    error::TargetError,
    file_tree::{folders_of, in_the_way},
    lock::LockWrite,
    state::{StateChange, StatePointer},
    target_folder::{FileState, JOURNAL, TargetFolder},
    verify::{Staged, TargetChanges, edited},
};
use datasurface_graph::Fingerprint;
use datasurface_platform::SafePath;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

const FORMAT: &str = "datasurface-journal/2";

/// The format of before manifests had parts: what a version that wrote it left behind is finished all the same.
const FORMAT_WITHOUT_PARTS: &str = "datasurface-journal/1";

/// All that a write changes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Journal {
    format: String,
    pub(super) writes: Vec<Write>,
    pub(super) removals: Vec<Removal>,
    /// The parts of the manifest that come, or change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) parts: Vec<PartWrite>,
    /// The parts of the manifest that go, by path in our own folder.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) dropped_parts: Vec<SafePath>,
    pub(super) manifest: StagedManifest,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) lock: Option<LockWrite>,
}

/// A file that comes, or changes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Write {
    /// Where its content waits.
    pub(super) staged: u64,
    pub(super) path: SafePath,
    pub(super) hash: Fingerprint,
    /// What was there before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) replaces: Option<Fingerprint>,
}

/// A file that goes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Removal {
    pub(super) path: SafePath,
    pub(super) hash: Fingerprint,
}

/// A part of the manifest that comes, or changes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PartWrite {
    /// Where its content waits.
    pub(super) staged: u64,
    /// The path in our own folder.
    pub(super) path: SafePath,
    pub(super) hash: Fingerprint,
}

/// The index of a manifest.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StagedManifest {
    pub(super) staged: u64,
    pub(super) hash: Fingerprint,
}

impl Journal {
    pub(super) fn new(
        TargetChanges { writes, removals }: TargetChanges,
        (parts, dropped_parts): (Vec<PartWrite>, Vec<SafePath>),
        manifest: Staged,
        lock: Option<LockWrite>,
    ) -> Self {
        Self {
            format: FORMAT.to_owned(),
            writes,
            removals,
            parts,
            dropped_parts,
            manifest: StagedManifest { staged: manifest.number, hash: manifest.hash },
            lock,
        }
    }

    /// Stores it, for a write that starts from this index. When this succeeds, the write happens.
    pub(super) fn write(&self, ground: &TargetFolder, base: Option<Fingerprint>) -> Result<(), TargetError> {
        let text = serde_json::to_vec_pretty(self).map_err(|error| {
            TargetError::bug(&INCOMPLETE, JOURNAL, format!("the journal cannot be written as JSON: {error}"))
        })?;
        ground.state.decide(base, &text, self.manifest.hash)
    }

    /// Reads what an interrupted write left behind, and makes sure that it can be trusted.
    pub(super) fn read(ground: &TargetFolder, text: &[u8]) -> Result<Self, TargetError> {
        let path = ground.own(JOURNAL);
        let unreadable = |reason: String| {
            let path = path.display();
            TargetError::new(&UNREADABLE, &path, format!("`{path}` cannot be read: {reason}")).help(
                "restore the target, for example from git; or delete the journal and `staging` beside it, and look at \
                 what was written",
            )
        };
        let journal: Self = serde_json::from_slice(text).map_err(|error| unreadable(error.to_string()))?;
        if ![FORMAT, FORMAT_WITHOUT_PARTS].contains(&journal.format.as_str()) {
            let reason = format!("its format is `{}`, and only `{FORMAT}` is known", journal.format);
            return Err(unreadable(reason));
        }
        if let Some(lock) = &journal.lock {
            lock.check()?;
        }
        let writes = journal.writes.iter().map(|write| (write.staged, write.hash));
        let parts = journal.parts.iter().map(|part| (part.staged, part.hash));
        let manifest = (journal.manifest.staged, journal.manifest.hash);
        for (staged, hash) in writes.chain(parts).chain([manifest]) {
            let is_staged = ground.is_staged(staged)?;
            let staged = ground.staged(staged);
            if is_staged && ground.hash(&staged)? != hash {
                return Err(damaged(&staged.display().to_string(), "is not what its journal says"));
            }
        }
        Ok(journal)
    }

    /// Finds what was lost, or edited, since it was interrupted. What is in the way of a file may still be removed.
    pub(super) fn check(
        &self,
        ground: &TargetFolder,
        is_everything_to_be_removed: bool,
    ) -> Result<(), TargetError> {
        // Names that differ in case only may be one file.
        let going: BTreeSet<String> =
            self.removals.iter().map(|removal| removal.path.case_folded()).collect();
        let staged = ground.all_staged()?;
        for write in &self.writes {
            let state = ground.state(&write.path, write.hash)?;
            match staged.contains(&write.staged) {
                true if state == FileState::Replaced || going.contains(&write.path.case_folded()) => {}
                true => write.check_unedited(state)?,
                false if state == FileState::Same => {}
                false => return Err(damaged(write.path.as_str(), "is neither staged nor in its place")),
            }
        }
        if is_everything_to_be_removed {
            let put = self.put_before(&staged);
            for removal in &self.removals {
                removal.is_there(ground, &put)?;
            }
        }
        Ok(())
    }

    /// Whether all files have come and gone, as they have before the first part is put in its place. Until then, the manifest of before
    /// can be read.
    pub(super) fn has_done_files(&self, staged: &BTreeSet<u64>) -> bool {
        let mut own = self.parts.iter().map(|part| part.staged).chain([self.manifest.staged]);
        own.any(|number| !staged.contains(&number))
    }

    /// Returns where the content of a part waits, if it does.
    pub(super) fn staged_part(&self, path: &SafePath) -> Option<u64> {
        self.parts.iter().find(|part| part.path == *path).map(|part| part.staged)
    }

    /// Does what it says, as far as it was not done before.
    pub(super) fn finish(&self, ground: &TargetFolder) -> Result<(), TargetError> {
        // Nobody else writes there: what waits is looked up once.
        let waiting = ground.all_staged()?;
        if !self.has_done_files(&waiting) {
            self.remove(ground, &waiting)?;
        }
        let mut touched = self.put(ground, &waiting)?;
        if let Some(lock) = &self.lock {
            touched.extend(lock.finish(ground)?);
        }
        if let Some(place) = &ground.place {
            StatePointer::new(place.clone(), Some(self.manifest.hash)).write(&ground.files)?;
        }
        ground.state.complete(StateChange {
            disk: &*ground.disk,
            hash: self.manifest.hash,
            index: ground.staged(self.manifest.staged),
            parts: self.parts.iter().map(|part| (part.path.clone(), ground.staged(part.staged))).collect(),
            dropped: &self.dropped_parts,
            touched,
        })?;
        ground.discard()?;
        Ok(())
    }

    fn remove(&self, ground: &TargetFolder, waiting: &BTreeSet<u64>) -> Result<(), TargetError> {
        if self.removals.is_empty() {
            return Ok(());
        }
        let put = self.put_before(waiting);
        let mut folders = BTreeSet::new();
        for removal in &self.removals {
            let path = &removal.path;
            if put.contains(&path.case_folded()) {
                continue;
            }
            if removal.is_there(ground, &put)? {
                ground.remove_file(&ground.path_of(path))?;
            }
            folders.extend(folders_of(path));
        }
        ground.sync_all(ground.rendered().tidy(&folders)?)
    }

    /// What is in its place already. On a disk that does not tell cases apart, it may be found again under the name of what
    /// went.
    fn put_before(&self, waiting: &BTreeSet<u64>) -> BTreeSet<String> {
        let put = self.writes.iter().filter(|write| !waiting.contains(&write.staged));
        put.map(|write| write.path.case_folded()).collect()
    }

    /// Returns the folders that have to be waited for.
    fn put(&self, ground: &TargetFolder, waiting: &BTreeSet<u64>) -> Result<BTreeSet<PathBuf>, TargetError> {
        let mut folders = BTreeSet::new();
        let mut touched = BTreeSet::new();
        // Where the last file was put, which is in its place: most files are in the folder of the one before them.
        let mut last = None;
        for write in &self.writes {
            let (staged, path) = (ground.staged(write.staged), &write.path);
            let folder = path.as_str().rsplit_once('/').map(|(folder, _)| folder);
            let is_known = folder.is_some() && folder == last;
            let state = match is_known {
                true => ground.state_in_folder(path, write.hash)?,
                false => ground.state(path, write.hash)?,
            };
            if !waiting.contains(&write.staged) {
                if state != FileState::Same {
                    return Err(damaged(path.as_str(), "is neither staged nor in its place"));
                }
                continue;
            }
            write.check_unedited(state)?;
            if !is_known && state == FileState::Missing {
                touched.extend(ground.rendered().make_way(path, &mut folders)?);
            }
            let place = ground.path_of(path);
            ground.rename(&staged, &place)?;
            if !is_known {
                touched.extend(place.parent().map(Path::to_owned));
                last = folder;
            }
        }
        Ok(touched)
    }
}

impl Write {
    /// Refuses to overwrite what a person did.
    fn check_unedited(&self, state: FileState) -> Result<(), TargetError> {
        match state {
            FileState::Missing | FileState::Same => Ok(()),
            FileState::Edited(now) if Some(now) == self.replaces => Ok(()),
            FileState::Edited(_) => Err(edited(&self.path).into()),
            FileState::Replaced => Err(in_the_way(self.path.as_str())),
        }
    }
}

impl Removal {
    /// Whether the file is still to be removed. Refuses to remove what a person did.
    fn is_there(&self, ground: &TargetFolder, put: &BTreeSet<String>) -> Result<bool, TargetError> {
        if put.contains(&self.path.case_folded()) {
            return Ok(false);
        }
        match ground.kind_at(&self.path)? {
            Some(FileKind::File) if ground.hash(&ground.path_of(&self.path))? == self.hash => Ok(true),
            Some(FileKind::File | FileKind::Other) => Err(edited(&self.path).into()),
            Some(FileKind::Folder) | None => Ok(false),
        }
    }
}

pub(super) fn damaged(path: &str, error: &str) -> TargetError {
    TargetError::new(&DAMAGED, path, format!("a write was interrupted, and `{path}` {error}"))
        .help("restore the target, for example from git, including its folder `.datasurface`")
}
