//! Runs of what is named, repairs, and platforms that leave.

use crate::{
    flow::{fixture, source},
    models,
    run::Fixture,
};
use rusqlite::Connection;

fn rows(fixture: &Fixture, file: &str, query: &str) -> Vec<String> {
    let database = Connection::open(fixture.path(file)).unwrap();
    let mut statement = database.prepare(query).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

#[test]
fn what_is_named_runs_and_unknown_names_are_refused_with_the_nearest() {
    let fixture = fixture(&models::transformed());
    fixture.run("run --target out --until-idle").good();
    source(
        &fixture,
        "UPDATE customers SET city = 'Bonn' WHERE id = 'ALFKI'; DELETE FROM products WHERE id = 1",
    );
    for (arguments, message, nearest) in [
        ("--select NW_Dat", "nothing to run is called `NW_Dat`", "NW_Data"),
        (
            "--select NW_Data --full-refresh NW_Data/customer",
            "no dataset is called `NW_Data/customer`",
            "NW_Data/customers",
        ),
        ("--resync Salez", "no consumer is called `Salez`", "Sales"),
    ] {
        let said = fixture.run(&format!("run --target out {arguments}")).bad();
        assert!(said.err.contains(&format!("error[run/unknown-name]: {message}")), "{said:?}");
        assert!(said.err.contains(&format!("did you mean `{nearest}`?")), "{said:?}");
        assert_eq!(said.out, "0 records moved\n", "nothing runs");
    }
    let said = fixture.run("run --target out --select NW_Data").good();
    assert!(said.out.ends_with("\n2 records moved\n"), "{said:?}");
    let said = fixture.run("run --target out --select Masking --full-refresh Masked/customers").good();
    assert!(said.out.contains("Masked/customers") && !said.out.contains("NW_Data"), "{said:?}");
    assert_eq!(fixture.run("run --target out --follow --select NW_Data").code, 2);
}

#[test]
fn a_consumer_is_brought_back_to_what_the_platform_has() {
    let fixture = fixture(&models::transformed());
    fixture.run("run --target out --until-idle").good();
    let mart = Connection::open(fixture.path("mart.db")).unwrap();
    mart.execute_batch("UPDATE Local__NW_Data__products SET name = 'edited'").unwrap();
    std::fs::remove_file(fixture.path("source.db")).unwrap();
    fixture.run("run --target out --resync Sales").good();
    let names = "SELECT name FROM Local__Sales__live__NW_Data__products ORDER BY 1";
    assert_eq!(rows(&fixture, "mart.db", names), ["Chai", "Chang"]);
}

#[test]
fn a_consumer_is_compared_with_what_the_platform_has() {
    let fixture = fixture(&models::transformed());
    fixture.run("run --target out --until-idle").good();
    let said = fixture.run("run --target out --resync Sales --verify").good();
    assert!(said.out.ends_with("\n1 copy compared, 0 with differences\n"), "{said:?}");
    let mart = Connection::open(fixture.path("mart.db")).unwrap();
    mart.execute_batch("UPDATE Local__NW_Data__products SET name = 'edited'").unwrap();
    drop(mart);
    let said = fixture.run("run --target out --resync Sales --verify").bad();
    let line = said.out.lines().nth(1).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(line, "copy.USA/NorthWind/Mart.NW_Data.products NW_Data/products Local 0 0 2 differs");
    assert!(said.out.ends_with("\n1 copy compared, 1 with differences\n"), "{said:?}");
    assert!(!said.out.contains("edited"), "no values");
    let json = fixture.run("run --target out --resync Sales --verify --format json").bad().json();
    let compared = &json["ran"]["Local"]["compared"][0];
    assert_eq!((&compared["missing"], &compared["different"]), (&0.into(), &2.into()), "{json}");
    assert_eq!(fixture.run("run --target out --verify").code, 2);
    assert_eq!(fixture.run("run --target out --resync Sales --verify --select NW_Data").code, 2);
    fixture.run("run --target out --resync Sales").good();
    fixture.run("run --target out --resync Sales --verify").good();
}

#[test]
fn a_platform_that_left_and_owes_nothing_is_cleaned_up_and_can_come_back() {
    let fixture = fixture(&models::handed_over());
    let view = "SELECT id FROM Other__Research__history__NW_Data__customers ORDER BY 1";
    fixture.run("run --target out").good();
    fixture.run("run --target out").good();
    assert_eq!(rows(&fixture, "mart.db", view), ["ALFKI", "PARIS"]);

    // It leaves, and owes its history for thirty days.
    fixture.model(&models::second());
    fixture.render();
    fixture.run("run --target out").good();
    fixture.run("render model.json --target out --on 2026-06-01").good();
    fixture.run("status --target out").good();

    // A database of the same name may be another platform's: nothing is taken away from it.
    std::fs::create_dir(fixture.path("elsewhere")).unwrap();
    let foreign = Connection::open(fixture.path("elsewhere/other.db")).unwrap();
    for sql in rows(&fixture, "other.db", "SELECT sql FROM sqlite_schema WHERE type = 'table'") {
        foreign.execute_batch(&sql).unwrap();
    }
    foreign
        .execute_batch("INSERT INTO datasurface_books VALUES (1, 'another', 1, '2026-01-01T00:00:00Z')")
        .unwrap();
    drop(foreign);
    let tables = "SELECT name FROM sqlite_schema";
    let before = rows(&fixture, "elsewhere/other.db", tables);
    let said = fixture.run("run --target out --root elsewhere").bad();
    assert!(said.err.contains("is not the one that this target was applied to"), "{said:?}");
    std::fs::create_dir(fixture.path("empty")).unwrap();
    let said = fixture.run("run --target out --root empty").bad();
    assert!(said.err.contains("that this target was applied to is not in"), "{said:?}");
    assert_eq!(rows(&fixture, "elsewhere/other.db", tables), before);

    fixture.run("run --target out").good();
    fixture.run("run --target out").good();
    fixture.run("status --target out").good();
    let tables = "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'";
    assert_eq!(rows(&fixture, "other.db", tables), [""; 0]);
    let left = "SELECT name FROM sqlite_schema WHERE name LIKE 'Other%'
                UNION ALL SELECT \"copy\" FROM datasurface_applied WHERE \"copy\" LIKE 'Other%'
                UNION ALL SELECT platform FROM datasurface_steps WHERE platform = 'Other'";
    assert_eq!(rows(&fixture, "mart.db", left), [""; 0]);
    assert!(!fixture.read("out/.datasurface/manifest.json").contains("\"Other\""));

    fixture.model(&models::handed_over());
    fixture.run("render model.json --target out --on 2026-06-02").good();
    fixture.run("run --target out").good();
    fixture.run("run --target out").good();
    assert_eq!(rows(&fixture, "mart.db", view), ["ALFKI", "PARIS"]);
}
