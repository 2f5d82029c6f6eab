//! The manifest of a target as it is stored: an index, and parts that it names by hash.

use super::{
    codes::UNREADABLE,
    error::TargetError,
    parts::{self, ReadManifest},
    state::StateSnapshot,
    target_folder::TargetFolder,
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
pub(super) fn load(state: &dyn StateSnapshot) -> Result<Option<Loaded>, TargetError> {
    let Some(text) = state.index()? else {
        return Ok(None);
    };
    let read = parts::read(&text, &|path, hash| unpack(path, hash, state.part(path)?.as_deref()))?;
    Ok(Some(Loaded { read, hash: Fingerprint::of_bytes(&text) }))
}

/// Reads the text of a part, from where it waits or from its place.
pub(super) fn load_part(
    ground: &TargetFolder,
    state: &dyn StateSnapshot,
    (path, hash): (&SafePath, Fingerprint),
    staged: Option<u64>,
) -> Result<Vec<u8>, TargetError> {
    let bytes = match staged {
        Some(number) if ground.is_staged(number)? => Some(ground.read(&ground.staged(number))?),
        _ => state.part(path)?,
    };
    unpack(path, hash, bytes.as_deref())
}

/// Returns the text of a part that was read, if it is the one of this hash.
pub(super) fn unpack(
    path: &SafePath,
    hash: Fingerprint,
    bytes: Option<&[u8]>,
) -> Result<Vec<u8>, TargetError> {
    let unreadable = |reason: &str| {
        TargetError::new(&UNREADABLE, path, format!("`{path}`, a part of the manifest, {reason}"))
            .help("restore the folder `.datasurface` of the target, for example from git")
    };
    match parts::unpacked(bytes.ok_or_else(|| unreadable("is missing"))?) {
        Ok(text) if Fingerprint::of_bytes(&text) == hash => Ok(text),
        Ok(_) => Err(unreadable("is not the one that it names")),
        Err(error) => Err(unreadable(&format!("cannot be read: {error}"))),
    }
}
