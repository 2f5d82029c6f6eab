//! Failures on the way to datasets: what is made of something that could not be read is not made anew.

use super::{
    context::RunContext,
    job::{CaptureJob, CapturedDataset, TriggerJob},
};
use crate::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// For each dataset on the way to which a job failed, the last time that it ran, this job. A dataset that a transformer made
/// is on the way of what that reads. Where transformers feed each other, nothing waits for what runs after it: otherwise a
/// failure would hold up what could mend it.
#[derive(Debug)]
pub(super) struct UpstreamFailures<'r> {
    jobs: BTreeMap<&'r DatasetKey, &'r str>,
    /// Datasets that failed while others of the same job went on.
    behind: BTreeSet<DatasetKey>,
}

impl<'r> UpstreamFailures<'r> {
    /// The failures of captures that read sources.
    pub(super) fn load(work: &'r RunContext<'_>) -> Result<Self, PlatformError> {
        let mut failed = Self { jobs: BTreeMap::new(), behind: behind(work)? };
        for job in work.rendered.captures.iter().filter(|job| job.transformer().is_none()) {
            let has_failed = work.last_failure(&job.job)?.is_some();
            failed.add(job, has_failed.then_some(job.job.as_str()));
        }
        Ok(failed)
    }

    /// Adds the datasets of a job: all of them if something failed before them, otherwise those that did so themselves.
    fn add(&mut self, job: &'r CaptureJob, before: Option<&'r str>) {
        for CapturedDataset { dataset, .. } in &job.datasets {
            let own = self.behind.contains(dataset).then_some(job.job.as_str());
            if let Some(failed) = before.or(own) {
                self.jobs.insert(dataset, failed);
            }
        }
    }

    /// The jobs that failed on the way to the inputs of a transformer, each once.
    pub(super) fn before(&self, trigger: &TriggerJob) -> Vec<&'r str> {
        let mut jobs: Vec<&str> =
            trigger.inputs.iter().filter_map(|input| self.jobs.get(input).copied()).collect();
        jobs.sort_unstable();
        jobs.dedup();
        jobs
    }

    /// Adds the outputs of a transformer, if it failed, or something before it. Transformers are added in order.
    pub(super) fn pass_on(
        &mut self,
        work: &'r RunContext<'_>,
        trigger: &'r TriggerJob,
    ) -> Result<(), PlatformError> {
        // The transformer may have run just now.
        self.behind = behind(work)?;
        let before = self.before(trigger).first().copied();
        let own = work.last_failure(&trigger.starts)?.map(|_| trigger.starts.as_str());
        for job in work.captures_of(&trigger.workspace) {
            let here = work.last_failure(&job.job)?.map(|_| job.job.as_str());
            self.add(job, own.or(here).or(before));
        }
        Ok(())
    }

    /// Adds the outputs of a transformer of which nobody could tell whether it is to run.
    pub(super) fn unknown(&mut self, work: &'r RunContext<'_>, trigger: &'r TriggerJob) {
        let made = work.captures_of(&trigger.workspace).flat_map(|job| &job.datasets);
        self.jobs.extend(made.map(|captured| (&captured.dataset, trigger.job.as_str())));
    }
}

fn behind(work: &RunContext<'_>) -> Result<BTreeSet<DatasetKey>, PlatformError> {
    Ok(work.datasets_behind()?.into_iter().map(|behind| behind.failure.dataset).collect())
}
