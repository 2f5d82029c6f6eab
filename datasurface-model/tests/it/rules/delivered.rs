//! Data that is captured again from where it was delivered.

use crate::base::{edited, today};
use datasurface_model::*;

/// A workspace has two datasets of a datastore delivered to a database, of which the other one is public, and a table is captured there.
fn world([workspace, store, dataset]: [&str; 3], [delivered, captured]: [&str; 2], table: &str) -> Ecosystem {
    let home = "USA/NorthWind/Home";
    let classified = |name: &str, class: &str| Dataset::new(name, "id Integer key").classified(class);
    let source = Capture::sql_snapshot("USA/NorthWind/Source").table(dataset, "staff");
    let again = Capture::sql_snapshot(home);
    let again = if table.is_empty() { again } else { again.table("people", table) };
    let group = DatasetGroup::new("g").sink(DatasetKey::new(store, dataset));
    let group = group.sink(DatasetKey::new(store, "offices"));
    let datasets = [classified(dataset, delivered), classified("offices", "Public")];
    edited(|team| {
        team.container(DataContainer::postgres("Home", "home.example", "home").located("Azure/USA"))
            .datastore(Datastore::new(store).captured(source).with_datasets(datasets))
            .workspace(Workspace::new(workspace).with_container(home).group(group))
            .datastore(Datastore::new("Again").captured(again).dataset(classified("people", captured)))
    })
}

#[test]
fn delivered_data_keeps_its_classifications_when_it_is_captured_again() {
    let names = ["Delivery", "Staff", "people"];
    let with = |delivered, captured, table| world(names, [delivered, captured], table);
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

/// Whether a captured table is taken for a delivered dataset.
fn is_known(workspace: &str, store: &str, dataset: &str, table: &str) -> bool {
    let outcome =
        world([workspace, store, dataset], ["PII", "Public"], table).validate(&Validation::on(today()));
    outcome.is_err_and(|refused| {
        assert!(refused.findings().codes().any(|code| code == "capture/under-classified"), "{refused:?}");
        true
    })
}

#[test]
fn delivered_data_is_known_under_a_shortened_name() {
    let (long, cut) = ("w".repeat(50), "w".repeat(41));
    for (workspace, store, dataset, table) in [
        // As platforms shorten names: with a hash of the whole.
        (&*long, "Staff", "people", &*format!("local__{cut}__03f8de105d0d9")),
        (&long, "Staff", "people", &format!("\"public\".\"local__{cut}__03F8DE105D0D9\"")),
        ("Delivery", &long, "people", &format!("local__{cut}__03f8de105d0d9__history")),
        ("Delivery", "Staff", &long, &format!("h_staf{cut}__03f8de105d0d9")),
        ("Delivery", "Staff", "people", &format!("{cut}{cut}---3f8de105d0d9")),
        // What was cut may have begun as what is public.
        (&format!("offices_{long}"), "Staff", "people", &format!("local__offices_{cut}__03f8de105d0d9")),
        // So are names with signs that tables have not.
        ("Our mart", "Our own", "our few", "local__our_mart__g__our_own__our_few__03f8de105d0d9"),
        // Otherwise: cut, with or without something behind.
        (&long, "Staff", "people", &format!("local__{cut}")),
        (&long, "Staff", "people", &format!("{}_12ab", "W".repeat(25))),
        ("Delivery", &"é".repeat(40), "people", &format!("local__{}", "é".repeat(20))),
    ] {
        assert!(is_known(workspace, store, dataset, table), "{workspace} {store} {dataset} {table}");
    }
}

#[test]
fn a_table_of_another_name_is_not_taken_for_a_shortened_one() {
    let long = "customer_transactions_of_all_stores";
    for (workspace, store, dataset, table) in [
        // No name is as long.
        ("Delivery", "Staff", "people", "local__wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww"),
        // The common part is short, or inside of a word, or the table is.
        (long, "Staff", "people", "customer_transaction_log_of_2024"),
        ("Delivery", long, "people", "archivecustomer_transactions_of_all"),
        ("Delivery", "Staff", long, "customer_transactions_of_all"),
        // A name that is there as a whole tells the table.
        ("Delivery", "Staff", long, "local_platform__offices_2024_03_11"),
        // A number is no hash, nor is a word.
        (long, "Staff", "people", "ledger_20240311"),
        (long, "Staff", "people", "ledger__20240311"),
        (long, "Staff", "people", "ledger_3f8de105d0d9"),
        (long, "Staff", "people", "ledger__03f8de105d0dg"),
    ] {
        assert!(!is_known(workspace, store, dataset, table), "{workspace} {store} {dataset} {table}");
    }
    // Of two datasets, a whole name tells which one it is, however long.
    let whole = |table: &str| is_known("Delivery", "Staff", long, table);
    assert!(whole(&format!("local__staff__{long}")));
    assert!(!whole("a_platform_of_a_long_name__offices"));
}
