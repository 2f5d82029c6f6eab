//! Datasets without a key: generated, and made by edits.

use super::*;

/// The generator of all samples of a test.
fn runner() -> TestRunner {
    TestRunner::new_with_rng(Config::default(), deterministic())
}

#[test]
fn keyless_datasets_are_frequent_and_wanted_by_consumers_and_transformers() {
    let (mut runner, samples) = (runner(), 300);
    let (mut captured, mut of_consumers, mut of_transformers) = (0, 0, 0);
    for _ in 0..samples {
        let ecosystem = ecosystems().new_tree(&mut runner).unwrap().current();
        let keyless = keyless(&ecosystem);
        captured += usize::from(!keyless.is_empty());
        let workspaces = workspaces(&ecosystem);
        let (made, read): (Vec<&Workspace>, Vec<&Workspace>) =
            workspaces.into_iter().partition(|workspace| workspace.transformer().is_some());
        let is_wanted = |by: &[&Workspace]| {
            by.iter().any(|workspace| inputs(workspace).any(|dataset| keyless.contains(dataset)))
        };
        of_consumers += usize::from(is_wanted(&read));
        of_transformers += usize::from(is_wanted(&made));
    }
    for (what, count) in
        [("captured", captured), ("of consumers", of_consumers), ("of transformers", of_transformers)]
    {
        assert!((samples / 10..samples * 3 / 4).contains(&count), "{what}: {count} of {samples}");
    }
}

proptest! {
    #[test]
    fn a_shape_can_leave_keyless_datasets_out(ecosystem in ecosystems_with(Shape {
        keyless_percent: 0,
        ..Shape::default()
    })) {
        prop_assert!(keyless(&ecosystem).is_empty());
    }

    #[test]
    fn a_shape_can_have_nothing_else(ecosystem in ecosystems_with(Shape {
        keyless_percent: 100,
        ..Shape::default()
    })) {
        for store in datastores(&ecosystem) {
            let is_captured = store.capture().is_some();
            prop_assert!(store.datasets().iter().all(|dataset| dataset.schema().table().key().is_empty() == is_captured));
        }
        prop_assert_eq!(findings(&ecosystem), "");
    }

    #[test]
    fn a_key_and_what_the_capture_says_of_it_change_together(ecosystem in ecosystems(), at in any::<u16>()) {
        let edited = Edit::ToggleKey(at).apply(ecosystem.clone());
        let difference = keyless(&ecosystem).symmetric_difference(&keyless(&edited)).count();
        prop_assert_eq!(difference, usize::from(edited != ecosystem));
        // A key column may need another type, which the statements that read it do not know.
        let (findings, expected) = (findings(&edited), "error[transformer/column-type]");
        let mut heads = findings.lines().filter(|line| line.starts_with(char::is_alphabetic));
        prop_assert!(heads.all(|head| head.starts_with(expected)), "{}", findings);
    }
}

#[test]
fn edits_that_are_drawn_take_keys_away_and_give_them() {
    let mut runner = runner();
    let (mut taken, mut given) = (0, 0);
    for _ in 0..3_000 {
        let ecosystem = ecosystems().new_tree(&mut runner).unwrap().current();
        let edit = edits().new_tree(&mut runner).unwrap().current();
        if let Edit::ToggleKey(_) = edit {
            let (before, after) = (keyless(&ecosystem), keyless(&edit.apply(ecosystem)));
            taken += usize::from(before.len() < after.len());
            given += usize::from(before.len() > after.len());
        }
    }
    assert!(taken >= 10 && given >= 3, "{taken} taken, {given} given");
}

/// What is found in an ecosystem besides notes.
fn findings(ecosystem: &Ecosystem) -> String {
    let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
    let outcome = ecosystem.clone().validate(&Validation::on(day));
    let findings = outcome.as_ref().map_or_else(|invalid| invalid.findings(), |valid| valid.findings());
    let weighty = findings.iter().filter(|finding| finding.severity() != Severity::Note);
    weighty.map(|finding| format!("{finding}\n")).collect()
}
