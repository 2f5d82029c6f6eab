//! What breaks, and for whom.

use super::fixture::*;
use datasurface_change::{AffectedGroup, ChangeControl, ChangeReport, ChangeSource};
use datasurface_model::*;

const ON: &str = "2026-01-01";

fn judged(old: &Ecosystem, new: &Ecosystem, is_strict: bool) -> ChangeReport {
    let control = ChangeControl::new(ChangeSource::new(SALES), day(ON));
    let control = if is_strict { control.strict() } else { control };
    // What the new one wants may be gone: that is what is reported here.
    control.judge(&valid(old), &Valid::assume_valid(new.clone()))
}

/// Codes with their severities, and whom they name.
fn broken(report: &ChangeReport) -> Vec<(String, Vec<String>)> {
    let told = |consumer: &AffectedGroup| consumer.to_string();
    report
        .breaking
        .iter()
        .map(|breaking| {
            let finding = &breaking.finding;
            let consumers = breaking.consumers.iter().map(told).collect();
            (format!("{} {}", finding.severity(), finding.code()), consumers)
        })
        .collect()
}

fn customers_as(schema: &str) -> Ecosystem {
    with_store(store([Dataset::new("customers", schema), orders()]))
}

const ANALYSIS: &str = "`Analysis/all` of the team `USA/Stock`";

#[test]
fn what_is_free_is_allowed() {
    let more = Dataset::new("more", "id Integer key");
    for new in [
        customers_as("id BigInt key, name VarChar(40), city VarChar(15)"),
        customers_as("id Integer key, name VarChar, city Char(15), since Date"),
        customers_as("city VarChar(15), id Integer key, name VarChar(40)"),
        with_store(store([customers(), orders(), more])),
        with_store(store([customers().documented("everybody"), orders()])),
        edit_sales(|team| team.datastore(Datastore::new("Other"))),
    ] {
        for is_strict in [false, true] {
            let report = judged(&fixture(), &new, is_strict);
            assert!(report.is_allowed(), "{report}");
            assert_eq!(broken(&report), []);
        }
    }
}

#[test]
fn what_breaks_names_whom() {
    for (schema, code) in [
        ("id Integer key, name VarChar(40)", "schema-change/column-removed"),
        ("id Integer key, name VarChar(40), city VarChar(9)", "schema-change/type-narrowed"),
        ("id Integer key, name VarChar(40), city VarChar(15) not null", "schema-change/became-not-null"),
        ("id Integer key, name VarChar(40) key, city VarChar(15)", "schema-change/became-not-null"),
        ("id Integer not null, name VarChar(40), city VarChar(15)", "schema-change/key-changed"),
        ("id Integer key partition, name VarChar(40), city VarChar(15)", "schema-change/partition-changed"),
        (
            "id Integer key, name VarChar(40), city VarChar(15), x Date not null",
            "schema-change/not-null-added",
        ),
    ] {
        let report = judged(&fixture(), &customers_as(schema), false);
        assert!(!report.is_allowed());
        let broken = broken(&report);
        assert!(
            broken.contains(&(format!("error {code}"), vec![ANALYSIS.to_owned()])),
            "{schema}: {broken:?}"
        );
    }
    let gone = judged(&fixture(), &with_store(store([orders()])), false);
    assert_eq!(broken(&gone), [("error dataset-change/removed".into(), vec![ANALYSIS.into()])]);
    let all_gone = judged(&fixture(), &edit_sales(|team| team.without_datastore(&"Store".into())), false);
    assert_eq!(broken(&all_gone), [("error datastore-change/removed".into(), vec![ANALYSIS.into()])]);
    let renamed = with_store(store([Dataset::new("clients", CUSTOMERS).renamed_from("customers"), orders()]));
    assert_eq!(
        broken(&judged(&fixture(), &renamed, false)),
        [("warning dataset-change/renamed".into(), vec![])]
    );
    let elsewhere = Datastore::new("Shop").captured(Capture::sql_snapshot("USA/Sales/Source"));
    let elsewhere = elsewhere.renamed_from("Store").with_datasets([customers(), orders()]);
    assert_eq!(
        broken(&judged(&fixture(), &with_store(elsewhere), false)),
        [("warning datastore-change/renamed".into(), vec![])]
    );
}

