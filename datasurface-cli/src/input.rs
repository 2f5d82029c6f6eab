//! Input: the model and the lock that a verb works with.

use crate::{
    arguments::Model,
    codes::{MISSING_FILE, NOT_UTF8, UNREADABLE_FILE},
};
use chrono::NaiveDate;
use datasurface_broker::{Broker, Lock, Placed};
use datasurface_model::{CodeInfo, Diagnostic, Ecosystem, Findings, ModelPath, Valid, Validation};
use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

/// A model without errors and its lock, as of a day.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) ecosystem: Valid<Ecosystem>,
    pub(crate) lock: Lock,
    pub(crate) lock_path: PathBuf,
    pub(crate) on: NaiveDate,
    /// What was found so far; no errors.
    pub(crate) findings: Findings,
}

impl Input {
    /// Reads the model and the lock, and validates. What is wrong with either is reported in one go.
    pub(crate) fn read(arguments: &Model) -> Result<Self, Findings> {
        let (lock_path, on) = (arguments.lock(), arguments.on());
        let mut findings = Findings::default();
        let lock = kept(read_lock(&lock_path), &mut findings);
        let model = kept(read_model(arguments), &mut findings);
        let ecosystem = model.and_then(|model| match model.validate(&Validation::on(on)) {
            Ok(checked) => {
                findings.extend(checked.findings().iter().cloned());
                Some(checked.into_ecosystem())
            }
            Err(invalid) => {
                findings.extend(invalid.findings().iter().cloned());
                None
            }
        });
        match (ecosystem, lock) {
            (Some(ecosystem), Some(lock)) => Ok(Self { ecosystem, lock, lock_path, on, findings }),
            _ => Err(findings),
        }
    }

    /// Decides who serves and who captures.
    pub(crate) fn place(&mut self, broker: &Broker) -> Result<Placed, Findings> {
        match broker.place(&self.ecosystem, &self.lock) {
            Ok(placed) => {
                self.findings.extend(placed.findings().iter().cloned());
                Ok(placed)
            }
            Err(refused) => {
                self.findings.extend(refused.findings().iter().cloned());
                Err(self.findings.clone())
            }
        }
    }
}

fn kept<T>(outcome: Result<T, Findings>, findings: &mut Findings) -> Option<T> {
    outcome.map_err(|found| findings.extend(found)).ok()
}

fn read_model(arguments: &Model) -> Result<Ecosystem, Findings> {
    let (name, bytes) = if arguments.is_stdin() {
        let mut bytes = Vec::new();
        let outcome = io::stdin().lock().read_to_end(&mut bytes);
        ("standard input".to_owned(), outcome.map(|_| bytes))
    } else {
        let path = &arguments.model;
        (path.display().to_string(), fs::read(path))
    };
    let place = ModelPath::root().child("documents", &name);
    let bytes = bytes.map_err(|error| unreadable(&error, &arguments.model, place.clone()))?;
    let text = text(bytes, &name, place)?;
    Ecosystem::from_json(&text).map_err(|error| alone(error.diagnostic(&name)))
}

/// A lock that is not there is an empty one.
fn read_lock(path: &Path) -> Result<Lock, Findings> {
    let name = path.display().to_string();
    let place = ModelPath::root().child("lock", &name);
    match fs::read(path) {
        Ok(bytes) => {
            let text = text(bytes, &name, place)?;
            Lock::from_text(&text).map_err(|error| alone(error.diagnostic(&name)))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Lock::default()),
        Err(error) => Err(unreadable(&error, path, place)),
    }
}

fn unreadable(error: &io::Error, path: &Path, place: ModelPath) -> Findings {
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

fn text(bytes: Vec<u8>, name: &str, place: ModelPath) -> Result<String, Findings> {
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let line_feeds = error.as_bytes().iter().take(good).filter(|byte| **byte == b'\n');
        let line = line_feeds.count() + 1;
        let message = format!("line {line}: `{name}` is not text in UTF-8");
        alone(Diagnostic::new(&NOT_UTF8, place, message).help("save it in the encoding UTF-8"))
    })
}

fn alone(finding: Diagnostic) -> Findings {
    [finding].into_iter().collect()
}
