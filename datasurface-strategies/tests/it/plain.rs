//! Release builds do not look into tables in which nothing can be found; these builds do.

use chrono::NaiveDate;
use datasurface_model::{Dataset, Diagnostic, Ecosystem, Entity, Validate, Validation};
use datasurface_strategies::{Mutation, arbitrary_ecosystems, ecosystems, mutations};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

/// The datasets that a finding is about, if it is about a table alone: all that have this name.
fn tables_of<'e>(finding: &Diagnostic, ecosystem: &'e Ecosystem) -> Vec<&'e Dataset> {
    let segments: Vec<&str> = finding.path().segments().collect();
    let after = |what: &str| {
        let at = segments.iter().position(|segment| *segment == what)?;
        segments.get(at + 1).copied()
    };
    let is_about_table = finding.code().starts_with("schema/") || after("columns").is_some();
    let (Some(datastore), Some(dataset), true) = (after("datastores"), after("datasets"), is_about_table)
    else {
        return Vec::new();
    };
    let teams = ecosystem.zones().iter().filter_map(|zone| zone.definition()).flat_map(|zone| zone.teams());
    let teams = teams.filter_map(|team| team.definition());
    let stores = teams.flat_map(|team| team.datastores()).filter(|store| store.name().as_str() == datastore);
    stores.flat_map(|store| store.datasets()).filter(|one| one.name().as_str() == dataset).collect()
}

fn assert_not_plain(ecosystem: Ecosystem) {
    let outcome = ecosystem.clone().validate(&Validation::on(NaiveDate::MIN));
    let findings = match &outcome {
        Ok(checked) => checked.findings(),
        Err(invalid) => invalid.findings(),
    };
    for finding in findings {
        let tables = tables_of(finding, &ecosystem);
        assert!(
            tables.is_empty() || tables.iter().any(|dataset| !dataset.schema().is_known_valid()),
            "{finding:?}"
        );
    }
}

proptest! {
    #[test]
    fn nothing_is_found_in_a_table_that_is_plain(
        ecosystem in ecosystems(),
        mutation in mutations(),
        whatever in arbitrary_ecosystems(),
    ) {
        assert_not_plain(mutation.apply(ecosystem));
        assert_not_plain(whatever);
    }
}

#[test]
fn what_each_mutation_breaks_of_a_table_is_not_plain() {
    let mut runner = TestRunner::deterministic();
    for mutation in Mutation::all() {
        let ecosystem = ecosystems().new_tree(&mut runner).unwrap().current();
        assert_not_plain(mutation.apply(ecosystem));
    }
}
