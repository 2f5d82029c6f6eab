//! The codes of the model and of documents, in `tests/fixtures`. A fixture is loaded together with `base.yaml`, an
//! ecosystem with a bit of everything; one whose first line is `# alone` is loaded without.

use crate::folder::{Folder, TODAY, name};
use datasurface_document::{DocumentError, Documents};
use datasurface_model::{CODES, CodeInfo, Diagnostic, Findings, Validate, Validation};
use std::{fs, path::Path};

pub(crate) fn folder() -> Folder {
    Folder::new("fixtures")
}

fn registered() -> impl Iterator<Item = &'static CodeInfo> {
    CODES.iter().chain(datasurface_document::CODES).copied()
}

/// A fixture, and what it is loaded together with.
pub(crate) fn documents(fixture: &Path) -> Documents {
    let text = fs::read_to_string(fixture).unwrap();
    let mut documents = Documents::new();
    if !text.starts_with("# alone\n") {
        documents = documents.document("base.yaml", folder().read("base.yaml"));
    }
    documents.document(name(fixture), text)
}

/// Everything that is found in a fixture, with places.
fn findings(fixture: &Path) -> Findings {
    let documents = documents(fixture);
    let found = documents.load().map_err(DocumentError::into_findings).map(|ecosystem| {
        match ecosystem.validate(&Validation::on(TODAY.parse().unwrap())) {
            Ok(checked) => checked.findings().clone().with_addressees(checked.ecosystem()),
            Err(invalid) => invalid.findings().clone().with_addressees(invalid.ecosystem()),
        }
    });
    let mut found = found.unwrap_or_else(|findings| findings);
    found.extend(documents.outdated_headers());
    documents.located(found)
}

fn report(findings: &Findings) -> String {
    let paragraphs: Vec<String> = findings.iter().map(paragraph).collect();
    paragraphs.join("\n\n") + "\n"
}

fn paragraph(finding: &Diagnostic) -> String {
    let suggestion = finding.suggestion().map(|suggestion| format!("\n  suggestion: {suggestion}"));
    format!("{finding}{}", suggestion.unwrap_or_default())
}

#[test]
fn failing_fixtures_report_what_is_expected() {
    folder().check_reports(|fixture| report(&findings(fixture)));
}

#[test]
fn what_is_in_order_is_silent() {
    folder().check_silence(findings);
}

#[test]
fn every_code_has_fixtures_and_every_fixture_a_code_and_a_twin() {
    folder().check_codes(registered());
}

#[test]
fn findings_are_said_well() {
    for fixture in folder().failing() {
        for finding in &findings(&fixture) {
            let info = registered().find(|info| info.code == finding.code()).unwrap();
            assert_eq!(info.severity, finding.severity());
            let message = finding.message();
            assert!(message.contains('`') || finding.code().starts_with("document/"), "{message}");
            assert!(!message.ends_with('.') && !message.starts_with(char::is_uppercase), "{message}");
            let is_helpful = finding.help().is_some_and(|help| !help.is_empty());
            assert!(is_helpful || finding.code() == "document/unreadable", "{finding}");
            assert!(finding.position().is_some(), "no place: {finding}");
        }
    }
}
