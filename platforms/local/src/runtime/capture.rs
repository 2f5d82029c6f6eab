//! Captures: what a source has now is staged, and merged into what is kept.

use super::{
    job::CaptureJob,
    source,
    work::{Counts, Seen, Work, number},
};
use crate::prelude::*;
use datasurface_platform::DatasetRun;

/// What a capture did.
#[derive(Clone, Debug)]
pub(super) struct Captured {
    pub(super) datasets: Vec<DatasetRun>,
    /// Whether there is a new batch.
    pub(super) is_new: bool,
}

impl Work<'_> {
    /// Captures what a job names: everything is read in one snapshot, and becomes visible in one transaction, in which it
    /// is also remembered what a transformer saw that made it. If nothing changed, there is no new batch.
    pub(super) fn capture(&self, job: &CaptureJob, seen: &[Seen]) -> Result<Captured, PlatformError> {
        let captured = self.stage(job).and_then(|()| self.check(job)).and_then(|()| self.merge(job, seen));
        for dataset in &job.datasets {
            // The next batch begins with this, too: after a failure it does not matter.
            let unstaged =
                self.rendered.script(&dataset.into).and_then(|table| self.own.execute(table, "unstage", &[]));
            if captured.is_ok() {
                unstaged?;
            }
        }
        captured
    }

    /// Reads the source. The platform's database is not locked meanwhile: stages are temporary.
    fn stage(&self, job: &CaptureJob) -> Result<(), PlatformError> {
        let mut source = source::open(&job.producer(), &self.site)?;
        source.begin(&job.begin)?;
        self.own.together(|| {
            for dataset in &job.datasets {
                let table = self.rendered.script(&dataset.into)?;
                self.own.execute(table, "stage", &[])?;
                let mut loader = self.own.loader(table, "load")?;
                source.read(&dataset.read, &mut |row| loader.load(row))?;
            }
            Ok(())
        })?;
        source.end()
    }

    fn merge(&self, job: &CaptureJob, seen: &[Seen]) -> Result<Captured, PlatformError> {
        self.own.at_once(|| {
            let arrived = self.last_arrived(&job.datastore);
            let batch = match self.next_batch(&job.datastore)? {
                // Numbers only grow, also where nobody remembers them but consumers.
                1 => arrived + 1,
                next if next > arrived => next,
                next => return Err(replaced(&job.datastore, next - 1, arrived)),
            };
            let mut merged = Vec::new();
            let mut is_new = false;
            for dataset in &job.datasets {
                let counts = self.merge_one(&dataset.into, batch)?;
                let before = self.last_batch(&dataset.dataset)?;
                is_new |= counts.moves() || before.is_none();
                merged.push((&dataset.dataset, counts, before.map_or(0, |before| before.number)));
            }
            let mut datasets = Vec::new();
            for (dataset, counts, before) in merged {
                if is_new {
                    self.batch_visible(dataset, batch, counts)?;
                }
                datasets.push(run(dataset, if is_new { batch } else { before }, counts));
            }
            for seen in seen {
                self.see_input(seen)?;
            }
            Ok(Captured { datasets, is_new })
        })
    }

    fn merge_one(&self, table: &str, batch: u64) -> Result<Counts, PlatformError> {
        let table = self.rendered.script(table)?;
        let values = [(":batch", number(batch)?), (":now", self.now())];
        self.own.execute(table, "merge", &values)?;
        let counted = self.own.rows(table, "count", &values, |row| {
            Ok(Counts {
                inserted: row.get("inserted")?,
                updated: row.get("updated")?,
                deleted: row.get("deleted")?,
                unchanged: row.get("unchanged")?,
            })
        })?;
        if table.section("purge").is_some() {
            self.own.execute(table, "purge", &values)?;
        }
        Ok(counted.into_iter().next().unwrap_or_default())
    }

    /// Lets go of versions that nobody is owed, once copies elsewhere had the chance to learn that they ended. Cut off
    /// before, the next run begins with it.
    pub(super) fn forget(&self, job: &CaptureJob) -> Result<(), PlatformError> {
        let tables = job.datasets.iter().map(|dataset| self.rendered.script(&dataset.into));
        let mut forgetful = tables.collect::<Result<Vec<_>, _>>()?;
        forgetful.retain(|table| table.section("forget").is_some());
        if forgetful.is_empty() {
            return Ok(());
        }
        self.own.at_once(|| forgetful.iter().try_for_each(|table| self.own.execute(table, "forget", &[])))
    }

    /// What is reported of a capture that failed.
    pub(super) fn failed(&self, job: &CaptureJob, reason: &str) -> Vec<DatasetRun> {
        let batch = self.next_batch(&job.datastore).unwrap_or_default();
        let failed = |dataset| DatasetRun {
            failure: Some(reason.to_owned()),
            ..run(dataset, batch, Counts::default())
        };
        job.datasets.iter().map(|dataset| failed(&dataset.dataset)).collect()
    }
}

fn run(dataset: &DatasetKey, batch: u64, counts: Counts) -> DatasetRun {
    let Counts { inserted, updated, deleted, unchanged } = counts;
    DatasetRun { dataset: dataset.clone(), batch, inserted, updated, deleted, unchanged, failure: None }
}

/// A batch of the same number as one that consumers have would be taken for that one.
fn replaced(datastore: &DatastoreName, last: u64, arrived: u64) -> PlatformError {
    let context = format!(
        "a consumer has batch {arrived} of `{datastore}`, but the last that the platform's database knows is {last}: it \
         was replaced by an older one; bring back the newer one, or move the consumer's database away to have it made again"
    );
    PlatformError::new(PlatformErrorKind::Outside, context)
}
