//! Settings of servers, from a declaration to what is rendered.

use crate::{
    example::{Example, plan_between},
    northwind::NorthWind,
};
use datasurface_platform::prelude::*;
use std::collections::BTreeMap;

/// NorthWind, whose source and whose consumers are on servers, with these settings for servers.
fn example(servers: &'static str) -> Example {
    let ecosystem = NorthWind { servers, ..NorthWind::default() }.ecosystem();
    let ecosystem = ecosystem.edit_team("USA", "NorthWindTeam", |team| {
        team.without_container(&"Desk".into())
            .without_container(&"Source".into())
            .container(DataContainer::postgres("Desk", "db.example.org", "sales").with_credential("desk"))
            .container(DataContainer::postgres("Source", "src.example.org", "shop"))
    });
    let example = Example::new(ecosystem, &NorthWind::assignments());
    assert_eq!(example.codes(), [] as [&str; 0]);
    example
}

fn database(example: &Example) -> String {
    let rendering = example.rendering();
    let copy = rendering.file("copies/USA/NorthWindTeam/Desk/NW_Data/products.sql").unwrap().text().unwrap();
    let line = copy.lines().find_map(|line| line.strip_prefix("-- database: "));
    line.unwrap().to_owned()
}

/// The job that captures from the source.
fn capture(example: &Example) -> serde_json::Value {
    let jobs = example.rendering().file("jobs.json").unwrap().text().unwrap().to_owned();
    let jobs: serde_json::Value = serde_json::from_str(&jobs).unwrap();
    let jobs = jobs["jobs"].as_array().unwrap().clone();
    jobs.into_iter().find(|job| job["job"] == "capture.NW_Data").unwrap()
}

#[test]
fn what_is_set_for_a_server_is_rendered() {
    let nothing = example("{}");
    insta::assert_snapshot!(database(&nothing), @"postgresql://db.example.org:5432/sales?credential=USA%2FNorthWindTeam%2Fdesk");
    assert_eq!(capture(&nothing)["server"], json!(null));
    let some = example(
        r#"{
            "db.example.org": {"sslmode": "disable", "statement_timeout_seconds": 0},
            "db.example.org:5432":
                {"sslmode": "require", "client_certificate": "tls/me.pem", "client_key": "tls/me.key"},
            "src.example.org": {"root_certificates": "company.pem", "statement_timeout_seconds": 7},
            "src.example.org:5433": {"insecure_password": true}
        }"#,
    );
    insta::assert_snapshot!(database(&some), @"postgresql://db.example.org:5432/sales?credential=USA%2FNorthWindTeam%2Fdesk&sslmode=require&client_certificate=tls%2Fme.pem&client_key=tls%2Fme.key");
    let capture = capture(&some);
    assert_eq!(
        capture["server"],
        json!({"root_certificates": "company.pem", "statement_timeout_seconds": 7})
    );
    assert!(
        capture["begin"].as_array().unwrap().contains(&json!("SET statement_timeout = '7s'")),
        "{capture}"
    );
}

#[test]
fn how_a_server_is_spoken_to_moves_no_data() {
    let (before, after) = (example("{}"), example(r#"{"db.example.org": {"sslmode": "require"}}"#));
    let plan = plan_between(Some((&before, "1")), (&after, "2"), BTreeMap::new());
    let of_consumer = |line: &&str| line.contains("copy.USA") || line.contains("view.Sales");
    let lines: Vec<String> = plan.to_string().lines().filter(of_consumer).map(str::to_owned).collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    update  copy copy.USA/NorthWindTeam/Desk.Masked_NW_Data.customers, in place: differs in database
    update  copy copy.USA/NorthWindTeam/Desk.NW_Data.customers, in place: differs in database
    update  copy copy.USA/NorthWindTeam/Desk.NW_Data.products, in place: differs in database
    update  view view.Sales.analysis.NW_Data.customers, in place: the server is spoken to in another way
    update  view view.Sales.analysis.NW_Data.products, in place: the server is spoken to in another way
    ");
    let files = plan.transition_files().iter().map(|file| file.text().unwrap().to_owned());
    let statements =
        files.filter(|text| ["DROP", "CREATE TABLE", "DELETE"].iter().any(|word| text.contains(word)));
    assert_eq!(statements.collect::<Vec<_>>(), [] as [&str; 0]);
}
