//! The forms of a report: none repeats a secret, and each has a size, whatever is long.

use crate::{
    fixture::{broker, consumer, fixture, minimal_platform, place, today},
    review::{MODEL, judged, refusals},
};
use datasurface_broker::Lock;
use datasurface_change::ChangeSource;
use datasurface_document::Documents;
use datasurface_model::*;
use datasurface_review::{Review, ReviewReport, ReviewSide};
use serde_json::Value;
use std::fs;

/// The report in each form, with its name.
fn forms(report: &ReviewReport) -> [(&'static str, String); 5] {
    [
        ("text", report.to_string()),
        ("JSON", report.to_json()),
        ("SARIF", report.to_sarif([])),
        ("JUnit", report.to_junit()),
        ("Markdown", report.to_markdown()),
    ]
}

fn reviewed(old: &ReviewSide, new: &ReviewSide, source: &str) -> ReviewReport {
    Review::new(&broker(), ChangeSource::new(source), today()).judge(old, new)
}

const COMPANY: &str = include_str!("../../../datasurface-cli/tests/steps/closed.yaml");

#[test]
fn no_form_repeats_a_secret() {
    let token = "ghp_0123456789012345678901234567890123456789";
    let edited = |from: &str, to: &str| {
        assert!(COMPANY.contains(from), "{from}");
        COMPANY.replacen(from, to, 1)
    };
    let owner = "owner: github:big/model@main";
    let source = "kind: {sqlite: {file: source.db}}";
    for (secret, document) in [
        (token, edited(owner, &format!("owner: \"git:https://{token}@h.example/a/b.git@main\""))),
        ("s3cret", edited(owner, "owner: \"git:https://joe:s3cret@h.example/a/b.git@main\"")),
        ("token=s3cret", edited(owner, "owner: \"git:https://h/x.git?token=s3cret@main\"")),
        ("s3cret", edited(source, "kind: {postgres: {host: 'sa:s3cret@h.example', database: d}}")),
        ("s3cret", edited(source, "kind: {kafka: {brokers: ['sa:s3cret@h.example:9092']}}")),
        ("s3cret", edited("config: {", "config: {password: s3cret, ")),
        ("s3cret", edited("config: {", "config: {servers: {'https://u:s3cret@h.example/x': 1}, ")),
        ("s3cret", edited("config: {", "config: {credentials: {US/Finance/Lake: 'user:s3cret'}, ")),
        ("s3cret", edited("config: {", "config: {credentials: {\n    US/Finance/Lake: 'user:s3cret'}, ")),
        ("s3cret", edited("container: US/Finance/Lake", "container: 'postgres://u:s3cret@h.example/d'")),
        ("s3cret", edited("- name: Lake", "- name: 'u:s3cret@h.example'")),
        ("s3cret", edited("- name: Sales", "- name: 'https://u:s3cret@h.example/x'")),
        ("s3cret", edited("- name: orders", "- name: 'u:s3cret@h.example'")),
        ("s3cret", edited("Mine/Bonn", "'u:s3cret@h.example'")),
        ("s3cret", edited("kind: {sql_snapshot", "credential: 'joe:s3cret'\n      kind: {sql_snapshot")),
        ("s3cret", edited("kind: {sql_snapshot", "credential: joe/s3cret\n      kind: {sql_snapshot")),
        ("s3cret", edited(source, "kind: {oracle: {host: h.example, database: scott/s3cret@orcl}}")),
        ("s3cret", edited("Internal", "'password=s3cret'")),
        ("s3cret", edited("owner: github:big/model@main", "owner: 'https://u:s3cret@h.example/x'")),
        ("s3cret", edited("sinks:", "'https://u:s3cret@h.example/x': 1\n            sinks:")),
        ("s3cret", edited(source, "kind: {snowflake: {account: 'acme:s3cret', database: d}}")),
        ("s3cret", edited(source, "kind: {sqlite: {file: 'source.db?key=s3cret'}}")),
        (
            "s3cret",
            edited("sql_snapshot: {}", "sql_snapshot: {tables: {orders: 'postgres://u:s3cret@h.example/d'}}"),
        ),
    ] {
        let [clean, secretive] =
            [COMPANY, &document].map(|text| ReviewSide::new(Documents::new().document("model.yaml", text)));
        let sides = [(&clean, &secretive), (&secretive, &clean), (&secretive, &secretive)];
        for ((old, new), source) in sides
            .into_iter()
            .flat_map(|sides| ["github:big/model@main", "github:x/y@main"].map(|source| (sides, source)))
        {
            for (form, text) in forms(&reviewed(old, new, source)) {
                assert!(!text.contains(secret), "{form}: {text}");
            }
        }
    }
}

/// What only change control knows is in what people read, too.
#[test]
fn missing_consents_and_likely_renames_are_in_text_and_markdown() {
    let dated = "classifications: [Internal]\n            deprecation: {since: 2026-01-01, reason: old, sunset: 2030-01-01}";
    let retired = COMPANY.replacen("classifications: [Internal]", dated, 1);
    let renamed = COMPANY.replacen("- name: orders", "- name: purchases", 1);
    for (new, said) in [
        (retired, "of `Shop/orders`: `Report/daily` of the team `US/Finance` did not agree"),
        (renamed, "may be what was called `orders`"),
    ] {
        let side = |text: &str| ReviewSide::new(Documents::new().document("model.yaml", text));
        let report = reviewed(&side(COMPANY), &side(&new), "github:big/sales@main");
        for text in [report.to_string(), report.to_markdown()] {
            assert!(text.contains(said), "{said}: {text}");
        }
    }
}

/// A name may be as long as a document, and is in all that is said of what is wrong below it.
#[test]
fn a_report_has_a_size_in_every_form_whatever_is_long() {
    let long = "W".repeat(50_000);
    let sinks =
        |name: &'static str| (0..1500).map(move |number| DatasetSink::from(&*format!("{name}/d{number}")));
    let model = |sinks: Vec<DatasetSink>| {
        let wrong = consumer(&long, DatasetGroup::new("g").with_sinks(sinks));
        fixture([minimal_platform("P")], [wrong])
    };
    let (small, lock) = (fixture([minimal_platform("P")], []), Lock::default());
    for (old, new) in [
        (small, model(sinks("S").collect())),
        (model(sinks("S").take(1).collect()), model(sinks("Nowhere").chain(sinks("S")).collect())),
    ] {
        for source in [MODEL, "github:x/y@main"] {
            let report = judged([(&old, &lock), (&new, &lock)], source, today());
            for (form, text) in forms(&report) {
                let most = if form == "Markdown" { 65_536 } else { 4 << 20 };
                assert!(text.len() <= most, "{form}: {}", text.len());
                assert!(text.contains(" more"), "{form}");
            }
        }
    }
}

#[test]
fn what_is_outside_of_the_folder_has_no_relative_address() {
    let folder = tempfile::tempdir().unwrap();
    let model = datasurface_document::to_json(&fixture([minimal_platform("P")], []).documented("new"));
    fs::write(folder.path().join("model.json"), &model).unwrap();
    let named = |name: &str| ReviewSide::new(Documents::new().document(name, model.as_str()));
    let old = datasurface_document::to_json(&fixture([minimal_platform("P")], []));
    let old = ReviewSide::new(Documents::new().document("model.json", old));
    for (new, is_inside) in [
        (ReviewSide::from_path(folder.path()), false),
        (named("../new/model.json"), false),
        (named("a/../../model.json"), false),
        (named("new/model.json"), true),
    ] {
        let log: Value = serde_json::from_str(&reviewed(&old, &new, "github:x/y@main").to_sarif([])).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap();
        assert!(!results.is_empty());
        for place in results.iter().map(|result| &result["locations"][0]) {
            assert!(place["logicalLocations"][0].is_object(), "{place}");
            assert_eq!(place["physicalLocation"].is_object(), is_inside, "{place}");
        }
    }
}

#[test]
fn a_group_that_nobody_can_serve_any_more_is_refused() {
    let group = || DatasetGroup::new("g").sink("S/a").with_milestoning(Milestoning::Forensic);
    let weak = || minimal_platform("P").setting("live_only", true);
    let alone = fixture([minimal_platform("P")], [consumer("W", group())]);
    let lock = place(alone.clone(), &Lock::default()).unwrap().lock().clone();
    let none = Lock::default();
    let judge = |old: &Ecosystem, new: &Ecosystem, lock: &Lock| {
        let report = judged([(old, lock), (new, lock)], MODEL, today());
        refusals(&report).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    // A new group, and the platform that it would take; the mirror is a platform that can.
    let idle = |platform| fixture([platform], []);
    let served = |platform| fixture([platform], [consumer("W", group())]);
    let codes = judge(&idle(weak()), &served(weak()), &none);
    assert!(codes.contains(&"choice/no-platform".to_owned()), "{codes:?}");
    let codes = judge(&idle(minimal_platform("P")), &alone, &none);
    assert!(!codes.iter().any(|code| code.starts_with("choice/")), "{codes:?}");
    // The platform of a group changes so that it cannot serve it.
    let codes = judge(&alone, &served(weak()), &lock);
    assert!(codes.contains(&"choice/cannot-serve".to_owned()), "{codes:?}");
}
