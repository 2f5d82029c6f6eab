//! Stored folders: the documents of a model in a commit, or elsewhere than in a file system, by the rules for folders.

use super::{
    Documents,
    codes::NO_DOCUMENTS,
    files::{FileError, LARGEST, TARGET, is_document, place, text},
};
use datasurface_model::{Diagnostic, Findings};
use std::{collections::BTreeSet, fmt::Display, path::Path};

/// The longest text of a link, in bytes: no system follows a longer one.
const LONGEST_LINK: u64 = 4096;

/// The kind of a stored file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoredFileKind {
    /// A regular file.
    Regular,
    /// A symbolic link.
    Link,
    /// A repository inside of the repository.
    Submodule,
}

/// A file of a stored folder, as the listing of a commit shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    /// The path from the folder, with `/` between names.
    pub path: String,
    /// The kind.
    pub kind: StoredFileKind,
    /// The size in bytes.
    pub size: u64,
}

impl StoredFile {
    /// Whether it is a document by its name.
    #[must_use]
    pub fn is_document(&self) -> bool {
        is_document(Path::new(&self.path))
    }

    /// Returns those of these files that are in no folder that was rendered into.
    pub fn outside_targets(files: &[Self]) -> impl Iterator<Item = &Self> {
        let targets: BTreeSet<&str> = files.iter().filter_map(target).collect();
        files.iter().filter(move |file| !file.folders().any(|folder| targets.contains(folder)))
    }

    fn folders(&self) -> impl Iterator<Item = &str> {
        self.path.match_indices('/').filter_map(|(end, _)| self.path.get(..end))
    }

    fn has_hidden_name(&self) -> bool {
        is_hidden(&self.path)
    }

    /// Whether it has the name of the folder that marks one of rendered files, and is none.
    fn is_false_mark(&self) -> bool {
        let (folder, name) = self.path.rsplit_once('/').unwrap_or(("", &self.path));
        name == TARGET && self.kind != StoredFileKind::Regular && !is_hidden(folder)
    }
}

impl Documents {
    /// Reads all documents of a stored folder, by the rules of [`Self::open`], and returns those that can be read, and a finding
    /// for each other one. Links to documents, links out of the folder and repositories inside of it are not followed, and are findings. The
    /// documents are named by the path of the folder, which may be empty, and that of the file.
    #[must_use]
    pub fn from_stored<E: Display>(
        folder: &str,
        files: &[StoredFile],
        mut read: impl FnMut(&StoredFile) -> Result<Vec<u8>, E>,
    ) -> (Self, Findings) {
        let (mut documents, mut findings, mut seen) = (Self::new(), Findings::default(), BTreeSet::new());
        for file in StoredFile::outside_targets(files) {
            if file.has_hidden_name() && !file.is_false_mark() {
                continue;
            }
            let name = if folder.is_empty() { file.path.clone() } else { format!("{folder}/{}", file.path) };
            let refused = match file.kind {
                StoredFileKind::Submodule => Some(FileError::Submodule),
                StoredFileKind::Link if file.is_document() || file.is_false_mark() => Some(FileError::Link),
                StoredFileKind::Link if file.size > LONGEST_LINK => Some(FileError::Outside),
                StoredFileKind::Link => match read(file) {
                    Ok(end) => leads_out(&file.path, &end).then_some(FileError::Outside),
                    Err(error) => Some(FileError::Unread(error.to_string())),
                },
                StoredFileKind::Regular if !file.is_document() => continue,
                StoredFileKind::Regular if file.size > LARGEST => Some(FileError::TooLarge),
                // Which one a checkout would have is not known.
                StoredFileKind::Regular if !seen.insert(&file.path) => Some(FileError::Twice),
                StoredFileKind::Regular => None,
            };
            if let Some(error) = refused {
                findings.extend([error.diagnostic(&name, place(&name))]);
                continue;
            }
            if file.kind == StoredFileKind::Link {
                continue;
            }
            match read(file) {
                Ok(bytes) => match text(bytes.as_slice(), &name, place(&name)) {
                    Ok(text) => documents = documents.document(name, text),
                    Err(found) => findings.extend(found),
                },
                Err(error) => {
                    let error = FileError::Unread(error.to_string());
                    findings.extend([error.diagnostic(&name, place(&name))]);
                }
            }
        }
        if documents.is_empty() && findings.is_empty() {
            let message = format!("there is no document in the folder `{folder}`");
            let finding = Diagnostic::new(&NO_DOCUMENTS, place(folder), message)
                .with_help("name a folder of files that end in `.json`, `.yaml` or `.yml`");
            findings.extend([finding]);
        }
        (documents, findings)
    }
}