/// Whoever takes over a name is not who had it, also where nobody could tell them apart by their schemas.
#[test]
fn what_another_dataset_or_datastore_is_called_after_is_gone() {
    let spare = |name: &str| Dataset::new(name, CUSTOMERS);
    let two = with_store(store([customers(), spare("spare")]));
    let taken = with_store(store([spare("customers").renamed_from("spare")]));
    let removed = ("error dataset-change/removed".to_owned(), vec![ANALYSIS.to_owned()]);
    assert!(broken(&judged(&two, &taken, false)).contains(&removed));
    // What says so already is wrong, and the same afterwards.
    let stated = with_store(store([customers().renamed_from("spare"), spare("spare")]));
    let control = ChangeControl::new(ChangeSource::new(SALES), day("2026-01-01"));
    let mended = control.judge(&Valid::assume_valid(stated), &valid(&taken));
    assert!(!broken(&mended).contains(&removed), "{mended}");
    let capture = || Capture::sql_snapshot("USA/Sales/Source").table("customers", "spares");
    let captured = |name: &str| Datastore::new(name).captured(capture());
    let two = edit_sales(|team| team.datastore(captured("Spare").dataset(customers())));
    let taken = with_store(captured("Store").renamed_from("Spare").dataset(customers()));
    let removed = ("error datastore-change/removed".to_owned(), vec![ANALYSIS.to_owned()]);
    let report = judged(&two, &taken, false);
    assert!(broken(&report).contains(&removed), "{report}");
}

#[test]
fn a_column_that_says_how_it_was_called_is_renamed() {
    let table = TableSchema::new([
        Column::new("id", DataType::Integer).not_null(),
        Column::new("name", DataType::varchar(40)),
        Column::new("town", DataType::varchar(15)).renamed_from("city"),
    ]);
    let new = with_store(store([Dataset::new("customers", table.keyed(["id"])), orders()]));
    assert_eq!(
        broken(&judged(&fixture(), &new, false)),
        [("error schema-change/column-renamed".into(), vec![ANALYSIS.into()])]
    );
}

#[test]
fn what_nobody_uses_is_a_warning_and_an_error_in_strict_mode() {
    let new = with_store(store([customers()]));
    let report = judged(&fixture(), &new, false);
    assert!(report.is_allowed());
    assert_eq!(broken(&report), [("warning dataset-change/removed".into(), vec![])]);
    let strict = judged(&fixture(), &new, true);
    assert!(!strict.is_allowed());
    assert_eq!(broken(&strict), [("error dataset-change/removed".into(), vec![])]);
}

/// `Stock` make `Derived` of the customers, and `Reports` is all that reads that.
fn with_transformer() -> Ecosystem {
    let transformer = DataTransformer::sql("Derived").select("cities", "SELECT city FROM Store_customers");
    let making = Workspace::new("Making")
        .with_container("USA/Stock/Lake")
        .group(DatasetGroup::new("in").sink("Store/customers"))
        .with_transformer(transformer);
    let reports = Workspace::new("Reports")
        .with_container("USA/Stock/Lake")
        .group(DatasetGroup::new("cities").sink("Derived/cities"));
    let made = Datastore::new("Derived").dataset(Dataset::new("cities", "city VarChar(15) key"));
    edit_stock(|team| team.datastore(made).workspace(making).workspace(reports))
}

