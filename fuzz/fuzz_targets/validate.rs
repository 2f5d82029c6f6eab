//! A model with a document more, of any text: validation ends, its findings have places, building on an earlier outcome makes no
//! difference, and what suggestions make of the model can be read again.

#![no_main]

use datasurface_document::{Documents, Loader, PatchError, apply_suggestion};
use datasurface_model::{Checked, Diagnostic, Ecosystem, Findings, Validate, Validation};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

const BASE: &str = include_str!("../../datasurface-model/tests/fixtures/base.yaml");

/// How many suggestions are followed: each of them costs as much as loading.
const FEW: usize = 3;

static VALID: LazyLock<Checked> = LazyLock::new(|| {
    let base = datasurface_document::from_yaml(BASE).expect("a document");
    base.validate(&on()).expect("a valid ecosystem")
});

fn on() -> Validation<'static> {
    Validation::on(chrono::NaiveDate::from_ymd_opt(2026, 6, 30).expect("a day"))
}

fn findings(ecosystem: Ecosystem, with: &Validation<'_>) -> Findings {
    match ecosystem.validate(with) {
        Ok(checked) => checked.findings().clone(),
        Err(invalid) => invalid.findings().clone(),
    }
}

fuzz_target!(|text: &str| {
    let documents = Documents::new().document("base.yaml", BASE).document("more.yaml", text);
    let mut loader = Loader::new();
    let Ok(ecosystem) = loader.load(&documents) else { return };
    assert_eq!(loader.load(&documents).expect("the same again"), ecosystem);
    let found = findings(ecosystem.clone(), &on());
    assert_eq!(found, findings(ecosystem.clone(), &on().since(&*VALID)));
    let located = documents.located(found);
    for finding in &located {
        assert!(finding.position().is_some(), "{finding}");
    }
    for suggestion in located.iter().filter_map(Diagnostic::suggestion).take(FEW) {
        if let Err(error) = apply_suggestion(suggestion, &ecosystem) {
            assert!(matches!(error, PatchError::NothingThere(_)), "{suggestion}: {error}");
        }
    }
});
