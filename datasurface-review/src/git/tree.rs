//! Trees: the documents, the lock and the configuration in a folder of a commit.

use super::{Answered, ObjectId, Repository, failed, objects, program::invoke, refused};
use crate::ReviewSide;
use datasurface_broker::{LOCK_FILE_NAME, git::BlobReader};
use datasurface_change::CONFIGURATION_FILE_NAME;
use datasurface_document::{Documents, StoredFile, StoredFileKind};
use std::{cell::RefCell, collections::BTreeMap};

/// An entry of the listing of a tree.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) id: ObjectId,
    pub(super) file: StoredFile,
}

/// Whether it is a path of plain names below the root of a repository, or empty.
#[must_use]
pub fn is_plain_folder(path: &str) -> bool {
    let is_plain = |name: &str| {
        !matches!(name, "" | "." | "..") && !name.contains(['\\', ':']) && !name.chars().any(char::is_control)
    };
    path.is_empty() || path.split('/').all(is_plain)
}

impl Repository {
    /// Reads the model in a folder, or in one document, of a commit or a tree.
    ///
    /// # Errors
    ///
    /// If git cannot read it, or the path is none from the root of a repository. What is inside and cannot be read is in the side.
    pub fn side(&self, tree: &ObjectId, path: &str) -> Answered<ReviewSide> {
        if !is_plain_folder(path) {
            let why = format!("`{path}` is no path from the root of a repository");
            return Err(refused(
                &why,
                "name a folder or a document in it, as `models/company`, without `..`",
            ));
        }
        let root = self.tree(tree)?;
        let (folder, only) = if self.is_document(&root, path)? {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            (folder, Some(name))
        } else {
            (path, None)
        };
        let entries = match self.folder(&root, folder)? {
            Some(tree) => self.listing(&tree)?,
            None => Vec::new(),
        };
        let beside = |name: &str| entries.iter().find(|entry| entry.file.path == name).cloned();
        let [lock, configuration] = [LOCK_FILE_NAME, CONFIGURATION_FILE_NAME].map(beside);
        let entries = entries.into_iter().filter(|entry| only.is_none_or(|name| entry.file.path == name));
        let entries: Vec<Entry> = entries.collect();
        let files: Vec<StoredFile> = entries.iter().map(|entry| entry.file.clone()).collect();
        let ids: BTreeMap<&str, &ObjectId> =
            entries.iter().map(|entry| (&*entry.file.path, &entry.id)).collect();
        let blobs = BlobReader::start(self.isolated()).map_err(|error| failed(&error.to_string()))?;
        let blobs = RefCell::new(blobs);
        let (documents, unread) = Documents::from_stored(folder, &files, |file| {
            let id = ids.get(file.path.as_str()).ok_or("it is not listed")?;
            blobs.borrow_mut().read(id).map_err(|error| error.to_string())
        });
        let text = |entry: Entry| {
            let name = &entry.file.path;
            if entry.file.kind != StoredFileKind::Regular {
                let why = format!("`{name}` is no regular file");
                return Err(refused(&why, "put the file itself into the folder"));
            }
            let bytes = blobs.borrow_mut().read(&entry.id).map_err(|error| failed(&error.to_string()))?;
            String::from_utf8(bytes)
                .map_err(|_| refused(&format!("`{name}` is not text in UTF-8"), "restore it"))
        };
        let side = ReviewSide::new(documents).with_unread(unread);
        let side = lock.map(text).transpose()?.into_iter().fold(side, ReviewSide::with_lock);
        Ok(configuration.map(text).transpose()?.into_iter().fold(side, ReviewSide::with_configuration))
    }

    /// The tree of a commit, or the tree itself.
    fn tree(&self, object: &ObjectId) -> Answered<ObjectId> {
        self.peeled(object, "tree")?.ok_or_else(|| failed("a commit is not complete"))
    }

    fn is_document(&self, root: &ObjectId, path: &str) -> Answered<bool> {
        match self.folder(root, path)? {
            Some(object) => Ok(self.peeled(&object, "tree")?.is_none()),
            None => Ok(false),
        }
    }

    /// Returns the object at a path; none if there is none.
    fn folder(&self, root: &ObjectId, path: &str) -> Answered<Option<ObjectId>> {
        if path.is_empty() {
            return Ok(Some(root.clone()));
        }
        let found = objects(self.isolated(), &[format!("{}:{path}", root.as_str())])?;
        Ok(found.into_iter().flatten().next())
    }

    /// Lists all files in a tree, with their paths from there.
    pub(super) fn listing(&self, tree: &ObjectId) -> Answered<Vec<Entry>> {
        let arguments = ["ls-tree", "-r", "-z", "-l", "--full-tree", tree.as_str()];
        let said = invoke(self.isolated().args(arguments), b"")?;
        let lines = said.out.split(|byte| *byte == 0).filter(|line| !line.is_empty());
        lines.map(entry).collect()
    }
}

/// Reads `mode type id size<tab>path`.
fn entry(line: &[u8]) -> Answered<Entry> {
    let odd = || {
        let why = format!(
            "the commit lists a file whose name is not plain text: {}",
            String::from_utf8_lossy(line)
        );
        refused(&why, "rename the file")
    };
    let line = str::from_utf8(line).map_err(|_| odd())?;
    let (attributes, path) = line.split_once('\t').ok_or_else(odd)?;
    let attributes: Vec<&str> = attributes.split_whitespace().collect();
    let [mode, _, id, size] = attributes.as_slice() else { return Err(odd()) };
    let kind = match *mode {
        "120000" => StoredFileKind::Link,
        "160000" => StoredFileKind::Submodule,
        _ => StoredFileKind::Regular,
    };
    let size = size.parse().unwrap_or_default();
    let id = ObjectId::from_hex(id).ok_or_else(odd)?;
    Ok(Entry { id, file: StoredFile { path: path.to_owned(), kind, size } })
}
