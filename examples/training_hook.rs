//! A hook decides by the event whether a transformer runs in full, incrementally or not at all: `cargo run --example training_hook`.
//!
//! A shop forecasts its sales. One transformer makes two datasets: the weights of each weekday, of a history that rarely changes, and the
//! demand of the last days, of orders that change all the time. Weights are made again when the history moved; otherwise only the demand is,
//! and not for a single order. `-- --program python3 examples/training_hook.py` asks a program instead, which decides the same.

#![expect(clippy::print_stdout, reason = "it shows what it does")]

use chrono::{DateTime, TimeDelta, Utc};
use datasurface::{
    broker::{Base, Broker, LOCK_FILE_NAME, Lock, OperationContext, Target},
    model::*,
    platform::{
        EnvironmentCredentials, NoObserver, PlatformError, Registry, RunRequest, hook::*,
        remote::ConnectionLimits,
    },
};
use datasurface_local::LocalPlatform;
use rusqlite::Connection;
use std::{collections::BTreeSet, env, error::Error, path::Path, process::Command};
use tempfile::TempDir;

/// Decides about the transformer of the workspace `Forecast`.
#[derive(Debug)]
struct Training {
    /// The dataset that the weights are made of.
    history: DatasetKey,
    /// Fewer changes than these are not worth a run.
    fewest_changes: u64,
}

impl Hook for Training {
    fn events(&self) -> BTreeSet<EventKind> {
        [EventKind::TriggerDue].into()
    }

    fn trigger_due(&self, event: &TriggerDue) -> Result<HookAnswer<TriggerDecision>, PlatformError> {
        if event.workspace.as_str() != "Forecast" {
            return Ok(HookAnswer::default());
        }
        if event.moved().any(|input| input.dataset == self.history) {
            return Ok(HookAnswer::new(TriggerDecision::RunInFull).note("the history moved: trained anew"));
        }
        let changes: u64 = event.moved().map(|input| input.changed_records).sum();
        Ok(match changes < self.fewest_changes {
            true => HookAnswer::new(TriggerDecision::Skip).note(format!("too few changes: {changes}")),
            false => HookAnswer::new(TriggerDecision::RunIncrementally),
        })
    }
}

fn shop() -> Ecosystem {
    let shop = Datastore::new("Shop")
        .captured(Capture::sql_snapshot("Home/Sales/ShopDB").with_cron("*/10 * * * *"))
        .dataset(
            Dataset::new("history", "id Integer key, weekday Integer, sold Integer").classified("Public"),
        )
        .dataset(Dataset::new("orders", "id Integer key, weekday Integer").classified("Public"));
    let forecasts = Datastore::new("Forecasts")
        .dataset(Dataset::new("weights", "weekday Integer key, weight Decimal(18,2)").classified("Public"))
        .dataset(Dataset::new("demand", "weekday Integer key, orders Integer").classified("Public"));
    let forecast = DataTransformer::sql("Forecasts")
        .select("weights", "SELECT weekday, avg(sold) AS weight FROM Shop_history GROUP BY weekday")
        .select("demand", "SELECT weekday, count(*) AS orders FROM Shop_orders GROUP BY weekday");
    let team = Team::new()
        .container(DataContainer::sqlite("ShopDB", "shop.db").located("Cellar/Rack"))
        .container(DataContainer::sqlite("Desk", "platform.db").located("Cellar/Rack"))
        .datastore(shop)
        .datastore(forecasts)
        .workspace(
            Workspace::new("Forecast")
                .with_container("Home/Sales/Desk")
                .group(DatasetGroup::new("inputs").with_sinks(["Shop/history", "Shop/orders"]))
                .with_transformer(forecast),
        )
        .workspace(
            Workspace::new("Purchasing")
                .with_container("Home/Sales/Desk")
                .group(DatasetGroup::new("plan").with_sinks(["Forecasts/weights", "Forecasts/demand"])),
        );
    Ecosystem::new("Shop", "github:shop/model@main", "github:shop/live@main")
        .vendor(InfrastructureVendor::new("Cellar").location("Rack"))
        .platform(PlatformDeclaration::new("Local", "local").setting("database", "platform.db"))
        .zone(
            "Home",
            "github:shop/home@main",
            GovernanceZone::new().team("Sales", "github:shop/sales@main", team),
        )
}

