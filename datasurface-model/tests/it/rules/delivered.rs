//! Data that is captured again from where it was delivered.

use crate::base::{edited, today};
use datasurface_model::*;

#[test]
fn delivered_data_keeps_its_classifications_when_it_is_captured_again() {
    let with = |delivered: &str, captured: &str, table: &str| {
        let home = "USA/NorthWind/Home";
        let source = |class: &str| Dataset::new("people", "id Integer key").classified(class);
        let again = Capture::sql_snapshot(home);
        let again = if table.is_empty() { again } else { again.table("people", table) };
        edited(|team| {
            team.container(DataContainer::postgres("Home", "home.example", "home").located("Azure/USA"))
                .datastore(
                    Datastore::new("Staff")
                        .captured(Capture::sql_snapshot("USA/NorthWind/Source").table("people", "staff"))
                        .dataset(source(delivered))
                        .dataset(Dataset::new("offices", "id Integer key").classified("Public")),
                )
                .workspace(
                    Workspace::new("Delivery")
                        .with_container(home)
                        .group(DatasetGroup::new("g").sink("Staff/people").sink("Staff/offices")),
                )
                .datastore(Datastore::new("Again").captured(again).dataset(source(captured)))
        })
    };
    let steps = [
        (with("Public", "Public", "staff__people"), false),
        // What is delivered is other data now.
        (with("PII", "Public", "staff__people"), true),
        (with("PII", "PII", "staff__people"), false),
        // Of several tables, the name tells which one it is; of a datastore alone, it may be any.
        (with("PII", "Public", "staff__offices"), false),
        (with("PII", "Public", "staff"), true),
        (with("PII", "Public", "ledger"), false),
        // What no table is named for is in the one of its own name.
        (with("PII", "Public", ""), true),
    ];
    let mut before: Option<Result<Checked, Invalid>> = None;
    for (number, (ecosystem, is_refused)) in steps.into_iter().enumerate() {
        let validation = match &before {
            None => Validation::on(today()),
            Some(Ok(checked)) => Validation::on(today()).since(checked),
            Some(Err(invalid)) => Validation::on(today()).since(invalid),
        };
        let outcome = ecosystem.validate(&validation);
        let is_found = |findings: &Findings| findings.codes().any(|code| code == "capture/under-classified");
        let found = outcome.as_ref().map_or_else(|it| is_found(it.findings()), |it| is_found(it.findings()));
        assert_eq!(found, is_refused, "{number}");
        before = Some(outcome);
    }
}
