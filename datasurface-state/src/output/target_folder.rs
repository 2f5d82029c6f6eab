//! Where a target is, and how it is looked at: never through a link, and with errors that people understand.

use super::{
    busy,
    codes::{FOREIGN_FILE, OTHER_STATE, UNREADABLE, UNWRITABLE},
    disk::{Disk, DiskLock, FileKind, Publication},
    error::TargetError,
    file_tree::FileTree,
    state::{FolderState, OpenDatabase, StatePlace, StatePointer, StateStore, of_branch},
};
use datasurface_graph::Fingerprint;
use datasurface_platform::SafePath;
use std::{
    collections::BTreeSet,
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Our own folder. No rendered file can be in it: no part of a safe path begins with a dot.
pub(super) const OWN: &str = ".datasurface";
const STAGING: &str = "staging";
/// The folder of the parts of a manifest, in our own one.
pub(super) const PARTS: &str = "parts";
pub(super) const MANIFEST: &str = "manifest.json";
pub(super) const JOURNAL: &str = "journal.json";
pub(super) const NEW_JOURNAL: &str = "journal.json.new";
/// The file that names the database of the state, if that is in one.
pub(super) const STATE: &str = "state.json";
pub(super) const NEW_STATE: &str = "state.json.new";
const WRITING: &str = "writing";

/// A folder on a disk, and the state that goes with it.
#[derive(Debug)]
pub(super) struct TargetFolder {
    pub(super) root: PathBuf,
    pub(super) disk: Arc<dyn Disk>,
    /// What is in our own folder, and the state unless that is in a database.
    pub(super) files: FolderState,
    pub(super) state: Box<dyn StateStore>,
    /// The database of the state, if it is in one.
    pub(super) place: Option<StatePlace>,
}

/// The right to write a target, and its state.
#[derive(Debug)]
struct WriteLock {
    // Others find the folder locked first, so this is released first.
    _state: Box<dyn DiskLock>,
    _folder: Box<dyn DiskLock>,
}

impl DiskLock for WriteLock {}

/// What became of a file that was rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileState {
    Missing,
    Same,
    Edited(Fingerprint),
    /// There is a folder or a link now, at its path or on the way to it.
    Replaced,
}

impl TargetFolder {
    /// Opens the store of the state.
    pub(super) fn open(
        root: PathBuf,
        disk: Arc<dyn Disk>,
        open_database: &OpenDatabase<'_>,
    ) -> Result<Self, TargetError> {
        let files = FolderState::new(&root, Arc::clone(&disk));
        let mut ground = Self { root, disk, files: files.clone(), state: Box::new(files), place: None };
        if !ground.is_there()? {
            return Ok(ground);
        }
        if let Some(pointer) = StatePointer::read(&ground.files)? {
            if ground.publication().is_some() {
                return Err(of_branch(&ground));
            }
            ground.state = open_database(&pointer.store, &ground.root)?;
            ground.place = Some(pointer.store);
        }
        Ok(ground)
    }

    /// Makes sure that the files go with the state of this index. They do not in a copy of before.
    pub(super) fn check_is_current(&self, index: Option<Fingerprint>) -> Result<(), TargetError> {
        let Some(pointer) =
            self.place.as_ref().map(|_| StatePointer::read(&self.files)).transpose()?.flatten()
        else {
            return Ok(());
        };
        if pointer.index == index {
            return Ok(());
        }
        // Somebody else may have written both since.
        if self.is_locked()? || self.state.has_journal()? || self.state.index_hash()? != index {
            return Err(busy(self));
        }
        let path = self.root.display();
        let message =
            format!("the files in `{path}` are not those of its state, which is `{}`", pointer.store);
        Err(TargetError::new(&OTHER_STATE, &path, message)
            .help("bring the folder to the commit that was rendered last, for example with `git pull`; or restore the database"))
    }

    /// A path in our own folder.
    pub(super) fn own(&self, name: &str) -> PathBuf {
        self.root.join(OWN).join(name)
    }

    pub(super) fn own_folder(&self) -> PathBuf {
        self.root.join(OWN)
    }

    pub(super) fn staging(&self) -> PathBuf {
        self.own(STAGING)
    }

    pub(super) fn staged(&self, number: u64) -> PathBuf {
        self.staging().join(number.to_string())
    }

