//! What loading a model costs, against what the parser alone takes for the same bytes, in one run:
//! `cargo bench -p datasurface-model --bench documents [datastores]`.
//!
//! Times are those of the processor, the best of three: other work on the machine does not count.

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
    let parser = best(build);
    say("values by the parser", parser);
    let documents = Documents::new().document("model.json", json.as_str());
    compare(parser, best(|| drop(black_box(documents.load().unwrap()))));

    let events = || assert!(Parser::new_from_str(&yaml).all(|event| event.is_ok()));
    println!("YAML, {} MB", yaml.len() / 1_000_000);
    let parser = best(events);
    say("events by the parser", parser);
    let documents = Documents::new().document("model.yaml", yaml.as_str());
    compare(parser, best(|| drop(black_box(documents.load().unwrap()))));
    let mut loader = Loader::new();
    loader.load(&documents).unwrap();
    say("loaded again, unchanged", best(|| drop(black_box(loader.load(&documents).unwrap()))));
}

fn compare(parser: Duration, load: Duration) {
    say("loaded", load);
    println!("  {:<25} {:>7.2}", "times the parser", load.as_secs_f64() / parser.as_secs_f64());
}

fn say(what: &str, time: Duration) {
    println!("  {what:<25} {:>7} ms", time.as_millis());
}

fn best(mut work: impl FnMut()) -> Duration {
    let times = (0..3).map(|_| {
        let before = processor_time();
        work();
        processor_time() - before
    });
    times.min().unwrap_or_default()
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
