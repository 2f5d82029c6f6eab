//! Documents about zones and teams that were renamed by whoever declares them.

use datasurface_document::{Documents, Loader};
use datasurface_model::{CodeInfo, Diagnostic, Ecosystem, Findings, ModelPath, Validation};

static CODE: CodeInfo = CodeInfo::warning("test/place", "a test is about it", "Leave it alone.");

/// The ecosystem, with these zones.
fn frame(zones: &str) -> String {
    format!(
        "format: datasurface/1\nname: N\nowner: github:o/model@main\nlive: github:o/live@main\nzones: [{zones}]\n"
    )
}

const EUROPE: &str = "{name: Europe, owner: 'github:o/europe@main', renamed_from: EU}";
const RETAIL: &str = "teams: [{name: Retail, owner: 'github:o/retail@main', renamed_from: Sales}]";

fn about(kind: &str, name: &str, rest: &str) -> String {
    format!("format: datasurface/1\n{kind}: {name}\n{rest}\n")
}

fn workspaces(name: &str) -> String {
    format!("workspaces: [{{name: {name}}}]")
}

/// An ecosystem whose zone was renamed, and in it a team, which have documents under these names.
fn documents(zone: &str, team: &str) -> Documents {
    Documents::new()
        .document("ecosystem.yaml", frame(EUROPE))
        .document("zone.yaml", about("zone", zone, RETAIL))
        .document("team.yaml", about("team", team, &workspaces("W")))
}

fn codes(findings: &Findings) -> Vec<&str> {
    findings.iter().map(Diagnostic::code).collect()
}

fn refused(documents: &Documents) -> String {
    documents.load().unwrap_err().to_string()
}

#[test]
fn a_document_follows_a_rename_by_the_parent() {
    let by_present_names = documents("Europe", "Europe/Retail");
    let expected = by_present_names.load().unwrap();
    assert!(by_present_names.outdated_headers().is_empty());
    for (zone, team, count) in [
        ("EU", "EU/Sales", 2),
        ("EU", "Europe/Sales", 2),
        ("Europe", "EU/Retail", 1),
        ("Europe", "Europe/Sales", 1),
    ] {
        let documents = documents(zone, team);
        assert_eq!(documents.load().unwrap(), expected, "{zone}, {team}");
        assert_eq!(Loader::new().load(&documents).unwrap(), expected, "{zone}, {team}");
        let outdated = documents.outdated_headers();
        assert_eq!(codes(&outdated), vec!["document/former-name"; count], "{zone}, {team}");
        let partial = documents.load_partly();
        assert_eq!((partial.ecosystem, partial.unread), (expected.clone(), Vec::new()));
        assert_eq!(partial.findings, outdated);
    }
}

#[test]
fn it_is_told_where_the_first_line_stands_and_what_to_write() {
    let documents = documents("Europe", "EU/Sales");
    documents.load().unwrap();
    let outdated = documents.outdated_headers();
    let finding = outdated.iter().next().unwrap();
    assert_eq!(finding.message(), "the team `EU/Sales` is called `Europe/Retail` now");
    assert_eq!(
        finding.help(),
        Some("write `team: Europe/Retail`, before `renamed_from` is taken away there")
    );
    let position = finding.position().unwrap();
    assert_eq!((position.document.as_str(), position.line, position.column), ("team.yaml", 2, 7));
}

#[test]
fn findings_have_their_places_in_it() {
    let documents =
        documents("EU", "EU/Sales").document("more.yaml", about("team", "EU/Sales", "documentation: More"));
    documents.load().unwrap();
    let place = |documents: &Documents, path: &[&str]| {
        let finding = Diagnostic::new(&CODE, ModelPath::from_segments(path), "is here");
        let located = documents.located([finding].into_iter().collect());
        let position = located.iter().next().unwrap().position().cloned().unwrap();
        (position.document.to_string(), position.line, position.is_inexact)
    };
    let team = ["zones", "Europe", "teams", "Retail"];
    let workspace = [&team[..], &["workspaces", "W"]].concat();
    assert_eq!(place(&documents, &workspace), ("team.yaml".to_owned(), 3, false));
    assert_eq!(
        place(&documents, &[&team[..], &["documentation"]].concat()),
        ("more.yaml".to_owned(), 3, false)
    );
    // Under the names that they have in a repository, too.
    let renamed = documents.renamed(|name| format!("model/{name}").into());
    assert_eq!(place(&renamed, &workspace), ("model/team.yaml".to_owned(), 3, false));
    assert_eq!(renamed.outdated_headers().len(), 3);
}

