//! The other way: a local platform captures and publishes, and topics have what it published.

mod model;
mod refused;
pub(crate) mod second_process;

use crate::{engine::Site, pipeline::rows, statements};
use datasurface_kafka_client::AvroReader;
use datasurface_platform::{OperatorConfirmations, RunRequest, prelude::*};
use model::{Model, PUBLISHER, TABLES};
pub(crate) use model::{Reader, deployment};
use postgres::Client;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Duration,
};

fn fill(source: &mut Client) {
    source
        .batch_execute(
            "CREATE TABLE customers (customer_id varchar(5) PRIMARY KEY, company_name varchar(40) NOT NULL, country varchar(15));
             CREATE TABLE products (product_id smallint PRIMARY KEY, product_name varchar(40) NOT NULL, supplier_id smallint,
                unit_price numeric(10,4), discontinued boolean NOT NULL);
             CREATE TABLE odd (id bigint, part varchar(9), day date, moment timestamp, instant timestamptz, ratio double precision, narrow real,
                amount numeric(20,6), bytes bytea, is_odd boolean, small smallint, word char(3), PRIMARY KEY (id, part));
             INSERT INTO customers SELECT 'C' || n, 'Фирма \"' || n || '\"', CASE WHEN n % 3 > 0 THEN 'Land ' || n % 7 END FROM generate_series(1, 300) n;
             INSERT INTO products SELECT n, 'P' || n, CASE WHEN n % 4 > 0 THEN n % 29 END, n * 1.2345, n % 2 = 0 FROM generate_series(1, 500) n;
             INSERT INTO odd VALUES
                (9223372036854775807, 'ø\n\"\\', '0001-01-01', '1996-07-04 00:00:00.123456', '1996-07-04 02:00:00.5+02', 0.1, 0.1, 18, '\\x00ff10', true, -32768, 'xyz'),
                (-9223372036854775808, '', '9999-12-31', '2026-01-31 12:00', '0001-01-01 00:00:00Z', -1e300, 16777216, -12345678901234.567891, '', false, 32767, 'abc'),
                (0, 'none', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);",
        )
        .unwrap();
}

/// Changes of every kind. The same seed makes the same changes.
fn change(source: &mut Client, seed: u32) {
    let changes = format!(
        "UPDATE products SET unit_price = unit_price + {seed}.0001, supplier_id = NULLIF(product_id % 5, 0) WHERE product_id % 7 = {seed} % 7;
         DELETE FROM products WHERE product_id % 11 = {seed} % 11;
         INSERT INTO products SELECT n, 'new ' || n, NULL, NULL, true FROM generate_series(1000 + {seed} * 50, 1030 + {seed} * 50) n;
         UPDATE customers SET country = NULL WHERE customer_id LIKE '%{seed}';
         DELETE FROM customers WHERE customer_id LIKE '%{seed}2';
         INSERT INTO customers VALUES ('K{seed}', 'again', NULL);
         UPDATE odd SET amount = coalesce(amount, 0) + 1, instant = now();
         DELETE FROM odd WHERE id = {seed}; INSERT INTO odd (id, part, ratio) VALUES ({seed} + 1, 'x', {seed} / 3.0)"
    );
    source.batch_execute(&changes).unwrap();
}

/// The names of the columns of a table, in order, and those of its key.
fn columns(schema: &str) -> (String, String) {
    let schema: TableSchema = schema.parse().unwrap();
    let names =
        schema.columns().iter().map(|column| column.name().to_string()).collect::<Vec<_>>().join(", ");
    let key = schema.key().iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    (names, key)
}

/// Runs both, the one that captures first.
#[track_caller]
fn run(site: &Site, request: &RunRequest) {
    let reports = deployment(site.deployed()).run(&Reader, request).unwrap();
    for platform in [PUBLISHER, "Stream"] {
        assert_eq!(reports[&PlatformName::from(platform)].failures, [], "{platform}");
    }
}

