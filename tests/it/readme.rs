//! What the README shows in documents loads, and is valid. (Its code is a test of documentation.)

use datasurface::{
    document::Documents,
    model::{Validate, Validation},
};

const README: &str = include_str!("../../README.md");

#[test]
fn the_documents_are_a_model_without_findings() {
    let mut documents = Documents::new();
    for (number, text) in README.split("```yaml").skip(1).enumerate() {
        let text = text.split("```").next().expect("a document");
        documents = documents.document(format!("{number}.yaml"), text);
    }
    let ecosystem = documents.load().expect("documents");
    let on = "2026-11-21".parse().expect("a date");
    let checked = ecosystem.validate(&Validation::on(on)).expect("a valid ecosystem");
    assert!(checked.findings().is_empty(), "{}", checked.findings());
}
