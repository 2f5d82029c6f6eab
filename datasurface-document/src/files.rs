//! Files: the documents of a model as they lie in a folder. A folder is all documents in it, in whatever order it lists them.

use super::{
    DocumentError, Documents, Loaded,
    codes::{LARGE_FILE, MISSING_FILE, NO_DOCUMENTS, NOT_UTF8, UNREADABLE_FILE},
};
use datasurface_model::{CodeInfo, Diagnostic, Findings, ModelPath, Position, segment};
use std::{
    fs::{self, File, FileType},
    io::{self, Read},
    path::Path,
};

/// The name that marks a folder as one of rendered files.
pub(super) const TARGET: &str = ".datasurface";

/// The largest file that is read, in bytes: what is larger was not written by people.
pub(super) const LARGEST: u64 = 256 << 20;

/// The codes of missing parts, which may be declared in a document that could not be read.
const WANTING: [&str; 2] = ["document/incomplete", "document/undeclared"];

impl Documents {
    /// Reads a file, or all documents in a folder and in those inside of it, and loads the model that they are.
    ///
    /// Files are documents whose names end in `.json`, `.yaml` or `.yml`. What begins with a dot is left out, and so are folders that
    /// were rendered into. Links to folders inside of the folder are not followed, since those are read where they are. What is in
    /// a folder and is no regular file is not opened, nor is what is outside of the folder and a link leads to; and of no file are more
    /// than 256 MiB read.
    ///
    /// ```
    /// use datasurface_document::Documents;
    /// use datasurface_model::Validation;
    ///
    /// let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/northwind");
    /// let loaded = Documents::open(folder)?;
    /// let report = loaded.check(&Validation::on("2027-01-31".parse()?));
    /// assert!(!report.is_valid());
    /// assert!(report.to_string().contains("error[reference/unknown-dataset]: "));
    /// assert!(report.to_string().contains("/tests/northwind/team.yaml:21:7 ("));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If a file cannot be read, there is no document, or documents do not describe one ecosystem together. Every problem is
    /// reported, with its place.
    pub fn open(path: impl AsRef<Path>) -> Result<Loaded, DocumentError> {
        let (sources, unread) = Self::from_path(path);
        if unread.is_empty() {
            return Ok(Loaded { ecosystem: sources.load()?, sources });
        }
        let mut findings = unread;
        if let Err(error) = sources.load() {
            let found = error.into_findings().into_iter();
            findings.extend(found.filter(|finding| !WANTING.contains(&finding.code())));
        }
        Err(DocumentError::new(findings))
    }

    /// Reads a file, or all documents in a folder, and returns those that can be read, and a finding for each other
    /// one. [`Self::open`] says which files are documents.
    #[must_use]
    pub fn from_path(path: impl AsRef<Path>) -> (Self, Findings) {
        let path = path.as_ref();
        let mut found = FolderReader::default();
        if path.is_dir() {
            found.add_folder(path);
            if found.is_empty() {
                let name = path.display().to_string();
                let message = format!("there is no document in the folder `{name}`");
                let finding = Diagnostic::new(&NO_DOCUMENTS, place(&name), message)
                    .with_help("name a folder of files that end in `.json`, `.yaml` or `.yml`");
                found.findings.extend([finding]);
            }
        } else {
            found.add(path);
        }
        (found.documents, found.findings)
    }

    /// Reads one document from a reader, under this name, with the limits of [`Self::open`]. Returns a finding
    /// instead if it cannot be read.
    #[must_use]
    pub fn from_reader(name: &str, reader: impl Read) -> (Self, Findings) {
        let mut found = FolderReader::default();
        found.add_text(name, text(reader, name, place(name)));
        (found.documents, found.findings)
    }
}

/// Reads a file that must be text in UTF-8, with the limits of [`Documents::open`]. Findings are at `place`.
///
/// # Errors
///
/// If the file does not exist, is a folder, is too large, cannot be read, or is not UTF-8.
pub fn read_text(path: impl AsRef<Path>, place: ModelPath) -> Result<String, Findings> {
    let path = path.as_ref();
    let name = path.display().to_string();
    if path.is_dir() {
        return Err(alone(FileError::Folder.diagnostic(&name, place)));
    }
    match File::open(path) {
        Ok(file) => text(file, &name, place),
        Err(error) => Err(alone(FileError::from(error).diagnostic(&name, place))),
    }
}

