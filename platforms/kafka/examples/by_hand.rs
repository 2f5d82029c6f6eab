//! What is rendered against what somebody wrote by hand for the same tables (`tests/it/by_hand/`), in turns on the same engines: how many rows of a
//! second get through, and how late they are.
//!
//! Both have a source, topics and a sink of their own, and the same tables are read. Those of one are paused while the other ones have their turn,
//! and catch up before their own begins.

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
#[path = "../tests/it/by_hand/model.rs"]
mod model;

use crate::postgres::WRITER;
use ::postgres::Client;
use datasurface_kafka::KafkaPlatform;
use datasurface_kafka_client::{ConnectClient, Limits, NewTopic, Tls};
use datasurface_platform::{EnvironmentCredentials, prelude::*};
use datasurface_test_support::postgres;
use datasurface_testkit::Deployment;
use engine::{Site, eventually, skipped, until_idle};
use model::{Place, SINK, SOURCE, TABLES, TOPIC};
use std::{
    thread,
    time::{Duration, Instant},
};

/// The turns of each.
const TURNS: usize = 5;

/// The rows of a turn that are inserted at once, in all tables together.
const BACKLOG: i64 = 30_000;

/// The rows of a second, and for how many seconds, of which the latency is measured.
const RATE: i64 = 500;
const SECONDS: u32 = 10;

/// A pipeline: its connectors, and the database that it writes.
struct Pipeline {
    name: &'static str,
    connectors: [String; 2],
    database: &'static str,
}

/// What was measured of a turn.
struct Turn {
    rows_per_second: f64,
    median: f64,
    slowest: f64,
}

/// A number of what was measured.
type Measure = fn(&Turn) -> f64;

fn prepare(site: &Site) {
    let mut owner = site.server.owner("postgres");
    owner.batch_execute(&format!("CREATE DATABASE by_hand OWNER {WRITER}")).unwrap();
    let mut source = site.source();
    for table in TABLES {
        let create = format!(
            "CREATE TABLE {table} (id bigint PRIMARY KEY, made_at timestamptz NOT NULL, payload varchar(100))"
        );
        source.batch_execute(&create).unwrap();
    }
    for database in ["warehouse", "by_hand"] {
        let mut consumers = site.server.owner(database);
        consumers
            .batch_execute(&format!("ALTER SCHEMA public OWNER TO {WRITER}; SET ROLE {WRITER}"))
            .unwrap();
        for table in TABLES {
            // The sink writes into a table that is there, and leaves alone what it does not know: when the row was written.
            let create = format!(
                "CREATE TABLE \"Clock__{table}\" (id bigint PRIMARY KEY, made_at timestamptz NOT NULL, payload text,
                    written_at timestamptz DEFAULT clock_timestamp())"
            );
            consumers.batch_execute(&create).unwrap();
        }
    }
}

fn begin_by_hand(site: &Site, place: &Place, connect: &ConnectClient) -> [String; 2] {
    let topic: serde_json::Value = serde_json::from_str(TOPIC).unwrap();
    let mut kafka = site.client();
    for table in TABLES {
        let mut new = NewTopic::new(format!("Hand.Clock__{table}"))
            .with_partitions(topic["partitions"].as_i64().unwrap().try_into().unwrap())
            .with_replication(topic["replication_factor"].as_i64().unwrap().try_into().unwrap());
        for (name, value) in topic["configs"].as_object().unwrap() {
            new = new.config(name, value.as_str().unwrap());
        }
        kafka.create_topic(&new).unwrap();
    }
    // The other one writes a message into the log at each of its heartbeats.
    for own in ["__debezium-heartbeat.Hand", "Hand.message"] {
        kafka.create_topic(&NewTopic::new(own).with_partitions(1)).unwrap();
    }
    [("hand.source", SOURCE), ("hand.sink", SINK)].map(|(name, written)| {
        connect.put(name, &place.of(written).into_iter().collect()).unwrap();
        name.to_owned()
    })
}

/// Inserts rows into all tables, the same count into each.
fn insert(source: &mut Client, next: &mut i64, count: i64) {
    let each = count / i64::try_from(TABLES.len()).unwrap();
    for table in TABLES {
        let insert = format!(
            "INSERT INTO {table} SELECT n, clock_timestamp(), repeat('x', 80) FROM generate_series($1::bigint, $2::bigint) n"
        );
        source.execute(&insert, &[next, &(*next + each - 1)]).unwrap();
    }
    *next += each;
}