/// What the source had whenever both had run, by table: the rows of now, and every version that a row ever had.
#[derive(Debug, Default)]
struct Truth(BTreeMap<&'static str, (BTreeSet<String>, Vec<String>)>);

impl Truth {
    /// Runs both, and remembers what the source has. Sinks are not waited for.
    #[track_caller]
    fn remember(&mut self, site: &Site) {
        run(site, &RunRequest::default());
        for (table, schema) in TABLES {
            let (columns, key) = columns(schema);
            let found: BTreeSet<String> =
                rows(&mut site.source(), table, &columns, &key).into_iter().collect();
            let (now, versions) = self.0.entry(table).or_default();
            // A row that is as it was is the same version.
            versions.extend(found.difference(now).cloned());
            *now = found;
        }
    }

    /// Waits until all is delivered, and compares tables of consumers with the source, now and ever.
    #[track_caller]
    fn check(&mut self, site: &Site) {
        self.remember(site);
        run(site, &RunRequest::until_idle());
        check_now(site);
        self.check_history(&mut site.warehouse());
    }

    /// Each change is there once: the versions of a table are those that followed each other at the source, whenever both ran.
    #[track_caller]
    fn check_history(&self, warehouse: &mut Client) {
        for (table, schema) in TABLES {
            let (columns, _) = columns(schema);
            let (now, versions) = &self.0[table];
            let now: Vec<String> = now.iter().cloned().collect();
            let mut wanted = versions.clone();
            wanted.sort();
            let query = format!("SELECT ROW({columns})::text FROM \"NW_Data__{table}__versions\"");
            let read = |query: &str, warehouse: &mut Client| -> Vec<String> {
                let mut rows: Vec<String> =
                    warehouse.query(query, &[]).unwrap().into_iter().map(|row| row.get(0)).collect();
                rows.sort();
                rows
            };
            assert_same(&read(&query, warehouse), &wanted, table);
            assert_same(&read(&format!("{query} WHERE valid_to IS NULL"), warehouse), &now, table);
            // Without the view, which would leave out what is written twice: each version was written, and each but those that are there was ended.
            let count = |condition: &str, warehouse: &mut Client| -> usize {
                let query = format!("SELECT count(*) FROM \"NW_Data__{table}__changes\" WHERE {condition}");
                usize::try_from(warehouse.query_one(&query, &[]).unwrap().get::<_, i64>(0)).unwrap()
            };
            assert_eq!(count("__op IN ('c', 'u')", warehouse), wanted.len(), "{table}");
            assert_eq!(count("__op IN ('u', 'd')", warehouse), wanted.len() - now.len(), "{table}");
        }
    }
}

#[track_caller]
fn assert_same(found: &[String], wanted: &[String], table: &str) {
    let first = wanted.iter().zip(found).find(|(wanted, found)| wanted != found);
    assert!(found == wanted, "`{table}`: {} rows, and {}: {first:?}", wanted.len(), found.len());
}

#[test]
fn what_another_platform_publishes_is_in_topics_and_in_tables_of_consumers() {
    let Some(site) = Site::start() else { return };
    let mut source = site.source();
    fill(&mut source);
    let deployment = deployment(site.deployed());
    deployment.render(&Model::FIRST.ecosystem(&site)).unwrap();
    statements::run(&site, &deployment, "warehouse");
    deployment.apply(&Reader).unwrap();
    let mut truth = Truth::default();
    truth.check(&site);
    for seed in 1..4 {
        change(&mut source, seed);
        truth.remember(&site);
    }
    // Nothing moved.
    truth.check(&site);
    is_up_to_date(&site);
    let folder = site.deployed();

    // Whatever is killed at whatever step: nothing is lost, and nothing is there twice.
    for step in 1.. {
        change(&mut source, 10 + u32::try_from(step).unwrap());
        if !second_process::is_killed_at(folder, step) {
            // The beginning, and two steps for each table and its position.
            assert!(step > 7, "{step}");
            break;
        }
        truth.remember(&site);
    }
    truth.check(&site);
    many_rows_are_killed_in_the_middle(&site, &mut source, &mut truth);
    one_that_only_looked_dead_writes_nothing(&site, &mut source, &mut truth);
    what_is_published_anew_is_written_once(&site, &mut source, &mut truth);
    positions_that_were_lost_are_found_in_topics(&site, &mut source, &mut truth);
    renamed(&site, &mut source, &mut truth);
    a_publisher_that_lost_its_database_is_told(&site, &mut source, &mut truth);
}

#[test]
fn in_avro_it_is_the_same() {
    let Some(site) = Site::start_with_registry() else { return };
    let mut source = site.source();
    fill(&mut source);
    // JSON has none of these numbers.
    source
        .batch_execute(
            "INSERT INTO odd (id, part, ratio, narrow) VALUES (7, 'nan', 'NaN', 'Infinity'), (8, 'infinite', '-Infinity', 'NaN'),
                (9, 'small', 5e-324, 1e-40)",
        )
        .unwrap();
    let deployment = deployment(site.deployed());
    deployment.render(&Model::FIRST.ecosystem(&site)).unwrap();
    statements::run(&site, &deployment, "warehouse");
    deployment.apply(&Reader).unwrap();
    let mut truth = Truth::default();
    truth.check(&site);
    for step in [2, 3, 5] {
        change(&mut source, step);
        assert!(second_process::is_killed_at(site.deployed(), step.try_into().unwrap()));
        truth.remember(&site);
    }
    what_is_published_anew_is_written_once(&site, &mut source, &mut truth);
    positions_that_were_lost_are_found_in_topics(&site, &mut source, &mut truth);

    is_up_to_date(&site);
    let topic = "Stream.NW_Data__odd";
    let (mut kafka, ends) = (site.client(), site.client().end_offsets(topic).unwrap());
    let records = ends.into_iter().flat_map(|(at, end)| kafka.records(topic, at, 0..end).collect::<Vec<_>>());
    assert!(records.map(|record| record.unwrap().key.unwrap()).all(|key| AvroReader::is_avro(&key)));

    // Another column.
    source.batch_execute("ALTER TABLE customers ADD phone varchar(24)").unwrap();
    let wider = Model {
        columns: Some(
            "customer_id VarChar(5) key, company_name VarChar(40) not null, country VarChar(15), phone VarChar(24)",
        ),
        ..Model::FIRST
    };
    deployment.render(&wider.ecosystem(&site)).unwrap();
    statements::run(&site, &deployment, "warehouse");
    deployment.apply(&Reader).unwrap();
    source
        .batch_execute("UPDATE customers SET phone = '+49', country = 'by phone' WHERE customer_id < 'C2'")
        .unwrap();
    truth.check(&site);
    let phones = |client: &mut Client, table: &str| -> i64 {
        let count = format!("SELECT count(*) FROM {table} WHERE phone = '+49' AND country = 'by phone'");
        client.query_one(&count, &[]).unwrap().get(0)
    };
    let wanted = phones(&mut source, "customers");
    assert!(wanted > 0);
    assert_eq!(phones(&mut site.warehouse(), "\"NW_Data__customers\""), wanted);
    // Rows that were written by the earlier schema, and are not kept any more.
    change(&mut source, 80);
    fs::remove_dir_all(site.deployed().join("published")).unwrap();
    truth.check(&site);
    a_publisher_that_begins_anew_is_followed(&site, &mut source);
}

/// Its database is lost, and made anew: by its numbers, its batches are those that were written before, or come behind them.
fn a_publisher_that_begins_anew_is_followed(site: &Site, source: &mut Client) {
    let folder = site.deployed();
    for (seed, is_all_lost) in [(90, true), (93, false), (96, true)] {
        files(folder).iter().for_each(|file| fs::remove_file(file).unwrap());
        if is_all_lost {
            fs::remove_dir_all(folder.join("published")).unwrap();
        }
        change(source, seed);
        // Whoever runs it agrees to that, once.
        let confirmed = OperatorConfirmations { accept_other_database: true, clock_until: None };
        let confirming = deployment(folder).with_confirmations(confirmed);
        confirming.apply(&Reader).unwrap();
        let begun = confirming.run(&Reader, &RunRequest::default());
        assert_eq!(begun.unwrap()[&PlatformName::from("Stream")].failures, []);
        assert!(second_process::is_killed_at(folder, 1));
        for seed in seed + 1..seed + 3 {
            run(site, &RunRequest::default());
            change(source, seed);
        }
        run(site, &RunRequest::until_idle());
        check_now(site);
        is_up_to_date(site);
    }
    // What was published before is no obstacle.
    positions_are_lost(site);
    change(source, 99);
    run(site, &RunRequest::until_idle());
    check_now(site);
}

fn positions_are_lost(site: &Site) {
    site.client().delete_topic("Stream.reception.NW_Data.positions").unwrap();
    deployment(site.deployed()).apply(&Reader).unwrap();
}

/// The files of the publisher's database.
fn files(folder: &Path) -> Vec<PathBuf> {
    let all = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    all.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("vault.db")).collect()
}

