//! Change control: what a change touches, who may make it, what it breaks, and for whom.
//!
//! ```
//! use datasurface_change::{ChangeControl, ChangeSource, Verdict};
//! use datasurface_model::{Dataset, Datastore, Ecosystem, GovernanceZone, NaiveDate, Team, Valid};
//!
//! let with_orders = |schema| {
//!     let store = Datastore::new("Shop").dataset(Dataset::new("orders", schema));
//!     let zone = GovernanceZone::new().team("Sales", "github:shop/sales@main", Team::new().datastore(store));
//!     let ecosystem = Ecosystem::new("Shop", "github:shop/model@main", "github:shop/live@main");
//!     Valid::assume_valid(ecosystem.zone("Europe", "github:shop/europe@main", zone))
//! };
//! let (old, new) = (with_orders("id Integer key"), with_orders("id BigInt key"));
//!
//! let from = |repository: &str| ChangeControl::new(ChangeSource::new(repository), NaiveDate::MIN);
//! assert_eq!(from("github:shop/sales@main").judge(&old, &new).verdict, Verdict::Allowed);
//! assert_eq!(from("github:shop/europe@main").judge(&old, &new).verdict, Verdict::Refused);
//! ```
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
