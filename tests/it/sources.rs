//! The sources of the workspace, for the tests that read them.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

/// The folder `src` of every crate of the workspace.
pub(crate) fn folders(root: &Path) -> Vec<PathBuf> {
    let crates = [root.to_owned(), root.join("platforms"), root.join("datasurface-document")];
    let entries = crates.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
    let mut folders: Vec<_> =
        entries.map(|entry| entry.unwrap().path().join("src")).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

/// Every source file of the workspace, except those of unit tests.
pub(crate) fn files(root: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for folder in folders(root) {
        add_files(&folder, &mut files);
    }
    files
}

fn add_files(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let is_of_tests =
            path.file_stem().and_then(OsStr::to_str).is_some_and(|name| name.ends_with("tests"));
        if path.is_dir() && !is_of_tests {
            add_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !is_of_tests {
            files.push(path);
        }
    }
}
