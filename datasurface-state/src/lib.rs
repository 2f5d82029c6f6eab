//! What a broker remembers: what was decided, and what was reached.
//!
//! The [`Lock`] is text beside the model: who serves and captures what, where it is placed, what is held, and the [storage names](storage)
//! of what was renamed. The [`Target`] is a folder of rendered files; its [`Manifest`] says what is in it, and is the old side of every plan.
//! A write of both is journalled: it happens as a whole, or not at all.
//!
//! ```
//! use datasurface_state::{Lock, Target};
//!
//! let folder = tempfile::tempdir()?;
//! let target = Target::open(folder.path())?;
//! assert!(target.manifest().is_none(), "nothing was rendered");
//!
//! let lock = Lock::default();
//! assert_eq!(Lock::from_text(&lock.to_text())?, lock);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod advance_times;
mod as_of;
mod foreign_origins;
pub mod git;
mod kept_origins;
mod lock;
mod lock_change;
mod output;
pub mod rendered;
pub mod storage;

pub use advance_times::{AdvanceTimes, AdvanceWait};
pub use as_of::{AsOf, CLOCK_AHEAD};
pub use foreign_origins::ForeignOrigins;
pub use kept_origins::OriginRecord;
pub use lock::{EarlyAdvance, FILE_NAME as LOCK_FILE_NAME, Lock, LockError, PlatformLock};
pub use lock_change::{LockChange, OTHER_OWNER, PlacedLock};
pub use output::{
    AcceptedEdit, AppliedTarget, ApplyState, BranchFolder, BranchFolderError, EarlierApplied,
    EarlierTransition, Manifest, OrderedScope, Owed, PlanFile, PlatformRecord, Recovery, RenderedNode,
    RenderedNodes, RenderedRevision, RenderingId, ScopeEntry, StatePlace, StatePlaceError, StoredView,
    Target, TargetError, TargetTransaction, disk,
};

use datasurface_model::CodeInfo;

/// Returns every code that this crate can report.
pub fn codes() -> impl Iterator<Item = &'static CodeInfo> {
    let own: [&'static CodeInfo; 5] = [
        &lock::UNREADABLE,
        &storage::CANNOT_CONTINUE,
        &storage::NAME_TWICE,
        &storage::NOT_LAST_OWNER,
        &storage::RENAMED_DELIVERY,
    ];
    own.into_iter().chain([output::CODES, lock_change::CODES].into_iter().flatten().copied())
}
