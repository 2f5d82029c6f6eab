//! What fails a quality check is shown by neither platform, for the same reasons.

use super::{BEFORE, Fixture, ecosystem, engine::Spark, fill_source, orders, rendered, texts};
use datasurface::{
    model::*,
    platform::{DataPlatform, RunRequest, RuntimeContext},
};
use rusqlite::Connection;
use serde_json::Value;
use std::{collections::BTreeSet, fs};

/// A row as text.
type Row = Vec<Option<String>>;

fn checked_orders() -> Dataset {
    [
        QualityCheck::not_null("placed", Share::percent(40)),
        QualityCheck::unique(["customer", "amount"]),
        QualityCheck::rows(3, 6),
        QualityCheck::fresh("placed", Latency::hours(96)),
        QualityCheck::accepted_values("customer", ["1", "2", "3", "4", "5", "6", "7", "8"]),
        QualityCheck::accepted_values("amount", ["1", "2.5", "3.00", "4.50", "5", "6.5"]),
    ]
    .into_iter()
    .fold(orders(BEFORE), Dataset::quality_check)
}

#[test]
fn what_fails_a_check_is_shown_by_neither() {
    let Some(spark) = Spark::find() else { return };
    let folder = tempfile::tempdir().unwrap();
    let instance = rendered(&folder.path().join("checked"), checked_orders());
    let (buckets, file) = (folder.path().join("buckets"), folder.path().join("trace.json"));
    let [instance, buckets, traced] = [&instance, &buckets, &file].map(|path| path.to_str().unwrap());
    spark.run("trace_checks.py", &[instance, buckets, &spark.jars(), "1", traced]);
    let traced: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();

    let fixture = Fixture::new();
    fixture.render_and_apply(ecosystem(checked_orders()), "2026-01-01");
    let mut failed = BTreeSet::new();
    for batch in traced["batches"].as_array().unwrap() {
        fill_source(&fixture, batch);
        let refusal = run(&fixture, &format!("2026-01-{:02}", batch["day"]));
        assert_eq!(batch["refusal"].as_str(), refusal.as_deref(), "{batch}");
        let live: Vec<Row> = batch["live"].as_array().unwrap().iter().map(texts).collect();
        assert_eq!(as_set(live), as_set(shown(&fixture, "")), "{batch}");
        failed.extend(refusal.iter().flat_map(|reasons| reasons.split("; ")).map(kind));
    }
    let rules = ["accepted", "no two rows", "not older", "rows have a value", "there are 3 to 6"];
    assert_eq!(failed, BTreeSet::from(rules), "each kind of checks finds something");
    let versions = traced["versions"].as_array().unwrap().iter().map(texts).collect();
    let (on_aws, here) = (ranked(versions), ranked(shown(&fixture, "__history")));
    assert!(here.len() > 10, "there is history: {here:?}");
    assert_eq!(on_aws, here);
}

/// Runs the local platform as of a day, and returns why it refused the batch, if it did.
fn run(fixture: &Fixture, on: &str) -> Option<String> {
    let ran = |platform: &datasurface_local::LocalPlatform, site: &RuntimeContext<'_>| {
        platform.runtime().unwrap().run(site, &RunRequest::until_idle())
    };
    let report = fixture.at(on, ran).unwrap();
    let reasons = report.failures.iter().map(|failure| failure.reason.replace("`Store/orders` ", "it "));
    reasons.reduce(|all, reason| all + "; " + &reason)
}

/// What a reason is about.
fn kind(reason: &str) -> &'static str {
    let known = ["accepted", "no two rows", "not older", "rows have a value", "there are 3 to 6"];
    known.into_iter().find(|word| reason.contains(word)).unwrap_or_else(|| panic!("{reason}"))
}

/// The rows of a view of the local platform; a version also has the batches that made and ended it.
fn shown(fixture: &Fixture, suffix: &str) -> Vec<Row> {
    let database = Connection::open(fixture.path("desk.db")).unwrap();
    let batches = if suffix.is_empty() { &[][..] } else { &["batch_in", "batch_out"] };
    let columns = ["id", "customer", "amount", "placed"].iter().chain(batches);
    let columns: Vec<String> = columns.map(|column| format!("CAST({column} AS TEXT)")).collect();
    let query = format!("SELECT {} FROM Local__Sales__all__Store__orders{suffix}", columns.join(", "));
    let mut statement = database.prepare(&query).unwrap();
    let rows = statement
        .query_map([], |row| (0..columns.len()).map(|column| row.get(column)).collect::<Result<Row, _>>());
    rows.unwrap().map(Result::unwrap).collect()
}

fn as_set(rows: Vec<Row>) -> BTreeSet<Row> {
    rows.into_iter().collect()
}

/// Versions with the ranks of what made and ended them: one platform counts batches, and the other one has their moments.
fn ranked(versions: Vec<Row>) -> BTreeSet<(Row, usize, Option<usize>)> {
    let place = |text: &String| (text.len(), text.clone());
    let ends: Vec<(Row, Option<String>, Option<String>)> = versions
        .into_iter()
        .map(|mut row| {
            let (until, from) = (row.pop().unwrap(), row.pop().unwrap());
            (row, from, until)
        })
        .collect();
    let places: BTreeSet<_> =
        ends.iter().flat_map(|(_, from, until)| from.iter().chain(until)).map(place).collect();
    let rank = |text: &String| places.iter().position(|other| *other == place(text)).unwrap();
    ends.iter()
        .map(|(row, from, until)| (row.clone(), rank(from.as_ref().unwrap()), until.as_ref().map(rank)))
        .collect()
}
