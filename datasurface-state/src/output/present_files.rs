//! The files that are in a target, whatever is in them. Each folder is listed once in a write: a target may have many files, and an edit changes few of them.

use super::{
    disk::FileKind,
    error::TargetError,
    target_folder::{TargetFolder, reading},
};
use datasurface_platform::SafePath;
use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
};

/// The files that are in the folders of a target, as they were when somebody asked first. They are not read.
#[derive(Debug, Default)]
pub(super) struct PresentFiles {
    /// The names of files, in order, by the path of their folder.
    folders: BTreeMap<String, Vec<OsString>>,
}

impl PresentFiles {
    /// Returns those of these files in a folder that are not there. One with a link on its way is not there.
    pub(super) fn missing<'p>(
        &mut self,
        ground: &TargetFolder,
        folder: &SafePath,
        files: impl IntoIterator<Item = &'p SafePath>,
    ) -> Result<Vec<&'p SafePath>, TargetError> {
        let mut missing = Vec::new();
        let files: Vec<&SafePath> = files.into_iter().collect();
        for files in files.chunk_by(|one, other| in_folder(one).0 == in_folder(other).0) {
            let within = files.first().map(|file| in_folder(file).0).filter(|within| !within.is_empty());
            let at = within.map_or_else(|| folder.to_string(), |within| format!("{folder}/{within}"));
            let names = self.names(ground, at)?;
            let is_missing = |file: &&&SafePath| {
                let name = OsStr::new(in_folder(file).1);
                names.binary_search_by(|one| one.as_os_str().cmp(name)).is_err()
            };
            missing.extend(files.iter().filter(is_missing));
        }
        Ok(missing)
    }

    fn names(&mut self, ground: &TargetFolder, folder: String) -> Result<&[OsString], TargetError> {
        if !self.folders.contains_key(&folder) {
            self.folders.insert(folder.clone(), names(ground, &folder)?);
        }
        Ok(self.folders.get(&folder).map_or(&[], Vec::as_slice))
    }
}

/// The folder that a file is in, empty if it is in none, and its name there.
fn in_folder(file: &SafePath) -> (&str, &str) {
    file.as_str().rsplit_once('/').unwrap_or(("", file.as_str()))
}

/// The names of the files in a folder, in order; none if it is not there, or a link is on its way.
fn names(ground: &TargetFolder, folder: &str) -> Result<Vec<OsString>, TargetError> {
    let at = ground.root.join(folder);
    let is_folder = match folder.parse::<SafePath>() {
        Ok(path) => ground.kind_at(&path)? == Some(FileKind::Folder),
        Err(_) => false,
    };
    if is_folder { reading(&at, ground.disk.files(&at)) } else { Ok(Vec::new()) }
}
