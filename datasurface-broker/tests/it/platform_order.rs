//! Platforms run after those that they take data from, whatever they are called.

use crate::fixture::*;
use chrono::NaiveTime;
use datasurface_broker::{OperationContext, Target};
use datasurface_model::*;
use datasurface_platform::{NoObserver, OperatorConfirmations, RunObserver, RunRequest};
use std::sync::Mutex;

/// Keeps what was run, in order.
#[derive(Debug, Default)]
struct Journal(Mutex<Vec<String>>);

impl RunObserver for Journal {
    fn job_started(&self, address: &str) {
        self.0.lock().unwrap().push(address.to_owned());
    }
}

/// A platform, the store that it captures, and the stores that a workspace reads there.
type Operated<'w> = (&'w str, Option<&'w str>, &'w [&'w str]);

fn world(platforms: &[Operated<'_>]) -> Ecosystem {
    world_with(platforms, |declared| declared)
}

fn world_with(
    platforms: &[Operated<'_>],
    declare: impl Fn(PlatformDeclaration) -> PlatformDeclaration,
) -> Ecosystem {
    let stores = platforms.iter().filter_map(|(_, captured, _)| *captured).map(|name| {
        let store = Datastore::new(name).captured(Capture::sql_snapshot("Z/T/Source"));
        store.dataset(Dataset::new(name, "id Integer key"))
    });
    let declared = platforms.iter().map(|(name, ..)| declare(minimal_platform(name).setting("runs", true)));
    let readers = platforms.iter().enumerate().map(|(number, (_, _, reads))| {
        let sinks = reads.iter().map(|store| DatasetKey::new(*store, *store));
        consumer(&format!("W{number}"), DatasetGroup::new("g").with_sinks(sinks))
    });
    let world = world_of_stores(stores, declared, readers);
    platforms.iter().enumerate().fold(world, |world, (number, (name, captured, _))| {
        let world = world.group_pin(format!("W{number}/g").as_str(), [*name]);
        captured.iter().fold(world, |world, store| world.primary_pin(*store, *name))
    })
}

/// The platforms in the order in which they run, and what is said about it.
fn run(target: &Target) -> (Vec<String>, Vec<String>) {
    let journal = Journal::default();
    let on = OperationContext { watcher: &journal, ..context(target) };
    let report = broker().run(target, &on, &RunRequest::once());
    let said = report
        .findings
        .iter()
        .map(|finding| format!("{} {}: {}", finding.code(), finding.path(), finding.message()));
    let said = said.collect();
    (journal.0.into_inner().unwrap(), said)
}

fn context(target: &Target) -> OperationContext<'_> {
    OperationContext {
        root: target.root(),
        credentials: &datasurface_platform::EnvironmentCredentials,
        now: today().and_time(NaiveTime::MIN).and_utc(),
        watcher: &NoObserver,
        confirmed: OperatorConfirmations::default(),
    }
}

fn run_of(ecosystem: Ecosystem) -> (Vec<String>, Vec<String>) {
    let site = Site::new();
    site.render(ecosystem, today());
    run(&site.target())
}

#[test]
fn a_reader_runs_after_its_writer_whatever_they_are_called() {
    let nothing = Vec::<String>::new();
    assert_eq!(
        run_of(world(&[("A", None, &["S"]), ("Z", Some("S"), &["S"])])),
        (vec!["Z".into(), "A".into()], nothing)
    );
}

#[test]
fn those_between_run_between_and_those_without_a_relation_by_name() {
    let chain = [
        ("A", None, &["T"][..]),
        ("B", Some("U"), &["U"]),
        ("M", Some("T"), &["S", "T"]),
        ("Z", Some("S"), &["S"]),
    ];
    let (order, said) = run_of(world(&chain));
    assert_eq!((order, said), (["B", "Z", "M", "A"].map(str::to_owned).into(), Vec::new()));
}

#[test]
fn those_that_take_data_from_each_other_run_by_name_and_that_is_said() {
    let cycle = [
        ("A", None, &["S", "T"][..]),
        ("C", Some("T"), &["S", "T"]),
        ("B", Some("S"), &["S", "T"]),
        ("D", None, &["S"]),
    ];
    let (order, said) = run_of(world(&cycle));
    assert_eq!(order, ["B", "C", "A", "D"]);
    assert_eq!(said, ["run/cycle platforms/B: `B`, `C` take data from each other, and run by name"]);
}

#[test]
fn a_platform_that_was_renamed_is_still_the_one_that_writes() {
    let site = Site::new();
    let before = [("A", None, &["S"][..]), ("M", Some("S"), &["S"])];
    site.render(world(&before), today());
    assert_eq!(run(&site.target()).0, ["M", "A"]);
    let called_anew = |declared: PlatformDeclaration| match declared.name().as_str() {
        "Z" => declared.renamed_from("M"),
        _ => declared,
    };
    let after = world_with(&[("A", None, &["S"]), ("Z", Some("S"), &["S"])], called_anew);
    site.render(after, today());
    assert_eq!(run(&site.target()).0, ["Z", "A"]);
}
