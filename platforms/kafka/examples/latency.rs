//! The latency of the pipeline at rising rates: from a row that is inserted at a source to the same row in a table of consumers, with all engines on
//! this machine.
//!
//! Both databases are of one server, so one clock tells when a row was made and when a sink wrote it.

#![allow(
    dead_code,
    unused_imports,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "it shows what it measures, on the engines of tests"
)]

#[path = "../tests/it/engine.rs"]
mod engine;
#[path = "../tests/it/guard.rs"]
mod guard;
#[path = "../tests/it/site_model.rs"]
mod site_model;

use crate::postgres::WRITER;
use ::postgres::Client;
use datasurface_kafka::KafkaPlatform;
use datasurface_platform::{EnvironmentCredentials, prelude::*};
use datasurface_test_support::postgres;
use datasurface_testkit::Deployment;
use engine::{Site, eventually, skipped, until_idle};
use std::{
    thread,
    time::{Duration, Instant},
};

/// The rows of a second.
const RATES: [u32; 6] = [100, 500, 1000, 2000, 5000, 10_000];

/// The seconds for which each rate is kept up.
const SECONDS: u32 = 20;

/// The transactions of a second.
const TRANSACTIONS: u32 = 20;

fn ecosystem(site: &Site) -> Ecosystem {
    site_model::model(site, site_model::PATIENCE, |team| {
        let capture =
            Capture::change_data_capture("USA/Team/Source").with_consistency(Consistency::SingleDataset);
        let ticks = "id BigInt key, made_at Timestamp(UTC) not null, payload VarChar(100)";
        let store = Datastore::new("Clock")
            .captured(capture)
            .dataset(Dataset::new("ticks", ticks).classified("Public"));
        team.datastore(store).workspace(
            Workspace::new("Reporting")
                .with_container("USA/Team/Warehouse")
                .group(DatasetGroup::new("Now").sink("Clock/ticks")),
        )
    })
}

/// Inserts rows at a rate, each with the time at which it is made. Returns the rows of a second that were inserted.
fn insert(source: &mut Client, first: i64, rate: u32) -> (i64, f64) {
    let rows = i64::from(rate / TRANSACTIONS);
    let began = Instant::now();
    let mut next = first;
    for transaction in 1..=SECONDS * TRANSACTIONS {
        let insert = "INSERT INTO ticks SELECT n, clock_timestamp(), repeat('x', 80) FROM generate_series($1::bigint, $2::bigint) n";
        source.execute(insert, &[&next, &(next + rows - 1)]).unwrap();
        next += rows;
        let due = Duration::from_secs(1) * transaction / TRANSACTIONS;
        thread::sleep(due.saturating_sub(began.elapsed()));
    }
    #[expect(clippy::cast_precision_loss, reason = "they are few")]
    let inserted = (next - first) as f64;
    (next, inserted / began.elapsed().as_secs_f64())
}

/// The characters of a decade in the diagram, which begins with a tenth of a second.
const DECADE: f64 = 16.0;

/// The place of a time in the diagram.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is a few characters")]
fn place(milliseconds: f64) -> usize {
    ((milliseconds / 100.0).log10() * DECADE).round().max(0.0) as usize
}

/// Draws the median and the slowest of a hundred at each rate.
fn diagram(measured: &[(u32, f64, f64)]) -> String {
    let scale = [(0.1, "0.1 s"), (1.0, "1 s"), (10.0, "10 s"), (100.0, "100 s")];
    let mut lines = vec![String::new()];
    for (seconds, name) in scale {
        let at = 10 + place(seconds * 1000.0);
        lines[0] = format!("{:at$}{name}", lines[0]);
    }
    for (rate, median, slowest) in measured {
        let [median, slowest] = [*median, *slowest].map(place);
        let mut line: Vec<char> = format!("{rate:>7}   ").chars().collect();
        line.extend((0..=slowest).map(|at| match at {
            at if at == median => '●',
            at if at == slowest => '○',
            at if at > median => '─',
            _ => ' ',
        }));
        lines.push(line.into_iter().collect());
    }
    lines.join("\n")
}

fn main() {
    let Some(site) = Site::start() else { return };
    let (mut source, mut warehouse) = (site.source(), site.warehouse());
    source
        .batch_execute(
            "CREATE TABLE ticks (id bigint PRIMARY KEY, made_at timestamptz NOT NULL, payload varchar(100))",
        )
        .unwrap();
    let registry = Registry::new().with_plugin::<KafkaPlatform>();
    let mut deployment = Deployment::new(registry, site.deployed(), "2026-11-26".parse().unwrap());
    // The sink writes into a table that is there, and leaves alone what it does not know: when the row was written.
    let table = format!(
        "SET ROLE {WRITER}; CREATE TABLE \"Clock__ticks\" (id bigint PRIMARY KEY, made_at timestamptz NOT NULL, payload text,
            written_at timestamptz DEFAULT clock_timestamp()); RESET ROLE"
    );
    warehouse.batch_execute(&table).unwrap();
    deployment.render(&ecosystem(&site)).unwrap();
    deployment.apply(&EnvironmentCredentials).unwrap();
    until_idle(&mut deployment);
    println!("rows/s wanted, rows/s made, rows/s written, p50 ms, p99 ms");
    let mut first = 1;
    let mut measured = Vec::new();
    for rate in RATES {
        let (next, made) = insert(&mut source, first, rate);
        let written = "SELECT count(*), count(*) / extract(epoch FROM max(written_at) - min(written_at))::float8,
                1000 * percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM written_at - made_at)::float8),
                1000 * percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM written_at - made_at)::float8)
            FROM \"Clock__ticks\" WHERE id >= $1";
        eventually("all is written", || {
            let count: i64 = warehouse.query_one(written, &[&first]).unwrap().get(0);
            (count < next - first).then(|| format!("{count} of {}", next - first))
        });
        let row = warehouse.query_one(written, &[&first]).unwrap();
        let [throughput, median, slowest] = [1, 2, 3].map(|at| row.get::<_, f64>(at));
        println!("{rate}, {made:.0}, {throughput:.0}, {median:.0}, {slowest:.0}");
        measured.push((rate, median, slowest));
        first = next;
    }
    println!("{}", diagram(&measured));
}
