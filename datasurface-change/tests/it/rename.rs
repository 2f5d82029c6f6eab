//! What looks like a rename is proposed; what says so is one.

use super::fixture::*;
use cpu_time::ThreadTime;
use datasurface_change::{
    ChangeControl, ChangeReport, ChangeSource, DifferenceKind, Evidence, RenameProposal,
};
use datasurface_model::*;

fn judged(new: &Ecosystem) -> ChangeReport {
    let control = ChangeControl::new(ChangeSource::new(SALES), day("2026-01-01"));
    control.judge(&valid(&fixture()), &Valid::assume_valid(new.clone()))
}

/// What is new, what it may have been called, why, and how likely that is.
type Proposed<'p> = (String, &'p str, &'p [Evidence], u8);

fn proposed(report: &ChangeReport) -> Vec<Proposed<'_>> {
    let told = |proposal: &RenameProposal| proposal.path.to_string();
    let proposals = report.rename_proposals.iter();
    proposals
        .map(|proposal| {
            (told(proposal), proposal.renamed_from.as_str(), proposal.evidence.as_slice(), proposal.score)
        })
        .collect()
}

/// What differs is told as something gone and something new, not as a rename, and breaks what it breaks.
fn is_not_applied(report: &ChangeReport, code: &str) {
    let kinds = || report.diff.iter().map(|difference| difference.kind());
    assert!(!kinds().any(|kind| matches!(kind, DifferenceKind::Renamed { .. })), "{report}");
    assert!(kinds().any(|kind| matches!(kind, DifferenceKind::Removed { .. })), "{report}");
    assert!(kinds().any(|kind| matches!(kind, DifferenceKind::Added { .. })), "{report}");
    assert!(report.findings().codes().any(|found| found == code), "{report}");
}

const STORE: &str = "zones/USA/teams/Sales/datastores/Store";

fn renamed_dataset(name: &str) -> Dataset {
    Dataset::new(name, "id Integer key, placed Date")
}

#[test]
fn a_dataset_of_the_same_schema_may_be_a_renamed_one() {
    use Evidence::{SameContainer, SameKey, SameOwner, SameSchema, SimilarName};
    let report = judged(&with_store(store([customers(), renamed_dataset("Order")])));
    let all = [SameSchema, SameKey, SameContainer, SameOwner, SimilarName];
    assert_eq!(proposed(&report), [(format!("{STORE}/datasets/Order"), "orders", &all[..], 100)]);
    is_not_applied(&report, "dataset-change/removed");

    let report = judged(&with_store(store([customers(), renamed_dataset("purchases")])));
    assert_eq!(proposed(&report), [(format!("{STORE}/datasets/purchases"), "orders", &all[..4], 85)]);
    is_not_applied(&report, "dataset-change/removed");

    let other = judged(&with_store(store([customers(), Dataset::new("Order", "id Integer key, x Date")])));
    assert_eq!(proposed(&other), []);
}

#[test]
fn a_datastore_of_the_same_schemas_may_be_a_renamed_one() {
    use Evidence::{SameContainer, SameKey, SameOwner, SameSchema};
    let shop = Datastore::new("Shop")
        .captured(Capture::sql_snapshot("USA/Sales/Source"))
        .with_datasets([customers(), orders()]);
    let report = judged(&with_store(shop));
    let evidence = [SameSchema, SameKey, SameContainer, SameOwner];
    let path = "zones/USA/teams/Sales/datastores/Shop".to_owned();
    assert_eq!(proposed(&report), [(path, "Store", &evidence[..], 85)]);
    is_not_applied(&report, "datastore-change/removed");
}

#[test]
fn a_column_of_the_same_type_in_the_same_place_may_be_a_renamed_one() {
    use Evidence::{SameKey, SamePosition, SameSchema};
    let as_schema = |schema: &str| with_store(store([Dataset::new("customers", schema), orders()]));
    let report = judged(&as_schema("id Integer key, name VarChar(40), town VarChar(15)"));
    let evidence = [SameSchema, SameKey, SamePosition];
    let path = format!("{STORE}/datasets/customers/columns/town");
    assert_eq!(proposed(&report), [(path, "city", &evidence[..], 80)]);
    is_not_applied(&report, "schema-change/column-removed");
    let other = judged(&as_schema("id Integer key, name VarChar(40), born Date"));
    assert_eq!(proposed(&other), []);
}

