//! What loading a model costs, against what the parser alone takes for the same bytes, in one run:
//! `cargo bench -p datasurface-model --bench documents [datastores]`.
//!
//! Times are those of the processor, the best of several: other work on the machine does not count. The parser and the loader take
//! turns, and what is said of both is the median of the turns: a machine may change its speed while it is measured.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a program that prints, or fails")]

use datasurface_model::{
    Capture, DataContainer, Dataset, DatasetGroup, Datastore, Documents, Ecosystem, GovernanceZone,
    InfrastructureVendor, Loader, Team, Workspace,
};
use granit_parser::Parser;
use serde::de::IgnoredAny;
use std::{fs, hint::black_box, time::Duration};

const DATASETS: usize = 10;
const COLUMNS: usize = 10;

/// How often each is measured.
const TURNS: usize = 7;

fn main() {
    let datastores = std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(10_000);
    let ecosystem = ecosystem(datastores);
    let json = ecosystem.to_json();
    let yaml = ecosystem.to_yaml();
    println!("{datastores} datastores, {} datasets, {COLUMNS} columns each", datastores * DATASETS);

    let skip = || _ = black_box(serde_json::from_str::<IgnoredAny>(&json).unwrap());
    let build = || drop(black_box(serde_json::from_str::<serde_json::Value>(&json).unwrap()));
    println!("JSON, {} MB", json.len() / 1_000_000);
    say("skipped by the parser", best(skip));
    let documents = Documents::new().document("model.json", json.as_str());
    compare("values by the parser", build, || drop(black_box(documents.load().unwrap())));

    let events = || assert!(Parser::new_from_str(&yaml).all(|event| event.is_ok()));
    println!("YAML, {} MB", yaml.len() / 1_000_000);
    let documents = Documents::new().document("model.yaml", yaml.as_str());
    compare("events by the parser", events, || drop(black_box(documents.load().unwrap())));
    let mut loader = Loader::new();
    loader.load(&documents).unwrap();
    say("loaded again, unchanged", best(|| drop(black_box(loader.load(&documents).unwrap()))));
}

fn compare(what: &str, mut parse: impl FnMut(), mut load: impl FnMut()) {
    let turns: Vec<_> = (0..TURNS).map(|_| (taken(&mut parse), taken(&mut load))).collect();
    let mut ratios: Vec<_> =
        turns.iter().map(|(parsed, loaded)| loaded.as_secs_f64() / parsed.as_secs_f64()).collect();
    ratios.sort_unstable_by(f64::total_cmp);
    say(what, turns.iter().map(|(parsed, _)| *parsed).min().unwrap_or_default());
    say("loaded", turns.iter().map(|(_, loaded)| *loaded).min().unwrap_or_default());
    println!("  {:<25} {:>7.2}", "times the parser", ratios[TURNS / 2]);
}

fn say(what: &str, time: Duration) {
    println!("  {what:<25} {:>7} ms", time.as_millis());
}

fn best(mut work: impl FnMut()) -> Duration {
    (0..TURNS).map(|_| taken(&mut work)).min().unwrap_or_default()
}

fn taken(work: &mut impl FnMut()) -> Duration {
    let before = processor_time();
    work();
    processor_time() - before
}

/// What this thread has used of the processor so far, as the kernel counts it.
fn processor_time() -> Duration {
    let counted = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(counted.split(' ').next().unwrap().parse().unwrap())
}

/// Datastores with all schemas distinct, a hundred to a team, and a consumer of fifty datasets for every third.
fn ecosystem(datastores: usize) -> Ecosystem {
    let teams = (0..datastores.div_ceil(100)).map(|team| {
        let range = team * 100..datastores.min(team * 100 + 100);
        let container = format!("Zone/Team_{team}/Container");
        let mut made = Team::new()
            .container(DataContainer::postgres("Container", "db.example.org", "db").located("Cloud/East"));
        for number in range {
            made = made.datastore(datastore(number, &container));
            if number % 3 == 0 {
                let sinks = (0..50).map(|sink| {
                    let number = number * 7919 + sink * 104_729;
                    let (store, dataset) = (number / DATASETS % datastores, number % DATASETS);
                    format!("Store_{store}/dataset_{dataset}")
                });
                let group = sinks.fold(DatasetGroup::new("all"), |group, sink| group.sink(&*sink));
                let workspace = Workspace::new(format!("Workspace_{number}"));
                made = made.workspace(workspace.container(&*container).group(group));
            }
        }
        (format!("Team_{team}"), made)
    });
    let zone = teams.fold(GovernanceZone::new(), |zone, (name, team)| zone.team(name, "git:team@main", team));
    Ecosystem::new("Large", "git:model@main", "git:live@main")
        .vendor(InfrastructureVendor::new("Cloud").location("East"))
        .zone("Zone", "git:zone@main", zone)
}

fn datastore(number: usize, container: &str) -> Datastore {
    let datasets = (0..DATASETS).map(|dataset| {
        let columns = (1..COLUMNS).map(|column| format!("c{number}_{dataset}_{column} VarChar(40)"));
        let schema = columns.fold("id BigInt key".to_owned(), |schema, column| schema + ", " + &column);
        Dataset::new(format!("dataset_{dataset}"), &*schema).classified("Public")
    });
    datasets.fold(
        Datastore::new(format!("Store_{number}")).captured(Capture::sql_snapshot(container)),
        Datastore::dataset,
    )
}
