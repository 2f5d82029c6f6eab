//! Files below a folder by safe path: those that are rendered, and those of our own.

use super::{
    codes::FOREIGN_FILE,
    disk::{Disk, FileKind},
    error::TargetError,
    target_folder::{changing, reading},
};
use datasurface_platform::SafePath;
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// A folder whose files have safe paths. No link in it is followed.
#[derive(Debug)]
pub(super) struct FileTree<'d> {
    pub(super) root: PathBuf,
    pub(super) disk: &'d dyn Disk,
}

impl FileTree<'_> {
    pub(super) fn path_of(&self, path: &SafePath) -> PathBuf {
        self.root.join(path.as_str())
    }

    /// What there is at a path. A link on the way is found instead of what it leads to.
    pub(super) fn kind_at(&self, path: &SafePath) -> Result<Option<FileKind>, TargetError> {
        let mut at = self.root.clone();
        let mut found = Some(FileKind::Folder);
        for part in path.parts() {
            match found {
                Some(FileKind::Folder) => at.push(part),
                Some(FileKind::File) => return Ok(None),
                other => return Ok(other),
            }
            found = reading(&at, self.disk.kind(&at))?;
        }
        Ok(found)
    }

    /// Removes those folders of removed files that are empty now, each looked at once, inner ones first. What is left has to be
    /// waited for.
    pub(super) fn tidy(&self, folders: &BTreeSet<SafePath>) -> Result<BTreeSet<PathBuf>, TargetError> {
        let disk = self.disk;
        let mut left = BTreeSet::from([self.root.clone()]);
        for folder in folders.iter().rev() {
            let at = self.path_of(folder);
            if self.kind_at(folder)? != Some(FileKind::Folder) {
                continue;
            }
            if reading(&at, disk.list(&at))?.is_empty() {
                changing(&at, disk.remove_dir(&at))?;
            } else {
                left.insert(at);
            }
        }
        Ok(left)
    }

    /// Makes the folders of a file. They have to be waited for in the folders that they are in.
    pub(super) fn make_way(
        &self,
        path: &SafePath,
        known: &mut BTreeSet<SafePath>,
    ) -> Result<Vec<PathBuf>, TargetError> {
        let mut touched = Vec::new();
        for folder in folders_of(path) {
            if known.contains(&folder) {
                continue;
            }
            match self.kind_at(&folder)? {
                Some(FileKind::Folder) => {}
                None => {
                    let at = self.path_of(&folder);
                    changing(&at, self.disk.create_dir(&at))?;
                    touched.extend(at.parent().map(Path::to_owned));
                }
                Some(_) => return Err(in_the_way(folder.as_str())),
            }
            known.insert(folder);
        }
        Ok(touched)
    }
}

/// The folders that a path is in, from the outermost inwards.
pub(super) fn folders_of(path: &SafePath) -> Vec<SafePath> {
    let text = path.as_str();
    let ends = text.match_indices('/').map(|(end, _)| end);
    ends.filter_map(|end| text.get(..end)?.parse().ok()).collect()
}

pub(super) fn in_the_way(path: &str) -> TargetError {
    TargetError::new(
        &FOREIGN_FILE,
        path,
        format!("a write was interrupted, and something that is not ours is at `{path}` now"),
    )
    .help("move it away: then the write will be finished")
}
