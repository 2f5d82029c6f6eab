//! NorthWind itself: all of its tables, ten thousand changes, a table, a column and a rename by a plan, and everything killed in the middle of them.

use crate::{
    audit,
    dump::{self, Table},
    engine::{Site, behind, eventually, until_idle},
    pipeline::rows,
    random_changes::RandomChanges,
    shop::deployment,
    site_model::{PATIENCE, model},
    statements,
};
use chrono::{DateTime, TimeDelta, Utc};
use datasurface_kafka_client::{ConnectClient, ConnectorState, Limits, Tls};
use datasurface_platform::{DriftedResource, EnvironmentCredentials, prelude::*};
use datasurface_testkit::Deployment;
use postgres::Client;
use std::{
    thread,
    time::{Duration, SystemTime},
};

/// The tables that are of another datastore, in the same database.
const OF_STAFF: [&str; 5] = ["employee_territories", "employees", "region", "territories", "us_states"];

fn store(table: &Table) -> &'static str {
    if OF_STAFF.contains(&table.name.as_str()) { "NW_Staff" } else { "NW_Data" }
}

/// The table that a plan adds, and the one that it adds a column to.
const ADDED: [&str; 2] = ["shippers", "suppliers"];

/// The column that a plan adds.
const ADDED_COLUMN: &str = "homepage";

/// What is delivered before that plan.
fn at_first(tables: &[Table]) -> Vec<Table> {
    let mut first: Vec<Table> = tables.iter().filter(|table| table.name != ADDED[0]).cloned().collect();
    first.iter_mut().for_each(|table| table.columns.retain(|column| column.name != ADDED_COLUMN));
    first
}

/// What a table is called in the model where it has all tables, and what it was called before.
fn called<'t>(table: &'t Table, tables: &[Table]) -> (&'t str, Option<&'t str>) {
    match table.name.as_str() {
        "customers" if tables.len() == 14 => ("clients", Some("customers")),
        name => (name, None),
    }
}

/// Two datastores in one database, and two groups: one wants what there is, the other one everything that ever was.
fn ecosystem(site: &Site, tables: &[Table], reader: &str, patience: u32) -> Ecosystem {
    model(site, patience, |team| {
        let sinks = || tables.iter().map(|table| DatasetKey::new(store(table), called(table, tables).0));
        let ever = DatasetGroup::new("Ever")
            .with_sinks(sinks())
            .with_milestoning(Milestoning::Forensic)
            .with_retention(Retention::years(1));
        let reporting = Workspace::new("Reporting")
            .with_container("USA/Team/Warehouse")
            .granted(Principal::group(reader))
            .group(DatasetGroup::new("Now").with_sinks(sinks()).with_latency(Latency::minutes(1)))
            .group(ever);
        let team = ["NW_Data", "NW_Staff"].into_iter().fold(team, |team, name| {
            let capture =
                Capture::change_data_capture("USA/Team/Source").with_consistency(Consistency::SingleDataset);
            let own = tables.iter().filter(|table| store(table) == name);
            let dataset = |table: &Table| {
                let (name, former) = called(table, tables);
                let dataset = Dataset::new(name, table.schema().as_str()).classified("Public");
                former.into_iter().fold(dataset, Dataset::renamed_from)
            };
            team.datastore(own.map(dataset).fold(Datastore::new(name).captured(capture), Datastore::dataset))
        });
        team.workspace(reporting)
    })
}

fn delivered(table: &Table, suffix: &str) -> String {
    format!("\"{}__{}{suffix}\"", store(table), table.name)
}

/// The first table of consumers that is not what the source has.
fn difference(source: &mut Client, warehouse: &mut Client, tables: &[Table]) -> Option<String> {
    tables.iter().find_map(|table| {
        let wanted = rows(source, &table.name, &table.all(), &table.key());
        let found = rows(warehouse, &delivered(table, ""), &table.all(), &table.key());
        let first = wanted.iter().zip(&found).find(|(wanted, found)| wanted != found);
        (wanted != found).then(|| {
            format!("`{}` has {} rows, and {} arrived: {first:?}", table.name, wanted.len(), found.len())
        })
    })
}

