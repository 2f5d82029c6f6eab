//! What a table that is made anew cannot have stays aside.

use crate::{
    example::{Example, plan, plan_between},
    northwind::{CUSTOMERS, NorthWind},
    schemas::history,
    site::{Site, text},
};
use datasurface_platform::graph::{Assignments, Stage};
use std::collections::BTreeMap;

const OTHER_KEY: &str = "customer_id VarChar(5) not null, company_name VarChar(40) key, city VarChar(15)";
const WITHOUT_CITY: &str = "customer_id VarChar(5) key, company_name VarChar(40) not null";

fn tables(site: &Site) -> Vec<String> {
    site.rows("northwind.db", "SELECT name FROM sqlite_schema WHERE name LIKE '%.before%' ORDER BY rowid")
}

/// What stays aside of one change, in these columns.
pub(crate) fn set_aside(site: &Site, columns: &str) -> Vec<String> {
    let [table] = &*tables(site) else { panic!("{:?}", tables(site)) };
    site.rows("northwind.db", &format!("SELECT {columns} FROM \"{table}\" ORDER BY batch_in"))
}

fn batch(site: &Site, example: &Example, batch: i64, city: &str) {
    let record = vec![text("A"), text("x"), text(city)];
    site.batch(&example.rendering(), "NW_Data/customers", batch, &[record]).unwrap();
}

#[test]
fn a_change_that_is_taken_back_can_be_made_again() {
    let (a, b) = (history(CUSTOMERS).example(), history(OTHER_KEY).example());
    let site = Site::with(&a);
    batch(&site, &a, 1, "Bonn");
    batch(&site, &a, 2, "Ulm");
    let to_b = || site.apply(&plan_between(Some((&a, "A")), (&b, "B"), BTreeMap::new()), &b.rendering());
    let to_a = || site.apply(&plan_between(Some((&b, "B")), (&a, "A"), BTreeMap::new()), &a.rendering());
    let customers =
        || site.rows("northwind.db", "SELECT city, batch_in, batch_out FROM NW_Data__customers ORDER BY 2");
    to_b();
    assert_eq!(customers(), ["Bonn|1|2", "Ulm|2|-"]);
    to_a();
    assert_eq!(customers(), ["Bonn|1|2", "Ulm|2|-"]);
    // Nobody is owed the first version any more: what is set aside must not bring it back.
    site.open("northwind.db").execute_batch("DELETE FROM NW_Data__customers WHERE batch_in = 1").unwrap();
    batch(&site, &a, 3, "Hof");
    to_b();
    assert_eq!(customers(), ["Ulm|2|3", "Hof|3|-"]);
    let aside = tables(&site);
    let rows = |table: &str| {
        site.rows(
            "northwind.db",
            &format!("SELECT city, batch_in, batch_out FROM \"{table}\" ORDER BY rowid"),
        )
    };
    assert_eq!(aside.len(), 2, "{aside:?}");
    assert_eq!(rows(&aside[0]), ["Bonn|1|2", "Ulm|2|-", "Ulm|2|3", "Hof|3|-"]);
    assert_eq!(rows(&aside[1]), ["Bonn|1|2", "Ulm|2|-"]);
    // Nor does it where nothing is left.
    to_a();
    site.open("northwind.db").execute_batch("DELETE FROM NW_Data__customers").unwrap();
    to_b();
    assert_eq!(customers(), [] as [&str; 0]);
    assert_eq!(tables(&site), aside);
}

#[test]
fn the_same_change_of_a_table_that_was_held_with_other_columns_has_its_own_place() {
    let (narrow, b) = (history(WITHOUT_CITY).example(), history(OTHER_KEY).example());
    let a = history(CUSTOMERS).example();
    let site = Site::with(&a);
    batch(&site, &a, 1, "Bonn");
    site.apply(&plan_between(Some((&a, "A")), (&b, "B"), BTreeMap::new()), &b.rendering());
    site.apply(&plan_between(Some((&b, "B")), (&narrow, "A"), BTreeMap::new()), &narrow.rendering());
    site.apply(&plan_between(Some((&narrow, "A")), (&b, "B"), BTreeMap::new()), &b.rendering());
    assert_eq!(tables(&site).len(), 3);
}

#[test]
fn a_table_that_is_held_for_its_latest_versions_keeps_them_when_it_comes_back_without_a_column() {
    let example = |customers, datasets: &[&'static str]| {
        let wind = NorthWind { customers, datasets: datasets.to_vec(), ..NorthWind::default() };
        let alone = wind.ecosystem().edit_team("USA", "NorthWindTeam", |team| {
            team.without_workspace(&"Mask".into()).without_workspace(&"Marketing".into())
        });
        let assignments = Assignments::default()
            .with_group("Local", "Sales/analysis", Stage::Provisioned)
            .with_primary("Local", "NW_Data", Stage::Provisioned);
        Example::new(alone, &assignments)
    };
    let both = ["NW_Data/customers", "NW_Data/products"];
    let before = example(CUSTOMERS, &both);
    let site = Site::with(&before);
    batch(&site, &before, 1, "Bonn");
    let mut held = example(CUSTOMERS, &both[1..]);
    held.held.push(before.hold("table.NW_Data.customers", "Ingest/Local/NW_Data", "customers"));
    site.apply(&plan(&before, &held), &held.rendering());
    let back = example(WITHOUT_CITY, &both);
    site.apply(&plan(&held, &back), &back.rendering());
    assert_eq!(site.rows("northwind.db", "SELECT * FROM NW_Data__customers"), ["A|x|1|-"]);
    assert_eq!(set_aside(&site, "customer_id, city"), ["A|Bonn"]);
}
