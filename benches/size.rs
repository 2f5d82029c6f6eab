//! What many datasets cost: `cargo bench --bench size`, with how many as arguments (`-- 250 1000`, for example).
//!
//! A consumer's SQLite file has copies of that many datasets of a datastore, of one record each, so what is measured is all
//! that is not data. What each of these takes is measured in seconds of the processor, which other work on the machine
//! does not change much, and in seconds on the wall: the first run, which makes all tables, copies and views, one that finds
//! nothing new, and a status. Each is everything that `datasurface run` and `datasurface status` do: the target is opened,
//! its files are compared with its manifest, it is applied, and jobs run.

#![expect(clippy::print_stdout, reason = "it says what it measured")]

use cpu_time::ProcessTime;
use datasurface::{
    broker::{Base, Broker, LOCK_FILE_NAME, Lock, OperationContext, Target},
    model::*,
    platform::{EnvironmentCredentials, NoObserver, OperatorConfirmations, Registry, RunRequest},
};
use datasurface_local::LocalPlatform;
use rusqlite::Connection;
use std::{
    error::Error,
    path::Path,
    time::{Duration, Instant},
};
use tempfile::TempDir;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// How often each is measured; the best counts.
const TIMES: usize = 3;
/// With more datasets than this, first runs are measured once.
const MANY: usize = 2000;
const NORMAL: [usize; 3] = [250, 1000, 4000];
/// The most seconds that are wanted of a first run, one without news and a status, on the wall, of as many datasets.
const WANTED: (usize, [f64; 3]) = (1000, [5.0, 0.5, 0.2]);

fn main() -> Result<()> {
    // Cargo passes `--bench`, too.
    let asked: Vec<usize> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let asked = if asked.is_empty() { NORMAL.to_vec() } else { asked };
    println!("best of {TIMES}; seconds of the processor, and on the wall\n");
    println!("{:>10}{:>20}{:>20}{:>20}", "datasets", "first run", "nothing new", "status");
    let mut is_slow = false;
    for datasets in asked {
        let took = measure(datasets)?;
        let shown = took.map(|Took { processor, wall }| {
            format!("{:>11.2}{:>9.2}", processor.as_secs_f64(), wall.as_secs_f64())
        });
        println!("{datasets:>10}{}", shown.concat());
        let (of, wanted) = WANTED;
        is_slow |= datasets == of
            && took.iter().zip(wanted).any(|(took, wanted)| took.processor.as_secs_f64() > wanted);
    }
    println!("\nat most {:?} seconds of the processor are wanted of {} datasets", WANTED.1, WANTED.0);
    if is_slow { Err("it is too slow".into()) } else { Ok(()) }
}

/// Measures a first run, one that finds nothing new, and a status.
fn measure(datasets: usize) -> Result<[Took; 3]> {
    let mut best: Option<[Took; 3]> = None;
    for _ in 0..if datasets > MANY { 1 } else { TIMES } {
        let folder = TempDir::new()?;
        let folder = folder.path();
        make_source(folder, datasets)?;
        render(folder, datasets)?;
        let first = Took::measure(|| run(folder))?;
        assert_arrived(folder, datasets)?;
        let mut took = [first, Took::measure(|| run(folder))?, Took::measure(|| status(folder, datasets))?];
        for _ in 1..TIMES {
            took[1] = took[1].best(Took::measure(|| run(folder))?);
            took[2] = took[2].best(Took::measure(|| status(folder, datasets))?);
        }
        best = Some(match best {
            None => took,
            Some([first, idle, status]) => {
                let [of_first, of_idle, of_status] = took;
                [first.best(of_first), idle.best(of_idle), status.best(of_status)]
            }
        });
    }
    best.ok_or_else(|| "nothing was measured".into())
}

/// What something took.
#[derive(Clone, Copy)]
struct Took {
    processor: Duration,
    wall: Duration,
}

impl Took {
    fn measure(work: impl FnOnce() -> Result<()>) -> Result<Self> {
        let (wall, processor) = (Instant::now(), ProcessTime::now());
        work()?;
        Ok(Self { processor: processor.elapsed(), wall: wall.elapsed() })
    }

    fn best(self, other: Self) -> Self {
        Self { processor: self.processor.min(other.processor), wall: self.wall.min(other.wall) }
    }
}

