//! Transformers that read what they make.

use crate::{
    ground::{Ground, moved},
    northwind::NorthWind,
    scene::Scene,
};
use datasurface_platform::prelude::*;

/// Counts, for each customer, how often it ran; up to a limit.
fn counting(limit: u32, timetable: Option<&str>) -> Scene {
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
    Scene::new(ecosystem, &NorthWind::assignments())
}

fn with_a_customer(scene: &Scene) -> Ground {
    let ground = Ground::with(scene);
    ground.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x')");
    ground
}

fn count(ground: &Ground) -> Vec<String> {
    ground.rows("northwind.db", "SELECT city FROM Marketing__masked__Masked_NW_Data__customers")
}

#[test]
fn with_a_timetable_it_has_one_turn_in_each_run() {
    let ground = with_a_customer(&counting(2, Some("0 0 * * *")));
    for expected in ["0", "1", "2", "2", "2"] {
        ground.run();
        assert_eq!(count(&ground), [expected]);
    }
    assert_eq!(moved(&ground.run()).len(), 2, "nothing moves it any more");
}

#[test]
fn without_one_it_runs_until_it_rests_or_is_stopped() {
    for (limit, rests) in [(5, true), (100_000, false)] {
        let ground = with_a_customer(&counting(limit, None));
        let report = ground.try_run().unwrap();
        if rests {
            assert_eq!(report.failures, []);
            assert_eq!(count(&ground), ["5"]);
        } else {
            assert_eq!(count(&ground), ["99"]);
            assert_eq!(report.failures.len(), 1);
            let reason = &report.failures[0].reason;
            assert!(
                reason.starts_with("the transformer of `Mask` did not come to rest in 100 rounds"),
                "{reason}"
            );
        }
    }
}
