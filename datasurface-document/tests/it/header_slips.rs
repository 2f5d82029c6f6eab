//! Slips in the headers of documents: they are told, and hide nothing of what is wrong in the documents.
#![cfg(feature = "yaml")]

use super::partial::{codes, judged};
use datasurface_document::{Documents, PartialValidation};

const COMPANY: &str = "
format: datasurface/1
name: Shop
owner: github:shop/model@main
live: github:shop/live@main
zones:
- name: Europe
  owner: github:shop/eu@main
- name: \"1990\"
  owner: github:shop/us@main
  definition:
    teams:
    - name: Sales
      owner: github:shop/sales@main
";

/// What a zone of this name has, with a name that is wrong.
fn zone(header: &str) -> String {
    format!("format: datasurface/1\n{header}\nteams:\n- {{name: \"a/b\", owner: \"github:shop/law@main\"}}\n")
}

/// What a team has, with a sink that does not exist.
fn team(header: &str) -> String {
    format!(
        "format: datasurface/1\n{header}\nworkspaces:\n- {{name: Early, groups: [{{name: g, sinks: [Orders/nothing]}}]}}\n"
    )
}

fn with(documents: &[(&str, String)]) -> PartialValidation {
    let company = Documents::new().document("company.yaml", COMPANY);
    let documents = documents.iter().fold(company, |all, (name, text)| all.document(*name, text.as_str()));
    assert!(documents.load().is_err());
    located(&documents)
}

fn located(documents: &Documents) -> PartialValidation {
    let mut outcome = judged(documents);
    outcome.findings = documents.located(outcome.findings);
    outcome
}

fn of_documents(outcome: &PartialValidation) -> Vec<&str> {
    let mut codes: Vec<&str> =
        codes(outcome).into_iter().filter(|code| code.starts_with("document/")).collect();
    codes.sort_unstable();
    codes
}

/// The positions of findings with this code: document and line.
fn places(outcome: &PartialValidation, code: &str) -> Vec<(String, usize)> {
    let found = outcome.findings.iter().filter(|finding| finding.code() == code);
    let position = |finding: &datasurface_model::Diagnostic| {
        let position = finding.position().unwrap();
        (position.document.to_string(), position.line)
    };
    let mut places: Vec<(String, usize)> = found.map(position).collect();
    places.dedup();
    places
}

#[test]
fn a_slip_in_a_name_hides_nothing_of_the_document() {
    for (text, code, inside, line) in [
        (zone("zone: Europa"), "document/undeclared", "name/syntax", 4),
        (team("team: 1990/Salse"), "document/undeclared", "reference/unknown-datastore", 4),
        (team("team: 199/Sales"), "document/undeclared", "reference/unknown-datastore", 4),
        (zone("zone: 1990"), "document/unreadable", "name/syntax", 4),
        (team("zone: \"1990\"\nteam: Sales"), "document/unreadable", "reference/unknown-datastore", 5),
        (team("zone: \"1990\"\nteam: 1990/Sales"), "document/unreadable", "reference/unknown-datastore", 5),
    ] {
        let outcome = with(&[("slip.yaml", text.clone())]);
        assert_eq!(of_documents(&outcome), [code], "{text}{}", outcome.findings);
        assert_eq!(places(&outcome, code).first().unwrap().0, "slip.yaml", "{text}");
        assert_eq!(places(&outcome, inside), [("slip.yaml".to_owned(), line)], "{text}{}", outcome.findings);
    }
}

#[test]
fn where_others_say_the_same_it_is_the_declaration_that_has_the_slip() {
    let teams = "teams:\n- {name: Law, owner: \"github:shop/law@main\"}";
    let documents = [
        ("team.yaml", team("team: Europa/Law")),
        ("zone.yaml", format!("format: datasurface/1\nzone: Europa\n{teams}\n")),
    ];
    let outcome = with(&documents);
    assert_eq!(of_documents(&outcome), ["document/undeclared"; 2], "{}", outcome.findings);
    assert!(!codes(&outcome).contains(&"reference/unknown-datastore"), "{}", outcome.findings);
    // A reference shows it as well.
    let zone = |reference: &str| {
        format!(
            "format: datasurface/1\nzone: Europa\npolicies: [{{name: \"a/b\", rule: {{classifications: {{allow: [A]}}}}, documentation: \"{reference}\"}}]\n"
        )
    };
    for (reference, is_judged) in [("Europa/Law", false), ("of Europa", true)] {
        let outcome = with(&[("zone.yaml", zone(reference))]);
        assert_eq!(codes(&outcome).contains(&"name/syntax"), is_judged, "{}", outcome.findings);
    }
}

