//! A folder to work in, and the command run there.

use datasurface_model::Ecosystem;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use tempfile::TempDir;

/// A folder to work in. The model is `model.json`, the target `out`.
pub(crate) struct Fixture {
    folder: TempDir,
}

/// What the command said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) code: i32,
}

impl Fixture {
    pub(crate) fn new(model: &Ecosystem) -> Self {
        let fixture = Self { folder: TempDir::new().unwrap() };
        fixture.model(model);
        fixture
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn model(&self, model: &Ecosystem) {
        self.write("model.json", datasurface_document::to_json(model));
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Runs with these arguments, separated by blanks.
    pub(crate) fn run(&self, arguments: &str) -> Said {
        self.run_with(arguments, b"")
    }

    pub(crate) fn run_with(&self, arguments: &str, input: &[u8]) -> Said {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        // A command that does not read its input may be gone before it is written.
        let _ = child.stdin.take().unwrap().write_all(input);
        let output = child.wait_with_output().unwrap();
        let said = Said {
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code().unwrap(),
        };
        assert!(!said.err.contains("panicked"), "{said:?}");
        said
    }

    pub(crate) fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_datasurface"));
        command
            .args(arguments.split_whitespace())
            .current_dir(self.folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub(crate) fn render(&self) -> Said {
        self.run("render model.json --target out --on 2026-02-01").good()
    }

    /// Every file in the target, without our own, by its path there.
    pub(crate) fn rendered(&self) -> BTreeMap<String, Vec<u8>> {
        let out = self.path("out");
        let files = self.listing().into_iter().filter(|(path, _)| path.starts_with(&out) && path.is_file());
        let files = files.filter(|(path, _)| !path.starts_with(out.join(".datasurface")));
        files
            .map(|(path, content)| (path.strip_prefix(&out).unwrap().to_str().unwrap().to_owned(), content))
            .collect()
    }

    /// Every file and folder, with its content, except what only serves to lock out others.
    pub(crate) fn listing(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut listing = BTreeMap::new();
        list(self.folder.path(), &mut listing);
        listing
    }
}

fn list(folder: &Path, listing: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            list(&path, listing);
            listing.insert(path, Vec::new());
        } else {
            let content = fs::read(&path).unwrap();
            listing.insert(path, content);
        }
    }
}

impl Said {
    pub(crate) fn good(self) -> Self {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }

    pub(crate) fn bad(self) -> Self {
        assert_eq!(self.code, 1, "{self:?}");
        self
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The codes of the findings in the object.
    pub(crate) fn codes(&self) -> Vec<String> {
        let findings = self.json()["findings"].as_array().unwrap().clone();
        findings.iter().map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
    }

    /// Asserts that there is such an error on the standard error, with a place and help.
    pub(crate) fn complains(&self, code: &str, says: &str) {
        let start =
            self.err.find(&format!("error[{code}]: ")).unwrap_or_else(|| panic!("no {code}: {self:?}"));
        let finding = self.err[start..].split("\n\n").next().unwrap();
        assert!(finding.contains(says), "no `{says}`: {finding}");
        assert!(finding.contains("\n  at "), "{finding}");
        assert!(finding.contains("\n  help: "), "{finding}");
    }
}
