//! What several threads judge is what one of them judges.

use datasurface_model::{
    Checked, Dataset, Datastore, Deprecation, Ecosystem, GovernanceZone, Invalid, NaiveDate, Team, Validate,
    Validation,
};

/// So many units that a validation from nothing asks other threads, and each step towards them does not.
const DATASTORES: usize = 600;
const STEP: usize = 60;

/// Datastores of which each has a fault of its own and one that it shares with its neighbour.
fn ecosystem(datastores: usize) -> Ecosystem {
    let store = |number: usize| {
        let known = Dataset::new(format!("d{number}"), "id Integer key");
        let deprecation =
            Deprecation::new(NaiveDate::MIN, "older").replaced_by(format!("Store{}", number + 1));
        Datastore::new(format!("Store{number}")).dataset(known).deprecated(deprecation)
    };
    let team = (0..datastores).map(store).fold(Team::new(), Team::datastore);
    Ecosystem::new("Many", "github:many/model@main", "github:many/live@main").zone(
        "Europe",
        "github:many/europe@main",
        GovernanceZone::new().team("Sales", "github:many/sales@main", team),
    )
}

fn report(outcome: &Result<Checked, Invalid>) -> String {
    match outcome {
        Ok(checked) => checked.findings().to_string(),
        Err(invalid) => invalid.findings().to_string(),
    }
}

#[test]
fn many_units_are_judged_as_few_are() {
    let on = Validation::on(NaiveDate::MIN);
    let at_once = ecosystem(DATASTORES).validate(&on);
    let mut step_by_step = ecosystem(STEP).validate(&on);
    for datastores in (STEP..=DATASTORES).step_by(STEP).skip(1) {
        let since = match &step_by_step {
            Ok(checked) => on.since(checked),
            Err(invalid) => on.since(invalid),
        };
        step_by_step = ecosystem(datastores).validate(&since);
    }
    let report = [&at_once, &step_by_step].map(report);
    assert!(report[0].lines().count() > DATASTORES, "{}", report[0]);
    assert!(report[0] == report[1]);
}
