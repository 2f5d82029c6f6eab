//! One side of a review: the documents of a model, and the lock beside it.

use datasurface_broker::{LOCK_FILE_NAME, Lock};
use datasurface_change::CONFIGURATION_FILE_NAME;
use datasurface_document::{Documents, read_regular_text};
use datasurface_model::{Findings, ModelPath, Text, segment};
use std::{collections::BTreeSet, path::Path};

/// One side of a review: the documents of a model, and the lock and the configuration beside it.
#[derive(Clone, Debug, Default)]
pub struct ReviewSide {
    pub(super) documents: Documents,
    pub(super) unread: Findings,
    pub(super) lock_text: Option<Text>,
    /// The text of the configuration: no program of it is started.
    pub(super) configuration: Option<Text>,
    /// The beginning of the names of documents that is none of their paths in the repository.
    outside: Text,
    /// The folder of the model in the repository.
    folder: Text,
}

impl ReviewSide {
    /// Creates a side of these documents, without a lock. Their names are their paths from the root of the repository, unless
    /// [`in_folder`](Self::in_folder) says otherwise.
    #[must_use]
    pub fn new(documents: Documents) -> Self {
        Self { documents, ..Self::default() }
    }

    /// Reads the model in a file or a folder, by the rules of [`Documents::open`], and the lock and the configuration beside it, or in it
    /// if it is a folder. What cannot be read refuses a change.
    #[must_use]
    pub fn from_path(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        let (documents, unread) = Documents::from_path(path);
        let outside = if path.is_dir() { Some(path) } else { path.parent() };
        let mut side = Self::new(documents).with_unread(unread);
        side.outside = outside.map(|outside| outside.display().to_string().into()).unwrap_or_default();
        side.lock_text = side.read_beside(outside, LOCK_FILE_NAME, segment::LOCK);
        side.configuration = side.read_beside(outside, CONFIGURATION_FILE_NAME, segment::DOCUMENTS);
        side
    }

    /// Reads a file in the folder of the model; none if there is none, or if it cannot be read, which is a finding.
    fn read_beside(&mut self, folder: Option<&Path>, name: &str, place: &'static str) -> Option<Text> {
        let file = folder.unwrap_or(Path::new("")).join(name);
        file.symlink_metadata().ok()?;
        let place = ModelPath::root().child(place, file.display().to_string());
        match read_regular_text(&file, folder, place) {
            Ok(text) => Some(text.into()),
            Err(findings) => {
                self.unread.extend(findings);
                None
            }
        }
    }

    /// Sets the folder of the repository in which the model is, as `models/company`, where the names of documents do not begin
    /// with it. Files tell owners of one repository apart.
    #[must_use]
    pub fn in_folder(mut self, folder: impl Into<Text>) -> Self {
        self.folder = folder.into();
        self
    }

    /// Sets the findings about documents that could not be read.
    #[must_use]
    pub fn with_unread(mut self, findings: Findings) -> Self {
        self.unread = findings;
        self
    }

    /// Sets the text of the lock.
    #[must_use]
    pub fn with_lock(mut self, text: impl Into<Text>) -> Self {
        self.lock_text = Some(text.into());
        self
    }

    /// Sets the text of the configuration, `datasurface.toml`. Only the ecosystem's owner changes it.
    #[must_use]
    pub fn with_configuration(mut self, text: impl Into<Text>) -> Self {
        self.configuration = Some(text.into());
        self
    }

    /// Whether nothing is there: no document, no lock, no configuration, and nothing that could not be read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let is_nothing = |code: &str| matches!(code, "document/no-documents" | "document/missing-file");
        self.documents.is_empty()
            && self.lock_text.is_none()
            && self.configuration.is_none()
            && self.unread.codes().all(is_nothing)
    }

    /// Reads the lock; one that is missing is empty.
    pub(super) fn lock(&self, found: &mut Findings) -> Lock {
        let Some(text) = &self.lock_text else {
            return Lock::default();
        };
        Lock::from_text(text).unwrap_or_else(|error| {
            found.extend([error.diagnostic(LOCK_FILE_NAME)]);
            Lock::default()
        })
    }

    /// The documents, named by their paths from the root of the repository.
    pub(super) fn in_repository(&self) -> Documents {
        if self.outside.is_empty() && self.folder.is_empty() {
            return self.documents.clone();
        }
        self.documents.renamed(|name| {
            let inside = name.strip_prefix(self.outside.as_str()).unwrap_or(name);
            self.path_of(inside.trim_start_matches('/'))
        })
    }

    fn path_of(&self, name: &str) -> Text {
        if self.folder.is_empty() { name.into() } else { format!("{}/{name}", self.folder).into() }
    }

    /// Returns the files that differ between two sides, by their paths from the root of the repository.
    pub(super) fn changed_files(&self, new: &Self, documents: [&Documents; 2]) -> BTreeSet<Text> {
        let [old, after] = documents;
        let names: BTreeSet<&str> = old.names().chain(after.names()).collect();
        let changed = names.into_iter().filter(|name| old.text(name) != after.text(name));
        let mut changed: BTreeSet<Text> = changed.map(Text::from).collect();
        if self.lock_text != new.lock_text {
            changed.insert(new.path_of(LOCK_FILE_NAME));
        }
        if self.configuration != new.configuration {
            changed.insert(new.path_of(CONFIGURATION_FILE_NAME));
        }
        changed
    }
}
