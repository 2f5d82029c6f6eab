//! Over random edits, and other dates, an earlier outcome changes nothing but the work.

use chrono::{Days, NaiveDate};
use datasurface_model::{
    CODES, Checked, Diagnostic, Ecosystem, Entity, Findings, Invalid, Set, Severity, Valid, Validate,
    Validation, ValidationStats,
};
use datasurface_strategies::{Mutation, ecosystems, edits, mutations, shuffled};
use proptest::{collection::vec, prelude::*, strategy::ValueTree, test_runner::TestRunner};
use std::collections::BTreeSet;

type Outcome = Result<Checked, Invalid>;

fn findings(outcome: &Outcome) -> &Findings {
    match outcome {
        Ok(checked) => checked.findings(),
        Err(invalid) => invalid.findings(),
    }
}

/// The codes of what is found: of notes, which say how something is, only this one.
fn broken<'o>(outcome: &'o Outcome, note: &str) -> BTreeSet<&'o str> {
    let found = findings(outcome).iter();
    let found = found.filter(|finding| finding.severity() != Severity::Note || finding.code() == note);
    found.map(Diagnostic::code).collect()
}

fn effort(outcome: &Outcome) -> &ValidationStats {
    match outcome {
        Ok(checked) => checked.stats(),
        Err(invalid) => invalid.stats(),
    }
}

fn since(ecosystem: &Ecosystem, previous: &Outcome, on: NaiveDate) -> Outcome {
    match previous {
        Ok(checked) => ecosystem.clone().validate(&Validation::on(on).since(checked)),
        Err(invalid) => ecosystem.clone().validate(&Validation::on(on).since(invalid)),
    }
}

fn day(number: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + Days::new(number)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn since_the_previous_outcome_is_as_from_scratch(
        mut ecosystem in ecosystems(),
        steps in vec((edits(), 0_u64..2_000), 1..6),
    ) {
        let mut previous = ecosystem.clone().validate(&Validation::on(day(0)));
        let mut on = day(0);
        for (edit, later) in steps {
            ecosystem = edit.apply(ecosystem);
            on = if later % 3 == 0 { day(later) } else { on };
            let incremental = since(&ecosystem, &previous, on);
            let scratch = ecosystem.clone().validate(&Validation::on(on));
            prop_assert_eq!(findings(&incremental), findings(&scratch), "after {:?}", edit);
            prop_assert_eq!(incremental.is_ok(), scratch.is_ok());
            prop_assert_eq!(effort(&scratch).checked().len(), effort(&scratch).units);

            let nothing = since(&ecosystem, &incremental, on);
            prop_assert_eq!(effort(&nothing).checked(), &[]);
            prop_assert_eq!(findings(&nothing), findings(&scratch));
            previous = incremental;
        }
    }

    #[test]
    fn changes_are_what_differs_when_everything_is_compared(ecosystem in ecosystems(), steps in vec(edits(), 1..5)) {
        let older = Valid::assume_valid(ecosystem.clone());
        let edited = steps.iter().fold(ecosystem, |ecosystem, edit| edit.apply(ecosystem));
        // Names stand for one thing only in what is really valid.
        prop_assume!(edited.clone().validate(&Validation::on(day(0))).is_ok());
        let newer = Valid::assume_valid(edited);
        let changes = newer.changes_since(&older);
        let versions = [&older, &newer];
        let stores = versions.iter().flat_map(|one| one.datastores()).map(|store| store.entity.name());
        let differing = stores.filter(|name| older.datastore(name) != newer.datastore(name)).cloned();
        prop_assert_eq!(&changes.datastores, &differing.collect::<Set<_>>());
        let workspaces = versions.iter().flat_map(|one| one.workspaces()).map(|unit| unit.entity.name());
        let differing = workspaces.filter(|name| older.workspace(name) != newer.workspace(name)).cloned();
        prop_assert_eq!(&changes.workspaces, &differing.collect::<Set<_>>());
        prop_assert_eq!(changes.is_empty(), older == newer);
        prop_assert_eq!(older.changes_since(&newer), changes);
    }

    #[test]
    fn generated_ecosystems_are_valid_and_clean(ecosystem in ecosystems()) {
        let outcome = ecosystem.validate(&Validation::on(day(0)));
        prop_assert!(outcome.is_ok(), "{:?}", outcome);
        prop_assert_eq!(broken(&outcome, ""), BTreeSet::new(), "{}", findings(&outcome));
    }

    #[test]
    fn a_mutation_breaks_one_rule_and_no_other(ecosystem in ecosystems(), mutation in mutations()) {
        let outcome = mutation.apply(ecosystem).validate(&Validation::on(day(0)));
        let codes = broken(&outcome, mutation.code());
        prop_assert_eq!(codes, [mutation.code()].into(), "{}", findings(&outcome));
    }

    #[test]
    fn shuffled_declarations_give_the_same_findings(ecosystem in ecosystems(), edit in edits(), seed in any::<u64>()) {
        let ecosystem = edit.apply(ecosystem);
        let outcome = ecosystem.clone().validate(&Validation::on(day(700)));
        let again = shuffled(&ecosystem, seed).unwrap().validate(&Validation::on(day(700)));
        prop_assert_eq!(findings(&outcome), findings(&again));
    }
}

