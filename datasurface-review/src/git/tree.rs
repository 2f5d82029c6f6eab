//! Trees: the documents, the lock and the configuration in a folder of a commit.

use super::{Answered, ObjectId, Repository, failed, objects, program::invoke, refused};
use crate::ReviewSide;
use datasurface_broker::{LOCK_FILE_NAME, git::BlobReader};
use datasurface_change::CONFIGURATION_FILE_NAME;
use datasurface_document::{Documents, StoredFile, StoredFileKind};
use datasurface_model::Findings;
use std::{
    borrow::Cow,
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

/// The name of files of attributes.
const ATTRIBUTES: &str = ".gitattributes";

/// The attributes by which a checkout has other bytes than the commit, whatever programs a machine has.
const REWRITING: [&str; 2] = ["ident", "working-tree-encoding"];

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
            Some(tree) => self.listing(&tree, may_be_of_model)?,
            None => Vec::new(),
        };
        let beside = |name: &str| entries.iter().find(|entry| entry.file.path == name).cloned();
        let [lock, configuration] = [LOCK_FILE_NAME, CONFIGURATION_FILE_NAME].map(beside);
        let judged = entries.iter().filter(|entry| only.is_none_or(|name| entry.file.path == name));
        let files: Vec<StoredFile> = judged.map(|entry| entry.file.clone()).collect();
        let ids: BTreeMap<&str, &ObjectId> =
            entries.iter().map(|entry| (&*entry.file.path, &entry.id)).collect();
        let blobs = BlobReader::start(self.isolated()).map_err(|error| failed(&error.to_string()))?;
        let blobs = RefCell::new(blobs);
        let (documents, mut unread) = Documents::from_stored(folder, &files, |file| {
            let id = ids.get(file.path.as_str()).ok_or("it is not listed")?;
            blobs.borrow_mut().read(id).map_err(|error| error.to_string())
        });
        if only.is_none() {
            unread.extend(inner_models(folder, &files));
        }
        for (path, id) in self.attribute_files(&root, folder, &entries)? {
            let bytes = blobs.borrow_mut().read(&id).map_err(|error| failed(&error.to_string()))?;
            unread.extend(rewriting(&path, &String::from_utf8_lossy(&bytes)));
        }
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

    /// The files of attributes that a checkout of the folder heeds.
    fn attribute_files(
        &self,
        root: &ObjectId,
        folder: &str,
        entries: &[Entry],
    ) -> Answered<Vec<(String, ObjectId)>> {
        let is_one = |entry: &&Entry| {
            let name = entry.file.path.rsplit('/').next().unwrap_or_default();
            name.eq_ignore_ascii_case(ATTRIBUTES)
        };
        let inside = entries.iter().filter(is_one);
        let mut files: Vec<_> =
            inside.map(|entry| (joined(folder, &entry.file.path), entry.id.clone())).collect();
        let ends = folder.match_indices('/').map(|(end, _)| end);
        let around = ends.filter_map(|end| folder.get(..end)).chain((!folder.is_empty()).then_some(""));
        for around in around {
            let path = joined(around, ATTRIBUTES);
            let found = self.folder(root, &path)?;
            files.extend(found.map(|id| (path, id)));
        }
        Ok(files)
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

    /// Lists all files in a tree, with their paths from there, but for those whose names are not plain text. One of these that is wanted is
    /// an error.
    pub(super) fn listing(
        &self,
        tree: &ObjectId,
        is_wanted: impl Fn(&StoredFile) -> bool,
    ) -> Answered<Vec<Entry>> {
        let arguments = ["ls-tree", "-r", "-z", "-l", "--full-tree", tree.as_str()];
        let said = invoke(self.isolated().args(arguments), b"")?;
        let mut entries = Vec::new();
        for line in said.out.split(|byte| *byte == 0).filter(|line| !line.is_empty()) {
            let text = String::from_utf8_lossy(line);
            let entry = entry(&text).ok_or_else(|| odd(&text))?;
            if matches!(text, Cow::Borrowed(_)) {
                entries.push(entry);
            } else if is_wanted(&entry.file) {
                return Err(odd(&text));
            }
        }
        Ok(entries)
    }
}

fn joined(folder: &str, path: &str) -> String {
    if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") }
}

/// Reports locks and configurations in folders inside of the one that is judged: nothing would be judged of them.
fn inner_models(folder: &str, files: &[StoredFile]) -> Findings {
    let beside = |file: &StoredFile| {
        let (inner, name) = file.path.rsplit_once('/')?;
        let is_one = [LOCK_FILE_NAME, CONFIGURATION_FILE_NAME].contains(&name);
        let is_hidden = inner.split('/').any(|name| name.starts_with('.'));
        (is_one && !is_hidden).then(|| joined(folder, inner))
    };
    let folders: BTreeSet<String> = StoredFile::outside_targets(files).filter_map(beside).collect();
    let finding = |inner: String| {
        let why = format!("`{inner}` has a lock or a configuration, and is not the folder that is judged");
        refused(&why, &format!("name the folder of the model: `--folder {inner}`"))
    };
    folders.into_iter().flat_map(finding).collect()
}

/// Reports attributes by which a checkout has other documents than the commit.
fn rewriting(path: &str, attributes: &str) -> Findings {
    let rewrites = |line: &&str| {
        let mut words = line.split_whitespace();
        let pattern = words.next().filter(|pattern| !pattern.starts_with('#'));
        let is_set = |word: &str| REWRITING.contains(&word.split('=').next().unwrap_or_default());
        pattern.is_some_and(may_be_document) && words.any(is_set)
    };
    let found = attributes.lines().find(rewrites).map(|line| {
        let why = format!(
            "`{path}` gives a checkout other documents than the commit has: `{}`",
            line.escape_debug()
        );
        refused(
            &why,
            "take `working-tree-encoding` and `ident` away, or let them be about files of other kinds",
        )
    });
    found.unwrap_or_default()
}

/// Whether a pattern of attributes can be about a document, a lock or a configuration. What ends in another way is not; a macro is about whatever has it.
fn may_be_document(pattern: &str) -> bool {
    if pattern.starts_with("[attr]") {
        return true;
    }
    let ending = pattern.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    ending.is_none_or(|ending| {
        let is_plain = ending.bytes().all(|letter| letter.is_ascii_alphanumeric());
        !is_plain || ["json", "lock", "toml", "yaml", "yml"].contains(&&*ending)
    })
}

/// Whether a file may be one that a model has, or may lead to one.
fn may_be_of_model(file: &StoredFile) -> bool {
    let name = file.path.rsplit('/').next().unwrap_or_default();
    file.kind != StoredFileKind::Regular
        || file.is_document()
        || [LOCK_FILE_NAME, CONFIGURATION_FILE_NAME, ATTRIBUTES].contains(&name)
}

fn odd(line: &str) -> Findings {
    refused(&format!("the commit lists a file whose name is not plain text: {line}"), "rename the file")
}

/// Reads `mode type id size<tab>path`.
fn entry(line: &str) -> Option<Entry> {
    let (attributes, path) = line.split_once('\t')?;
    let attributes: Vec<&str> = attributes.split_whitespace().collect();
    let [mode, _, id, size] = attributes.as_slice() else { return None };
    let kind = match *mode {
        "120000" => StoredFileKind::Link,
        "160000" => StoredFileKind::Submodule,
        _ => StoredFileKind::Regular,
    };
    let size = size.parse().unwrap_or_default();
    let id = ObjectId::from_hex(id)?;
    Some(Entry { id, file: StoredFile { path: path.to_owned(), kind, size } })
}