/// Compares tables of consumers with the source.
#[track_caller]
fn check_now(site: &Site) {
    let mut warehouse = site.warehouse();
    for (table, schema) in TABLES {
        let (columns, key) = columns(schema);
        let wanted = rows(&mut site.source(), table, &columns, &key);
        assert!(!wanted.is_empty());
        let found = rows(&mut warehouse, &format!("\"NW_Data__{table}\""), &columns, &key);
        assert_same(&found, &wanted, table);
    }
}

/// What is there is a few seconds old, as it was rendered, and nothing is still to be delivered.
fn is_up_to_date(site: &Site) {
    let deployment = deployment(site.deployed());
    let status = deployment.status(&Reader).unwrap().remove(&PlatformName::from("Stream")).unwrap();
    assert_eq!((status.sinks.len(), status.drifted), (2 * TABLES.len(), Vec::new()));
    for sink in status.sinks {
        let lag = deployment.now() - sink.confirmed_at.unwrap();
        assert!((0..60).contains(&lag.num_seconds()), "{lag}: {}", sink.dataset);
        assert_eq!((sink.undelivered, sink.last_failure), (Some(0), None), "{}", sink.dataset);
    }
}

/// A batch that needs several transactions.
fn many_rows_are_killed_in_the_middle(site: &Site, source: &mut Client, truth: &mut Truth) {
    let insert = |from: u32, source: &mut Client| {
        let rows = format!("SELECT n, 'many', n / 7.0 FROM generate_series({from}, {from} + 11999) n");
        source.batch_execute(&format!("INSERT INTO odd (id, part, ratio) {rows}")).unwrap();
    };
    insert(100_000, source);
    // Before the second transaction is sent, and before the third one is committed.
    for step in [4, 5] {
        assert!(second_process::is_killed_at(site.deployed(), step));
    }
    truth.remember(site);
    insert(200_000, source);
    for milliseconds in [400, 800, 1600] {
        let mut process = second_process::begin(site.deployed());
        thread::sleep(Duration::from_millis(milliseconds));
        process.kill().unwrap();
        process.wait().unwrap();
    }
    truth.remember(site);
    source.batch_execute("DELETE FROM odd WHERE part = 'many'").unwrap();
    truth.check(site);
}

