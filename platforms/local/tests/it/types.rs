//! Types are kept: what breaks one is seen by nobody, names no value, and holds nobody else up.

use crate::{
    example::Example,
    fixture::{Fixture, moved},
};
use datasurface_platform::{
    RunReport,
    graph::{Assignments, Stage},
    prelude::*,
};

/// A store with the datasets `a`, with a column `v` of this type, and `b`; `v` is classified so.
pub(crate) fn example(data_type: &str, classification: &str) -> Example {
    let column = |name: &str, data_type: &str| Column::new(name, data_type.parse().unwrap());
    let schema = TableSchema::new([
        column("id", "Integer").classified("Public"),
        column("v", data_type).classified(classification),
    ])
    .keyed(["id"]);
    let a = Dataset::new("a", schema);
    let b = Dataset::new("b", "id Integer key, v VarChar(9)").classified("Public");
    of(a, b)
}

/// A store with these datasets, and a consumer that reads them in the platform's own database, with history.
pub(crate) fn of(a: Dataset, b: Dataset) -> Example {
    wanted(a, b, Milestoning::LiveAndForensic)
}

/// The same, with or without history.
pub(crate) fn wanted(a: Dataset, b: Dataset, milestoning: Milestoning) -> Example {
    captured(Capture::sql_snapshot("Z/T/Source"), [a, b], milestoning)
}

/// One dataset, `a`, which is read by its column `version`.
pub(crate) fn by_version(a: Dataset) -> Example {
    captured(Capture::sql_watermark("Z/T/Source", "version"), [a], Milestoning::LiveAndForensic)
}

/// Two datasets: `b` is read by its column `at`, and `a` by one of its own, `version`.
pub(crate) fn by_columns_of_their_own(a: Dataset, b: Dataset) -> Example {
    let capture = Capture::sql_watermark("Z/T/Source", "at").watermark("a", "version");
    captured(capture, [a, b], Milestoning::LiveAndForensic)
}

/// One dataset, `a`, whose history is kept for this time.
pub(crate) fn kept_for(a: Dataset, time: Retention) -> Example {
    let all = DatasetGroup::new("all")
        .sink("S/a")
        .with_milestoning(Milestoning::LiveAndForensic)
        .with_retention(time);
    with_group(Capture::sql_snapshot("Z/T/Source"), [a], all)
}

fn captured<const N: usize>(capture: Capture, datasets: [Dataset; N], milestoning: Milestoning) -> Example {
    let sinks: Vec<String> = datasets.iter().map(|dataset| format!("S/{}", dataset.name())).collect();
    let group =
        DatasetGroup::new("all").with_sinks(sinks.iter().map(String::as_str)).with_milestoning(milestoning);
    with_group(capture, datasets, group)
}

fn with_group<const N: usize>(capture: Capture, datasets: [Dataset; N], group: DatasetGroup) -> Example {
    let store = datasets.into_iter().fold(Datastore::new("S").captured(capture), Datastore::dataset);
    let team = Team::new()
        .container(DataContainer::sqlite("Source", "source.db"))
        .container(DataContainer::sqlite("Own", "northwind.db"))
        .datastore(store)
        .workspace(Workspace::new("W").with_container("Z/T/Own").group(group));
    let owner = "github:a/model@main";
    let ecosystem = Ecosystem::new("E", owner, "github:a/model@live")
        .platform(PlatformDeclaration::new("Local", "local").setting("database", "northwind.db"))
        .zone("Z", owner, GovernanceZone::new().team("T", owner, team));
    let assignments = Assignments::default().with_group("Local", "W/all", Stage::Provisioned).with_primary(
        "Local",
        "S",
        Stage::Provisioned,
    );
    Example::new(ecosystem, &assignments)
}

/// A source in which `v` of `a` has no type of its own.
pub(crate) const TABLES: &str =
    "CREATE TABLE a (id INTEGER PRIMARY KEY, v); CREATE TABLE b (id INTEGER PRIMARY KEY, v);
    INSERT INTO a VALUES (1, NULL); INSERT INTO b VALUES (1, 'b1')";

pub(crate) fn fixture(example: &Example) -> Fixture {
    let fixture = Fixture::with(example);
    fixture.change_source(TABLES);
    fixture
}

pub(crate) fn reasons(report: &RunReport) -> Vec<String> {
    report.failures.iter().map(|failure| format!("{}: {}", failure.job, failure.reason)).collect()
}

const A: &str = "SELECT * FROM W__all__S__a ORDER BY 1";
const B: &str = "SELECT v FROM W__all__S__b";

