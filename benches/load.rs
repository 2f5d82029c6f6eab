//! How fast records arrive: `cargo bench --bench load`, with how many as an argument (`-- 200000`; a million otherwise).
//!
//! An SQLite source with records of nine columns is captured, with history, into the database of a local platform: at
//! first all of it, then again after one record in ten changed. Beside it stands what somebody who knows SQLite would
//! write by hand for that one table: attach the source, stage, compare, merge, count, with the same indexes, the same
//! durability (a write-ahead log, synchronous as SQLite comes) and the same tables afterwards, which is checked.
//!
//! Then the same with a transformer that makes a second dataset of as many records, and a consumer who has a copy of both, with
//! history, in a file of its own.
//!
//! Each of both is done several times in turn, and the best of each counts: in seconds of the processor, which other
//! work on the machine does not change, and in seconds on the wall.

#![expect(clippy::print_stdout, reason = "it says what it measured")]

use datasurface::{
    broker::{Base, Broker, LOCK_FILE_NAME, Lock, OperationContext, Target},
    model::*,
    platform::{EnvironmentCredentials, NoObserver, OperatorConfirmations, Registry, RunRequest},
};
use datasurface_local::LocalPlatform;
use rusqlite::Connection;
use std::{
    error::Error,
    fs,
    path::Path,
    time::{Duration, Instant},
};
use tempfile::TempDir;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// How often each is measured.
const TIMES: usize = 3;
/// What is asked for: the platform at this share of the speed of the statements by hand, at least.
const WANTED: f64 = 0.7;

fn main() -> Result<()> {
    // Cargo passes `--bench`, too.
    let records = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(1_000_000);
    println!("{records} records, best of {TIMES}\n");
    println!("                                by the platform        by hand      share of its speed");
    println!("                                records per second                  processor     wall");
    let shares = [measure(records, Reach::Capture)?, measure(records, Reach::Consumer)?];
    println!("\nat least {WANTED} is wanted of each, of the processor's time");
    match shares.into_iter().flatten().flatten().all(|share| share >= WANTED) {
        true => Ok(()),
        false => Err("it is too slow".into()),
    }
}

/// How far records go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// Into the platform's database.
    Capture,
    /// Through a transformer, and into a file of a consumer.
    Consumer,
}

/// Measures a first load and one of changes, and returns the shares of the processor's time.
fn measure(records: i64, reach: Reach) -> Result<[Option<f64>; 2]> {
    let (mut first, mut again) = (Pair::default(), Pair::default());
    for _ in 0..TIMES {
        let folder = TempDir::new()?;
        let folder = folder.path();
        Connection::open(folder.join("source.db"))?.execute(SOURCE, [records])?;
        apply(folder, reach)?;
        first.add(|| by_platform(folder), || by_hand(folder, 1, reach))?;
        Connection::open(folder.join("source.db"))?.execute_batch(CHANGES)?;
        again.add(|| by_platform(folder), || by_hand(folder, 2, reach))?;
        assert_same_tables(folder, reach)?;
    }
    let what = match reach {
        Reach::Capture => "",
        Reach::Consumer => ", to a consumer",
    };
    Ok([
        first.show(&format!("first load{what}"), records),
        again.show(&format!("10 % changed{what}"), records),
    ])
}

/// The best times of both.
#[derive(Default)]
struct Pair {
    platform: Option<Took>,
    hand: Option<Took>,
}

impl Pair {
    fn add(
        &mut self,
        platform: impl FnOnce() -> Result<()>,
        hand: impl FnOnce() -> Result<()>,
    ) -> Result<()> {
        self.platform = Some(Took::best(self.platform, Took::measure(platform)?));
        self.hand = Some(Took::best(self.hand, Took::measure(hand)?));
        Ok(())
    }

    /// Says how fast both were, and returns the share of the processor's time.
    fn show(&self, what: &str, records: i64) -> Option<f64> {
        let (platform, hand) = (self.platform?, self.hand?);
        #[expect(clippy::cast_precision_loss, reason = "for people")]
        let speed = |took: Took| records as f64 / took.wall.as_secs_f64();
        let share = |took: fn(&Took) -> Duration| took(&hand).as_secs_f64() / took(&platform).as_secs_f64();
        let of_processor = share(|took| took.processor);
        println!(
            "{what:<32}{:>15.0}{:>15.0}{:>19.2}{:>9.2}",
            speed(platform),
            speed(hand),
            of_processor,
            share(|took| took.wall)
        );
        Some(of_processor)
    }
}

