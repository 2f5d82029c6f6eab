//! Plans: the least that has to be done, and statements that keep what is there.

use crate::{
    example::{Example, plan, plan_between, plan_with},
    fixture::Fixture,
    northwind::{CUSTOMERS, NorthWind},
    schemas::history,
};
use datasurface_platform::{graph::Stage, model::DatasetKey, prelude::*};
use std::collections::BTreeMap;

fn wanting(datasets: &[&'static str]) -> NorthWind {
    NorthWind { datasets: datasets.to_vec(), ..NorthWind::default() }
}

pub(crate) fn files(plan: &Plan) -> String {
    let files = plan.transition_files().iter();
    let shown = files.map(|file| format!("######## {}\n{}", file.path(), file.text().unwrap()));
    shown.collect::<Vec<_>>().join("\n")
}

#[test]
fn nothing_changes_nothing() {
    let example = NorthWind::default().example();
    assert!(plan(&example, &example).is_empty());
}

#[test]
fn one_dataset_more_is_a_table_a_view_and_a_capture_that_reads_it_too() {
    let before = NorthWind::default().example();
    let after = wanting(&["NW_Data/customers", "NW_Data/orders", "NW_Data/products"]).example();
    let plan = plan(&before, &after);
    insta::assert_snapshot!(plan.to_string(), @r#"
    create  table table.NW_Data.orders
    create  view view.Sales.analysis.NW_Data.orders
    update  capture capture.NW_Data, in place: differs in datasets
    "#);
    assert!(plan.transition_files().is_empty());
}

#[test]
fn one_dataset_less_is_held() {
    let owed = NorthWind { retention: Some(Retention::years(1)), ..NorthWind::default() };
    let before = owed.example();
    let mut after = NorthWind { datasets: vec!["NW_Data/customers"], ..owed }.example();
    after.held.push(before.hold("table.NW_Data.products", "Ingest/Local/NW_Data", "products"));
    let left = plan(&before, &after);
    insta::assert_snapshot!(left.to_string(), @r#"
    update  capture capture.NW_Data, in place: differs in datasets
    retire  view view.Sales.analysis.NW_Data.products
    hold    table table.NW_Data.products: nobody asks for what was promised of `NW_Data/products` any more, but it is owed until 2027-01-31
    "#);
    insta::assert_snapshot!(files(&left), @r#"
    ######## shards/main/transition/2f948c6df81d-to-a1275d8fea25/002-retire-view-Sales-analysis-NW_Data-products.sql
    -- resource: view.Sales.analysis.NW_Data.products
    -- database: northwind.db

    -- [change] Takes the views away.
    DROP VIEW IF EXISTS "Sales__analysis__NW_Data__products";
    "#);

    let still = plan(&after, &after);
    assert!(still.is_empty());
    let gone = wanting(&["NW_Data/customers"]).example();
    let guard = Guard::Expired("2027-01-31".parse().unwrap());
    let let_go = BTreeMap::from([("table.NW_Data.products".into(), guard)]);
    let retired = plan_with(&after, &gone, let_go);
    assert!(files(&retired).contains("DROP TABLE IF EXISTS \"NW_Data__products\";"));

    let unguarded = plan(&after, &gone);
    assert!(!files(&unguarded).contains("DROP TABLE"));

    let back = plan(&after, &before);
    insta::assert_snapshot!(back.to_string(), @r#"
    create  view view.Sales.analysis.NW_Data.products
    update  table table.NW_Data.products, in place: rendered otherwise
    update  capture capture.NW_Data, in place: differs in datasets
    "#);
}

#[test]
fn history_begins_and_ends_in_place() {
    let live = NorthWind::default().example();
    let both = history(CUSTOMERS).example();
    insta::assert_snapshot!(plan(&live, &both).to_string(), @r#"
    update  table table.NW_Data.customers, in place: earlier versions stay from now on
    update  table table.NW_Data.products, in place: earlier versions stay from now on
    update  view view.Sales.analysis.NW_Data.customers, in place: shows versions that it did not show
    update  view view.Sales.analysis.NW_Data.products, in place: shows versions that it did not show
    "#);
    insta::assert_snapshot!(plan(&both, &live).to_string(), @r#"
    update  table table.NW_Data.customers, in place: earlier versions go with the next batch
    update  table table.NW_Data.products, in place: earlier versions go with the next batch
    update  view view.Sales.analysis.NW_Data.customers, in place: goes without `Sales__analysis__NW_Data__customers__history` (breaks `Sales/analysis`)
    update  view view.Sales.analysis.NW_Data.products, in place: goes without `Sales__analysis__NW_Data__products__history` (breaks `Sales/analysis`)
    "#);
}

#[test]
fn outputs_are_made_anew() {
    let before = NorthWind::default().example();
    let after = NorthWind {
        select: "SELECT customer_id, '' AS company_name, NULL AS city FROM NW_Data_customers",
        ..NorthWind::default()
    }
    .example();
    let other = plan(&before, &after);
    insta::assert_snapshot!(other.to_string(), @r#"update  output output.Mask, in place: differs in outputs"#);
    assert!(other.transition_files().is_empty());
}

#[test]
fn files_of_many_steps_are_in_the_order_of_the_steps_and_all_are_executed() {
    let example = |milestoning| {
        let datasets: Vec<String> = (0..501).map(|number| format!("d{number}")).collect();
        let source = datasets.iter().fold(
            Datastore::new("Wide").captured(Capture::sql_snapshot("USA/NorthWindTeam/Source")),
            |store, name| store.dataset(Dataset::new(name.as_str(), "id Integer key")),
        );
        let sinks = datasets.iter().map(|name| format!("Wide/{name}"));
        let sinks: Vec<DatasetKey> = sinks.map(|key| DatasetKey::from(key.as_str())).collect();
        let reader = Workspace::new("Reader")
            .with_container("USA/NorthWindTeam/Desk")
            .group(DatasetGroup::new("all").with_sinks(sinks).with_milestoning(milestoning));
        let ecosystem = NorthWind::default()
            .ecosystem()
            .edit_team("USA", "NorthWindTeam", |team| team.datastore(source).workspace(reader));
        let assignments = NorthWind::assignments()
            .with_group("Local", "Reader/all", Stage::Provisioned)
            .with_primary("Local", "Wide", Stage::Provisioned);
        Example::new(ecosystem, &assignments)
    };
    let (before, after) = (example(Milestoning::Live), example(Milestoning::LiveAndForensic));
    let fixture = Fixture::with(&before);
    let plan = plan_between(Some((&before, "1")), (&after, "2"), BTreeMap::new());
    assert!(plan.steps().len() > 1000, "{}", plan.steps().len());
    let names: Vec<&str> = plan.transition_files().iter().map(|file| file.path().as_str()).collect();
    assert!(names.is_sorted() && names.len() == 501, "{names:?}");
    assert!(names[500].contains("/1002-update-view"), "{}", names[500]);
    fixture.render(&after, &plan);
    fixture.apply_plan(&plan).unwrap();
    let views = "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'Reader\\_\\_%history' ESCAPE '\\'";
    assert_eq!(fixture.rows("northwind.db", views), ["501"]);
}
