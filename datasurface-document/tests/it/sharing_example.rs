//! The example of who may use what: it is in order, and each of its parts is needed.

use chrono::NaiveDate;
use datasurface_document::Documents;
use datasurface_model::{Diagnostic, Validation};

const EXAMPLE: &str = include_str!("../../../examples/sharing.yaml");

/// The findings about a model in one document.
fn findings(text: &str) -> Vec<String> {
    let today = NaiveDate::from_ymd_opt(2026, 6, 30).unwrap();
    let judged =
        Documents::new().document("sharing.yaml", text).load_partly().validate(&Validation::on(today));
    judged.findings.iter().map(Diagnostic::to_string).collect()
}

#[test]
fn the_example_has_no_finding_and_needs_all_that_it_says() {
    assert_eq!(findings(EXAMPLE), [] as [&str; 0]);
    for (part, without, code) in [
        ("frees: {classified_only: [Public]}", "", "governance/location"),
        ("[Public]}\n    # One", "[Internal]}\n    # One", "governance/location"),
        ("of: 9", "of: 7", "transformer/consent-outdated"),
        ("usable_by: {write: [US/Reports]}", "", "container/not-usable"),
        ("onward: open}", "onward: closed}", "access/not-approved"),
        ("columns: {area:", "columns: {total:", "transformer/under-classified"),
        ("output: totals, zone: EU, reason", "output: cities, zone: EU, reason", "governance/location"),
        ("continues: Shop/purchases", "continues: Counted/cities", "rename/continues-declared"),
    ] {
        assert_eq!(EXAMPLE.matches(part).count(), 1, "{part}");
        let found = findings(&EXAMPLE.replace(part, without));
        assert!(found.iter().any(|finding| finding.contains(code)), "{part}: {found:?}");
    }
}
