//! What holds for validation as a whole.

mod containers;
mod moved_sources;
mod prefixes;
mod shared;
mod since;
mod statements;

use crate::base::{edited, store, valid, validated, written};
use datasurface_model::{
    CODES, Capture, Checked, Dataset, DatasetGroup, Datastore, Ecosystem, Invalid, Team, Validate,
    Validation, Workspace,
};
use std::collections::BTreeSet;

#[test]
fn codes_are_in_order_each_once_and_say_something() {
    assert!(CODES.windows(2).all(|pair| pair[0].code < pair[1].code));
    for info in CODES {
        let (area, slug) = info.code.split_once('/').unwrap();
        assert!(!area.is_empty() && !slug.is_empty(), "{}", info.code);
        assert!(!info.summary.is_empty() && !info.since.is_empty(), "{}", info.code);
        assert!(!info.summary.ends_with('.') && info.explanation.ends_with('.'), "{}", info.code);
        assert!(info.explanation.len() > info.summary.len(), "{}", info.code);
    }
}

#[test]
fn what_is_valid_is_silent_and_warnings_do_not_make_it_invalid() {
    assert!(validated(valid()).is_empty());
    let warned = edited(|team| team.datastore(store("Orders", Dataset::new("order", "id Integer key"))));
    let checked = warned.validate(&Validation::on(chrono::NaiveDate::MIN)).unwrap();
    assert_eq!(checked.findings().codes().collect::<Vec<_>>(), ["name/reserved-word"]);
    assert_eq!(checked.clone().into_ecosystem(), *checked.ecosystem());
}

#[test]
fn what_is_invalid_comes_back_with_its_report() {
    let broken = Ecosystem::new("", "x", "x");
    let invalid = broken.clone().validate(&Validation::on(chrono::NaiveDate::MAX)).unwrap_err();
    let report = format!("{invalid:?}");
    assert!(report.contains("error[repository/live-is-owner]"), "{report}");
    assert_eq!(report, invalid.to_string());
    assert_eq!(invalid.into_ecosystem(), broken);
}

#[test]
fn outcomes_can_be_sent_and_shared() {
    fn check<T: Send + Sync + 'static>() {}
    check::<Checked>();
    check::<Invalid>();
}

#[test]
fn the_order_of_declarations_makes_no_difference() {
    // Every broken thing of the team at once, forwards and backwards, and each of them twice.
    let stores = || {
        let names = ["a", "A", "b", "order", "B", "", "a", "é"];
        let schemas = ["id Integer key", "id Integer", "", "x", "id Integer key, ID Integer"];
        names.into_iter().flat_map(move |name| schemas.map(|schema| store(name, Dataset::new("d", schema))))
    };
    let forwards = edited(|team| stores().fold(team, Team::datastore));
    let backwards = edited(|team| stores().rev().fold(team, Team::datastore));
    let twice = edited(|team| stores().chain(stores()).fold(team, Team::datastore));
    assert_eq!(validated(forwards.clone()), validated(backwards));
    let codes = |ecosystem| validated(ecosystem).codes().map(str::to_owned).collect::<BTreeSet<_>>();
    assert_eq!(codes(forwards), codes(twice));
}

/// Adds a datastore and a workspace of which nearly everything is wrong.
fn spoiled(ecosystem: Ecosystem) -> Ecosystem {
    let capture = Capture::sql_snapshot("USA/NorthWind/Nowhere").with_cron("every day");
    let spoiled = Datastore::new("é")
        .captured(capture)
        .dataset(Dataset::new("order", "id VarChar(0), ID Integer").storage_policy("nobody"))
        .dataset(Dataset::new("order", "id Timestamp(Mars/North) key"))
        .in_production();
    let reader = Workspace::new("reader")
        .in_production()
        .with_container("USA/NorthWind/Source 2")
        .group(DatasetGroup::new("a").sink("é/order").sink("é/order").sink("é/cats"))
        .group(DatasetGroup::new("A"));
    ecosystem.edit_team("USA", "NorthWind", |team| team.datastore(spoiled).workspace(reader))
}

#[test]
fn no_rule_waits_for_another() {
    let found: BTreeSet<String> = validated(spoiled(valid())).codes().map(str::to_owned).collect();
    let expected = [
        "capture/cron",
        "classification/incomplete",
        "name/duplicate",
        "name/reserved-word",
        "name/syntax",
        "reference/unknown-container",
        "reference/unknown-dataset",
        "reference/unknown-policy",
        "schema/no-key",
        "schema/type-parameter",
        "schema/unknown-time-zone",
        "workspace/duplicate-sink",
        "workspace/no-sinks",
    ];
    assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

#[test]
fn what_is_wrong_here_is_found_whatever_is_wrong_there() {
    let places = |ecosystem: Ecosystem| -> BTreeSet<(String, String)> {
        let told =
            |finding: &datasurface_model::Diagnostic| (finding.code().to_owned(), finding.path().to_string());
        validated(ecosystem).iter().map(told).collect()
    };
    let added = &places(spoiled(valid())) - &places(valid());
    for fixture in written() {
        let expected = if spoiled(fixture.clone()) == fixture { BTreeSet::new() } else { added.clone() };
        let expected = &expected | &places(fixture.clone());
        let missing = &expected - &places(spoiled(fixture.clone()));
        assert!(
            missing.is_empty(),
            "{missing:?} is not found in\n{}",
            datasurface_document::to_yaml(&fixture)
        );
    }
}
