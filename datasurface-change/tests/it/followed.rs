//! References by former names, as validation judges each version: what is said of a thing is said of it under whatever name.

mod names;
mod places;

use datasurface_model::*;

const BASE: &str = include_str!("../../../datasurface-model/tests/fixtures/base.yaml");

/// An ecosystem with a bit of everything, and nothing wrong.
fn valid() -> Ecosystem {
    datasurface_document::from_yaml(BASE).unwrap()
}

fn today() -> chrono::NaiveDate {
    super::fixture::day("2026-06-30")
}

/// A captured datastore of one dataset.
fn store(name: &str, dataset: Dataset) -> Datastore {
    // Each from a table of its own.
    let table = format!("{name}_{}", dataset.name());
    let capture = Capture::sql_snapshot("USA/NorthWind/Source").table(dataset.name(), table);
    Datastore::new(name).captured(capture).dataset(dataset)
}

fn workspace(name: &str) -> Workspace {
    Workspace::new(name).with_container("USA/NorthWind/Lake")
}

/// A workspace that wants one dataset.
fn consumer(name: &str, sink: &str) -> Workspace {
    workspace(name).group(DatasetGroup::new("everything").sink(sink))
}

/// A transformer's workspace.
fn deriving(name: &str, sink: &str, transformer: DataTransformer) -> Workspace {
    workspace(name).group(DatasetGroup::new("inputs").sink(sink)).with_transformer(transformer)
}

/// What is found in a version, and how it is read if it is valid.
fn outcome(validated: Result<Checked, Invalid>) -> (Findings, Option<Ecosystem>) {
    match validated {
        Ok(checked) => (checked.findings().clone(), Some(Ecosystem::clone(checked.ecosystem()))),
        Err(invalid) => (invalid.findings().clone(), None),
    }
}

/// Each version is judged since each as from nothing.
fn assert_same_since(versions: &[Ecosystem]) {
    let with = Validation::on(today());
    for first in versions {
        for second in versions {
            let cold = second.clone().validate(&with);
            let warm = match &first.clone().validate(&with) {
                Ok(before) => second.clone().validate(&with.since(before)),
                Err(before) => second.clone().validate(&with.since(before)),
            };
            assert_eq!(outcome(warm), outcome(cold));
        }
    }
}
