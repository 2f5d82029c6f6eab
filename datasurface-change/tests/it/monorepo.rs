//! Several owners of one repository, told apart by the folders of their documents.

use super::fixture::day;
use datasurface_change::{ApprovalClaim, ChangeControl, ChangeReport, ChangeSource};
use datasurface_document::Documents;
use datasurface_model::*;

const MONO: &str = "github:shop/mono@main";
const SALES: &str = "github:shop/mono@main:teams/sales";
const STOCK: &str = "github:shop/mono@main:teams/stock";

/// An ecosystem of which the owner of the whole repository has the frame, and two teams a folder each.
fn ecosystem(sales: &str, stock: &str) -> Ecosystem {
    let zone = GovernanceZone::new().team("Sales", SALES, Team::new().documented(sales)).team(
        "Stock",
        STOCK,
        Team::new().documented(stock),
    );
    Ecosystem::new("Shop", MONO, "github:shop/live@main").zone("USA", MONO, zone)
}

fn old() -> Ecosystem {
    ecosystem("sells", "stores")
}

fn judged(new: &Ecosystem, source: ChangeSource) -> ChangeReport {
    let control = ChangeControl::new(source, day("2026-01-01"));
    control.judge(&Valid::assume_valid(old()), &Valid::assume_valid(new.clone()))
}

fn mono() -> ChangeSource {
    ChangeSource::new(MONO)
}

#[test]
fn an_owner_changes_what_belongs_to_its_folder() {
    let new = ecosystem("sells more", "stores");
    for source in [
        ChangeSource::new(SALES),
        mono().in_path("teams/sales"),
        mono().touching_files(["teams/sales/store.yaml"]),
        mono().touching_files(["teams/sales/deep/er/store.yaml", "teams/stock/README.md"]),
    ] {
        let report = judged(&new, source);
        assert!(report.is_allowed(), "{report}");
    }
    for source in [
        ChangeSource::new(STOCK),
        ChangeSource::new("github:shop/mono@dev:teams/sales"),
        mono(),
        mono().in_path(""),
        mono().in_path("teams"),
        mono().in_path("teams/Sales"),
        mono().in_path("teams/sales/deep"),
        mono().touching_files(["teams/stock/store.yaml"]),
        mono().touching_files(["teams/sales.yaml", "teams/sales2/x.yaml", "x/teams/sales/store.yaml"]),
        mono().touching_files(["teams/stock/../sales/store.yaml", "/teams/sales/x.yaml", "./teams/sales/x"]),
        mono().touching_files([] as [&str; 0]),
    ] {
        assert!(!judged(&new, source.clone()).is_allowed(), "{source:?}");
    }
}

/// The owner of the whole repository is not whoever has a folder in it, and not whoever says nothing of folders.
#[test]
fn an_owner_without_a_path_owns_what_is_in_nobodys_folder() {
    let new = old().documented("everything");
    for source in [mono().in_path(""), mono().touching_files(["model.yaml", "teams/README.md"])] {
        assert!(judged(&new, source).is_allowed());
    }
    for source in [mono(), ChangeSource::new(SALES), mono().touching_files(["teams/sales/model.yaml"])] {
        assert!(!judged(&new, source.clone()).is_allowed(), "{source:?}");
    }
    // Nor does the owner of the frame write what is in the folders.
    assert!(!judged(&ecosystem("sells more", "stores"), mono().touching_files(["model.yaml"])).is_allowed());
}

#[test]
fn a_repository_of_one_owner_says_nothing_of_folders() {
    let one = |text: &str| {
        Valid::assume_valid(Ecosystem::new("Shop", MONO, "github:shop/live@main").documented(text))
    };
    let control = ChangeControl::new(mono(), day("2026-01-01"));
    assert!(control.judge(&one("a"), &one("b")).is_allowed());
}

#[test]
fn owners_of_one_repository_approve_each_for_itself() {
    let new = ecosystem("sells more", "stores more");
    let judged = |claim: &str| {
        let new = Valid::assume_valid(new.clone());
        let claim = ApprovalClaim::new(claim, ChangeControl::fingerprint(&new));
        let control = ChangeControl::new(ChangeSource::new(SALES), day("2026-01-01")).approved_by([claim]);
        control.judge(&Valid::assume_valid(old()), &new)
    };
    assert!(judged(STOCK).is_allowed());
    assert!(!judged(MONO).is_allowed() && !judged("github:shop/mono@main:teams").is_allowed());
}