#[test]
fn consumers_behind_a_transformer_are_named() {
    let old = with_transformer();
    let new = old.clone().edit_team("USA", "Sales", |team| {
        let shorter = Dataset::new("customers", "id Integer key, name VarChar(40)");
        team.without_datastore(&"Store".into()).datastore(store([shorter, orders()]))
    });
    let report = judged(&old, &new, false);
    let consumers = vec![
        ANALYSIS.to_owned(),
        "`Making/in` of the team `USA/Stock`".to_owned(),
        "`Reports/cities` of the team `USA/Stock`, through `Making`".to_owned(),
    ];
    assert_eq!(broken(&report), [("error schema-change/column-removed".to_owned(), consumers)]);
    let [notice] = &*report.notices else { panic!("{report}") };
    assert_eq!(notice.team, TeamKey::new("USA", "Stock"));
    assert_eq!(notice.owner, STOCK.into());
    assert_eq!(notice.groups.len(), 3);
}

/// The transformer of [`with_transformer`] in another workspace.
fn made_by(workspace: &str, select: &str, sink: &str) -> Workspace {
    Workspace::new(workspace)
        .with_container("USA/Stock/Lake")
        .group(DatasetGroup::new("in").sink(sink))
        .with_transformer(DataTransformer::sql("Derived").select("cities", select))
}

const SELECT: &str = "SELECT city FROM Store_customers";

fn with_transformer_instead(workspace: Workspace) -> Ecosystem {
    with_transformer()
        .edit_team("USA", "Stock", |team| team.without_workspace(&"Making".into()).workspace(workspace))
}

#[test]
fn whoever_fills_a_datastore_stands_between_as_before() {
    let new = with_transformer_instead(made_by("Maker", SELECT, "Store/customers"));
    let new = new.edit_team("USA", "Sales", |team| {
        let shorter = Dataset::new("customers", "id Integer key, name VarChar(40)");
        team.without_datastore(&"Store".into()).datastore(store([shorter, orders()]))
    });
    let report = judged(&with_transformer(), &new, false);
    let [(_, consumers)] = &broken(&report)[..] else { panic!("{report}") };
    assert!(consumers.contains(&"`Reports/cities` of the team `USA/Stock`, through `Maker`".to_owned()));
}

#[test]
fn who_reads_what_is_made_is_told_when_it_is_made_otherwise() {
    let told = |workspace: Workspace| {
        let report = judged(&with_transformer(), &with_transformer_instead(workspace), false);
        let groups = report.notices.iter().flat_map(|notice| notice.groups.keys());
        groups.map(ToString::to_string).any(|group| group == "Reports/cities")
    };
    assert!(!told(made_by("Making", SELECT, "Store/customers").documented("Who lives where.")));
    assert!(!told(made_by("Maker", SELECT, "Store/customers")));
    assert!(told(made_by("Making", "SELECT 'x' AS city", "Store/customers")));
    assert!(told(made_by("Maker", "SELECT 'x' AS city", "Store/customers").renamed_from("Making")));
    assert!(told(made_by("Maker", "SELECT 'x' AS city", "Store/customers")));
    assert!(told(made_by("Making", SELECT, "Store/orders")));
}

