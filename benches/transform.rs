//! What the sandbox of transformers costs: `cargo bench --bench transform`, with how many records as an argument (`-- 5000000`; a
//! million otherwise).
//!
//! A transformer reads records of four columns and makes as many of three, which are captured. Beside it stands what that cost while
//! the SQL of transformers was executed on the connection that writes: `INSERT … SELECT` into a table, by hand, and then a
//! capture of this table. Once the columns are as they are; once there is a product of a decimal, which the platform rounds, and
//! whoever writes it by hand with `printf`.
//!
//! Each of both is done several times in turn, and the best of each counts, in seconds of the processor.

#![expect(clippy::print_stdout, reason = "it says what it measured")]

use cpu_time::ProcessTime;
use datasurface::{
    broker::{Base, Broker, LOCK_FILE_NAME, Lock, OperationContext, Target},
    model::*,
    platform::{EnvironmentCredentials, NoObserver, OperatorConfirmations, Registry, RunRequest},
};
use datasurface_local::LocalPlatform;
use rusqlite::Connection;
use std::{error::Error, path::Path, time::Duration};
use tempfile::TempDir;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// How often each is measured.
const TIMES: usize = 3;
/// The most that a transformer may take, as a multiple of what it took on the connection that writes.
const WANTED: f64 = 1.1;

/// What is made.
struct Case {
    name: &'static str,
    /// The schema of the dataset.
    schema: &'static str,
    /// The columns of the table by hand.
    columns: &'static str,
    /// What the transformer selects.
    select: &'static str,
    /// The values of the same columns by hand.
    by_hand: &'static str,
}

const CASES: [Case; 2] = [
    Case {
        name: "columns as they are",
        schema: "order_id Integer key, customer VarChar(10) not null, quantity Integer not null",
        columns: "order_id INTEGER, customer TEXT, quantity INTEGER",
        select: "SELECT order_id, customer, quantity FROM Shop_orders",
        by_hand: "order_id, customer, quantity",
    },
    Case {
        name: "a decimal that is rounded",
        schema: "order_id Integer key, customer VarChar(10) not null, price Decimal(12,2) not null",
        columns: "order_id INTEGER, customer TEXT, price TEXT",
        select: "SELECT order_id, customer, quantity * unit_price AS price FROM Shop_orders",
        by_hand: "order_id, customer, printf('%.2f', quantity * unit_price)",
    },
];

fn main() -> Result<()> {
    // Cargo passes `--bench`, too.
    let records = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(1_000_000);
    println!("{records} records, best of {TIMES}, seconds of the processor\n");
    println!("{:<28}{:>12}{:>12}{:>12}{:>8}", "", "transformer", "by hand", "+ capture", "ratio");
    let mut is_slow = false;
    for case in &CASES {
        is_slow |= measure(case, records)? > WANTED;
    }
    println!("\na ratio of at most {WANTED} is wanted");
    if is_slow { Err("it is too slow".into()) } else { Ok(()) }
}

/// Measures a case, and returns the ratio of both.
fn measure(case: &Case, records: i64) -> Result<f64> {
    let mut best = [Duration::MAX; 3];
    for _ in 0..TIMES {
        let folder = TempDir::new()?;
        let folder = folder.path();
        Connection::open(folder.join("source.db"))?.execute(SOURCE, [records])?;
        let hand = Connection::open(folder.join("hand.db"))?;
        hand.execute_batch(&format!("PRAGMA journal_mode = WAL; CREATE TABLE made ({})", case.columns))?;
        apply(folder, case)?;
        run(folder, "Shop")?;
        let took = [
            took(|| run(folder, "Pricing"))?,
            took(|| by_hand(&hand, folder, case))?,
            took(|| run(folder, "Kept"))?,
        ];
        best.iter_mut().zip(took).for_each(|(best, took)| *best = took.min(*best));
        assert_same(folder)?;
    }
    let [transformer, by_hand, capture] = best.map(|took| took.as_secs_f64());
    let ratio = transformer / (by_hand + capture);
    println!("{:<28}{transformer:>12.2}{by_hand:>12.2}{capture:>12.2}{ratio:>8.2}", case.name);
    Ok(ratio)
}

fn took(work: impl FnOnce() -> Result<()>) -> Result<Duration> {
    let begin = ProcessTime::now();
    work()?;
    Ok(begin.elapsed())
}

