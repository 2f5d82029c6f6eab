//! What several threads judge, render and write is what one of them does.

use crate::connectors::Connectors;
use datasurface_broker::{Base, Broker, LOCK_FILE_NAME, Lock, Target};
use datasurface_model::{
    Checked, Dataset, Datastore, Deprecation, Ecosystem, GovernanceZone, Invalid, NaiveDate, Team, Validate,
    Validation,
};
use datasurface_platform::Registry;
use datasurface_testkit::{Edits, Synthetic};
use rayon::ThreadPoolBuilder;
use std::{collections::BTreeMap, fs, path::Path};
use tempfile::TempDir;

/// So many units that a validation from nothing asks other threads, and each step towards them does not.
const DATASTORES: usize = 600;
const STEP: usize = 60;

/// Datastores of which each has a fault of its own and one that it shares with its neighbour.
fn ecosystem(datastores: usize) -> Ecosystem {
    let store = |number: usize| {
        let known = Dataset::new(format!("d{number}"), "id Integer key");
        let deprecation =
            Deprecation::new(NaiveDate::MIN, "older").replaced_by(format!("Store{}", number + 1));
        Datastore::new(format!("Store{number}")).dataset(known).deprecated(deprecation)
    };
    let team = (0..datastores).map(store).fold(Team::new(), Team::datastore);
    Ecosystem::new("Many", "github:many/model@main", "github:many/live@main").zone(
        "Europe",
        "github:many/europe@main",
        GovernanceZone::new().team("Sales", "github:many/sales@main", team),
    )
}

fn report(outcome: &Result<Checked, Invalid>) -> String {
    match outcome {
        Ok(checked) => checked.findings().to_string(),
        Err(invalid) => invalid.findings().to_string(),
    }
}

#[test]
fn many_units_are_judged_as_few_are() {
    let on = Validation::on(NaiveDate::MIN);
    let at_once = ecosystem(DATASTORES).validate(&on);
    let mut step_by_step = ecosystem(STEP).validate(&on);
    for datastores in (STEP..=DATASTORES).step_by(STEP).skip(1) {
        let since = match &step_by_step {
            Ok(checked) => on.since(checked),
            Err(invalid) => on.since(invalid),
        };
        step_by_step = ecosystem(datastores).validate(&since);
    }
    let report = [&at_once, &step_by_step].map(report);
    assert!(report[0].lines().count() > DATASTORES, "{}", report[0]);
    assert!(report[0] == report[1]);
}

/// The files in a folder, and in those inside.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let (mut files, mut open) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(here) = open.pop() {
        for entry in fs::read_dir(here).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => open.push(path),
                false => {
                    let name = path.strip_prefix(folder).unwrap().display().to_string();
                    files.insert(name, fs::read(&path).unwrap());
                }
            }
        }
    }
    files
}

/// Several versions of a model of many shards, each planned and written; returns all that was said and written.
fn life(versions: &[Ecosystem]) -> (String, BTreeMap<String, Vec<u8>>, usize) {
    let (folder, broker) =
        (TempDir::new().unwrap(), Broker::new(Registry::new().with_plugin::<Connectors>()));
    let (root, lock_path) = (folder.path().join("target"), folder.path().join(LOCK_FILE_NAME));
    let (mut said, mut scopes) = (String::new(), 0);
    for version in versions {
        let checked = version.clone().validate(&Validation::on(NaiveDate::MIN)).unwrap();
        let lock = fs::read_to_string(&lock_path)
            .map_or_else(|_| Lock::default(), |text| Lock::from_text(&text).unwrap());
        let placed = broker.place(checked.ecosystem(), &lock).unwrap();
        let mut target = Target::open(&root).unwrap();
        let proposal = broker.propose(&placed, Base::Target(target.manifest()), NaiveDate::MIN).unwrap();
        let plans: BTreeMap<_, _> = proposal.plans().collect();
        said += &format!("{}\n{}\n", proposal.findings(), serde_json::to_string(&plans).unwrap());
        scopes = scopes.max(proposal.scopes().count());
        proposal.write(&mut target, &lock_path).unwrap();
    }
    (said, files(folder.path()), scopes)
}

#[test]
fn many_scopes_are_rendered_and_written_as_by_one_thread() {
    let synthetic = Synthetic::new(60).with_columns_per_dataset(3).with_transformers(0);
    let mut document = datasurface_document::to_value(&synthetic.ecosystem());
    document["platforms"][0]["kind"] = "connectors".into();
    let mut version = datasurface_document::from_json(&document.to_string()).unwrap();
    let mut edits = Edits::new(&version, 1);
    let versions: Vec<Ecosystem> = (0..4)
        .map(|_| {
            version = edits.edit(version.clone());
            version.clone()
        })
        .collect();
    let [alone, together] = [1, 5].map(|threads| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| life(&versions))
    });
    assert!(alone.2 > 6 && alone.0.len() > 10_000, "{} scopes", alone.2);
    assert!(alone == together);
}