/// A process is held before it commits. Others go on, and when it does, it is refused.
fn one_that_only_looked_dead_writes_nothing(site: &Site, source: &mut Client, truth: &mut Truth) {
    for step in [2, 3, 4] {
        change(source, 40 + u32::try_from(step).unwrap());
        let mut held = second_process::held_at(site.deployed(), step);
        truth.remember(site);
        Command::new("kill").args(["-CONT", &held.id().to_string()]).status().unwrap();
        assert!(!held.wait().unwrap().success(), "step {step}");
    }
    truth.check(site);
}

/// All that is kept is published anew, and one version of each row is missing that was deleted meanwhile.
fn what_is_published_anew_is_written_once(site: &Site, source: &mut Client, truth: &mut Truth) {
    fs::remove_dir_all(site.deployed().join("published")).unwrap();
    truth.remember(site);
    fs::remove_dir_all(site.deployed().join("published")).unwrap();
    change(source, 50);
    assert!(second_process::is_killed_at(site.deployed(), 3));
    truth.check(site);
}

fn positions_that_were_lost_are_found_in_topics(site: &Site, source: &mut Client, truth: &mut Truth) {
    change(source, 51);
    positions_are_lost(site);
    truth.check(site);
}

/// A rename through both: nothing is built anew, and the history goes on.
fn renamed(site: &Site, source: &mut Client, truth: &mut Truth) {
    let plans = deployment(site.deployed())
        .render(&Model { customers: "clients", ..Model::FIRST }.ecosystem(site))
        .unwrap();
    for (platform, plan) in &plans.plans {
        let is_rebuilt = |step: &&Step| {
            matches!(step.action, Action::Create | Action::Replace | Action::Retire)
                && !step.resource.as_str().starts_with("view.")
        };
        let rebuilt: Vec<_> = plan.steps().iter().filter(is_rebuilt).map(|step| &step.resource).collect();
        assert!(rebuilt.is_empty(), "{platform}: {rebuilt:?}");
    }
    deployment(site.deployed()).apply(&Reader).unwrap();
    change(source, 60);
    truth.check(site);
}

