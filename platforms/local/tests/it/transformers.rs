//! Transformers: inputs by name, outputs captured again.

use crate::{
    example::{Example, plan_from_other_text},
    fixture::{Fixture, in_container, moved},
    northwind::{CUSTOMERS, NorthWind},
};
use datasurface_platform::{graph::Stage, prelude::*};

/// A transformer that makes two datasets of two others.
fn two_of_two() -> Example {
    let ecosystem = NorthWind::default().ecosystem().edit_team("USA", "NorthWindTeam", |team| {
        let counting = DataTransformer::sql("Masked_NW_Data")
            .with_trigger(TransformTrigger::AllInputsMoved)
            .select(
                "customers",
                "SELECT customer_id, '***' AS company_name, (SELECT count(*) FROM NW_Data_products) AS city \
                 FROM NW_Data_customers",
            )
            .select("cities", "SELECT city, count(*) AS customers FROM NW_Data_customers GROUP BY city");
        let made = Datastore::new("Masked_NW_Data")
            .dataset(Dataset::new("customers", CUSTOMERS))
            .dataset(Dataset::new("cities", "city VarChar(15) key, customers Integer"));
        let reads = DatasetGroup::new("raw").with_sinks(["NW_Data/customers", "NW_Data/products"]);
        let board = DatasetGroup::new("all").sink("Masked_NW_Data/cities");
        let server_fixture = "USA/NorthWindTeam/Desk";
        team.without_workspace(&"Mask".into())
            .without_datastore(&"Masked_NW_Data".into())
            .datastore(made)
            .workspace(
                Workspace::new("Mask").with_container(server_fixture).group(reads).with_transformer(counting),
            )
            .workspace(Workspace::new("Board").with_container(server_fixture).group(board))
    });
    Example::new(ecosystem, &NorthWind::assignments().with_group("Local", "Board/all", Stage::Provisioned))
}

#[test]
fn a_transformer_waits_until_all_of_its_inputs_moved() {
    let fixture = Fixture::with(&two_of_two());
    fixture.change_source(
        "INSERT INTO Customers VALUES ('A', 'a', 'x'), ('B', 'b', 'x'); INSERT INTO products VALUES (1, 'p', 1, 1)",
    );
    fixture.run();
    let made = |dataset: &str| {
        let all = format!("SELECT * FROM Masked_NW_Data__{dataset} WHERE batch_out IS NULL ORDER BY 1");
        fixture.rows("northwind.db", &all)
    };
    assert_eq!(made("customers"), ["A|***|1|1|-", "B|***|1|1|-"]);
    assert_eq!(made("cities"), ["x|2|1|-"]);

    fixture.change_source("UPDATE Customers SET city = 'y' WHERE customer_id = 'B'");
    for expected in ["+0 ~1 -0 =1", "+0 ~0 -0 =2"] {
        let moved = moved(&fixture.run());
        assert_eq!(moved.len(), 2, "it does not run: {moved:?}");
        assert!(moved[0].ends_with(expected), "{moved:?}");
    }
    fixture.change_source("INSERT INTO products VALUES (2, 'q', 1, 1)");
    assert_eq!(
        moved(&fixture.run())[2..],
        ["Masked_NW_Data/cities 2: +1 ~1 -0 =0", "Masked_NW_Data/customers 2: +0 ~2 -0 =0"],
        "it sees what moved before, too"
    );
    assert_eq!(made("cities"), ["x|1|2|-", "y|1|2|-"]);
}

#[test]
fn outputs_are_made_of_inputs_and_captured() {
    for file in ["northwind.db", "desk.db"] {
        let wind = NorthWind {
            file,
            select: "SELECT city, '**' || ';' AS company_name, customer_id FROM NW_Data_customers; -- done",
            ..NorthWind::default()
        };
        let fixture = Fixture::with(&wind.example());
        fixture.change_source("INSERT INTO Customers VALUES ('A', 'x', 'Bonn')");
        for city in ["Bonn", "Rome"] {
            fixture.change_source(&format!("UPDATE Customers SET city = '{city}'"));
            fixture.run();
            let read = "SELECT * FROM Marketing__masked__Masked_NW_Data__customers";
            assert_eq!(fixture.rows(file, &in_container(file, read)), [format!("A|**;|{city}")]);
        }
    }
}