#[test]
fn documents_by_both_names_are_put_together_in_any_order() {
    let both = |first: &str, second: &str| {
        documents("Europe", "Europe/Retail")
            .document("a.yaml", about("team", first, &workspaces("A")))
            .document("z.yaml", about("team", second, &workspaces("Z")))
    };
    let expected = both("Europe/Retail", "Europe/Retail").load().unwrap();
    for (first, second) in
        [("EU/Sales", "Europe/Retail"), ("Europe/Retail", "EU/Sales"), ("EU/Retail", "Europe/Sales")]
    {
        assert_eq!(both(first, second).load().unwrap(), expected, "{first}, {second}");
    }
    let twice =
        documents("EU", "EU/Sales").document("again.yaml", about("zone", "Europe", "documentation: A"));
    assert!(twice.load().is_ok());
    let twice = twice.document("more.yaml", about("zone", "EU", "documentation: B"));
    let error = refused(&twice);
    assert!(error.contains("the `documentation` of the zone `Europe` is said twice"), "{error}");
    assert!(error.contains("again.yaml:3") && error.contains("more.yaml:3"), "{error}");
}

#[test]
fn a_former_name_that_leads_nowhere_is_not_declared() {
    let two = format!("{EUROPE}, {{name: Asia, owner: 'github:o/asia@main', renamed_from: EU}}");
    let ambiguous = documents("EU", "Europe/Retail").document("ecosystem.yaml", frame(&two));
    assert!(refused(&ambiguous).contains("no document declares the zone `EU`"));

    let stated_no_more = "{name: Europe, owner: 'github:o/europe@main'}";
    let late = documents("EU", "Europe/Retail").document("ecosystem.yaml", frame(stated_no_more));
    assert!(refused(&late).contains("no document declares the zone `EU`"));

    let other_team = documents("EU", "EU/Purchase");
    assert!(refused(&other_team).contains("no document declares the team `Europe/Purchase`"));
}

#[test]
fn a_name_that_something_has_now_is_its_own() {
    let anew = format!("{EUROPE}, {{name: EU, owner: 'github:o/eu@main'}}");
    let documents = documents("Europe", "Europe/Retail")
        .document("ecosystem.yaml", frame(&anew))
        .document("eu.yaml", about("zone", "EU", "documentation: New"));
    let ecosystem: Ecosystem = documents.load().unwrap();
    let documentation = |zone: &str| {
        let zone = ecosystem.zones().get(zone).unwrap().definition().unwrap();
        zone.documentation().map(|said| said.text().to_owned())
    };
    assert_eq!((documentation("EU").as_deref(), documentation("Europe")), (Some("New"), None));
    assert!(documents.outdated_headers().is_empty());
}

#[test]
fn what_is_unread_of_it_is_called_by_the_present_names() {
    let documents = documents("EU", "EU/Sales")
        .document("more.yaml", about("team", "EU/Sales", "workspaces: [{name: V}, 3]"));
    let partial = documents.load_partly();
    let unread = ModelPath::from_segments(["zones", "Europe", "teams", "Retail", "workspaces"]);
    assert!(
        partial.unread.iter().all(|path| unread.covers(path)) && !partial.unread.is_empty(),
        "{:?}",
        partial.unread
    );
}

#[test]
fn another_document_is_another_model() {
    let before = documents("EU", "EU/Sales");
    before.load().unwrap();
    let after = before.clone().document("ecosystem.yaml", frame("{name: EU, owner: 'github:o/europe@main'}"));
    after.load().unwrap();
    assert_eq!((before.outdated_headers().len(), after.outdated_headers().len()), (2, 1));
    let report = datasurface_document::Loaded { ecosystem: before.load().unwrap(), sources: before }
        .check(&Validation::on("2027-01-31".parse().unwrap()));
    assert!(report.to_string().contains("warning[document/former-name]: "), "{report}");
}
