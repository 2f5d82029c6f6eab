//! The lock of a target that is published in one step, such as a branch: its write waits in a file beside it while that happens. The manifest
//! that was published has the hash of the lock that goes with it, and so says whether the write was decided.
//!
//! 1. The write of the lock is put beside it. Killed from here on, whoever comes next finds it waiting.
//! 2. The target is published, or is not.
//! 3. The lock is written as of any target, and what waited is taken away.

use super::{
    Recovery, busy,
    codes::INCOMPLETE,
    disk::{FileKind, Publication},
    error::TargetError,
    lock::{LockWrite, beside},
    manifest::Manifest,
    published,
    target_folder::TargetFolder,
};
use std::path::{Path, PathBuf};

/// The name behind that of the lock.
const NEXT: &str = "next";

/// The write of a lock that waits beside it.
#[derive(Debug)]
pub(super) enum WaitingLock {
    /// The write that goes with what was published.
    Decided(LockWrite),
    /// A write whose target was not published.
    Dropped,
}

impl WaitingLock {
    /// Looks for what waits beside a lock.
    pub(super) fn find(
        ground: &TargetFolder,
        lock: &Path,
        manifest: Option<&Manifest>,
    ) -> Result<Option<Self>, TargetError> {
        let waiting = beside(lock, NEXT);
        if ground.kind(&waiting)? != Some(FileKind::File) {
            return Ok(None);
        }
        // One that is half there was not published: its disk was waited for before.
        let write = serde_json::from_slice::<LockWrite>(&ground.read(&waiting)?);
        let decided =
            write.ok().filter(|write| manifest.is_some_and(|manifest| write.goes_with(manifest.lock())));
        let Some(write) = decided else {
            return Ok(Some(Self::Dropped));
        };
        // The folder may have been moved since, with all that is in it.
        Ok(Some(Self::Decided(write.moved_to(lock)?)))
    }

    /// Returns the text that the lock will have; `None` if it stays as it is.
    pub(super) fn text(&self, ground: &TargetFolder) -> Result<Option<String>, TargetError> {
        match self {
            Self::Decided(write) => write.text(ground).map(|text| Some(text.to_owned())),
            Self::Dropped => Ok(None),
        }
    }
}

/// Writes a lock around a publication.
pub(super) fn write_around(
    ground: &TargetFolder,
    lock: &LockWrite,
    publish: impl FnOnce() -> Result<(), TargetError>,
) -> Result<(), TargetError> {
    let path = lock.path();
    let text = serde_json::to_vec_pretty(lock).map_err(|error| {
        TargetError::bug(
            &INCOMPLETE,
            lock.path().display(),
            format!("the lock cannot be written as JSON: {error}"),
        )
    })?;
    let waiting = beside(path, NEXT);
    ground.write(&waiting, &text)?;
    ground.sync_all([Some(waiting.clone()), path.parent().map(Path::to_owned)].into_iter().flatten())?;
    publish().inspect_err(|_| {
        // What cannot be removed now is removed by the next `Target::finish`.
        let _ = ground.remove_file(&waiting);
    })?;
    finish(ground, lock)
}

/// Finishes or undoes what was interrupted of a write that is published as a whole.
pub(super) fn recover(
    ground: &TargetFolder,
    publication: &dyn Publication,
    lock: &Path,
    manifest: Option<&Manifest>,
) -> Result<Option<Recovery>, TargetError> {
    if WaitingLock::find(ground, lock, manifest)?.is_none() {
        return Ok(None);
    }
    // It may be the one of a write that is going on.
    let _lock = ground.lock()?.ok_or_else(|| busy(ground))?;
    published(ground, publication.check())?;
    Ok(match WaitingLock::find(ground, lock, manifest)? {
        None => None,
        Some(WaitingLock::Decided(write)) => {
            finish(ground, &write)?;
            Some(Recovery::Finished)
        }
        Some(WaitingLock::Dropped) => {
            ground.remove_file(&beside(lock, NEXT))?;
            Some(Recovery::Undone)
        }
    })
}

fn finish(ground: &TargetFolder, lock: &LockWrite) -> Result<(), TargetError> {
    let folder: Option<PathBuf> = lock.finish(ground)?;
    ground.sync_all(folder)?;
    ground.remove_file(&beside(lock.path(), NEXT))
}
