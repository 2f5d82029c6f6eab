//! What grows with the datasets of a consumer grows as they do.

use crate::{ground::Ground, scene::plan_between, wide::Wide};
use cpu_time::ThreadTime;
use std::{collections::BTreeMap, time::Duration};

/// How much more there is the second time.
const TIMES: u32 = 4;

/// Returns how long the processor works where nothing is new: for a run, and for a status.
fn times(wide: &Wide) -> [(&'static str, Duration); 2] {
    let ground = Ground::new();
    wide.fill_source(&ground);
    ground.apply(None, (&wide.scene(), "1"));
    let report = ground.run();
    assert_eq!(report.datasets.len(), wide.all().count());
    let (datastore, last) = wide.all().last().unwrap();
    let view = format!("SELECT * FROM Local__Sales__all__S{datastore}__d{datastore}_{last}");
    assert_eq!(ground.rows("desk.db", &view), [format!("1|{last}")]);
    let run = quickest(|| assert!(ground.run().datasets.iter().all(|run| run.inserted == 0)));
    let status = quickest(|| assert_eq!(ground.status().sinks.len(), wide.all().count()));
    [("run", run), ("status", status)]
}

/// Returns how long the processor works to add as many datasets to a consumer as it has.
fn time_to_add(datasets: u32) -> Duration {
    let scene = |datasets| Wide { datastores: 0..1, datasets: 0..datasets }.scene();
    let (before, after) = (scene(datasets), scene(2 * datasets));
    let ground = Ground::new();
    ground.apply(None, (&before, "1"));
    let plan = plan_between(Some((&before, "1")), (&after, "2"), BTreeMap::new());
    ground.render(&after, &plan);
    let start = ThreadTime::now();
    ground.apply_plan(&plan).unwrap();
    start.elapsed()
}

fn quickest(work: impl Fn()) -> Duration {
    let took = (0..3).map(|_| {
        let start = ThreadTime::now();
        work();
        start.elapsed()
    });
    took.min().unwrap()
}

#[test]
fn a_run_without_news_and_a_status_take_as_long_as_there_are_datasets() {
    let one_datastore = |datasets| Wide { datastores: 0..1, datasets: 0..datasets };
    let many_datastores = |datastores| Wide { datastores: 0..datastores, datasets: 0..1 };
    for (small, large) in
        [(one_datastore(60), one_datastore(60 * TIMES)), (many_datastores(40), many_datastores(40 * TIMES))]
    {
        for ((what, small), (_, large)) in times(&small).into_iter().zip(times(&large)) {
            assert!(
                large < 2 * TIMES * small,
                "{what}: {TIMES} times the datasets: {small:?} became {large:?}"
            );
        }
    }
}

#[test]
fn a_plan_that_adds_datasets_takes_as_long_as_there_are() {
    let (small, large) = (time_to_add(100), time_to_add(100 * TIMES));
    assert!(large < 2 * TIMES * small, "{TIMES} times the datasets: {small:?} became {large:?}");
}
