//! A write that was decided and interrupted: what it leads to, as if it were done. Nothing is written to find that out.

use super::{
    codes::OTHER_STATE,
    error::TargetError,
    journal::{Journal, damaged},
    lock::foreign,
    manifest::Manifest,
    parts::{self, ReadManifest},
    state::StateSnapshot,
    stored_manifest::{load, load_part},
    target_folder::{FileState, MANIFEST, PARTS, TargetFolder},
};
use datasurface_graph::Fingerprint;
use datasurface_platform::{FileRecord, SafePath};
use std::{collections::BTreeMap, path::Path};

/// A write that was decided and interrupted, and can be finished.
#[derive(Debug)]
pub(super) struct Interrupted {
    journal: Journal,
    /// The manifest that it leads to.
    pub(super) manifest: Manifest,
    /// The hashes of the texts of its parts.
    pub(super) parts: BTreeMap<SafePath, Fingerprint>,
    /// The hash of the text of its index.
    pub(super) hash: Fingerprint,
    /// Where content waits, by the path that it is for.
    staged: BTreeMap<SafePath, u64>,
}

impl Interrupted {
    /// Reads the journal, and makes sure that it can be carried out: that it is of a write between the manifest that is
    /// there and the one that waits, and that everything is where it should be.
    pub(super) fn read(
        ground: &TargetFolder,
        state: &dyn StateSnapshot,
        journal: &[u8],
    ) -> Result<Self, TargetError> {
        let journal = Journal::read(ground, journal)?;
        let hash = journal.manifest.hash;
        if ground.place.is_some() && !ground.is_staged(journal.manifest.staged)? {
            return Err(elsewhere(ground)?);
        }
        let text = match ground.is_staged(journal.manifest.staged)? {
            true => ground.read(&ground.staged(journal.manifest.staged))?,
            false => state.index()?.unwrap_or_default(),
        };
        if Fingerprint::of_bytes(&text) != hash {
            return Err(damaged(MANIFEST, "is neither staged nor in its place"));
        }
        let load_part =
            |path: &SafePath, hash| load_part(ground, state, (path, hash), journal.staged_part(path));
        let ReadManifest { manifest, parts } = parts::read(&text, &load_part)?;
        let waiting = ground.all_staged()?;
        let has_done_files = journal.has_done_files(&waiting);
        let before = if has_done_files { None } else { load(state)? };
        let old = before.as_ref().map(|before| before.read.manifest.files()).unwrap_or_default();
        let new = manifest.files();
        let has = |files: &BTreeMap<SafePath, &FileRecord>, path: &SafePath, hash: Fingerprint| {
            files.get(path).is_some_and(|record| record.hash == hash)
        };
        let accepted = before.as_ref().map(|before| before.read.manifest.accepted());
        let is_accepted = |path: &SafePath, hash: Fingerprint| {
            let edit = accepted.and_then(|accepted| accepted.get(path));
            old.contains_key(path) && edit.is_some_and(|edit| edit.hash == hash)
        };
        // Where all files have come, whatever was to go is gone.
        let strange_removal = journal.removals.iter().find(|removal| {
            let was_ours = has(&old, &removal.path, removal.hash) || is_accepted(&removal.path, removal.hash);
            new.contains_key(&removal.path) || (!has_done_files && !was_ours)
        });
        let strange_write = journal.writes.iter().find(|write| !has(&new, &write.path, write.hash));
        let strange_part = journal.parts.iter().find(|part| !parts.contains_key(&part.path));
        let strange_drop = journal
            .dropped_parts
            .iter()
            .find(|path| parts.contains_key(*path) || path.parts().next() != Some(PARTS));
        let strange = strange_write.map(|write| &write.path).or(strange_removal.map(|removal| &removal.path));
        if let Some(path) = strange.or(strange_part.map(|part| &part.path)).or(strange_drop) {
            let reason = format!(
                "the journal of an interrupted write names `{path}`, which is not what its manifest says"
            );
            return Err(foreign(reason));
        }
        journal.check(ground, !has_done_files)?;
        let staged = journal.writes.iter().filter(|write| waiting.contains(&write.staged));
        let staged = staged.map(|write| (write.path.clone(), write.staged)).collect();
        Ok(Self { journal, manifest, parts, hash, staged })
    }

    /// Returns what will have become of a file that was rendered with this hash.
    pub(super) fn state(
        &self,
        ground: &TargetFolder,
        path: &SafePath,
        hash: Fingerprint,
    ) -> Result<FileState, TargetError> {
        match self.staged.get(path) {
            None => ground.state(path, hash),
            Some(number) => Ok(match ground.hash(&ground.staged(*number))? {
                same if same == hash => FileState::Same,
                other => FileState::Edited(other),
            }),
        }
    }

    /// Returns where the bytes of a file are now, if they wait.
    pub(super) fn staged(&self, path: &SafePath) -> Option<u64> {
        self.staged.get(path).copied()
    }

    /// Returns the text that the lock will have, if the write goes with it. Refuses a lock that it does not go with.
    pub(super) fn lock_text(
        &self,
        ground: &TargetFolder,
        lock: &Path,
    ) -> Result<Option<String>, TargetError> {
        let Some(write) = &self.journal.lock else {
            return Ok(None);
        };
        write.check_is(Some(lock), self.manifest.lock())?;
        write.text(ground).map(|text| Some(text.to_owned()))
    }

    /// Does the rest of the write. Refuses to write another lock than this one.
    pub(super) fn finish(&self, ground: &TargetFolder, lock: Option<&Path>) -> Result<(), TargetError> {
        if let Some(write) = &self.journal.lock {
            write.check_is(lock, self.manifest.lock())?;
        }
        self.journal.finish(ground)
    }
}

/// Says where a write can be finished that was decided in another folder.
fn elsewhere(ground: &TargetFolder) -> Result<TargetError, TargetError> {
    let path = ground.root.display();
    let folder = ground.state.decided_in()?.unwrap_or_default();
    let message = format!(
        "a write of the state of `{path}` was decided in the folder `{folder}`, and was interrupted there"
    );
    let help = "run `datasurface render` there, which finishes it; if that folder is gone, take the write back: `datasurface state abandon`";
    Ok(TargetError::new(&OTHER_STATE, &path, message).help(help))
}
