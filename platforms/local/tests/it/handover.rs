//! A platform that another one captures for: what was seen there is seen here, whoever captures afterwards.

use crate::{
    applied::WIDER,
    example::Example,
    fixture::{Fixture, moved},
    flows::{CHANGES, CUSTOMERS},
    northwind::{self, NorthWind},
};
use datasurface_platform::{
    graph::{Assignments, Stage},
    prelude::*,
};

/// NorthWind, where a board reads the history of customers from a second platform, which may capture, too.
pub(crate) fn example(captures: &str, milestoning: Milestoning) -> Example {
    with_customers(northwind::CUSTOMERS, captures, milestoning)
}

fn with_customers(customers: &'static str, captures: &str, milestoning: Milestoning) -> Example {
    of(NorthWind { customers, milestoning, ..NorthWind::default() }, captures)
}

/// The same, of this NorthWind.
pub(crate) fn of(wind: NorthWind, captures: &str) -> Example {
    let all = DatasetGroup::new("all").sink("NW_Data/customers").with_milestoning(wind.milestoning);
    with_group(wind, captures, all)
}

/// The same, where the board wants this.
pub(crate) fn with_group(wind: NorthWind, captures: &str, all: DatasetGroup) -> Example {
    let wind = NorthWind { datasets: vec!["NW_Data/customers"], ..wind };
    let ecosystem = wind
        .ecosystem()
        .platform(PlatformDeclaration::new("Second", "local").setting("database", "second.db"))
        .edit_team("USA", "NorthWindTeam", |team| {
            team.container(DataContainer::sqlite("Table", "second.db"))
                .workspace(Workspace::new("Board").with_container("USA/NorthWindTeam/Table").group(all))
        });
    let assignments = Assignments::default()
        .with_group("Local", "Sales/analysis", Stage::Provisioned)
        .with_group("Local", "Marketing/masked", Stage::Provisioned)
        .with_primary("Local", "Masked_NW_Data", Stage::Provisioned)
        .with_primary(captures, "NW_Data", Stage::Provisioned)
        .with_group("Second", "Board/all", Stage::Provisioned);
    Example::new(ecosystem, &assignments)
}

/// Where both work.
pub(crate) fn grounds(example: &Example) -> (Fixture, Fixture) {
    let first = Fixture::with(example);
    let second = first.beside("Second");
    second.render(example, &Plan::default());
    second.apply_plan(&Plan::default()).unwrap();
    (first, second)
}

pub(crate) const KEPT: &str =
    "SELECT customer_id, company_name, city, batch_in, batch_out FROM NW_Data__customers ORDER BY 1, 4";
const BATCHES: &str =
    "SELECT * FROM datasurface_batches WHERE datastore = 'NW_Data' AND dataset = 'customers' ORDER BY batch";
const SCHEMAS: &str = "SELECT * FROM datasurface_schemas WHERE datastore = 'NW_Data' AND dataset = 'customers' ORDER BY version";

pub(crate) fn assert_equal(first: &Fixture, second: &Fixture) {
    for query in [KEPT, BATCHES, SCHEMAS] {
        assert_eq!(second.rows("second.db", query), first.rows("northwind.db", query));
    }
}

/// Checks that a platform has what was seen at the first before it came, which it reads like this, and what it slept through.
pub(crate) fn assert_followed(wind: &NorthWind, read: impl Fn(&Fixture, &Fixture) -> Vec<String>) {
    for milestoning in [Milestoning::LiveAndForensic, Milestoning::Live] {
        let (mut first, second) = grounds(&of(NorthWind { milestoning, ..wind.clone() }, "Local"));
        for (day, change) in [("01", CUSTOMERS), ("02", CHANGES), ("03", "UPDATE Customers SET city = 'Ulm'")]
        {
            first.now = format!("2026-01-{day}T00:00:00Z");
            first.change_source(change);
            first.run();
        }
        assert_eq!(read(&first, &second), ["NW_Data/customers 3: +11 ~14 -2 =0"]);
        assert_equal(&first, &second);
        assert_eq!(moved(&second.run()), ["NW_Data/customers 3: +0 ~0 -0 =9"]);
        for city in ["Hof", "Kiel"] {
            first.change_source(&format!("UPDATE Customers SET city = '{city}' WHERE customer_id = 'ALFKI'"));
            first.run();
        }
        assert_eq!(moved(&second.run()), ["NW_Data/customers 5: +0 ~2 -0 =7"]);
        assert_equal(&first, &second);
    }
}