#[test]
fn what_breaks_its_type_fails_its_dataset_alone_until_it_is_mended() {
    for (data_type, value, rule) in [
        ("VarChar(3)", "'toolong'", "must not be longer than its type"),
        ("Decimal(5,2)", "99999999999.5", "must be within the range of its type"),
        ("Decimal(10,2)", "1.239", "must have no digits that its type has no room for"),
        ("Decimal(10,2)", "-0.001", "must have no digits that its type has no room for"),
        ("Decimal(10,2)", "'1e400000'", "must be within the range of its type"),
        ("SmallInt", "70000", "must be within the range of its type"),
        ("Integer", "9999999999", "must be within the range of its type"),
        ("BigInt", "1.5", "must have no digits that its type has no room for"),
        ("Boolean", "2", "must be within the range of its type"),
        ("Real", "1e300", "must be within the range of its type"),
        ("Double", "'nan'", "must have a value of its type"),
        ("Date", "'0044-02-31 BC'", "must have a value of its type"),
        ("Date", "'12026-19-39'", "must have a value of its type"),
        ("Timestamp", "'12026-01-01 29:59:69'", "must have a value of its type"),
        ("Timestamp", "'2026-01-01 12:00:00.123456789'", "must have no digits that its type has no room for"),
        ("VarChar(9)", "CAST(x'eda080' AS TEXT)", "must be text in UTF-8"),
        ("VarChar(9)", "x'61'", "must have a value of its type"),
        ("Binary", "'abc'", "must have a value of its type"),
    ] {
        let fixture = fixture(&example(data_type, "PII"));
        fixture.run();
        fixture.change_source(&format!("INSERT INTO a VALUES (2, {value}); UPDATE b SET v = 'b2'"));
        let report = fixture.try_run().unwrap();
        let expected = format!("capture.S: `S/a` fails the rule that `v {data_type}` {rule}: 1 row");
        assert_eq!(reasons(&report), [expected], "{data_type} {value}");
        assert_eq!(fixture.rows("northwind.db", A), ["1|-"], "the last good data stays");
        assert_eq!(fixture.rows("northwind.db", B), ["b2"], "the other dataset goes on");
        fixture.change_source(
            "DELETE FROM a WHERE id = 2; INSERT INTO a VALUES (3, NULL); UPDATE b SET v = 'b3'",
        );
        fixture.run();
        assert_eq!(fixture.rows("northwind.db", A), ["1|-", "3|-"], "{data_type} {value}");
        assert_eq!(fixture.rows("northwind.db", B), ["b3"]);
    }
}

#[test]
fn what_fits_is_kept_with_every_digit() {
    for (data_type, value, kept) in [
        ("Decimal(10,2)", "18", "18.00"),
        ("Decimal(10,2)", "12.35", "12.35"),
        ("Decimal(10,2)", "-0.0", "0.00"),
        ("Decimal(10,2)", "'+1'", "1.00"),
        ("Decimal(30,20)", "0.1 + 0.2", "0.30000000000000004000"),
        ("Decimal(38,2)", "1e30", "1000000000000000000000000000000.00"),
        ("VarChar(3)", "'zoë'", "zoë"),
        ("BigInt", "-9223372036854775808", "-9223372036854775808"),
        ("BigInt", "1e18", "1000000000000000000"),
        ("Double", "9e999", "inf"),
        ("Double", "'NaN'", "NaN"),
        ("Real", "0.1", "0.1"),
        ("Date", "'0000-01-01'", "0000-01-01"),
        ("Timestamp", "'2026-01-01T12:00'", "2026-01-01T12:00"),
    ] {
        let fixture = fixture(&example(data_type, "PII"));
        fixture.change_source(&format!("INSERT INTO a VALUES (2, {value})"));
        fixture.run();
        let query = "SELECT v FROM W__all__S__a WHERE id = 2";
        assert_eq!(fixture.rows("northwind.db", query), [kept], "{data_type} {value}");
        assert_eq!(moved(&fixture.run())[0], "S/a 1: +0 ~0 -0 =2", "nothing looks like a change");
    }
}