#[test]
fn a_new_folder_inside_of_another_takes_nothing_along() {
    // The zone declares a team below the folder of `Sales`; a file there is none of `Sales` from now on.
    let zone = old().zones().get("USA").and_then(ZoneDeclaration::definition).unwrap().clone();
    let zone = std::sync::Arc::unwrap_or_clone(zone);
    let nested = zone.team("Nested", "github:shop/mono@main:teams/sales/nested", Team::new());
    let new = old().without_zone(&"USA".into()).zone("USA", MONO, nested);
    let files = ["model.yaml", "teams/sales/nested/team.yaml"];
    assert!(judged(&new, mono().touching_files(files)).is_allowed());
    let more = new.edit_team("USA", "Sales", |team| team.documented("sells more"));
    assert!(!judged(&more, mono().touching_files(files)).is_allowed());
}

const FRAME: &str = "
format: datasurface/1
name: Shop
owner: github:shop/mono@main
live: github:shop/live@main
zones:
- name: USA
  owner: github:shop/mono@main
  definition:
    teams:
    - {name: Sales, owner: 'github:shop/mono@main:teams/sales'}
    - {name: Stock, owner: 'github:shop/mono@main:teams/stock'}
";

fn documents(files: &[(&str, &str)]) -> Documents {
    let frame = Documents::new().document("model.yaml", FRAME);
    files.iter().fold(frame, |all, (name, text)| {
        all.document(*name, format!("format: datasurface/1\nteam: {text}\n"))
    })
}

const SELLS: (&str, &str) = ("teams/sales/team.yaml", "USA/Sales\ndocumentation: sells");
const STORES: (&str, &str) = ("teams/stock/team.yaml", "USA/Stock\ndocumentation: stores");

/// The change of documents, by everybody whose folder is said to be touched.
fn judged_in(old: &[(&str, &str)], new: &[(&str, &str)]) -> ChangeReport {
    let (old, new) = (documents(old), documents(new));
    let load = |documents: &Documents| Valid::assume_valid(documents.load().unwrap());
    let source = mono().in_path("").in_path("teams/sales").in_path("teams/stock");
    let control = ChangeControl::new(source, day("2026-01-01")).in_documents(&old, &new);
    control.judge(&load(&old), &load(&new))
}

#[test]
fn a_part_is_written_in_its_owners_folder() {
    let report = judged_in(
        &[SELLS, STORES],
        &[("teams/sales/team.yaml", "USA/Sales\ndocumentation: sells more"), STORES],
    );
    assert!(report.is_allowed(), "{report}");
    // Somebody's word about `Sales`, in the folder of `Stock`: the folders that are touched would allow it.
    let container = "USA/Sales\ncontainers: [{name: C, kind: {sqlite: {file: c.db}}, locations: [A/B]}]";
    let report = judged_in(&[SELLS, STORES], &[SELLS, STORES, ("teams/stock/more.yaml", container)]);
    assert!(!report.is_allowed(), "{report}");
    assert!(
        report.to_string().contains("in `teams/stock/more.yaml`, outside of the owner's folder"),
        "{report}"
    );
    let report = judged_in(&[SELLS, STORES], &[SELLS, STORES, ("teams/sales/more.yaml", container)]);
    assert!(report.is_allowed(), "{report}");
    // What stood in the wrong folder is not taken away there, either, without its owner.
    let wrong = ("teams/stock/more.yaml", container);
    assert!(!judged_in(&[SELLS, STORES, wrong], &[SELLS, STORES]).is_allowed());
}

#[test]
fn what_declares_and_what_defines_a_part_are_told_apart() {
    let empty = ("teams/sales/team.yaml", "USA/Sales\ndocumentation: sells");
    let report = judged_in(&[STORES], &[empty, STORES]);
    assert!(report.is_allowed(), "{report}");
    let elsewhere = ("teams/stock/sales.yaml", "USA/Sales\ndocumentation: sells");
    assert!(!judged_in(&[STORES], &[elsewhere, STORES]).is_allowed());
}

