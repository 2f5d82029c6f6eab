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

mod approval;
mod authorization;
mod changed_datastores;
mod changed_model;
mod code_owners;
mod codes;
mod compatibility;
mod control;
mod diff;
mod ends;
mod files;
mod finding_data;
mod former_names;
mod former_places;
mod inherited_consents;
mod inherited_waivers;
mod known_errors;
mod left_containers;
mod moved_containers;
mod new_findings;
mod owner_notice;
mod reach;
mod rename;
mod report;
mod required;
mod retirement;
mod similar_names;
mod source;
mod sunset;
mod taken_names;
mod touched;
mod uses;
mod waived_data;
mod waived_ends;
mod waived_teams;

pub use approval::{ApprovalClaim, Approvals, MissingApproval, RequiredApproval, TrustedClaim};
pub use authorization::{Authorization, DeniedPart};
pub use code_owners::CodeOwners;
pub use codes::{CODES, SCHEMA_CODES};
pub use compatibility::BreakingChange;
pub use control::ChangeControl;
pub use diff::{Difference, DifferenceKind, ModelDiff};
pub use new_findings::new_findings;
pub use owner_notice::OwnerNotice;
pub use reach::TeamNotice;
pub use rename::{Evidence, RenameProposal};
pub use report::{ChangeReport, Verdict};
pub use retirement::{Consent, Retirement, RetirementStage};
pub use source::{CONFIGURATION_FILE_NAME, ChangeSource};
pub use touched::TouchedPart;
pub use uses::AffectedGroup;