/// The first table of which not every change is there in order, each once.
fn difference_of_changes(source: &mut Client, warehouse: &mut Client, tables: &[Table]) -> Option<String> {
    tables.iter().find_map(|table| {
        let wanted = audit::changes(source, table);
        let key = table.key();
        let query = format!(
            "SELECT __op || ' ' || ROW({})::text FROM (SELECT DISTINCT ON ({key}, __source_lsn, __op) * FROM {} \
             WHERE __op <> 'r' ORDER BY {key}, __source_lsn, __op, __connect_partition, __connect_offset) AS once \
             ORDER BY {key}, __connect_partition, __connect_offset",
            table.all(),
            delivered(table, "__changes")
        );
        let found: Vec<String> =
            warehouse.query(&query, &[]).unwrap_or_default().into_iter().map(|row| row.get(0)).collect();
        let first = wanted.iter().zip(&found).find(|(wanted, found)| wanted != found);
        (wanted != found).then(|| {
            format!("`{}` had {} changes, and {} arrived: {first:?}", table.name, wanted.len(), found.len())
        })
    })
}

/// The first table of which the view of versions shows others than there were, or at other times.
fn difference_of_versions(source: &mut Client, warehouse: &mut Client, tables: &[Table]) -> Option<String> {
    tables.iter().find_map(|table| {
        let view = delivered(table, "__versions");
        let mut rows = |query: &str| -> Vec<String> {
            warehouse.query(query, &[]).unwrap().into_iter().map(|row| row.get(0)).collect()
        };
        let all = table.all();
        let mut shown = rows(&format!("SELECT ROW({all})::text FROM {view}"));
        shown.sort();
        let mut valid = rows(&format!("SELECT ROW({all})::text FROM {view} WHERE valid_to IS NULL"));
        valid.sort();
        let backwards = rows(&format!("SELECT ROW({all})::text FROM {view} WHERE valid_to < valid_from"));
        let mut now = crate::pipeline::rows(source, &table.name, &all, &table.key());
        now.sort();
        let is_same = shown == audit::versions(source, table) && valid == now && backwards.is_empty();
        (!is_same)
            .then(|| format!("`{}`: {} versions, {} of them valid", table.name, shown.len(), valid.len()))
    })
}

/// Waits until everything is delivered, and compares right then: what is delivered is what the sources have.
#[track_caller]
fn assert_equal(site: &Site, deployment: &mut Deployment, tables: &[Table]) {
    until_idle(deployment);
    let (mut source, mut warehouse) = (site.source(), site.warehouse());
    assert_eq!(difference(&mut source, &mut warehouse, tables), None);
    assert_eq!(difference_of_changes(&mut source, &mut warehouse, tables), None);
    assert_eq!(difference_of_versions(&mut source, &mut warehouse, tables), None);
}

#[test]
fn all_of_northwind_arrives_whatever_is_killed() {
    let Some(mut site) = Site::start() else { return };
    let Some(tables) = dump::load(&mut site.source()) else { return };
    audit::begin(&mut site.source(), &tables);
    let mut deployment = deployment(site.deployed());
    let first = at_first(&tables);
    deployment.render(&ecosystem(&site, &first, "analysts", PATIENCE)).unwrap();
    site.server.owner("warehouse").batch_execute("CREATE ROLE analysts; CREATE ROLE auditors").unwrap();
    statements::run(&site, &deployment, "warehouse");
    deployment.apply(&EnvironmentCredentials).unwrap();
    assert_equal(&site, &mut deployment, &first);
    let connect = ConnectClient::new(&site.worker.url(), &Tls::new(), None, Limits::default()).unwrap();
    let sources = connect.connectors().unwrap().into_iter().filter(|name| name.starts_with("Stream.source."));
    assert_eq!(sources.collect::<Vec<_>>(), ["Stream.source.USA-Team-Source"], "two datastores share it");

    let mut changes = RandomChanges::new(&tables, 26);
    changes.make(&mut site.source(), 3000);
    assert_equal(&site, &mut deployment, &first);
    a_plan_adds_a_table_and_a_column_and_renames_another(&site, &mut deployment, &tables);
    everybody_is_up_to_date(&mut deployment);

    // The broker is killed in the middle.
    changes.make(&mut site.source(), 1000);
    site.kafka.kill(0);
    changes.make(&mut site.source(), 500);
    thread::sleep(Duration::from_secs(5));
    site.kafka.restart(0).unwrap();
    changes.make(&mut site.source(), 500);
    assert_equal(&site, &mut deployment, &tables);

    // The server of both databases is.
    changes.make(&mut site.source(), 1500);
    site.server.crash();
    thread::sleep(Duration::from_secs(8));
    site.server.recover();
    changes.make(&mut site.source(), 500);
    a_sink_that_lost_its_database_is_seen(&deployment);
    assert_equal(&site, &mut deployment, &tables);

    // Connect is.
    changes.make(&mut site.source(), 1500);
    site.worker.kill();
    changes.make(&mut site.source(), 500);
    site.worker.restart().unwrap();
    assert_equal(&site, &mut deployment, &tables);

    a_log_that_is_kept_for_long_is_seen(&site, &deployment);
    whoever_is_entitled_reads(&site, &deployment, &tables);
    what_is_behind_is_named(&site, &mut deployment, &connect);
}

