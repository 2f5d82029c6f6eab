//! Where findings are written: at what they are about, and only there.

use datasurface_document::Documents;
use datasurface_model::{Findings, Validate, Validation};
use std::{fs, path::Path};

/// A dataset whose checks of quality come next.
const DATASET: &str = "\
format: datasurface/1
team: USA/NorthWind
datastores:
- name: S
  capture:
    container: USA/NorthWind/Source
    kind:
      sql_snapshot: {}
  datasets:
  - name: d
    schema: id Integer key
    quality_checks:
";

/// What is found in a dataset with these checks of quality, with places.
fn findings(checks: impl Iterator<Item = String>) -> Findings {
    let checks: String = checks.map(|check| format!("    - {check}\n")).collect();
    let fixture = format!("{DATASET}{checks}");
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("../datasurface-model/tests/fixtures/base.yaml");
    let base = fs::read_to_string(base).unwrap();
    let documents = Documents::new().document("base.yaml", base).document("checks.yaml", fixture);
    let on = Validation::on("2026-06-30".parse().unwrap());
    let invalid = documents.load().unwrap().validate(&on).unwrap_err();
    documents.located(invalid.findings().clone())
}

#[test]
fn each_check_of_quality_has_a_place_of_its_own() {
    let found = findings((0..300).map(|number| format!("unique: {{columns: [id, missing_{number}]}}")));
    assert_eq!(found.len(), 300);
    let before = DATASET.lines().count();
    for finding in &found {
        assert!(finding.related_places().is_empty(), "{finding}");
        let line = finding.position().unwrap().line - before - 1;
        assert!(finding.message().contains(&format!("`missing_{line}`")), "line {line}: {finding}");
    }
}

#[test]
fn of_many_places_few_are_told() {
    let found = findings(
        (0..300).map(|number| format!("not_null: {{column: id, parts_per_million: {}}}", 1_000_001 + number)),
    );
    // One for each share, and one for all of them: they are about one column.
    assert_eq!(found.len(), 301);
    assert!(found.iter().all(|finding| (1..10).contains(&finding.related_places().len())), "{found}");
}
