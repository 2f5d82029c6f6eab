//! The hooks of the host, as a program asks them while it runs jobs.

use super::protocol::Response;
use crate::{
    hook::{
        DatasetLoaded, EventKind, HookOutcome, HookRemark, HookSource, NoDecision, RemarkKind,
        TriggerDecision, TriggerDue,
    },
    runtime::RunObserver,
};
use std::{
    collections::BTreeSet,
    sync::mpsc::{self, Sender},
};

/// What an operation writes before its answer.
pub(super) enum Said {
    /// It goes on at once.
    Told(Response),
    /// It goes on when the host answered.
    Asked(Response, Sender<HookOutcome<TriggerDecision>>),
}

/// The host of an operation: it is told what begins, and its hooks are asked.
#[derive(Debug)]
pub(super) struct Host {
    said: Sender<Said>,
    /// The events that hooks of the host listen to.
    heard: BTreeSet<EventKind>,
}

impl Host {
    pub(super) fn new(said: Sender<Said>, heard: BTreeSet<EventKind>) -> Self {
        Self { said, heard }
    }

    fn ask(&self, question: Response) -> HookOutcome<TriggerDecision> {
        let (answers, answer) = mpsc::channel();
        let asked = self.said.send(Said::Asked(question, answers));
        let answered = asked.ok().and_then(|()| answer.recv().ok());
        answered.unwrap_or_else(|| failed("the host gave no answer"))
    }
}

/// Whoever cannot be asked may have refused.
fn failed<D>(reason: &str) -> HookOutcome<D> {
    let remark = HookRemark { hook: "host".into(), kind: RemarkKind::Failed, text: reason.to_owned() };
    HookOutcome { decision: None, remarks: vec![remark] }
}

impl RunObserver for Host {
    fn job_started(&self, address: &str) {
        // Nobody listens any more only after the end.
        let _ = self.said.send(Said::Told(Response::Started(address.to_owned())));
    }
}

impl HookSource for Host {
    fn listen_to(&self, kind: EventKind) -> bool {
        self.heard.contains(&kind)
    }

    fn dataset_loaded(&self, event: &DatasetLoaded) -> HookOutcome<NoDecision> {
        let HookOutcome { remarks, .. } = self.ask(Response::DatasetLoaded(event.clone()));
        HookOutcome { decision: None, remarks }
    }

    fn trigger_due(&self, event: &TriggerDue) -> HookOutcome<TriggerDecision> {
        self.ask(Response::TriggerDue(Box::new(event.clone())))
    }

    fn not_asked(&self, kind: EventKind, reason: &str) -> Vec<HookRemark> {
        match self.listen_to(kind) {
            true => failed::<NoDecision>(reason).remarks,
            false => Vec::new(),
        }
    }
}
