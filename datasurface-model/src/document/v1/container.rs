//! Containers.

use super::compact::Compactly;
use crate::{
    ecosystem::{ContainerKind, DataContainer},
    name::{ContainerName, Place},
    named::Entity,
};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a container, as an object")]
pub(super) struct ContainerObject {
    name: ContainerName,
    kind: KindObject,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Compactly<Place>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", expecting = "a kind of container, as an object")]
enum KindObject {
    Sqlite(SqliteObject),
    Postgres(PostgresObject),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "the settings of an SQLite database, as an object")]
struct SqliteObject {
    file: SmolStr,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "the settings of a PostgreSQL database, as an object")]
struct PostgresObject {
    host: SmolStr,
    #[serde(default = "usual_port", skip_serializing_if = "is_usual_port")]
    port: u16,
    database: SmolStr,
}

fn usual_port() -> u16 {
    5432
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_usual_port(port: &u16) -> bool {
    *port == usual_port()
}

impl ContainerObject {
    pub(super) fn into_model(self) -> DataContainer {
        let kind = match self.kind {
            KindObject::Sqlite(SqliteObject { file }) => ContainerKind::Sqlite { file },
            KindObject::Postgres(PostgresObject { host, port, database }) => {
                ContainerKind::Postgres { host, port, database }
            }
        };
        let container = DataContainer::new(self.name, kind);
        let places = self.locations.into_iter().map(|Compactly(place)| place);
        places.fold(container, DataContainer::located)
    }
}

impl From<&DataContainer> for ContainerObject {
    fn from(container: &DataContainer) -> Self {
        Self {
            name: container.name().clone(),
            kind: match container.kind().clone() {
                ContainerKind::Sqlite { file } => KindObject::Sqlite(SqliteObject { file }),
                ContainerKind::Postgres { host, port, database } => {
                    KindObject::Postgres(PostgresObject { host, port, database })
                }
            },
            locations: container.locations().iter().cloned().map(Compactly).collect(),
        }
    }
}
