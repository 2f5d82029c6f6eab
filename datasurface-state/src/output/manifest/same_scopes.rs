//! Scopes that two manifests have alike: of a large target, an edit leaves nearly all of them as they are.

use super::{ApplyState, Manifest, PlatformRecord, ScopeEntry};
use datasurface_platform::{FileRecord, SafePath};
use std::{collections::BTreeMap, sync::Arc};

/// The scopes whose records are one in memory in two manifests, by their folders in the target. There are none where edits of files were accepted.
#[derive(Debug, Default)]
pub(in crate::output) struct SameScopes<'m>(BTreeMap<SafePath, &'m ScopeEntry>);

impl<'m> SameScopes<'m> {
    /// Compares two manifests.
    pub(in crate::output) fn between(old: &'m Manifest, new: &'m Manifest) -> Self {
        if !old.accepted.is_empty() || !new.accepted.is_empty() {
            return Self::default();
        }
        let mut same = BTreeMap::new();
        for record in new.platforms.values() {
            let before = old.record_in(&record.folder);
            for entry in &record.scopes {
                let before = before.and_then(|before| before.entry_like(entry));
                if before.is_some_and(|before| Arc::ptr_eq(&before.record, &entry.record)) {
                    same.insert(entry.folder.joined_to(&record.folder), &**entry);
                }
            }
        }
        Self(same)
    }

    /// The scopes, by their folders in the target.
    pub(in crate::output) fn scopes(&self) -> impl Iterator<Item = (&SafePath, &'m ScopeEntry)> {
        self.0.iter().map(|(folder, entry)| (folder, *entry))
    }

    /// Whether the scope in this folder of the target is one of them.
    pub(in crate::output) fn has(&self, folder: &SafePath) -> bool {
        self.0.contains_key(folder)
    }

    /// Returns the record of a file of these scopes, by path in the target.
    pub(in crate::output) fn file(&self, path: &SafePath) -> Option<&'m FileRecord> {
        let mut folders = path.as_str().match_indices('/').filter_map(|(end, _)| {
            let (folder, inside) = (path.as_str().get(..end)?, path.as_str().get(end + 1..)?);
            self.0.get(folder)?.record.files.get(inside)
        });
        folders.next_back()
    }

    /// Returns the files of one of the manifests that are in no such scope, by path in the target.
    pub(in crate::output) fn files_beside<'r>(
        &self,
        manifest: &'r Manifest,
    ) -> BTreeMap<SafePath, &'r FileRecord> {
        let of_platform = |record: &'r PlatformRecord| {
            let others = record.scopes.iter().filter_map(move |entry| {
                let folder = entry.folder.joined_to(&record.folder);
                let same = self.0.get(&folder);
                same.is_none_or(|same| !Arc::ptr_eq(&same.record, &entry.record)).then_some((folder, entry))
            });
            let files = others.flat_map(|(folder, entry)| {
                entry.record.files.iter().map(move |(path, file)| (path.joined_to(&folder), file))
            });
            files.chain(record.change_files().map(|(path, file)| (path.joined_to(&record.folder), file)))
        };
        manifest.platforms.values().flat_map(of_platform).collect()
    }
}

impl Manifest {
    /// Returns the record of the instance in this folder.
    pub(in crate::output) fn record_in(&self, folder: &SafePath) -> Option<&PlatformRecord> {
        self.platforms.values().find(|record| record.folder == *folder)
    }

    /// Returns the files that exist for changes only, by path in the target.
    #[must_use]
    pub fn change_files(&self) -> BTreeMap<SafePath, &FileRecord> {
        let records = self.platforms.values();
        let files = records.flat_map(|record| {
            record.change_files().map(|(path, file)| (path.joined_to(&record.folder), file))
        });
        files.collect()
    }
}

impl PlatformRecord {
    /// Returns the entry of the same scope in the same folder.
    pub(in crate::output) fn entry_like(&self, entry: &ScopeEntry) -> Option<&Arc<ScopeEntry>> {
        let position = self.scopes.binary_search_by(|one| one.scope.cmp(&entry.scope)).ok()?;
        self.scopes.get(position).filter(|one| one.folder == entry.folder)
    }

    /// Whether an earlier rendering than this one is what runs.
    pub(in crate::output) fn is_behind(&self) -> bool {
        matches!(self.standing, ApplyState::Behind(_))
    }
}
