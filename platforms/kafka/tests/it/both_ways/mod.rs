//! Both directions in one ecosystem at once: what Kafka captures is kept by a local platform, and what that one captures is in topics and their sinks.

mod model;

use crate::{
    engine::Site,
    random_changes::RandomChanges,
    received::{Reader, deployment, second_process},
    statements,
    two_platforms::VAULT,
};
use datasurface_platform::{JobFailure, RunRequest, prelude::*};
use model::{AS_TEXTS, STORES, called, create, ecosystem, table};
use postgres::Client;
use rusqlite::{Connection, OpenFlags, types::Value};
use std::{
    collections::{BTreeMap, BTreeSet},
    thread,
    time::Duration,
};

/// A row, as texts.
type Row = Vec<Option<String>>;

/// What the source had whenever both had run.
#[derive(Debug, Default)]
struct Truth {
    /// Each state of a table of which the local platform keeps the history, with the batch that was made of it.
    kept: Vec<(&'static str, u64, BTreeSet<Row>)>,
    /// The rows of now, and every version that a row ever had, of each table that is published.
    published: BTreeMap<&'static str, (BTreeSet<Row>, Vec<Row>)>,
}

fn rows(database: &mut Client, table: &str) -> Vec<Row> {
    let query = format!("SELECT ARRAY[{AS_TEXTS}] FROM {table}");
    let mut rows: Vec<Row> = database.query(&query, &[]).unwrap().iter().map(|row| row.get(0)).collect();
    rows.sort();
    rows
}

impl Truth {
    /// Runs both until nothing moves: what one of them makes in a run, the other one has after the next run. Then compares all of it.
    #[track_caller]
    fn check(&mut self, site: &Site, is_renamed: bool) {
        let run = || deployment(site.deployed()).run(&Reader, &RunRequest::until_idle()).unwrap();
        // They run by name: before the first snapshot, there is nothing to read.
        let is_early = |failure: &JobFailure| failure.reason.contains("the first snapshot of the topic");
        for (platform, report) in run() {
            assert!(report.failures.iter().all(is_early), "{platform}: {:?}", report.failures);
        }
        let reports = run();
        for (platform, report) in &reports {
            assert_eq!(report.failures, [], "{platform}");
        }
        let runs = &reports[&PlatformName::from(VAULT)].datasets;
        let mut source = site.source();
        for (store, tables) in STORES {
            for table in tables {
                let found: BTreeSet<Row> = rows(&mut source, table).into_iter().collect();
                let dataset = DatasetKey::new(store, called(table, is_renamed));
                match runs.iter().find(|run| run.dataset == dataset) {
                    Some(run) if store == "Orders" => self.kept.push((table, run.batch, found)),
                    _ if store == "Orders" => panic!("`{dataset}` is not read: {runs:?}"),
                    _ => {
                        let (now, versions) = self.published.entry(table).or_default();
                        versions.extend(found.difference(now).cloned());
                        *now = found;
                    }
                }
            }
        }
        self.compare(site, is_renamed);
    }

