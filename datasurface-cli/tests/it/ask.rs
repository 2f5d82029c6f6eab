//! `ask`.

use crate::{
    models,
    run::{Fixture, Said},
};
use serde_json::json;

fn ask(fixture: &Fixture, question: &str, more: &str) -> Said {
    fixture.run(&format!("ask {question} model.json --on 2026-02-01 {more}"))
}

/// The text, and the answer for programs.
fn asked(fixture: &Fixture, question: &str, more: &str) -> (String, serde_json::Value) {
    let text = ask(fixture, question, more).good().out;
    let object = ask(fixture, question, &format!("{more} --format json")).good().json();
    assert!(object["findings"].is_array());
    (text, object["answer"].clone())
}

#[test]
fn why_names_everybody_for_whom_a_node_exists() {
    let fixture = Fixture::new(&models::transformed());
    let (text, answer) = asked(&fixture, "why", "Ingest/Local/NW_Data");
    assert_eq!(text, "Marketing/masked\nMasking/raw\nSales/live\n");
    assert_eq!(answer, json!({"groups": ["Marketing/masked", "Masking/raw", "Sales/live"]}));
}

#[test]
fn upstream_and_downstream_go_over_transformers_and_platforms() {
    let fixture = Fixture::new(&models::transformed());
    let (text, answer) = asked(&fixture, "upstream", "Transform/Local/Masking");
    let expected =
        ["Export/Local/USA/NorthWind/Lab/NW_Data/customers", "Ingest/Local/NW_Data", "Trigger/Local/Masking"];
    assert_eq!(text, expected.map(|node| format!("{node}\n")).concat());
    assert_eq!(answer, json!({"nodes": expected}));
    let (text, answer) = asked(&fixture, "downstream", "Transform/Local/Masking Trigger/Local/Masking");
    let expected = [
        "Export/Local/USA/NorthWind/Mart/Masked/customers",
        "Ingest/Local/Masked",
        "Transform/Local/Masking",
    ];
    assert_eq!(text, expected.map(|node| format!("{node}\n")).concat());
    assert_eq!(answer, json!({"nodes": expected}));
    assert_eq!(asked(&fixture, "upstream", "Ingest/Local/NW_Data").0, "nothing\n");

    let fixture = Fixture::new(&models::handed_over());
    let (text, _) = asked(&fixture, "upstream", "Ingest/Other/NW_Data");
    assert_eq!(text, "Ingest/Local/NW_Data\n");
}

#[test]
fn paths_are_numbered() {
    let fixture = Fixture::new(&models::transformed());
    let (text, answer) = asked(&fixture, "paths", "Ingest/Local/NW_Data Ingest/Local/Masked");
    let way = [
        "Ingest/Local/NW_Data",
        "Export/Local/USA/NorthWind/Lab/NW_Data/customers",
        "Trigger/Local/Masking",
        "Transform/Local/Masking",
        "Ingest/Local/Masked",
    ];
    assert_eq!(text, format!("    1  {}\n", way.join("\n       ")));
    assert_eq!(answer, json!({"ways": [way]}));
    let none = asked(&fixture, "paths", "Ingest/Local/Masked Ingest/Local/NW_Data").0;
    assert_eq!(none, "there is none\n");
    assert_eq!(asked(&fixture, "paths", "Ingest/Local/NW_Data Ingest/Local/Masked --most 0").0, none);
}

#[test]
fn circular_dependencies_are_named() {
    let fixture = Fixture::new(&models::looped());
    let (text, answer) = asked(&fixture, "cycles", "");
    let way = answer["ways"][0].as_array().unwrap();
    assert_eq!((way.first(), way.len()), (way.last(), 5), "{text}");
    assert_eq!(text.lines().count(), 5);
    let (text, answer) = asked(&fixture, "bring-up", "");
    let expected = "\
platforms
    1  Local

datastores
    1  NW_Data
    2  Ratings (a circle: begin with old data)

transformers
    1  Rating (a circle: begin with old data)
";
    assert_eq!(text, expected);
    assert_eq!(answer["order"]["datastores"], json!([{"one": "NW_Data"}, {"circle": ["Ratings"]}]));
    assert_eq!(asked(&Fixture::new(&models::transformed()), "cycles", "").0, "there is none\n");
}

#[test]
fn impact_says_who_is_hit_and_when() {
    let fixture = Fixture::new(&models::promised());
    let (text, answer) = asked(&fixture, "impact", "--datastore NW_Data");
    let expected = "\
consumer    platform  priority  breaks within  deadline  datasets
Sales/live  Local     -                   1 h  -         NW_Data/products
";
    assert_eq!(text, expected);
    let hit = &answer["hit"][0];
    assert_eq!((&hit["group"], &hit["is_cut_off"]), (&json!("Sales/live"), &json!(false)));
    let (text, _) = asked(&fixture, "impact", "--node Export/Local/USA/NorthWind/Mart/NW_Data/products");
    assert_eq!(text, expected);
    for lost in ["--container USA/NorthWind/Mart", "--location Company/Cellar", "--platform Local"] {
        let (text, answer) = asked(&fixture, "impact", lost);
        assert!(text.ends_with("cut off\n"), "{lost}: {text}");
        assert_eq!(answer["hit"][0]["is_cut_off"], true);
    }
    assert_eq!(asked(&fixture, "impact", "--container USA/NorthWind/Lab").0, "nobody is hit\n");
    let elsewhere = Fixture::new(&models::kept_elsewhere());
    let (text, _) = asked(&elsewhere, "impact", "--location Company/Attic");
    assert!(text.contains("Sales/live") && text.ends_with("cut off\n"), "{text}");
    assert_eq!(ask(&fixture, "impact", "").code, 2);
    assert_eq!(ask(&fixture, "impact", "--platform Local --datastore NW_Data").code, 2);
}

#[test]
fn what_is_not_there_cannot_be_asked_about() {
    let fixture = Fixture::new(&models::transformed());
    for question in ["why", "upstream", "downstream", "paths Ingest/Local/NW_Data", "impact --node"] {
        let (question, more) = question.split_once(' ').unwrap_or((question, ""));
        let said = ask(&fixture, question, &format!("{more} Ingest/Local/NW_Dat")).bad();
        said.complains("graph/unknown-node", "`Ingest/Local/NW_Dat`");
        assert!(said.err.contains("did you mean `Ingest/Local/NW_Data`?") && said.out.is_empty(), "{said:?}");
    }
    for (lost, near) in [
        ("--container USA/NorthWind/Mrt", "USA/NorthWind/Mart"),
        ("--platform Locl", "Local"),
        ("--datastore NW_Dat", "NW_Data"),
    ] {
        let said = ask(&fixture, "impact", lost).bad();
        said.complains("ask/unknown-name", lost.split_once(' ').unwrap().1);
        assert!(said.err.contains(&format!("did you mean `{near}`?")), "{said:?}");
    }
    ask(&fixture, "impact", "--location Company/Garage")
        .bad()
        .complains("ask/unknown-name", "Company/Garage");
    let said = ask(&fixture, "impact", "--platform Locl --format json").bad();
    assert_eq!(said.codes(), ["ask/unknown-name"]);
    assert_eq!(said.json()["answer"], json!(null));
}
