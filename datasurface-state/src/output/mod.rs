//! The target: a folder with a manifest of what we own in it. A write is journalled: it happens as a whole or not at
//! all, whenever the process is killed. Files that we do not own are never touched. A branch of a git repository is such a folder, too, on a
//! [disk](disk::Disk) that publishes all changes in one step (`branch/`).
//!
//! Our own folder in it is `.datasurface`: `manifest.json` and the parts that it names in `parts/` say what is ours, `staging/` holds what
//! is about to be written, `journal.json` says how, from the moment when the write can no longer be undone, and `writing` is the
//! file that writers lock.
//!
//! For the idea of such a journal, see for example <https://sqlite.org/atomiccommit.html>.
//!
//! Opening a target writes nothing, also after an interrupted write. `Target::finish` completes or undoes that write, and only
//! `Proposal::write` and `Broker::apply` call it.

mod accepted;
mod branch;
mod codes;
pub mod disk;
mod error;
mod file_tree;
mod interrupted;
mod journal;
mod lock;
mod manifest;
mod manifest_change;
mod opened;
mod parts;
mod plan_file;
mod present_files;
mod relative_path;
mod rendering_id;
mod state;
mod stored_manifest;
mod target_folder;
#[cfg(test)]
mod tests;
mod transaction;
mod verify;
mod waiting_lock;

pub use accepted::AcceptedEdit;
pub use branch::{BranchFolder, BranchFolderError};
pub(crate) use codes::CODES;
pub use error::TargetError;
pub use manifest::{
    AppliedTarget, ApplyState, EarlierApplied, EarlierTransition, Manifest, Owed, PlatformRecord,
    RenderedNode, RenderedNodes, ScopeEntry, StoredView,
};
pub use plan_file::{OrderedScope, PlanFile};
pub use rendering_id::{RenderedRevision, RenderingId};
pub use state::{StatePlace, StatePlaceError};
pub use transaction::TargetTransaction;

use branch::BranchDisk;
use codes::{BUSY, DAMAGED, FOREIGN_FILE, UNKNOWN_REVISION, UNREADABLE, UNWRITABLE};
use datasurface_graph::Fingerprint;
use datasurface_model::{Findings, PlatformName};
use datasurface_platform::{RenderedFiles, SafePath};
use disk::{Disk, FileKind, RealDisk};
use interrupted::Interrupted;
use opened::Opened;
use state::{NoCredentials, OpenDatabase, open_database};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    sync::Arc,
};
use target_folder::{FileState, TargetFolder, changing};
use waiting_lock::WaitingLock;

/// A folder that rendered files are written to.
#[derive(Debug)]
pub struct Target {
    ground: TargetFolder,
    manifest: Option<Manifest>,
    /// The hash of the text of its index.
    hash: Option<Fingerprint>,
    /// The hashes of the texts of its parts, by path in our own folder.
    parts: BTreeMap<SafePath, Fingerprint>,
    /// A write that was decided and interrupted. Its result counts as written.
    interrupted: Option<Interrupted>,
    recovery: Option<Recovery>,
}

/// The treatment of an interrupted write by [`Target::finish`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// Completion, as the write had been decided.
    /// The target is as if the write had never been interrupted.
    Finished,
    /// Removal of what the write left behind.
    /// The target is as if the write had never begun, or, if all of it was done already, as it should be.
    Undone,
}

