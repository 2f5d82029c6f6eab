//! Running jobs in passes: captures first, then transformers, producers before consumers.

use super::{
    capture::CaptureResult,
    context::{InputPosition, RunContext},
    copies::CopyGroup,
    drift::AllDrifted,
    job::{CaptureJob, JobStart, TriggerJob},
    next_after,
    selection::Selection,
    server_copies::CopyFailures,
    stale::DatasetFailure,
    transform::{Inputs, RunDecision, TransformResult},
    trigger_hooks::Extent,
    upstream_failures::UpstreamFailures,
};
use crate::{names::address, prelude::*};
use datasurface_platform::{
    JobFailure, JobRemark, RunMode, RunReport, RunRequest, WaitReason, WaitingJob,
    hook::{HookRemark, TriggerDecision},
};
use std::collections::BTreeSet;

/// Why copies of a consumer are not looked at.
pub(super) fn without_copies(consumer: &str) -> String {
    format!("`{consumer}` has no copies that could be made again: it reads the platform's own database")
}

/// How often transformers that feed each other run before they are taken for ones that never come to rest.
const MOST_ROUNDS: usize = 100;

/// A run of jobs.
pub(super) struct Run<'w, 'a> {
    work: &'w RunContext<'a>,
    mode: RunMode,
    asked: Selection,
    report: RunReport,
    /// Workspaces whose transformer is not to run now, or not again: it was not asked for, it failed, or it has a timetable,
    /// and had its turn. What it makes may then be an input of its next turn.
    stopped: BTreeSet<WorkspaceName>,
    /// The jobs of transformers that a hook does not let run now.
    skipped: BTreeSet<&'w str>,
    /// What is not as it was rendered, and stays as it is.
    drifted: AllDrifted,
}

impl<'w, 'a> Run<'w, 'a> {
    pub(super) fn new(work: &'w RunContext<'a>, request: &'w RunRequest) -> Self {
        let asked = Selection::new(work.rendered, request);
        Self {
            work,
            mode: request.mode,
            asked,
            report: RunReport::default(),
            stopped: BTreeSet::new(),
            skipped: BTreeSet::new(),
            drifted: AllDrifted::new(),
        }
    }

    pub(super) fn run(mut self, resync: &BTreeSet<String>) -> Result<RunReport, PlatformError> {
        let rendered = self.work.rendered;
        // What was dropped, cut off, or lost, comes first.
        self.drifted = self.work.repair()?;
        for (resource, error) in self.drifted.clone() {
            self.fail(&resource, error.problem);
        }
        self.update_stale_copies()?;
        resync.iter().for_each(|consumer| self.resync(consumer));
        let captures: Vec<&CaptureJob> = rendered.captures.iter().filter(|job| self.asked.has(job)).collect();
        for job in &captures {
            self.publish(job);
        }
        for job in captures {
            if job.transformer().is_none() && self.is_to_run(&job.job, job.when())? {
                let work = self.work;
                self.capture(job, || work.capture(job))?;
            }
        }
        let triggers = rendered.triggers_in_order();
        for trigger in &triggers {
            let is_asked = self.asked.has_transformer(rendered, trigger);
            if !is_asked || !self.is_to_run(&trigger.starts, trigger.when())? {
                self.stopped.insert(trigger.workspace.clone());
            }
        }
        let rounds = match self.mode {
            RunMode::Once => 1,
            RunMode::UntilIdle | RunMode::Due => MOST_ROUNDS,
        };
        for round in 1..=rounds {
            let fired = self.transformers(&triggers, round == 1)?;
            if fired.is_empty() {
                break;
            }
            if self.mode != RunMode::Once && round == rounds {
                for trigger in fired {
                    let reason = format!(
                        "the transformer of `{}` did not come to rest in {MOST_ROUNDS} rounds: what it makes \
                         moves its own inputs; run again to go on, or let its SELECTs settle",
                        trigger.workspace
                    );
                    self.fail(&trigger.job, reason);
                }
            }
        }
        Ok(self.report)
    }

    /// Whether a job is to run at all: if everything is, or because it is its turn.
    fn is_to_run(&self, job: &str, when: JobStart<'_>) -> Result<bool, PlatformError> {
        let timetable = match when {
            _ if self.mode != RunMode::Due => return Ok(true),
            JobStart::Moved => return Ok(true),
            JobStart::Asked => return Ok(false),
            JobStart::Timetable(timetable) => timetable,
        };
        let Some(began) = self.work.last_begin(job)? else {
            return Ok(true);
        };
        Ok(next_after(timetable, began).is_some_and(|due| due <= self.work.site.now))
    }

