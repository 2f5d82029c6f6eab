//! How fast records arrive from a PostgreSQL server and on another one: `cargo bench --bench load_postgres`, with how many
//! as an argument (`-- 200000`; half a million otherwise). It needs PostgreSQL, and starts a server of its own.
//!
//! A table of nine columns is captured, with history, into the database of a local platform, and from there brought to a
//! consumer's database on the server, also with history: at first all of it, then again after one record in ten changed.
//! Beside it stands what somebody who knows both would write by hand for that one table: COPY out of the source, compare
//! and merge in SQLite, COPY what changed into the consumer's database, and merge there; with the same indexes, the same
//! durability and the same tables afterwards, which is checked.
//!
//! Each of both is done several times in turn, and the best of each counts: in seconds of the processor, here and in the
//! server together, and in seconds on the wall.

#![expect(clippy::print_stdout, reason = "it says what it measured")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    dead_code,
    reason = "the server is that of the tests, which may stop and need more of it"
)]

#[path = "load_postgres/by_hand.rs"]
mod by_hand;
#[path = "load_postgres/measure.rs"]
mod measure;
#[path = "load_postgres/support.rs"]
mod support;

use by_hand::ByHand;
use datasurface::{
    broker::{Base, Broker, LOCK_FILE_NAME, Lock, OperationContext, Target},
    model::*,
    platform::{
        CredentialError, CredentialSource, NoObserver, OperatorConfirmations, Registry, RunRequest, Secret,
    },
};
use datasurface_local::LocalPlatform;
use measure::Pair;
use rusqlite::Connection;
use std::{error::Error, path::Path};
use support::postgres::{PASSWORD, Server, WRITER};
use tempfile::TempDir;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// How often each is measured.
const TIMES: usize = 3;
/// What is asked for: the platform at this share of the speed by hand, at least.
const WANTED: f64 = 0.5;

const SHOP: &str = "shop";
const DESK: &str = "desk";

fn main() -> Result<()> {
    // Cargo passes `--bench`, too.
    let records = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(500_000);
    let Some(server) = Server::start() else { return Ok(()) };
    let (mut first, mut again) = (Pair::of(&server), Pair::of(&server));
    for _ in 0..TIMES {
        let folder = TempDir::new()?;
        let folder = folder.path();
        server.renew(SHOP, "template1");
        server.renew(DESK, "template1");
        server.owner(SHOP).batch_execute(&SOURCE.replace("RECORDS", &i64::to_string(&records)))?;
        apply(&server, folder)?;
        let by_hand = ByHand::create(&server, folder)?;
        first.add(|| by_platform(folder), || by_hand.run(1))?;
        server.owner(SHOP).batch_execute(CHANGES)?;
        again.add(|| by_platform(folder), || by_hand.run(2))?;
        by_hand.assert_same_tables()?;
    }
    println!("{records} records, best of {TIMES}\n");
    println!("                        by the platform        by hand      share of its speed");
    println!("                        records per second                  processor     wall");
    let shares = [first.show("first load", records), again.show("10 % changed", records)];
    println!("\nat least {WANTED} is wanted, of the processor's time");
    match shares.into_iter().flatten().all(|share| share >= WANTED) {
        true => Ok(()),
        false => Err("it is too slow".into()),
    }
}

/// The only login that there is.
#[derive(Debug)]
struct Writer;

impl CredentialSource for Writer {
    fn secret(&self, _: &CredentialKey, _: &str) -> std::result::Result<Secret, CredentialError> {
        Ok(Secret::new(format!("{WRITER}:{PASSWORD}")))
    }
}