/// What something took.
#[derive(Clone, Copy)]
struct Took {
    processor: Duration,
    wall: Duration,
}

impl Took {
    fn measure(work: impl FnOnce() -> Result<()>) -> Result<Self> {
        let (begin, processor) = (Instant::now(), on_processor());
        work()?;
        let wall = begin.elapsed();
        let processor = processor.zip(on_processor()).map_or(wall, |(before, after)| after - before);
        Ok(Self { processor, wall })
    }

    fn best(before: Option<Self>, now: Self) -> Self {
        before.map_or(now, |before| Self {
            processor: before.processor.min(now.processor),
            wall: before.wall.min(now.wall),
        })
    }
}

/// How long this thread was on a processor, where the system says so; all of the work is done in one thread.
fn on_processor() -> Option<Duration> {
    let statistics = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = statistics.split_whitespace().next()?;
    nanoseconds.parse().ok().map(Duration::from_nanos)
}

fn ecosystem(reach: Reach) -> Ecosystem {
    let orders = "order_id Integer key, customer VarChar(10) not null, product VarChar(40) not null, \
        ordered_on Date not null, quantity Integer not null, unit_price Decimal(10,2) not null, weight Double, \
        comment VarChar(100), is_paid Boolean not null";
    let store = Datastore::new("Shop")
        .captured(Capture::sql_snapshot("Z/T/Source"))
        .dataset(Dataset::new("orders", orders).classified("Public"));
    let all = |sinks: &[&'static str]| {
        DatasetGroup::new("all")
            .with_sinks(sinks.iter().copied())
            .with_milestoning(Milestoning::LiveAndForensic)
    };
    let mut team = Team::new()
        .container(DataContainer::sqlite("Source", "source.db").located("V/L"))
        .container(DataContainer::sqlite("Own", "platform.db").located("V/L"))
        .container(DataContainer::sqlite("Desk", "desk.db").located("V/L"))
        .datastore(store);
    team = match reach {
        Reach::Capture => {
            team.workspace(Workspace::new("Sales").with_container("Z/T/Own").group(all(&["Shop/orders"])))
        }
        Reach::Consumer => {
            let prices = "order_id Integer key, customer VarChar(10) not null, price Decimal(12,2) not null";
            let made = Datastore::new("Made").dataset(Dataset::new("prices", prices).classified("Public"));
            let pricing = Workspace::new("Pricing")
                .with_container("Z/T/Own")
                .group(DatasetGroup::new("in").sink("Shop/orders"))
                .with_transformer(DataTransformer::sql("Made").select("prices", PRICES));
            let sales = Workspace::new("Sales")
                .with_container("Z/T/Desk")
                .group(all(&["Shop/orders", "Made/prices"]));
            team.datastore(made).workspace(pricing).workspace(sales)
        }
    };
    Ecosystem::new("E", "github:o/model@main", "github:o/live@main")
        .vendor(InfrastructureVendor::new("V").location("L"))
        .platform(PlatformDeclaration::new("Local", "local").setting("database", "platform.db"))
        .zone("Z", "github:o/zone@main", GovernanceZone::new().team("T", "github:o/team@main", team))
}

const PRICES: &str = "SELECT order_id, customer, quantity * unit_price AS price FROM Shop_orders";

const SOURCE: &str = "
CREATE TABLE orders AS
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1)
SELECT n AS order_id, 'C' || (n * 7919 % 99991) AS customer, 'Product number ' || (n % 1009) AS product,
    date('2020-01-01', '+' || (n % 2000) || ' days') AS ordered_on, n % 17 AS quantity,
    (n % 10007) / 100.0 AS unit_price, CASE WHEN n % 5 <> 0 THEN n * 0.125 END AS weight,
    CASE WHEN n % 3 = 0 THEN 'Please ring twice, order ' || n END AS comment, n % 2 AS is_paid
FROM numbers";

const CHANGES: &str = "
UPDATE orders SET quantity = quantity + 1 WHERE order_id % 100 < 8;
DELETE FROM orders WHERE order_id % 100 = 8;
INSERT INTO orders SELECT -order_id, customer, product, ordered_on, quantity, unit_price, weight, comment, is_paid
FROM orders WHERE order_id % 100 = 9;";

fn broker() -> Broker {
    Broker::new(Registry::new().with_plugin::<LocalPlatform>())
}

