//! The work tree: what is in its files and not committed yet.

use super::{
    Answered, ObjectId, Repository, failed,
    program::{invoke, program},
    refused,
};
use datasurface_broker::LOCK_FILE_NAME;
use datasurface_change::CONFIGURATION_FILE_NAME;
use datasurface_document::{StoredFile, StoredFileKind};
use std::{borrow::Cow, collections::BTreeMap, fs, path::Path};

impl Repository {
    /// Returns `HEAD` with what documents and the lock in this folder have in the work tree, as a commit on top of it; `HEAD` itself
    /// if that is the same, or there is no work tree. Files that git ignores are left out. Bytes are taken as they are: no filter runs.
    ///
    /// # Errors
    ///
    /// If git or the disk cannot read something.
    pub fn work_tree(&self, folder: &str) -> Answered<ObjectId> {
        let head = self.commit("HEAD")?;
        let Some(root) = &self.work_tree else { return Ok(head) };
        let tree = self.peeled(&head, "tree")?.unwrap_or_else(|| head.clone());
        let committed = self.listing(&tree, |file| is_of_model(&file.path, folder))?;
        let committed = committed.into_iter().filter(|entry| is_of_model(&entry.file.path, folder));
        let mut committed: BTreeMap<String, (StoredFileKind, ObjectId)> =
            committed.map(|entry| (entry.file.path, (entry.file.kind, entry.id))).collect();

        let found = self.files_in(root, folder)?;
        let regular = found.iter().filter(|(_, there)| **there == Some(StoredFileKind::Regular));
        let regular: Vec<&str> = regular.map(|(path, _)| path.as_str()).collect();
        let mut ids = self.hashed(root, &regular, &[])?.into_iter();
        let mut changes = String::new();
        let mut changed = Vec::new();
        for (path, there) in &found {
            let before = committed.remove(path);
            match there {
                Some(StoredFileKind::Regular) => {
                    let id = ids.next().ok_or_else(|| failed("a file of the work tree cannot be read"))?;
                    if before != Some((StoredFileKind::Regular, id.clone())) {
                        changes += &format!("100644 {} 0\t{path}\0", id.as_str());
                        changed.push(path.as_str());
                    }
                }
                // A sparse checkout leaves it out: it is as it was committed.
                Some(StoredFileKind::Submodule) => {}
                // Reading the folder refuses a link, wherever it leads.
                Some(StoredFileKind::Link)
                    if before.as_ref().is_none_or(|(kind, _)| *kind != StoredFileKind::Link) =>
                {
                    let nothing = invoke(self.isolated().args(["hash-object", "-w", "--stdin"]), b"")?;
                    changes +=
                        &format!("120000 {} 0\t{path}\0", String::from_utf8_lossy(&nothing.out).trim());
                }
                None if before.is_some() => changes += &removal(path, &head),
                _ => {}
            }
        }
        // What is committed and no longer in the index is gone.
        changes.extend(committed.keys().map(|path| removal(path, &head)));
        if changes.is_empty() {
            return Ok(head);
        }
        self.hashed(root, &changed, &["-w"])?;
        invoke(self.isolated().args(["read-tree", head.as_str()]), b"")?;
        invoke(self.isolated().args(["update-index", "-z", "--index-info"]), changes.as_bytes())?;
        let said = invoke(self.isolated().arg("write-tree"), b"")?;
        let tree = ObjectId::from_hex(String::from_utf8_lossy(&said.out).trim());
        self.commit_tree(&tree.ok_or_else(|| failed("git made no tree of the work tree"))?, &head)
    }

    /// The documents and locks that git knows or does not ignore, each with what is there. What a sparse checkout leaves
    /// out counts as a submodule.
    fn files_in(&self, root: &Path, folder: &str) -> Answered<BTreeMap<String, Option<StoredFileKind>>> {
        let mut git = program();
        git.current_dir(root).args(["ls-files", "-z", "-t", "--cached", "--others", "--exclude-standard"]);
        let said = invoke(&mut git, b"")?;
        let mut files = BTreeMap::new();
        for line in said.out.split(|byte| *byte == 0).filter(|line| !line.is_empty()) {
            let text = String::from_utf8_lossy(line);
            let Some((tag, path)) = text.split_once(' ') else { continue };
            if !is_of_model(path, folder) {
                continue;
            }
            if path.contains(['\n', '\r']) || matches!(text, Cow::Owned(_)) {
                let why = format!("`{}` in the work tree is no plain text", path.escape_debug());
                return Err(refused(&why, "rename the file"));
            }
            let is_skipped = tag == "S";
            files.insert(
                path.to_owned(),
                if is_skipped { Some(StoredFileKind::Submodule) } else { there(root, path) },
            );
        }
        Ok(files)
    }

    /// Returns the names that git gives to regular files.
    fn hashed(&self, root: &Path, paths: &[&str], more: &[&str]) -> Answered<Vec<ObjectId>> {
        let asked: String = paths.iter().map(|path| format!("{}\n", root.join(path).display())).collect();
        let mut git = self.isolated();
        git.args(["hash-object", "--no-filters", "--stdin-paths"]).args(more);
        let said = invoke(&mut git, asked.as_bytes())?;
        let text = String::from_utf8_lossy(&said.out);
        let names: Vec<ObjectId> = text.lines().filter_map(ObjectId::from_hex).collect();
        if names.len() == paths.len() {
            Ok(names)
        } else {
            Err(failed("a file of the work tree cannot be read"))
        }
    }
}

/// Whether a path is that of a document, a lock or a configuration of the model in this folder, or in this document.
fn is_of_model(path: &str, folder: &str) -> bool {
    let beside = folder.rsplit_once('/').map_or("", |(parent, _)| parent);
    let is_in = |folder: &str| {
        folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
    };
    let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
    let file = StoredFile { path: path.to_owned(), kind: StoredFileKind::Regular, size: 0 };
    let is_beside = [LOCK_FILE_NAME, CONFIGURATION_FILE_NAME].contains(&name);
    (is_in(folder) || path == folder) && (file.is_document() || is_beside) || is_beside && parent == beside
}

/// The kind of what is at a path, if there is anything. What is behind a link counts as a link.
fn there(root: &Path, path: &str) -> Option<StoredFileKind> {
    let mut way = root.to_owned();
    let mut kind = None;
    for name in Path::new(path).components() {
        way.push(name);
        let found = fs::symlink_metadata(&way).ok()?;
        if found.is_symlink() {
            return Some(StoredFileKind::Link);
        }
        // A pipe could be read without end.
        kind = Some(if found.is_file() { StoredFileKind::Regular } else { StoredFileKind::Link });
    }
    kind
}

/// A line that takes a path out of an index. The name of an object does not count there.
fn removal(path: &str, of_length: &ObjectId) -> String {
    format!("0 {} 0\t{path}\0", "0".repeat(of_length.as_str().len()))
}