    /// The files that are rendered.
    pub(super) fn rendered(&self) -> FileTree<'_> {
        FileTree { root: self.root.clone(), disk: &*self.disk }
    }

    pub(super) fn path_of(&self, path: &SafePath) -> PathBuf {
        self.root.join(path.as_str())
    }

    pub(super) fn kind(&self, path: &Path) -> Result<Option<FileKind>, TargetError> {
        reading(path, self.disk.kind(path))
    }

    pub(super) fn read(&self, path: &Path) -> Result<Vec<u8>, TargetError> {
        reading(path, self.disk.read(path))
    }

    pub(super) fn hash(&self, path: &Path) -> Result<Fingerprint, TargetError> {
        Ok(Fingerprint::of_bytes(&self.read(path)?))
    }

    /// Writes a file, which need not be on the disk before it is synchronised.
    pub(super) fn write(&self, path: &Path, content: &[u8]) -> Result<(), TargetError> {
        changing(path, self.disk.write(path, content))
    }

    pub(super) fn rename(&self, from: &Path, to: &Path) -> Result<(), TargetError> {
        changing(to, self.disk.rename(from, to))
    }

    pub(super) fn remove_file(&self, path: &Path) -> Result<(), TargetError> {
        changing(path, self.disk.remove_file(path))
    }

    pub(super) fn sync(&self, path: &Path) -> Result<(), TargetError> {
        changing(path, self.disk.sync(&[path.to_owned()]))
    }

    pub(super) fn sync_all(&self, paths: impl IntoIterator<Item = PathBuf>) -> Result<(), TargetError> {
        let paths: Vec<PathBuf> = paths.into_iter().collect();
        match paths.first() {
            Some(first) => changing(first, self.disk.sync(&paths)),
            None => Ok(()),
        }
    }

    /// The publication that changes wait for, if nobody sees them before.
    pub(super) fn publication(&self) -> Option<&dyn Publication> {
        self.disk.publication()
    }

    /// Whether the target and our own folder in it are there. Something else in their place is refused.
    pub(super) fn is_there(&self) -> Result<bool, TargetError> {
        match self.kind_of_folder(&self.root)? {
            None => return Ok(false),
            Some(FileKind::Folder) => {}
            Some(_) => return Err(no_folder(&self.root)),
        }
        match self.kind(&self.own_folder())? {
            None => Ok(false),
            Some(FileKind::Folder) => Ok(true),
            Some(_) => Err(TargetError::new(
                &FOREIGN_FILE,
                OWN,
                format!("`{OWN}` is not a folder, and nothing else is followed"),
            )
            .help("move it away: datasurface keeps its own files there")),
        }
    }

    /// Whether a write was interrupted, or is going on.
    pub(super) fn has_leftovers(&self) -> Result<bool, TargetError> {
        Ok(self.state.has_journal()?
            || self.kind(&self.own(NEW_JOURNAL))?.is_some()
            || self.kind(&self.own(NEW_STATE))?.is_some()
            || self.has_staging()?)
    }

    /// Whether something waits to be put in its place.
    pub(super) fn has_staging(&self) -> Result<bool, TargetError> {
        Ok(self.kind(&self.staging())?.is_some())
    }

    /// Takes the lock of those who write; none if somebody else has it.
    pub(super) fn lock(&self) -> Result<Option<Box<dyn DiskLock>>, TargetError> {
        let path = self.own(WRITING);
        if self.kind(&path)? == Some(FileKind::Other) {
            self.remove_file(&path)?;
        }
        let Some(folder) = changing(&path, self.disk.lock(&path))? else {
            return Ok(None);
        };
        let state = self.state.lock()?;
        Ok(state.map(|state| Box::new(WriteLock { _state: state, _folder: folder }) as Box<dyn DiskLock>))
    }

    /// Whether somebody writes just now.
    pub(super) fn is_locked(&self) -> Result<bool, TargetError> {
        let path = self.own(WRITING);
        match self.kind(&path)? {
            Some(FileKind::File) if reading(&path, self.disk.is_locked(&path))? => Ok(true),
            _ => self.state.is_locked(),
        }
    }

    /// Whether content waits under this number. A link there, or a folder, is refused.
    pub(super) fn is_staged(&self, number: u64) -> Result<bool, TargetError> {
        let folder = match self.kind(&self.staging())? {
            Some(FileKind::Folder) => self.kind(&self.staged(number))?,
            None => None,
            Some(_) => Some(FileKind::Other),
        };
        match folder {
            None => Ok(false),
            Some(FileKind::File) => Ok(true),
            Some(_) => {
                let name = format!("{OWN}/{STAGING}/{number}");
                let error = format!("`{name}` is not a file, or there is a link on its way");
                Err(TargetError::new(&UNREADABLE, &name, error)
                    .help("restore the target, for example from git, including its folder `.datasurface`"))
            }
        }
    }

    /// Returns the numbers under which content waits. What is in their places is not looked at: it is files, since this process wrote them, or
    /// asked [`is_staged`](Self::is_staged) of each.
    pub(super) fn all_staged(&self) -> Result<BTreeSet<u64>, TargetError> {
        let staging = self.staging();
        if self.kind(&staging)? != Some(FileKind::Folder) {
            return Ok(BTreeSet::new());
        }
        let number = |name: OsString| {
            let number: u64 = name.to_str()?.parse().ok()?;
            (*name == *number.to_string()).then_some(number)
        };
        Ok(reading(&staging, self.disk.list(&staging))?.into_iter().filter_map(number).collect())
    }

    /// Takes away what was staged and never became a write. True if there was something.
    pub(super) fn discard(&self) -> Result<bool, TargetError> {
        let staging = self.staging();
        let had_staging = self.kind(&staging)?;
        let mut had_new = false;
        for new in [NEW_JOURNAL, NEW_STATE] {
            let new = self.own(new);
            if self.kind(&new)?.is_some() {
                self.remove_file(&new)?;
                had_new = true;
            }
        }
        match had_staging {
            Some(FileKind::Folder) => {
                for name in reading(&staging, self.disk.list(&staging))? {
                    self.remove_file(&staging.join(name))?;
                }
                changing(&staging, self.disk.remove_dir(&staging))?;
            }
            Some(_) => self.remove_file(&staging)?,
            None => {}
        }
        Ok(had_new || had_staging.is_some())
    }

    /// What there is at a path of the target. A link on the way is found instead of what it leads to.
    pub(super) fn kind_at(&self, path: &SafePath) -> Result<Option<FileKind>, TargetError> {
        self.rendered().kind_at(path)
    }

    /// What there is at the next of many paths, which are in order: the folder in which the last file was found is not
    /// looked at again. `folder` is remembered for the next one, and empty at first.
    pub(super) fn next_kind_at(
        &self,
        path: &SafePath,
        folder: &mut String,
    ) -> Result<Option<FileKind>, TargetError> {
        let (within, _) = path.as_str().rsplit_once('/').unwrap_or_default();
        if !within.is_empty() && within == folder {
            return self.kind(&self.path_of(path));
        }
        let found = self.kind_at(path)?;
        // All that a file is in are folders.
        *folder = if found == Some(FileKind::File) { within.to_owned() } else { String::new() };
        Ok(found)
    }

    /// What became of a file that was rendered with this hash.
    pub(super) fn state(&self, path: &SafePath, hash: Fingerprint) -> Result<FileState, TargetError> {
        self.state_of(path, hash, self.kind_at(path)?)
    }

    /// The same of a file in a folder that is known to be in its place.
    pub(super) fn state_in_folder(
        &self,
        path: &SafePath,
        hash: Fingerprint,
    ) -> Result<FileState, TargetError> {
        self.state_of(path, hash, self.kind(&self.path_of(path))?)
    }

    fn state_of(
        &self,
        path: &SafePath,
        hash: Fingerprint,
        kind: Option<FileKind>,
    ) -> Result<FileState, TargetError> {
        Ok(match kind {
            None => FileState::Missing,
            Some(FileKind::Folder | FileKind::Other) => FileState::Replaced,
            Some(FileKind::File) => match self.hash(&self.path_of(path))? {
                same if same == hash => FileState::Same,
                other => FileState::Edited(other),
            },
        })
    }

    /// Makes a folder and those that it is in, as far as they are not there. Links on the way are followed: it is for
    /// folders that a person named.
    pub(super) fn make_folder(&self, folder: &Path) -> Result<(), TargetError> {
        let mut missing = Vec::new();
        for at in folder.ancestors().filter(|at| !at.as_os_str().is_empty()) {
            match self.kind_of_folder(at)? {
                None => missing.push(at),
                Some(FileKind::Folder) => break,
                Some(_) => return Err(no_folder(at)),
            }
        }
        for folder in missing.into_iter().rev() {
            changing(folder, self.disk.create_dir(folder))?;
            match folder.parent() {
                Some(parent) if !parent.as_os_str().is_empty() => self.sync(parent)?,
                _ => self.sync(Path::new("."))?,
            }
        }
        Ok(())
    }

    /// What there is where a person says that there is a folder: it may be a link to one.
    fn kind_of_folder(&self, folder: &Path) -> Result<Option<FileKind>, TargetError> {
        match self.kind(folder)? {
            Some(FileKind::Other) => match self.kind(&folder.join("."))? {
                Some(FileKind::Folder) => Ok(Some(FileKind::Folder)),
                _ => Ok(Some(FileKind::Other)),
            },
            found => Ok(found),
        }
    }
}

fn no_folder(path: &Path) -> TargetError {
    let path = path.display();
    TargetError::new(&UNWRITABLE, &path, format!("`{path}` is not a folder"))
        .help("name a folder that you may write to, or move away what is in its place")
}

pub(super) fn reading<T>(path: &Path, result: io::Result<T>) -> Result<T, TargetError> {
    result.map_err(|error| {
        TargetError::io(&UNREADABLE, path, "read", error)
            .help("make sure that you may read it, then do the same again")
    })
}

pub(super) fn changing<T>(path: &Path, result: io::Result<T>) -> Result<T, TargetError> {
    result.map_err(|error| {
        TargetError::io(&UNWRITABLE, path, "written", error)
            .help("make sure that you may write there and that the disk is not full, then do the same again")
    })
}
