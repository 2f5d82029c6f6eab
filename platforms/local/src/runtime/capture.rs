//! Captures: what a source has now, or what is new there, is staged, and merged into what is kept.

use super::{
    context::{Counts, InputPosition, RunContext, number},
    job::CaptureJob,
    stage::{Staged, StagedDatasets},
    stale::DatasetFailure,
};
use crate::{
    names::{self, address},
    prelude::*,
    sql::script::Script,
};
use datasurface_platform::DatasetRun;

/// What a capture did.
#[derive(Clone, Debug, Default)]
pub(super) struct CaptureResult {
    pub(super) datasets: Vec<DatasetRun>,
    /// Datasets that stay as they are, and why.
    pub(super) failures: Vec<DatasetFailure>,
    /// Whether there is a new batch.
    pub(super) is_new: bool,
}

/// Rows that are set aside, and how many of them a batch opened or closed.
#[derive(Clone, Copy, Debug, Default)]
struct Rejected {
    rows: u64,
    moved: u64,
}

/// The sections of a table by which something goes.
const FORGETTING: [&str; 2] = ["forget", "purge"];

impl RunContext<'_> {
    /// Captures what a job names: everything is read in one snapshot.
    pub(super) fn capture(&self, job: &CaptureJob) -> Result<CaptureResult, PlatformError> {
        self.receive(job)?;
        self.read_topics(job)?;
        if let Some(followed) = self.follow_predecessor(job)? {
            return Ok(followed);
        }
        self.capture_staged(job, self.stage(job), &[])
    }

    /// Merges what is staged of a job: it becomes visible in one transaction, in which it is also remembered what a transformer
    /// saw that made it. If nothing changed, there is no new batch. A dataset with rows that break a rule stays as it is, and is
    /// behind the batch of the others.
    pub(super) fn capture_staged(
        &self,
        job: &CaptureJob,
        staged: Result<StagedDatasets<'_>, PlatformError>,
        seen: &[InputPosition],
    ) -> Result<CaptureResult, PlatformError> {
        let checked = staged.and_then(|staged| self.check(staged));
        let captured = checked.and_then(|(staged, failures)| self.merge(job, &staged, failures, seen));
        let unstaged = self.unstage(job);
        // The next batch begins with this, too: after a failure it does not matter.
        captured.and_then(|captured| unstaged.map(|()| captured))
    }

    /// Gives the room back that the stages of a job take.
    pub(super) fn unstage(&self, job: &CaptureJob) -> Result<(), PlatformError> {
        let tables = job.datasets.iter().filter_map(|dataset| self.rendered.find(&dataset.into));
        self.own.drop_many(&tables.collect::<Vec<_>>(), "unstage")
    }

    fn merge(
        &self,
        job: &CaptureJob,
        staged: &[Staged<'_>],
        failures: Vec<DatasetFailure>,
        seen: &[InputPosition],
    ) -> Result<CaptureResult, PlatformError> {
        self.own.in_transaction(|| {
            let arrived = self.last_arrived(&job.datastore);
            let batch = match self.next_batch(&job.datastore)? {
                // Numbers only grow, also where nobody remembers them but consumers.
                1 => arrived + 1,
                next if next > arrived => next,
                next => return Err(replaced(&job.datastore, next - 1, arrived)),
            };
            let mut merged = Vec::new();
            let mut is_new = false;
            for staged in staged {
                let counts = self.merge_one(staged, batch)?;
                let rejected = self.rejected(staged.table, batch)?;
                let before = self.last_batch(staged.dataset)?;
                is_new |= counts.moves() || rejected.moved > 0 || before.is_none();
                merged.push((staged, counts, rejected.rows, before.map_or(0, |before| before.number)));
            }
            let mut datasets = Vec::new();
            for (staged, counts, rejected, before) in merged {
                if is_new {
                    self.batch_visible(staged.dataset, batch, counts)?;
                    self.own.execute(staged.table, "schema", &[(":batch", number(batch)?)])?;
                }
                self.is_behind_no_more(staged.dataset)?;
                let run = run(staged.dataset, if is_new { batch } else { before }, counts);
                datasets.push(DatasetRun { rejected, ..run });
            }
            for failure in &failures {
                self.stays_behind(failure, &job.job)?;
            }
            // What a transformer made is complete, or made again.
            if failures.is_empty() {
                seen.iter().try_for_each(|seen| self.see_input(seen))?;
            }
            Ok(CaptureResult { datasets, failures, is_new })
        })
    }

    fn merge_one(&self, staged: &Staged<'_>, batch: u64) -> Result<Counts, PlatformError> {
        let table = staged.table;
        let values = [(":batch", number(batch)?)];
        if self.again.contains(staged.dataset) {
            // Somebody may have dropped it. Nobody sees it empty: it comes with what is in it.
            self.own.execute(table, "create", &[])?;
        }
        self.own.execute(table, if staged.is_partial() { "merge_new" } else { "merge" }, &values)?;
        if let Some(watermark) = &staged.watermark {
            self.remember(table, watermark)?;
        }
        let counted = self.own.rows(table, "count", &values, Counts::from_row)?;
        Ok(counted.into_iter().next().unwrap_or_default())
    }

    /// What a batch did to the rows that a dataset sets aside.
    fn rejected(&self, table: &Script, batch: u64) -> Result<Rejected, PlatformError> {
        if table.section("count_rejected").is_none() {
            return Ok(Rejected::default());
        }
        let counted = self.own.rows(table, "count_rejected", &[(":batch", number(batch)?)], |row| {
            Ok(Rejected { rows: row.get("rejected")?, moved: row.get("moved")? })
        })?;
        Ok(counted.into_iter().next().unwrap_or_default())
    }

    /// How many rows a dataset sets aside. A table that was not made yet has none.
    pub(super) fn set_aside(&self, dataset: &DatasetKey) -> u64 {
        let table = self.rendered.find(&address::table(dataset));
        let rejected = table.and_then(|table| self.rejected(table, 0).ok());
        rejected.unwrap_or_default().rows
    }

    /// Lets go of versions that nobody is owed, or is owed no longer, once copies elsewhere had the chance to learn that
    /// they ended. Cut off before, the next run begins with it, also where the source is gone.
    pub(super) fn forget(&self, job: &CaptureJob) -> Result<(), PlatformError> {
        let mut due = Vec::new();
        for dataset in &job.datasets {
            let table = self.rendered.script(&dataset.into)?;
            if self.again.contains(&dataset.dataset)
                && !self.own.has_table(&names::table(&dataset.dataset))?
            {
                continue;
            }
            let may_go = |section: &&str| self.may_purge || *section != "purge";
            let sections =
                FORGETTING.into_iter().filter(may_go).filter(|section| table.section(section).is_some());
            due.extend(sections.map(|section| (table, section)));
        }
        if due.is_empty() {
            return Ok(());
        }
        let now = [(":now", self.now())];
        self.own.in_transaction(|| {
            due.iter().try_for_each(|(table, section)| self.own.execute(table, section, &now))
        })
    }

    /// What is reported of datasets that were not captured.
    pub(super) fn failed<'d>(
        &self,
        job: &CaptureJob,
        failed: impl IntoIterator<Item = (&'d DatasetKey, &'d str)>,
    ) -> Vec<DatasetRun> {
        let batch = self.next_batch(&job.datastore).unwrap_or_default();
        let failed = failed.into_iter().map(|(dataset, reason)| DatasetRun {
            failure: Some(reason.to_owned()),
            ..run(dataset, batch, Counts::default())
        });
        failed.collect()
    }
}

pub(super) fn run(dataset: &DatasetKey, batch: u64, counts: Counts) -> DatasetRun {
    let Counts { inserted, updated, deleted, unchanged } = counts;
    let dataset = dataset.clone();
    DatasetRun { dataset, batch, inserted, updated, deleted, unchanged, rejected: 0, failure: None }
}

/// A batch of the same number as one that consumers have would be taken for that one.
fn replaced(datastore: &DatastoreName, last: u64, arrived: u64) -> PlatformError {
    let context = format!(
        "a consumer has batch {arrived} of `{datastore}`, but the last that the platform's database knows is {last}: it \
         was replaced by an older one; bring back the newer one, or move the consumer's database away to have it made again"
    );
    PlatformError::new(PlatformErrorKind::External, context)
}