/// Reads a regular file, or one to which a link leads, as [`read_text`] does. A pipe or a device, which may never end, is not opened.
/// Nor is a file to which a link leads out of `folder`, if the file was looked for there and not named.
///
/// # Errors
///
/// If it is no such file, or cannot be read as text.
pub fn read_regular_text(
    path: impl AsRef<Path>,
    folder: Option<&Path>,
    place: ModelPath,
) -> Result<String, Findings> {
    let path = path.as_ref();
    let name = path.display().to_string();
    let root = folder.and_then(|folder| fs::canonicalize(or_current(folder)).ok());
    let is_link = fs::symlink_metadata(path).is_ok_and(|kind| kind.is_symlink());
    if fs::metadata(path).is_ok_and(|kind| !kind.is_file() && !kind.is_dir()) {
        return Err(alone(FileError::Irregular.diagnostic(&name, place)));
    }
    if is_link && leads_out(path, root.as_deref()) {
        return Err(alone(FileError::Outside.diagnostic(&name, place)));
    }
    read_text(path, place)
}

/// The folder of a file that is named without one.
fn or_current(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
}

/// The text that a reader of this name gives.
pub(super) fn text(reader: impl Read, name: &str, place: ModelPath) -> Result<String, Findings> {
    let mut bytes = Vec::new();
    // It may grow while it is read.
    let length = match reader.take(LARGEST + 1).read_to_end(&mut bytes) {
        Ok(length) => length,
        Err(error) => return Err(alone(FileError::from(error).diagnostic(name, place))),
    };
    if length as u64 > LARGEST {
        return Err(alone(FileError::TooLarge.diagnostic(name, place)));
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let good = String::from_utf8_lossy(good);
        let position = Position {
            document: name.into(),
            line: good.matches('\n').count() + 1,
            column: good.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1,
            length: 0,
            is_inexact: false,
            text: None,
        };
        let message = format!("`{name}` is not text in UTF-8");
        let finding = Diagnostic::new(&NOT_UTF8, place, message).with_help("save it in the encoding UTF-8");
        alone(finding.with_positions([position]))
    })
}

#[derive(Default)]
struct FolderReader {
    documents: Documents,
    findings: Findings,
}

impl FolderReader {
    fn is_empty(&self) -> bool {
        self.documents.is_empty() && self.findings.is_empty()
    }

    fn add(&mut self, path: &Path) {
        let name = path.display().to_string();
        if path.to_str().is_none() {
            // Another one could be shown by the same name.
            self.findings.extend([FileError::Name.diagnostic(&name, place(&name))]);
            return;
        }
        self.add_text(&name, read_text(path, place(&name)));
    }

    fn add_text(&mut self, name: &str, text: Result<String, Findings>) {
        match text {
            Ok(text) => self.documents = std::mem::take(&mut self.documents).document(name, text),
            Err(findings) => self.findings.extend(findings),
        }
    }

    /// Adds a file that was found in a folder, if it is a regular one. A pipe is read only if the caller named it.
    fn add_found(&mut self, path: &Path) {
        if fs::metadata(path).is_ok_and(|kind| !kind.is_file()) {
            self.refuse(path, FileError::NoFile);
        } else {
            self.add(path);
        }
    }

    fn refuse(&mut self, path: &Path, error: FileError) {
        let name = path.display().to_string();
        self.findings.extend([error.diagnostic(&name, place(&name))]);
    }

    fn add_folder(&mut self, folder: &Path) {
        let root = fs::canonicalize(folder).ok();
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            let entries = fs::read_dir(&folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
            let entries = match entries {
                Ok(entries) => entries,
                Err(error) => {
                    let name = folder.display().to_string();
                    let message = format!("the folder `{name}` cannot be read: {error}");
                    let finding = Diagnostic::new(&UNREADABLE_FILE, place(&name), message)
                        .with_help("make sure that you may read it");
                    self.findings.extend([finding]);
                    continue;
                }
            };
            for entry in entries {
                let path = entry.path();
                let mark = fs::symlink_metadata(path.join(TARGET)).map(|mark| mark.file_type());
                if entry.file_name().to_string_lossy().starts_with('.')
                    || mark.as_ref().is_ok_and(FileType::is_dir)
                {
                    continue;
                }
                if mark.is_ok_and(|mark| mark.is_symlink()) {
                    self.refuse(&path.join(TARGET), FileError::Link);
                }
                let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
                if is_link && leads_out(&path, root.as_deref()) && (path.is_dir() || is_document(&path)) {
                    self.refuse(&path, FileError::Outside);
                } else if path.is_dir() {
                    // What a link leads to inside of the folder is read where it is.
                    if !is_link {
                        folders.push(path);
                    }
                } else if is_document(&path) {
                    self.add_found(&path);
                }
            }
        }
    }
}

