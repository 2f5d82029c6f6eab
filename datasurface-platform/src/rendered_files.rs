//! Rendered files, as a runtime is given them.

use crate::rendering::SafePath;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// The folder of files that exist for one change only, in that of each scope.
pub(crate) const TRANSITION_FOLDER: &str = "transition";

/// The rendered files of an instance: exactly those that were rendered, with the bytes that were rendered. The host compared
/// them with its manifest, so a runtime that executes these executes nothing else, whatever is in the folder now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RenderedFiles {
    folder: PathBuf,
    files: BTreeMap<SafePath, Vec<u8>>,
}

impl RenderedFiles {
    /// Gathers files by path, relative to the folder that they were read from.
    pub fn new(folder: impl Into<PathBuf>, files: impl IntoIterator<Item = (SafePath, Vec<u8>)>) -> Self {
        Self { folder: folder.into(), files: files.into_iter().collect() }
    }

    /// The folder that they were read from: to be named in messages. It may have been changed since.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns the bytes of a file.
    #[must_use]
    pub fn get(&self, path: &SafePath) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }

    /// Returns all files, in order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = (&SafePath, &[u8])> {
        self.files.iter().map(|(path, content)| (path, content.as_slice()))
    }

    /// Returns the files in a folder and in the folders inside, in order of their paths, but for those that exist for one change only. The
    /// folder is one part of a path.
    pub fn in_folder(&self, folder: &str) -> impl Iterator<Item = (&SafePath, &[u8])> {
        let is_inside = move |path: &SafePath| {
            let mut parts = path.parts();
            parts.next() == Some(folder) && parts.next().is_some()
        };
        self.iter().filter(move |(path, _)| is_inside(path) && !is_transition(path))
    }

    /// Returns the files in the [folders of transition files](crate::RenderingChange::transition_folder) of all scopes, in order of their paths.
    pub fn transition_files(&self) -> impl Iterator<Item = (&SafePath, &[u8])> {
        self.iter().filter(|(path, _)| is_transition(path))
    }
}

/// Whether a file is in the [folder of the transition files](crate::RenderingChange::transition_folder) of a scope. Targets of before have one
/// such folder for all scopes.
fn is_transition(path: &SafePath) -> bool {
    let mut parts = path.parts();
    let skipped = match parts.next() {
        Some(TRANSITION_FOLDER) => return true,
        Some("foundation") => 0,
        Some("shards") => 1,
        Some("shared") => 3,
        _ => return false,
    };
    parts.nth(skipped) == Some(TRANSITION_FOLDER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_by_path_and_by_folder() {
        let files = ["a/b/c.sql", "a/x.sql", "a", "ab/y.sql"];
        let files = files.map(|path| (path.parse::<SafePath>().unwrap(), path.as_bytes().to_vec()));
        let rendered = RenderedFiles::new("rendered", files);
        let below: Vec<_> = rendered.in_folder("a").map(|(path, content)| (path.as_str(), content)).collect();
        assert_eq!(below, [("a/b/c.sql", "a/b/c.sql".as_bytes()), ("a/x.sql", "a/x.sql".as_bytes())]);
        assert_eq!(rendered.get(&"ab/y.sql".parse().unwrap()), Some("ab/y.sql".as_bytes()));
        assert_eq!(rendered.get(&"ab/z.sql".parse().unwrap()), None);
        assert_eq!(rendered.folder(), Path::new("rendered"));
    }

    #[test]
    fn files_of_transitions_are_found_in_every_scope() {
        let transitions = [
            "foundation/transition/a-to-b/1.sql",
            "shards/main/transition/a-to-b/2.sql",
            "shards/transition/transition/a-to-b/3.sql",
            "shared/after/sink/x/transition/a-to-b/4.sql",
            "transition/a-to-b/5.sql",
        ];
        let others = ["foundation/x/transition/1.sql", "shards/transition/tables/1.sql", "plan.json"];
        let files = transitions.iter().chain(&others);
        let files = files.map(|path| (path.parse::<SafePath>().unwrap(), Vec::new()));
        let rendered = RenderedFiles::new("rendered", files);
        let found: Vec<_> = rendered.transition_files().map(|(path, _)| path.as_str()).collect();
        assert_eq!(found, transitions);
        let below: Vec<_> = rendered.in_folder("shards").map(|(path, _)| path.as_str()).collect();
        assert_eq!(below, ["shards/transition/tables/1.sql"]);
    }
}