    #[track_caller]
    fn compare(&self, site: &Site, is_renamed: bool) {
        let (mut source, mut warehouse) = (site.source(), site.warehouse());
        for (store, tables) in STORES {
            for table in tables {
                let wanted = rows(&mut source, table);
                assert!(!wanted.is_empty());
                assert_eq!(rows(&mut warehouse, &format!("\"{store}__{table}\"")), wanted, "{table}");
            }
        }
        for (table, (_, versions)) in &self.published {
            let mut wanted = versions.clone();
            wanted.sort();
            let found = rows(&mut warehouse, &format!("\"Receipts__{table}__versions\""));
            assert_eq!(found, wanted, "each version of `{table}` is there once");
        }
        let vault =
            Connection::open_with_flags(site.deployed().join("vault.db"), OpenFlags::SQLITE_OPEN_READ_ONLY)
                .unwrap();
        for (table, batch, wanted) in &self.kept {
            let view = format!("Historians__Ever__Orders__{}__history", called(table, is_renamed));
            let query = format!(
                "SELECT id, amount, remark, party FROM {view} WHERE batch_in <= {batch} AND (batch_out IS NULL OR batch_out > {batch})"
            );
            let mut statement = vault.prepare(&query).unwrap();
            let found = statement.query_map([], |row| (0..4).map(|at| row.get(at).map(shown)).collect());
            let found: Vec<Row> = found.unwrap().map(Result::unwrap).collect();
            assert_eq!(found.len(), wanted.len(), "{table} with batch {batch}");
            assert_eq!(&found.into_iter().collect::<BTreeSet<_>>(), wanted, "{table} with batch {batch}");
        }
    }
}

fn shown(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Integer(number) => Some(number.to_string()),
        Value::Text(text) => Some(text),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_each_platform_captures_arrives_through_the_other_one() {
    let Some(mut site) = Site::start() else { return };
    let mut source = site.source();
    for name in STORES.into_iter().flat_map(|(_, tables)| tables) {
        source.batch_execute(&create(name)).unwrap();
    }
    // One model, one plan.
    let plans = deployment(site.deployed()).render(&ecosystem(&site, false)).unwrap();
    assert_eq!(plans.plans.len(), 2);
    statements::run(&site, &deployment(site.deployed()), "warehouse");
    deployment(site.deployed()).apply(&Reader).unwrap();
    let mut truth = Truth::default();
    truth.check(&site, false);

    let tables = STORES.into_iter().flat_map(|(_, tables)| tables).map(table).collect::<Vec<_>>();
    let mut changes = RandomChanges::new(&tables, 26);
    for _ in 0..2 {
        changes.make(&mut source, 300);
        truth.check(&site, false);
    }

    // All of it is killed in the middle: Connect, and whoever runs both, within a transaction and wherever it is.
    changes.make(&mut source, 200);
    site.worker.kill();
    let mut held = second_process::held_at(site.deployed(), 3);
    held.kill().unwrap();
    held.wait().unwrap();
    site.worker.restart().unwrap();
    for milliseconds in [300, 900] {
        let mut process = second_process::begin(site.deployed());
        thread::sleep(Duration::from_millis(milliseconds));
        process.kill().unwrap();
        process.wait().unwrap();
    }
    truth.check(&site, false);
    one_rename_goes_through_both(&site);
    changes.make(&mut source, 300);
    truth.check(&site, true);
    all_is_up_to_date(&site);
}

/// A dataset of each platform is renamed by one plan. Nothing that has data is built anew.
fn one_rename_goes_through_both(site: &Site) {
    let revision = deployment(site.deployed()).render(&ecosystem(site, true)).unwrap();
    assert_eq!(revision.plans.len(), 2);
    for (platform, plan) in &revision.plans {
        let is_rebuilt = |step: &&Step| {
            matches!(step.action, Action::Create | Action::Replace | Action::Retire)
                && !step.resource.as_str().starts_with("view.")
        };
        let rebuilt: Vec<_> = plan.steps().iter().filter(is_rebuilt).map(|step| &step.resource).collect();
        assert!(rebuilt.is_empty(), "{platform}: {rebuilt:?}");
        assert!(!plan.steps().is_empty(), "{platform}");
    }
    statements::run(site, &deployment(site.deployed()), "warehouse");
    deployment(site.deployed()).apply(&Reader).unwrap();
}

/// Consumers of both have what is there, and nothing is as it was not rendered.
fn all_is_up_to_date(site: &Site) {
    let deployment = deployment(site.deployed());
    for (platform, status) in deployment.status(&Reader).unwrap() {
        assert_eq!(status.drifted, [], "{platform}");
        assert!(!status.sinks.is_empty(), "{platform}");
        for sink in status.sinks {
            let lag = deployment.now() - sink.confirmed_at.unwrap();
            assert!((0..60).contains(&lag.num_seconds()), "{lag}: {}", sink.dataset);
            assert_eq!(sink.last_failure, None, "{platform}: {}", sink.dataset);
        }
    }
}
