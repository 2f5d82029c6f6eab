//! The target: a folder with a manifest of what we own in it. A write is journalled: it happens as a whole or not at
//! all, whenever the process is killed. Files that we do not own are never touched.
//!
//! Our own folder in it is `.datasurface`: `manifest.json` says what is ours, `staging/` holds what is about to be
//! written, `journal.json` says how, from the moment when the write can no longer be undone, and `writing` is what
//! those who write lock.
//!
//! Journals are older than any of us; see for example <https://sqlite.org/atomiccommit.html>.

mod codes;
pub mod disk;
mod error;
mod ground;
mod journal;
mod lock;
mod manifest;
#[cfg(test)]
mod tests;
mod verify;
mod writing;

pub use codes::CODES;
pub use error::TargetError;
pub use manifest::{Behind, Manifest, PlatformRecord, ScopeEntry, Standing};
pub use writing::Writing;

use codes::{BUSY, FOREIGN_FILE, UNREADABLE};
use datasurface_graph::Fingerprint;
use datasurface_model::{PlatformName, diagnostic::Findings};
use datasurface_platform::SafePath;
use disk::{Disk, Kind, RealDisk};
use ground::{Ground, JOURNAL, MANIFEST, changing};
use journal::Journal;
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// A folder that rendered files are written to.
#[derive(Debug)]
pub struct Target {
    ground: Ground,
    manifest: Option<Manifest>,
    /// The hash of the text of the manifest.
    hash: Option<Fingerprint>,
    recovery: Option<Recovery>,
}

/// What had to be done about a write that was interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// The write had been decided: the rest of it was done, and the target is as if it had never been interrupted.
    Finished,
    /// What the write had left behind was taken away: the target is as if it had never begun, or, if it had been done
    /// already, as it should be.
    Undone,
}

impl Target {
    /// Opens a target on the disk of this machine. An interrupted write is finished or undone first; beyond that,
    /// nothing is changed, and a folder that is not there is not made.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, TargetError> {
        Self::open_on(root, RealDisk)
    }

    /// Opens a target on a disk.
    pub fn open_on(root: impl Into<PathBuf>, disk: impl Disk + 'static) -> Result<Self, TargetError> {
        let mut target = Self {
            ground: Ground { root: root.into(), disk: Box::new(disk) },
            manifest: None,
            hash: None,
            recovery: None,
        };
        if target.ground.is_there()? {
            target.recovery = recover(&target.ground)?;
            if let Some((manifest, hash)) = load(&target.ground)? {
                target.manifest = Some(manifest);
                target.hash = Some(hash);
            }
        }
        Ok(target)
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.ground.root
    }

    /// Remembers that what is rendered for these platforms was applied: the files of transitions have done their work.
    /// A file that somebody edited was applied as it is, and stays as it is.
    pub fn record_applied(&mut self, platforms: &BTreeSet<PlatformName>) -> Result<(), TargetError> {
        let Some(manifest) = self.manifest.clone() else {
            return Ok(());
        };
        let applied = manifest.clone().applied(platforms);
        if applied == manifest {
            return Ok(());
        }
        self.begin()?.shrink(applied)
    }

    /// What we own in it; none if nothing was ever written.
    #[must_use]
    pub fn manifest(&self) -> Option<&Manifest> {
        self.manifest.as_ref()
    }

    /// What had to be done about an interrupted write when this was opened.
    #[must_use]
    pub fn recovery(&self) -> Option<Recovery> {
        self.recovery
    }

    /// Looks for files of ours that were edited, replaced or taken away.
    pub fn inspect(&self) -> Result<Findings, TargetError> {
        let mut findings = Vec::new();
        for (path, record) in self.manifest.as_ref().map(Manifest::files).unwrap_or_default() {
            findings.extend(verify::judge(&path, self.ground.state(&path, record.hash)?));
        }
        Ok(findings.into_iter().collect())
    }

    /// The bytes of a file in the target, as they are now.
    pub fn read(&self, path: &SafePath) -> Result<Vec<u8>, TargetError> {
        match self.ground.look(path)? {
            Some(Kind::File) => self.ground.read(&self.ground.at(path)),
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

    /// Begins to write, making the folder if need be. Nobody else can write as long as what this returns lives, and
    /// nobody else has written since this was opened.
    pub fn begin(&mut self) -> Result<Writing<'_>, TargetError> {
        let ground = &self.ground;
        if !ground.is_there()? {
            ground.make_folder(&ground.root)?;
            ground.make_folder(&ground.own_folder())?;
        }
        let lock = ground.lock()?.ok_or_else(|| busy(ground))?;
        if ground.has_own(JOURNAL)? {
            return Err(busy_with(ground, "has an interrupted write, which must be finished"));
        }
        let on_disk = match ground.has_own(MANIFEST)? {
            true => Some(ground.hash(&ground.own(MANIFEST))?),
            false => None,
        };
        if on_disk != self.hash {
            return Err(busy_with(ground, "was written since it was opened"));
        }
        ground.discard()?;
        let staging = ground.staging();
        changing(&staging, ground.disk.create_dir(&staging))?;
        Ok(Writing::new(self, lock))
    }
}

/// Finishes a write that has a journal; undoes one that has none yet.
fn recover(ground: &Ground) -> Result<Option<Recovery>, TargetError> {
    if !ground.has_leftovers()? {
        return Ok(None);
    }
    // They may also be those of a write that is going on.
    let _lock = ground.lock()?.ok_or_else(|| busy(ground))?;
    if ground.has_own(JOURNAL)? {
        Journal::read(ground)?.finish(ground)?;
        return Ok(Some(Recovery::Finished));
    }
    let undone = ground.discard()?;
    Ok(undone.then_some(Recovery::Undone))
}

fn load(ground: &Ground) -> Result<Option<(Manifest, Fingerprint)>, TargetError> {
    if !ground.has_own(MANIFEST)? {
        return Ok(None);
    }
    let path = ground.own(MANIFEST);
    let text = ground.read(&path)?;
    match Manifest::from_json(&text) {
        Ok(manifest) => Ok(Some((manifest, Fingerprint::of_bytes(&text)))),
        Err(error) => {
            let path = path.display();
            Err(TargetError::new(&UNREADABLE, &path, format!("`{path}` cannot be read: {error}"))
                .help("restore it, for example from git, or use the version of datasurface that wrote it"))
        }
    }
}

fn busy(ground: &Ground) -> TargetError {
    busy_with(ground, "is being written by another process")
}

fn busy_with(ground: &Ground, what: &str) -> TargetError {
    let path = ground.root.display();
    TargetError::new(&BUSY, &path, format!("`{path}` {what}"))
        .help("wait until nobody writes it, open it again, and plan from what is there then")
}
