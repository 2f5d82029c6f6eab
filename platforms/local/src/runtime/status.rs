//! How far each consumer is.

use super::{
    confirmed_times::ConfirmedTimes,
    context::{RunContext, time},
    drift::AllDrifted,
    job::{CaptureJob, TriggerJob},
    stale::DatasetFailure,
    transform::RunDecision,
    upstream_failures::UpstreamFailures,
};
use crate::{names::address, prelude::*, sql::script::Script};
use datasurface_platform::{DriftedResource, SinkStatus, Status, WaitingJob};
use std::collections::{BTreeMap, BTreeSet};

/// The jobs of what was rendered, by what they bring, and why each failed last.
struct Jobs<'w> {
    captures: BTreeMap<&'w DatasetKey, &'w CaptureJob>,
    triggers: BTreeMap<&'w WorkspaceName, &'w TriggerJob>,
    /// The name in the metadata tables for bringing the copies of a datastore to a database.
    copying: BTreeMap<(&'w str, DatastoreName), &'w str>,
    failures: BTreeMap<String, Option<String>>,
    /// Datasets that failed while others of the same job went on.
    behind: BTreeMap<DatasetKey, DatasetFailure>,
}

/// What must go well for a consumer.
enum RequiredJob<'a> {
    Job(String),
    Dataset(&'a DatasetKey),
}

/// Why something failed, and public values of rows that are the reason.
type Failure = (String, Vec<String>);

impl RunContext<'_> {
    pub(super) fn status(&self) -> Result<Status, PlatformError> {
        let confirmed = ConfirmedTimes::load(self)?;
        let mut jobs = Jobs::load(self)?;
        let drifted = self.drifted()?;
        let mut sinks = Vec::new();
        let refused_purge = self.refused_purge()?;
        for (group, dataset, view) in self.rendered.views() {
            let mut sink = self.sink(group, dataset, view, &confirmed, &mut jobs)?;
            if sink.last_failure.is_none() && self.is_purged(&sink.dataset, view) {
                sink.last_failure.clone_from(&refused_purge);
            }
            if let Some(error) = self.drift_before(&sink.dataset, view, &drifted) {
                sink.last_failure = Some(error.problem.clone());
            }
            sinks.push(sink);
        }
        sinks.sort_by(|a, b| (&a.group, &a.dataset).cmp(&(&b.group, &b.dataset)));
        Ok(Status { sinks, waiting: self.waiting()?, drifted: drifted.into_values().collect() })
    }

    /// The transformers that have something to do, and wait. What cannot be looked into is told where it is to arrive.
    fn waiting(&self) -> Result<Vec<WaitingJob>, PlatformError> {
        let mut failed = UpstreamFailures::load(self)?;
        let mut waiting = Vec::new();
        for trigger in self.rendered.triggers_in_order() {
            if let Ok(RunDecision::Waits(waits_for)) = self.turn(trigger, &failed.before(trigger), false) {
                waiting.push(WaitingJob { job: trigger.starts.as_str().into(), waits_for });
            }
            failed.pass_on(self, trigger)?;
        }
        Ok(waiting)
    }

    /// Whether earlier versions go one day from what a group reads.
    fn is_purged(&self, dataset: &DatasetKey, view: &Script) -> bool {
        let copy = self.rendered.copy_in(view.database(), dataset);
        let read = copy.or_else(|| self.rendered.find(&address::table(dataset)));
        read.is_some_and(|script| script.section("purge").is_some())
    }

    /// What is not as it was rendered of what a group reads: the table, or else the views that show it.
    fn drift_before<'d>(
        &self,
        dataset: &DatasetKey,
        view: &Script,
        drifted: &'d AllDrifted,
    ) -> Option<&'d DriftedResource> {
        let table = match self.rendered.copy_in(view.database(), dataset) {
            Some(copy) => drifted.get(copy.resource()),
            None => drifted.get(&address::table(dataset)),
        };
        table.or_else(|| drifted.get(view.resource()))
    }

    fn sink<'w>(
        &'w self,
        group: GroupKey,
        dataset: DatasetKey,
        view: &Script,
        confirmed: &ConfirmedTimes,
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
        let confirmed_at = confirmed.get(&dataset);
        let confirmed_at = match is_behind {
            false => confirmed_at,
            // A copy that waits for a newer batch was all that there was when it was brought up to date, at the latest.
            true => confirmed_at.zip(last_batch).map(|(confirmed, (_, arrived))| confirmed.min(arrived)),
        };
        let (last_failure, examples) = match unreached {
            Some(failure) => (Some(failure), None),
            None => jobs.first_failure(self, &dataset, copy, is_behind)?.unzip(),
        };
        let unfit = match (&last_failure, copy) {
            (None, Some(copy)) => self.unfit(copy)?,
            _ => 0,
        };
        let rejected = self.set_aside(&dataset);
        let promised = view.promised_latency();
        Ok(SinkStatus {
            group,
            dataset,
            stored_as: None,
            last_batch,
            schema_version,
            confirmed_at,
            promised,
            undelivered: None,
            rejected,
            unfit,
            last_failure,
            examples: examples.unwrap_or_default(),
        })
    }
}

