//! Changes of files: what a proposal would write, beside what is there.

use crate::{propose::Proposal, write::WriteError};
use datasurface_platform::{File, FileRecord, PLAN_FILE, SafePath};
use datasurface_state::{Manifest, Target};
use std::collections::{BTreeMap, BTreeSet};

/// A file that a proposal adds, changes or removes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// The path in the target.
    pub path: SafePath,
    /// The content as it is in the target; `None` if there is no such file.
    pub before: Option<Vec<u8>>,
    /// The content as it would be rendered; `None` if the file goes.
    pub after: Option<Vec<u8>>,
}

impl Proposal {
    /// Returns the files that [`write`](Self::write) would add, change or remove, by path, without plan files, which repeat the plan.
    /// Scopes that differ are rendered once more for that.
    ///
    /// # Errors
    ///
    /// If a file in the target cannot be read, or a platform fails to render what it rendered before.
    pub fn file_changes(&self, target: &Target) -> Result<Vec<FileChange>, WriteError> {
        let before = target.manifest().map(Manifest::files).unwrap_or_default();
        let after = self.manifest.files();
        let accepted = target.manifest().map(Manifest::accepted);
        let is_edited = |path: &SafePath| accepted.is_some_and(|accepted| accepted.contains_key(path));
        let differs = |path: &SafePath| {
            let hash = |files: &BTreeMap<SafePath, &FileRecord>| files.get(path).map(|file| file.hash);
            hash(&before) != hash(&after) || is_edited(path)
        };
        let mut contents: BTreeMap<SafePath, Option<Vec<u8>>> = BTreeMap::new();
        contents
            .extend(before.keys().filter(|path| !after.contains_key(*path)).map(|path| (path.clone(), None)));
        for scope in self.written_scopes().filter(|scope| scope.paths().any(|path| differs(&path))) {
            let content = |file: &File| (scope.path_of(file.path()), Some(file.content().to_vec()));
            contents.extend(scope.render()?.files().map(content));
        }
        contents.extend(self.transition_files().map(|(path, file)| (path, Some(file.content().to_vec()))));

        let plan_files = self.plan_files(target);
        contents.retain(|path, _| differs(path) && !plan_files.contains(path));
        let change = |(path, after)| Ok(FileChange { before: target.read_if_file(&path)?, after, path });
        let changes: Result<Vec<FileChange>, WriteError> = contents.into_iter().map(change).collect();
        // An edit that was accepted may have been taken back since.
        Ok(changes?.into_iter().filter(|change| change.before != change.after).collect())
    }

    /// The paths of the plan files, of before and after.
    fn plan_files(&self, target: &Target) -> BTreeSet<SafePath> {
        let manifests = target.manifest().into_iter().chain([&self.manifest]);
        let records = manifests.flat_map(|manifest| manifest.platforms().values());
        let name = PLAN_FILE.parse::<SafePath>().into_iter();
        name.flat_map(|name| records.clone().map(move |record| name.joined_to(&record.folder))).collect()
    }
}