fn operation(folder: &Path) -> Result<OperationContext<'_>> {
    let now = "2026-11-21T12:00:00Z".parse()?;
    Ok(OperationContext {
        root: folder,
        credentials: &EnvironmentCredentials,
        now,
        watcher: &NoObserver,
        confirmed: OperatorConfirmations::default(),
    })
}

fn apply(folder: &Path, reach: Reach) -> Result<()> {
    let on = operation(folder)?;
    let checked = ecosystem(reach).validate(&Validation::on(on.now.date_naive()))?;
    let placed = broker().place(checked.ecosystem(), &Lock::default())?;
    let mut target = Target::open(folder.join("rendered"))?;
    let proposal = broker().propose(&placed, Base::Target(target.manifest()), on.now.date_naive())?;
    proposal.write(&mut target, &folder.join(LOCK_FILE_NAME))?;
    broker().apply(&mut target, &on)?;
    Connection::open(folder.join("hand.db"))?.execute_batch(BY_HAND_CREATE)?;
    if reach == Reach::Consumer {
        Connection::open(folder.join("hand.db"))?.execute_batch(BY_HAND_CREATE_PRICES)?;
        let desk = Connection::open(folder.join("hand_desk.db"))?;
        desk.execute_batch(BY_HAND_CREATE)?;
        desk.execute_batch(BY_HAND_CREATE_PRICES)?;
    }
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

const BY_HAND_CREATE: &str = "
PRAGMA journal_mode = WAL;
CREATE TABLE orders (
    order_id INTEGER NOT NULL, customer TEXT, product TEXT, ordered_on TEXT, quantity INTEGER, unit_price TEXT,
    weight REAL, comment TEXT, is_paid INTEGER, batch_in INTEGER NOT NULL, batch_out INTEGER,
    PRIMARY KEY (order_id, batch_in)
);
CREATE UNIQUE INDEX live ON orders (order_id) WHERE batch_out IS NULL;
CREATE INDEX opened ON orders (batch_in);
CREATE INDEX closed ON orders (batch_out) WHERE batch_out IS NOT NULL;";

const BY_HAND_STAGE: &str = "
CREATE TEMP TABLE stage (
    order_id INTEGER NOT NULL PRIMARY KEY, customer TEXT NOT NULL, product TEXT NOT NULL, ordered_on TEXT NOT NULL,
    quantity INTEGER NOT NULL, unit_price TEXT NOT NULL, weight REAL, comment TEXT, is_paid INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO stage
SELECT order_id, customer, product, ordered_on, quantity, printf('%.2f', unit_price), weight, comment, is_paid
FROM source.orders;";

const BY_HAND_CLOSE: &str = "
UPDATE orders AS live SET batch_out = ?1
WHERE batch_out IS NULL AND NOT EXISTS (
    SELECT 1 FROM stage
    WHERE stage.order_id = live.order_id
      AND (stage.customer, stage.product, stage.ordered_on, stage.quantity, stage.unit_price, stage.weight,
           stage.comment, stage.is_paid)
       IS (live.customer, live.product, live.ordered_on, live.quantity, live.unit_price, live.weight,
           live.comment, live.is_paid)
)";

const BY_HAND_OPEN: &str = "
INSERT INTO orders SELECT stage.*, ?1, NULL FROM stage
WHERE NOT EXISTS (SELECT 1 FROM orders AS live WHERE live.order_id = stage.order_id AND live.batch_out IS NULL)";

const BY_HAND_COUNT: &str = "
SELECT (SELECT count(*) FROM stage), (SELECT count(*) FROM orders WHERE batch_in = ?1),
    (SELECT count(*) FROM orders WHERE batch_out = ?1),
    (SELECT count(*) FROM orders AS earlier JOIN orders AS later ON later.order_id = earlier.order_id
     WHERE earlier.batch_out = ?1 AND later.batch_in = ?1)";

const BY_HAND_CREATE_PRICES: &str = "
CREATE TABLE prices (
    order_id INTEGER NOT NULL, customer TEXT, price TEXT, batch_in INTEGER NOT NULL, batch_out INTEGER,
    PRIMARY KEY (order_id, batch_in)
);
CREATE UNIQUE INDEX live_prices ON prices (order_id) WHERE batch_out IS NULL;
CREATE INDEX opened_prices ON prices (batch_in);
CREATE INDEX closed_prices ON prices (batch_out) WHERE batch_out IS NOT NULL;";

const BY_HAND_STAGE_PRICES: &str = "
CREATE TEMP TABLE stage_prices (
    order_id INTEGER NOT NULL PRIMARY KEY, customer TEXT NOT NULL, price TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO stage_prices
SELECT order_id, customer, printf('%.2f', quantity * unit_price) FROM orders WHERE batch_out IS NULL;";

const BY_HAND_CLOSE_PRICES: &str = "
UPDATE prices AS live SET batch_out = ?1
WHERE batch_out IS NULL AND NOT EXISTS (
    SELECT 1 FROM stage_prices AS stage
    WHERE stage.order_id = live.order_id AND (stage.customer, stage.price) IS (live.customer, live.price)
)";

const BY_HAND_OPEN_PRICES: &str = "
INSERT INTO prices SELECT stage.*, ?1, NULL FROM stage_prices AS stage
WHERE NOT EXISTS (SELECT 1 FROM prices AS live WHERE live.order_id = stage.order_id AND live.batch_out IS NULL)";

fn by_hand(folder: &Path, batch: i64, reach: Reach) -> Result<()> {
    let mut database = Connection::open(folder.join("hand.db"))?;
    attach(&database, &folder.join("source.db"), "source")?;
    let transaction = database.transaction()?;
    transaction.execute_batch(BY_HAND_STAGE)?;
    transaction.execute(BY_HAND_CLOSE, [batch])?;
    transaction.execute(BY_HAND_OPEN, [batch])?;
    transaction.query_row(BY_HAND_COUNT, [batch], |_| Ok(()))?;
    transaction.execute_batch("DROP TABLE stage")?;
    transaction.commit()?;
    if reach == Reach::Capture {
        return Ok(());
    }
    let transaction = database.transaction()?;
    transaction.execute_batch(BY_HAND_STAGE_PRICES)?;
    transaction.execute(BY_HAND_CLOSE_PRICES, [batch])?;
    transaction.execute(BY_HAND_OPEN_PRICES, [batch])?;
    transaction.execute_batch("DROP TABLE stage_prices")?;
    transaction.commit()?;

    let mut desk = Connection::open(folder.join("hand_desk.db"))?;
    attach(&desk, &folder.join("hand.db"), "platform")?;
    let transaction = desk.transaction()?;
    for table in ["orders", "prices"] {
        let close = format!(
            "UPDATE main.{table} AS copy SET batch_out = ?1 FROM platform.{table} AS kept
             WHERE kept.batch_out = ?1 AND copy.order_id = kept.order_id AND copy.batch_in = kept.batch_in"
        );
        transaction.execute(&close, [batch])?;
        let open = format!("INSERT INTO main.{table} SELECT * FROM platform.{table} WHERE batch_in = ?1");
        transaction.execute(&open, [batch])?;
    }
    Ok(transaction.commit()?)
}

fn attach(database: &Connection, file: &Path, schema: &str) -> Result<()> {
    let file = file.to_str().ok_or("the path is no text")?;
    database.execute(&format!("ATTACH DATABASE ?1 AS {schema}"), [file])?;
    Ok(())
}

/// Both left the same behind.
fn assert_same_tables(folder: &Path, reach: Reach) -> Result<()> {
    assert_same(folder, "hand.db", "orders", "platform.db", "Shop__orders")?;
    if reach == Reach::Consumer {
        assert_same(folder, "hand.db", "prices", "platform.db", "Made__prices")?;
        assert_same(folder, "hand_desk.db", "orders", "desk.db", "Local__Shop__orders")?;
        assert_same(folder, "hand_desk.db", "prices", "desk.db", "Local__Made__prices")?;
    }
    Ok(())
}

fn assert_same(folder: &Path, hand: &str, by_hand: &str, platform: &str, by_platform: &str) -> Result<()> {
    let database = Connection::open(folder.join(hand))?;
    attach(&database, &folder.join(platform), "platform")?;
    let differing: i64 = database.query_row(
        &format!(
            "SELECT count(*) FROM (
               SELECT * FROM (SELECT * FROM {by_hand} EXCEPT SELECT * FROM platform.{by_platform})
               UNION ALL SELECT * FROM (SELECT * FROM platform.{by_platform} EXCEPT SELECT * FROM {by_hand}))"
        ),
        [],
        |row| row.get(0),
    )?;
    if differing == 0 { Ok(()) } else { Err(format!("{differing} records of {by_platform} differ").into()) }
}
