//! What consumers read: views, and copies in files of their own.

use crate::{
    northwind::NorthWind,
    site::{Site, script, statements, text},
};
use datasurface_platform::prelude::*;
use rusqlite::types::Value;

const COPY: &str = "copy.USA/NorthWindTeam/Desk.NW_Data.customers";

fn customers(records: &[(&str, &str)]) -> Vec<Vec<Value>> {
    let record = |(id, city): &(&str, &str)| vec![text(id), text("x"), text(city)];
    records.iter().map(record).collect()
}

/// Brings the copy up to a batch.
fn apply(site: &Site, rendering: &Rendering, batch: i64) {
    let script = script(rendering, COPY);
    let database = site.open(script.database());
    database.execute("ATTACH ?1 AS platform", [site.path("northwind.db")]).unwrap();
    database.execute_batch("BEGIN").unwrap();
    for statement in statements(script.section("apply").unwrap()) {
        let mut statement = database.prepare(statement).unwrap();
        for (name, value) in [(":batch", Value::from(batch)), (":now", text("now"))] {
            if let Some(index) = statement.parameter_index(name).unwrap() {
                statement.raw_bind_parameter(index, value).unwrap();
            }
        }
        statement.raw_execute().unwrap();
    }
    database.execute_batch("COMMIT").unwrap();
}

#[test]
fn each_milestoning_has_its_views() {
    for (milestoning, live, history) in [
        (Milestoning::Live, true, false),
        (Milestoning::Forensic, false, true),
        (Milestoning::LiveAndForensic, true, true),
    ] {
        let wind = NorthWind { milestoning, ..NorthWind::default() };
        let rendering = wind.example().rendering();
        let site = Site::with(&wind.example());
        for (batch, city) in [(1, "Bonn"), (2, "Ulm")] {
            let records = customers(&[("A", city)]);
            site.batch(&rendering, "NW_Data/customers", batch, &records).unwrap();
        }
        let views = site.rows(
            "northwind.db",
            "SELECT name FROM sqlite_schema WHERE type = 'view' AND name LIKE 'Sales%customers%' ORDER BY 1",
        );
        assert_eq!(views.len(), usize::from(live) + usize::from(history), "{views:?}");
        if live {
            let rows = site.rows("northwind.db", "SELECT * FROM Sales__analysis__NW_Data__customers");
            assert_eq!(rows, ["A|x|Ulm"]);
        }
        if history {
            let rows = site.rows(
                "northwind.db",
                "SELECT * FROM Sales__analysis__NW_Data__customers__history ORDER BY batch_in",
            );
            assert_eq!(rows, ["A|x|Bonn|1|2", "A|x|Ulm|2|-"]);
        }
    }
}

#[test]
fn copies_follow_the_buffer_at_any_distance_and_are_made_again_when_lost() {
    for milestoning in [Milestoning::Live, Milestoning::LiveAndForensic] {
        let wind = NorthWind { milestoning, file: "desk.db", ..NorthWind::default() };
        let example = wind.example();
        assert!(example.codes().is_empty());
        let rendering = example.rendering();
        let site = Site::with(&example);
        let batches = [
            customers(&[("A", "Bonn"), ("B", "Bonn"), ("C", "Bonn")]),
            customers(&[("A", "Ulm"), ("B", "Bonn")]),
            customers(&[("A", "Ulm"), ("B", "Hof"), ("C", "Bonn")]),
            customers(&[("B", "Kiel")]),
        ];
        let compare = || {
            let columns = "SELECT customer_id, city, batch_in, batch_out";
            let buffer = format!("{columns} FROM NW_Data__customers ORDER BY 1, 3");
            let copy = format!("{columns} FROM Local__NW_Data__customers ORDER BY 1, 3");
            assert_eq!(site.rows("desk.db", &copy), site.rows("northwind.db", &buffer));
        };
        for (number, records) in (1..).zip(&batches) {
            site.batch(&rendering, "NW_Data/customers", number, records).unwrap();
            // The third batch is missed, and applying twice is the same as once.
            if number != 3 {
                apply(&site, &rendering, number);
                apply(&site, &rendering, number);
                compare();
            }
        }
        assert_eq!(
            site.rows("desk.db", "SELECT * FROM Local__Sales__analysis__NW_Data__customers"),
            ["B|x|Kiel"]
        );
        std::fs::remove_file(site.path("desk.db")).unwrap();
        site.create(&rendering);
        apply(&site, &rendering, 4);
        compare();
    }
}

#[test]
fn a_consumer_of_another_local_platform_reads_what_the_first_captured() {
    let first = NorthWind::default();
    let ecosystem = first
        .ecosystem()
        .platform(PlatformDeclaration::new("Second", "local").setting("database", "second.db"))
        .edit_team("USA", "NorthWindTeam", |team| {
            team.workspace(
                Workspace::new("Board")
                    .with_container("USA/NorthWindTeam/Desk")
                    .group(DatasetGroup::new("all").sink("NW_Data/customers")),
            )
        });
    let assignments = NorthWind::assignments().with_group(
        "Second",
        "Board/all",
        datasurface_platform::graph::Stage::Provisioned,
    );
    let example = crate::example::Example::new(ecosystem, &assignments);
    assert_eq!(example.codes(), [] as [&str; 0]);
    let rendering = example.rendering_of("Second");
    insta::assert_snapshot!(rendering.file("jobs.json").unwrap().text().unwrap());
    let table = rendering.file("tables/NW_Data/customers.sql").unwrap().text().unwrap();
    let (head, _) = table.split_once("\n-- [create]").unwrap();
    let following = table.find("-- [agrees]").and_then(|at| table[at..].split_once("-- [forget]")).unwrap().0;
    insta::assert_snapshot!("what_the_second_takes_of_the_first", format!("{head}\n{following}"));
}
