//! What loading a model costs, against what the parser alone takes for the same bytes:
//! `cargo bench -p datasurface-document --bench documents [datastores]`.
//!
//! Each is done by a process of its own, as by somebody who loads a model once: how dear memory is depends on what was freed before.
//! They take turns, for a machine may change its speed, and the ratio is the median of the turns. Times are those of the processor,
//! of the fastest turn; other work on the machine does not count, nor does dropping what was made.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a program that prints, or fails")]

use cpu_time::ThreadTime;
use datasurface_document::{Documents, Loader};
use datasurface_model::{
    Capture, DataContainer, Dataset, DatasetGroup, Datastore, Ecosystem, GovernanceZone,
    InfrastructureVendor, Team, Workspace,
};
use granit_parser::Parser;
use serde::de::IgnoredAny;
use serde_json::Value;
use std::{
    env,
    hint::black_box,
    io::{Read, Write, stdin},
    process::{Command, Stdio},
    time::Duration,
};

const DATASETS: usize = 10;
const COLUMNS: usize = 10;

/// How often each is measured.
const TURNS: usize = 5;

/// Something that can be done with a text, and how long it takes.
type Work = (&'static str, fn(String) -> Duration);

const WORK: [Work; 6] = [
    ("json-skipped", |text| timed(|| serde_json::from_str::<IgnoredAny>(&text).unwrap())),
    ("json-values", |text| timed(|| serde_json::from_str::<Value>(&text).unwrap())),
    ("json-loaded", |text| loaded("model.json", text)),
    ("yaml-events", |text| timed(|| assert!(Parser::new_from_str(&text).all(|event| event.is_ok())))),
    ("yaml-loaded", |text| loaded("model.yaml", text)),
    ("yaml-again", |text| {
        let (documents, mut loader) = (Documents::new().document("model.yaml", text), Loader::new());
        let _before = loader.load(&documents).unwrap();
        timed(|| loader.load(&documents).unwrap())
    }),
];

fn main() {
    let arguments: Vec<String> = env::args().collect();
    let asked = |(name, _): &&Work| arguments.iter().any(|argument| argument == name);
    if let Some((_, work)) = WORK.iter().find(asked) {
        let mut text = String::new();
        stdin().read_to_string(&mut text).unwrap();
        println!("{}", work(text).as_nanos());
        return;
    }
    let datastores = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(10_000);
    let ecosystem = ecosystem(datastores);
    println!("{datastores} datastores, {} datasets, {COLUMNS} columns each", datastores * DATASETS);

    let json = datasurface_document::to_json(&ecosystem);
    println!("JSON, {} MB", json.len() / 1_000_000);
    say("skipped by the parser", once("json-skipped", &json));
    compare("values by the parser", ["json-values", "json-loaded"], &json);

    let yaml = datasurface_document::to_yaml(&ecosystem);
    println!("YAML, {} MB", yaml.len() / 1_000_000);
    compare("events by the parser", ["yaml-events", "yaml-loaded"], &yaml);
    say("loaded again, unchanged", once("yaml-again", &yaml));
}

fn compare(parsed: &str, [parsing, loading]: [&str; 2], text: &str) {
    let turns: Vec<_> = (0..TURNS).map(|_| (once(parsing, text), once(loading, text))).collect();
    let ratio = |(parser, loader): &(Duration, Duration)| loader.as_secs_f64() / parser.as_secs_f64();
    let mut ratios: Vec<f64> = turns.iter().map(ratio).collect();
    ratios.sort_unstable_by(f64::total_cmp);
    say(parsed, turns.iter().map(|(parser, _)| *parser).min().unwrap());
    say("loaded", turns.iter().map(|(_, loader)| *loader).min().unwrap());
    println!("  {:<25} {:>7.2}", "times the parser", ratios.get(TURNS / 2).unwrap());
}

fn say(what: &str, time: Duration) {
    println!("  {what:<25} {:>7} ms", time.as_millis());
}

/// Has a process of its own do something with a text.
fn once(what: &str, text: &str) -> Duration {
    let mut command = Command::new(env::current_exe().unwrap());
    let mut child = command.arg(what).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    Duration::from_nanos(String::from_utf8(output.stdout).unwrap().trim().parse().unwrap())
}

fn loaded(name: &str, text: String) -> Duration {
    let documents = Documents::new().document(name, text);
    timed(|| documents.load().unwrap())
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let start = ThreadTime::now();
    let made = black_box(work());
    let taken = start.elapsed();
    drop(made);
    taken
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
                made = made.workspace(workspace.with_container(&*container).group(group));
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
