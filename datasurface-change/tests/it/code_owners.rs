//! `CODEOWNERS`, read as hosts read it: whoever it names is whom change control asks.

use super::fixture::day;
use datasurface_change::{ChangeControl, ChangeSource, CodeOwners};
use datasurface_document::Documents;
use datasurface_model::{Repository, Valid};

const MONO: &str = "github:shop/mono@main";

const FRAME: &str = "
format: datasurface/1
name: Shop Inc
owner: github:shop/mono@main
live: github:shop/live@main
zones:
- name: USA
  owner: github:shop/mono@main:zones/usa
- name: EU
  owner: github:shop/europe@main
";

const ZONE: &str = "
format: datasurface/1
zone: USA
documentation: TEXT
teams:
- {name: Sales, owner: 'github:shop/mono@main:zones/usa/sales'}
- {name: Stock, owner: 'github:shop/mono@main:teams/stock'}
- {name: Shop, owner: 'github:shop/mono@main:teams/stock'}
";

/// The documents of the model; `TEXT` is what a change changes.
const FILES: [(&str, &str); 6] = [
    ("model.yaml", "format: datasurface/1\ndocumentation: TEXT\n"),
    ("zones/usa/zone.yaml", ZONE),
    ("zones/usa/sales/team.yaml", "format: datasurface/1\nteam: USA/Sales\ndocumentation: TEXT\n"),
    ("teams/stock/team.yaml", "format: datasurface/1\nteam: USA/Stock\ndocumentation: TEXT\n"),
    ("teams/stock/deep/shop.yaml", "format: datasurface/1\nteam: USA/Shop\ndocumentation: TEXT\n"),
    ("frame.yaml", FRAME),
];

fn documents(changed: &str) -> Documents {
    FILES.iter().fold(Documents::new(), |all, (name, text)| {
        let says = if *name == changed { "after" } else { "before" };
        all.document(*name, text.replace("TEXT", says))
    })
}

/// The owners of a file by the last pattern that fits.
fn owners_of(file: &str, text: &str) -> Vec<String> {
    let rules = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let fits = |pattern: &str| match pattern.strip_prefix('/') {
        None => pattern == "*",
        Some(path) if path.ends_with('/') => file.starts_with(path),
        Some(path) => file == path,
    };
    let mut rules = rules.map(|line| line.split(' ').map(str::to_owned).collect::<Vec<_>>());
    rules.rfind(|rule| fits(&rule[0])).map(|rule| rule[1..].to_vec()).unwrap_or_default()
}

#[test]
fn every_file_has_the_owners_whom_change_control_asks() {
    let load = |documents: &Documents| Valid::assume_valid(documents.load().unwrap());
    let old = documents("");
    let live = load(&old);
    // Each owner is called by its path, so that both can be compared.
    let paths = ["", "zones/usa", "zones/usa/sales", "teams/stock"];
    let owners = paths.iter().fold(CodeOwners::new(&live, &MONO.into()), |owners, path| {
        owners.with_team(path, format!("@{path}"))
    });
    let text = owners.to_string();
    for (file, _) in FILES.iter().filter(|(_, text)| text.contains("TEXT")) {
        let new = documents(file);
        let control = ChangeControl::new(ChangeSource::new("github:else/where@main"), day("2026-01-01"));
        let report = control.in_documents(&old, &new).judge(&live, &load(&new));
        let asked: Vec<&Repository> =
            report.approvals.missing.iter().map(|missing| &missing.repository).collect();
        let asked: Vec<String> =
            asked.iter().map(|owner| format!("@{}", owner.owner_path().unwrap_or_default())).collect();
        assert_eq!(owners_of(file, &text), asked, "{file}\n{text}");
        // And the one who is named may make the change.
        let by_owner = ChangeControl::new(ChangeSource::new(MONO).touching_files([*file]), day("2026-01-01"));
        assert!(by_owner.in_documents(&old, &new).judge(&live, &load(&new)).is_allowed(), "{file}");
    }
    assert_eq!(owners_of("datasurface.lock", &text), ["@"]);
    assert_eq!(owners_of("README.md", &text), ["@"]);
}

#[test]
fn teams_are_called_like_the_parts() {
    let live = documents("").load().unwrap();
    let text = CodeOwners::new(&live, &MONO.into()).with_lock_in("company").to_string();
    let rules: Vec<&str> = text.lines().skip(1).collect();
    assert_eq!(
        rules,
        [
            "* @shop/shop-inc",
            "/teams/stock/ @shop/usa-shop @shop/usa-stock",
            "/zones/usa/ @shop/usa",
            "/zones/usa/sales/ @shop/usa-sales",
            "/company/datasurface.lock @shop/shop-inc",
            "/company/datasurface.toml @shop/shop-inc",
        ]
    );
    // Another repository, and another branch, have files of their own.
    let other = CodeOwners::new(&live, &"github:shop/europe@main".into()).to_string();
    assert_eq!(other.lines().skip(1).collect::<Vec<_>>(), ["* @shop/eu"]);
    assert!(CodeOwners::new(&live, &"github:shop/mono@dev".into()).is_empty());
}
