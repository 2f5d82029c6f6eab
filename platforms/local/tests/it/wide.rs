//! Many datasets that are read into a file of their consumer.

use crate::{example::Example, fixture::Fixture};
use datasurface_platform::{
    graph::{Assignments, Stage},
    prelude::*,
};
use std::ops::Range;

/// The datasets of some datastores.
#[derive(Clone, Debug)]
pub(crate) struct Wide {
    pub(crate) datastores: Range<u32>,
    /// The numbers of the datasets that each datastore has.
    pub(crate) datasets: Range<u32>,
}

impl Wide {
    /// The datastore and the number of each dataset.
    pub(crate) fn all(&self) -> impl Iterator<Item = (u32, u32)> {
        self.datastores
            .clone()
            .flat_map(|datastore| self.datasets.clone().map(move |number| (datastore, number)))
    }

    /// The model: each dataset has a key and a column.
    pub(crate) fn example(&self) -> Example {
        self.example_with("id Integer key, v Integer")
    }

    /// The model, with this schema of each dataset.
    pub(crate) fn example_with(&self, schema: &str) -> Example {
        let mut team = Team::new()
            .container(DataContainer::sqlite("Source", "source.db"))
            .container(DataContainer::sqlite("Desk", "desk.db"));
        let mut group = DatasetGroup::new("all");
        let mut assignments = Assignments::default().with_group("Local", "Sales/all", Stage::Provisioned);
        for datastore in self.datastores.clone() {
            let name = format!("S{datastore}");
            let mut store = Datastore::new(name.as_str()).captured(Capture::sql_snapshot("USA/Team/Source"));
            for number in self.datasets.clone() {
                let dataset = format!("d{datastore}_{number}");
                let rows = if number % 3 == 1 { InvalidRows::SetAside } else { InvalidRows::Fail };
                let dataset_of_it = Dataset::new(dataset.as_str(), schema);
                store = store.dataset(dataset_of_it.with_invalid_rows(rows));
                group = group.sink(format!("{name}/{dataset}").as_str());
            }
            team = team.datastore(store);
            assignments = assignments.with_primary("Local", name.as_str(), Stage::Provisioned);
        }
        let team = team.workspace(Workspace::new("Sales").with_container("USA/Team/Desk").group(group));
        let owner = "github:northwind/model@main";
        let ecosystem = Ecosystem::new("Wide", owner, "github:northwind/model@live")
            .platform(PlatformDeclaration::new("Local", "local").setting("database", "northwind.db"))
            .zone("USA", owner, GovernanceZone::new().team("Team", owner, team));
        Example::new(ecosystem, &assignments)
    }

    /// Makes the tables of the source, with a row in each.
    pub(crate) fn fill_source(&self, fixture: &Fixture) {
        let tables = self.all().map(|(datastore, number)| {
            let table = format!("d{datastore}_{number}");
            format!("CREATE TABLE {table} (id INTEGER PRIMARY KEY, v INTEGER); INSERT INTO {table} VALUES (1, {number});")
        });
        fixture.change_source(&format!("BEGIN; {} COMMIT;", tables.collect::<String>()));
    }
}
