//! What grows with the datasets of a consumer grows as they do.

use crate::{ground::Ground, scene::Scene};
use cpu_time::ThreadTime;
use datasurface_platform::{
    graph::{Assignments, Stage},
    prelude::*,
};
use std::{ops::Range, time::Duration};

/// How much more there is the second time.
const TIMES: u32 = 4;

/// Datasets that are read into a file of their consumer.
struct Shape {
    datastores: u32,
    datasets_of_each: u32,
}

impl Shape {
    fn numbers(&self, datastore: u32) -> Range<u32> {
        datastore * self.datasets_of_each..(datastore + 1) * self.datasets_of_each
    }

    fn all(&self) -> Range<u32> {
        0..self.datastores * self.datasets_of_each
    }

    fn scene(&self) -> Scene {
        let mut team = Team::new()
            .container(DataContainer::sqlite("Source", "source.db"))
            .container(DataContainer::sqlite("Desk", "desk.db"));
        let mut group = DatasetGroup::new("all");
        let mut assignments = Assignments::default().serves("Local", "Sales/all", Stage::Provisioned);
        for datastore in 0..self.datastores {
            let name = format!("S{datastore}");
            let mut store = Datastore::new(name.as_str()).captured(Capture::sql_snapshot("USA/Team/Source"));
            for number in self.numbers(datastore) {
                let dataset = format!("d{number}");
                store = store.dataset(Dataset::new(dataset.as_str(), "id Integer key, v Integer"));
                group = group.sink(format!("{name}/{dataset}").as_str());
            }
            team = team.datastore(store);
            assignments = assignments.captures("Local", name.as_str(), Stage::Provisioned);
        }
        let team = team.workspace(Workspace::new("Sales").container("USA/Team/Desk").group(group));
        let owner = "github:northwind/model@main";
        let ecosystem = Ecosystem::new("Wide", owner, "github:northwind/model@live")
            .platform(PlatformDeclaration::new("Local", "local").setting("database", "northwind.db"))
            .zone("USA", owner, GovernanceZone::new().team("Team", owner, team));
        Scene::new(ecosystem, &assignments)
    }

    /// Returns how long the processor works where nothing is new: for a run, and for a status.
    fn times(&self) -> [(&'static str, Duration); 2] {
        let ground = Ground::new();
        let tables = self.all().map(|number| {
            format!("CREATE TABLE d{number} (id INTEGER PRIMARY KEY, v INTEGER); INSERT INTO d{number} VALUES (1, {number});")
        });
        ground.change_source(&format!("BEGIN; {} COMMIT;", tables.collect::<String>()));
        ground.apply(None, (&self.scene(), "1"));
        let report = ground.run();
        assert_eq!(report.datasets.len(), self.all().len());
        let last = self.all().end - 1;
        let view = format!("SELECT * FROM Local__Sales__all__S{}__d{last}", self.datastores - 1);
        assert_eq!(ground.rows("desk.db", &view), [format!("1|{last}")]);
        let run = quickest(|| assert!(ground.run().datasets.iter().all(|run| run.inserted == 0)));
        let status = quickest(|| assert_eq!(ground.status().sinks.len(), self.all().len()));
        [("run", run), ("status", status)]
    }
}

fn quickest(work: impl Fn()) -> Duration {
    let took = (0..3).map(|_| {
        let start = ThreadTime::now();
        work();
        start.elapsed()
    });
    took.min().unwrap()
}

#[test]
fn a_run_without_news_and_a_status_take_as_long_as_there_are_datasets() {
    let one_datastore = |datasets_of_each| Shape { datastores: 1, datasets_of_each };
    let many_datastores = |datastores| Shape { datastores, datasets_of_each: 1 };
    for (small, large) in
        [(one_datastore(60), one_datastore(60 * TIMES)), (many_datastores(40), many_datastores(40 * TIMES))]
    {
        for ((what, small), (_, large)) in small.times().into_iter().zip(large.times()) {
            assert!(
                large < 2 * TIMES * small,
                "{what}: {TIMES} times the datasets: {small:?} became {large:?}"
            );
        }
    }
}
