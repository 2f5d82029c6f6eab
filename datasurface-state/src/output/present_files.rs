//! The files that are in a target, whatever is in them. Each folder is listed once: a target may have many files, and an edit changes few of them.

use super::{
    Target,
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
#[derive(Debug)]
pub struct PresentFiles<'t> {
    ground: &'t TargetFolder,
    /// The names of files, in order, by the path of their folder.
    folders: BTreeMap<String, Vec<OsString>>,
}

impl Target {
    /// Returns the files that are in the target, whatever is in them. An interrupted write was [finished](Self::finish) before.
    #[must_use]
    pub fn present_files(&self) -> PresentFiles<'_> {
        PresentFiles::new(&self.ground)
    }
}

impl<'t> PresentFiles<'t> {
    pub(super) fn new(ground: &'t TargetFolder) -> Self {
        Self { ground, folders: BTreeMap::new() }
    }

    /// Returns whether there is a file at this path in a folder. One with a link on its way is not there.
    ///
    /// # Errors
    ///
    /// If the folder that it is in cannot be read.
    pub fn contains(&mut self, folder: &SafePath, inside: &SafePath) -> Result<bool, TargetError> {
        match inside.as_str().rsplit_once('/') {
            None => self.has(folder.as_str(), inside.as_str()),
            Some((within, name)) => self.has(&format!("{folder}/{within}"), name),
        }
    }

    fn has(&mut self, folder: &str, name: &str) -> Result<bool, TargetError> {
        if !self.folders.contains_key(folder) {
            let names = names(self.ground, folder)?;
            self.folders.insert(folder.to_owned(), names);
        }
        let names = self.folders.get(folder).map_or(&[][..], Vec::as_slice);
        Ok(names.binary_search_by(|one| one.as_os_str().cmp(OsStr::new(name))).is_ok())
    }
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