#[test]
fn a_parent_renames_what_it_declares_and_the_documents_of_others_follow_when_they_like() {
    let files = |frame: &str, sales: &str| {
        let sales = format!("format: datasurface/1\nteam: {sales}\ndocumentation: sells\n");
        documents(&[STORES]).document("model.yaml", frame).document("teams/sales/team.yaml", sales)
    };
    let renamed = FRAME
        .replace("- name: USA", "- name: America\n  renamed_from: USA")
        .replace("{name: Sales,", "{name: Retail, renamed_from: Sales,");
    let frames = [FRAME.to_owned(), renamed.clone(), renamed.replace("\n  renamed_from: USA", "")];
    let judged = |old: &Documents, new: &Documents, files: &[&str]| {
        let load = |documents: &Documents| Valid::assume_valid(documents.load().unwrap());
        let source = mono().touching_files(files.iter().copied());
        let control = ChangeControl::new(source, day("2026-01-01")).in_documents(old, new);
        control.judge(&load(old), &load(new)).is_allowed()
    };
    let steps = [
        files(&frames[0], "USA/Sales"),
        files(&frames[1], "USA/Sales"),
        files(&frames[1], "America/Sales"),
        files(&frames[1], "America/Retail"),
    ];
    assert!(judged(&steps[0], &steps[1], &["model.yaml"]));
    assert!(!judged(&steps[0], &steps[1], &["teams/sales/team.yaml"]), "the parent declares it");
    assert!(judged(&steps[1], &steps[2], &["teams/sales/team.yaml"]));
    assert!(judged(&steps[2], &steps[3], &["teams/sales/team.yaml"]));
    // Nobody writes in the document of another one meanwhile.
    let other = steps[1].clone().document(
        "teams/sales/team.yaml",
        "format: datasurface/1\nteam: USA/Sales\ndocumentation: sells more\n",
    );
    assert!(judged(&steps[1], &other, &["teams/sales/team.yaml"]));
    assert!(!judged(&steps[1], &other, &["model.yaml"]) && !judged(&steps[0], &other, &["model.yaml"]));
    // Nor is what somebody else writes about it in a folder of their own the team's.
    let elsewhere = steps[1].clone().document(
        "teams/stock/more.yaml",
        "format: datasurface/1\nteam: USA/Sales\nworkspaces: [{name: W}]\n",
    );
    assert!(!judged(&steps[1], &elsewhere, &["teams/stock/more.yaml"]));
    assert!(!judged(&steps[1], &elsewhere, &["teams/sales/more.yaml"]));
    // The statement goes when all have followed.
    assert!(files(&frames[2], "USA/Sales").load().is_err());
}

#[test]
fn what_is_gone_of_what_a_parent_renames_was_where_it_was() {
    let renamed = FRAME.replace("- name: USA", "- name: America\n  renamed_from: USA");
    let with = |frame: &str, zone: &str, sales: &str| {
        let sales = format!("format: datasurface/1\nteam: {zone}/Sales\ndocumentation: sells\n{sales}");
        documents(&[("teams/stock/team.yaml", &format!("{zone}/Stock\ndocumentation: stores"))])
            .document("model.yaml", frame)
            .document("teams/sales/team.yaml", sales)
    };
    let old = with(FRAME, "USA", "workspaces: [{name: W}]\n");
    let judged = |new: &Documents, paths: &[&str]| {
        let load = |documents: &Documents| Valid::assume_valid(documents.load().unwrap());
        let source = paths.iter().fold(mono(), |source, path| source.in_path(*path));
        let control = ChangeControl::new(source, day("2026-01-01")).in_documents(&old, new);
        control.judge(&load(&old), &load(new))
    };
    for zone in ["USA", "America"] {
        let new = with(&renamed, zone, "");
        let report = judged(&new, &["", "teams/sales"]);
        assert!(report.is_allowed(), "{report}");
        for others in [&[""][..], &["teams/sales"], &["", "teams/stock"]] {
            assert!(!judged(&new, others).is_allowed(), "{others:?}");
        }
    }
}
