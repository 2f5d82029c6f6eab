//! What grows with the datasets of a consumer grows as they do.

use crate::{
    example::{leaving_plan, plan_between},
    fixture::Fixture,
    wide::Wide,
};
use cpu_time::ThreadTime;
use datasurface_platform::Guard;
use std::{collections::BTreeMap, time::Duration};

/// How much more there is the second time.
const TIMES: u32 = 4;

/// Returns how long the processor works where nothing is new: for a run, and for a status.
fn times(wide: &Wide) -> [(&'static str, Duration); 2] {
    let fixture = Fixture::new();
    wide.fill_source(&fixture);
    fixture.apply(None, (&wide.example(), "1"));
    let report = fixture.run();
    assert_eq!(report.datasets.len(), wide.all().count());
    let (datastore, last) = wide.all().last().unwrap();
    let view = format!("SELECT * FROM Local__Sales__all__S{datastore}__d{datastore}_{last}");
    assert_eq!(fixture.rows("desk.db", &view), [format!("1|{last}")]);
    let run = quickest(|| assert!(fixture.run().datasets.iter().all(|run| run.inserted == 0)));
    let status = quickest(|| assert_eq!(fixture.status().sinks.len(), wide.all().count()));
    [("run", run), ("status", status)]
}

/// Returns how long the processor works to add as many datasets to a consumer as it has.
fn time_to_add(datasets: u32) -> Duration {
    let example = |datasets| Wide { datastores: 0..1, datasets: 0..datasets }.example();
    let (before, after) = (example(datasets), example(2 * datasets));
    let fixture = Fixture::new();
    fixture.apply(None, (&before, "1"));
    let plan = plan_between(Some((&before, "1")), (&after, "2"), BTreeMap::new());
    fixture.render(&after, &plan);
    let start = ThreadTime::now();
    fixture.apply_plan(&plan).unwrap();
    start.elapsed()
}

/// Returns how long the processor works to add a column to each dataset of a consumer.
fn time_to_alter(datasets: u32) -> Duration {
    let wide = Wide { datastores: 0..1, datasets: 0..datasets };
    let (before, after) = (wide.example(), wide.example_with("id Integer key, v Integer, w Integer"));
    let fixture = Fixture::new();
    fixture.apply(None, (&before, "1"));
    let plan = plan_between(Some((&before, "1")), (&after, "2"), BTreeMap::new());
    fixture.render(&after, &plan);
    let start = ThreadTime::now();
    fixture.apply_plan(&plan).unwrap();
    let took = start.elapsed();
    for (file, objects) in
        [("northwind.db", "S0"), ("desk.db", "Local__S0"), ("desk.db", "Local__Sales__all__S0")]
    {
        let altered = format!("SELECT w FROM {objects}__d0_{}", datasets - 1);
        assert_eq!(fixture.rows(file, &altered), [] as [&str; 0]);
    }
    took
}

/// Returns how long the processor works to take half of the datasets from a consumer, of which nothing is owed any more.
fn time_to_retire(datasets: u32) -> Duration {
    time_to_retire_from(datasets, "NONE")
}

/// The same where the files give pages back.
fn time_to_retire_and_give_back(datasets: u32) -> Duration {
    time_to_retire_from(datasets, "FULL")
}

fn time_to_retire_from(datasets: u32, auto_vacuum: &str) -> Duration {
    let example = |datasets| Wide { datastores: 0..1, datasets: 0..datasets }.example();
    let (before, after) = (example(2 * datasets), example(datasets));
    let fixture = Fixture::new();
    for file in ["northwind.db", "desk.db"] {
        let mode = format!("PRAGMA auto_vacuum = {auto_vacuum}; VACUUM");
        fixture.open(file).execute_batch(&mode).unwrap();
    }
    fixture.apply(None, (&before, "1"));
    let over = |number| (format!("table.S0.d0_{number}").as_str().into(), expired());
    let plan =
        plan_between(Some((&before, "1")), (&after, "2"), (datasets..2 * datasets).map(over).collect());
    fixture.render(&after, &plan);
    let start = ThreadTime::now();
    fixture.apply_plan(&plan).unwrap();
    let took = start.elapsed();
    let gone = format!("SELECT count(*) FROM sqlite_schema WHERE name LIKE '%d0_{datasets}%'");
    for file in ["northwind.db", "desk.db"] {
        assert_eq!(fixture.rows(file, &gone), ["0"]);
        assert_eq!(fixture.rows(file, "PRAGMA auto_vacuum"), [if auto_vacuum == "FULL" { "1" } else { "0" }]);
        assert_eq!(fixture.rows(file, "PRAGMA integrity_check"), ["ok"]);
    }
    took
}

/// Returns how long the processor works until nothing is left of a platform that left the model.
fn time_to_leave(datasets: u32) -> Duration {
    let example = Wide { datastores: 0..1, datasets: 0..datasets }.example();
    let fixture = Fixture::new();
    fixture.apply(None, (&example, "1"));
    fixture.render_leaving(&leaving_plan(&example));
    let start = ThreadTime::now();
    fixture.leave();
    let took = start.elapsed();
    for file in ["northwind.db", "desk.db"] {
        assert_eq!(fixture.rows(file, "SELECT count(*) FROM sqlite_schema WHERE name LIKE '%d0_%'"), ["0"]);
    }
    took
}

fn expired() -> Guard {
    Guard::Expired("2026-11-20".parse().unwrap())
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

#[test]
fn a_plan_that_alters_datasets_takes_as_long_as_there_are() {
    let times = 6;
    let (small, large) = (time_to_alter(100), time_to_alter(100 * times));
    assert!(large < 2 * times * small, "{times} times the datasets: {small:?} became {large:?}");
}

#[test]
fn a_plan_by_which_datasets_leave_takes_as_long_as_there_are() {
    // Of fewer, the statements take longer than looking at what is there.
    let times = 6;
    for (what, time) in [
        ("some", time_to_retire as fn(u32) -> Duration),
        ("some, of files that give pages back,", time_to_retire_and_give_back),
        ("all", time_to_leave),
    ] {
        let (small, large) = (time(100), time(100 * times));
        assert!(
            large < 2 * times * small,
            "{what} leave, {times} times the datasets: {small:?} became {large:?}"
        );
    }
}
