//! The log of runs: how long each job took, and how many records it moved.

use crate::{
    fixture::Fixture,
    flows::{CHANGES, CUSTOMERS},
    northwind::NorthWind,
};
use datasurface_platform::{JobOutcome, JobRun, prelude::*};

/// With a source, a transformer, and copies in a file of a consumer.
fn fixture() -> Fixture {
    let fixture = Fixture::with(&NorthWind::in_a_file().example());
    fixture.change_source(CUSTOMERS);
    fixture.run();
    fixture
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
    let mut fixture = fixture();
    fixture.now = "2026-11-21T10:10:00Z".to_owned();
    fixture.change_source(CHANGES);
    fixture.run();
    fixture.now = "2026-11-21T10:20:00Z".to_owned();
    fixture.change_source("ALTER TABLE products RENAME TO p");
    fixture.try_run().unwrap();
    insta::assert_snapshot!(told(&fixture.history(2)), @r"
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
    let last = fixture.history(1);
    let capture = last.iter().find(|run| run.job.as_str() == "capture.NW_Data").unwrap();
    assert_eq!(capture.began_at.to_rfc3339(), "2026-11-21T10:20:00+00:00");
    assert!(
        matches!(&capture.outcome, JobOutcome::Failed(reason) if reason.contains("products")),
        "{capture:?}"
    );
    assert_eq!(fixture.history(0), []);
}

#[test]
fn a_job_that_was_cut_off_has_not_ended() {
    let fixture = fixture();
    fixture
        .open("northwind.db")
        .execute("UPDATE datasurface_runs SET ended_at = NULL, milliseconds = NULL, records = NULL", [])
        .unwrap();
    assert!(
        fixture
            .history(1)
            .iter()
            .all(|run| run.outcome == JobOutcome::Unfinished && run.milliseconds.is_none())
    );
}

#[test]
fn books_of_version_1_learn_what_jobs_do() {
    let fixture = fixture();
    let before = fixture.rows("northwind.db", "SELECT run, job FROM datasurface_runs");
    fixture
        .open("northwind.db")
        .execute_batch(
            "ALTER TABLE datasurface_runs DROP COLUMN milliseconds;
             ALTER TABLE datasurface_runs DROP COLUMN records;
             UPDATE datasurface_books SET version = 1",
        )
        .unwrap();
    assert_eq!(fixture.history(9), [], "it can be asked before anything is applied");
    assert!(!fixture.status().sinks.is_empty());

    fixture.apply_plan(&Plan::default()).unwrap();
    assert_eq!(fixture.rows("northwind.db", "SELECT version FROM datasurface_books"), ["2"]);
    assert_eq!(fixture.rows("northwind.db", "SELECT run, job FROM datasurface_runs"), before);
    let known = |history: Vec<JobRun>| history.iter().filter(|run| run.records.is_some()).count();
    assert_eq!(known(fixture.history(9)), 0, "of earlier runs, nobody knows");
    fixture.run();
    assert!(known(fixture.history(9)) > 0);
    fixture.apply_plan(&Plan::default()).unwrap();
}