#[test]
fn status_tells_which_dataset_is_behind_and_since_when() {
    let mut fixture = fixture(&example("VarChar(3)", "PII"));
    fixture.run();
    fixture.change_source("INSERT INTO a VALUES (2, 'hidden'), (3, 'hidden'); INSERT INTO b VALUES (2, 'b')");
    for minute in [10, 20] {
        fixture.now = format!("2026-11-21T10:{minute}:00Z");
        fixture.try_run().unwrap();
    }
    let shown = |fixture: &Fixture| -> Vec<String> {
        let sinks = fixture.status().sinks.into_iter();
        sinks
            .map(|sink| {
                let confirmed = sink.confirmed_at.map(|at| at.format("%H:%M").to_string());
                let batch = sink.last_batch.map(|(batch, _)| batch);
                format!(
                    "{} {batch:?} {confirmed:?} {:?} {:?}",
                    sink.dataset, sink.last_failure, sink.examples
                )
            })
            .collect()
    };
    assert_eq!(
        shown(&fixture),
        [
            "S/a Some(1) Some(\"10:00\") Some(\"`S/a` fails the rule that `v VarChar(3)` must not be longer than its type: 2 \
             rows\") [\"id: 2\", \"id: 3\"]",
            "S/b Some(2) Some(\"10:20\") None []",
        ]
    );
    fixture.change_source("DELETE FROM a WHERE id > 1");
    fixture.now = "2026-11-21T10:30:00Z".to_owned();
    fixture.run();
    assert_eq!(
        shown(&fixture),
        ["S/a Some(2) Some(\"10:30\") None []", "S/b Some(2) Some(\"10:30\") None []"]
            .map(|line| line.replace("Some(2)", if line.starts_with("S/a") { "Some(1)" } else { "Some(2)" }))
    );
}

/// Everything that a run and a status say, and that is written down about runs.
fn said(fixture: &Fixture) -> String {
    let report = fixture.try_run().unwrap();
    let reasons = report.failures.iter().map(|failure| failure.reason.clone());
    let runs = report.datasets.iter().filter_map(|run| run.failure.clone());
    let status = fixture.status().sinks.into_iter().filter_map(|sink| sink.last_failure);
    let log = fixture.rows("northwind.db", "SELECT failure FROM datasurface_runs WHERE failure IS NOT NULL");
    reasons.chain(runs).chain(status).chain(log).collect::<Vec<_>>().join("\n")
}

#[test]
fn no_value_is_said_and_examples_are_public() {
    for (classification, expected) in [("PII", vec!["id: 4711"]), ("Public", vec!["id: 4711, v: Ann Smith"])]
    {
        let fixture = fixture(&example("VarChar(3)", classification));
        fixture.change_source("INSERT INTO a VALUES (4711, 'Ann Smith')");
        let said = said(&fixture);
        assert!(said.contains("must not be longer"), "{said}");
        assert!(!said.contains("Ann") && !said.contains("4711"), "{said}");
        assert_eq!(fixture.try_run().unwrap().failures[0].examples, expected);
    }
    let checks = |classification: &str| {
        let a = Dataset::new("a", "id Integer key, v VarChar(9)").classified(classification);
        let checks = [
            QualityCheck::accepted_values("v", ["x"]),
            QualityCheck::unique(["v"]),
            QualityCheck::not_null("v", Share::ALL),
        ];
        let b = Dataset::new("b", "id Integer key, v VarChar(9)");
        let fixture = fixture(&of(checks.into_iter().fold(a, Dataset::quality_check), b));
        fixture.change_source("INSERT INTO a VALUES (4711, 'Ann'), (4712, 'Ann')");
        fixture
    };
    let secret = checks("Confidential");
    let said_of_it = said(&secret);
    assert!(
        said_of_it.contains("2 with another value") && said_of_it.contains("2 like others"),
        "{said_of_it}"
    );
    assert!(!said_of_it.contains("Ann") && !said_of_it.contains("471"), "{said_of_it}");
    assert_eq!(secret.try_run().unwrap().failures[0].examples, [] as [&str; 0]);
    let public = checks("Public");
    assert!(!said(&public).contains("Ann"));
    let examples = public.try_run().unwrap().failures[0].examples.clone();
    assert!(
        examples.contains(&"id: 4711, v: Ann".to_owned()) && examples.contains(&"id: 1".to_owned()),
        "{examples:?}"
    );
}

#[test]
fn a_key_that_comes_twice_fails_its_dataset_alone() {
    let fixture = fixture(&example("VarChar(9)", "PII"));
    fixture.run();
    fixture.change_source(
        "ALTER TABLE a RENAME TO old; CREATE TABLE a AS SELECT * FROM old UNION ALL SELECT * FROM old;
         UPDATE b SET v = 'b2'",
    );
    let report = fixture.try_run().unwrap();
    assert_eq!(reasons(&report), ["capture.S: table.S.a [load]: UNIQUE constraint failed: S__a.stage.id"]);
    assert_eq!(fixture.rows("northwind.db", B), ["b2"]);
}