    /// Runs every transformer that is due, once, and returns which were. Those that wait are in the report.
    fn transformers(
        &mut self,
        triggers: &[&'w TriggerJob],
        is_first: bool,
    ) -> Result<Vec<&'w TriggerJob>, PlatformError> {
        let work = self.work;
        let mut fired = Vec::new();
        let mut failed = UpstreamFailures::load(work)?;
        self.report.waiting.clear();
        for trigger in triggers {
            if !self.stopped.contains(&trigger.workspace) {
                let is_made_again = is_first && self.asked.makes_again(work.rendered, trigger);
                match work.turn(trigger, &failed.before(trigger), is_made_again) {
                    Ok(RunDecision::Rests) => {}
                    Ok(RunDecision::Waits(waits_for)) => {
                        let job = trigger.starts.as_str().into();
                        self.report.waiting.push(WaitingJob { job, waits_for });
                    }
                    Ok(RunDecision::Due(inputs)) => {
                        if let Some(extent) = self.extent(trigger, &inputs, is_made_again)? {
                            fired.push(*trigger);
                            if let TransformTrigger::Cron(_) = trigger.trigger {
                                self.stopped.insert(trigger.workspace.clone());
                            }
                            self.transform(trigger, &inputs.seen, &extent)?;
                        }
                    }
                    Err(error) => {
                        self.stopped.insert(trigger.workspace.clone());
                        self.fail(&trigger.job, error.report());
                    }
                }
            }
            if self.skipped.contains(trigger.starts.as_str()) {
                let job = trigger.starts.as_str().into();
                self.report.waiting.push(WaitingJob { job, waits_for: WaitReason::Hooks });
            }
            failed.pass_on(work, trigger)?;
            if self.report.failures.iter().any(|failure| failure.job.as_str() == trigger.job) {
                failed.unknown(work, trigger);
            }
        }
        Ok(fired)
    }

    /// Asks the hooks about a transformer that is due, and returns how much of it is to run; `None` if it is not to run in this run of jobs.
    fn extent(
        &mut self,
        trigger: &'w TriggerJob,
        inputs: &Inputs,
        is_requested: bool,
    ) -> Result<Option<Extent>, PlatformError> {
        let outcome = self.work.ask_hooks(trigger, inputs, is_requested)?;
        let blocking = outcome.blocking_remark().map(ToString::to_string);
        self.remark(&trigger.starts, outcome.remarks.into_iter().filter(|remark| !remark.refuses()));
        if let Some(reason) = blocking {
            self.stopped.insert(trigger.workspace.clone());
            self.fail(&trigger.job, reason);
            return Ok(None);
        }
        match outcome.decision {
            None | Some(TriggerDecision::RunInFull) => Ok(Some(Extent::Full)),
            Some(TriggerDecision::RunIncrementally) => {
                self.work.incremental(trigger, inputs, &self.asked).map(Some)
            }
            // One that refuses is among the refusals.
            Some(TriggerDecision::Skip | TriggerDecision::Refuse(_)) => {
                self.stopped.insert(trigger.workspace.clone());
                self.skipped.insert(&trigger.starts);
                Ok(None)
            }
        }
    }

    fn remark(&mut self, job: &str, remarks: impl IntoIterator<Item = HookRemark>) {
        let remarks = remarks.into_iter().map(|remark| JobRemark { job: job.into(), remark });
        self.report.remarks.extend(remarks);
    }

    /// Runs a transformer, and captures what it made. The last capture remembers what was seen.
    fn transform(
        &mut self,
        trigger: &TriggerJob,
        seen: &[InputPosition],
        extent: &Extent,
    ) -> Result<(), PlatformError> {
        let work = self.work;
        let captures = work.captures_in(trigger, extent);
        let made = captures.as_ref().map_err(PlatformError::report).and_then(|captures| {
            let made = work.logged(&trigger.starts, || work.transform(trigger, captures));
            made.map_err(|error| error.report())
        });
        let TransformResult { mut staged, rounded, .. } = match made {
            Ok(made) => made,
            Err(reason) => {
                self.stopped.insert(trigger.workspace.clone());
                self.fail(&trigger.starts, reason);
                return Ok(());
            }
        };
        self.report.rounded.extend(rounded);
        let Some((last, last_staged)) = staged.pop() else {
            return work.own.in_transaction(|| seen.iter().try_for_each(|seen| work.see_input(seen)));
        };
        let mut is_whole = true;
        for (job, staged) in staged {
            is_whole &= self.capture(job, || work.capture_staged(job, Ok(staged), &[]))?;
        }
        let seen = if is_whole { seen } else { &[] };
        is_whole &= self.capture(last, || work.capture_staged(last, Ok(last_staged), seen))?;
        if !is_whole {
            self.stopped.insert(trigger.workspace.clone());
        }
        Ok(())
    }