impl Target {
    /// Opens a target on the disk of this machine.
    /// Nothing is changed, and a folder that is missing is not created. After a write that was decided and interrupted,
    /// the target is seen as it will be when that is finished.
    ///
    /// # Errors
    ///
    /// If the target, or `.datasurface` in it, is not a folder; if an interrupted write is found, and another process
    /// writes just now; if the manifest or the journal cannot be read; or if the journal does not match the manifests.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, TargetError> {
        Self::open_with_disk(root, RealDisk)
    }

    /// Opens a target on a disk, like [`open`](Self::open).
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn open_with_disk(root: impl Into<PathBuf>, disk: impl Disk + 'static) -> Result<Self, TargetError> {
        let open = |place: &StatePlace, root: &Path| open_database(place, root, &NoCredentials, false);
        Self::open_in(root.into(), Arc::new(disk), &open)
    }

    fn open_in(root: PathBuf, disk: Arc<dyn Disk>, open: &OpenDatabase<'_>) -> Result<Self, TargetError> {
        let ground = TargetFolder::open(root, disk, open)?;
        let Opened { manifest, hash, parts, interrupted, recovery } = Opened::read(&ground)?;
        Ok(Self { ground, manifest, hash, parts, interrupted, recovery })
    }

    /// Opens a target that is a folder in a branch of the git repository around `repository`, without a checkout of it.
    /// Nothing is changed, and a branch that is missing is not created.
    ///
    /// # Errors
    ///
    /// If there is no repository, if git cannot read it, if the name is none of a branch of this repository, or as of [`open`](Self::open).
    pub fn open_branch(repository: &Path, folder: &BranchFolder) -> Result<Self, TargetError> {
        let disk = BranchDisk::open(repository, folder)?;
        let root = disk.root().to_owned();
        Self::open_with_disk(root, disk)
    }

    /// The folder of the target.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.ground.root
    }

    /// Records that what is rendered for these platforms was applied, each to the system of this identity.
    /// The files of transitions have done their work, and are removed. `root` is the folder that relative paths in the
    /// model are relative to; it is recorded with each identity, as a path from the target.
    ///
    /// # Errors
    ///
    /// If another process writes the target, or wrote it since it was opened; if a file that is to be removed was edited;
    /// or if the target cannot be written. A target without a manifest has nothing to record: that is no error.
    pub fn record_applied(
        &mut self,
        platforms: &BTreeMap<PlatformName, Option<String>>,
        root: &Path,
    ) -> Result<(), TargetError> {
        let Some(manifest) = self.manifest.clone() else {
            return Ok(());
        };
        let root = relative_path::between(self.root(), root);
        let ground = |identity: &String| AppliedTarget { identity: identity.clone(), root: root.clone() };
        let platforms =
            platforms.iter().map(|(name, identity)| (name.clone(), identity.as_ref().map(ground)));
        let applied = manifest.clone().with_applied(&platforms.collect());
        if applied == manifest {
            return Ok(());
        }
        self.begin()?.shrink(applied, "Record what was applied")
    }

    /// Records that another tool applied what is rendered for these platforms, up to the rendering whose ID or revision begins with
    /// these digits, or else up to the last one. Returns that rendering.
    /// The transition files up to it have done their work, and are removed; those of later renderings stay.
    ///
    /// # Errors
    ///
    /// If nothing is rendered; if no rendering is meant, or several, of those that nobody recorded as applied; or as of
    /// [`record_applied`](Self::record_applied).
    pub fn record_applied_rendering(
        &mut self,
        platforms: &BTreeSet<PlatformName>,
        digits: Option<&str>,
    ) -> Result<RenderedRevision, TargetError> {
        let refused = |message: String, known: &[RenderedRevision]| {
            let known: Vec<String> = known.iter().map(RenderedRevision::to_string).collect();
            let help = match known.as_slice() {
                [] => {
                    "render a model into it first, or name the folder that one was rendered into".to_owned()
                }
                known => format!(
                    "name one by the digits of its own: the target remembers {}, in this order",
                    known.join(", ")
                ),
            };
            Err(TargetError::new(&UNKNOWN_REVISION, self.ground.root.display(), message).help(help))
        };
        let Some(manifest) = &self.manifest else {
            return refused("nothing is rendered, so nothing was applied".to_owned(), &[]);
        };
        // The one that was recorded last may be recorded again, as a job does that is repeated. Where its revision was rendered again
        // since, that revision does not say which of the two is meant.
        let pending = manifest.pending_renderings();
        let recorded = manifest.applied_rendering().filter(|applied| !pending.contains(applied));
        let known: Vec<RenderedRevision> = recorded.cloned().into_iter().chain(pending).collect();
        let digits = digits.map_or_else(|| manifest.rendering().to_string(), str::to_owned);
        let meant: Vec<&RenderedRevision> = known.iter().filter(|one| one.begins_with(&digits)).collect();
        let [rendered] = meant.as_slice() else {
            let number = if meant.is_empty() { "no rendering" } else { "several renderings" };
            return refused(format!("the target remembers {number} `{digits}`"), &known);
        };
        let rendered = (*rendered).clone();
        let applied = manifest.clone().with_applied_rendering(platforms, &rendered);
        if applied != *manifest {
            let (rendering, revision) = (rendered.rendering.short(), rendered.revision.short());
            let message = format!("Record rendering {rendering} of revision {revision} as applied");
            self.begin()?.shrink(applied, &message)?;
        }
        Ok(rendered)
    }

    /// Returns the root that was recorded with the last apply, if there is one.
    #[must_use]
    pub fn applied_root(&self) -> Option<PathBuf> {
        let records = self.manifest.as_ref()?.platforms().values();
        let mut roots = records.filter_map(|record| record.applied_to.as_ref()?.root.as_deref());
        relative_path::follow(self.root(), roots.next()?)
    }

    /// The record of what we own in the target; `None` if nothing was ever written.
    #[must_use]
    pub fn manifest(&self) -> Option<&Manifest> {
        self.manifest.as_ref()
    }

    /// The treatment that an interrupted write needs from [`finish`](Self::finish), if there is one.
    #[must_use]
    pub fn recovery(&self) -> Option<Recovery> {
        self.recovery
    }

    /// Returns the text that this lock will have when an interrupted write is finished.
    /// `None` if there is no such write, or if it does not write a lock.
    ///
    /// # Errors
    ///
    /// If the interrupted write goes with another lock, or with a text that its manifest does not name; or if the lock
    /// was edited since.
    pub fn lock_text(&self, lock: &Path) -> Result<Option<String>, TargetError> {
        match (&self.interrupted, self.ground.publication()) {
            (Some(interrupted), _) => interrupted.lock_text(&self.ground, lock),
            (None, Some(_)) => {
                let waiting = WaitingLock::find(&self.ground, lock, self.manifest.as_ref())?;
                waiting.map_or(Ok(None), |waiting| waiting.text(&self.ground))
            }
            (None, None) => Ok(None),
        }
    }

    /// Finishes or undoes a write that was interrupted, and returns which of the two; `None` if there is none.
    /// Of the locks, only this one is written. A journal may come from anywhere, together with the folder that it is in.
    ///
    /// # Errors
    ///
    /// If the write goes with another lock, or with one where none is given; if another process writes the target, or
    /// wrote it since it was opened; if the journal or a file that it names cannot be read; or if the disk fails, after
    /// which this can be called again.
    pub fn finish(&mut self, lock: Option<&Path>) -> Result<Option<Recovery>, TargetError> {
        let ground = &self.ground;
        if let (Some(publication), Some(lock)) = (ground.publication(), lock) {
            return waiting_lock::recover(ground, publication, lock, self.manifest.as_ref());
        }
        if !ground.is_there()? || !ground.has_leftovers()? {
            return Ok(None);
        }
        let _lock = ground.lock()?.ok_or_else(|| busy(ground))?;
        let state = ground.state.snapshot()?;
        let done = if let Some(journal) = state.journal()? {
            let interrupted = Interrupted::read(ground, &*state, &journal)?;
            if self.hash != Some(interrupted.hash) {
                return Err(busy_with(ground, "was written since it was opened"));
            }
            interrupted.finish(ground, lock)?;
            Some(Recovery::Finished)
        } else {
            ground.discard()?.then_some(Recovery::Undone)
        };
        self.interrupted = None;
        self.recovery = None;
        Ok(done)
    }

    /// Returns a finding for each file of ours that was edited, replaced or removed: a note, if the edit was [accepted](Self::accept).
    ///
    /// # Errors
    ///
    /// If a file cannot be read. A file that is missing is a finding.
    pub fn inspect(&self) -> Result<Findings, TargetError> {
        let mut findings = Vec::new();
        let accepted = |path: &SafePath| self.manifest.as_ref()?.accepted().get(path);
        for (path, record) in self.manifest.as_ref().map(Manifest::files).unwrap_or_default() {
            let state = match &self.interrupted {
                None => self.ground.state(&path, record.hash)?,
                Some(interrupted) => interrupted.state(&self.ground, &path, record.hash)?,
            };
            findings.extend(match (state, accepted(&path)) {
                (FileState::Edited(now), Some(accepted)) if accepted.hash == now => {
                    Some(accepted.note(&path))
                }
                _ => verify::judge(&path, state),
            });
        }
        Ok(findings.into_iter().collect())
    }

    /// Reads all files of an instance, and compares them with the manifest.
    /// Files that are not in the manifest are not read.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, or if files are missing, edited or replaced. In the latter case, the error names all of
    /// them: nothing is executed that was not rendered.
    pub fn rendered(&self, record: &PlatformRecord) -> Result<RenderedFiles, TargetError> {
        let (mut files, mut findings) = (Vec::new(), Vec::new());
        let mut folder = String::new();
        for (inside, file) in record.files_inside() {
            let path = inside.joined_to(&record.folder);
            let content = match self.ground.next_kind_at(&path, &mut folder)? {
                // What waits is in its place for everybody who looks.
                _ if self.interrupted.as_ref().is_some_and(|write| write.staged(&path).is_some()) => {
                    self.read(&path)?
                }
                Some(FileKind::File) => self.ground.read(&self.ground.path_of(&path))?,
                None => {
                    findings.extend(verify::not_rendered(&path, FileState::Missing));
                    continue;
                }
                Some(_) => {
                    findings.extend(verify::not_rendered(&path, FileState::Replaced));
                    continue;
                }
            };
            // The bytes that are compared are those that are handed on: nobody can change them in between.
            match Fingerprint::of_bytes(&content) {
                hash if hash == file.hash => files.push((inside, content)),
                other => findings.extend(verify::not_rendered(&path, FileState::Edited(other))),
            }
        }
        TargetError::refuse(findings)?;
        Ok(RenderedFiles::new(self.root().join(record.folder.as_str()), files))
    }

    /// Returns those of these files that are there, whatever is in them. They are not read.
    ///
    /// # Errors
    ///
    /// If the disk cannot be examined.
    pub fn existing<'p>(
        &self,
        paths: impl IntoIterator<Item = &'p SafePath>,
    ) -> Result<BTreeSet<SafePath>, TargetError> {
        let (mut existing, mut folder) = (BTreeSet::new(), String::new());
        for path in paths {
            let is_staged = self.interrupted.as_ref().is_some_and(|write| write.staged(path).is_some());
            if is_staged || self.ground.next_kind_at(path, &mut folder)? == Some(FileKind::File) {
                existing.insert(path.clone());
            }
        }
        Ok(existing)
    }

    /// Reads a file in the target; `None` if it is missing or no file. That it cannot be read is an error: whoever took it for
    /// missing would forget it.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub fn read_if_file(&self, path: &SafePath) -> Result<Option<Vec<u8>>, TargetError> {
        if let Some(staged) = self.interrupted.as_ref().and_then(|interrupted| interrupted.staged(path)) {
            return self.ground.read(&self.ground.staged(staged)).map(Some);
        }
        match self.ground.kind_at(path)? {
            Some(FileKind::File) => self.ground.read(&self.ground.path_of(path)).map(Some),
            _ => Ok(None),
        }
    }

    /// Reads the bytes of a file in the target, as they are now, or as an interrupted write will leave them.
    ///
    /// # Errors
    ///
    /// If the file is missing, is no file, has a link on its path, or cannot be read.
    pub fn read(&self, path: &SafePath) -> Result<Vec<u8>, TargetError> {
        if let Some(content) = self.read_if_file(path)? {
            return Ok(content);
        }
        match self.ground.kind_at(path)? {
            Some(_) => Err(TargetError::new(
                &FOREIGN_FILE,
                path,
                format!("`{path}` is not a file, or there is a link on its way"),
            )
            .help("move the folder or the link away: the file will be written again")),
            None => Err(TargetError::new(&UNREADABLE, path, format!("`{path}` is missing"))
                .help("write the target again: a file of ours that is missing is written again")),
        }
    }

    /// Begins a write, and creates the folder if need be.
    /// The transaction excludes all other writers. What an undecided write left behind is removed.
    ///
    /// # Errors
    ///
    /// If another process writes the target, or wrote it since it was opened; if an interrupted write must be finished
    /// before; or if the folder cannot be created or written.
    pub fn begin(&mut self) -> Result<TargetTransaction<'_>, TargetError> {
        let ground = &self.ground;
        if !ground.is_there()? {
            ground.make_folder(&ground.root)?;
            ground.make_folder(&ground.own_folder())?;
        }
        let lock = ground.lock()?.ok_or_else(|| busy(ground))?;
        if ground.state.has_journal()? {
            return Err(busy_with(ground, "has an interrupted write, which must be finished"));
        }
        if ground.state.index_hash()? != self.hash {
            return Err(busy_with(ground, "was written since it was opened"));
        }
        if let Some(publication) = ground.publication() {
            published(ground, publication.check())?;
        }
        ground.discard()?;
        ground.files.forget_unused(ground.place.as_ref())?;
        let staging = ground.staging();
        changing(&staging, ground.disk.create_dir(&staging))?;
        Ok(TargetTransaction::new(self, lock))
    }
}

/// Says what keeps a write from being published.
fn published<T>(ground: &TargetFolder, result: io::Result<T>) -> Result<T, TargetError> {
    result.map_err(|error| match error.kind() {
        ErrorKind::ResourceBusy => busy_with(ground, "was written since it was opened"),
        _ => match error.downcast::<TargetError>() {
            Ok(error) => error,
            Err(error) => TargetError::io(&UNWRITABLE, &ground.root, "written", error)
                .help("mend what git says, then do the same again"),
        },
    })
}

fn half_written(ground: &TargetFolder) -> TargetError {
    let path = ground.root.display();
    TargetError::new(&DAMAGED, &path, format!("`{path}` has a write of a folder that was interrupted"))
        .help("render into that folder, which finishes the write, and commit it; or delete `journal.json` and `staging` in `.datasurface`")
}

fn busy(ground: &TargetFolder) -> TargetError {
    busy_with(ground, "is being written by another process")
}

fn busy_with(ground: &TargetFolder, operation: &str) -> TargetError {
    let path = ground.root.display();
    TargetError::new(&BUSY, &path, format!("`{path}` {operation}"))
        .help("wait until nobody writes it, open it again, and plan from what is there then")
}
