//! Names of all that is rendered. They follow from names in the model and from nothing else, so that everybody who needs
//! one can work it out.
//!
//! A table of a dataset is called `<datastore>__<dataset>`; what belongs to it has its name, a dot and what it is for:
//! no name in a model has a dot, so nothing that is made up here can meet anything else.

use crate::{prelude::*, sql::engine::Engine};
use datasurface_platform::graph::Fingerprint;

/// The version of the form of the metadata tables. Whoever changes it adds what leads from the one before to it.
pub(crate) const METADATA_VERSION: i64 = 2;

/// The longest name in the platform's own database.
fn longest() -> usize {
    Engine::Sqlite.longest_name()
}

/// The table of a dataset in the platform's own database.
pub(crate) fn table(dataset: &DatasetKey) -> String {
    identifier(&[dataset.datastore.as_str(), dataset.dataset.as_str()], longest())
}

/// The copy of a dataset in a database of a consumer. The platform's name is in it: while a consumer moves from one
/// platform to another, both fill its database.
pub(crate) fn copy(engine: Engine, platform: &PlatformName, dataset: &DatasetKey) -> String {
    let parts = [platform.as_str(), dataset.datastore.as_str(), dataset.dataset.as_str()];
    written_in(engine, &parts)
}

/// A name of these parts, as people write it. PostgreSQL reads what is not in quotes in lower case, so that is how a name
/// is there: whoever writes it needs no quotes, in whatever case. Names of a model stay apart without regard to case.
fn written_in(engine: Engine, parts: &[&str]) -> String {
    let name = identifier(parts, engine.longest_name());
    match engine {
        Engine::Sqlite => name,
        Engine::Postgres => name.to_ascii_lowercase(),
    }
}

/// Where a batch of a table is put together before it is merged; a temporary table.
pub(crate) fn stage(table: &str) -> String {
    format!("{table}.stage")
}

/// Where rows of a table are kept that break what its schema says.
pub(crate) fn rejected(table: &str) -> String {
    format!("{table}.rejected")
}

/// Where the rows of a table are while it is made anew.
pub(crate) fn before(table: &str) -> String {
    format!("{table}.before")
}

/// Where the rows of a table stay as they were before a change. One that is made again, after it was taken back, has
/// the same name; what was set aside then may have had other columns, so they are part of it.
pub(crate) fn set_aside(table: &str, transition: &str, columns: &Fingerprint) -> String {
    format!("{table}.before_{transition}_{}", columns.short())
}

/// The folder in which a platform publishes what is captured together: a datastore, or one dataset of it.
pub(crate) fn published(
    folder: &str,
    platform: &PlatformName,
    datastore: &DatastoreName,
    alone: Option<&DatasetName>,
) -> String {
    let parts = [Some(datastore.as_str()), alone.map(DatasetName::as_str)];
    let captured: Vec<&str> = parts.into_iter().flatten().collect();
    format!("{}/{}", published_folder(folder, platform), slug(&captured, LONGEST_FOLDER))
}

/// The folder in which is all that a platform publishes.
pub(crate) fn published_folder(folder: &str, platform: &PlatformName) -> String {
    format!("{folder}/{}", slug(&[platform.as_str()], LONGEST_FOLDER))
}

/// The longest name of a folder that is made up here.
const LONGEST_FOLDER: usize = 100;

/// The folder beside a database in which there is all that is received, or read of topics.
pub(crate) fn received_folder(database: &str) -> String {
    format!("{database}.received")
}

/// The file beside a database in which there is what is received from a folder of batches.
pub(crate) fn received(database: &str, folder: &str) -> String {
    let parts: Vec<&str> = folder.split('/').collect();
    format!("{}/{}.db", received_folder(database), slug(&parts, LONGEST_FOLDER))
}

/// The file beside a database in which there is what was read of topics that are captured together.
pub(crate) fn read_topics(database: &str, datastore: &DatastoreName, alone: Option<&DatasetName>) -> String {
    let parts = [Some("topics"), Some(datastore.as_str()), alone.map(DatasetName::as_str)];
    let parts: Vec<&str> = parts.into_iter().flatten().collect();
    format!("{}/{}.db", received_folder(database), slug(&parts, LONGEST_FOLDER))
}

/// The view in which a consumer sees the latest versions. The datastore is always in its name: a second datastore with
/// a dataset of the same name then changes nothing for those who read the first. In a database of the consumer, the name
/// of the platform is, too, as it is in that of a [`copy`].
pub(crate) fn live_view(
    engine: Engine,
    platform: Option<&PlatformName>,
    group: &GroupKey,
    dataset: &DatasetKey,
) -> String {
    written_in(engine, &view_parts(platform, group, dataset))
}

/// The view in which a consumer sees every version.
pub(crate) fn history_view(
    engine: Engine,
    platform: Option<&PlatformName>,
    group: &GroupKey,
    dataset: &DatasetKey,
) -> String {
    let mut parts = view_parts(platform, group, dataset);
    parts.push("history");
    written_in(engine, &parts)
}

fn view_parts<'a>(
    platform: Option<&'a PlatformName>,
    group: &'a GroupKey,
    dataset: &'a DatasetKey,
) -> Vec<&'a str> {
    let of_group = [group.workspace.as_str(), group.group.as_str()];
    let of_dataset = [dataset.datastore.as_str(), dataset.dataset.as_str()];
    platform.map(PlatformName::as_str).into_iter().chain(of_group).chain(of_dataset).collect()
}

