//! An ecosystem in which nothing is wrong, for the tests of the rules to break in one place each.

use chrono::NaiveDate;
use datasurface_document::Documents;
use datasurface_model::{
    Capture, DataTransformer, Dataset, DatasetGroup, Datastore, Ecosystem, Entity, Findings, Team, Validate,
    Validation, Workspace,
};
use std::{fs, path::Path, sync::LazyLock};

const BASE: &str = include_str!("../fixtures/base.yaml");

pub(crate) fn today() -> NaiveDate {
    day("2026-06-30")
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn validated(ecosystem: Ecosystem) -> Findings {
    match ecosystem.validate(&Validation::on(today())) {
        Ok(checked) => checked.findings().clone(),
        Err(invalid) => invalid.findings().clone(),
    }
}

/// The valid ecosystem after a change of its team.
pub(crate) fn edited(change: impl FnOnce(Team) -> Team) -> Ecosystem {
    valid().edit_team("USA", "NorthWind", change)
}

/// A captured datastore of one dataset.
pub(crate) fn store(name: &str, dataset: Dataset) -> Datastore {
    // Each from a table of its own.
    let table = format!("{name}_{}", dataset.name());
    let capture = Capture::sql_snapshot("USA/NorthWind/Source").table(dataset.name(), table);
    Datastore::new(name).captured(capture).dataset(dataset)
}

/// A workspace that wants one dataset, in one group called `everything`.
pub(crate) fn consumer(name: &str, sink: &str) -> Workspace {
    Workspace::new(name)
        .with_container("USA/NorthWind/Lake")
        .group(DatasetGroup::new("everything").sink(sink))
}

/// A transformer's workspace, with a group called `inputs`.
pub(crate) fn deriving(name: &str, sink: &str, transformer: DataTransformer) -> Workspace {
    Workspace::new(name)
        .with_container("USA/NorthWind/Lake")
        .group(DatasetGroup::new("inputs").sink(sink))
        .with_transformer(transformer)
}

/// A datastore with the dataset `d`, for a transformer to fill.
pub(crate) fn output(name: &str) -> Datastore {
    Datastore::new(name).dataset(Dataset::new("d", "id Integer key"))
}

/// An ecosystem with a bit of everything, and nothing wrong.
pub(crate) fn valid() -> Ecosystem {
    static VALID: LazyLock<Ecosystem> = LazyLock::new(|| datasurface_document::from_yaml(BASE).unwrap());
    VALID.clone()
}

/// What every fixture describes, whether something is wrong with it or not, as far as it can be loaded.
pub(crate) fn written() -> Vec<Ecosystem> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let folders = [folder.join("ok"), folder].into_iter();
    let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap()).map(|file| file.unwrap().path());
    let documents = files.filter(|file| file.extension().is_some_and(|extension| extension == "yaml"));
    let mut ecosystems: Vec<Ecosystem> = documents
        .filter_map(|file| {
            let text = fs::read_to_string(&file).unwrap();
            let alone = Documents::new().document("fixture.yaml", text.as_str());
            let is_alone = text.starts_with("# alone\n");
            if is_alone { alone } else { alone.document("base.yaml", BASE) }.load().ok()
        })
        .collect();
    ecosystems.sort();
    ecosystems
}