#[test]
fn nothing_is_lost_on_the_way_through_another_form() {
    let avro = |symbols: &str| {
        let text = format!(
            r#"{{"type": "record", "name": "r", "fields": [{{"name": "id", "type": "int"}},
                {{"name": "e", "type": {{"type": "enum", "name": "e", "symbols": [{symbols}]}}}}]}}"#
        );
        Schema::from(AvroSchema::new(serde_json::from_str::<serde_json::Value>(&text).unwrap()).keyed(["id"]))
    };
    let with = |schema: Schema| with_store(store([Dataset::new("customers", schema), orders()]));
    let one = avro(r#""a", "b""#);
    for (old, new) in [(one.clone(), one.as_table()), (one.as_table(), avro(r#""a""#))] {
        let report = judged(&with(old), &with(new), false);
        let expected = ("error schema-change/form-changed".to_owned(), vec![ANALYSIS.to_owned()]);
        assert_eq!(broken(&report), [expected]);
    }
}

#[test]
fn what_becomes_of_invalid_rows_matters_to_whoever_reads_them() {
    let with = |invalid_rows| {
        with_store(store([
            customers().with_invalid_rows(invalid_rows),
            orders().with_invalid_rows(invalid_rows),
        ]))
    };
    let (fail, set_aside) = (with(InvalidRows::Fail), with(InvalidRows::SetAside));
    for (old, new) in [(&fail, &set_aside), (&set_aside, &fail)] {
        let report = judged(old, new, false);
        let code = "dataset-change/invalid-rows";
        let expected =
            [(format!("error {code}"), vec![ANALYSIS.to_owned()]), (format!("warning {code}"), vec![])];
        assert_eq!(broken(&report), expected, "nobody reads the orders");
        assert!(!report.is_allowed());
        assert_eq!(broken(&judged(old, old, false)), []);
    }
}

#[test]
fn who_begins_to_use_something_sees_what_it_is() {
    let old = fixture();
    let smaller = Dataset::new("orders", "id Integer key");
    let new = with_store(store([customers(), smaller]));
    let new = stock_wanting(new, ["Store/customers".into(), "Store/orders".into()]);
    let report = judged(&old, &new, false);
    assert_eq!(broken(&report), [("warning schema-change/column-removed".into(), vec![])]);
}

#[test]
fn consumers_are_told_what_reaches_them() {
    let because = |new: &Ecosystem| -> Vec<String> {
        let report = judged(&fixture(), new, false);
        assert_eq!(broken(&report), []);
        let notices = report.notices.iter();
        let paths = notices.flat_map(|notice| notice.groups.values().flatten().map(ToString::to_string));
        paths.collect()
    };
    let store_path = "zones/USA/teams/Sales/datastores/Store";
    assert_eq!(
        because(&with_store(store([customers().classified("PII"), orders()]))),
        [format!("{store_path}/datasets/customers")]
    );
    assert_eq!(because(&with_store(store([customers(), orders().classified("PII")]))), [] as [&str; 0]);
    assert_eq!(because(&with_store(store([customers(), orders()]).in_production())), [store_path]);
    let moved = edit_sales(|team| {
        let container = DataContainer::sqlite("Source", "other.db").located("Office/Ground");
        team.without_container(&"Source".into()).container(container)
    });
    assert_eq!(because(&moved), ["zones/USA/teams/Sales/containers/Source"]);
    let policy = Policy::new("no clouds", PolicyRule::Vendors(Permitted::only(["Office"])));
    assert_eq!(because(&edit_usa(|zone| zone.policy(policy))), ["zones/USA/policies"]);
    assert_eq!(because(&fixture().primary_pin("Store", "Local")), ["primary_pins/Store"]);
    let elsewhere = fixture().platform(PlatformDeclaration::new("Other", "local"));
    let elsewhere = elsewhere.group_pin("Analysis/all", ["Other"]);
    assert_eq!(because(&elsewhere), ["group_pins/Analysis/all"]);
}

#[test]
fn whoever_is_pinned_to_a_platform_is_told_what_becomes_of_it() {
    let local = || PlatformDeclaration::new("Local", "local");
    let other = || PlatformDeclaration::new("Other", "local");
    let pinned =
        |platform: PlatformDeclaration| unserved().platform(platform).group_pin("Analysis/all", ["Local"]);
    // Who is served by another one, but reads what it captures.
    let captured = |platform: PlatformDeclaration| {
        let both = unserved().platform(platform).platform(other());
        both.group_pin("Analysis/all", ["Other"]).primary_pin("Store", "Local")
    };
    let because = |old: &Ecosystem, new: &Ecosystem| -> Vec<String> {
        let report = judged(old, new, false);
        let notices = report.notices.iter();
        let told = notices
            .flat_map(|notice| notice.groups.iter().map(|(group, paths)| format!("{group} {paths:?}")));
        told.collect()
    };
    let told = ["Analysis/all {platforms/Local}"];
    let retiring = local().deprecated(Deprecation::new(day("2026-01-01"), "old"));
    for changed in [local().located("Office/Ground"), local().in_production(), retiring] {
        assert_eq!(because(&pinned(local()), &pinned(changed.clone())), told);
        assert_eq!(because(&captured(local()), &captured(changed)), told);
    }
    let beside = |platform: PlatformDeclaration| pinned(local()).platform(platform);
    assert_eq!(because(&beside(other()), &beside(other().in_production())), [] as [&str; 0]);
    let configured = local().setting("database", "w.db");
    assert_eq!(because(&pinned(local()), &pinned(configured)), [] as [&str; 0]);
}

#[test]
fn consumers_are_told_that_their_data_is_made_otherwise() {
    let old = with_transformer();
    let new = old.clone().edit_team("USA", "Stock", |team| {
        let making = std::sync::Arc::unwrap_or_clone(team.workspaces().get("Making").unwrap().clone());
        let transformer = DataTransformer::sql("Derived").select("cities", "SELECT 'x' AS city");
        team.without_workspace(&"Making".into()).workspace(making.with_transformer(transformer))
    });
    let report = judged(&old, &new, false);
    let [notice] = &*report.notices else { panic!("{report}") };
    let groups: Vec<_> = notice.groups.iter().map(|(group, paths)| format!("{group} {paths:?}")).collect();
    assert_eq!(groups, ["Reports/cities {zones/USA/teams/Stock/workspaces/Making/transformer}"]);
}

#[test]
fn a_key_that_goes_or_comes_breaks_whoever_reads_it_also_where_the_capture_says_so() {
    let keyed = || Dataset::new("customers", "id Integer key, name VarChar(40)");
    let keyless = || Dataset::new("customers", "id Integer not null, name VarChar(40)");
    let with = |dataset: Dataset, captured: &[&str]| {
        let capture = Capture::sql_snapshot("USA/Sales/Source");
        let capture = captured.iter().copied().fold(capture, Capture::keyless_dataset);
        with_store(Datastore::new("Store").captured(capture).with_datasets([dataset, orders()]))
    };
    let (with_key, without) = (with(keyed(), &[]), with(keyless(), &["customers"]));
    let expected = [("error schema-change/key-changed".to_owned(), vec![ANALYSIS.to_owned()])];
    for (old, new) in [(&with_key, &without), (&without, &with_key)] {
        let report = judged(old, new, false);
        assert_eq!(broken(&report), expected);
        assert!(!report.is_allowed());
        let paths: Vec<String> = report.diff.iter().map(|change| change.to_string()).collect();
        assert!(paths.iter().any(|path| path.contains("capture")), "{paths:?}");
        assert_eq!(broken(&judged(new, new, true)), []);
    }
    // Nobody reads the orders.
    let orders_without = Dataset::new("orders", "id Integer not null, placed Date");
    let capture = Capture::sql_snapshot("USA/Sales/Source").keyless_dataset("orders");
    let orders_too = Datastore::new("Store").captured(capture).with_datasets([keyed(), orders_without]);
    let report = judged(&with_key, &with_store(orders_too), false);
    assert_eq!(broken(&report), [("warning schema-change/key-changed".to_owned(), vec![])]);
    assert!(report.is_allowed());
    // What is without a key cannot be read with history: whoever does is part of what is judged before the change.
    let history = Workspace::new("Archive").with_container("USA/Stock/Lake").group(
        DatasetGroup::new("all").sink("Store/customers").with_milestoning(Milestoning::LiveAndForensic),
    );
    let archived = |ecosystem: &Ecosystem| {
        ecosystem.clone().edit_team("USA", "Stock", |team| team.workspace(history.clone()))
    };
    let report = judged(&archived(&with_key), &archived(&without), false);
    let both = vec![ANALYSIS.to_owned(), "`Archive/all` of the team `USA/Stock`".to_owned()];
    assert_eq!(broken(&report), [("error schema-change/key-changed".to_owned(), both)]);
    let invalid = archived(&without).validate(&Validation::on(day(ON))).unwrap_err();
    assert!(invalid.findings().codes().any(|code| code == "workspace/keyless-history"), "{invalid:?}");
}
