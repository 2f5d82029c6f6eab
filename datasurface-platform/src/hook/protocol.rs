//! The lines between a host and a hook that is a program or a WebAssembly module.

use super::{
    answer::HookAnswer,
    decision::{NoDecision, PlanDecision, TriggerDecision},
    event::{DatasetLoaded, EventKind, FindingRaised, PlanReady, TriggerDue},
};
use crate::{error::PlatformError, remote::Answers};
use datasurface_model::Json;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, collections::BTreeSet};

/// The version of the protocol. It is another one as soon as an old hook could misunderstand a new host.
pub const HOOK_PROTOCOL: u32 = 1;

/// A request: an event, with the settings of the hook. Each is answered from itself alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum HookRequest<'a> {
    /// The first request: for the events that the hook listens to.
    Hello {
        /// The version of the protocol that the host speaks.
        protocol: u32,
        /// The settings of the hook.
        settings: Cow<'a, Json>,
    },
    /// [`Hook::dataset_loaded`](super::Hook::dataset_loaded).
    DatasetLoaded {
        /// The settings of the hook.
        settings: Cow<'a, Json>,
        /// The event.
        event: Cow<'a, DatasetLoaded>,
    },
    /// [`Hook::trigger_due`](super::Hook::trigger_due).
    TriggerDue {
        /// The settings of the hook.
        settings: Cow<'a, Json>,
        /// The event.
        event: Cow<'a, TriggerDue>,
    },
    /// [`Hook::plan_ready`](super::Hook::plan_ready).
    PlanReady {
        /// The settings of the hook.
        settings: Cow<'a, Json>,
        /// The event.
        event: Cow<'a, PlanReady>,
    },
    /// [`Hook::finding_raised`](super::Hook::finding_raised).
    FindingRaised {
        /// The settings of the hook.
        settings: Cow<'a, Json>,
        /// The event.
        event: Cow<'a, FindingRaised>,
    },
}

/// A response: the answer to the event, or an error.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum HookResponse {
    /// The events that the hook listens to.
    Hello(HookHandshake),
    /// The answer to a batch that became visible.
    DatasetLoaded(HookAnswer<NoDecision>),
    /// The decision about a transformer that is about to run.
    TriggerDue(HookAnswer<TriggerDecision>),
    /// The decision about a plan that is about to be written.
    PlanReady(HookAnswer<PlanDecision>),
    /// The answer to a finding that is about to be reported.
    FindingRaised(HookAnswer<NoDecision>),
    /// The reason why there is no answer.
    Error(PlatformError),
}

/// The events that a hook listens to. A newer hook may say more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HookHandshake {
    /// The version of the protocol that the hook speaks.
    pub protocol: u32,
    /// The events that it listens to.
    pub events: BTreeSet<EventKind>,
}

impl Answers for HookResponse {
    fn error(error: PlatformError) -> Self {
        Self::Error(error)
    }

    fn into_result(self) -> Result<Self, PlatformError> {
        match self {
            Self::Error(error) => Err(error),
            other => Ok(other),
        }
    }
}