/// A document about what nobody declares hides what may be in it, and in what it may mean, and nothing else.
#[test]
fn what_is_left_out_hides_little() {
    let other = "format: datasurface/1\nteam: 1990/Sales\nworkspaces:\n- {name: Early, container: 1990/Sales/None, groups: [{name: g, sinks: []}]}\n";
    let documents = [("new.yaml", team("team: 1990/Entirely new")), ("sales.yaml", other.to_owned())];
    let outcome = with(&documents);
    let found = codes(&outcome);
    assert_eq!(of_documents(&outcome), ["document/undeclared"], "{}", outcome.findings);
    for code in ["reference/unknown-container", "workspace/no-sinks"] {
        assert!(found.contains(&code), "{code}: {}", outcome.findings);
    }
    assert!(outcome.sound.is_some());
}

/// A zone that was renamed is meant as any other one is.
#[test]
fn a_renamed_zone_may_be_meant() {
    let company = COMPANY.replacen("- name: Europe\n", "- name: Europe\n  renamed_from: Occident\n", 1);
    let outcome = located(
        &Documents::new().document("company.yaml", company).document("slip.yaml", zone("zone: Europa")),
    );
    assert!(codes(&outcome).contains(&"name/syntax"), "{}", outcome.findings);
}

/// What a name means is not guessed if another document is about what is near, or two names are.
#[test]
fn what_is_not_clear_is_left_out() {
    for documents in [
        [
            ("a.yaml", zone("zone: Europa")),
            ("b.yaml", "format: datasurface/1\nzone: Europe\ndocumentation: x\n".to_owned()),
        ],
        [("a.yaml", zone("zone: Europa")), ("b.yaml", zone("zone: Europes"))],
        [("a.yaml", zone("zone: Asia")), ("b.yaml", zone("zone: Africa"))],
    ] {
        let outcome = with(&documents);
        assert!(of_documents(&outcome).contains(&"document/undeclared"), "{}", outcome.findings);
        assert!(!codes(&outcome).contains(&"name/syntax"), "{}", outcome.findings);
    }
}

/// What ends a document is about what the document is about, if that is declared.
#[test]
fn a_document_without_form_hides_what_it_is_about() {
    let wrong = "format: datasurface/1\nteam: 1990/Sales\nworkspaces:\n- {name: Early, container: 1990/Sales/None, groups: [{name: \"a/b\", sinks: [Orders/nothing]}]}\n";
    let zone =
        "format: datasurface/1\nzone: Europe\nteams:\n- {name: Law, owner: \"github:shop/law@main\"}\n";
    let sales = [("sales.yaml", wrong.to_owned()), ("zone.yaml", zone.to_owned())];
    let codes_with = |text: &str| {
        let outcome = with(&[&sales[..], &[("other.yaml", text.to_owned())]].concat());
        codes(&outcome).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    for (text, is_judged) in [
        ("format: datasurface/1\n# x\nteam: Europe/Law\n\tdatastores: []\n", true),
        ("format: datasurface/2\nteam: \"Europe/Law\" # x\ndatastores: []\n", true),
        ("format: datasurface/1\nteam: Europe/None\n\tdatastores: []\n", false),
        ("format: datasurface/1\nteams: []\nteam: Europe/Law\n\tdatastores: []\n", false),
        ("\tdatastores: []\n", false),
    ] {
        let found = codes_with(text);
        assert!(found.contains(&"name/syntax".to_owned()), "{text}: {found:?}");
        let is_there = found.contains(&"reference/unknown-datastore".to_owned());
        assert!(!is_there, "{text}: what may be in the document is not missed: {found:?}");
        let of_sales = found.contains(&"reference/unknown-container".to_owned());
        assert_eq!(of_sales, is_judged, "{text}: {found:?}");
    }
}

/// An error in a document is none in its header, and one in what declares something says nothing of what it is called.
#[test]
fn an_error_elsewhere_hides_a_slip_only_if_it_may_be_none() {
    let erroneous = zone("zone: Europa\ncolour: 5");
    let outcome = with(&[("slip.yaml", erroneous)]);
    assert_eq!(
        of_documents(&outcome),
        ["document/undeclared", "document/unknown-field"],
        "{}",
        outcome.findings
    );

    let with_declaration = |declaration: &str| {
        let company = COMPANY.replacen("zones:\n", &format!("zones:\n{declaration}\n"), 1);
        assert_ne!(company, COMPANY);
        let documents = Documents::new().document("company.yaml", company);
        located(&documents.document("slip.yaml", zone("zone: Europa")))
    };
    let outcome = with_declaration("- {name: [], owner: \"github:shop/eu@main\"}");
    assert_eq!(of_documents(&outcome), ["document/unreadable"], "{}", outcome.findings);
    // The list of another kind of document is no slip of the header.
    let teams = "format: datasurface/1\nzone: Europe\nteams: Sales\n";
    let outcome = with(&[("zone.yaml", teams.to_owned())]);
    assert_eq!(of_documents(&outcome), ["document/unreadable"], "{}", outcome.findings);
    let outcome = with_declaration("- {name: Europa, owner: []}");
    assert_eq!(of_documents(&outcome), ["document/unreadable"], "{}", outcome.findings);
    let outcome = with_declaration("- {name: Asia, owner: []}");
    assert_eq!(
        of_documents(&outcome),
        ["document/undeclared", "document/unreadable"],
        "{}",
        outcome.findings
    );
}