#[test]
fn a_successor_has_what_was_before_it_came_and_what_it_slept_through() {
    assert_followed(&NorthWind::default(), |_, second| moved(&second.run()));
}

#[test]
fn two_platforms_that_fill_one_database_do_not_meet_there() {
    let wind = NorthWind::in_a_file();
    let ecosystem = wind
        .ecosystem()
        .platform(PlatformDeclaration::new("Second", "local").setting("database", "second.db"));
    let both = NorthWind::assignments().with_group("Second", "Sales/analysis", Stage::Provisioned);
    let example = Example::new(ecosystem, &both);
    let (first, second) = grounds(&example);
    first.change_source(CUSTOMERS);
    first.run();
    second.run();
    let views = "SELECT name FROM sqlite_schema WHERE type = 'view' AND name LIKE '%Sales__analysis__NW_Data__customers'";
    let (of_first, of_second) =
        ("Local__Sales__analysis__NW_Data__customers", "Second__Sales__analysis__NW_Data__customers");
    let mut found = first.rows("desk.db", views);
    found.sort();
    assert_eq!(found, [of_first, of_second]);
    // The first leaves, with all that is its own.
    let view = example.rendering().resource(&"view.Sales.analysis.NW_Data.customers".into()).unwrap().clone();
    let gone = format!("DROP VIEW {}", view.attributes()["live"]);
    first.open("desk.db").execute_batch(&gone).unwrap();
    assert_eq!(first.rows("desk.db", views), [of_second]);
    assert_eq!(first.rows("desk.db", &format!("SELECT count(*) FROM {of_second}")), ["8"]);
}

#[test]
fn a_successor_that_captures_goes_on_where_its_predecessor_was() {
    let both = example("Local", Milestoning::LiveAndForensic);
    let (first, second) = grounds(&both);
    for change in [CUSTOMERS, CHANGES] {
        first.change_source(change);
        first.run();
    }
    second.run();
    let before = second.rows("second.db", KEPT);
    second.render(&example("Second", Milestoning::LiveAndForensic), &Plan::default());
    second.apply_plan(&Plan::default()).unwrap();
    std::fs::remove_file(first.path("northwind.db")).unwrap();
    assert_eq!(moved(&second.run()), ["NW_Data/customers 2: +0 ~0 -0 =9"]);
    first.change_source("DELETE FROM Customers WHERE customer_id = 'WOLZA'");
    assert_eq!(moved(&second.run()), ["NW_Data/customers 3: +0 ~0 -1 =8"]);
    let after = second.rows(
        "second.db",
        "SELECT customer_id, batch_in, batch_out FROM Board__all__NW_Data__customers__history ORDER BY 1, 2",
    );
    assert_eq!(after.len(), before.len());
    assert!(after.contains(&"WOLZA|1|3".to_owned()) && after.contains(&"FISSA|1|2".to_owned()), "{after:?}");
}

#[test]
fn a_column_that_a_successor_has_later_than_its_values_were_there_is_filled() {
    // The run makes the views again.
    const BY_HAND: &str =
        "ALTER TABLE NW_Data__customers ADD COLUMN vat TEXT; DROP VIEW Board__all__NW_Data__customers;
        DROP VIEW Board__all__NW_Data__customers__history;";
    let narrow = example("Local", Milestoning::LiveAndForensic);
    let wide = with_customers(WIDER, "Local", Milestoning::LiveAndForensic);
    let (first, second) = grounds(&narrow);
    first.change_source(
        "ALTER TABLE Customers ADD COLUMN vat; INSERT INTO Customers VALUES ('A', 'a', 'x', 'v'), ('B', 'b', 'x', NULL)",
    );
    first.run();
    second.run();
    first.apply(Some((&narrow, "1")), (&wide, "2"));
    first.run();
    second.run();
    second.open("second.db").execute_batch(BY_HAND).unwrap();
    second.render(&wide, &Plan::default());
    second.run();
    let vat = "SELECT customer_id, vat FROM NW_Data__customers WHERE batch_out IS NULL ORDER BY 1";
    assert_eq!(second.rows("second.db", vat), ["A|v", "B|-"]);
}

