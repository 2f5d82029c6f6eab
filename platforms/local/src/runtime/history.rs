//! The log of runs: a job is written down when it begins, and again when it ends.

use super::{
    capture::CaptureResult,
    context::{RunContext, number, time},
    database::text,
    server_copies::CopyFailures,
    transform::TransformResult,
};
use crate::prelude::*;
use datasurface_platform::{JobOutcome, JobRun};
use rusqlite::{Row, types::Value};
use std::time::Instant;

/// What a job did, as far as the log is concerned.
pub(super) trait Outcome {
    /// How many records it moved.
    fn records(&self) -> u64;

    /// Why it failed, if it did, and there is something to report of it all the same.
    fn failure(&self) -> Option<String> {
        None
    }
}

impl Outcome for CaptureResult {
    fn records(&self) -> u64 {
        let moved = |run: &datasurface_platform::DatasetRun| run.inserted + run.updated + run.deleted;
        self.datasets.iter().filter(|run| run.failure.is_none()).map(moved).sum()
    }

    /// Why nothing of the datastore was captured, if nothing was.
    fn failure(&self) -> Option<String> {
        let reasons: Vec<&str> = self.failures.iter().map(|failure| failure.reason.as_str()).collect();
        (self.datasets.is_empty() && !reasons.is_empty()).then(|| reasons.join("; "))
    }
}

impl Outcome for TransformResult<'_> {
    fn records(&self) -> u64 {
        self.records
    }
}

/// What copies were brought.
#[derive(Clone, Debug, Default)]
pub(super) struct CopyResult {
    pub(super) records: u64,
    pub(super) refused: CopyFailures,
}

impl Outcome for CopyResult {
    fn records(&self) -> u64 {
        self.records
    }
}

impl RunContext<'_> {
    /// Does a job, tells whoever watches, and remembers when it began, when it ended, what it moved and why it failed.
    pub(super) fn logged<T: Outcome>(
        &self,
        job: &str,
        work: impl FnOnce() -> Result<T, PlatformError>,
    ) -> Result<T, PlatformError> {
        if self.site.watcher.is_cancelled() {
            return Err(PlatformError::new(PlatformErrorKind::External, "the run was cancelled"));
        }
        self.site.watcher.job_started(job);
        let run = self.run_started(job)?;
        let began = Instant::now();
        let done = work();
        let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (failure, records) = match &done {
            Ok(done) => (done.failure(), done.records()),
            Err(error) => (Some(error.report()), 0),
        };
        let effort = Some((number(milliseconds)?, number(records)?));
        let remembered = self.run_ended(run, failure, effort);
        // Why it failed matters more than that this could not be written down.
        done.and_then(|done| remembered.map(|()| done))
    }

    /// Remembers something that was done as a part of a job.
    pub(super) fn remember_run(&self, part: &str, failure: Option<String>) -> Result<(), PlatformError> {
        let run = self.run_started(part)?;
        self.run_ended(run, failure, None)
    }

    fn run_started(&self, job: &str) -> Result<Value, PlatformError> {
        let values = [(":job", text(job)), (":now", self.now())];
        let run: Option<i64> = self.one("run_started", &values, |row| row.get(0))?;
        Ok(run.map_or(Value::Null, Value::Integer))
    }

    /// With the milliseconds that it took, and how many records it moved, if that was measured.
    fn run_ended(
        &self,
        run: Value,
        failure: Option<String>,
        effort: Option<(Value, Value)>,
    ) -> Result<(), PlatformError> {
        let (milliseconds, records) = effort.unwrap_or((Value::Null, Value::Null));
        let values = [
            (":run", run),
            (":now", self.now()),
            (":failure", failure.map_or(Value::Null, text)),
            (":milliseconds", milliseconds),
            (":records", records),
        ];
        self.own.execute(&self.rendered.metadata, "run_ended", &values)
    }

    /// The last runs of each job, this many at most. Books that were not brought up to date yet have none.
    pub(super) fn history(&self, most: usize) -> Result<Vec<JobRun>, PlatformError> {
        if !self.own.has_column("datasurface_runs", "records")? {
            return Ok(Vec::new());
        }
        let most = Value::Integer(i64::try_from(most).unwrap_or(i64::MAX));
        let runs =
            self.own.rows(&self.rendered.metadata, "history", &[(":most", most)], StoredRun::from_row)?;
        runs.into_iter().map(StoredRun::read).collect()
    }
}

/// A run, as it is kept.
struct StoredRun {
    job: String,
    started_at: String,
    ended_at: Option<String>,
    failure: Option<String>,
    milliseconds: Option<u64>,
    records: Option<u64>,
}

impl StoredRun {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            job: row.get("job")?,
            started_at: row.get("started_at")?,
            ended_at: row.get("ended_at")?,
            failure: row.get("failure")?,
            milliseconds: row.get("milliseconds")?,
            records: row.get("records")?,
        })
    }

    fn read(self) -> Result<JobRun, PlatformError> {
        let outcome = match (self.ended_at, self.failure) {
            (None, _) => JobOutcome::Unfinished,
            (Some(_), None) => JobOutcome::Done,
            (Some(_), Some(reason)) => JobOutcome::Failed(reason),
        };
        let (milliseconds, records) = (self.milliseconds, self.records);
        Ok(JobRun { job: self.job.into(), began_at: time(&self.started_at)?, milliseconds, records, outcome })
    }
}
