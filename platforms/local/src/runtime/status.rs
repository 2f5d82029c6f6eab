//! How far each consumer is.

use super::{
    confirmed::Confirmed,
    copies::job_of,
    failed::Failed,
    job::CaptureJob,
    transform::Turn,
    work::{Work, time},
};
use crate::{names::address, prelude::*, sql::script::Script};
use datasurface_platform::{SinkStatus, Status, WaitingJob};
use std::collections::BTreeSet;

impl Work<'_> {
    pub(super) fn status(&self) -> Result<Status, PlatformError> {
        let confirmed = Confirmed::of(self)?;
        let mut sinks = Vec::new();
        for (group, dataset, view) in self.rendered.views() {
            sinks.push(self.sink(group, dataset, view, &confirmed)?);
        }
        sinks.sort_by(|a, b| (&a.group, &a.dataset).cmp(&(&b.group, &b.dataset)));
        Ok(Status { sinks, waiting: self.waiting()? })
    }

    /// The transformers that have something to do, and wait. What cannot be looked into is told where it is to arrive.
    fn waiting(&self) -> Result<Vec<WaitingJob>, PlatformError> {
        let mut failed = Failed::of_sources(self)?;
        let mut waiting = Vec::new();
        for trigger in self.rendered.triggers_in_order() {
            if let Ok(Turn::Waits(waits_for)) = self.turn(trigger, &failed.before(trigger)) {
                waiting.push(WaitingJob { job: trigger.starts.as_str().into(), waits_for });
            }
            failed.pass_on(self, trigger)?;
        }
        Ok(waiting)
    }

    fn sink(
        &self,
        group: GroupKey,
        dataset: DatasetKey,
        view: &Script,
        confirmed: &Confirmed,
    ) -> Result<SinkStatus, PlatformError> {
        let copy = self
            .rendered
            .copies()
            .find(|(of, script)| *of == dataset && script.database() == view.database());
        let copy = copy.map(|(_, script)| script);
        let kept = self.last_batch(&dataset)?;
        // A database that cannot be looked into does not keep others from being.
        let (batch, unreached) = match copy.map(|copy| self.arrived_in(copy)) {
            None => (kept.clone(), None),
            Some(Ok(batch)) => (batch, None),
            Some(Err(error)) => (None, Some(error.report())),
        };
        let last_batch = match &batch {
            None => None,
            Some(batch) => Some((batch.number, time(&batch.at)?)),
        };
        let schema_version = match &batch {
            None => None,
            Some(batch) => self.schema_version(&dataset, batch.number)?,
        };
        let is_behind = batch.map(|batch| batch.number) != kept.map(|batch| batch.number);
        let confirmed_at = confirmed.at(&dataset);
        let confirmed_at = match is_behind {
            false => confirmed_at,
            // A copy that waits for a newer batch was all that there was when it was brought up to date, at the latest.
            true => confirmed_at.zip(last_batch).map(|(confirmed, (_, arrived))| confirmed.min(arrived)),
        };
        let last_failure = match unreached {
            Some(failure) => Some(failure),
            None => self.first_failure(self.jobs_behind(&dataset, copy))?,
        };
        let promised = view.promised();
        Ok(SinkStatus { group, dataset, last_batch, schema_version, confirmed_at, promised, last_failure })
    }

    fn first_failure(&self, jobs: Vec<String>) -> Result<Option<String>, PlatformError> {
        for job in jobs {
            if let Some(failure) = self.last_failure(&job)? {
                return Ok(Some(failure));
            }
        }
        Ok(None)
    }

    /// What must go well for a consumer, the last of it first, back to the sources.
    fn jobs_behind(&self, dataset: &DatasetKey, copy: Option<&Script>) -> Vec<String> {
        let shelves = self.shelves(Some(&dataset.datastore));
        let shelf = shelves.iter().find(|shelf| shelf.iter().any(|(_, script)| Some(*script) == copy));
        let mut jobs: Vec<String> = shelf.and_then(job_of).map(str::to_owned).into_iter().collect();
        let mut entered = BTreeSet::new();
        let mut open = vec![dataset];
        while let Some(dataset) = open.pop() {
            let Some(capture) = self.capture_of(dataset).filter(|_| entered.insert(dataset)) else {
                continue;
            };
            jobs.push(capture.job.clone());
            if let Some(workspace) = capture.transformer() {
                jobs.push(address::transform(workspace));
                let triggers = self.rendered.triggers.iter();
                let trigger = triggers.into_iter().find(|trigger| trigger.workspace == *workspace);
                open.extend(trigger.into_iter().flat_map(|trigger| trigger.inputs.iter().rev()));
            }
        }
        jobs
    }

    fn capture_of(&self, dataset: &DatasetKey) -> Option<&CaptureJob> {
        let mut captures = self.rendered.captures.iter();
        captures.find(|job| job.datasets.iter().any(|captured| captured.dataset == *dataset))
    }
}