/// What a plan adds has the rows that were there before, with which its history begins, and the renamed table keeps its own. All others change
/// meanwhile.
fn a_plan_adds_a_table_and_a_column_and_renames_another(
    site: &Site,
    deployment: &mut Deployment,
    tables: &[Table],
) {
    audit::begin_again(&mut site.source(), ADDED[0]);
    audit::widen(&mut site.source(), ADDED[1], ADDED_COLUMN);
    let revision = deployment.render(&ecosystem(site, tables, "analysts", PATIENCE)).unwrap();
    let steps = revision.plans[&PlatformName::from("Stream")].steps();
    let source = steps.iter().find(|step| step.kind == "source").unwrap().to_string();
    assert!(source.ends_with("a snapshot reads `public.shippers` and `public.suppliers`"), "{source}");
    statements::run(site, deployment, "warehouse");
    deployment.apply(&EnvironmentCredentials).unwrap();
    let others: Vec<Table> =
        tables.iter().filter(|table| !ADDED.contains(&table.name.as_str())).cloned().collect();
    RandomChanges::new(&others, 27).make(&mut site.source(), 1000);
    assert_equal(site, deployment, tables);
}

/// The entitlement goes to somebody else.
fn whoever_is_entitled_reads(site: &Site, deployment: &Deployment, tables: &[Table]) {
    let mut warehouse = site.warehouse();
    let mut readers = |role: &str| -> Vec<bool> {
        let tables = ["", "__changes", "__versions"].map(|suffix| delivered(&tables[0], suffix));
        tables.iter().map(|table| statements::is_readable_by(&mut warehouse, role, table)).collect()
    };
    assert_eq!((readers("analysts"), readers("auditors")), (vec![true; 3], vec![false; 3]));
    deployment.render(&ecosystem(site, tables, "auditors", 3)).unwrap();
    statements::run(site, deployment, "warehouse");
    assert_eq!((readers("analysts"), readers("auditors")), (vec![false; 3], vec![true; 3]));
}

/// Connect does not start it again. The status says so, and whoever runs what is due is called soon.
fn a_sink_that_lost_its_database_is_seen(deployment: &Deployment) {
    eventually("the failure is seen", || {
        let status = deployment
            .status(&EnvironmentCredentials)
            .unwrap()
            .remove(&PlatformName::from("Stream"))
            .unwrap();
        let failures: Vec<String> = status.sinks.into_iter().filter_map(|sink| sink.last_failure).collect();
        let is_seen = failures.iter().any(|why| why.starts_with("its sink `Stream."));
        (!is_seen).then(|| format!("{failures:?}"))
    });
    let due =
        deployment.next_due(&EnvironmentCredentials).unwrap().remove(&PlatformName::from("Stream")).unwrap();
    assert_eq!(due - deployment.now(), TimeDelta::minutes(1));
}

