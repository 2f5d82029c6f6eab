//! Change control: what a change touches, who may make it, what it breaks, and for whom.
//!
//! [`ChangeControl::judge`] compares two ecosystems and answers with a [`ChangeReport`]. Nothing is looked at that both
//! share in memory, so a small change of a large ecosystem is judged in no time.

mod authorization;
mod changed_datastores;
mod codes;
mod compatibility;
mod control;
mod diff;
mod reach;
mod rename;
mod report;
mod retirement;
mod similar_names;
mod uses;

pub use authorization::{Authorization, ChangeSource, DeniedPart};
pub use codes::{CODES, SCHEMA_CODES};
pub use compatibility::BreakingChange;
pub use control::ChangeControl;
pub use diff::{Difference, DifferenceKind, ModelDiff};
pub use reach::TeamNotice;
pub use rename::{Evidence, RenameProposal};
pub use report::{ChangeReport, Verdict};
pub use retirement::{Consent, Retirement, RetirementStage};
pub use uses::AffectedGroup;