fn make_source(folder: &Path, datasets: usize) -> Result<()> {
    let mut source = Connection::open(folder.join("source.db"))?;
    let transaction = source.transaction()?;
    for number in 0..datasets {
        let sql = format!(
            "CREATE TABLE d{number} (id INTEGER PRIMARY KEY, v INTEGER); INSERT INTO d{number} VALUES (1, {number});"
        );
        transaction.execute_batch(&sql)?;
    }
    Ok(transaction.commit()?)
}

fn ecosystem(datasets: usize) -> Ecosystem {
    let mut store = Datastore::new("S").captured(Capture::sql_snapshot("Z/T/Source"));
    let mut group = DatasetGroup::new("all");
    for number in 0..datasets {
        let name = format!("d{number}");
        let dataset = Dataset::new(name.as_str(), "id Integer key, v Integer").classified("Public");
        store = store.dataset(dataset);
        group = group.sink(format!("S/{name}").as_str());
    }
    let team = Team::new()
        .container(DataContainer::sqlite("Source", "source.db").located("V/L"))
        .container(DataContainer::sqlite("Desk", "desk.db").located("V/L"))
        .datastore(store)
        .workspace(Workspace::new("Sales").with_container("Z/T/Desk").group(group));
    Ecosystem::new("E", "github:o/model@main", "github:o/live@main")
        .vendor(InfrastructureVendor::new("V").location("L"))
        .platform(PlatformDeclaration::new("Local", "local").setting("database", "platform.db"))
        .zone("Z", "github:o/zone@main", GovernanceZone::new().team("T", "github:o/team@main", team))
}

fn broker() -> Broker {
    Broker::new(Registry::new().with_plugin::<LocalPlatform>())
}

fn operation(folder: &Path) -> Result<OperationContext<'_>> {
    let now = "2026-11-21T12:00:00Z".parse()?;
    let confirmed = OperatorConfirmations::default();
    Ok(OperationContext {
        root: folder,
        credentials: &EnvironmentCredentials,
        now,
        watcher: &NoObserver,
        confirmed,
    })
}

fn render(folder: &Path, datasets: usize) -> Result<()> {
    let today = operation(folder)?.now.date_naive();
    let checked = ecosystem(datasets).validate(&Validation::on(today))?;
    let placed = broker().place(checked.ecosystem(), &Lock::default())?;
    let mut target = Target::open(folder.join("rendered"))?;
    let proposal = broker().propose(&placed, Base::Target(target.manifest()), today)?;
    proposal.write(&mut target, &folder.join(LOCK_FILE_NAME))?;
    Ok(())
}

fn run(folder: &Path) -> Result<()> {
    let on = operation(folder)?;
    let mut target = Target::open(folder.join("rendered"))?;
    let applied = broker().apply(&mut target, &on)?;
    let ran = broker().run(&target, &on, &RunRequest::once());
    let failures = ran.done.values().flat_map(|report| &report.failures).map(|failure| &failure.reason);
    match (applied.findings.is_empty() && ran.findings.is_empty(), failures.into_iter().next()) {
        (true, None) => Ok(()),
        (_, Some(reason)) => Err(reason.clone().into()),
        (false, None) => Err(format!("{:?} {:?}", applied.findings, ran.findings).into()),
    }
}

fn status(folder: &Path, datasets: usize) -> Result<()> {
    let target = Target::open(folder.join("rendered"))?;
    let status = broker().status(&target, &operation(folder)?);
    let sinks = status.done.values().flat_map(|status| &status.sinks);
    let good = sinks.filter(|sink| sink.last_batch.is_some() && sink.last_failure.is_none()).count();
    if good == datasets { Ok(()) } else { Err(format!("{good} of {datasets} datasets arrived").into()) }
}

/// The last dataset is there, as it is in the source.
fn assert_arrived(folder: &Path, datasets: usize) -> Result<()> {
    let desk = Connection::open(folder.join("desk.db"))?;
    let last = datasets.saturating_sub(1);
    let sql = format!("SELECT v FROM Local__Sales__all__S__d{last}");
    let value: usize = desk.query_row(&sql, [], |row| row.get(0))?;
    if value == last { Ok(()) } else { Err("another value arrived than that of the source".into()) }
}