/// The last read of each dataset is a few seconds ago, which is less than was promised.
fn everybody_is_up_to_date(deployment: &mut Deployment) {
    let now: DateTime<Utc> = SystemTime::now().into();
    let status =
        deployment.status(&EnvironmentCredentials).unwrap().remove(&PlatformName::from("Stream")).unwrap();
    assert_eq!(status.drifted, []);
    assert_eq!(status.sinks.len(), 28);
    for sink in status.sinks {
        let lag = now - sink.confirmed_at.unwrap();
        assert!(lag.num_seconds() < 20, "{lag}: {} of {}", sink.dataset, sink.group);
        assert_eq!(sink.undelivered, Some(0), "{} of {}", sink.dataset, sink.group);
        assert_eq!(sink.promised.is_some(), sink.group.group.as_str() == "Now");
    }
}

/// A transaction that is open for long keeps the log of the source.
fn a_log_that_is_kept_for_long_is_seen(site: &Site, deployment: &Deployment) {
    let mut administrator = site.server.owner("source");
    administrator.batch_execute("ALTER SYSTEM SET max_wal_size = '48MB'").unwrap();
    administrator.batch_execute("SELECT pg_reload_conf()").unwrap();
    let mut forgotten = site.source();
    forgotten.batch_execute("BEGIN; UPDATE region SET region_description = region_description").unwrap();
    let kept = "SELECT count(pg_logical_emit_message(false, 'other', repeat('x', 1000000))) FROM generate_series(1, 120)";
    administrator.batch_execute(kept).unwrap();
    eventually("it is seen", || {
        administrator.batch_execute("CHECKPOINT").unwrap();
        let drifted = deployment
            .status(&EnvironmentCredentials)
            .unwrap()
            .remove(&PlatformName::from("Stream"))
            .unwrap()
            .drifted;
        let problems: Vec<String> =
            drifted.iter().map(|one| format!("{}: {}", one.resource, one.problem)).collect();
        let is_seen = matches!(&problems[..], [one] if one.starts_with("source.USA-Team-Source: its slot keeps 1") && one.contains("`extended`"));
        (!is_seen).then(|| format!("{problems:?}"))
    });
    forgotten.batch_execute("ROLLBACK").unwrap();
}

/// Somebody paused a sink, which is no failure of it: a run that waits for it says so, and how much it has still to write.
fn what_is_behind_is_named(site: &Site, deployment: &mut Deployment, connect: &ConnectClient) {
    deployment.apply(&EnvironmentCredentials).unwrap();
    let sink =
        connect.connectors().unwrap().into_iter().find(|name| name.starts_with("Stream.sink.")).unwrap();
    connect.pause(&sink).unwrap();
    eventually("it is paused", || {
        let status = connect.status(&sink).unwrap().unwrap();
        (status.tasks[0].state != ConnectorState::Paused).then(|| format!("{status:?}"))
    });
    let mut source = site.source();
    let before: DateTime<Utc> = SystemTime::now().into();
    source.batch_execute("INSERT INTO region VALUES (7777, 'nowhere')").unwrap();
    let behind_is = "1 record is not written, of `Stream.NW_Staff__region`";
    eventually("the sink is behind", || {
        let found = behind(deployment);
        let expected = format!("{}: {behind_is}", sink.replacen("Stream.", "", 1));
        (found != [expected]).then(|| format!("{found:?}"))
    });
    eventually("one group is late, and the other one is not", || {
        let status = deployment
            .status(&EnvironmentCredentials)
            .unwrap()
            .remove(&PlatformName::from("Stream"))
            .unwrap();
        let region = || status.sinks.iter().filter(|one| one.dataset.dataset.as_str() == "region");
        let until: Vec<i64> =
            region().map(|one| (one.confirmed_at.unwrap() - before).num_seconds()).collect();
        let undelivered: Vec<Option<u64>> = region().map(|one| one.undelivered).collect();
        // In order of their groups: `Ever` is served by another sink, and `Now` has all but the change that is missing.
        let is_so = matches!(until[..], [ever, -1..=1] if ever > 2) && undelivered == [Some(0), Some(1)];
        let is_paused = |one: &DriftedResource| one.problem.starts_with("somebody paused it");
        (!is_so || !status.drifted.iter().any(is_paused))
            .then(|| format!("{until:?}, {undelivered:?}, {:?}", status.drifted))
    });
    connect.resume(&sink).unwrap();
    eventually("it goes on", || behind(deployment).first().cloned());
}
