//! The manifest of a target as it is stored: an index, and parts that it names by hash.

use super::{
    codes::UNREADABLE,
    disk::FileKind,
    error::TargetError,
    parts::{self, ReadManifest},
    target_folder::{MANIFEST, TargetFolder},
};
use datasurface_graph::Fingerprint;
use datasurface_platform::SafePath;

/// A manifest that was read from its place.
pub(super) struct Loaded {
    pub(super) read: ReadManifest,
    /// The hash of the text of its index.
    pub(super) hash: Fingerprint,
}

/// Reads the manifest that is in its place.
pub(super) fn load(ground: &TargetFolder) -> Result<Option<Loaded>, TargetError> {
    if !ground.has_own(MANIFEST)? {
        return Ok(None);
    }
    let text = ground.read(&ground.own(MANIFEST))?;
    let read = parts::read(&text, &|path, hash| load_part(ground, path, hash, None))?;
    Ok(Some(Loaded { read, hash: Fingerprint::of_bytes(&text) }))
}

/// Reads the text of a part, from where it waits or from its place.
pub(super) fn load_part(
    ground: &TargetFolder,
    path: &SafePath,
    hash: Fingerprint,
    staged: Option<u64>,
) -> Result<Vec<u8>, TargetError> {
    let unreadable = |reason: &str| {
        TargetError::new(&UNREADABLE, path, format!("`{path}`, a part of the manifest, {reason}"))
            .help("restore the folder `.datasurface` of the target, for example from git")
    };
    let staged = match staged {
        Some(number) if ground.is_staged(number)? => Some(ground.staged(number)),
        _ => None,
    };
    let own = ground.own_tree();
    let bytes = match (staged, own.kind_at(path)?) {
        (Some(staged), _) => ground.read(&staged)?,
        (None, Some(FileKind::File)) => ground.read(&own.path_of(path))?,
        (None, None) => return Err(unreadable("is missing")),
        (None, Some(_)) => return Err(unreadable("is not a file, or there is a link on its way")),
    };
    match parts::unpacked(&bytes) {
        Ok(text) if Fingerprint::of_bytes(&text) == hash => Ok(text),
        Ok(_) => Err(unreadable("is not the one that it names")),
        Err(error) => Err(unreadable(&format!("cannot be read: {error}"))),
    }
}