impl<'w> Jobs<'w> {
    fn load(work: &'w RunContext<'_>) -> Result<Self, PlatformError> {
        let mut captures = BTreeMap::new();
        for job in &work.rendered.captures {
            captures.extend(job.datasets.iter().map(|captured| (&captured.dataset, job)));
        }
        let triggers = work.rendered.triggers.iter().map(|trigger| (&trigger.workspace, trigger));
        let mut copying = BTreeMap::new();
        for consumer_database in work.copy_groups(None) {
            if let (Some((dataset, script)), Some(job)) =
                (consumer_database.first(), work.job_of(&consumer_database))
            {
                copying.insert((script.database(), dataset.datastore.clone()), job);
            }
        }
        let behind = work.datasets_behind()?.into_iter().map(|behind| behind.failure);
        let behind = behind.map(|failure| (failure.dataset.clone(), failure)).collect();
        let failures = BTreeMap::new();
        Ok(Self { captures, triggers: triggers.collect(), copying, failures, behind })
    }

    /// Returns why the last run failed of something that must go well for a consumer, if it did.
    fn first_failure(
        &mut self,
        work: &RunContext<'_>,
        dataset: &DatasetKey,
        copy: Option<&'w Script>,
        is_behind: bool,
    ) -> Result<Option<Failure>, PlatformError> {
        for needed in self.needed(dataset, copy, is_behind) {
            let failure = match needed {
                RequiredJob::Dataset(dataset) => {
                    let behind = self.behind.get(dataset);
                    behind.map(|failure| (failure.reason.clone(), failure.examples.clone()))
                }
                RequiredJob::Job(job) => self.failure_of(work, job)?.map(|reason| (reason, Vec::new())),
            };
            if failure.is_some() {
                return Ok(failure);
            }
        }
        Ok(None)
    }

    /// Returns why the last run of a job failed, if it did.
    fn failure_of(&mut self, work: &RunContext<'_>, job: String) -> Result<Option<String>, PlatformError> {
        if let Some(known) = self.failures.get(&job) {
            return Ok(known.clone());
        }
        let failure = work.last_failure(&job)?;
        self.failures.insert(job, failure.clone());
        Ok(failure)
    }

    /// Returns what must go well for a consumer, the last of it first, back to the sources.
    fn needed<'d>(
        &self,
        dataset: &'d DatasetKey,
        copy: Option<&'w Script>,
        is_behind: bool,
    ) -> Vec<RequiredJob<'d>>
    where
        'w: 'd,
    {
        let copying = copy.and_then(|copy| self.copying.get(&(copy.database(), dataset.datastore.clone())));
        let job = copying.map(|job| RequiredJob::Job((*job).to_owned()));
        // What a copy was refused is over when it has arrived in another way.
        let refused = copy.filter(|_| is_behind).map(|copy| address::refused(copy.resource()));
        let mut needed: Vec<RequiredJob<'d>> = job.into_iter().chain(refused.map(RequiredJob::Job)).collect();
        let mut entered = BTreeSet::new();
        let mut open = vec![dataset];
        while let Some(dataset) = open.pop() {
            let Some(capture) = self.captures.get(dataset).filter(|_| entered.insert(dataset)) else {
                continue;
            };
            needed.extend([RequiredJob::Dataset(dataset), RequiredJob::Job(capture.job.clone())]);
            if let Some(workspace) = capture.transformer() {
                needed.push(RequiredJob::Job(address::transform(workspace)));
                let trigger = self.triggers.get(workspace);
                open.extend(trigger.into_iter().flat_map(|trigger| trigger.inputs.iter().rev()));
            }
        }
        needed
    }
}