fn hooks() -> Result<Hooks, Box<dyn Error>> {
    let settings = serde_json::json!({ "history": "Shop/history", "fewest_changes": 2 });
    let arguments: Vec<String> = env::args().skip(1).collect();
    let hooks = match arguments.split_first() {
        Some((option, [program, rest @ ..])) if option == "--program" => {
            let mut command = Command::new(program);
            command.args(rest);
            let hook = ProgramHook::spawn(command, ConnectionLimits::default(), settings.into())?;
            Hooks::new().with_hook("training", FailurePolicy::Refuse, hook)?
        }
        _ => {
            let training = Training { history: DatasetKey::new("Shop", "history"), fewest_changes: 2 };
            Hooks::new().with_hook("training", FailurePolicy::Refuse, training)?
        }
    };
    Ok(hooks)
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = TempDir::new()?;
    let root = folder.path();
    let source = Connection::open(root.join("shop.db"))?;
    source.execute_batch(
        "CREATE TABLE history (id INTEGER PRIMARY KEY, weekday INTEGER, sold INTEGER);
         CREATE TABLE orders (id INTEGER PRIMARY KEY, weekday INTEGER);
         INSERT INTO history VALUES (1, 1, 10), (2, 1, 20), (3, 2, 5);
         INSERT INTO orders VALUES (1, 1), (2, 2);",
    )?;
    let broker = Broker::new(Registry::new().with_plugin::<LocalPlatform>()).with_hooks(hooks()?);
    let mut now: DateTime<Utc> = "2026-11-21T10:00:00Z".parse()?;
    render(&broker, root, now)?;
    for (title, change) in [
        ("everything is new", ""),
        ("one order", "INSERT INTO orders VALUES (3, 2)"),
        ("another order", "INSERT INTO orders VALUES (4, 2)"),
        ("the history is corrected", "UPDATE history SET sold = 30 WHERE id = 2"),
    ] {
        source.execute_batch(change)?;
        now += TimeDelta::minutes(10);
        run(&broker, root, now, title)?;
    }
    Ok(())
}

fn render(broker: &Broker, root: &Path, now: DateTime<Utc>) -> Result<(), Box<dyn Error>> {
    let checked = shop().validate(&Validation::on(now.date_naive()))?;
    let placed = broker.place(checked.ecosystem(), &Lock::default())?;
    let mut target = Target::open(root.join("rendered"))?;
    let proposal = broker.propose(&placed, Base::Target(target.manifest()), now.date_naive())?;
    proposal.write(&mut target, &root.join(LOCK_FILE_NAME))?;
    Ok(())
}

/// Runs all jobs, and shows what was made, what hooks said, and what waits.
fn run(broker: &Broker, root: &Path, now: DateTime<Utc>, title: &str) -> Result<(), Box<dyn Error>> {
    let mut target = Target::open(root.join("rendered"))?;
    let (credentials, confirmed) = (&EnvironmentCredentials, Default::default());
    let on = OperationContext { root, credentials, now, watcher: &NoObserver, confirmed };
    broker.apply(&mut target, &on)?;
    let ran = broker.run(&target, &on, &RunRequest::until_idle());
    println!("{title}");
    for report in ran.done.values() {
        let made = report.datasets.iter().filter(|run| run.dataset.datastore.as_str() == "Forecasts");
        made.for_each(|run| {
            println!("  made {}: {} changes", run.dataset, run.inserted + run.updated + run.deleted)
        });
        report.remarks.iter().for_each(|said| println!("  {}: {}", said.job, said.remark));
        report.waiting.iter().for_each(|job| println!("  {job}"));
        report.failures.iter().for_each(|failure| println!("  {} failed: {}", failure.job, failure.reason));
    }
    match ran.findings.has_errors() {
        true => Err(ran.findings.to_string().into()),
        false => Ok(()),
    }
}
