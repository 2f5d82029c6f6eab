//! A write in the making.

use super::{
    Target,
    disk::DiskLock,
    error::TargetError,
    journal::{Journal, PartWrite},
    lock::LockWrite,
    manifest::Manifest,
    manifest_change::ManifestChange,
    present_files::PresentFiles,
    published,
    target_folder::TargetFolder,
    verify::{Staged, TargetChanges, removals, verify},
    waiting_lock::write_around,
};
use datasurface_graph::Fingerprint;
use datasurface_platform::SafePath;
use std::{collections::BTreeMap, path::Path};

/// A write in the making. As long as it lives, nobody else can write the target.
/// Nothing is visible before it is committed; dropped before that, it leaves nothing behind.
#[derive(Debug)]
pub struct TargetTransaction<'t> {
    target: &'t mut Target,
    staged: BTreeMap<SafePath, Staged>,
    next: u64,
    present: PresentFiles,
    /// What is said to people who look at the write later.
    message: Option<String>,
    // Last, so that it is released last.
    _lock: Box<dyn DiskLock>,
}

impl<'t> TargetTransaction<'t> {
    pub(super) fn new(target: &'t mut Target, lock: Box<dyn DiskLock>) -> Self {
        let (staged, present) = (BTreeMap::new(), PresentFiles::default());
        Self { target, staged, next: 0, present, message: None, _lock: lock }
    }

    /// Describes the write for people who look at it later, where it is kept with a message: a branch keeps each write as a commit.
    pub fn describe(&mut self, message: impl FnOnce() -> String) {
        if self.ground().publication().is_some() {
            self.message = Some(message());
        }
    }

    /// The record of what we own in the target, before the write.
    #[must_use]
    pub fn manifest(&self) -> Option<&Manifest> {
        self.target.manifest()
    }

    /// Returns those of these files in a folder of the target that are not there, whatever is in them. They are not read, and each folder is listed once.
    ///
    /// # Errors
    ///
    /// If a folder that they are in cannot be read.
    pub fn missing<'p>(
        &mut self,
        folder: &SafePath,
        files: impl IntoIterator<Item = &'p SafePath>,
    ) -> Result<Vec<&'p SafePath>, TargetError> {
        self.present.missing(&self.target.ground, folder, files)
    }

    /// Stages a file for a path, relative to the target.
    /// It does not come to its place before the commit. If a path is staged again, the later content counts. Returns the hash of the content.
    ///
    /// # Errors
    ///
    /// If the content cannot be written to the disk.
    pub fn put(&mut self, path: &SafePath, content: &[u8]) -> Result<Fingerprint, TargetError> {
        let staged = self.stage(content)?;
        self.staged.insert(path.clone(), staged);
        Ok(staged.hash)
    }

    /// Makes the target what the manifest says, and gives the lock its new text: as a whole or not at all.
    /// Every file of the manifest was put, or is there already; every other file that was ours is removed. If the disk
    /// fails after the decision, [`Target::finish`] completes the write. The name of a lock ends in `.lock`.
    ///
    /// # Errors
    ///
    /// Nothing happens, and the error names every reason, if a file is in the way that is not ours, if one of ours was
    /// edited that would be replaced or removed, or if the manifest names a file that was not put and is not there.
    /// Nothing happens either if the lock is not the one that the manifest names, or if its path cannot be used. If the
    /// disk fails, the write may have been decided.
    pub fn commit(mut self, manifest: Manifest, lock: Option<(&Path, &str)>) -> Result<(), TargetError> {
        let known = (&self.staged, &mut self.present);
        let changes = verify(&self.target.ground, self.target.manifest.as_ref(), &manifest, known)?;
        let plan_lock = |(path, text)| LockWrite::plan(self.ground(), path, text, manifest.lock());
        let lock = lock.map(plan_lock).transpose()?;
        let message =
            format!("Rendering {} of revision {}", manifest.rendering().short(), manifest.revision().short());
        self.make(manifest, changes, lock, &message)
    }

    /// Replaces the manifest by one with fewer files.
    /// Those that it names no more are removed, if nobody edited them. All others are left as they are, edited or not.
    pub(super) fn shrink(self, manifest: Manifest, message: &str) -> Result<(), TargetError> {
        let changes = removals(self.ground(), self.target.manifest.as_ref(), &manifest)?;
        self.make(manifest, changes, None, message)
    }

    fn make(
        self,
        manifest: Manifest,
        changes: TargetChanges,
        lock: Option<LockWrite>,
        message: &str,
    ) -> Result<(), TargetError> {
        let mut writing = self;
        let change = ManifestChange::between(writing.target, &manifest)?;
        let nothing_to_do = changes.writes.is_empty()
            && changes.removals.is_empty()
            && lock.as_ref().is_none_or(LockWrite::is_there)
            && writing.target.hash == Some(change.hash);
        if !nothing_to_do {
            let mut parts = Vec::new();
            for (path, content) in &change.written {
                let staged = writing.stage(content)?;
                parts.push(PartWrite { staged: staged.number, path: path.clone(), hash: staged.hash });
            }
            let index = writing.stage(change.index.as_bytes())?;
            let ground = writing.ground();
            let (journalled, around) = match ground.publication() {
                None => (lock, None),
                Some(publication) => (None, Some((publication, lock))),
            };
            let journal = Journal::new(changes, (parts, change.dropped), index, journalled);
            let staged = (0..writing.next).map(|number| ground.staged(number));
            ground.sync_all(staged.chain([ground.staging(), ground.own_folder()]))?;
            journal.write(ground, writing.target.hash)?;
            journal.finish(ground)?;
            if let Some((publication, lock)) = around {
                let message = writing.message.as_deref().unwrap_or(message);
                let publish = || published(ground, publication.publish(message));
                match &lock {
                    Some(lock) if !lock.is_there() => write_around(ground, lock, publish)?,
                    _ => publish()?,
                }
            }
        }
        writing.target.hash = Some(change.hash);
        writing.target.parts = change.hashes;
        writing.target.manifest = Some(manifest);
        Ok(())
    }

    fn stage(&mut self, content: &[u8]) -> Result<Staged, TargetError> {
        let number = self.next;
        self.next = self.next.saturating_add(1);
        self.ground().write(&self.ground().staged(number), content)?;
        Ok(Staged { number, hash: Fingerprint::of_bytes(content) })
    }

    fn ground(&self) -> &TargetFolder {
        &self.target.ground
    }
}

impl Drop for TargetTransaction<'_> {
    fn drop(&mut self) {
        // With a journal the write has to be finished, not undone. What cannot be undone now is undone by the next
        // `Target::finish` or `Target::begin`.
        if matches!(self.ground().state.has_journal(), Ok(false)) {
            let _ = self.ground().discard();
        }
    }
}
