//! What the README and guides show in documents loads, and is valid. (Code of the README is a test of documentation.)

use datasurface::{
    document::Documents,
    model::{Validate, Validation},
};

const README: &str = include_str!("../../README.md");
const KAFKA: &str = include_str!("../../docs/platforms/kafka.md");

#[test]
fn the_documents_are_a_model_without_findings() {
    assert_valid(README);
}

#[test]
fn both_directions_of_a_hand_over_are_a_model_without_findings() {
    let section = KAFKA.split("## What another platform publishes").nth(1).expect("a section");
    assert_valid(section.split("\n## ").next().expect("its text"));
}

#[track_caller]
fn assert_valid(text: &str) {
    let mut documents = Documents::new();
    for (number, text) in text.split("```yaml").skip(1).enumerate() {
        let text = text.split("```").next().expect("a document");
        documents = documents.document(format!("{number}.yaml"), text);
    }
    let ecosystem = documents.load().expect("documents");
    let on = "2026-11-21".parse().expect("a date");
    let checked = ecosystem.validate(&Validation::on(on)).expect("a valid ecosystem");
    assert!(checked.findings().is_empty(), "{}", checked.findings());
}
