//! How far each consumer is.

use super::{
    confirmed::Confirmed,
    copies::job_of,
    failed::Failed,
    job::{CaptureJob, TriggerJob},
    transform::Turn,
    work::{Work, time},
};
use crate::{names::address, prelude::*, sql::script::Script};
use datasurface_platform::{SinkStatus, Status, WaitingJob};
use std::collections::{BTreeMap, BTreeSet};

/// The jobs of what was rendered, by what they bring, and why each failed last.
struct Jobs<'w> {
    captures: BTreeMap<&'w DatasetKey, &'w CaptureJob>,
    triggers: BTreeMap<&'w WorkspaceName, &'w TriggerJob>,
    /// What the books call bringing the copies of a datastore to a database.
    copying: BTreeMap<(&'w str, DatastoreName), &'w str>,
    failures: BTreeMap<String, Option<String>>,
}

impl Work<'_> {
    pub(super) fn status(&self) -> Result<Status, PlatformError> {
        let confirmed = Confirmed::of(self)?;
        let mut jobs = Jobs::of(self);
        let mut sinks = Vec::new();
        for (group, dataset, view) in self.rendered.views() {
            sinks.push(self.sink(group, dataset, view, &confirmed, &mut jobs)?);
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

    fn sink<'w>(
        &'w self,
        group: GroupKey,
        dataset: DatasetKey,
        view: &Script,
        confirmed: &Confirmed,
        jobs: &mut Jobs<'w>,
    ) -> Result<SinkStatus, PlatformError> {
        let copy = self.rendered.copy_in(view.database(), &dataset);
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
            None => jobs.first_failure(self, &dataset, copy)?,
        };
        let promised = view.promised();
        Ok(SinkStatus { group, dataset, last_batch, schema_version, confirmed_at, promised, last_failure })
    }
}

impl<'w> Jobs<'w> {
    fn of(work: &'w Work<'_>) -> Self {
        let mut captures = BTreeMap::new();
        for job in &work.rendered.captures {
            captures.extend(job.datasets.iter().map(|captured| (&captured.dataset, job)));
        }
        let triggers = work.rendered.triggers.iter().map(|trigger| (&trigger.workspace, trigger));
        let mut copying = BTreeMap::new();
        for shelf in work.shelves(None) {
            if let (Some((dataset, script)), Some(job)) = (shelf.first(), job_of(&shelf)) {
                copying.insert((script.database(), dataset.datastore.clone()), job);
            }
        }
        Self { captures, triggers: triggers.collect(), copying, failures: BTreeMap::new() }
    }

    /// Returns why the last run failed of something that must go well for a consumer, if it did.
    fn first_failure(
        &mut self,
        work: &Work<'_>,
        dataset: &DatasetKey,
        copy: Option<&'w Script>,
    ) -> Result<Option<String>, PlatformError> {
        for job in self.behind(dataset, copy) {
            let failure = match self.failures.get(&job) {
                Some(known) => known.clone(),
                None => {
                    let failure = work.last_failure(&job)?;
                    self.failures.insert(job, failure.clone());
                    failure
                }
            };
            if failure.is_some() {
                return Ok(failure);
            }
        }
        Ok(None)
    }

    /// Returns what must go well for a consumer, the last of it first, back to the sources.
    fn behind(&self, dataset: &DatasetKey, copy: Option<&'w Script>) -> Vec<String> {
        let copying = copy.and_then(|copy| self.copying.get(&(copy.database(), dataset.datastore.clone())));
        let mut jobs: Vec<String> = copying.map(|job| (*job).to_owned()).into_iter().collect();
        let mut entered = BTreeSet::new();
        let mut open = vec![dataset];
        while let Some(dataset) = open.pop() {
            let Some(capture) = self.captures.get(dataset).filter(|_| entered.insert(dataset)) else {
                continue;
            };
            jobs.push(capture.job.clone());
            if let Some(workspace) = capture.transformer() {
                jobs.push(address::transform(workspace));
                let trigger = self.triggers.get(workspace);
                open.extend(trigger.into_iter().flat_map(|trigger| trigger.inputs.iter().rev()));
            }
        }
        jobs
    }
}