/// Addresses of resources.
pub(crate) mod address {
    use crate::prelude::*;

    /// The platform's database itself.
    pub(crate) const DATABASE: &str = "database";

    /// All that is kept of a dataset.
    pub(crate) fn table(dataset: &DatasetKey) -> String {
        format!("table.{}.{}", dataset.datastore, dataset.dataset)
    }

    /// The dataset of a table of this address.
    pub(crate) fn dataset_of_table(table: &str) -> Option<DatasetKey> {
        let (datastore, dataset) = table.strip_prefix("table.")?.split_once('.')?;
        Some(DatasetKey::new(datastore, dataset))
    }

    /// The copy of a dataset in the file of a consumer.
    pub(crate) fn copy(container: &ContainerKey, dataset: &DatasetKey) -> String {
        format!("copy.{container}.{}.{}", dataset.datastore, dataset.dataset)
    }

    /// The name that the metadata tables have for the refusal of a server to change a copy.
    pub(crate) fn refused(copy: &str) -> String {
        format!("{copy}.refused")
    }

    /// The container of a copy of this dataset.
    pub(crate) fn container_of(copy: &str, dataset: &DatasetKey) -> Option<ContainerKey> {
        let rest = format!(".{}.{}", dataset.datastore, dataset.dataset);
        Some(copy.strip_prefix("copy.")?.strip_suffix(&rest)?.into())
    }

    /// What one group of a consumer sees of a dataset.
    pub(crate) fn view(group: &GroupKey, dataset: &DatasetKey) -> String {
        format!("view.{}.{}.{}.{}", group.workspace, group.group, dataset.datastore, dataset.dataset)
    }

    /// What a transformer makes.
    pub(crate) fn output(workspace: &WorkspaceName) -> String {
        format!("output.{workspace}")
    }

    /// The job of a capture: of a datastore, or of one dataset that is captured on its own.
    pub(crate) fn capture(datastore: &DatastoreName, dataset: Option<&DatasetName>) -> String {
        match dataset {
            None => format!("capture.{datastore}"),
            Some(dataset) => format!("capture.{datastore}.{dataset}"),
        }
    }

    /// The job that decides whether a transformer should run.
    pub(crate) fn trigger(workspace: &WorkspaceName) -> String {
        format!("trigger.{workspace}")
    }

    /// The job that runs a transformer.
    pub(crate) fn transform(workspace: &WorkspaceName) -> String {
        format!("transform.{workspace}")
    }
}

/// Paths of files.
pub(crate) mod path {
    use crate::prelude::*;

    /// The longest part: with its extension it stays below what a path may have.
    const LONGEST_PART: usize = 100;

    /// The file of a folder and names, such as `tables/NW_Data/customers.sql`.
    pub(crate) fn sql(folder: &str, names: &[&str]) -> String {
        let parts: Vec<String> = names.iter().map(|name| slug(&[name], LONGEST_PART)).collect();
        format!("{folder}/{}.sql", parts.join("/"))
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn every_name_makes_a_safe_path() {
            assert_eq!(sql("tables", &["NW_Data", "customers"]), "tables/NW_Data/customers.sql");
            for odd in ["aux", "COM1", "East US 2", "ø", &"x".repeat(128)] {
                let path = sql("tables", &["NW_Data", odd]);
                assert!(path.parse::<SafePath>().is_ok(), "{path}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// What is generated of names in a container of PostgreSQL, which cuts what is too long.
    fn generated(datastore: &str, dataset: &str) -> Vec<String> {
        let engine = Engine::Postgres;
        let platform = PlatformName::from("Local");
        let group = GroupKey::new("W", "g");
        let dataset = DatasetKey::new(datastore, dataset);
        let copy = copy(engine, &platform, &dataset);
        let live = live_view(engine, Some(&platform), &group, &dataset);
        let history = history_view(engine, Some(&platform), &group, &dataset);
        vec![stage(&copy), before(&copy), copy, live, history]
    }

    #[test]
    fn generated_names_fit_into_their_container_and_stay_apart() {
        let server = DataContainer::postgres("C", "db.example", "d");
        let limit = server.kind().max_identifier_length().unwrap();
        let long = "x".repeat(127);
        let ends = ["", "a", "b", "_"].map(|end| format!("{long}{end}"));
        let mut names = Vec::new();
        for (first, second) in ends.iter().flat_map(|first| ends.iter().map(move |second| (first, second))) {
            names.extend(generated(first, second));
        }
        assert!(names.iter().all(|name| name.len() <= limit), "{names:#?}");
        let apart: BTreeSet<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
        assert_eq!(apart.len(), names.len());
    }

    #[test]
    fn long_columns_fit_into_their_container_and_stay_apart() {
        let server = DataContainer::postgres("C", "db.example", "d");
        let limit = server.kind().max_identifier_length().unwrap();
        let name = |end: &str| Engine::Postgres.column_name(&format!("{}{end}", "x".repeat(limit)));
        assert_eq!(name(""), format!("\"{}\"", "x".repeat(limit)));
        let cut = [name("a"), name("b")];
        assert!(cut[0] != cut[1] && cut.iter().all(|name| name.len() <= limit + 2), "{cut:?}");
    }
}
