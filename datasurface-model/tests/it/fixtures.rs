//! Fixtures: for each code, small documents that make it be reported, with the report that is expected, and nearly the
//! same documents that are in order.
//!
//! `tests/fixtures/0012_name_duplicate.yaml` is a failing fixture of the code `name/duplicate`, its report stands in
//! `0012_name_duplicate.txt`, and `ok/0012_name_duplicate.yaml` is its passing twin, which must be silent, as must be
//! everything in `ok/`. A fixture is loaded together with `base.yaml`, an ecosystem with a bit of everything; one whose
//! first line is `# alone` is loaded without.
//!
//! With `DATASURFACE_UPDATE=1` in the environment, the reports are written instead of compared. Read them before they
//! are committed.

use datasurface_model::{
    CODES, CodeInfo, Diagnostic, DocumentError, Documents, Findings, Validation, document,
};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The day as of which fixtures are judged.
const TODAY: &str = "2026-06-30";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn is_update() -> bool {
    std::env::var_os("DATASURFACE_UPDATE").is_some()
}

/// The fixtures in a folder, by name.
fn fixtures(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut fixtures: Vec<PathBuf> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml" || extension == "json"))
        .filter(|path| path.file_stem().unwrap() != "base")
        .collect();
    fixtures.sort();
    fixtures
}

fn stem(fixture: &Path) -> &str {
    fixture.file_stem().unwrap().to_str().unwrap()
}

/// `name/duplicate` for `0012_name_duplicate`.
fn code(fixture: &Path) -> String {
    let (_, code) = stem(fixture).split_once('_').unwrap();
    code.replacen('_', "/", 1)
}

fn registered() -> impl Iterator<Item = &'static CodeInfo> {
    CODES.iter().chain(document::CODES).copied()
}

/// Everything that is found in a fixture, with places.
fn findings(fixture: &Path) -> Findings {
    let text = fs::read_to_string(fixture).unwrap();
    let mut documents = Documents::new();
    if !text.starts_with("# alone\n") {
        let base = fs::read_to_string(folder().join("base.yaml")).unwrap();
        documents = documents.document("base.yaml", base);
    }
    let name = fixture.file_name().unwrap().to_str().unwrap();
    let documents = documents.document(name, text);
    let found = documents.load().map_err(DocumentError::into_findings).map(|ecosystem| {
        match ecosystem.validate(&Validation::on(TODAY.parse().unwrap())) {
            Ok(checked) => checked.findings().clone(),
            Err(invalid) => invalid.findings().clone(),
        }
    });
    documents.located(found.unwrap_or_else(|findings| findings))
}

fn report(findings: &Findings) -> String {
    let paragraphs: Vec<String> = findings.iter().map(paragraph).collect();
    paragraphs.join("\n\n") + "\n"
}

fn paragraph(finding: &Diagnostic) -> String {
    let suggestion = finding.suggestion().map(|suggestion| match &suggestion.replacement {
        Some(replacement) => format!("\n  suggestion: put {replacement} at {}", suggestion.path),
        None => format!("\n  suggestion: take away {}", suggestion.path),
    });
    format!("{finding}{}", suggestion.unwrap_or_default())
}

#[test]
fn failing_fixtures_report_what_is_expected() {
    let mut wrong = Vec::new();
    for fixture in fixtures(&folder()) {
        let findings = findings(&fixture);
        let found = report(&findings);
        let code = code(&fixture);
        assert!(findings.codes().any(|found| found == code), "no {code} in {}:\n{found}", fixture.display());
        let expected = fixture.with_extension("txt");
        if is_update() {
            fs::write(&expected, found).unwrap();
        } else if fs::read_to_string(&expected).unwrap_or_default() != found {
            wrong.push(format!("{}:\n{found}", expected.display()));
        }
    }
    assert!(wrong.is_empty(), "reports differ; DATASURFACE_UPDATE=1 writes them:\n\n{}", wrong.join("\n\n"));
}

#[test]
fn what_is_in_order_is_silent() {
    for fixture in fixtures(&folder().join("ok")) {
        let findings = findings(&fixture);
        assert!(findings.is_empty(), "{} is not silent:\n{findings}", fixture.display());
    }
}

#[test]
fn every_code_has_fixtures_and_every_fixture_a_code_and_a_twin() {
    let fixtures = fixtures(&folder());
    let shown: BTreeSet<String> = fixtures.iter().map(|fixture| code(fixture)).collect();
    let known: BTreeSet<String> = registered().map(|info| info.code.to_owned()).collect();
    let missing: Vec<_> = known.difference(&shown).collect();
    assert!(missing.is_empty(), "codes without a failing fixture: {missing:?}");
    let unknown: Vec<_> = shown.difference(&known).collect();
    assert!(unknown.is_empty(), "fixtures of codes that are not registered: {unknown:?}");
    for fixture in fixtures {
        let twin = fixture.with_file_name("ok").join(fixture.file_name().unwrap());
        assert!(twin.exists(), "{} has no passing twin", fixture.display());
    }
}

#[test]
fn findings_are_said_well() {
    for fixture in fixtures(&folder()) {
        for finding in &findings(&fixture) {
            let info = registered().find(|info| info.code == finding.code()).unwrap();
            assert_eq!(info.severity, finding.severity());
            let message = finding.message();
            assert!(message.contains('`') || finding.code().starts_with("document/"), "{message}");
            assert!(!message.ends_with('.') && !message.starts_with(char::is_uppercase), "{message}");
            let is_helpful = finding.help_text().is_some_and(|help| !help.is_empty());
            assert!(is_helpful || finding.code() == "document/unreadable", "{finding}");
            assert!(finding.position().is_some(), "no place: {finding}");
        }
    }
}

#[test]
fn a_fixture_is_small() {
    for fixture in fixtures(&folder()).into_iter().chain(fixtures(&folder().join("ok"))) {
        let text = fs::read_to_string(&fixture).unwrap();
        assert!(text.lines().count() <= 80, "{} is long: is all of it needed?", fixture.display());
    }
}