const SOURCE: &str = "
CREATE TABLE orders AS
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1)
SELECT n AS order_id, 'C' || (n * 7919 % 99991) AS customer, n % 17 AS quantity, (n % 10007) / 100.0 AS unit_price
FROM numbers";

fn by_hand(hand: &Connection, folder: &Path, case: &Case) -> Result<()> {
    let platform = folder.join("platform.db");
    hand.execute("ATTACH DATABASE ?1 AS platform", [platform.to_str().ok_or("the path is no text")?])?;
    let insert = format!(
        "INSERT INTO made SELECT {} FROM platform.Shop__orders WHERE batch_out IS NULL",
        case.by_hand
    );
    hand.execute_batch(&format!("BEGIN; DELETE FROM made; {insert}; COMMIT; DETACH platform"))?;
    Ok(())
}

fn ecosystem(case: &Case) -> Ecosystem {
    let orders = "order_id Integer key, customer VarChar(10) not null, quantity Integer not null, \
        unit_price Decimal(10,2) not null";
    let shop = Datastore::new("Shop")
        .captured(Capture::sql_snapshot("Z/T/Source"))
        .dataset(Dataset::new("orders", orders).classified("Public"));
    let made = || Dataset::new("made", case.schema).classified("Public");
    let kept = Datastore::new("Kept").captured(Capture::sql_snapshot("Z/T/Hand")).dataset(made());
    let pricing = Workspace::new("Pricing")
        .with_container("Z/T/Own")
        .group(DatasetGroup::new("in").sink("Shop/orders"))
        .with_transformer(DataTransformer::sql("Made").select("made", case.select));
    let sales = Workspace::new("Sales")
        .with_container("Z/T/Own")
        .group(DatasetGroup::new("all").with_sinks(["Made/made", "Kept/made"]));
    let team = Team::new()
        .container(DataContainer::sqlite("Source", "source.db").located("V/L"))
        .container(DataContainer::sqlite("Hand", "hand.db").located("V/L"))
        .container(DataContainer::sqlite("Own", "platform.db").located("V/L"))
        .datastore(shop)
        .datastore(kept)
        .datastore(Datastore::new("Made").dataset(made()))
        .workspace(pricing)
        .workspace(sales);
    Ecosystem::new("E", "github:o/model@main", "github:o/live@main")
        .vendor(InfrastructureVendor::new("V").location("L"))
        .platform(PlatformDeclaration::new("Local", "local").setting("database", "platform.db"))
        .zone("Z", "github:o/zone@main", GovernanceZone::new().team("T", "github:o/team@main", team))
}

fn broker() -> Broker {
    Broker::new(Registry::new().with_plugin::<LocalPlatform>())
}

fn operation(folder: &Path) -> Result<OperationContext<'_>> {
    Ok(OperationContext {
        root: folder,
        credentials: &EnvironmentCredentials,
        now: "2026-11-21T12:00:00Z".parse()?,
        watcher: &NoObserver,
        confirmed: OperatorConfirmations::default(),
    })
}

fn apply(folder: &Path, case: &Case) -> Result<()> {
    let on = operation(folder)?;
    let today = on.now.date_naive();
    let checked = ecosystem(case).validate(&Validation::on(today))?;
    let placed = broker().place(checked.ecosystem(), &Lock::default())?;
    let mut target = Target::open(folder.join("rendered"))?;
    let proposal = broker().propose(&placed, Base::Target(target.manifest()), today)?;
    proposal.write(&mut target, &folder.join(LOCK_FILE_NAME))?;
    broker().apply(&mut target, &on)?;
    Ok(())
}

fn run(folder: &Path, name: &str) -> Result<()> {
    let target = Target::open(folder.join("rendered"))?;
    let ran = broker().run(&target, &operation(folder)?, &RunRequest::once().select(name));
    match ran.done.values().flat_map(|report| &report.failures).next() {
        Some(failure) => Err(failure.reason.clone().into()),
        None => Ok(()),
    }
}

/// Both made the same.
fn assert_same(folder: &Path) -> Result<()> {
    let platform = Connection::open(folder.join("platform.db"))?;
    let differing: i64 = platform.query_row(
        "SELECT (SELECT count(*) FROM (SELECT * FROM Made__made EXCEPT SELECT * FROM Kept__made))
           + abs((SELECT count(*) FROM Made__made) - (SELECT count(*) FROM Kept__made))",
        [],
        |row| row.get(0),
    )?;
    if differing == 0 { Ok(()) } else { Err(format!("{differing} records differ").into()) }
}
