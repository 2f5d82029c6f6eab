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

/// A line of an operation before its answer.
pub(super) enum Message {
    /// A report: the operation goes on at once.
    Report(Response),
    /// A question: the operation goes on when the host answered.
    Question(Response, Sender<HookOutcome<TriggerDecision>>),
}

/// The host of an operation: it learns what begins, and its hooks are asked.
#[derive(Debug)]
pub(super) struct Host {
    said: Sender<Message>,
    /// The events that hooks of the host listen to.
    events: BTreeSet<EventKind>,
}

impl Host {
    pub(super) fn new(said: Sender<Message>, events: BTreeSet<EventKind>) -> Self {
        Self { said, events }
    }

    fn ask(&self, question: Response) -> HookOutcome<TriggerDecision> {
        let (answers, answer) = mpsc::channel();
        let asked = self.said.send(Message::Question(question, answers));
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
        let _ = self.said.send(Message::Report(Response::Started(address.to_owned())));
    }
}

impl HookSource for Host {
    fn listen_to(&self, kind: EventKind) -> bool {
        self.events.contains(&kind)
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
