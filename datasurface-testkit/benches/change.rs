//! How fast a change is judged: `cargo bench -p datasurface-testkit --bench change`, with how many datastores as an argument (10 000 otherwise,
//! with 100 000 datasets).
//!
//! One dataset of a synthetic ecosystem gets or loses a column. The report is made of two models that share what did not
//! change, as after an edit in one program; and of two that were saved, and loaded from their documents each on its own.
//! The best of several is shown, in milliseconds on the wall.

#![expect(clippy::print_stdout, reason = "it says what it measured")]

use chrono::NaiveDate;
use datasurface_change::{ChangeControl, ChangeReport, ChangeSource};
use datasurface_document::DocumentError;
use datasurface_model::*;
use datasurface_testkit::Synthetic;
use std::{
    error::Error,
    time::{Duration, Instant},
};

/// How often each is measured.
const TIMES: usize = 10;
/// What is asked for, in milliseconds: of models that share what did not change, and of others.
const WANTED: (f64, f64) = (5.0, 500.0);

fn main() -> Result<(), Box<dyn Error>> {
    // Cargo passes `--bench`, too.
    let datastores = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(10_000);
    let synthetic = Synthetic::new(datastores);
    let old = Valid::assume_valid(synthetic.ecosystem());
    let loaded = loaded(&old)?;
    let (team, dataset) = middle(&old).ok_or("there is no datastore")?;
    for (change, what) in [(free as fn(&Schema) -> Schema, "a new column"), (breaking, "a column gone")] {
        let shared = Valid::assume_valid(edited(old.clone().into_inner(), &team, &dataset, change));
        let apart = self::loaded(&shared)?;
        let (together, report) = best(&old, &shared);
        let (separate, other) = best(&loaded, &apart);
        assert!(report == other, "what is shared must not change the answer");
        println!("{what}: {} differences, {} broken groups", report.diff.len(), broken(&report));
        println!("  shared          {:9.3} ms, at most {} is wanted", millis(together), WANTED.0);
        println!("  loaded apart    {:9.3} ms, at most {} is wanted", millis(separate), WANTED.1);
    }
    Ok(())
}

/// The same ecosystem, saved and loaded: it has nothing in common with the other one but equal schemas, which are
/// stored once wherever they come from.
fn loaded(ecosystem: &Ecosystem) -> Result<Valid<Ecosystem>, DocumentError> {
    datasurface_document::from_json(&datasurface_document::to_json(ecosystem)).map(Valid::assume_valid)
}

fn best(old: &Valid<Ecosystem>, new: &Valid<Ecosystem>) -> (Duration, ChangeReport) {
    let control = ChangeControl::new(ChangeSource::new("github:example/team@main"), NaiveDate::MIN);
    let report = control.judge(old, new);
    let times = (0..TIMES).map(|_| {
        let start = Instant::now();
        let again = control.judge(old, new);
        drop(again);
        start.elapsed()
    });
    (times.min().unwrap_or_default(), report)
}

/// A dataset that somebody uses, in the middle of all of them.
fn middle(ecosystem: &Valid<Ecosystem>) -> Option<(TeamKey, DatasetKey)> {
    let workspaces = ecosystem.workspaces();
    let workspace = &workspaces.get(workspaces.len() / 2)?.entity;
    let dataset = workspace.groups().iter().flat_map(|group| group.sinks()).nth(25)?.name();
    Some((ecosystem.datastore(&dataset.datastore)?.team.as_ref().clone(), dataset.clone()))
}

/// The ecosystem with another schema for this dataset.
fn edited(
    ecosystem: Ecosystem,
    team: &TeamKey,
    dataset: &DatasetKey,
    change: fn(&Schema) -> Schema,
) -> Ecosystem {
    ecosystem.edit_team(&team.zone, &team.team, |team| {
        let Some(found) = team.datastores().get(&dataset.datastore).cloned() else { return team };
        let datasets = found.datasets().iter().map(|old| match old.name() == &dataset.dataset {
            true => Dataset::new(old.name(), change(old.schema())),
            false => old.clone(),
        });
        let datasets: Vec<_> = datasets.collect();
        let changed = std::sync::Arc::unwrap_or_clone(found).with_datasets(datasets);
        team.without_datastore(&dataset.datastore).datastore(changed)
    })
}

fn free(schema: &Schema) -> Schema {
    let table = schema.table();
    let columns = table.columns().iter().cloned().chain([Column::new("one_more", DataType::Date)]);
    TableSchema::new(columns).keyed(table.key().to_vec()).into()
}

fn breaking(schema: &Schema) -> Schema {
    let table = schema.table();
    let kept = table.columns().len().saturating_sub(1);
    TableSchema::new(table.columns().iter().take(kept).cloned()).keyed(table.key().to_vec()).into()
}

fn broken(report: &ChangeReport) -> usize {
    report.breaking.iter().map(|breaking| breaking.consumers.len()).sum()
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
