//! The files of a branch, changed in memory.

use crate::{git::ObjectId, output::disk::FileKind};
use imbl::{OrdMap, OrdSet, ordmap::DiffItem};
use std::{
    ffi::OsString,
    io::{self, ErrorKind},
    ops::Bound,
};

/// The content of a file.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Content {
    /// An object of the repository.
    Object(ObjectId),
    /// The blob of this number of those that are not in the repository yet.
    Staged(u64),
}

/// A file, or something else that is no folder.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) kind: FileKind,
    pub(super) content: Content,
}

/// All files by path in the branch. Git knows folders by their files alone; one that was just made has none yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    files: OrdMap<String, Entry>,
    made: OrdSet<String>,
}

/// What leads from one tree to another one: paths that go, and files that come or change.
pub(super) struct Changes<'t> {
    pub(super) gone: Vec<&'t str>,
    pub(super) put: Vec<(&'t str, &'t Content)>,
}

impl Tree {
    /// Reads the listing `MODE TYPE NAME<tab>PATH`, with NUL after each. A path that is no text is nothing that we could write, and never named.
    pub(super) fn from_listing(listing: &[u8]) -> Option<Self> {
        let mut files = OrdMap::new();
        for line in listing.split(|byte| *byte == 0).filter(|line| !line.is_empty()) {
            let line = String::from_utf8_lossy(line);
            let (attributes, path) = line.split_once('\t')?;
            let mut attributes = attributes.split(' ');
            let (mode, id) = (attributes.next()?, attributes.nth(1)?);
            let kind = if mode.starts_with("100") { FileKind::File } else { FileKind::Other };
            files.insert(path.to_owned(), Entry { kind, content: Content::Object(ObjectId::from_hex(id)?) });
        }
        Some(Self { files, made: OrdSet::new() })
    }

    /// What there is at a path. The root of the branch is always there.
    pub(super) fn kind(&self, path: &str) -> Option<FileKind> {
        match self.files.get(path) {
            Some(entry) => Some(entry.kind),
            None if path.is_empty() || self.made.contains(path) || self.has_in(path) => {
                Some(FileKind::Folder)
            }
            None => None,
        }
    }

    pub(super) fn get(&self, path: &str) -> io::Result<&Entry> {
        self.files.get(path).ok_or_else(|| ErrorKind::NotFound.into())
    }

    /// The names in a folder, in order.
    pub(super) fn list(&self, folder: &str) -> io::Result<Vec<OsString>> {
        if self.kind(folder) != Some(FileKind::Folder) {
            return Err(ErrorKind::NotADirectory.into());
        }
        let within = inside(folder);
        let mut names = std::collections::BTreeSet::new();
        let mut from = within.clone();
        // Files are in order, so all that is in one folder is passed over in one step.
        while let Some(path) = next_from(&self.files, &from).filter(|path| path.starts_with(&within)) {
            let rest = path.get(within.len()..).unwrap_or_default();
            let name = rest.split('/').next().unwrap_or_default();
            names.insert(name.to_owned());
            from = match rest.len() > name.len() {
                // The character behind `/`.
                true => format!("{within}{name}0"),
                false => format!("{path}\0"),
            };
        }
        let made = self.made.iter().filter_map(|made| made.strip_prefix(&within));
        names.extend(made.filter_map(|made| made.split('/').next()).map(str::to_owned));
        names.remove("");
        Ok(names.into_iter().map(OsString::from).collect())
    }

    /// Puts a file in its place, or in the place of another one.
    pub(super) fn put(&mut self, path: &str, entry: Entry) -> io::Result<()> {
        let (folder, _) = path.rsplit_once('/').unwrap_or_default();
        match (self.kind(folder), self.kind(path)) {
            (Some(FileKind::Folder), None | Some(FileKind::File | FileKind::Other)) => {
                self.files.insert(path.to_owned(), entry);
                Ok(())
            }
            (Some(FileKind::Folder), Some(FileKind::Folder)) => Err(ErrorKind::IsADirectory.into()),
            _ => Err(ErrorKind::NotFound.into()),
        }
    }

    pub(super) fn remove(&mut self, path: &str) -> io::Result<Entry> {
        let entry = self.files.remove(path).ok_or(ErrorKind::NotFound)?;
        // A folder outlives its last file, as on a disk, until it is removed itself.
        let (folder, _) = path.rsplit_once('/').unwrap_or_default();
        if self.kind(folder).is_none() {
            self.made.insert(folder.to_owned());
        }
        Ok(entry)
    }