/// Waits until all rows are there.
fn wait(consumers: &mut Client, next: i64) {
    let count = TABLES.map(|table| format!("(SELECT count(*) FROM \"Clock__{table}\")")).join(" + ");
    let all = (next - 1) * i64::try_from(TABLES.len()).unwrap();
    eventually("all is written", || {
        let count: i64 = consumers.query_one(&format!("SELECT {count}"), &[]).unwrap().get(0);
        (count < all).then(|| format!("{count} of {all}"))
    });
}

fn measure(site: &Site, pipeline: &Pipeline, next: &mut i64) -> Turn {
    let (mut source, mut consumers) = (site.source(), site.server.owner(pipeline.database));
    // What came in the turn of the other one.
    wait(&mut consumers, *next);
    let first = *next;
    insert(&mut source, next, BACKLOG);
    wait(&mut consumers, *next);
    let rows = |from: i64| {
        let tables = TABLES
            .map(|table| format!("SELECT made_at, written_at FROM \"Clock__{table}\" WHERE id >= {from}"));
        tables.join(" UNION ALL ")
    };
    let written = format!(
        "SELECT count(*) / extract(epoch FROM max(written_at) - min(made_at))::float8 FROM ({}) AS rows",
        rows(first)
    );
    let rows_per_second = consumers.query_one(&written, &[]).unwrap().get(0);
    let first = *next;
    let began = Instant::now();
    for second in 1..=SECONDS * 5 {
        insert(&mut source, next, RATE / 5);
        thread::sleep((Duration::from_millis(200) * second).saturating_sub(began.elapsed()));
    }
    wait(&mut consumers, *next);
    let late = format!(
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM written_at - made_at)::float8),
            percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM written_at - made_at)::float8) FROM ({}) AS rows",
        rows(first)
    );
    let late = consumers.query_one(&late, &[]).unwrap();
    Turn { rows_per_second, median: late.get(0), slowest: late.get(1) }
}

/// The median, the least and the greatest of what was measured.
fn spread(turns: &[Turn], of: Measure) -> [f64; 3] {
    let mut values: Vec<f64> = turns.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    [values[values.len() / 2], values[0], values[values.len() - 1]]
}

fn main() {
    let Some(site) = Site::start() else { return };
    let place = Place {
        brokers: site.kafka.bootstrap_servers(),
        connect: site.worker.url(),
        port: site.server.port,
        secrets: site.secrets(),
    };
    let connect = ConnectClient::new(&site.worker.url(), &Tls::new(), None, Limits::default()).unwrap();
    prepare(&site);
    let registry = Registry::new().with_plugin::<KafkaPlatform>();
    let mut deployment = Deployment::new(registry, site.deployed(), "2026-11-26".parse().unwrap());
    deployment.render(&place.ecosystem()).unwrap();
    deployment.apply(&EnvironmentCredentials).unwrap();
    until_idle(&mut deployment);
    let rendered: Vec<String> = connect.connectors().unwrap();
    let rendered =
        Pipeline { name: "rendered", connectors: rendered.try_into().unwrap(), database: "warehouse" };
    let by_hand = begin_by_hand(&site, &place, &connect);
    let by_hand = Pipeline { name: "by hand", connectors: by_hand, database: "by_hand" };
    let mut next = 1;
    // Both have begun, and know all tables.
    insert(&mut site.source(), &mut next, 1000);
    for pipeline in [&rendered, &by_hand] {
        wait(&mut site.server.owner(pipeline.database), next);
    }
    let mut turns = [Vec::new(), Vec::new()];
    for _ in 0..TURNS {
        for (at, (pipeline, other)) in [(&rendered, &by_hand), (&by_hand, &rendered)].into_iter().enumerate()
        {
            other.connectors.iter().for_each(|name| connect.pause(name).unwrap());
            pipeline.connectors.iter().for_each(|name| connect.resume(name).unwrap());
            let turn = measure(&site, pipeline, &mut next);
            let Turn { rows_per_second, median, slowest } = &turn;
            println!("{}: {rows_per_second:.0} rows/s, p50 {median:.2} s, p99 {slowest:.2} s", pipeline.name);
            turns[at].push(turn);
        }
    }
    let measures: [(&str, Measure); 3] = [
        ("rows/s", |turn| turn.rows_per_second),
        ("p50 s", |turn| turn.median),
        ("p99 s", |turn| turn.slowest),
    ];
    for (name, of) in measures {
        let [rendered, by_hand] = turns.each_ref().map(|turns| spread(turns, of));
        println!(
            "{name}: rendered {:.2}, by hand {:.2} ({:.2} to {:.2})",
            rendered[0], by_hand[0], by_hand[1], by_hand[2]
        );
    }
}