/// Whether a link leads to a file or a folder outside of the folder that was named: whoever wrote the link need not have been allowed to
/// read what is there.
fn leads_out(link: &Path, root: Option<&Path>) -> bool {
    match (fs::canonicalize(link), root) {
        (Ok(end), Some(root)) => !end.starts_with(root) && (end.is_file() || end.is_dir()),
        _ => false,
    }
}

pub(super) fn is_document(path: &Path) -> bool {
    let extension = path.extension().map(|extension| extension.to_ascii_lowercase());
    extension.is_some_and(|extension| extension == "json" || extension == "yaml" || extension == "yml")
}

pub(super) fn place(document: &str) -> ModelPath {
    ModelPath::root().child(segment::DOCUMENTS, document)
}

/// An error about a file that is not read.
pub(super) enum FileError {
    Missing,
    Folder,
    /// A name that is not UTF-8.
    Name,
    TooLarge,
    /// A device or a pipe, which may never end.
    NoFile,
    /// The same where only a file will do.
    Irregular,
    /// A link to what is not in the folder.
    Outside,
    /// A link in a stored folder, which leads nowhere.
    Link,
    /// A repository in a stored folder, whose files are elsewhere.
    Submodule,
    /// A path that a listing has twice.
    Twice,
    Refused(io::Error),
    /// A reason in words why it is not read.
    Unread(String),
}

impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::NotFound { Self::Missing } else { Self::Refused(error) }
    }
}

impl FileError {
    pub(super) fn diagnostic(self, name: &str, place: ModelPath) -> Diagnostic {
        let (code, message, help): (&CodeInfo, String, &str) = match self {
            Self::Missing => {
                (&MISSING_FILE, format!("there is no file `{name}`"), "name a file or a folder that is there")
            }
            Self::Folder => (&UNREADABLE_FILE, format!("`{name}` is a folder"), "name a file in it"),
            Self::NoFile => (
                &UNREADABLE_FILE,
                format!("`{name}` is a device or a pipe, which may never end"),
                "move it elsewhere, or name it alone",
            ),
            Self::Irregular => (
                &UNREADABLE_FILE,
                format!("`{name}` is a device or a pipe, which may never end"),
                "put a regular file there",
            ),
            Self::Outside => (
                &UNREADABLE_FILE,
                format!("`{name}` is a link that leads out of the folder"),
                "put into the folder what it leads to",
            ),
            Self::Link => {
                (&UNREADABLE_FILE, format!("`{name}` is a link"), "put the file itself into the folder")
            }
            Self::Submodule => (
                &UNREADABLE_FILE,
                format!("`{name}` is a repository of its own, a submodule, which is not read"),
                "put its documents into the folder, or name a folder without it",
            ),
            Self::Twice => (
                &UNREADABLE_FILE,
                format!("`{name}` is in the folder twice"),
                "make a commit that has it once",
            ),
            Self::Unread(why) => (
                &UNREADABLE_FILE,
                format!("`{name}` cannot be read: {why}"),
                "fetch what the commit consists of",
            ),
            Self::Name => (
                &UNREADABLE_FILE,
                format!("`{name}` has a name that is not text in UTF-8"),
                "rename the file",
            ),
            Self::TooLarge => (
                &LARGE_FILE,
                format!("`{name}` has more than {} MiB", LARGEST >> 20),
                "spread the model over several documents",
            ),
            Self::Refused(error) => (
                &UNREADABLE_FILE,
                format!("`{name}` cannot be read: {error}"),
                "make sure that it is a file, and that you may read it",
            ),
        };
        Diagnostic::new(code, place, message).with_help(help)
    }
}

fn alone(finding: Diagnostic) -> Findings {
    [finding].into_iter().collect()
}