#[test]
fn what_says_how_it_was_called_is_renamed_and_not_proposed() {
    let stated = renamed_dataset("Order").renamed_from("orders");
    let report = judged(&with_store(store([customers(), stated])));
    assert_eq!(proposed(&report), []);
    let kinds: Vec<_> = report.diff.iter().map(|difference| difference.kind().label()).collect();
    assert_eq!(kinds, ["is called differently", "is new"]);
    assert_eq!(report.findings().codes().collect::<Vec<_>>(), ["dataset-change/renamed"]);
}

#[test]
fn several_may_be_what_was_renamed_and_the_score_says_how_likely() {
    let report =
        judged(&with_store(store([customers(), renamed_dataset("Order"), renamed_dataset("things")])));
    let names: Vec<_> = proposed(&report).into_iter().map(|(path, former, ..)| (path, former)).collect();
    let path = |name: &str| format!("{STORE}/datasets/{name}");
    assert_eq!(names, [(path("Order"), "orders"), (path("things"), "orders")]);
    assert!(report.rename_proposals[0].score > report.rename_proposals[1].score);
}

fn many(prefix: &str, size: usize) -> impl Iterator<Item = String> {
    (0..size).map(move |number| format!("{prefix}{number}"))
}

#[test]
fn what_is_nearly_called_the_same_is_found_among_many() {
    let named = |names: Vec<String>| with_store(store(names.into_iter().map(|name| renamed_dataset(&name))));
    let old = many("table_", 300).chain(["first_of_names".to_owned()]).collect();
    for name in ["irst_of_names", "first_of_name", "first_xof_names", "FIRST_OF_NAMES_"] {
        let new = many("other", 300).chain([name.to_owned()]).collect();
        let control = ChangeControl::new(ChangeSource::new(SALES), day("2026-01-01"));
        let report =
            control.judge(&Valid::assume_valid(named(Vec::clone(&old))), &Valid::assume_valid(named(new)));
        let path = format!("{STORE}/datasets/{name}");
        let found = proposed(&report).into_iter().find(|(place, ..)| *place == path).unwrap();
        assert_eq!((found.1, found.3), ("first_of_names", 100), "{name}");
    }
}

#[test]
fn the_cost_of_looking_for_renames_is_linear() {
    let datasets = |prefix: &'static str| {
        move |size| with_store(store(many(prefix, size).map(|name| renamed_dataset(&name))))
    };
    let columns = |prefix: &'static str| {
        move |size| {
            let columns = many(prefix, size).map(|name| Column::new(name, DataType::Date));
            with_store(store([Dataset::new("customers", TableSchema::new(columns).keyed(["id"]))]))
        }
    };
    let stated = |size| {
        let column = |(old, new): (String, String)| Column::new(new, DataType::Date).renamed_from(old);
        let columns = many("a", size).zip(many("other", size)).map(column);
        with_store(store([Dataset::new("customers", TableSchema::new(columns).keyed(["id"]))]))
    };
    assert_linear(datasets("a"), datasets("other"));
    assert_linear(columns("a"), columns("other"));
    assert_linear(columns("a"), stated);
}

/// Judges a change of which all is another, in two sizes.
#[track_caller]
fn assert_linear(old: impl Fn(usize) -> Ecosystem, new: impl Fn(usize) -> Ecosystem) {
    let seconds = |size: usize| {
        let [old, new] = [old(size), new(size)].map(Valid::assume_valid);
        let control = ChangeControl::new(ChangeSource::new(SALES), day("2026-01-01"));
        let once = |_| {
            let start = ThreadTime::now();
            assert!(!control.judge(&old, &new).diff.is_empty());
            start.elapsed().as_secs_f64()
        };
        // The best of three, of the time of the processor: the machine may have other things to do.
        (0..3).map(once).fold(f64::INFINITY, f64::min)
    };
    let (small, large) = (seconds(200), seconds(1600));
    // Eight times as much; sixty-four times would be the square.
    assert!(large < 24.0 * small.max(0.005), "{small} s, then {large} s");
}
