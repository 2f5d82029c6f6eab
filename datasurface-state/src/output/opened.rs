//! All that is read of a target when it is opened.

use super::{
    Recovery, Target, busy, busy_with,
    error::TargetError,
    half_written,
    interrupted::Interrupted,
    manifest::Manifest,
    stored_manifest::{Loaded, load},
    target_folder::TargetFolder,
};
use datasurface_graph::Fingerprint;
use datasurface_platform::SafePath;
use std::{collections::BTreeMap, io};

/// How often a target is read again that is not what it was a moment ago.
const ATTEMPTS: usize = 3;

/// All that is read of a target when it is opened.
#[derive(Debug, Default)]
pub(super) struct Opened {
    pub(super) manifest: Option<Manifest>,
    /// The hash of the text of its index.
    pub(super) hash: Option<Fingerprint>,
    /// The hashes of the texts of its parts.
    pub(super) parts: BTreeMap<SafePath, Fingerprint>,
    pub(super) interrupted: Option<Interrupted>,
    pub(super) recovery: Option<Recovery>,
}

impl Target {
    /// Makes sure that the target is as it was opened. What is found in one that somebody writes meanwhile means nothing.
    ///
    /// # Errors
    ///
    /// If another process writes the target, or wrote it since it was opened; or if it cannot be read.
    pub fn check_is_current(&self) -> Result<(), TargetError> {
        let ground = &self.ground;
        // A branch is read as of one commit, whether there is a target in it or not.
        if let Some(publication) = ground.publication() {
            let is_moved =
                publication.check().is_err_and(|error| error.kind() == io::ErrorKind::ResourceBusy);
            return if is_moved { Err(busy_with(ground, "was written since it was opened")) } else { Ok(()) };
        }
        if !ground.is_there()? {
            return Ok(());
        }
        if ground.is_locked()? {
            return Err(busy(ground));
        }
        // A write that was interrupted leads to what was seen.
        let is_same = self.interrupted.is_some() || ground.state.index_hash()? == self.hash;
        if is_same { Ok(()) } else { Err(busy_with(ground, "was written since it was opened")) }
    }
}

impl Opened {
    /// Reads a target. What a write replaced in the middle of that looks damaged, so it is read again before anybody is told.
    pub(super) fn read(ground: &TargetFolder) -> Result<Self, TargetError> {
        for _ in 1..ATTEMPTS {
            match Self::read_once(ground) {
                Err(_) if ground.is_there()? && ground.is_locked()? => return Err(busy(ground)),
                Err(_) => {}
                read => return read,
            }
        }
        Self::read_once(ground)
    }

    fn read_once(ground: &TargetFolder) -> Result<Self, TargetError> {
        let mut opened = Self::default();
        if !ground.is_there()? {
            return Ok(opened);
        }
        if ground.has_leftovers()? {
            if ground.publication().is_some() {
                return Err(half_written(ground));
            }
            // They may also be those of a write that is going on.
            if ground.is_locked()? {
                return Err(busy(ground));
            }
            opened.recovery = Some(Recovery::Undone);
        }
        // Read after it is known that nobody is at it: a state in a database is as of one moment.
        let state = ground.state.snapshot()?;
        if let Some(journal) = state.journal()? {
            let interrupted = Interrupted::read(ground, &*state, &journal)?;
            opened.manifest = Some(interrupted.manifest.clone());
            opened.hash = Some(interrupted.hash);
            opened.parts = interrupted.parts.clone();
            opened.interrupted = Some(interrupted);
            opened.recovery = Some(Recovery::Finished);
        } else {
            if let Some(Loaded { read, hash }) = load(&*state)? {
                opened.manifest = Some(read.manifest);
                opened.parts = read.parts;
                opened.hash = Some(hash);
            }
            ground.check_is_current(opened.hash)?;
        }
        Ok(opened)
    }
}
