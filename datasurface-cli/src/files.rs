//! Files: the documents of a model, as texts. A folder is all documents in it, in whatever order it lists them.

use crate::{
    arguments::Model,
    codes::{MISSING_FILE, NO_DOCUMENTS, NOT_UTF8, UNREADABLE_FILE},
};
use datasurface_document::Documents;
use datasurface_model::{CodeInfo, Diagnostic, Findings, ModelPath, Position};
use std::{
    fs,
    io::{self, Read},
    path::Path,
};

/// What makes a folder one that was rendered into.
const TARGET: &str = ".datasurface";

/// The documents of a model that could be read, and what stands in the way of the others.
pub(crate) fn documents(arguments: &Model) -> (Documents, Findings) {
    let mut found = Found::default();
    if arguments.is_stdin() {
        let mut bytes = Vec::new();
        let outcome = io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes);
        found.add(Path::new("standard input"), outcome);
    } else if arguments.model.is_dir() {
        found.add_folder(&arguments.model);
        if found.is_empty() {
            let name = arguments.model.display().to_string();
            let message = format!("there is no document in the folder `{name}`");
            let finding = Diagnostic::new(&NO_DOCUMENTS, place(&name), message)
                .help("name a folder of files that end in `.json`, `.yaml` or `.yml`");
            found.findings.extend([finding]);
        }
    } else {
        found.add(&arguments.model, fs::read(&arguments.model));
    }
    (found.documents, found.findings)
}

#[derive(Default)]
struct Found {
    documents: Documents,
    number: usize,
    findings: Findings,
}

impl Found {
    fn is_empty(&self) -> bool {
        self.number == 0 && self.findings.is_empty()
    }

    fn add(&mut self, path: &Path, bytes: io::Result<Vec<u8>>) {
        let name = path.display().to_string();
        let bytes = bytes.map_err(|error| unreadable(&error, path, place(&name)));
        match bytes.and_then(|bytes| text(bytes, &name, place(&name))) {
            Ok(text) => {
                self.number += 1;
                self.documents = std::mem::take(&mut self.documents).document(name, text);
            }
            Err(findings) => self.findings.extend(findings),
        }
    }

    /// Every document in a folder, and in those inside. Links to folders are not followed: they can lead in circles.
    fn add_folder(&mut self, folder: &Path) {
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            let entries = fs::read_dir(&folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
            let entries = match entries {
                Ok(entries) => entries,
                Err(error) => {
                    let name = folder.display().to_string();
                    let message = format!("the folder `{name}` cannot be read: {error}");
                    let finding = Diagnostic::new(&UNREADABLE_FILE, place(&name), message)
                        .help("make sure that you may read it");
                    self.findings.extend([finding]);
                    continue;
                }
            };
            for entry in entries {
                let path = entry.path();
                if entry.file_name().to_string_lossy().starts_with('.') {
                    continue;
                }
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    if !path.join(TARGET).exists() {
                        folders.push(path);
                    }
                } else if is_document(&path) && !path.is_dir() {
                    let bytes = fs::read(&path);
                    self.add(&path, bytes);
                }
            }
        }
    }
}

fn is_document(path: &Path) -> bool {
    let extension = path.extension().map(|extension| extension.to_ascii_lowercase());
    extension.is_some_and(|extension| extension == "json" || extension == "yaml" || extension == "yml")
}

fn place(document: &str) -> ModelPath {
    ModelPath::root().child("documents", document)
}

/// Why a file cannot be read.
pub(crate) fn unreadable(error: &io::Error, path: &Path, place: ModelPath) -> Findings {
    let name = path.display();
    let finding = |code: &CodeInfo, message: String, help: &str| {
        alone(Diagnostic::new(code, place.clone(), message).help(help))
    };
    if error.kind() == io::ErrorKind::NotFound {
        let message = format!("there is no file `{name}`");
        finding(&MISSING_FILE, message, "name a file that is there, or `-` for the standard input")
    } else if path.is_dir() {
        let message = format!("`{name}` is a folder");
        finding(&UNREADABLE_FILE, message, "name a file in it")
    } else {
        let message = format!("`{name}` cannot be read: {error}");
        finding(&UNREADABLE_FILE, message, "make sure that it is a file, and that you may read it")
    }
}

/// The text that a file is.
pub(crate) fn text(bytes: Vec<u8>, name: &str, place: ModelPath) -> Result<String, Findings> {
    String::from_utf8(bytes).map_err(|error| {
        let good = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let good = String::from_utf8_lossy(good);
        let position = Position {
            document: name.into(),
            line: good.matches('\n').count() + 1,
            column: good.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1,
            length: 0,
            text: None,
        };
        let message = format!("`{name}` is not text in UTF-8");
        let finding = Diagnostic::new(&NOT_UTF8, place, message).help("save it in the encoding UTF-8");
        alone(finding.written_at([position]))
    })
}

/// One finding.
pub(crate) fn alone(finding: Diagnostic) -> Findings {
    [finding].into_iter().collect()
}
