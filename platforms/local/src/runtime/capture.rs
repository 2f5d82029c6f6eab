//! Captures: what a source has now, or what is new there, is staged, and merged into what is kept.

use super::{
    job::CaptureJob,
    source::{self, Select},
    watermark::Watermark,
    work::{Counts, Seen, Work, number},
};
use crate::{prelude::*, sql::script::Script};
use datasurface_platform::DatasetRun;

/// What a capture did.
#[derive(Clone, Debug)]
pub(super) struct Captured {
    pub(super) datasets: Vec<DatasetRun>,
    /// Whether there is a new batch.
    pub(super) is_new: bool,
}

/// A dataset, part of which, or all of it, is staged.
#[derive(Clone, Debug)]
pub(super) struct Staged<'a> {
    pub(super) dataset: &'a DatasetKey,
    pub(super) table: &'a Script,
    watermark: Option<Watermark<'a>>,
}

impl Staged<'_> {
    /// Whether only that was read which is new.
    pub(super) fn is_partial(&self) -> bool {
        self.watermark.as_ref().and_then(Watermark::since).is_some()
    }
}

/// The sections of a table by which something goes.
const FORGETTING: [&str; 2] = ["forget", "purge"];

impl Work<'_> {
    /// Captures what a job names: everything is read in one snapshot, and becomes visible in one transaction, in which it
    /// is also remembered what a transformer saw that made it. If nothing changed, there is no new batch.
    pub(super) fn capture(&self, job: &CaptureJob, seen: &[Seen]) -> Result<Captured, PlatformError> {
        if let Some(followed) = self.follow_predecessor(job)? {
            return Ok(followed);
        }
        let staged = self.stage(job);
        let checked = staged.and_then(|staged| self.check(&staged).map(|()| staged));
        let captured = checked.and_then(|staged| self.merge(job, &staged, seen));
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
    fn stage<'j>(&'j self, job: &'j CaptureJob) -> Result<Vec<Staged<'j>>, PlatformError> {
        let mut source = source::open(&job.producer(), &self.site)?;
        source.begin(&job.begin)?;
        let staged = self.own.together(|| {
            let mut staged = Vec::new();
            for captured in &job.datasets {
                let table = self.rendered.script(&captured.into)?;
                let watermark = self.watermark(job, captured, table)?;
                let since = watermark.as_ref().and_then(|watermark| watermark.since());
                self.own.execute(table, "stage", &[])?;
                let mut loader = self.own.loader(table, "load")?;
                let select = Select { whole: &captured.read, since };
                source.read(&select, &mut |row| loader.load(row))?;
                staged.push(Staged { dataset: &captured.dataset, table, watermark });
            }
            Ok(staged)
        })?;
        source.end()?;
        Ok(staged)
    }

    fn merge(
        &self,
        job: &CaptureJob,
        staged: &[Staged<'_>],
        seen: &[Seen],
    ) -> Result<Captured, PlatformError> {
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
            for staged in staged {
                let counts = self.merge_one(staged, batch)?;
                let before = self.last_batch(staged.dataset)?;
                is_new |= counts.moves() || before.is_none();
                merged.push((staged, counts, before.map_or(0, |before| before.number)));
            }
            let mut datasets = Vec::new();
            for (staged, counts, before) in merged {
                if is_new {
                    self.batch_visible(staged.dataset, batch, counts)?;
                    self.own.execute(staged.table, "schema", &[(":batch", number(batch)?)])?;
                }
                datasets.push(run(staged.dataset, if is_new { batch } else { before }, counts));
            }
            for seen in seen {
                self.see_input(seen)?;
            }
            Ok(Captured { datasets, is_new })
        })
    }

    fn merge_one(&self, staged: &Staged<'_>, batch: u64) -> Result<Counts, PlatformError> {
        let table = staged.table;
        let values = [(":batch", number(batch)?)];
        self.own.execute(table, if staged.is_partial() { "merge_new" } else { "merge" }, &values)?;
        if let Some(watermark) = &staged.watermark {
            self.remember(table, watermark)?;
        }
        let counted = self.own.rows(table, "count", &values, Counts::of)?;
        Ok(counted.into_iter().next().unwrap_or_default())
    }

    /// Lets go of versions that nobody is owed, or is owed no longer, once copies elsewhere had the chance to learn that
    /// they ended. Cut off before, the next run begins with it, also where the source is gone.
    pub(super) fn forget(&self, job: &CaptureJob) -> Result<(), PlatformError> {
        let mut due = Vec::new();
        for dataset in &job.datasets {
            let table = self.rendered.script(&dataset.into)?;
            let sections = FORGETTING.into_iter().filter(|section| table.section(section).is_some());
            due.extend(sections.map(|section| (table, section)));
        }
        if due.is_empty() {
            return Ok(());
        }
        let now = [(":now", self.now())];
        self.own
            .at_once(|| due.iter().try_for_each(|(table, section)| self.own.execute(table, section, &now)))
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

pub(super) fn run(dataset: &DatasetKey, batch: u64, counts: Counts) -> DatasetRun {
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
