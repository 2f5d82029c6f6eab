//! What a write changes of the manifest on the disk.

use super::{
    Target,
    codes::INCOMPLETE,
    error::TargetError,
    manifest::Manifest,
    parts::{Parts, index_text, packed},
};
use datasurface_graph::Fingerprint;
use datasurface_platform::SafePath;
use std::{collections::BTreeMap, fmt};

/// What a write changes of the manifest on the disk.
#[derive(Debug)]
pub(super) struct ManifestChange {
    /// The text of the index.
    pub(super) index: String,
    /// The hash of that text.
    pub(super) hash: Fingerprint,
    /// The hashes of the texts of all parts, by path in our own folder.
    pub(super) hashes: BTreeMap<SafePath, Fingerprint>,
    /// The bytes of the parts that come, or change.
    pub(super) written: Vec<(SafePath, Vec<u8>)>,
    /// The parts that go.
    pub(super) dropped: Vec<SafePath>,
}

impl ManifestChange {
    /// Compares a manifest with the one of a target. Of a part that is the same, no text is made, and nothing is hashed.
    pub(super) fn between(target: &Target, manifest: &Manifest) -> Result<Self, TargetError> {
        let (mut hashes, mut written) = (BTreeMap::new(), Vec::new());
        // A manifest in one text, of an earlier version, has no parts on the disk.
        let before = target.manifest().filter(|_| !target.parts.is_empty());
        let old = before.map(|before| Parts::of(before, Some(manifest))).transpose()?.unwrap_or_default();
        let new = Parts::of(manifest, before)?;
        for path in new.shared() {
            let missing = || TargetError::bug(&INCOMPLETE, path, format!("the part `{path}` has no hash"));
            hashes.insert(path.clone(), *target.parts.get(path).ok_or_else(missing)?);
        }
        for (path, part) in new.iter() {
            let before = target.parts.get(path);
            if let (Some(before), Some(old)) = (before, old.get(path))
                && old == part
            {
                hashes.insert(path.clone(), *before);
                continue;
            }
            let text = part.text().map_err(|error| unwritable(path, &error))?;
            let hash = Fingerprint::of_bytes(&text);
            if before != Some(&hash) {
                written.push((path.clone(), packed(&text).map_err(|error| unwritable(path, &error))?));
            }
            hashes.insert(path.clone(), hash);
        }
        let dropped = target.parts.keys().filter(|path| !hashes.contains_key(*path)).cloned().collect();
        let index = index_text(manifest, &hashes)?;
        let hash = Fingerprint::of_bytes(index.as_bytes());
        Ok(Self { index, hash, hashes, written, dropped })
    }
}

fn unwritable(path: &SafePath, error: &dyn fmt::Display) -> TargetError {
    TargetError::bug(
        &INCOMPLETE,
        path,
        format!("the part `{path}` of the manifest cannot be written: {error}"),
    )
}
