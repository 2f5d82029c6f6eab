//! What is rendered, to be read.

use crate::northwind::NorthWind;
use datasurface_platform::prelude::*;

fn everything(rendering: &Rendering) -> String {
    let mut text = String::new();
    for file in rendering.files() {
        text.push_str(&format!("######## {}\n{}\n", file.path(), file.text().unwrap()));
    }
    text
}

#[test]
fn northwind() {
    insta::assert_snapshot!(everything(&NorthWind::default().example().rendering()));
}

#[test]
fn northwind_in_a_file_of_the_consumer_with_history() {
    let wind = NorthWind {
        file: "desk.db",
        milestoning: Milestoning::LiveAndForensic,
        retention: Some(Retention::years(7)),
        datasets: vec!["NW_Data/products"],
        ..NorthWind::default()
    };
    let rendering = wind.example().rendering();
    let text = ["tables/NW_Data/products.sql", "copies/USA/NorthWindTeam/Desk/NW_Data/products.sql"]
        .map(|path| rendering.file(path).unwrap().text().unwrap());
    insta::assert_snapshot!(text.join("\n########\n"));
}

#[test]
fn northwind_in_a_database_of_the_consumer() {
    let server_fixture = |milestoning| {
        let wind = NorthWind { milestoning, ..NorthWind::default() };
        let ecosystem = wind.ecosystem().edit_team("USA", "NorthWindTeam", |team| {
            let server_fixture =
                DataContainer::postgres("Desk", "db.example.org", "sales").with_credential("desk");
            team.without_container(&"Desk".into()).container(server_fixture)
        });
        let rendering = crate::example::Example::new(ecosystem, &NorthWind::assignments()).rendering();
        let text = [
            "copies/USA/NorthWindTeam/Desk/NW_Data/products.sql",
            "views/Sales/analysis/NW_Data/products.sql",
            "outputs/Mask.sql",
        ]
        .map(|path| rendering.file(path).unwrap().text().unwrap().to_owned());
        text.join("\n########\n")
    };
    insta::assert_snapshot!(
        "northwind_in_a_database_of_the_consumer_live",
        server_fixture(Milestoning::Live)
    );
    insta::assert_snapshot!(
        "northwind_in_a_database_of_the_consumer_all",
        server_fixture(Milestoning::LiveAndForensic)
    );
}

#[test]
fn northwind_by_version() {
    let wind = NorthWind { datasets: vec!["NW_Data/products"], ..NorthWind::by_version() };
    let rendering = wind.example().rendering();
    let text = rendering.file("tables/NW_Data/products.sql").unwrap().text().unwrap();
    let jobs: serde_json::Value =
        serde_json::from_str(rendering.file("jobs.json").unwrap().text().unwrap()).unwrap();
    let mut jobs = jobs["jobs"].as_array().unwrap().iter();
    let capture = jobs.find(|job| job["job"] == "capture.NW_Data").unwrap();
    let capture = serde_json::to_string_pretty(&capture["datasets"]).unwrap();
    insta::assert_snapshot!(format!("{text}\n########\n{capture}"));
}

#[test]
fn foundation() {
    insta::assert_snapshot!(everything(&NorthWind::default().example().foundation()));
}

#[test]
fn what_is_owed_stays_unfed() {
    let mut example = NorthWind::default().example();
    let held = example.hold("table.NW_Data.products", "Ingest/Local/NW_Data", "products");
    let fed = example.rendering();
    example = NorthWind { datasets: vec!["NW_Data/customers"], ..NorthWind::default() }.example();
    example.held.push(held);
    let rendering = example.rendering();
    let address = "table.NW_Data.products".into();
    let (before, after) = (fed.resource(&address).unwrap(), rendering.resource(&address).unwrap());
    assert_eq!(before.attributes(), after.attributes());
    assert_eq!(before.held_data(), after.held_data());
    insta::assert_snapshot!(rendering.file("tables/NW_Data/products.sql").unwrap().text().unwrap());
}

#[test]
fn a_dataset_that_is_captured_on_its_own_has_a_job_of_its_own_and_the_same_table() {
    let wind = NorthWind::default();
    let alone = wind.ecosystem().edit_team("USA", "NorthWindTeam", |team| {
        let store = team.datastores().get("NW_Data").unwrap();
        let capture =
            Capture::sql_snapshot("USA/NorthWindTeam/Source").with_consistency(Consistency::SingleDataset);
        let store = (**store).clone().captured(capture);
        team.without_datastore(&"NW_Data".into()).datastore(store)
    });
    let alone = crate::example::Example::new(alone, &NorthWind::assignments());
    let changed = crate::example::plan(&wind.example(), &alone);
    insta::assert_snapshot!(changed.to_string(), @r#"
    create  capture capture.NW_Data.customers
    create  capture capture.NW_Data.products
    retire  capture capture.NW_Data
    "#);
}

#[test]
fn secrets_are_names() {
    let rendering = NorthWind::default().example().rendering();
    let jobs = rendering.file("jobs.json").unwrap().text().unwrap();
    assert!(jobs.contains(r#""credential": "USA/NorthWindTeam/northwind""#));
}
