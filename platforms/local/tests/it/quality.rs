//! Quality checks: what fails is not seen by anybody, is told with its rows, and stops nobody else.

use crate::{
    example::{Example, plan},
    fixture::{Fixture, moved},
    northwind::{self, NorthWind},
    site::script,
};
use datasurface_platform::{RunReport, prelude::*};

/// NorthWind, in which this must hold of a dataset.
pub(crate) fn checked(
    wind: &NorthWind,
    dataset: &str,
    checks: impl IntoIterator<Item = QualityCheck>,
) -> Example {
    let wanted = DatasetKey::from(dataset);
    let ecosystem = wind.ecosystem().edit_team("USA", "NorthWindTeam", |team| {
        let store = Datastore::clone(team.datastores().get(&wanted.datastore).unwrap());
        let datasets: Vec<Dataset> = store.datasets().iter().map(Dataset::clone).collect();
        let (checked, others): (Vec<_>, Vec<_>) =
            datasets.into_iter().partition(|dataset| *dataset.name() == wanted.dataset);
        let checked = checks.into_iter().fold(checked[0].clone(), Dataset::quality_check);
        let store = store.with_datasets(others.into_iter().chain([checked]));
        team.without_datastore(&wanted.datastore).datastore(store)
    });
    Example::new(ecosystem, &NorthWind::assignments())
}

fn reasons(report: &RunReport) -> Vec<String> {
    report.failures.iter().map(|failure| format!("{}: {}", failure.job, failure.reason)).collect()
}

#[test]
fn what_fails_a_check_is_seen_by_nobody() {
    let checks = [QualityCheck::not_null("city", Share::ALL), QualityCheck::rows(0, 3)];
    let fixture = Fixture::with(&checked(
        &NorthWind { file: "desk.db", ..NorthWind::default() },
        "NW_Data/customers",
        checks,
    ));
    fixture.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x'), ('B', 'b', 'y')");
    fixture.run();
    let before = fixture.everything();
    fixture.change_source(
        "INSERT INTO Customers VALUES ('C', 'c', NULL), ('D', 'd', NULL); INSERT INTO products VALUES (1, 'p', 1, 1)",
    );
    let report = fixture.try_run().unwrap();
    assert_eq!(
        reasons(&report),
        [
            "capture.NW_Data: `NW_Data/customers` fails the check that every row has a value in `city`: 2 of 4 without one; \
          `NW_Data/customers` fails the check that there are 0 to 3 rows: there are 4"
        ]
    );
    let customers = |all: Vec<String>| -> Vec<String> {
        all.into_iter().filter(|line| line.contains("customers") && !line.contains("datasurface_")).collect()
    };
    assert_eq!(customers(fixture.everything()), customers(before), "the last good data stays");
    let behind: Vec<bool> = report.datasets.iter().map(|run| run.failure.is_some()).collect();
    assert_eq!(behind, [false, true], "the other dataset of the store goes on: {report:?}");
    assert_eq!(fixture.rows("desk.db", "SELECT product_id FROM Local__NW_Data__products"), ["1"]);
    let failing: Vec<_> = fixture
        .status()
        .sinks
        .into_iter()
        .filter(|sink| sink.last_failure.is_some())
        .map(|sink| sink.dataset)
        .collect();
    assert_eq!(
        failing,
        ["Masked_NW_Data/customers", "NW_Data/customers"].map(DatasetKey::from),
        "also who gets what is made of it"
    );

    fixture.change_source(
        "UPDATE Customers SET city = 'z' WHERE city IS NULL; DELETE FROM Customers WHERE customer_id = 'D'",
    );
    assert_eq!(
        moved(&fixture.run()),
        [
            "NW_Data/customers 3: +1 ~0 -0 =2",
            "NW_Data/products 3: +0 ~0 -0 =1",
            "Masked_NW_Data/customers 2: +1 ~0 -0 =2"
        ]
    );
    assert!(fixture.status().sinks.iter().all(|sink| sink.last_failure.is_none()));
}

#[test]
fn what_a_transformer_made_is_checked_too() {
    let check = QualityCheck::accepted_values("company_name", ["***"]);
    let wind = NorthWind {
        select: "SELECT customer_id, CASE city WHEN 'x' THEN '***' ELSE company_name END AS company_name, city \
                 FROM NW_Data_customers",
        ..NorthWind::default()
    };
    let fixture = Fixture::with(&checked(&wind, "Masked_NW_Data/customers", [check]));
    fixture.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x'), ('B', 'secret', 'y')");
    let report = fixture.try_run().unwrap();
    assert_eq!(
        reasons(&report),
        [
            "capture.Masked_NW_Data: `Masked_NW_Data/customers` fails the check that `company_name` has an accepted \
          value: 1 with another value"
        ]
    );
    let live = "SELECT * FROM Sales__analysis__NW_Data__customers";
    assert_eq!(fixture.rows("northwind.db", live).len(), 2, "the rest goes on");
    let masked = "SELECT * FROM Marketing__masked__Masked_NW_Data__customers";
    assert!(fixture.rows("northwind.db", masked).is_empty());
    assert_eq!(fixture.try_run().unwrap().failures.len(), 1, "it is tried again as long as it is due");
    fixture.change_source("UPDATE Customers SET city = 'x'");
    fixture.run();
    assert_eq!(fixture.rows("northwind.db", masked), ["A|***|x", "B|***|x"]);
}