#[test]
fn a_transform_job_is_found_by_its_trigger() {
    let rendering = NorthWind::default().example().rendering();
    let needs = |address: &str| {
        let resource = rendering.resource(&address.into()).unwrap();
        let needs = resource.dependencies().iter().map(ResourceAddress::as_str);
        needs.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(needs("trigger.Mask"), "database table.NW_Data.customers");
    assert_eq!(needs("transform.Mask"), "database output.Mask trigger.Mask");
    assert_eq!(needs("output.Mask"), "database table.NW_Data.customers");
    assert_eq!(needs("capture.Masked_NW_Data"), "database output.Mask table.Masked_NW_Data.customers");
}

/// A transformer of products, with outputs of its own.
fn of_products(schema: &'static str, select: &'static str) -> Fixture {
    let ecosystem = NorthWind::default().ecosystem().edit_team("USA", "NorthWindTeam", |team| {
        let made = Datastore::new("Masked_NW_Data").dataset(Dataset::new("customers", schema));
        let reads = DatasetGroup::new("raw").sink("NW_Data/products");
        let transformer = DataTransformer::sql("Masked_NW_Data").select("customers", select);
        team.without_workspace(&"Mask".into())
            .without_datastore(&"Masked_NW_Data".into())
            .datastore(made)
            .workspace(
                Workspace::new("Mask")
                    .with_container("USA/NorthWindTeam/Desk")
                    .group(reads)
                    .with_transformer(transformer),
            )
    });
    Fixture::with(&Example::new(ecosystem, &NorthWind::assignments()))
}

#[test]
fn decimals_are_compared_as_numbers_added_exactly_and_rounded_to_their_scale() {
    let fixture = of_products(
        "product_id Integer key, price Decimal(18,2), half Decimal(18,2), total Decimal(18,2), third Integer",
        "SELECT product_id, unit_price AS price, unit_price * 1.5 AS half, \
           (SELECT sum(unit_price) FROM NW_Data_products) AS total, unit_price / 3 AS third \
         FROM NW_Data_products WHERE unit_price > 9",
    );
    fixture.change_source(
        "INSERT INTO products VALUES (1, 'a', 10.01, 1), (2, 'b', 9.99, 1), (3, 'c', 100.1, 1), (4, 'd', 8.9, 1),
         (5, 'e', NULL, 1)",
    );
    let report = fixture.run();
    let rows =
        fixture.rows("northwind.db", "SELECT * FROM Marketing__masked__Masked_NW_Data__customers ORDER BY 1");
    assert_eq!(
        rows,
        ["1|10.01|15.02|129.00|3", "2|9.99|14.99|129.00|3", "3|100.10|150.15|129.00|33"],
        "as texts, 10.01 and 100.1 were less than 9"
    );
    let rounded: Vec<String> =
        report.rounded.iter().map(|it| format!("{} {} {}", it.dataset, it.column, it.values)).collect();
    assert_eq!(rounded, ["Masked_NW_Data/customers half 3", "Masked_NW_Data/customers third 3"]);
}

#[test]
fn floating_point_numbers_are_rounded_to_their_format() {
    let fixture = of_products(
        "product_id Integer key, third Real, same Real, none Real, wide Double, long Double, half Float16, large Real",
        "SELECT product_id, 1.0 / product_id AS third, unit_price AS same, NULL AS none, 9007199254740993 AS wide, \
           sum('12345678901234567890.5') AS long, 2049 * product_id / 3 AS half, 16777217 AS large FROM NW_Data_products",
    );
    fixture.change_source("INSERT INTO products VALUES (3, 'a', 0.1, 1)");
    let report = fixture.run();
    let rows = "SELECT third = CAST(11184811 AS REAL) / 33554432, same, none, wide, long, half, large FROM \
         Marketing__masked__Masked_NW_Data__customers";
    let rows = fixture.rows("northwind.db", rows);
    assert_eq!(rows, ["1|0.1|-|9007199254740992.0|1.2345678901234567e19|2050.0|16777218.0"]);
    let rounded: Vec<String> =
        report.rounded.iter().map(|it| format!("{} {}", it.column, it.values)).collect();
    assert_eq!(rounded, ["third 1", "wide 1", "long 1", "half 1", "large 1"]);
}

#[test]
fn what_a_narrow_format_has_no_room_for_is_refused() {
    for value in ["1e39", "-3.5e38", "1e-46"] {
        let select = format!("SELECT product_id, {value} AS n FROM NW_Data_products");
        let fixture = of_products("product_id Integer key, n Real", select.leak());
        fixture.change_source("INSERT INTO products VALUES (3, 'a', 0.1, 1)");
        let report = fixture.try_run().unwrap();
        let reason = &report.failures[0].reason;
        assert!(reason.contains("`n Real` must be within the range of its type"), "{value}: {reason}");
    }
}

#[test]
fn decimals_with_more_digits_than_a_floating_point_number_keep_them_all() {
    let fixture = of_products(
        "product_id Integer key, price Decimal(38,2), total Decimal(38,2)",
        "SELECT product_id, '12345678901234567' || substr(unit_price, -3) AS price, \
           (SELECT sum('12345678901234567' || substr(unit_price, -3)) FROM NW_Data_products) AS total \
         FROM NW_Data_products",
    );
    fixture.change_source("INSERT INTO products VALUES (1, 'a', 0.89, 1), (2, 'b', 0.12, 1)");
    fixture.run();
    let rows =
        fixture.rows("northwind.db", "SELECT * FROM Marketing__masked__Masked_NW_Data__customers ORDER BY 1");
    assert_eq!(
        rows,
        ["1|12345678901234567.89|24691357802469135.01", "2|12345678901234567.12|24691357802469135.01"]
    );
}

#[test]
fn a_table_that_an_earlier_version_put_what_it_made_into_is_dropped() {
    let example = NorthWind::default().example();
    let table = "Mask__customers.output";
    let with_table = |text: &str| text.replace("\"select\":", &format!("\"table\":\"{table}\",\"select\":"));
    let plan = plan_from_other_text(&example, with_table);
    assert_eq!(plan.to_string(), "update  output output.Mask, in place: differs in outputs");
    let fixture = Fixture::with(&example);
    fixture.open("northwind.db").execute_batch(&format!("CREATE TABLE \"{table}\" (x)")).unwrap();
    fixture.render(&example, &plan);
    fixture.apply_plan(&plan).unwrap();
    let left = format!("SELECT count(*) FROM sqlite_schema WHERE name = '{table}'");
    assert_eq!(fixture.rows("northwind.db", &left), ["0"]);
    fixture.change_source("INSERT INTO Customers VALUES ('A', 'x', 'Bonn')");
    assert_eq!(moved(&fixture.run()).last().unwrap(), "Masked_NW_Data/customers 1: +1 ~0 -0 =0");
}
