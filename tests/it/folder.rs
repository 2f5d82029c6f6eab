//! Folders of fixtures: documents that make a code be reported, with the report that is expected, and in `ok/` a twin of
//! each that is nearly the same and in order.
//!
//! `name_duplicate.yaml` is a failing fixture of the code `name/duplicate`, its report stands in `name_duplicate.txt`,
//! and `ok/name_duplicate.yaml` is its passing twin. Of a code that has more than this one, the others say after another
//! underscore what they are about: `name_duplicate_teams.yaml`. What has no underscore in its name is for several of
//! them.
//!
//! With `DATASURFACE_UPDATE=1` in the environment, the reports are written instead of compared. Read them before they
//! are committed.

use datasurface_model::{CodeInfo, Findings};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The day as of which fixtures are judged.
pub(crate) const TODAY: &str = "2026-06-30";

pub(crate) struct Folder(PathBuf);

impl Folder {
    /// A folder in that of the tests.
    pub(crate) fn new(name: &str) -> Self {
        Self(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn failing(&self) -> Vec<PathBuf> {
        fixtures(&self.0)
    }

    pub(crate) fn passing(&self) -> Vec<PathBuf> {
        fixtures(&self.0.join("ok"))
    }

    /// Each failing fixture is reported as it says, and not without its code.
    pub(crate) fn check_reports(&self, report: impl Fn(&Path) -> String) {
        let is_update = std::env::var_os("DATASURFACE_UPDATE").is_some();
        let mut wrong = Vec::new();
        for fixture in self.failing() {
            let (found, code) = (report(&fixture), code(&fixture));
            assert!(found.contains(&format!("[{code}]")), "no {code} in {}:\n{found}", fixture.display());
            let expected = fixture.with_extension("txt");
            if is_update {
                fs::write(&expected, found).unwrap();
            } else if fs::read_to_string(&expected).unwrap_or_default() != found {
                wrong.push(format!("{}:\n{found}", expected.display()));
            }
        }
        let wrong = wrong.join("\n\n");
        assert!(wrong.is_empty(), "reports differ; DATASURFACE_UPDATE=1 writes them:\n\n{wrong}");
    }

    /// Nothing is found in what is in order.
    pub(crate) fn check_silence(&self, findings: impl Fn(&Path) -> Findings) {
        for fixture in self.passing() {
            let findings = findings(&fixture);
            assert!(findings.is_empty(), "{} is not silent:\n{findings}", fixture.display());
        }
    }

    /// Each of these codes has a failing fixture of its name, each failing fixture a code and a twin, and none is long.
    pub(crate) fn check_codes<'c>(&self, codes: impl IntoIterator<Item = &'c CodeInfo>) {
        let shown: BTreeSet<String> = self.failing().iter().map(|fixture| code(fixture)).collect();
        let known: BTreeSet<String> = codes.into_iter().map(|info| info.code.to_owned()).collect();
        let name = |fixture: &PathBuf| parts(fixture).collect::<Vec<_>>().join("/");
        let named: BTreeSet<String> = self.failing().iter().map(name).collect();
        let missing: Vec<_> = known.difference(&named).collect();
        assert!(missing.is_empty(), "codes without a failing fixture of their name: {missing:?}");
        let unknown: Vec<_> = shown.difference(&known).collect();
        assert!(unknown.is_empty(), "fixtures of codes that are not registered: {unknown:?}");
        for fixture in self.failing() {
            let twin = fixture.with_file_name("ok").join(fixture.file_name().unwrap());
            assert!(twin.exists(), "{} has no passing twin", fixture.display());
        }
        for fixture in self.failing().iter().chain(&self.passing()) {
            let text = fs::read_to_string(fixture).unwrap();
            assert!(text.lines().count() <= 70, "{} is long: is all of it needed?", fixture.display());
        }
    }
}

/// The documents in a folder that are fixtures, in order.
fn fixtures(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut fixtures: Vec<PathBuf> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml" || extension == "json"))
        .filter(|path| name(path).contains('_'))
        .collect();
    fixtures.sort();
    fixtures
}

/// `name/duplicate` for `name_duplicate.yaml` and `name_duplicate_teams.yaml`.
fn code(fixture: &Path) -> String {
    parts(fixture).take(2).collect::<Vec<_>>().join("/")
}

/// The parts of a fixture's name: of what its code is about, its code, and what it is about itself.
fn parts(fixture: &Path) -> impl Iterator<Item = &str> {
    fixture.file_stem().unwrap().to_str().unwrap().split('_')
}

pub(crate) fn name(fixture: &Path) -> &str {
    fixture.file_name().unwrap().to_str().unwrap()
}
