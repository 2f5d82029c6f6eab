//! The codes of change control, in `tests/fixtures`. Each fixture is what the team of `old.yaml` makes of it, in
//! the ecosystem of `base.yaml`. The change comes from the team's own repository, unless a line says `# from …`. A line
//! `# old …` names another document that changes; one that says who owns the ecosystem is a whole one, without the base.

use crate::folder::{Folder, TODAY, name};
use datasurface_change::{ChangeControl, ChangeReport, ChangeSource};
use datasurface_document::Documents;
use datasurface_model::{CodeInfo, Ecosystem, Valid, Validate, Validation};
use std::{fs, path::Path};

const OWNER: &str = "github:nw/sales@main";

fn folder() -> Folder {
    Folder::new("fixtures")
}

fn registered() -> impl Iterator<Item = &'static CodeInfo> {
    datasurface_change::CODES.iter().chain(datasurface_change::SCHEMA_CODES).copied()
}

fn ecosystem(name: &str, text: &str) -> Ecosystem {
    let documents = Documents::new().document(name, text);
    let is_whole = text.lines().any(|line| line.starts_with("owner:"));
    let documents =
        if is_whole { documents } else { documents.document("base.yaml", folder().read("base.yaml")) };
    documents.load().unwrap()
}

/// The document before the change.
fn old_name(fixture: &str) -> &str {
    fixture.lines().find_map(|line| line.strip_prefix("# old ")).unwrap_or("old.yaml")
}

/// The ecosystem before the change, in which everything is in order, unless the fixture is about what is not.
fn old(fixture: &str) -> Valid<Ecosystem> {
    let name = old_name(fixture);
    let ecosystem = ecosystem(name, &folder().read(name));
    if name == "unreadable.yaml" {
        return Valid::assume_valid(ecosystem);
    }
    let checked = ecosystem.validate(&Validation::on(TODAY.parse().unwrap())).unwrap();
    assert!(!checked.findings().has_errors(), "{:?}", checked.findings());
    checked.into_ecosystem()
}

fn judged(fixture: &Path) -> ChangeReport {
    let text = fs::read_to_string(fixture).unwrap();
    let source = text.lines().find_map(|line| line.strip_prefix("# from "));
    let source = ChangeSource::new(source.unwrap_or(OWNER));
    // What others want may be gone: that is what is reported here.
    let new = Valid::assume_valid(ecosystem(name(fixture), &text));
    ChangeControl::new(source, TODAY.parse().unwrap()).judge(&old(&text), &new)
}

#[test]
fn failing_fixtures_report_what_is_expected() {
    // A fingerprint says nothing to readers, and is another one with every member that documents get.
    folder().check_reports(|fixture| {
        let report = judged(fixture);
        let fingerprint = report.approvals.fingerprint.as_deref().unwrap_or("no fingerprint");
        report.to_string().replace(fingerprint, "3f9c…")
    });
}

#[test]
fn what_is_in_order_is_allowed_without_a_finding() {
    folder().check_silence(|fixture| judged(fixture).findings());
    for fixture in folder().passing() {
        let report = judged(&fixture);
        assert!(report.is_allowed(), "{}:\n{report}", fixture.display());
        assert!(!report.diff.is_empty(), "{} changes nothing", fixture.display());
        let new = ecosystem(name(&fixture), &fs::read_to_string(&fixture).unwrap());
        let checked = new.validate(&Validation::on(TODAY.parse().unwrap()));
        checked.unwrap_or_else(|invalid| panic!("{}: {invalid:?}", fixture.display()));
    }
}

#[test]
fn every_code_has_fixtures_and_every_fixture_a_code_and_a_twin() {
    folder().check_codes(registered());
}

#[test]
fn findings_are_said_well() {
    for fixture in folder().failing() {
        for finding in &judged(&fixture).findings() {
            let info = registered().find(|info| info.code == finding.code()).unwrap();
            let message = finding.message();
            assert!(!message.ends_with('.') && !message.starts_with(char::is_uppercase), "{message}");
            // The next step of a retirement is up to the day.
            let is_explained = finding.help() == Some(info.explanation);
            assert!(is_explained || info.code.ends_with("/removed"), "{finding}");
        }
    }
}