    pub(super) fn make_folder(&mut self, path: &str) -> io::Result<()> {
        let (folder, _) = path.rsplit_once('/').unwrap_or_default();
        match (self.kind(folder), self.kind(path)) {
            (Some(FileKind::Folder), None) => {
                self.made.insert(path.to_owned());
                Ok(())
            }
            (_, Some(_)) => Err(ErrorKind::AlreadyExists.into()),
            _ => Err(ErrorKind::NotFound.into()),
        }
    }

    pub(super) fn remove_folder(&mut self, path: &str) -> io::Result<()> {
        if self.has_in(path) {
            return Err(ErrorKind::DirectoryNotEmpty.into());
        }
        let (folder, _) = path.rsplit_once('/').unwrap_or_default();
        self.made.remove(path).ok_or(ErrorKind::NotFound)?;
        if self.kind(folder).is_none() {
            self.made.insert(folder.to_owned());
        }
        Ok(())
    }

    /// What leads from here to another tree.
    pub(super) fn changes_to<'t>(&'t self, other: &'t Self) -> Changes<'t> {
        let mut changes = Changes { gone: Vec::new(), put: Vec::new() };
        for difference in self.files.diff(&other.files) {
            match difference {
                DiffItem::Add(path, entry) | DiffItem::Update { new: (path, entry), .. } => {
                    changes.put.push((path, &entry.content));
                }
                DiffItem::Remove(path, _) => changes.gone.push(path),
            }
        }
        changes
    }

    fn has_in(&self, folder: &str) -> bool {
        let within = inside(folder);
        let is_in = |path: Option<&String>| path.is_some_and(|path| path.starts_with(&within));
        is_in(next_from(&self.files, &within)) || is_in(self.made.range::<_, str>(from_on(&within)).next())
    }
}

impl Changes<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.gone.is_empty() && self.put.is_empty()
    }
}

/// What the paths in a folder begin with.
fn inside(folder: &str) -> String {
    if folder.is_empty() { String::new() } else { format!("{folder}/") }
}

fn next_from<'f>(files: &'f OrdMap<String, Entry>, from: &str) -> Option<&'f String> {
    files.range::<_, str>(from_on(from)).next().map(|(path, _)| path)
}

fn from_on(path: &str) -> (Bound<&str>, Bound<&str>) {
    (Bound::Included(path), Bound::Unbounded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> Tree {
        let id = "a".repeat(40);
        let paths = ["a/b/c", "a/b/d", "a/b-1", "a/b0", "link", "z"];
        let mode = |path: &str| if path == "link" { "120000" } else { "100755" };
        let lines = paths.map(|path| format!("{} blob {id}\t{path}\0", mode(path)));
        Tree::from_listing(lines.concat().as_bytes()).unwrap()
    }

    #[test]
    fn folders_are_known_by_their_files() {
        let mut tree = tree();
        assert_eq!(tree.list("a").unwrap(), ["b", "b-1", "b0"]);
        assert_eq!(tree.list("").unwrap(), ["a", "link", "z"]);
        assert_eq!(tree.kind("link"), Some(FileKind::Other));
        assert_eq!((tree.kind("a/b"), tree.kind("a/")), (Some(FileKind::Folder), None));
        tree.remove("a/b/c").unwrap();
        assert_eq!(tree.remove_folder("a/b").unwrap_err().kind(), ErrorKind::DirectoryNotEmpty);
        tree.remove("a/b/d").unwrap();
        assert_eq!(tree.list("a/b").unwrap(), [""; 0]);
        tree.remove_folder("a/b").unwrap();
        assert_eq!(tree.kind("a/b"), None);
        assert_eq!(tree.make_folder("z/x").unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(tree.make_folder("a").unwrap_err().kind(), ErrorKind::AlreadyExists);
        tree.make_folder("a/b").unwrap();
        assert_eq!(tree.list("a").unwrap(), ["b", "b-1", "b0"]);
    }

    #[test]
    fn changes_are_what_differs_and_nothing_else() {
        let (before, mut after) = (tree(), tree());
        assert!(before.changes_to(&after).is_empty());
        let entry = after.remove("z").unwrap();
        after.put("a/y", Entry { content: Content::Staged(1), ..entry }).unwrap();
        let changes = before.changes_to(&after);
        assert_eq!(changes.gone, ["z"]);
        assert_eq!(changes.put, [("a/y", &Content::Staged(1))]);
    }
}
