//! The questions of a program to the hooks of its host, while it runs jobs, and what the host makes of them.

use super::{
    connection::OperationStep,
    protocol::{Request, Response},
};
use crate::{
    error::{PlatformError, PlatformErrorKind},
    hook::{DatasetLoaded, EventKind, HookOutcome, HookRemark, PlatformHooks, TriggerDecision, TriggerDue},
    rendering::ResourceAddress,
    runtime::{JobFailure, JobRemark, RunReport, RuntimeContext},
    waiting::{WaitReason, WaitingJob},
};
use chrono::{DateTime, Utc};
use std::{collections::BTreeSet, convert::Infallible};

/// The greatest number of questions of one operation: more than any run of jobs has. Each can be remembered.
const MAX_QUESTIONS: usize = 1_000_000;

/// The questions of one operation. A program says what it is about to do; what the hooks decide is reported, and binds it, whatever it
/// reports itself.
pub(super) struct HookQuestions<'a> {
    hooks: PlatformHooks<'a>,
    now: DateTime<Utc>,
    asked: usize,
    /// Jobs that the hooks did not let run.
    forbidden: BTreeSet<String>,
    remarks: Vec<JobRemark>,
    failures: Vec<JobFailure>,
    waiting: Vec<WaitingJob>,
}

impl<'a> HookQuestions<'a> {
    pub(super) fn new(site: &RuntimeContext<'a>) -> Self {
        Self {
            hooks: site.hooks,
            now: site.now,
            asked: 0,
            forbidden: BTreeSet::new(),
            remarks: Vec::new(),
            failures: Vec::new(),
            waiting: Vec::new(),
        }
    }

    /// Takes a program into account that runs transformers without asking. Each hook that listens has failed then.
    ///
    /// # Errors
    ///
    /// If a hook must be asked.
    pub(super) fn are_not_asked(&mut self) -> Result<(), PlatformError> {
        let reason = "the program of the platform runs transformers, and asks no hook before; have it ask, or set `on_failure = \"continue\"`";
        for remark in self.hooks.not_asked(EventKind::TriggerDue, reason) {
            if remark.refuses() {
                return Err(PlatformError::new(PlatformErrorKind::Unsupported, remark.to_string()));
            }
            let platform = self.hooks.platform().map_or_else(String::new, |name| name.to_string());
            self.remember(&platform.as_str().into(), &[remark]);
        }
        Ok(())
    }

    /// Says what a line of the program is.
    ///
    /// # Errors
    ///
    /// If the program does what a hook did not let it do.
    pub(super) fn step(
        &mut self,
        response: Response,
    ) -> Result<OperationStep<Request<'static>, Response>, String> {
        let outcome = match response {
            Response::Started(address) if self.forbidden.contains(&address) => {
                return Err(format!("it began `{address}`, which a hook did not let run"));
            }
            Response::Started(address) => return Ok(OperationStep::Started(address)),
            Response::TriggerDue(event) => self.trigger_due(*event),
            Response::DatasetLoaded(event) => self.dataset_loaded(event),
            response => return Ok(OperationStep::Done(response)),
        };
        self.asked += 1;
        match self.asked > MAX_QUESTIONS {
            true => Err(format!("it asked hooks more than {MAX_QUESTIONS} times")),
            false => Ok(OperationStep::Asked(Request::Hooks(outcome))),
        }
    }

    fn trigger_due(&mut self, event: TriggerDue) -> HookOutcome<TriggerDecision> {
        // Of which platform it is, and when, is not up to the program.
        let event = TriggerDue { platform: self.hooks.platform(), now: self.now, ..event };
        let job = event.job.clone();
        let Ok(outcome) = self.hooks.trigger_due(|| Ok::<_, Infallible>(event));
        let is_skipped = outcome.decision == Some(TriggerDecision::Skip);
        if is_skipped || outcome.blocking_remark().is_some() {
            self.forbidden.insert(job.to_string());
        } else {
            self.forbidden.remove(job.as_str());
        }
        if is_skipped {
            self.waiting.push(WaitingJob { job: job.clone(), waits_for: WaitReason::Hooks });
        }
        self.remember(&job, &outcome.remarks);
        outcome
    }

    fn dataset_loaded(&mut self, event: DatasetLoaded) -> HookOutcome<TriggerDecision> {
        let event = DatasetLoaded { platform: self.hooks.platform(), now: self.now, ..event };
        let job = ResourceAddress::from(event.batch.dataset.to_string().as_str());
        let remarks = self.hooks.dataset_loaded(|| event).remarks;
        self.remember(&job, &remarks);
        HookOutcome { decision: None, remarks }
    }

    /// Remembers what hooks said of a job: one that refuses makes it fail.
    fn remember(&mut self, job: &ResourceAddress, remarks: &[HookRemark]) {
        for remark in remarks {
            let job = job.clone();
            match remark.refuses() {
                true => {
                    self.failures.push(JobFailure { job, reason: remark.to_string(), examples: Vec::new() })
                }
                false => self.remarks.push(JobRemark { job, remark: remark.clone() }),
            }
        }
    }

    /// Returns the report of the program, with what hooks said and it did not report.
    pub(super) fn reported(self, mut report: RunReport) -> RunReport {
        let Self { remarks, failures, waiting, forbidden, .. } = self;
        // A program may know better of which job something was said, so the texts alone are compared.
        let known: BTreeSet<HookRemark> = report.remarks.iter().map(|known| known.remark.clone()).collect();
        report.remarks.extend(remarks.into_iter().filter(|said| !known.contains(&said.remark)));
        let known: BTreeSet<String> = report.failures.iter().map(|known| known.reason.clone()).collect();
        report.failures.extend(failures.into_iter().filter(|failure| !known.contains(&failure.reason)));
        let mut known: BTreeSet<String> = report.waiting.iter().map(|known| known.job.to_string()).collect();
        let waits =
            |job: &WaitingJob| forbidden.contains(job.job.as_str()) && known.insert(job.job.to_string());
        report.waiting.extend(waiting.into_iter().filter(waits));
        report
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::DatasetRun;

    #[test]
    fn questions_without_end_are_stopped() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let (inserted, updated, deleted, unchanged, rejected) = (1, 0, 0, 0, 0);
        let (dataset, batch, failure) = ("Made/a".into(), 1, None);
        let batch = DatasetRun { dataset, batch, inserted, updated, deleted, unchanged, rejected, failure };
        let loaded = || Response::DatasetLoaded(DatasetLoaded { platform: None, now, batch: batch.clone() });
        let mut questions = HookQuestions {
            hooks: PlatformHooks::default(),
            now,
            asked: MAX_QUESTIONS - 1,
            forbidden: BTreeSet::new(),
            remarks: Vec::new(),
            failures: Vec::new(),
            waiting: Vec::new(),
        };
        assert!(matches!(questions.step(loaded()), Ok(OperationStep::Asked(_))));
        let said = questions.step(loaded()).err();
        assert_eq!(said.as_deref(), Some("it asked hooks more than 1000000 times"));
    }
}