#[test]
fn every_mutation_breaks_its_rule_alone() {
    let mut runner = TestRunner::deterministic();
    for _ in 0..4 {
        let ecosystem = ecosystems().new_tree(&mut runner).unwrap().current();
        for mutation in Mutation::all() {
            let outcome = mutation.apply(ecosystem.clone()).validate(&Validation::on(day(0)));
            let codes = broken(&outcome, mutation.code());
            assert_eq!(codes, [mutation.code()].into(), "{}", findings(&outcome));
        }
    }
}

#[test]
fn every_rule_has_a_mutation() {
    let broken: BTreeSet<&str> = Mutation::all().map(Mutation::code).collect();
    let known: BTreeSet<&str> = CODES.iter().map(|info| info.code).collect();
    assert_eq!(known.difference(&broken).collect::<Vec<_>>(), [] as [&&str; 0]);
    assert_eq!(broken.len(), Mutation::all().count());
}

/// Whatever is broken in one place, what is broken in another one is found, too. Each pair is validated since the first of both
/// alone, which is as from scratch (see above), and takes a small part of the time.
#[test]
fn no_rule_is_skipped_because_another_failed() {
    let ecosystem = ecosystems().new_tree(&mut TestRunner::deterministic()).unwrap().current();
    for first in Mutation::all() {
        // All mutations call what they add by one name: two of them would meet.
        let json = datasurface_document::to_json(&first.apply(ecosystem.clone()));
        let json = json.replace("Extra", "Beside").replace("extra", "beside").replace("EXTRA", "BESIDE");
        let json = json.replace("Former", "Earlier");
        let broken = datasurface_document::from_json(&json).unwrap();
        let before = broken.clone().validate(&Validation::on(day(0)));
        let since = match &before {
            Ok(checked) => Validation::on(day(0)).since(checked),
            Err(invalid) => Validation::on(day(0)).since(invalid),
        };
        for second in Mutation::all() {
            let outcome = second.apply(broken.clone()).validate(&since);
            let found = findings(&outcome);
            let waived = match &outcome {
                Ok(checked) => checked.waived(),
                Err(invalid) => invalid.waived(),
            };
            let codes: BTreeSet<_> = found.codes().chain(waived.codes()).collect();
            for code in [first.code(), second.code()] {
                // Where classifications are declared, nobody guesses which one was meant.
                if code == "classification/similar" && codes.contains("classification/undeclared") {
                    continue;
                }
                assert!(
                    codes.contains(code),
                    "{code} is hidden by {} and {}: {found}",
                    first.code(),
                    second.code()
                );
            }
        }
    }
}