fn ecosystem(server: &Server) -> Ecosystem {
    let orders = "order_id Integer key, customer VarChar(10) not null, product VarChar(40) not null, \
        ordered_on Date not null, quantity Integer not null, unit_price Decimal(10,2) not null, weight Double, \
        comment VarChar(100), is_paid Boolean not null";
    let on_server = |name: &str, database: &str| {
        let kind = ContainerKind::Postgres {
            host: "127.0.0.1".into(),
            port: server.port,
            database: database.into(),
        };
        DataContainer::new(name, kind).located("V/L")
    };
    let store = Datastore::new("Shop")
        .captured(Capture::sql_snapshot("Z/T/Source").with_credential("writer"))
        .dataset(Dataset::new("orders", orders).classified("Public"));
    let everything =
        DatasetGroup::new("all").sink("Shop/orders").with_milestoning(Milestoning::LiveAndForensic);
    let writer =
        Credential::new("writer", CredentialKind::Password).opening("Z/T/Source").opening("Z/T/Desk");
    let team = Team::new()
        .credential(writer)
        .container(on_server("Source", SHOP))
        .container(on_server("Desk", DESK).with_credential("writer"))
        .datastore(store)
        .workspace(Workspace::new("Sales").with_container("Z/T/Desk").group(everything));
    let local = PlatformDeclaration::new("Local", "local").setting("database", "platform.db");
    Ecosystem::new("E", "github:o/model@main", "github:o/live@main")
        .vendor(InfrastructureVendor::new("V").location("L"))
        .platform(local)
        .zone("Z", "github:o/zone@main", GovernanceZone::new().team("T", "github:o/team@main", team))
}

const SOURCE: &str = "
CREATE TABLE orders (order_id int PRIMARY KEY, customer varchar(10) NOT NULL, product varchar(40) NOT NULL,
    ordered_on date NOT NULL, quantity int NOT NULL, unit_price numeric(10,2) NOT NULL, weight double precision,
    comment varchar(100), is_paid boolean NOT NULL);
INSERT INTO orders
SELECT n, 'C' || (n::bigint * 7919 % 99991), 'Product number ' || (n % 1009), date '2020-01-01' + n % 2000, n % 17,
    (n % 10007) / 100.0, CASE WHEN n % 5 <> 0 THEN n * 0.125 END,
    CASE WHEN n % 3 = 0 THEN 'Please ring twice, order ' || n END, n % 2 = 1
FROM generate_series(1, RECORDS) AS n;
ALTER TABLE orders OWNER TO writer;
ANALYZE orders";

const CHANGES: &str = "
UPDATE orders SET quantity = quantity + 1 WHERE order_id % 100 < 8;
DELETE FROM orders WHERE order_id % 100 = 8;
INSERT INTO orders
SELECT -order_id, customer, product, ordered_on, quantity, unit_price, weight, comment, is_paid
FROM orders WHERE order_id % 100 = 9;
ANALYZE orders";

fn broker() -> Broker {
    Broker::new(Registry::new().with_plugin::<LocalPlatform>())
}

fn operation(folder: &Path) -> Result<OperationContext<'_>> {
    let now = "2026-11-21T12:00:00Z".parse()?;
    let confirmed = OperatorConfirmations::default();
    Ok(OperationContext { root: folder, credentials: &Writer, now, watcher: &NoObserver, confirmed })
}

fn apply(server: &Server, folder: &Path) -> Result<()> {
    let on = operation(folder)?;
    let checked = ecosystem(server).validate(&Validation::on(on.now.date_naive()))?;
    let placed = broker().place(checked.ecosystem(), &Lock::default())?;
    let mut target = Target::open(folder.join("rendered"))?;
    let proposal = broker().propose(&placed, Base::Target(target.manifest()), on.now.date_naive())?;
    proposal.write(&mut target, &folder.join(LOCK_FILE_NAME))?;
    broker().apply(&mut target, &on)?;
    Ok(())
}

fn by_platform(folder: &Path) -> Result<()> {
    let target = Target::open(folder.join("rendered"))?;
    let ran = broker().run(&target, &operation(folder)?, &RunRequest::once());
    match ran.done.values().flat_map(|report| &report.failures).next() {
        Some(failure) => Err(failure.reason.clone().into()),
        None => Ok(()),
    }
}

/// A database file in a folder.
fn open(folder: &Path, file: &str) -> Result<Connection> {
    Ok(Connection::open(folder.join(file))?)
}