fn is_hidden(path: &str) -> bool {
    path.split('/').any(|name| name.starts_with('.'))
}

/// Whether a link may lead out of the folder. It stays inside if it goes up no further than the folder, and from there down by names that are
/// judged: behind another link, `..` would lead elsewhere than it says.
fn leads_out(link: &str, end: &[u8]) -> bool {
    let Some(end) = str::from_utf8(end).ok().filter(|end| !end.is_empty() && !end.starts_with('/')) else {
        return true;
    };
    let names: Vec<&str> = end.split('/').filter(|name| !matches!(*name, "" | ".")).collect();
    let up = names.iter().take_while(|name| **name == "..").count();
    let is_far = up > link.matches('/').count();
    is_far || names.iter().skip(up).any(|name| name.starts_with('.'))
}

/// The folder that was rendered into, if this file is in the folder that marks it.
fn target(file: &StoredFile) -> Option<&str> {
    let end = file.path.match_indices(TARGET).find_map(|(begin, _)| {
        let (before, after) = file.path.split_at_checked(begin)?;
        let after = after.strip_prefix(TARGET)?;
        let is_name = before.ends_with('/') && after.starts_with('/');
        is_name.then(|| begin - 1)
    })?;
    file.path.get(..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(files: &[(&str, StoredFileKind, u64)]) -> (Vec<String>, Vec<String>) {
        let listed = |&(path, kind, size): &(&str, _, _)| StoredFile { path: path.to_owned(), kind, size };
        let files: Vec<_> = files.iter().map(listed).collect();
        let (documents, findings) =
            Documents::from_stored("model", &files, |file| Ok::<_, String>(content(&file.path)));
        let names = documents.names().map(str::to_owned).collect();
        (names, findings.codes().map(str::to_owned).collect())
    }

    /// Where a link leads; any document has no content.
    fn content(path: &str) -> Vec<u8> {
        match path {
            "README" => b"docs/README.md".to_vec(),
            "a/up" => b"../../b".to_vec(),
            "etc" => b"/etc".to_vec(),
            "a/b" => b"./../c//d".to_vec(),
            "a/back" => b"../c/..".to_vec(),
            "hidden" => b".h/y".to_vec(),
            _ => b"{}".to_vec(),
        }
    }

    #[test]
    fn the_rules_are_those_for_folders() {
        use StoredFileKind::{Link, Regular, Submodule};
        let (names, codes) = read(&[
            ("a.yaml", Regular, 2),
            ("b/C.JSON", Regular, 2),
            ("README.md", Regular, 2),
            ("README", Link, 2),
            (".github/ci.yml", Regular, 2),
            ("out/.datasurface/x", Regular, 2),
            ("out/deep/rendered.json", Regular, 2),
            ("out.json", Regular, 2),
            ("no.datasurface/x.json", Regular, 2),
            ("a/b", Link, 2),
            ("file/.datasurface", Regular, 2),
            ("file/x.json", Regular, 2),
            (".github/.datasurface", Link, 2),
        ]);
        assert_eq!(
            names,
            ["a.yaml", "b/C.JSON", "file/x.json", "no.datasurface/x.json", "out.json"]
                .map(|name| format!("model/{name}"))
        );
        assert!(codes.is_empty(), "{codes:?}");
        for (file, code) in [
            (("l.yaml", Link, 2), "document/unreadable-file"),
            (("sub", Submodule, 0), "document/unreadable-file"),
            (("etc", Link, 4), "document/unreadable-file"),
            (("a/up", Link, 7), "document/unreadable-file"),
            (("a/back", Link, 7), "document/unreadable-file"),
            (("hidden", Link, 4), "document/unreadable-file"),
            (("README", Link, 5000), "document/unreadable-file"),
            (("notes/.datasurface", Link, 7), "document/unreadable-file"),
            ((".datasurface", Submodule, 0), "document/unreadable-file"),
            (("large.yaml", Regular, LARGEST + 1), "document/large-file"),
            (("a.yaml", Regular, 2), "document/unreadable-file"),
        ] {
            let (_, codes) = read(&[("a.yaml", Regular, 2), file]);
            assert_eq!(codes, [code], "{file:?}");
        }
        assert_eq!(read(&[]).1, ["document/no-documents"]);
        assert_eq!(read(&[("large.yaml", Regular, LARGEST)]).0, ["model/large.yaml"]);
    }
}
