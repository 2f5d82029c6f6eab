//! Accepted edits: rendered files that a person changed, and an operator took into the record, until the next rendering replaces them.
//!
//! The record says how each file was found, so that a write knows what it replaces. It is no permission to execute: what runs is what was rendered.

use super::{
    Target, busy_with,
    codes::{ACCEPTED, NOT_EDITED},
    error::{TargetError, finding},
    manifest::{Manifest, PlatformRecord},
    target_folder::{FileState, TargetFolder},
};
use datasurface_graph::Fingerprint;
use datasurface_model::{Diagnostic, nearest};
use datasurface_platform::{FileRecord, SafePath};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An edit of a rendered file that an operator accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptedEdit {
    /// The hash of the file as it was accepted.
    pub hash: Fingerprint,
    /// The reason that the operator gave.
    pub reason: String,
}

impl AcceptedEdit {
    /// Returns the note about a file that still is as it was accepted.
    pub(super) fn note(&self, path: &SafePath) -> Diagnostic {
        let message = format!("`{path}` was edited, and that was accepted: {}", self.reason);
        finding(&ACCEPTED, path, message)
            .with_help("the next rendering replaces it: `datasurface plan --diff` shows what is lost then")
    }
}

impl Target {
    /// Records that a rendered file was edited and that an operator accepts it, for a reason. The file is left as it is; the next
    /// rendering replaces it, and until then nothing executes it.
    ///
    /// # Errors
    ///
    /// If an interrupted write must be finished before; if the file was not rendered, is as it was rendered or accepted, is missing, or is
    /// no file any more; if it exists for a change only, since no rendering would replace it; or as of [`begin`](Self::begin).
    pub fn accept(&mut self, path: &SafePath, reason: &str) -> Result<(), TargetError> {
        if self.interrupted.is_some() {
            return Err(busy_with(&self.ground, "has an interrupted write, which must be finished"));
        }
        let manifest = self.manifest.as_ref().ok_or_else(|| unknown(path, []))?;
        let hash = edited_hash(&self.ground, manifest, path)?;
        let mut accepted = manifest.accepted().clone();
        accepted.insert(path.clone(), AcceptedEdit { hash, reason: reason.to_owned() });
        let manifest = manifest.clone().with_accepted(accepted);
        self.begin()?.shrink(manifest, &format!("Accept the edit of {path}: {reason}"))
    }
}

/// Returns the hash of a file that was edited, and whose edit can be accepted.
fn edited_hash(
    ground: &TargetFolder,
    manifest: &Manifest,
    path: &SafePath,
) -> Result<Fingerprint, TargetError> {
    let files = manifest.files();
    let record = files.get(path).ok_or_else(|| unknown(path, files.keys()))?;
    if manifest.platforms().values().any(|platform| is_of_change(platform, path)) {
        let message = format!("`{path}` exists for one change, and no rendering would replace it");
        return Err(refused(path, message, "restore it from version control; if nobody needs it, delete it"));
    }
    let accepted = manifest.accepted().get(path);
    match ground.state(path, record.hash)? {
        FileState::Edited(hash) => match accepted.filter(|accepted| accepted.hash == hash) {
            None => Ok(hash),
            Some(accepted) => {
                let message = format!("`{path}` is as it was accepted: {}", accepted.reason);
                Err(refused(path, message, "nothing has to be done: the next rendering replaces it"))
            }
        },
        FileState::Same => {
            let message = format!("`{path}` is as it was rendered");
            Err(refused(
                path,
                message,
                "nothing has to be accepted: `datasurface plan` lists what was edited",
            ))
        }
        FileState::Missing => {
            let message = format!("`{path}` is missing");
            Err(refused(path, message, "nothing has to be accepted: it will be written again"))
        }
        FileState::Replaced => {
            let message = format!("`{path}` is a folder now, or there is a link on its way");
            Err(refused(path, message, "move the folder or the link away: the file will be written again"))
        }
    }
}

/// Whether a platform has a file for a change only.
fn is_of_change(platform: &PlatformRecord, path: &SafePath) -> bool {
    platform.change_files().any(|(inside, _)| inside.joined_to(&platform.folder) == *path)
}

/// Returns the hash that each of these files of ours has unless somebody edited it: as it was rendered, or as an edit was accepted. A file whose accepted edit
/// was taken back is as it was rendered.
pub(super) fn hashes_on_disk(
    ground: &TargetFolder,
    files: Option<BTreeMap<SafePath, &FileRecord>>,
    manifest: Option<&Manifest>,
) -> Result<BTreeMap<SafePath, Fingerprint>, TargetError> {
    let files = files.unwrap_or_default().into_iter();
    let mut hashes: BTreeMap<SafePath, Fingerprint> =
        files.map(|(path, record)| (path, record.hash)).collect();
    for (path, accepted) in manifest.into_iter().flat_map(Manifest::accepted) {
        if let Some(hash) = hashes.get_mut(path)
            && ground.state(path, accepted.hash)? == FileState::Same
        {
            *hash = accepted.hash;
        }
    }
    Ok(hashes)
}

fn unknown<'f>(path: &SafePath, files: impl IntoIterator<Item = &'f SafePath>) -> TargetError {
    let help = match nearest(path.as_str(), files.into_iter().map(SafePath::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "name it as `datasurface plan` does: by its path in the target".to_owned(),
    };
    refused(path, format!("`{path}` is no rendered file of the target"), &help)
}

fn refused(path: &SafePath, message: String, help: &str) -> TargetError {
    TargetError::new(&NOT_EDITED, path, message).help(help)
}
