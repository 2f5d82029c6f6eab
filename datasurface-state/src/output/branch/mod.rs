//! A branch of a git repository as a disk, without a checkout of it: what is read is its last commit, and what is written stays in memory
//! until it is published as the next one.
//!
//! A folder needs a journal, since many files come to their places one after the other. A branch changes in one step: git moves its name
//! from the commit that was read to the new one, if it is still at the former, and whoever looks sees one of the two. A process that is killed
//! before leaves objects behind that nothing names, until `git gc`. So a branch is as it was or as it will be, and never half written; and what others
//! put there meanwhile is never overwritten: the move fails, and whoever wanted it reads anew.
//!
//! The lock of the model is no file of the branch. Its new text waits beside it before the branch moves, and takes its place afterwards; whoever finds
//! it waiting sees by the manifest in the branch which of the two happened (`output/waiting_lock.rs`).
//!
//! No hook runs, since none is called by the commands that make objects and move names, and those that would be are switched off. Nothing is
//! fetched and nothing is pushed.

mod folder;
mod import;
mod repository;
mod tree;

pub use folder::{BranchFolder, BranchFolderError};

use super::{
    codes::{BRANCH, UNREADABLE},
    disk::{Disk, DiskLock, FileKind, Publication, RealDisk},
    error::TargetError,
};
use crate::git::{BlobReader, GitError, ObjectId};
use import::{Import, NewCommit};
use repository::{Identity, Moved, Repository};
use std::{
    ffi::OsString,
    io,
    path::{Component, Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};
use tree::{Content, Entry, Tree};

/// The file that writers of branches lock, in the folder of git: the lock of a model may be one for several branches.
const WRITING: &str = "datasurface-writing";

/// The files of a branch, and beside them those of the disk of this machine.
#[derive(Debug)]
pub(super) struct BranchDisk {
    repository: Repository,
    folder: BranchFolder,
    /// The path under which the files are found.
    root: PathBuf,
    files: Mutex<BranchFiles>,
}

/// The files of a branch as they were read, and as they are to be.
#[derive(Debug)]
struct BranchFiles {
    tip: Option<ObjectId>,
    committed: Tree,
    now: Tree,
    blobs: Option<BlobReader>,
    import: Option<Import>,
}

impl BranchDisk {
    /// Reads which files the last commit of a branch has. A branch that is not there has none, and is made by the first publication.
    pub(super) fn open(repository: &Path, folder: &BranchFolder) -> Result<Self, TargetError> {
        let unreadable = |error: GitError| {
            TargetError::new(&UNREADABLE, folder, error.to_string())
                .help("run it in the repository that has the branch, with git 2.38 or newer")
        };
        let repository = Repository::open(repository.to_owned()).map_err(unreadable)?;
        let odd = |error: GitError| {
            refused(
                folder,
                error.to_string(),
                "name a branch of this repository, as `git:rendered` or `git:rendered:envs/prod`",
            )
        };
        let tip = repository.tip(folder).map_err(odd)?;
        if tip.is_none()
            && let Some(fetched) = repository.fetched(folder).map_err(unreadable)?
        {
            let message =
                format!("there is no branch `{}` here, and `{fetched}` was fetched", folder.branch());
            let help = "make a branch of this repository from it first: `git branch NAME REMOTE/NAME`";
            return Err(refused(folder, message, help));
        }
        let committed =
            tip.as_ref().map_or(Ok(Tree::default()), |tip| repository.tree(tip)).map_err(unreadable)?;
        let files = BranchFiles::new(tip, committed, folder);
        Ok(Self { repository, root: folder.root(), folder: folder.clone(), files: Mutex::new(files) })
    }

    /// The path under which the files are found.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The path in the branch; `None` for one on the disk of this machine.
    fn key(&self, path: &Path) -> Option<String> {
        let inside = path.strip_prefix(&self.root).ok()?;
        let names = inside.components().filter(|part| *part != Component::CurDir);
        let names: Vec<_> = names.map(|part| part.as_os_str().to_string_lossy()).collect();
        Some(self.folder.key(&names.join("/")))
    }

    fn files(&self) -> MutexGuard<'_, BranchFiles> {
        // What another thread was about to change is in memory alone.
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What there is at a path. The folder itself is always there, unless something else is in its place or on its way.
    fn kind_of(&self, tree: &Tree, key: &str) -> Option<FileKind> {
        match self.folder.key("") == key {
            true => {
                let mut there = self.folder.ancestors().filter_map(|folder| tree.kind(folder));
                there.find(|kind| *kind != FileKind::Folder).or(Some(FileKind::Folder))
            }
            false => tree.kind(key),
        }
    }
}

impl BranchFiles {
    fn new(tip: Option<ObjectId>, committed: Tree, folder: &BranchFolder) -> Self {
        let mut now = committed.clone();
        for folder in folder.ancestors() {
            // It is there already, or something else is in its place, which is found when it is looked at.
            let _ = now.make_folder(folder);
        }
        Self { tip, committed, now, blobs: None, import: None }
    }

    fn read(&mut self, repository: &Repository, key: &str) -> io::Result<Vec<u8>> {
        match &self.now.get(key)?.content {
            Content::Staged(number) => match &mut self.import {
                Some(import) => import.read(*number),
                None => Err(io::ErrorKind::NotFound.into()),
            },
            Content::Object(id) => {
                let blobs = match &mut self.blobs {
                    Some(blobs) => blobs,
                    None => {
                        let blobs = BlobReader::start(repository.git()).map_err(io::Error::other)?;
                        self.blobs.insert(blobs)
                    }
                };
                blobs.read(id)
            }
        }
    }

    /// Takes the content of a file, which comes to the repository with the commit.
    fn write(&mut self, repository: &Repository, key: &str, content: &[u8]) -> io::Result<()> {
        let import = match &mut self.import {
            Some(import) => import,
            None => self.import.insert(Import::start(repository.git())?),
        };
        let content = Content::Staged(import.blob(content)?);
        self.now.put(key, Entry { kind: FileKind::File, content })
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        let entry = self.now.get(from)?.clone();
        self.now.put(to, entry)?;
        self.now.remove(from).map(drop)
    }
}

impl Disk for BranchDisk {
    fn kind(&self, path: &Path) -> io::Result<Option<FileKind>> {
        match self.key(path) {
            Some(key) => Ok(self.kind_of(&self.files().now, &key)),
            None => RealDisk.kind(path),
        }
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self.key(path) {
            Some(key) => self.files().read(&self.repository, &key),
            None => RealDisk.read(path),
        }
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        match self.key(folder) {
            Some(key) => self.files().now.list(&key),
            None => RealDisk.list(folder),
        }
    }

    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        match self.key(path) {
            Some(key) => self.files().write(&self.repository, &key, content),
            None => RealDisk.write(path, content),
        }
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        match (self.key(from), self.key(to)) {
            (Some(from), Some(to)) => self.files().rename(&from, &to),
            (None, None) => RealDisk.rename(from, to),
            _ => Err(io::ErrorKind::CrossesDevices.into()),
        }
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        match self.key(path) {
            Some(key) => self.files().now.remove(&key).map(drop),
            None => RealDisk.remove_file(path),
        }
    }

    fn remove_dir(&self, folder: &Path) -> io::Result<()> {
        match self.key(folder) {
            Some(key) => self.files().now.remove_folder(&key),
            None => RealDisk.remove_dir(folder),
        }
    }

    fn create_dir(&self, folder: &Path) -> io::Result<()> {
        match self.key(folder) {
            Some(key) => self.files().now.make_folder(&key),
            None => RealDisk.create_dir(folder),
        }
    }

    /// Nothing of the branch has to be waited for before it is published.
    fn sync(&self, paths: &[PathBuf]) -> io::Result<()> {
        let others: Vec<PathBuf> = paths.iter().filter(|path| self.key(path).is_none()).cloned().collect();
        RealDisk.sync(&others)
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn DiskLock>>> {
        match self.key(path) {
            Some(_) => RealDisk.lock(&self.repository.common.join(WRITING)),
            None => RealDisk.lock(path),
        }
    }

    fn is_locked(&self, path: &Path) -> io::Result<bool> {
        match self.key(path) {
            Some(_) => RealDisk.is_locked(&self.repository.common.join(WRITING)),
            None => RealDisk.is_locked(path),
        }
    }

    fn publication(&self) -> Option<&dyn Publication> {
        Some(self)
    }
}

impl Publication for BranchDisk {
    fn check(&self) -> io::Result<()> {
        let tip = self.repository.tip(&self.folder).map_err(io::Error::other)?;
        if tip != self.files().tip {
            return Err(io::ErrorKind::ResourceBusy.into());
        }
        if let Some(work_tree) = self.repository.checked_out(&self.folder).map_err(io::Error::other)? {
            let message = format!("`{}` is checked out in `{work_tree}`", self.folder.branch());
            let help = "check another branch out there, or name that folder as the target: its files would not follow the branch; if it is gone, \
                        `git worktree prune`";
            return Err(io::Error::other(refused(&self.folder, message, help)));
        }
        Ok(())
    }

    fn publish(&self, message: &str) -> io::Result<()> {
        self.check()?;
        let mut files = self.files();
        let BranchFiles { tip, committed, now, import, .. } = &mut *files;
        let changes = committed.changes_to(now);
        if changes.is_empty() {
            return Ok(());
        }
        let Identity { author, committer } = self.repository.identity().map_err(io::Error::other)?;
        let nothing = &self.repository.nothing;
        let commit = NewCommit { parent: tip.as_ref(), nothing, author, committer, message, changes };
        let import = match import.take() {
            Some(import) => import,
            None => Import::start(self.repository.git())?,
        };
        let new = import.commit(&commit)?;
        match self.repository.move_branch(&self.folder, tip.as_ref(), &new).map_err(io::Error::other)? {
            Moved::ByOthers => Err(io::ErrorKind::ResourceBusy.into()),
            Moved::Yes => {
                // It has happened. Files of which this fails cannot be read from here on.
                let committed = self.repository.tree(&new).unwrap_or_else(|_| now.clone());
                *files = BranchFiles::new(Some(new), committed, &self.folder);
                Ok(())
            }
        }
    }
}

fn refused(folder: &BranchFolder, message: String, help: &str) -> TargetError {
    TargetError::new(&BRANCH, folder, message).help(help)
}