/// Its last batches have lower numbers than before. A topic that is deleted has all of them afterwards.
fn a_publisher_that_lost_its_database_is_told(site: &Site, source: &mut Client, truth: &mut Truth) {
    let folder = site.deployed();
    let copy = |from: &Path, to: &Path| {
        files(to).iter().for_each(|file| fs::remove_file(file).unwrap());
        files(from).iter().for_each(|file| _ = fs::copy(file, to.join(file.file_name().unwrap())).unwrap());
    };
    let backup = tempfile::tempdir().unwrap();
    copy(folder, backup.path());
    for seed in 70..73 {
        change(source, seed);
        truth.remember(site);
    }
    copy(backup.path(), folder);
    fs::remove_dir_all(folder.join("published")).unwrap();
    let reports = deployment(folder).run(&Reader, &RunRequest::default()).unwrap();
    let said = &reports[&PlatformName::from("Stream")].failures;
    assert_eq!(said.len(), TABLES.len(), "{said:?}");
    for failure in said {
        assert!(
            failure.reason.contains("is the last one in `published/Vault/NW_Data`"),
            "{}",
            failure.reason
        );
    }
    // `status` says it, of each dataset. What is published later has the numbers that were written before, and does not follow them either.
    for _ in 0..4 {
        let failures = failures(site);
        assert_eq!(failures.len(), 2 * TABLES.len(), "{failures:?}");
        for (dataset, failure) in failures {
            for words in [&format!("`{dataset}`: batch "), "has an older database; bring back the newer one"]
            {
                assert!(failure.contains(words), "{words}: {failure}");
            }
        }
        source.batch_execute("UPDATE odd SET small = coalesce(small, 0) + 1 WHERE small < 99").unwrap();
        for table in ["customers", "products"] {
            source
                .batch_execute(&format!("DELETE FROM {table} WHERE ctid = (SELECT min(ctid) FROM {table})"))
                .unwrap();
        }
        deployment(folder).run(&Reader, &RunRequest::default()).unwrap();
    }
    // As it says.
    for (table, _) in TABLES {
        site.client().delete_topic(&format!("Stream.NW_Data__{table}")).unwrap();
    }
    deployment(folder).apply(&Reader).unwrap();
    run(site, &RunRequest::default());
    for (table, _) in TABLES {
        let count = format!("SELECT count(*) FROM {table}");
        let wanted: i64 = source.query_one(&count, &[]).unwrap().get(0);
        let (mut kafka, topic) = (site.client(), format!("Stream.NW_Data__{table}"));
        let ends = kafka.end_offsets(&topic).unwrap();
        let mut keys: BTreeMap<Vec<u8>, bool> = BTreeMap::new();
        for (partition, end) in ends {
            for record in kafka.records(&topic, partition, 0..end).map(Result::unwrap) {
                keys.insert(record.key.unwrap(), record.value.is_some());
            }
        }
        let rows = keys.values().filter(|is_there| **is_there).count();
        assert_eq!(i64::try_from(rows).unwrap(), wanted, "{table}");
    }
    assert_eq!(failures(site), []);
    what_a_record_cannot_have_stops_its_dataset(site, source);
}

/// The datasets that fail, by `status`.
fn failures(site: &Site) -> Vec<(DatasetKey, String)> {
    let status = deployment(site.deployed()).status(&Reader).unwrap();
    let sinks = status[&PlatformName::from("Stream")].sinks.iter();
    sinks.filter_map(|sink| Some((sink.dataset.clone(), sink.last_failure.clone()?))).collect()
}

fn what_a_record_cannot_have_stops_its_dataset(site: &Site, source: &mut Client) {
    source.batch_execute("UPDATE odd SET day = 'infinity' WHERE part = 'x'").unwrap();
    let reports = deployment(site.deployed()).run(&Reader, &RunRequest::default()).unwrap();
    let said = &reports[&PlatformName::from("Stream")].failures;
    assert_eq!(said.len(), 1, "{said:?}");
    let found = failures(site);
    assert_eq!(found.len(), 2, "{found:?}");
    for (dataset, failure) in found {
        assert_eq!(dataset, DatasetKey::new("NW_Data", "odd"));
        assert!(failure.contains("`day` of `NW_Data/odd`") && failure.contains("correct it"), "{failure}");
    }
}
