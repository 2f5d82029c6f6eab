//! Where consumers find data: in the platform's own database, or in a file of their own.

use crate::{
    address::TableAddress,
    config::LocalConfig,
    file_name::{Files, compare, database_name_problem},
    lint::codes,
    names,
    prelude::*,
};
use std::fmt::Display;

/// A container that data is brought to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shelf {
    /// The platform's own database: nothing has to be brought anywhere.
    Own,
    /// Another SQLite file, which gets a copy.
    File(String),
}

impl Shelf {
    pub(crate) fn of(container: &DataContainer, config: &LocalConfig) -> Result<Self, Refusal> {
        let ContainerKind::Sqlite { file } = container.kind() else {
            return Err(Refusal::new(
                &codes::UNCLAIMED_CONTAINER,
                format!(
                    "the container `{}` is of the kind `{}`",
                    container.name(),
                    container.kind().technology()
                ),
                "a local platform brings data to `sqlite` containers; use one, or pin the group to another platform",
            ));
        };
        if let Some(problem) = database_name_problem(file) {
            return Err(Refusal::new(
                &codes::FILE_NAME,
                format!("the file name of the container `{}` {problem}", container.name()),
                "the platform writes there: give the path of a file, in one line",
            ));
        }
        match compare(file, &config.database) {
            Files::Same => Ok(Self::Own),
            Files::Different => Ok(Self::File(file.to_string())),
            Files::Unclear => Err(unclear(container.name(), file, config)),
        }
    }

    /// The table of a dataset here.
    pub(crate) fn table(
        &self,
        platform: &PlatformName,
        config: &LocalConfig,
        dataset: &DatasetKey,
    ) -> TableAddress {
        match self {
            Self::Own => TableAddress::new(&config.database, names::table(dataset)),
            Self::File(file) => TableAddress::new(file, names::copy(platform, dataset)),
        }
    }

    /// The resource that this table is.
    pub(crate) fn resource(&self, container: &ContainerKey, dataset: &DatasetKey) -> String {
        match self {
            Self::Own => names::address::table(dataset),
            Self::File(_) => names::address::copy(container, dataset),
        }
    }
}

/// Whether a container is the platform's own database depends on the system.
pub(crate) fn unclear(container: impl Display, file: &str, config: &LocalConfig) -> Refusal {
    let own = &config.database;
    Refusal::new(
        &codes::UNCLEAR_FILE,
        format!("the file of the container `{container}` is `{file}`, and the platform's own is `{own}`"),
        format!("write `{own}` if they are one file; if they are two, give one of them another name"),
    )
}