#[test]
fn a_successor_knows_which_schema_each_batch_had() {
    let narrow = example("Local", Milestoning::LiveAndForensic);
    let wide = |captures| with_customers(WIDER, captures, Milestoning::LiveAndForensic);
    let first = Fixture::with(&narrow);
    first.change_source(
        "ALTER TABLE Customers ADD COLUMN vat; INSERT INTO Customers VALUES ('A', 'a', 'x', 'v')",
    );
    first.run();
    first.apply(Some((&narrow, "1")), (&wide("Local"), "2"));
    first.run();
    let second = first.beside("Second");
    second.render(&wide("Local"), &Plan::default());
    second.apply_plan(&Plan::default()).unwrap();
    second.run();
    assert_equal(&first, &second);
    let versions = "SELECT version, first_batch FROM datasurface_schemas";
    assert_eq!(second.rows("second.db", versions), ["1|1", "2|2"]);

    second.render(&wide("Second"), &Plan::default());
    second.change_source("UPDATE Customers SET vat = 'w'");
    assert_eq!(moved(&second.run()), ["NW_Data/customers 3: +0 ~1 -0 =0"]);
    assert_eq!(
        second.rows("second.db", versions),
        ["1|1", "2|2"],
        "it goes on with the schema that there was"
    );
}

#[test]
fn a_predecessor_that_keeps_no_book_of_schemas_is_followed() {
    let (first, second) = grounds(&example("Local", Milestoning::LiveAndForensic));
    first.change_source(CUSTOMERS);
    first.run();
    first.open("northwind.db").execute_batch("DROP TABLE datasurface_schemas").unwrap();
    assert_eq!(moved(&second.run()), ["NW_Data/customers 1: +8 ~0 -0 =0"]);
    assert_eq!(second.rows("second.db", "SELECT * FROM datasurface_schemas"), [] as [&str; 0]);
    second.render(&example("Second", Milestoning::LiveAndForensic), &Plan::default());
    second.change_source(CHANGES);
    second.run();
    let versions = "SELECT version, first_batch FROM datasurface_schemas";
    assert_eq!(second.rows("second.db", versions), ["1|2"], "it begins with the first that it knows of");
}

#[test]
fn a_predecessor_that_lost_its_database_takes_nothing_from_its_successor() {
    let (first, mut second) = grounds(&example("Local", Milestoning::LiveAndForensic));
    for change in [CUSTOMERS, CHANGES] {
        first.change_source(change);
        first.run();
    }
    second.run();
    for file in ["northwind.db", "northwind.db-wal", "northwind.db-shm"] {
        let _ = std::fs::remove_file(first.path(file));
    }
    let report = second.try_run().unwrap();
    assert!(report.failures[0].reason.contains("the source `northwind.db` is not there"), "{report:?}");
    first.apply_plan(&Plan::default()).unwrap();
    first.change_source("DELETE FROM Customers WHERE customer_id = 'WOLZA'");
    first.run();
    second.now = "2026-12-01T00:00:00Z".to_owned();
    assert_eq!(moved(&second.run()), ["NW_Data/customers 3: +0 ~0 -1 =8"], "by comparing");
    let wolza = "SELECT batch_in, batch_out FROM NW_Data__customers WHERE customer_id IN ('WOLZA', 'FISSA')";
    assert_eq!(second.rows("second.db", wolza), ["1|2", "1|3"]);
    first.change_source("DELETE FROM Customers WHERE customer_id = 'N1'");
    first.run();
    assert_eq!(moved(&second.run()), ["NW_Data/customers 4: +0 ~0 -1 =7"]);
}
