//! Transformers that read what they make.

use crate::{
    example::Example,
    fixture::{Fixture, moved},
    northwind::NorthWind,
};
use datasurface_platform::prelude::*;

/// Counts, for each customer, how often it ran; up to a limit.
fn counting(limit: u32, timetable: Option<&str>) -> Example {
    let select = format!(
        "SELECT customer_id, company_name, coalesce((SELECT min(m.city + 1, {limit}) \
         FROM Masked_NW_Data_customers m WHERE m.customer_id = c.customer_id), 0) AS city FROM NW_Data_customers c"
    );
    let mut transformer = DataTransformer::sql("Masked_NW_Data").select("customers", select);
    if let Some(cron) = timetable {
        transformer = transformer.with_cron(cron);
    }
    let ecosystem = NorthWind::default().ecosystem().edit_team("USA", "NorthWindTeam", |team| {
        team.without_workspace(&"Mask".into()).workspace(
            Workspace::new("Mask")
                .with_container("USA/NorthWindTeam/Desk")
                .group(DatasetGroup::new("raw").sink("NW_Data/customers"))
                .group(DatasetGroup::new("own").sink("Masked_NW_Data/customers"))
                .with_transformer(transformer),
        )
    });
    Example::new(ecosystem, &NorthWind::assignments())
}

fn with_a_customer(example: &Example) -> Fixture {
    let fixture = Fixture::with(example);
    fixture.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x')");
    fixture
}

fn count(fixture: &Fixture) -> Vec<String> {
    fixture.rows("northwind.db", "SELECT city FROM Marketing__masked__Masked_NW_Data__customers")
}

#[test]
fn with_a_timetable_it_has_one_turn_in_each_run() {
    let fixture = with_a_customer(&counting(2, Some("0 0 * * *")));
    for expected in ["0", "1", "2", "2", "2"] {
        fixture.run();
        assert_eq!(count(&fixture), [expected]);
    }
    assert_eq!(moved(&fixture.run()).len(), 2, "nothing moves it any more");
}

#[test]
fn without_one_it_runs_until_it_rests_or_is_stopped() {
    for (limit, rests) in [(5, true), (100_000, false)] {
        let fixture = with_a_customer(&counting(limit, None));
        let report = fixture.try_run().unwrap();
        if rests {
            assert_eq!(report.failures, []);
            assert_eq!(count(&fixture), ["5"]);
        } else {
            assert_eq!(count(&fixture), ["99"]);
            assert_eq!(report.failures.len(), 1);
            let reason = &report.failures[0].reason;
            assert!(
                reason.starts_with("the transformer of `Mask` did not come to rest in 100 rounds"),
                "{reason}"
            );
        }
    }
}
