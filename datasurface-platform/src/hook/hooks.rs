//! The hooks of a host, and how they are asked.

use super::{
    answer::HookAnswer,
    decision::{Decision, NoDecision, PlanDecision, TriggerDecision},
    event::{DatasetLoaded, Event, EventKind, FindingRaised, PlanReady, TriggerDue},
    name::HookName,
    outcome::{HookOutcome, HookRemark, RemarkKind},
    platform_hooks::HookSource,
};
use crate::error::{PlatformError, PlatformErrorKind};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// A hook. It is asked about the events that it listens to, and about no others: a hook that listens to an event implements the method of
/// that event.
///
/// An answer depends on the event alone. A hook may be asked from several threads.
pub trait Hook: fmt::Debug + Send + Sync {
    /// Returns the kinds of events that the hook listens to.
    fn events(&self) -> BTreeSet<EventKind>;

    /// Answers to a batch that became visible.
    ///
    /// # Errors
    ///
    /// If the hook cannot answer.
    fn dataset_loaded(&self, _event: &DatasetLoaded) -> Result<HookAnswer<NoDecision>, PlatformError> {
        Err(unanswered(EventKind::DatasetLoaded))
    }

    /// Decides about a transformer that is about to run.
    ///
    /// # Errors
    ///
    /// If the hook cannot decide.
    fn trigger_due(&self, _event: &TriggerDue) -> Result<HookAnswer<TriggerDecision>, PlatformError> {
        Err(unanswered(EventKind::TriggerDue))
    }

    /// Decides about a plan that is about to be written.
    ///
    /// # Errors
    ///
    /// If the hook cannot decide.
    fn plan_ready(&self, _event: &PlanReady) -> Result<HookAnswer<PlanDecision>, PlatformError> {
        Err(unanswered(EventKind::PlanReady))
    }

    /// Answers to a finding that is about to be reported.
    ///
    /// # Errors
    ///
    /// If the hook cannot answer.
    fn finding_raised(&self, _event: &FindingRaised) -> Result<HookAnswer<NoDecision>, PlatformError> {
        Err(unanswered(EventKind::FindingRaised))
    }
}

fn unanswered(kind: EventKind) -> PlatformError {
    let message = format!("it listens to `{kind}`, and has no answer to it");
    PlatformError::new(PlatformErrorKind::Internal, message)
}

/// The policy for a hook that fails: that ends, takes too long, or gives no sound answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailurePolicy {
    /// The event is refused.
    #[default]
    Refuse,
    /// The event happens as if there were no such hook, and the failure is reported.
    Continue,
}

/// The hooks of a host, by name.
#[derive(Debug, Default)]
pub struct Hooks(BTreeMap<HookName, RegisteredHook>);

#[derive(Debug)]
struct RegisteredHook {
    hook: Box<dyn Hook>,
    events: BTreeSet<EventKind>,
    on_failure: FailurePolicy,
}

impl Hooks {
    /// Creates a registry without hooks.
    #[must_use]
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Adds a hook.
    ///
    /// # Errors
    ///
    /// If there is a hook of this name already.
    pub fn with_hook(
        mut self,
        name: impl Into<HookName>,
        on_failure: FailurePolicy,
        hook: impl Hook + 'static,
    ) -> Result<Self, PlatformError> {
        let name = name.into();
        let registered = RegisteredHook { events: hook.events(), hook: Box::new(hook), on_failure };
        if self.0.contains_key(&name) {
            let message = format!("there is a hook `{name}` already");
            return Err(PlatformError::new(PlatformErrorKind::Config, message));
        }
        self.0.insert(name, registered);
        Ok(self)
    }

    /// Whether a hook listens to events of this kind.
    #[must_use]
    pub fn listen_to(&self, kind: EventKind) -> bool {
        self.listening_to(kind).next().is_some()
    }

    /// Tells of a batch that became visible. The event is made only if a hook listens.
    pub fn dataset_loaded(&self, event: impl FnOnce() -> DatasetLoaded) -> HookOutcome<NoDecision> {
        self.ask_listeners(event, |hook, event| hook.dataset_loaded(event))
    }

    /// Asks about a transformer that is about to run. The event is made only if a hook listens.
    ///
    /// # Errors
    ///
    /// If the event cannot be made.
    pub fn trigger_due<E>(
        &self,
        event: impl FnOnce() -> Result<TriggerDue, E>,
    ) -> Result<HookOutcome<TriggerDecision>, E> {
        if !self.listen_to(EventKind::TriggerDue) {
            return Ok(HookOutcome::default());
        }
        Ok(self.ask(&event()?, |hook, event| hook.trigger_due(event)))
    }

