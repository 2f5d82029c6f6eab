//! Suggestions mend, and are addressed to those who can follow them.

use crate::{
    fixtures::{documents, folder},
    folder::TODAY,
    follow::{assert_none, follow},
};
use datasurface_model::{Ecosystem, Findings, Validate, Validation};
use datasurface_strategies::{Mutation, ecosystems};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};

fn findings(ecosystem: Ecosystem) -> Findings {
    match ecosystem.validate(&Validation::on(TODAY.parse().unwrap())) {
        Ok(checked) => checked.findings().clone(),
        Err(invalid) => invalid.findings().clone(),
    }
}

#[test]
fn those_of_the_fixtures() {
    let mut wrong = Vec::new();
    for fixture in folder().failing() {
        if let Ok(ecosystem) = documents(&fixture).load() {
            follow(&ecosystem, &fixture.display().to_string(), findings, &mut wrong);
        }
    }
    assert_none(&wrong);
}

#[test]
fn those_of_every_mutation() {
    let mut runner = TestRunner::deterministic();
    let mut wrong = Vec::new();
    for _ in 0..4 {
        let ecosystem = ecosystems().new_tree(&mut runner).unwrap().current();
        for mutation in Mutation::all() {
            follow(&mutation.apply(ecosystem.clone()), mutation.code(), findings, &mut wrong);
        }
    }
    assert_none(&wrong);
}

/// Each adds an approval of its own: none takes away what another one has added.
#[test]
fn approvals_are_suggested_one_by_one() {
    let mut ecosystem = documents(&folder().path("access_not-approved_each-group.yaml")).load().unwrap();
    let found = findings(ecosystem.clone());
    assert_eq!(found.len(), 3);
    for finding in &found {
        ecosystem =
            datasurface_document::apply_suggestion(finding.suggestion().unwrap(), &ecosystem).unwrap();
    }
    let left = findings(ecosystem);
    assert!(left.is_empty(), "{left}");
}

#[test]
fn each_is_addressed_to_the_owner_of_its_place() {
    let load = |name: &str| documents(&folder().path(name)).load().unwrap();
    let addressee = |name: &str| {
        let ecosystem = load(name);
        let found = findings(ecosystem.clone()).with_addressees(&ecosystem);
        let addressees: Vec<_> = found
            .iter()
            .filter_map(|finding| Some(finding.suggestion()?.addressee.as_ref()?.to_string()))
            .collect();
        addressees
    };
    // A sink of a team, a policy of a zone, and a pin of the ecosystem.
    assert_eq!(addressee("governance_classification-limit.yaml"), ["gitlab:nw/north/wind@main"]);
    assert_eq!(addressee("reference_unknown-vendor_policy.yaml"), ["git:r@main"]);
    assert_eq!(addressee("reference_unknown-target_primary-pin.yaml"), ["github:nw/model@main"]);
}