    /// Captures, and brings the copies up to date. Says whether it went well; if not, it is in the report.
    fn capture(
        &mut self,
        job: &CaptureJob,
        work: impl FnOnce() -> Result<CaptureResult, PlatformError>,
    ) -> Result<bool, PlatformError> {
        match self.work.logged(&job.job, work) {
            Ok(CaptureResult { datasets, failures, is_new }) => {
                if is_new {
                    for batch in &datasets {
                        let remarks = self.work.tell_hooks(batch).remarks;
                        self.loaded(&job.job, remarks);
                    }
                }
                self.report.datasets.extend(datasets);
                let behind = failures.iter().map(|failure| (&failure.dataset, failure.reason.as_str()));
                self.report.datasets.extend(self.work.failed(job, behind));
                let is_whole = failures.is_empty();
                for DatasetFailure { reason, examples, .. } in failures {
                    self.fail_with(&job.job, reason, examples);
                }
                if is_new {
                    self.copy(Some(&job.datastore))?;
                }
                self.publish(job);
                Ok(is_whole)
            }
            Err(error) => {
                let reason = error.report();
                let all = job.datasets.iter().map(|captured| (&captured.dataset, reason.as_str()));
                self.report.datasets.extend(self.work.failed(job, all));
                self.fail(&job.job, reason);
                Ok(false)
            }
        }
    }

    /// Reports what hooks say of a batch. It is visible already: of a hook that must be asked and failed, the failure is all that is left.
    fn loaded(&mut self, job: &str, remarks: Vec<HookRemark>) {
        for remark in remarks {
            match remark.refuses() {
                true => self.fail(job, remark.to_string()),
                false => self.remark(job, [remark]),
            }
        }
    }

    /// Publishes what others have not got yet. What ended stays until it is published: nothing else tells others of it.
    fn publish(&mut self, job: &CaptureJob) {
        match self.work.publish(job) {
            Ok(()) => self.forget(job),
            Err(error) => self.fail(&job.job, error.report()),
        }
    }

    /// Lets go of what nobody is owed, now that copies were brought up to date.
    fn forget(&mut self, job: &CaptureJob) {
        if let Err(error) = self.work.forget(job) {
            self.fail(&job.job, error.report());
        }
    }

    /// Brings copies up to date that were cut off, or lost: all of them, or those of what is asked for.
    fn update_stale_copies(&mut self) -> Result<(), PlatformError> {
        if self.asked.is_all() {
            return self.copy(None);
        }
        let captures = self.work.rendered.captures.iter().filter(|job| self.asked.has(job));
        let datastores: BTreeSet<&DatastoreName> = captures.map(|job| &job.datastore).collect();
        datastores.into_iter().try_for_each(|datastore| self.copy(Some(datastore)))
    }

    /// Makes the copies of a consumer again.
    fn resync(&mut self, consumer: &str) {
        let copies = self.work.rendered.copies_called(consumer);
        if copies.is_empty() {
            return self.fail(address::DATABASE, without_copies(consumer));
        }
        for mut copy_group in self.work.copy_groups(None) {
            copy_group.retain(|(_, script)| copies.contains(script.resource()));
            self.leave_drifted(&mut copy_group);
            let made = self.work.rebuild_copies(&copy_group);
            self.record_copies(&copy_group, made);
        }
    }

    /// Brings copies up to date: of a datastore, or all of them. What failed before and works now is no failure of this
    /// run.
    fn copy(&mut self, of: Option<&DatastoreName>) -> Result<(), PlatformError> {
        for mut copy_group in self.work.copy_groups(of) {
            self.leave_drifted(&mut copy_group);
            let result = self.work.update_copies(&copy_group);
            self.record_copies(&copy_group, result);
        }
        Ok(())
    }

    /// What is not ours is not written to. The copies beside it go on.
    fn leave_drifted(&self, copy_group: &mut CopyGroup<'_>) {
        copy_group.retain(|(_, script)| !self.drifted.contains_key(script.resource()));
    }

    /// Reports what became of copies that belong together.
    fn record_copies(&mut self, copy_group: &CopyGroup<'_>, result: Result<CopyFailures, PlatformError>) {
        for resource in copy_group.iter().map(|(_, script)| script.resource()) {
            self.report.failures.retain(|failure| failure.job.as_str() != resource || result.is_err());
            let reason = match &result {
                Ok(refused) => refused.get(resource).cloned(),
                Err(error) => Some(error.report()),
            };
            if let Some(reason) = reason {
                self.fail(resource, reason);
            }
        }
    }

    fn fail(&mut self, job: &str, reason: String) {
        self.fail_with(job, reason, Vec::new());
    }

    fn fail_with(&mut self, job: &str, reason: String, examples: Vec<String>) {
        let failure = JobFailure { job: job.into(), reason, examples };
        if !self.report.failures.contains(&failure) {
            self.report.failures.push(failure);
        }
    }
}