    /// Asks about a plan that is about to be written. The event is made only if a hook listens.
    pub fn plan_ready(&self, event: impl FnOnce() -> PlanReady) -> HookOutcome<PlanDecision> {
        self.ask_listeners(event, |hook, event| hook.plan_ready(event))
    }

    /// Tells of a finding that is about to be reported. The event is made only if a hook listens.
    pub fn finding_raised(&self, event: impl FnOnce() -> FindingRaised) -> HookOutcome<NoDecision> {
        self.ask_listeners(event, |hook, event| hook.finding_raised(event))
    }

    fn ask_listeners<E: Event>(
        &self,
        event: impl FnOnce() -> E,
        answer: impl Fn(&dyn Hook, &E) -> Result<HookAnswer<E::Decision>, PlatformError>,
    ) -> HookOutcome<E::Decision> {
        match self.listen_to(E::KIND) {
            true => self.ask(&event(), answer),
            false => HookOutcome::default(),
        }
    }

    fn ask<E: Event>(
        &self,
        event: &E,
        answer: impl Fn(&dyn Hook, &E) -> Result<HookAnswer<E::Decision>, PlatformError>,
    ) -> HookOutcome<E::Decision> {
        let mut outcome = HookOutcome::default();
        for (name, registered) in self.listening_to(E::KIND) {
            let remark = |kind, text| HookRemark { hook: name.clone(), kind, text };
            match registered.answer(event, &answer) {
                Ok(HookAnswer { decision, notes }) => {
                    let blocking = decision.as_ref().and_then(Decision::blocking_reason).map(str::to_owned);
                    outcome.remarks.extend(blocking.map(|reason| remark(RemarkKind::Refused, reason)));
                    outcome.remarks.extend(notes.into_iter().map(|note| remark(RemarkKind::Note, note)));
                    outcome.decision = outcome.decision.max(decision);
                }
                Err(reason) => outcome.remarks.push(remark(registered.on_failure.remark_kind(), reason)),
            }
        }
        outcome
    }

    fn listening_to(&self, kind: EventKind) -> impl Iterator<Item = (&HookName, &RegisteredHook)> {
        self.0.iter().filter(move |(_, hook)| hook.events.contains(&kind))
    }
}

/// The hooks of this program, as a runtime asks them.
impl HookSource for Hooks {
    fn listen_to(&self, kind: EventKind) -> bool {
        self.listen_to(kind)
    }

    fn dataset_loaded(&self, event: &DatasetLoaded) -> HookOutcome<NoDecision> {
        self.ask(event, |hook, event| hook.dataset_loaded(event))
    }

    fn trigger_due(&self, event: &TriggerDue) -> HookOutcome<TriggerDecision> {
        self.ask(event, |hook, event| hook.trigger_due(event))
    }

    fn not_asked(&self, kind: EventKind, reason: &str) -> Vec<HookRemark> {
        let remark = |(name, registered): (&HookName, &RegisteredHook)| HookRemark {
            hook: name.clone(),
            kind: registered.on_failure.remark_kind(),
            text: reason.to_owned(),
        };
        self.listening_to(kind).map(remark).collect()
    }
}

impl FailurePolicy {
    /// The kind of the remark about a hook that failed.
    fn remark_kind(self) -> RemarkKind {
        match self {
            Self::Refuse => RemarkKind::Failed,
            Self::Continue => RemarkKind::FailureIgnored,
        }
    }
}

impl RegisteredHook {
    /// The answer to an event, or why there is no sound one.
    fn answer<E: Event>(
        &self,
        event: &E,
        answer: impl Fn(&dyn Hook, &E) -> Result<HookAnswer<E::Decision>, PlatformError>,
    ) -> Result<HookAnswer<E::Decision>, String> {
        // A hook is code of somebody else: if it panics, that is its failure, not the end of the host.
        let answered = catch_unwind(AssertUnwindSafe(|| answer(&*self.hook, event)));
        let answered = answered.map_err(|_| "it panicked".to_owned())?;
        // A module may give a reason that is as long as an answer may be.
        let answered = answered.map_err(|error| error.shortened().report())?;
        match answered.problem() {
            Some(problem) => Err(format!("its answer is not sound: {problem}")),
            None => Ok(answered),
        }
    }
}
