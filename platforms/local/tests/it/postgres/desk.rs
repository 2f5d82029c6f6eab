//! NorthWind, whose consumers have a database of a PostgreSQL server.

use crate::{
    ground::Ground,
    northwind::NorthWind,
    scene::Scene,
    support::postgres::{PASSWORD, Server, WRITER},
};
use datasurface_platform::prelude::*;
use postgres::{Client, SimpleQueryMessage};

/// A database of a consumer.
pub(crate) struct Desk {
    server: &'static Server,
    database: &'static str,
}

impl Desk {
    /// An empty database of this name; nothing if there is no server.
    pub(crate) fn new(database: &'static str) -> Option<Self> {
        let desk = Self { server: Server::shared()?, database };
        desk.lose();
        Some(desk)
    }

    /// Makes the database anew, empty.
    pub(crate) fn lose(&self) {
        self.server.renew(self.database, "template1");
    }

    /// The container of the consumers.
    pub(crate) fn container(&self) -> DataContainer {
        let database = self.database.into();
        let kind = ContainerKind::Postgres { host: "127.0.0.1".into(), port: self.server.port, database };
        DataContainer::new("Desk", kind)
    }

    /// The ecosystem whose consumers are here.
    pub(crate) fn ecosystem(&self, wind: &NorthWind) -> Ecosystem {
        wind.ecosystem().edit_team("USA", "NorthWindTeam", |team| {
            team.without_container(&"Desk".into()).container(self.container())
        })
    }

    pub(crate) fn scene(&self, wind: &NorthWind) -> Scene {
        let scene = Scene::new(self.ecosystem(wind), &NorthWind::assignments());
        assert_eq!(scene.codes(), [] as [&str; 0]);
        scene
    }

    /// Where the runtime works, with this applied.
    pub(crate) fn ground(&self, wind: &NorthWind) -> Ground {
        Ground::with_secret(&self.scene(wind), Some(secret()))
    }

    pub(crate) fn owner(&self) -> Client {
        self.server.owner(self.database)
    }

    /// The rows of a query, each as the server writes it.
    pub(crate) fn rows(&self, query: &str) -> Vec<String> {
        rows(&mut self.owner(), query)
    }
}

/// Who writes.
pub(crate) fn secret() -> String {
    format!("{WRITER}:{PASSWORD}")
}

/// The rows of a query, each as the server writes it.
pub(crate) fn rows(client: &mut Client, query: &str) -> Vec<String> {
    let messages = client.simple_query(query).unwrap_or_else(|error| panic!("{error:?}: {query}"));
    let rows = messages.into_iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => {
            let shown = (0..row.len()).map(|at| row.get(at).unwrap_or("-").to_owned());
            Some(shown.collect::<Vec<_>>().join("|"))
        }
        _ => None,
    });
    rows.collect()
}
