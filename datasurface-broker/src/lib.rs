//! The broker: the choice of platforms, and the way from model to plan.
//!
//! ```
//! use datasurface_broker::{Base, Broker, Lock};
//! use datasurface_model::*;
//! use datasurface_platform::prelude::*;
//! # #[derive(Debug)]
//! # struct Lists(PlatformDescriptor);
//! # impl PlatformPlugin for Lists {
//! #     type Config = NoSettings;
//! #     const KIND: &'static str = "lists";
//! #     fn version() -> Version {
//! #         Version::new(1, 0, 0)
//! #     }
//! #     fn configure(_: &PlatformInstance, _: NoSettings) -> Result<Self, PlatformError> {
//! #         let descriptor = PlatformDescriptor::for_plugin::<Self>()
//! #             .with_captures(["sql_snapshot"], ["sqlite", "postgres"])
//! #             .with_consistencies([Consistency::SingleDataset, Consistency::MultiDataset])
//! #             .with_export_targets(["sqlite", "postgres"])
//! #             .with_formats(["list"])
//! #             .with_milestonings([Milestoning::Live])
//! #             .data_technology("files", None);
//! #         Ok(Self(descriptor))
//! #     }
//! # }
//! # impl DataPlatform for Lists {
//! #     fn descriptor(&self) -> &PlatformDescriptor {
//! #         &self.0
//! #     }
//! #     fn weigh(&self, _: &NodeFacts) -> Weights {
//! #         Weights::new()
//! #     }
//! #     fn offer(&self, node: &NodeFacts) -> Vec<Offer> {
//! #         Offer::for_datasets(node, "list")
//! #     }
//! #     fn lint(&self, _: LintView<'_>, _: &mut Reporter<'_>) {}
//! #     fn render(&self, scope: &ScopeView) -> Result<Rendering, PlatformError> {
//! #         let lists = scope.stored_datasets().map(|(node, dataset)| {
//! #             Resource::for_dataset("list", node, &dataset.key).with_held_data(dataset)
//! #         });
//! #         Rendering::from_resources(lists)
//! #     }
//! #     fn diff(&self, change: &RenderingChange<'_>) -> Result<Plan, PlatformError> {
//! #         change.structural(|_| Judgement::update(Effect::InPlace, "its columns"))
//! #     }
//! # }
//!
//! let team = Team::new()
//!     .container(DataContainer::sqlite("ShopDB", "shop.db").located("Home/Cellar"))
//!     .container(DataContainer::sqlite("Reports", "reports.db").located("Home/Cellar"))
//!     .datastore(
//!         Datastore::new("Shop")
//!             .captured(Capture::sql_snapshot("Europe/Sales/ShopDB"))
//!             .dataset(Dataset::new("orders", "id BigInt key").classified("Public")),
//!     )
//!     .workspace(
//!         Workspace::new("Reporting")
//!             .with_container("Europe/Sales/Reports")
//!             .group(DatasetGroup::new("Daily").sink("Shop/orders")),
//!     );
//! let zone = GovernanceZone::new().team("Sales", "github:shop/sales@main", team);
//! let ecosystem = Ecosystem::new("Shop", "github:shop/model@main", "github:shop/live@main")
//!     .vendor(InfrastructureVendor::new("Home").location("Cellar"))
//!     .platform(PlatformDeclaration::new("Lists", "lists"))
//!     .zone("Europe", "github:shop/europe@main", zone);
//! let today = NaiveDate::MIN;
//! let checked = ecosystem.validate(&Validation::on(today)).unwrap();
//!
//! let broker = Broker::new(Registry::new().with_plugin::<Lists>());
//! let placed = broker.place(checked.ecosystem(), &Lock::default())?;
//! let proposal = broker.propose(&placed, Base::Target(None), today)?;
//! assert_eq!(proposal.plans().count(), 1);
//! # Ok::<(), datasurface_broker::BrokerError>(())
//! ```
//!
//! [`Broker::place`] decides; [`Broker::propose`] renders and plans; [`Proposal::write`] puts the result into a
//! [`Target`], as a whole or not at all, together with the [`Lock`] that says what was decided.
//!
//! Platforms with a runtime then apply and run what was rendered, by the same [`Broker`]: nothing runs that differs from the [`Manifest`].
//! Moves ([`MoveStep`]) and releases ([`Lock::release`]) are edits of the [`Lock`]; `docs/command-line.md` describes them.

mod alerts;
mod allocation;
mod broker;
mod check;
mod configured_platform;
mod each;
mod error;
mod explain;
mod file_change;
mod kept_origins;
pub mod metric;
mod operate;
mod place;
mod placed;
mod platform_order;
mod platform_over;
mod progress;
mod propose;
mod rendering_message;
mod run_names;
mod session;
mod sharding;
mod stores;
mod waivers;
mod write;

pub use alerts::AlertRules;
pub use broker::Broker;
pub use configured_platform::ConfiguredPlatform;
pub use datasurface_choice::{
    Adjustment, Candidate, Criterion, Delay, Explanation, Lack, MoveError, MoveStep, PlatformTask,
};
pub use datasurface_state::{
    AcceptedEdit, AdvanceTimes, AdvanceWait, AppliedTarget, ApplyState, AsOf, BranchFolder,
    BranchFolderError, EarlierApplied, EarlierTransition, EarlyAdvance, LOCK_FILE_NAME, Lock, LockChange,
    LockError, Manifest, OrderedScope, PlacedLock, PlanFile, PlatformLock, PlatformRecord, Recovery,
    RenderedRevision, RenderingId, ScopeEntry, StatePlace, StatePlaceError, StoredView, Target, TargetError,
    TargetTransaction, disk, git,
    storage::{OwingTeam, changed_owing_teams},
};
pub use error::BrokerError;
pub use file_change::FileChange;
pub use operate::{OperationContext, OperationReport};
pub use placed::Placed;
pub use progress::PROGRESS;
pub use propose::{Advance, Base, LintReport, Proposal};
pub use serde_json::Error as JsonError;
pub use session::Session;
pub use waivers::unknown_waiver_codes;
pub use write::WriteError;

use datasurface_model::CodeInfo;

/// Returns every code that this crate can report.
pub fn codes() -> impl Iterator<Item = &'static CodeInfo> {
    let own: [&'static CodeInfo; 13] = [
        &place::NO_PRIMARY,
        &platform_over::PLATFORM_OVER,
        &configured_platform::UNKNOWN_KIND,
        &configured_platform::UNKNOWN_VERSION,
        &configured_platform::CONFIG,
        &stores::SAME_STORE,
        &stores::STORE_CAPTURED,
        &stores::STORE_CLAIM,
        &configured_platform::UNKNOWN_PLACE,
        &configured_platform::FAILED,
        &write::CHANGED,
        &run_names::UNKNOWN_NAME,
        &platform_order::CYCLE,
    ];
    let parts = [datasurface_choice::CODES, waivers::CODES, propose::codes()];
    own.into_iter().chain(datasurface_state::codes()).chain(parts.into_iter().flatten().copied())
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
