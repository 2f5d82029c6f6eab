//! The log of runs: how long each job took, and how many records it moved.

use crate::{
    flows::{CHANGES, CUSTOMERS},
    ground::Ground,
    northwind::NorthWind,
};
use datasurface_platform::{JobOutcome, JobRun, prelude::*};

/// With a source, a transformer, and copies in a file of a consumer.
fn ground() -> Ground {
    let ground = Ground::with(&NorthWind::in_a_file().scene());
    ground.change_source(CUSTOMERS);
    ground.run();
    ground
}

/// The runs without their times: how long something takes is not the same twice.
fn told(history: &[JobRun]) -> String {
    let line = |run: &JobRun| {
        assert_eq!(run.milliseconds.is_some(), run.outcome != JobOutcome::Unfinished);
        format!("{} {:?} {}", run.job, run.records, run.outcome)
    };
    history.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn each_job_tells_how_many_records_it_moved() {
    let mut ground = ground();
    ground.now = "2026-11-21T10:10:00Z".to_owned();
    ground.change_source(CHANGES);
    ground.run();
    ground.now = "2026-11-21T10:20:00Z".to_owned();
    ground.change_source("ALTER TABLE products RENAME TO p");
    ground.try_run().unwrap();
    insta::assert_snapshot!(told(&ground.history(2)), @r"
    capture.Masked_NW_Data Some(8) done
    capture.Masked_NW_Data Some(8) done
    capture.NW_Data Some(0) failed
    capture.NW_Data Some(10) done
    copy.USA/NorthWindTeam/Desk.Masked_NW_Data.customers Some(8) done
    copy.USA/NorthWindTeam/Desk.Masked_NW_Data.customers Some(8) done
    copy.USA/NorthWindTeam/Desk.NW_Data.customers Some(10) done
    copy.USA/NorthWindTeam/Desk.NW_Data.customers Some(8) done
    transform.Mask Some(9) done
    transform.Mask Some(8) done
    ");
    let last = ground.history(1);
    let capture = last.iter().find(|run| run.job.as_str() == "capture.NW_Data").unwrap();
    assert_eq!(capture.began_at.to_rfc3339(), "2026-11-21T10:20:00+00:00");
    assert!(
        matches!(&capture.outcome, JobOutcome::Failed(reason) if reason.contains("products")),
        "{capture:?}"
    );
    assert_eq!(ground.history(0), []);
}

#[test]
fn a_job_that_was_cut_off_has_not_ended() {
    let ground = ground();
    ground
        .open("northwind.db")
        .execute("UPDATE datasurface_runs SET ended_at = NULL, milliseconds = NULL, records = NULL", [])
        .unwrap();
    assert!(
        ground
            .history(1)
            .iter()
            .all(|run| run.outcome == JobOutcome::Unfinished && run.milliseconds.is_none())
    );
}

#[test]
fn books_of_version_1_learn_what_jobs_do() {
    let ground = ground();
    let before = ground.rows("northwind.db", "SELECT run, job FROM datasurface_runs");
    ground
        .open("northwind.db")
        .execute_batch(
            "ALTER TABLE datasurface_runs DROP COLUMN milliseconds;
             ALTER TABLE datasurface_runs DROP COLUMN records;
             UPDATE datasurface_books SET version = 1",
        )
        .unwrap();
    assert_eq!(ground.history(9), [], "it can be asked before anything is applied");
    assert!(!ground.status().sinks.is_empty());

    ground.apply_plan(&Plan::default()).unwrap();
    assert_eq!(ground.rows("northwind.db", "SELECT version FROM datasurface_books"), ["2"]);
    assert_eq!(ground.rows("northwind.db", "SELECT run, job FROM datasurface_runs"), before);
    let known = |history: Vec<JobRun>| history.iter().filter(|run| run.records.is_some()).count();
    assert_eq!(known(ground.history(9)), 0, "of earlier runs, nobody knows");
    ground.run();
    assert!(known(ground.history(9)) > 0);
    ground.apply_plan(&Plan::default()).unwrap();
}
