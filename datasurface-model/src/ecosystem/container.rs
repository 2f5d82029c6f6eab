//! Containers: where data is kept.

use crate::{
    name::{ContainerName, Place},
    named::Entity,
};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// Something that keeps data, at one or more places.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataContainer {
    name: ContainerName,
    kind: ContainerKind,
    locations: BTreeSet<Place>,
}

/// What keeps the data, and how it is reached. Never a secret: credentials are names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum ContainerKind {
    /// An SQLite database file.
    Sqlite {
        /// The file, relative to where the platform runs.
        file: SmolStr,
    },
    /// A PostgreSQL database.
    Postgres {
        /// Host name or address.
        host: SmolStr,
        /// TCP port.
        port: u16,
        /// Name of the database.
        database: SmolStr,
    },
}

impl ContainerKind {
    /// What people call this technology; also what a platform's descriptor lists.
    #[must_use]
    pub fn technology(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "sqlite",
            Self::Postgres { .. } => "postgres",
        }
    }
}

impl DataContainer {
    /// A container of this kind, not yet anywhere.
    pub fn new(name: impl Into<ContainerName>, kind: ContainerKind) -> Self {
        Self { name: name.into(), kind, locations: BTreeSet::new() }
    }

    /// An SQLite database file.
    pub fn sqlite(name: impl Into<ContainerName>, file: impl Into<SmolStr>) -> Self {
        Self::new(name, ContainerKind::Sqlite { file: file.into() })
    }

    /// A PostgreSQL database on the usual port, 5432.
    pub fn postgres(
        name: impl Into<ContainerName>,
        host: impl Into<SmolStr>,
        database: impl Into<SmolStr>,
    ) -> Self {
        Self::new(name, ContainerKind::Postgres { host: host.into(), port: 5432, database: database.into() })
    }

    /// The same container, also at this place.
    #[must_use]
    pub fn located(mut self, place: impl Into<Place>) -> Self {
        self.locations.insert(place.into());
        self
    }

    /// What keeps the data.
    #[must_use]
    pub fn kind(&self) -> &ContainerKind {
        &self.kind
    }

    /// Where the data is.
    #[must_use]
    pub fn locations(&self) -> &BTreeSet<Place> {
        &self.locations
    }
}

impl Entity for DataContainer {
    type Name = ContainerName;

    fn name(&self) -> &ContainerName {
        &self.name
    }
}
