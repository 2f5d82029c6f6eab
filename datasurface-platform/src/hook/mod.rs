//! Hooks: code of users that decides at four events, without a platform or an application being built again.
//!
//! ```
//! use datasurface_platform::{hook::*, prelude::*};
//! # use std::collections::BTreeSet;
//!
//! /// Trains a model when the reviewed examples moved, and otherwise only applies it.
//! #[derive(Debug)]
//! struct Training;
//!
//! impl Hook for Training {
//!     fn events(&self) -> BTreeSet<EventKind> {
//!         [EventKind::TriggerDue].into()
//!     }
//!
//!     fn trigger_due(&self, event: &TriggerDue) -> Result<HookAnswer<TriggerDecision>, PlatformError> {
//!         let has_moved = |name: &str| event.moved().any(|input| input.dataset.to_string() == name);
//!         Ok(match has_moved("Reviews/examples") {
//!             true => HookAnswer::new(TriggerDecision::RunInFull),
//!             false => HookAnswer::new(TriggerDecision::RunIncrementally),
//!         })
//!     }
//! }
//!
//! let hooks = Hooks::new().with_hook("training", FailurePolicy::Refuse, Training)?;
//! assert!(hooks.listen_to(EventKind::TriggerDue) && !hooks.listen_to(EventKind::PlanReady));
//! # Ok::<(), PlatformError>(())
//! ```
//!
//! | event | decisions that it admits |
//! |---|---|
//! | [`DatasetLoaded`]: a batch became visible | none: [`NoDecision`] |
//! | [`TriggerDue`]: a transformer is about to run | [`TriggerDecision`]: in full, incrementally, not now, refused |
//! | [`PlanReady`]: a plan is about to be written | [`PlanDecision`]: written, refused |
//! | [`FindingRaised`]: a finding is about to be reported | none: [`NoDecision`] |
//!
//! Every answer can have notes, which are reported beside what they are about. There are three ways in: a type that implements
//! [`Hook`]; a program that answers JSON lines ([`ProgramHook`], [`serve_hook`]); and a WebAssembly module, by a crate of its own. `docs/hooks.md`
//! is the guide.

mod answer;
mod decision;
mod event;
mod hooks;
mod name;
mod outcome;
mod platform_hooks;
mod program;
mod protocol;
mod schema;
mod serve;

pub use answer::{HookAnswer, MAX_NOTE_LENGTH, MAX_NOTES};
pub use decision::{Decision, NoDecision, PlanDecision, TriggerDecision};
pub use event::{DatasetLoaded, Event, EventKind, FindingRaised, PlanReady, TriggerDue, TriggerInput};
pub use hooks::{FailurePolicy, Hook, Hooks};
pub use name::HookName;
pub use outcome::{FAILED, HookOutcome, HookRemark, IGNORED_FAILURE, NOTE, REFUSED, RemarkKind};
pub use platform_hooks::PlatformHooks;
pub use program::{HookTransport, ProgramHook, ProgramTransport, TransportHook};
pub use protocol::{HOOK_PROTOCOL, HookHandshake, HookRequest, HookResponse};
pub use schema::{hook_answer_schema, hook_request_schema};
pub use serve::{respond, serve_hook};

pub(crate) use platform_hooks::HookSource;