#[test]
fn a_text_that_is_not_what_its_column_says_is_told_with_its_row_and_seen_by_nobody() {
    const SCHEMA: &str = "customer_id VarChar(5) key, company_name VarChar(40) not null, city Date";
    for (schema, change, expected) in [
        (
            northwind::CUSTOMERS,
            "INSERT INTO products VALUES (7, 'p', 'ten', 1)",
            "capture.NW_Data: `NW_Data/products` fails the rule that `unit_price Decimal(10,2)` must have a value of its type: \
             1 row",
        ),
        (
            SCHEMA,
            "UPDATE Customers SET city = '31.1.2026'",
            "capture.NW_Data: `NW_Data/customers` fails the rule that `city Date` must have a value of its type: 1 row",
        ),
    ] {
        let wind = NorthWind { customers: schema, file: "desk.db", ..NorthWind::default() };
        let fixture = Fixture::with(&wind.example());
        fixture.change_source("INSERT INTO Customers VALUES ('A', 'a', '2026-01-31')");
        fixture.run();
        let before = fixture.everything();
        fixture.change_source(change);
        assert_eq!(reasons(&fixture.try_run().unwrap()), [expected]);
        let shown = |all: Vec<String>| -> Vec<String> {
            all.into_iter().filter(|line| !line.contains("datasurface_")).collect()
        };
        assert_eq!(shown(fixture.everything()), shown(before));
    }
}

#[test]
fn what_a_transformer_makes_must_be_what_its_column_says() {
    let ecosystem = NorthWind {
        select: "SELECT customer_id, company_name, 'soon' AS city FROM NW_Data_customers",
        ..NorthWind::default()
    }
    .ecosystem()
    .edit_team("USA", "NorthWindTeam", |team| {
        let masked =
            Dataset::new("customers", "customer_id VarChar(5) key, company_name VarChar(40), city Timestamp");
        team.without_datastore(&"Masked_NW_Data".into())
            .datastore(Datastore::new("Masked_NW_Data").dataset(masked))
    });
    let fixture = Fixture::with(&Example::new(ecosystem, &NorthWind::assignments()));
    fixture.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x')");
    assert_eq!(
        reasons(&fixture.try_run().unwrap()),
        [
            "capture.Masked_NW_Data: `Masked_NW_Data/customers` fails the rule that `city Timestamp` must have a value of its \
          type: 1 row"
        ]
    );
}

#[test]
fn freshness_is_judged_when_it_runs() {
    let wind = NorthWind {
        customers: "customer_id VarChar(5) key, company_name VarChar(40) not null, city Timestamp",
        select: "SELECT customer_id, company_name, NULL AS city FROM NW_Data_customers",
        ..NorthWind::default()
    };
    let mut fixture =
        Fixture::with(&checked(&wind, "NW_Data/customers", [QualityCheck::fresh("city", Latency::hours(1))]));
    fixture.change_source("INSERT INTO Customers VALUES ('A', 'a', '2026-11-21 09:30:00')");
    fixture.run();
    fixture.now = "2026-11-21T10:30:01Z".to_owned();
    assert_eq!(
        reasons(&fixture.try_run().unwrap()),
        [
            "capture.NW_Data: `NW_Data/customers` fails the check that the latest `city` is not older than 1 h: it is older"
        ]
    );
}

#[test]
fn another_check_changes_nothing_but_what_is_checked() {
    let wind = NorthWind::default();
    let example = checked(&wind, "NW_Data/products", [QualityCheck::unique(["product_name", "weight"])]);
    let plan = plan(&wind.example(), &example);
    assert_eq!(plan.to_string(), "update  table table.NW_Data.products, in place: differs in checks");
    assert!(plan.transition_files().is_empty());
    let table = script(&example.rendering(), "table.NW_Data.products");
    assert_eq!(
        table.section_description("check 1"),
        Some("no two rows are the same in `product_name`, `weight`")
    );
    insta::assert_snapshot!(table.section("check 1").unwrap(), @r#"
    WITH repeated AS (
      SELECT "product_name", "weight", count(*) AS "rows"
      FROM temp."NW_Data__products.stage"
      WHERE "product_name" IS NOT NULL AND "weight" IS NOT NULL
      GROUP BY "product_name", "weight"
      HAVING count(*) > 1
    )
    SELECT (SELECT sum(repeated."rows") FROM repeated) || ' like others' AS "found"
    FROM temp."NW_Data__products.stage" AS stage
    JOIN repeated ON stage."product_name" = repeated."product_name" AND stage."weight" = repeated."weight"
    ORDER BY stage."product_name", stage."weight", stage."product_id"
    LIMIT 5;
    "#);
}
