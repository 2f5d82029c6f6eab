//! The broker: the choice of platforms, and the way from model to plan.
//!
//! [`Broker::place`] decides; [`Broker::propose`] renders and plans; [`Proposal::write`] puts the result into a
//! [`Target`], as a whole or not at all, together with the [`Lock`] that says what was decided.
//!
//! Platforms with a runtime then apply and run what was rendered, by the same [`Broker`]: nothing runs that differs from the [`Manifest`].
//! Moves and releases are edits of the [`Lock`]; `docs/command-line.md` describes them.

mod broker;
mod choice;
mod configured_platform;
mod error;
mod lock;
mod operate;
mod output;
mod place;
mod placed;
mod platform_renames;
mod propose;
mod run_names;
mod sharding;
mod waivers;
mod write;

pub use broker::Broker;
pub use configured_platform::ConfiguredPlatform;
pub use error::BrokerError;
pub use lock::{FILE_NAME as LOCK_FILE_NAME, Lock, LockError, PlatformLock};
pub use operate::{OperationContext, OperationReport};
pub use output::{
    AppliedTarget, ApplyState, EarlierApplied, Manifest, PlatformRecord, Recovery, ScopeEntry, Target,
    TargetError, TargetTransaction, disk,
};
pub use placed::Placed;
pub use propose::{AsOf, Base, Proposal};
pub use serde_json::Error as JsonError;
pub use write::WriteError;

use datasurface_model::CodeInfo;

/// Returns every code that this crate can report.
pub fn codes() -> impl Iterator<Item = &'static CodeInfo> {
    let own: [&'static CodeInfo; 9] = [
        &lock::UNREADABLE,
        &place::NO_PRIMARY,
        &configured_platform::UNKNOWN_KIND,
        &configured_platform::UNKNOWN_VERSION,
        &configured_platform::CONFIG,
        &configured_platform::UNKNOWN_PLACE,
        &configured_platform::FAILED,
        &write::CHANGED,
        &run_names::UNKNOWN_NAME,
    ];
    let parts = [choice::CODES, waivers::CODES, propose::codes(), output::CODES];
    own.into_iter().chain(parts.into_iter().flatten().copied())
}

/// Returns every code of models, documents, change control, brokers and the contract of platforms.
/// Platforms, and programs that embed all of this, have their own:
/// [`CodeRegistry`](datasurface_model::CodeRegistry) merges them, and rejects clashes.
pub fn all_codes() -> impl Iterator<Item = &'static CodeInfo> {
    let others = [
        datasurface_model::CODES,
        datasurface_document::CODES,
        datasurface_document::FILE_CODES,
        datasurface_change::CODES,
        datasurface_change::SCHEMA_CODES,
        datasurface_platform::CODES,
    ];
    others.into_iter().flatten().copied().chain(codes())
}
